"""Places to watch, from GeoJSON and KML; checked before anything is counted by them."""

from sidelook.formats.places.outlines import PlacesError
from sidelook.formats.places.reading import read_places

__all__ = ["PlacesError", "read_places"]
