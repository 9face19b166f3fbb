"""Tracks to formations: vehicles that move together, how many they are, and where they go."""
