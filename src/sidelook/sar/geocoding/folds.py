"""Layover: ground that is imaged together with other ground, found along lines across the flight.

In the plane that is a given way ahead of the antenna, ground is told apart by its slant range alone. Going out from the
path, the range grows with the ground; where it does not, ground folds over: what is no farther than ground before it,
or no nearer than ground behind it, shares its range with that (Kropatsch and Strobl, The generation of SAR layover and
shadow maps from digital elevation models, IEEE Trans. Geosci. Remote Sens. 28(1), 1990). Ground in shadow sends
nothing, and so folds over nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TypeAlias

import numpy as np

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.sightlines import cell_size
from sidelook.geometry.terrain import HeightGrid
from sidelook.model.columns import Flags, Floats, Octets
from sidelook.model.geocoded import GroundFlag
from sidelook.sar.geocoding import kernels
from sidelook.sar.geocoding.projection import Footprint, layout_of, level_ahead
from sidelook.sar.looking import UP, Look

Visible: TypeAlias = Callable[[Floats, Floats, Floats], Flags]
"""Tells which places, at latitudes and longitudes, rad, and heights, m, the antenna sees."""

CELL_SHARE = 0.25  # of a cell of the terrain: between its nodes it is a smooth surface, and no finer samples are needed
MOST_SAMPLES = 1 << 28
STRIP = 1 << 20  # samples at a time
NODE_SPACING = 500.0  # m: in between, latitude and longitude are taken for straight, 5 mm off at most
RISE = 1_000.0  # m, over which they are taken for straight in height


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines across the flight that cover a footprint.

    Attributes
    ----------
    ahead : (S,) m; ``aside`` : (Y,) m, from the path outward
    along : (3,) level unit vector ahead; ``outward`` : (3,) level unit vector aside
    climb : (2,) level and upward parts of the unit vector ahead
    """

    ahead: Floats
    aside: Floats
    along: Floats
    outward: Floats
    climb: Floats

    @property
    def marks(self) -> Floats:
        """(4,) first ahead and aside, m, and samples a metre of both."""
        steps = [1.0 / float(part[1] - part[0]) for part in (self.ahead, self.aside)]
        return np.array([self.ahead[0], self.aside[0], *steps])


def lines_over(look: Look, side: float, footprint: Footprint, step: float) -> Lines:
    """Lay lines over a footprint and over what may fold onto it: all that known heights can bring to its ranges."""
    along = level_ahead(look)
    outward = side * np.cross(UP, along)
    away = footprint.places - look.place
    ahead, aside = away @ look.ahead, away @ outward
    # What lies at the lowest ground's range nearest to the path, and at the highest's farthest from it.
    up = away[:, 2]
    slack = footprint.highest - footprint.lowest
    range_squared = aside**2 + up**2
    nearest = np.sqrt(np.maximum(range_squared - (np.abs(up) + slack) ** 2, 0.0)).min()
    farthest = np.sqrt(range_squared - np.maximum(np.abs(up) - slack, 0.0) ** 2).max()
    ends = (float(ahead.min()), float(ahead.max())), (max(float(nearest), 0.0), float(farthest))
    spans = [end - begin + 4.0 * step for begin, end in ends]
    step = max(step, sqrt(spans[0] * spans[1] / MOST_SAMPLES))
    samples = [
        np.asarray(begin - 2.0 * step + step * np.arange(ceil(span / step) + 2), np.float64)
        for (begin, _), span in zip(ends, spans, strict=True)
    ]
    climb = np.array([np.hypot(look.ahead[0], look.ahead[1]), look.ahead[2]])
    return Lines(ahead=samples[0], aside=samples[1], along=along, outward=outward, climb=climb)


def spacing_of(terrain: HeightGrid, spacing: float) -> float:
    """Give how far apart samples are to be: as pixels are, but no finer than the terrain is worth."""
    return max(spacing, CELL_SHARE * min(cell_size(terrain)))


