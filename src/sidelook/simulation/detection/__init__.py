"""What the radar reports of the truth, at detection level: no echoes, but their statistics."""
