"""Sidelook: an open wide-area ground surveillance radar system."""

__version__ = "0.1.0"
