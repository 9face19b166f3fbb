"""Images onto terrain: each pixel at its own height, so that what stands high is not laid over what is nearer."""

from sidelook.sar.terrain.forming import backproject_terrain

__all__ = ["backproject_terrain"]
