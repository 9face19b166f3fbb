"""What truly is and moves: entities, and where they were; from a simulation, a recording or another program.

Truth is never shown to a tracker. All truth here is of a fictional or a public world, and whatever is made of it by a
simulated radar stays marked as simulated.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities(Columnar):
    """Things that move, one row each.

    Attributes
    ----------
    entity : (V,) truth tag, above zero, unique
    target_class : (V,) ``TargetClass``
    formation : (V,) number of the formation it belongs to, -1 none
    length : (V,) m, NaN unknown
    names : of the entities in the source they come from, one each; empty where they have none
    formation_names : of the formations by number; empty where they have none
    """

    entity: Integers
    target_class: Octets
    formation: Indices
    length: Singles
    names: tuple[str, ...] = ()
    formation_names: tuple[str, ...] = ()

    DTYPES: ClassVar = {
        "entity": np.int64,
        "target_class": np.uint8,
        "formation": np.int32,
        "length": np.float32,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthSamples(Columnar):
    """Where entities were, sorted by entity, then time; an entity is there from its first sample to its last.

    Attributes
    ----------
    row : (N,) row of ``entities``
    time : (N,) ns UTC
    latitude, longitude : (N,) rad
    height : (N,) above the ellipsoid, m, NaN where the source has none: then on the ground
    entities : who they are
    """

    row: Indices
    time: Integers
    latitude: Floats
    longitude: Floats
    height: Floats
    entities: Entities

    DTYPES: ClassVar = {
        "row": np.int32,
        "time": np.int64,
        "latitude": np.float64,
        "longitude": np.float64,
        "height": np.float64,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthLooks(Columnar):
    """Where entities were at the looks of a radar and at regular moments, and what kept the radar from seeing them.

    Attributes
    ----------
    time : (N,) ns UTC
    dwell : (N,) index of the dwell that looked there, -1 at a regular moment
    entity : (N,) truth tag
    latitude, longitude : (N,) rad
    height : (N,) above the ellipsoid, m
    speed : (N,) over ground, m/s
    heading : (N,) of motion over ground, clockwise from true north, rad; NaN where it stands
    radial_speed : (N,) m/s, positive away from the sensor, platform motion removed
    visible : (N,) nothing keeps the radar from it: in view, not masked, not in the notch
    masked : (N,) terrain stands between
    in_notch : (N,) its radial speed is below what the radar can tell from the ground
    in_view : (N,) inside the field of view and the ranges; at a look, inside the footprint
    detected : (N,) the look reported it; False at regular moments
    formation : (N,) number of its formation, -1 none
    target_class : (N,) ``TargetClass``
    """

    time: Integers
    dwell: Indices
    entity: Integers
    latitude: Floats
    longitude: Floats
    height: Floats
    speed: Singles
    heading: Singles
    radial_speed: Singles
    visible: Flags
    masked: Flags
    in_notch: Flags
    in_view: Flags
    detected: Flags
    formation: Indices
    target_class: Octets

    DTYPES: ClassVar = {
        "time": np.int64,
        "dwell": np.int32,
        "entity": np.int64,
        "latitude": np.float64,
        "longitude": np.float64,
        "height": np.float64,
        "speed": np.float32,
        "heading": np.float32,
        "radial_speed": np.float32,
        "visible": np.bool_,
        "masked": np.bool_,
        "in_notch": np.bool_,
        "in_view": np.bool_,
        "detected": np.bool_,
        "formation": np.int32,
        "target_class": np.uint8,
    }
