"""Geocoding written out in NumPy and float64: what the kernels are held against."""

import numpy as np
from scipy.ndimage import map_coordinates

from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.geometry.terrain import HeightGrid, Terrain
from sidelook.model.columns import Floats
from sidelook.model.geocoded import DegreeGrid
from sidelook.model.image import SarImage
from sidelook.sar.geocoding.folds import Lines
from sidelook.sar.geocoding.projection import level_ahead
from sidelook.sar.looking import UP, Look, heard, look_of, pixels_of, plane_of, where_heard

ROUNDS = 8


def lay(image: SarImage, terrain: HeightGrid, grid: DegreeGrid) -> Floats:
    """Give the amplitudes, (rows, columns), of an image on the ground: NaN outside it and where no height is known."""
    assert image.frame is not None  # noqa: S101 - who asks has one
    look = look_of(image)
    latitude, longitude = np.meshgrid(grid.latitude, grid.longitude, indexing="ij")
    places = geodetic_to_enu(latitude, longitude, terrain.height_at(latitude, longitude), image.frame)
    imaged = where_heard(look, *heard(look, places), plane_of(image.grid, look))
    rows, columns = pixels_of(image.grid, imaged)
    inside = (rows >= 0) & (rows <= image.grid.shape[0] - 1) & (columns >= 0) & (columns <= image.grid.shape[1] - 1)
    side = plane_of(image.grid, look).side
    inside &= (places - look.place) @ np.cross(UP, level_ahead(look)) * side > 0.0
    found = map_coordinates(image.amplitude, (np.nan_to_num(rows), np.nan_to_num(columns)), order=1, output=np.float64)
    return np.where(inside, found, np.nan)


def draw_profiles(lines: Lines, look: Look, terrain: HeightGrid, frame: LocalFrame) -> Floats:
    """Give the slant ranges, (S, Y) m, of the ground on lines across the flight."""
    ground = Terrain(frame=frame, grid=terrain)
    ahead, aside = np.meshgrid(lines.ahead, lines.aside, indexing="ij")
    up = np.full(ahead.shape, -look.place[2])
    for _ in range(ROUNDS):
        along = (ahead - up * lines.climb[1]) / lines.climb[0]
        places = look.place + along[..., None] * lines.along + aside[..., None] * lines.outward
        up = ground.height(places[..., 0], places[..., 1]) - look.place[2]
    return np.asarray(np.sqrt(along**2 + aside**2 + up**2))
