"""Echoes to images: forming, focusing and judging radar images, and finding what stands in them and what changed."""
