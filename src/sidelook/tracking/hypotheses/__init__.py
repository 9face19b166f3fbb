"""What a track may be: a few hypotheses, each free or on a route of roads, each under every motion mode."""
