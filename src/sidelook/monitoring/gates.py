"""Gates: where the edge of a place is crossed, and which way one drives there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.flat import flat, from_flat
from sidelook.geometry.wgs84 import MEAN_RADIUS, wrap_longitude
from sidelook.model.columns import Columnar, Flags, Floats, Indices, stack
from sidelook.model.places import Places
from sidelook.monitoring.edge_crossings import each_crossing

_APART = 1_000.0  # m, along an edge
_MOST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates(Columnar):
    """Where edges of places are crossed, one row each.

    Attributes
    ----------
    place : (G,) row of the places
    latitude, longitude : (G,) rad
    heading : (G,) of who goes in (of a line, from left to right), clockwise from true north, rad
    road : (G,) a road leads through: the heading is its own, not only square to the edge
    """

    place: Indices
    latitude: Floats
    longitude: Floats
    heading: Floats
    road: Flags

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "place": np.int32,
        "latitude": np.float64,
        "longitude": np.float64,
        "heading": np.float64,
        "road": np.bool_,
    }


def gates_of(places: Places, roads: RoadNetwork | None = None) -> Gates:
    """Put gates where roads cross the edges of places, or evenly along edges that none crosses.

    Parameters
    ----------
    places : to be watched
    roads : that vehicles keep to, if they are known
    """
    parts = []
    for number in range(len(places)):
        outline = places.outline(number)
        found = None if roads is None else _by_roads(number, outline, roads)
        parts.append(_evenly(number, outline) if found is None else found)
    return Gates(**stack(parts, Gates.DTYPES)) if parts else Gates.empty()


def _evenly(place: int, outline: tuple[Floats, Floats]) -> Gates:
    """Put gates at equal distances along an edge."""
    latitude, longitude = outline
    north = MEAN_RADIUS * np.diff(latitude)
    east = MEAN_RADIUS * wrap_longitude(np.diff(longitude)) * np.cos(latitude[:-1])
    run = np.concatenate([[0.0], np.cumsum(np.hypot(east, north))])
    count = int(np.clip(np.ceil(run[-1] / _APART), 1, _MOST))
    at = run[-1] * (np.arange(count) + 0.5) / count
    part = np.clip(np.searchsorted(run, at, side="right") - 1, 0, len(north) - 1)
    share = (at - run[part]) / np.maximum(run[part + 1] - run[part], 1e-9)
    return Gates(
        place=np.full(count, place, np.int32),
        latitude=latitude[part] + share * np.diff(latitude)[part],
        longitude=wrap_longitude(longitude[part] + share * wrap_longitude(np.diff(longitude))[part]),
        heading=wrap_longitude(np.arctan2(east[part], north[part]) + 0.5 * np.pi),
        road=np.zeros(count, np.bool_),
    )


def _by_roads(place: int, outline: tuple[Floats, Floats], roads: RoadNetwork) -> Gates | None:
    """Put gates where roads cross an edge; None where none does."""
    origin = (float(outline[0][0]), float(outline[1][0]))
    edge, points = flat(*outline, origin), flat(roads.latitude, roads.longitude, origin)
    begin, end = points[:-1], points[1:]
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    near = ((low <= edge.max(axis=0)) & (high >= edge.min(axis=0))).all(axis=1)
    near[roads.offset[1:-1] - 1] = False  # from the end of one road to the beginning of the next leads none
    ways = np.flatnonzero(near)
    sign, share = each_crossing(begin[ways], end[ways], edge)
    way, part = np.nonzero(sign)
    if not len(way):
        return None
    along = (end - begin)[ways[way]] * sign[way, part][:, None]
    where = begin[ways[way]] + share[way, part][:, None] * (end - begin)[ways[way]]
    latitude, longitude = from_flat(where, origin)
    return Gates(
        place=np.full(len(way), place, np.int32),
        latitude=latitude,
        longitude=longitude,
        heading=np.arctan2(along[:, 0], along[:, 1]),
        road=np.ones(len(way), np.bool_),
    )
