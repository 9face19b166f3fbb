"""Places that are watched: sites, lines and areas, and what is said to hold there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets

ALWAYS = (-(1 << 63), (1 << 63) - 1)
"""From and until of a rule that names neither, ns UTC."""


class PlaceKind(IntEnum):
    """What a place is watched for: what stands in a site, what crosses a line, what is seen in an area."""

    SITE = 0
    LINE = 1
    AREA = 2


class RuleKind(IntEnum):
    """What is said to hold at a place.

    ``DECLARED_CONTENT``: as many vehicles are in the site as was declared. ``NO_VEHICLES_BEYOND``: none crosses the
    line to its forbidden side, or none enters the closed place. ``STORAGE_ONLY``: what is in the site stays there, and
    nothing comes. ``CONVOYS_ANNOUNCED``: crossings come within the announced times, as many as announced or more.
    """

    DECLARED_CONTENT = 0
    NO_VEHICLES_BEYOND = 1
    STORAGE_ONLY = 2
    CONVOYS_ANNOUNCED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Places(Columnar):
    """Places, one row each; their corners lie in shared columns.

    A closed place has its corners clockwise, the first one not repeated, so that what crosses its edge from left to
    right comes in. A line has them as drawn; what crosses it from left to right goes from its side a to its side b.

    Attributes
    ----------
    kind : (N,) ``PlaceKind``
    first, corners : (N,) where a place's corners begin in the shared columns, and how many there are
    speed : (N,) usual speed of who crosses, m/s, NaN not said
    number : (N,) of its name in ``names``, of which none is there twice
    latitude, longitude : (P,) of all corners, rad
    """

    kind: Octets
    first: Indices
    corners: Indices
    speed: Floats
    number: Indices
    names: tuple[str, ...]
    latitude: Floats
    longitude: Floats

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "kind": np.uint8,
        "first": np.int32,
        "corners": np.int32,
        "speed": np.float64,
        "number": np.int32,
    }

    def outline(self, place: int) -> tuple[Floats, Floats]:
        """Give latitudes and longitudes, (K,) rad, of a place's corners; of a closed one with the first again."""
        rows = np.arange(self.corners[place]) + self.first[place]
        if self.closed[place]:
            rows = np.append(rows, rows[0])
        return self.latitude[rows], self.longitude[rows]

    @property
    def closed(self) -> Flags:
        """(N,) True of sites and areas."""
        return np.asarray(self.kind != PlaceKind.LINE)

    def name(self, place: int) -> str:
        """Give the name of the place in a row."""
        return self.names[int(self.number[place])]

    def find(self, name: str) -> int | None:
        """Give the row of a place by its name, None where there is none."""
        rows = [row for row in range(len(self)) if self.name(row) == name]
        return rows[0] if rows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules(Columnar):
    """What is said to hold, one row a rule.

    Attributes
    ----------
    place : (R,) row of the places
    kind : (R,) ``RuleKind``
    begin, end : (R,) from when until when, half open, ns UTC
    vehicles : (R,) declared or announced, -1 not said
    to_left : (R,) the forbidden side of a line is its left one, not its right
    """

    place: Indices
    kind: Octets
    begin: Integers
    end: Integers
    vehicles: Indices
    to_left: Flags

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "place": np.int32,
        "kind": np.uint8,
        "begin": np.int64,
        "end": np.int64,
        "vehicles": np.int32,
        "to_left": np.bool_,
    }
