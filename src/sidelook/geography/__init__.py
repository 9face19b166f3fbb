"""What lies on the ground: roads."""
