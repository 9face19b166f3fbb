"""Counts by cell of a map and hour, with how long each cell was looked at: what remains of tracks in the long run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles
from sidelook.model.origin import Origin

MERGED = -1
"""Vehicles of a cell that has too few to be told apart: they are in the row of a block of cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCounts(Columnar):
    """Cells of an equal-area grid, one row a cell and hour.

    Attributes
    ----------
    begin : (N,) of the hour, ns UTC
    level : (N,) 0 a cell; k a block of 2^k x 2^k cells, for the vehicles in them that are counted nowhere else
    cell : (N,) number in the grid; of a block, of its southwesternmost cell
    latitude, longitude : (N,) of the middle, rad
    looks : (N,) at the middle of the cell, 0 of a block
    minutes : (N,) of the hour in which it was looked at; ``visible_minutes`` : when nothing hid it, -1 not known
    minimum_detectable_speed : (N,) mean over the looks, m/s, NaN where none said
    plots : (N,) in it, 0 of a block
    vehicles : (N,) tracks that plots put there in the hour, or ``MERGED``
    simulated : (N,) sticky
    origin : (N,) row of ``origins``
    """

    begin: Integers
    level: Octets
    cell: Integers
    latitude: Floats
    longitude: Floats
    looks: Indices
    minutes: Indices
    visible_minutes: Indices
    minimum_detectable_speed: Singles
    plots: Indices
    vehicles: Indices
    simulated: Flags
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "begin": np.int64,
        "level": np.uint8,
        "cell": np.int64,
        "latitude": np.float64,
        "longitude": np.float64,
        "looks": np.int32,
        "minutes": np.int32,
        "visible_minutes": np.int32,
        "minimum_detectable_speed": np.float32,
        "plots": np.int32,
        "vehicles": np.int32,
        "simulated": np.bool_,
        "origin": np.int32,
    }
