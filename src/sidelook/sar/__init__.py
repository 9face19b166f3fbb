"""Echoes to images: forming, focusing and judging radar images."""
