"""What crossed the edges of places: single crossings as tracks show them, and what they add up to, hour by hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles, stack
from sidelook.model.origin import Origin, merge_origins

EVERY_CLASS = 255
"""Target class of rows that count all classes together."""


class Direction(IntEnum):
    """Which way an edge is crossed: into a closed place or out of it; of a line, from its left side a to b, or back."""

    IN = 0
    OUT = 1


class Reason(IntEnum):
    """Why the true number of crossings cannot be told."""

    NONE = 0
    NOT_LOOKED_AT = 1
    HIDDEN = 2
    ALONG_THE_NOTCH = 3
    TOO_FEW_LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings(Columnar):
    """Tracks that crossed the edge of a place, one row a crossing, in order of place, then time.

    Attributes
    ----------
    place : (N,) row of the places
    mission, track : (N,) whose; a track is known within its mission alone
    time : (N,) ns UTC, between the two plots on either side
    direction : (N,) ``Direction``
    target_class : (N,) ``TargetClass`` as known in the end
    latitude, longitude : (N,) of the crossing, rad
    speed : (N,) over ground, m/s; ``heading`` : (N,) clockwise from true north, rad
    simulated : (N,) sticky
    origin : (N,) row of ``origins``
    """

    place: Indices
    mission: Integers
    track: Integers
    time: Integers
    direction: Octets
    target_class: Octets
    latitude: Floats
    longitude: Floats
    speed: Singles
    heading: Singles
    simulated: Flags
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "place": np.int32,
        "mission": np.int64,
        "track": np.int64,
        "time": np.int64,
        "direction": np.uint8,
        "target_class": np.uint8,
        "latitude": np.float64,
        "longitude": np.float64,
        "speed": np.float32,
        "heading": np.float32,
        "simulated": np.bool_,
        "origin": np.int32,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTable(Columnar):
    """Crossings of places by direction, class and time, with what the radar could know of them.

    Attributes
    ----------
    place : (N,) row of the places
    begin, end : (N,) half open, ns UTC
    direction : (N,) ``Direction``
    target_class : (N,) ``TargetClass``, or ``EVERY_CLASS``
    seen : (N,) crossings by tracks
    exposure : (N,) mean chance, 0..1, that a crossing within that time is seen
    low, mean, high : (N,) of the true number, the interval with 90 %; NaN where it is undetermined
    reason : (N,) ``Reason``, why it is undetermined
    looked : (N,) share of the time in which the place was looked at, averaged over its edge
    visible : (N,) share of those looks that nothing hid, NaN where terrain is not known
    clear : (N,) share of the chance of detection that the Doppler notch leaves
    simulated : (N,) sticky
    origin : (N,) row of ``origins``: the most protected of what went into it
    """

    place: Indices
    begin: Integers
    end: Integers
    direction: Octets
    target_class: Octets
    seen: Indices
    exposure: Floats
    low: Floats
    mean: Floats
    high: Floats
    reason: Octets
    looked: Singles
    visible: Singles
    clear: Singles
    simulated: Flags
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "place": np.int32,
        "begin": np.int64,
        "end": np.int64,
        "direction": np.uint8,
        "target_class": np.uint8,
        "seen": np.int32,
        "exposure": np.float64,
        "low": np.float64,
        "mean": np.float64,
        "high": np.float64,
        "reason": np.uint8,
        "looked": np.float32,
        "visible": np.float32,
        "clear": np.float32,
        "simulated": np.bool_,
        "origin": np.int32,
    }

    @property
    def determined(self) -> Flags:
        """(N,) True where the true number can be told."""
        return np.asarray(self.reason == Reason.NONE)


def concatenate_crossings(parts: Sequence[Crossings]) -> Crossings:
    """Join crossings in order of place, then time, renumbering the origins."""
    if not parts:
        return Crossings.empty(origins=())
    origins, origin = merge_origins([(part.origins, part.origin) for part in parts])
    joined = Crossings(**(stack(parts, Crossings.DTYPES) | {"origin": origin}), origins=origins)
    return joined.take(np.lexsort((joined.time, joined.place)))
