"""Formations: groups of vehicles that move together, as states over time, their members and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles, stack
from sidelook.model.origin import Origin, merge_origins


class FormationKind(IntEnum):
    """How a formation is laid out."""

    GROUP = 0
    COLUMN = 1
    ON_LINE = 2
    STANDING = 3


class FormationState(IntEnum):
    """Life of a formation: seen of late, not seen of late, given up."""

    HELD = 0
    COASTING = 1
    LOST = 2


class FormationEvent(IntEnum):
    """What happened to a formation since its state before; ``SPLIT`` and ``MERGED`` name the other one."""

    NONE = 0
    FOUND = 1
    SPLIT = 2
    MERGED = 3
    STOPPED = 4
    MOVED_ON = 5
    LOST = 6
    FOUND_AGAIN = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationTable(Columnar):
    """States of formations, one row a formation and moment; a formation's rows over time are its trace.

    Attributes
    ----------
    formation : (K,) identity within one mission, from 1
    time : (K,) of the state, ns UTC
    supported : (K,) time of the last plot behind any member, ns UTC
    latitude, longitude : (K,) of the middle, rad
    velocity_east, velocity_north : (K,) of the whole, m/s
    position_covariance : (K, 3) error of the middle: east-east, east-north, north-north, m2
    velocity_covariance : (K, 3) likewise, m2/s2
    extent : (K, 3) spread of the vehicles about the middle, as a covariance without their errors, m2
    members : (K,) tracks that are in it now
    count : (K,) likeliest number of vehicles; ``count_low``, ``count_high`` : (K,) between which it lies with 90 %
    length, width : (K,) along and across the longer axis, m; ``spacing`` : (K,) mean distance from one to the next, m
    kind : (K,) ``FormationKind``; ``state`` : (K,) ``FormationState``
    probability : (K,) that the members move together and are not traffic, 0..1
    target_class : (K,) commonest ``TargetClass`` of its members; ``class_share`` : (K,) theirs among them, 0..1
    event : (K,) ``FormationEvent``; ``other`` : (K,) the formation that it split from or went over into, 0 for none
    simulated : (K,) sticky: any member is
    origin : (K,) row of ``origins``: the most protected one behind it
    """

    formation: Integers
    time: Integers
    supported: Integers
    latitude: Floats
    longitude: Floats
    velocity_east: Singles
    velocity_north: Singles
    position_covariance: Singles
    velocity_covariance: Singles
    extent: Singles
    members: Indices
    count: Indices
    count_low: Indices
    count_high: Indices
    length: Singles
    width: Singles
    spacing: Singles
    kind: Octets
    state: Octets
    probability: Singles
    target_class: Octets
    class_share: Singles
    event: Octets
    other: Integers
    simulated: Flags
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar = {
        "formation": np.int64,
        "time": np.int64,
        "supported": np.int64,
        "latitude": np.float64,
        "longitude": np.float64,
        "velocity_east": np.float32,
        "velocity_north": np.float32,
        "position_covariance": (np.float32, 3),
        "velocity_covariance": (np.float32, 3),
        "extent": (np.float32, 3),
        "members": np.int32,
        "count": np.int32,
        "count_low": np.int32,
        "count_high": np.int32,
        "length": np.float32,
        "width": np.float32,
        "spacing": np.float32,
        "kind": np.uint8,
        "state": np.uint8,
        "probability": np.float32,
        "target_class": np.uint8,
        "class_share": np.float32,
        "event": np.uint8,
        "other": np.int64,
        "simulated": np.bool_,
        "origin": np.int32,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationMembers(Columnar):
    """Which tracks are in which formation.

    Attributes
    ----------
    formation, track : (N,) identities
    time : (N,) of the state, ns UTC
    """

    formation: Integers
    track: Integers
    time: Integers

    DTYPES: ClassVar = {"formation": np.int64, "track": np.int64, "time": np.int64}


def concatenate_formations(parts: Sequence[FormationTable]) -> FormationTable:
    """Join tables of formations in the order given, renumbering the origins."""
    if not parts:
        return FormationTable.empty(origins=())
    origins, origin = merge_origins([(part.origins, part.origin) for part in parts])
    return FormationTable(**(stack(parts, FormationTable.DTYPES) | {"origin": origin}), origins=origins)
