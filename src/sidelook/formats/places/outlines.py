"""Outlines of places: what cannot be counted through is refused, in words that say which place and why."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from sidelook.errors import InputError
from sidelook.geometry.flat import flat, inside, turn
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.columns import Flags, Floats

Outline: TypeAlias = Floats
"""(K, 2) latitude and longitude, rad; a closed one without its first corner again."""

MOST_CORNERS = 1_000
LARGEST = 2_000e3
"""Farthest that a corner may lie from the first, m: beyond, straight on a map is not straight on the earth."""
_SAME = 1e-9  # rad: 6 mm


class PlacesError(InputError):
    """These are no places that can be watched; the message names the place and what to draw instead."""


def checked_outline(name: str, degrees: Sequence[Sequence[float]], *, closed: bool) -> Outline:
    """Read corners as longitude and latitude, degrees, and check them; a closed place comes back clockwise.

    Raises
    ------
    PlacesError : too few corners or too many, no coordinates of the earth, too large, or an edge crosses another
    """
    corners = np.array([point[:2] for point in degrees], np.float64).reshape(-1, 2)
    if not np.isfinite(corners).all() or (np.abs(corners) > [180.0, 90.0]).any():
        message = f"place {name!r} lies outside longitude -180..180, latitude -90..90: coordinates are degrees, WGS-84"
        raise PlacesError(message)
    outline = np.radians(corners[:, ::-1])
    outline = outline[np.append(True, (np.abs(np.diff(outline, axis=0)) > _SAME).any(axis=1))]
    if closed and len(outline) > 1 and (np.abs(outline[0] - outline[-1]) <= _SAME).all():
        outline = outline[:-1]
    least = 3 if closed else 2
    if not least <= len(outline) <= MOST_CORNERS:
        message = f"place {name!r} has {len(outline)} different corners: draw {least} to {MOST_CORNERS:,}"
        raise PlacesError(message)
    plane = on_plane(outline, outline[0])
    if np.abs(plane).max() > LARGEST or not (np.abs(outline[:, 0]) < np.radians(89.0)).all():
        message = f"place {name!r} is larger than {LARGEST / 1e3:,.0f} km, or reaches a pole: draw it in parts"
        raise PlacesError(message)
    if crosses_itself(plane, closed=closed):
        message = f"the outline of place {name!r} crosses itself: inside and outside cannot be told; draw it anew"
        raise PlacesError(message)
    clockwise = not closed or area(plane) < 0.0
    return np.asarray(outline if clockwise else outline[::-1])


def on_plane(outline: Outline, origin: Floats) -> Floats:
    """Lay corners, (K, 2) rad, on a plane about a corner, (2,) rad: east and north, m."""
    return flat(outline[:, 0], outline[:, 1], (float(origin[0]), float(origin[1])))


def area(plane: Floats) -> float:
    """Area within corners, (K, 2) m, counter-clockwise above zero, m2."""
    east, north = plane.T
    return float(0.5 * np.sum(east * np.roll(north, -1) - np.roll(east, -1) * north))


def crosses_itself(plane: Floats, *, closed: bool) -> bool:
    """Tell whether an edge meets another that is not its neighbour, or turns back onto its neighbour."""
    begin = plane if closed else plane[:-1]
    end = np.roll(plane, -1, axis=0) if closed else plane[1:]
    along = end - begin
    folded = (turn(along[:-1], along[1:]) == 0.0) & ((along[:-1] * along[1:]).sum(axis=1) < 0.0)
    first, second = np.triu_indices(len(begin), 2)
    if closed:
        neighbours = (first == 0) & (second == len(begin) - 1)
        first, second = first[~neighbours], second[~neighbours]
    return bool(folded.any() or meet((begin[first], end[first]), (begin[second], end[second])).any())


def meet(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Flags:
    """Tell which pairs of edges, each (K, 2) begins and ends, have a point in common."""
    (a, b), (c, d) = one, other
    sides = [turn(b - a, c - a), turn(b - a, d - a), turn(d - c, a - c), turn(d - c, b - c)]
    apart = (sides[0] * sides[1] > 0.0) | (sides[2] * sides[3] > 0.0)
    in_line = (sides[0] == 0.0) & (sides[1] == 0.0)
    beside = (np.maximum(np.minimum(a, b), np.minimum(c, d)) > np.minimum(np.maximum(a, b), np.maximum(c, d))).any(
        axis=1
    )
    return np.asarray(~apart & ~(in_line & beside))


def overlap(one: Outline, other: Outline) -> bool:
    """Tell whether closed places have ground in common; edges that only touch count as well."""
    origin = one[0]
    a, b = on_plane(one, origin), on_plane(other, origin)
    if (np.maximum(a.min(axis=0), b.min(axis=0)) > np.minimum(a.max(axis=0), b.max(axis=0))).any():
        return False
    i, j = (index.ravel() for index in np.meshgrid(np.arange(len(a)), np.arange(len(b)), indexing="ij"))
    edges = (a[i], np.roll(a, -1, axis=0)[i]), (b[j], np.roll(b, -1, axis=0)[j])
    rings = a[np.arange(-1, len(a))], b[np.arange(-1, len(b))]  # closed: the last corner stands first, too
    return bool(meet(*edges).any() or inside(rings[1], a[:1]).any() or inside(rings[0], b[:1]).any())


def refuse_overlaps(names: Sequence[str], outlines: Sequence[Outline]) -> None:
    """Raise PlacesError where sites overlap: a vehicle in both would be counted twice."""
    for one, other in _neighbours(outlines):
        if overlap(outlines[one], outlines[other]):
            message = (
                f"sites {names[one]!r} and {names[other]!r} overlap: a vehicle in both would be counted twice; "
                "draw them apart"
            )
            raise PlacesError(message)


def _neighbours(outlines: Sequence[Outline]) -> list[tuple[int, int]]:
    """List the pairs of outlines whose boxes meet, over the antimeridian too."""
    if not outlines:
        return []
    first = np.array([outline[0] for outline in outlines])
    off = [
        np.stack([outline[:, 0] - outline[0, 0], wrap_longitude(outline[:, 1] - outline[0, 1])]) for outline in outlines
    ]
    low, high = (np.array([getattr(one, name)(axis=1) for one in off]) for name in ("min", "max"))
    middle, half = first + 0.5 * (low + high), 0.5 * (high - low)
    one, other = np.triu_indices(len(outlines), 1)
    apart = np.abs(wrap_longitude(middle[one] - middle[other])) > half[one] + half[other]
    near = ~apart.any(axis=1)
    return list(zip(one[near].tolist(), other[near].tolist(), strict=True))
