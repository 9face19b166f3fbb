"""How fast a vehicle drives: bends, stops and vehicles ahead."""
