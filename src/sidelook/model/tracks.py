"""What a tracker says: states of tracks over time, one row a track and update."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles, stack
from sidelook.model.origin import Origin, merge_origins


class TrackState(IntEnum):
    """Life of a track."""

    TENTATIVE = 0
    CONFIRMED = 1
    COASTING = 2
    STOPPED = 3
    LOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackTable(Columnar):
    """States of tracks, one row a track and moment.

    Attributes
    ----------
    track : (K,) identity within one mission, from 1
    time : (K,) of the state, ns UTC
    supported : (K,) time of the last plot behind it, ns UTC
    latitude, longitude : (K,) rad; ``height`` : (K,) over the ellipsoid, m
    velocity_east, velocity_north : (K,) m/s, in the local horizon of the position
    position_covariance : (K, 3) east-east, east-north, north-north, m2
    velocity_covariance : (K, 3) likewise, m2/s2
    cross_covariance : (K, 4) of position with velocity: east with east, east with north, north with east, north with
        north, m2/s
    state : (K,) ``TrackState``
    target_class : (K,) ``TargetClass``; ``class_probability`` : (K,) 0..1
    same_vehicle : (K,) probability of being the vehicle that it was ten minutes ago, or at its first plot since
    plot_count : (K,) plots it has been given so far
    formation : (K,) that it was in when formations were last looked for, 0 for none
    simulated : (K,) sticky: any plot behind it was
    origin : (K,) row of ``origins``: the most protected origin behind the track
    """

    track: Integers
    time: Integers
    supported: Integers
    latitude: Floats
    longitude: Floats
    height: Singles
    velocity_east: Singles
    velocity_north: Singles
    position_covariance: Singles
    velocity_covariance: Singles
    cross_covariance: Singles
    state: Octets
    target_class: Octets
    class_probability: Singles
    same_vehicle: Singles
    plot_count: Indices
    formation: Integers
    simulated: Flags
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar = {
        "track": np.int64,
        "time": np.int64,
        "supported": np.int64,
        "latitude": np.float64,
        "longitude": np.float64,
        "height": np.float32,
        "velocity_east": np.float32,
        "velocity_north": np.float32,
        "position_covariance": (np.float32, 3),
        "velocity_covariance": (np.float32, 3),
        "cross_covariance": (np.float32, 4),
        "state": np.uint8,
        "target_class": np.uint8,
        "class_probability": np.float32,
        "same_vehicle": np.float32,
        "plot_count": np.int32,
        "formation": np.int64,
        "simulated": np.bool_,
        "origin": np.int32,
    }


def concatenate_tracks(parts: Sequence[TrackTable]) -> TrackTable:
    """Join track tables in the order given, renumbering the origins."""
    if not parts:
        return TrackTable.empty(origins=())
    origins, origin = merge_origins([(part.origins, part.origin) for part in parts])
    return TrackTable(**(stack(parts, TrackTable.DTYPES) | {"origin": origin}), origins=origins)