def find_folds(
    lines: Lines, look: Look, terrain: HeightGrid, frame: LocalFrame, footprint: Footprint, visible: Visible
) -> Octets:
    """Find layover on lines.

    Parameters
    ----------
    terrain : the ground
    frame : that the lines and the antenna are in
    visible : asked of ground that folds: what is hidden is let go

    Returns
    -------
    (S, Y) ``GroundFlag``: SEEN or LAYOVER
    """
    folded = np.full((len(lines.ahead), len(lines.aside)), GroundFlag.SEEN, np.uint8)
    layout = layout_of(terrain, footprint)
    lattice = lattice_over(lines, look, footprint, frame, layout)
    each = max(1, STRIP // len(lines.aside))
    for begin in range(0, len(lines.ahead), each):
        strip = slice(begin, begin + each)
        ahead = np.ascontiguousarray(lines.ahead[strip])
        slant, ground = np.empty((len(ahead), len(lines.aside))), np.empty((len(ahead), len(lines.aside), 3))
        kernels.draw_profiles(terrain.heights, lattice, lines.climb, (ahead, lines.aside), (slant, ground))
        over = folds_in(slant)
        if over.any():
            row, column, height = ground[over].T
            seen = visible(layout[0] + row * layout[2], layout[1] + column * layout[3], height)
            slant[over] = np.where(seen, slant[over], np.nan)
            over = folds_in(slant)
        folded[strip][over] = GroundFlag.LAYOVER
    return folded


def folds_in(slant: Floats) -> Flags:
    """Tell which samples of (S, Y) profiles of range, m, outward, share their range with others; NaN is no ground."""
    before = np.maximum.accumulate(np.where(np.isnan(slant), -np.inf, slant), axis=1)[:, :-1]
    behind = np.minimum.accumulate(np.where(np.isnan(slant), np.inf, slant)[:, ::-1], axis=1)[:, ::-1][:, 1:]
    over = np.zeros(slant.shape, np.bool_)
    over[:, 1:] = slant[:, 1:] <= before
    over[:, :-1] |= slant[:, :-1] >= behind
    return over


def lattice_over(
    lines: Lines, look: Look, footprint: Footprint, frame: LocalFrame, layout: tuple[float, float, float, float]
) -> tuple[Floats, Floats]:
    """Give nodes about ``NODE_SPACING`` apart that turn places along and aside into rows and columns of the terrain.

    Returns
    -------
    nodes : (M, N, 6) row, column and up, m from the antenna, of the ellipsoid; and how each grows with height, 1/m
    marks : (4,) first place along and aside, m, and nodes a metre
    """
    # Climbing, a line ahead leans: its ground is along by its height.
    lean = abs(float(lines.climb[1] / lines.climb[0])) * (abs(float(look.place[2])) + abs(footprint.highest) + RISE)
    along = _nodes(lines.ahead[0] / lines.climb[0] - lean, lines.ahead[-1] / lines.climb[0] + lean)
    aside = _nodes(lines.aside[0], lines.aside[-1])
    flat = look.place + along[:, None, None] * lines.along + aside[None, :, None] * lines.outward
    found = []
    for above in (0.0, RISE):
        places = flat.copy()
        places[..., 2] = Ellipsoid(frame=frame, above=above).height(flat[..., 0], flat[..., 1])
        latitude, longitude, height = enu_to_geodetic(places, frame)
        around = frame.longitude + np.mod(longitude - frame.longitude + np.pi, 2.0 * np.pi) - np.pi
        row, column = (latitude - layout[0]) / layout[2], (around - layout[1]) / layout[3]
        found.append(np.stack([row, column, places[..., 2] - look.place[2], height], axis=-1))
    growth = (found[1] - found[0])[..., :3] / (found[1] - found[0])[..., 3:]
    nodes = np.concatenate([found[0][..., :3] - found[0][..., 3:] * growth, growth], axis=-1)
    steps = [1.0 / float(part[1] - part[0]) for part in (along, aside)]
    return np.ascontiguousarray(nodes), np.array([along[0], aside[0], *steps])


def _nodes(begin: float, end: float) -> Floats:
    return np.linspace(begin, end, max(ceil((end - begin) / NODE_SPACING), 1) + 1)
