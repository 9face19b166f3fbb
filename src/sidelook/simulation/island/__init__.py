"""A fictional island."""
