"""What truly is and moves: entities, and where they were; from a simulation, a recording or another program.

Truth is never shown to a tracker. All truth here is of a fictional or a public world, and whatever is made of it by a
simulated radar stays marked as simulated.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Floats, Indices, Integers, Octets, Singles


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
    """

    entity: Integers
    target_class: Octets
    formation: Indices
    length: Singles
    names: tuple[str, ...] = ()

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
