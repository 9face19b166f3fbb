"""From a scenario file to a world that a radar looks at: the typed tree, and what is built of it."""
