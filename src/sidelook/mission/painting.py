"""The ground under a picture, pixel by pixel: relief in quiet colours, and over it what a radar looked at and saw."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.columns import Floats
from sidelook.sensing.coverage_map import CoverageMap
from sidelook.simulation.scenario.country import Box, Country

Image = NDArray[np.float64]
"""(R, C, 3) red, green, blue, 0..1, the southernmost row first."""

SEA, LOWLAND, HEIGHTS, UNKNOWN = (
    np.array(colour) for colour in ((0.945, 0.955, 0.96), (0.93, 0.92, 0.89), (0.72, 0.68, 0.62), (0.975, 0.975, 0.975))
)
# Okabe and Ito, Color Universal Design, 2008: sky blue, orange and vermilion.
VISIBLE, MASKED, HATCH = (
    np.array(colour) for colour in ((0.337, 0.706, 0.914), (0.902, 0.624, 0.0), (0.835, 0.369, 0.0))
)
VISIBLE_SHARE, MASKED_SHARE, _HATCH_SHARE = 0.42, 0.5, 0.75
"""Of these colours over what lies below."""
_HATCH_EVERY, _HATCH_WIDE = 9, 2  # pixels
_LATTICE = 32  # pixels between the places that are worked out; between them two metres are lost
_STEEPER = 5.0  # than it is, for shading: slopes of a few percent are to be seen
_WHITENED = 1_800.0  # m, at which the colour of heights is reached
_LIGHT = np.array([-1.0, 1.0, 1.4]) / np.sqrt(3.96)  # from the north-west, as on maps


class CellState(IntEnum):
    """What a radar did at a place; not seen is not empty."""

    NOT_LOOKED = 0
    VISIBLE = 1
    MASKED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A rectangle of a local frame as rows and columns of square pixels; row 0 is the southernmost.

    Attributes
    ----------
    west, south : of the lower left corner, m
    step : side of a pixel, m
    rows, columns : how many
    """

    west: float
    south: float
    step: float
    rows: int
    columns: int

    @property
    def extent_km(self) -> Box:
        """West, east, south and north, km: as pictures are laid."""
        east, north = self.west + self.columns * self.step, self.south + self.rows * self.step
        return self.west * 1e-3, east * 1e-3, self.south * 1e-3, north * 1e-3

    def places(self, frame: LocalFrame) -> tuple[Floats, Floats]:
        """Give latitude and longitude, (R, C) rad, of the middles of the pixels on the ellipsoid."""
        row, rows = _hats(self.rows)
        column, columns = _hats(self.columns)
        east, north = np.meshgrid(self.west + (column + 0.5) * self.step, self.south + (row + 0.5) * self.step)
        up = Ellipsoid(frame=frame).height(east, north)
        latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, up], axis=-1), frame)
        off = rows @ wrap_longitude(longitude - frame.longitude) @ columns.T
        return rows @ latitude @ columns.T, wrap_longitude(frame.longitude + off)


def sheet_over(box: Box, largest: tuple[int, int] = (1_400, 1_060), least: int = 720) -> Sheet:
    """Lay a sheet over a box, m, of the size in pixels at most, no side of it smaller than ``least``."""
    west, south, east, north = box
    step = max((east - west) / largest[0], (north - south) / largest[1], 1.0)
    columns, rows = (max(round(length / step), least) for length in (east - west, north - south))
    middle = 0.5 * (west + east), 0.5 * (south + north)
    return Sheet(
        west=middle[0] - 0.5 * columns * step,
        south=middle[1] - 0.5 * rows * step,
        step=step,
        rows=rows,
        columns=columns,
    )


def paint_ground(country: Country, sheet: Sheet, places: tuple[Floats, Floats]) -> Image:
    """Paint relief, shaded from the north-west, sea, and plain colour where there is no relief or none is known."""
    if country.grid is None:
        return np.broadcast_to(LOWLAND, (sheet.rows, sheet.columns, 3)).copy()
    heights = country.grid.height_at(*places)
    known = np.isfinite(heights)
    level = np.where(known, heights, 0.0)
    north, east = np.gradient(level * (_STEEPER / sheet.step))
    light = (_LIGHT[2] - east * _LIGHT[0] - north * _LIGHT[1]) / np.sqrt(1.0 + east**2 + north**2)
    share = np.clip(level / _WHITENED, 0.0, 1.0)[..., None]
    land = (LOWLAND + share * (HEIGHTS - LOWLAND)) * np.clip(0.45 + 0.55 * light / _LIGHT[2], 0.35, 1.07)[..., None]
    if country.island is not None:
        return np.where((known & (heights > 0.0))[..., None], np.minimum(land, 1.0), SEA)
    return np.where(known[..., None], np.minimum(land, 1.0), UNKNOWN)


def state_at(coverage: CoverageMap, places: tuple[Floats, Floats]) -> NDArray[np.uint8]:
    """Give the ``CellState`` of places, (...) rad; beyond the map nothing was looked at."""
    cell = coverage.grid.cells_at(*places)
    of_cell = np.where(coverage.visible, CellState.VISIBLE, CellState.MASKED).astype(np.uint8)
    of_cell[coverage.looks == 0] = CellState.NOT_LOOKED
    return np.where(cell >= 0, of_cell[cell], np.uint8(CellState.NOT_LOOKED))


def tint(image: Image, state: NDArray[np.uint8]) -> Image:
    """Lay the colours of states, (R, C), over an image, masked cells hatched; what was not looked at stays as it is."""
    row, column = np.ogrid[: image.shape[0], : image.shape[1]]
    hatched = (row + column) % _HATCH_EVERY < _HATCH_WIDE
    tinted = image.copy()
    for where, colour, share in (
        (state == CellState.VISIBLE, VISIBLE, VISIBLE_SHARE),
        (state == CellState.MASKED, MASKED, MASKED_SHARE),
        ((state == CellState.MASKED) & hatched, HATCH, _HATCH_SHARE),
    ):
        tinted[where] += share * (colour - tinted[where])
    return tinted


def _hats(count: int) -> tuple[Floats, Floats]:
    """Give nodes, (K,), among ``count`` pixels, and the (count, K) weights that interpolate linearly between them."""
    nodes = np.linspace(0.0, count - 1.0, max(-(-count // _LATTICE), 2))
    apart = nodes[1] - nodes[0]
    weights = np.maximum(1.0 - np.abs(np.arange(count)[:, None] - nodes) / apart, 0.0)
    return nodes, weights
