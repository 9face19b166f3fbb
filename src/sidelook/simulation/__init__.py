"""Truth and what a radar would report of it: a fictional island, its traffic, an orbit, plots."""
