"""A fictional island in mid-ocean, made from a seed: carved relief, rivers, towns, and roads that lie on the ground."""
