"""How sure a track is of being the vehicle that it was: compiled, beside the float64 reference."""
