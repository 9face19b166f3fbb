"""What a track is: its classes by Bayes' rule, compiled, beside the float64 reference."""
