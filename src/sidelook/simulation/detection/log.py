"""What became of every look at the truth."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks(Columnar):
    """Every entity in the footprint of every dwell, one row each, in order of dwells, then entities.

    Attributes
    ----------
    time : (K,) ns UTC
    dwell : (K,) row of the dwells that were asked
    row : (K,) of the entities
    east, north, up : (K,) where it was, in the frame of the truth, m
    slant_range : (K,) m
    radial_speed : (K,) true, m/s, positive away from the sensor
    snr_db : (K,) mean signal-to-noise ratio of a coherent interval, clutter left aside, dB
    clutter_db : (K,) ratio of clutter to noise there, dB
    visible : (K,) above the horizon and nothing in between; False is masked
    in_notch : (K,) slower than what can be told from clutter
    blind : (K,) coherent intervals that fold its speed into the notch, though it is faster
    detected : (K,) a plot came of it, alone or with others
    merged_into : (K,) row of the stronger entity that the radar took it for a part of, -1 none
    """

    time: Integers
    dwell: Indices
    row: Indices
    east: Floats
    north: Floats
    up: Floats
    slant_range: Floats
    radial_speed: Singles
    snr_db: Singles
    clutter_db: Singles
    visible: Flags
    in_notch: Flags
    blind: Octets
    detected: Flags
    merged_into: Indices

    DTYPES: ClassVar = {
        "time": np.int64,
        "dwell": np.int32,
        "row": np.int32,
        "east": np.float64,
        "north": np.float64,
        "up": np.float64,
        "slant_range": np.float64,
        "radial_speed": np.float32,
        "snr_db": np.float32,
        "clutter_db": np.float32,
        "visible": np.bool_,
        "in_notch": np.bool_,
        "blind": np.uint8,
        "detected": np.bool_,
        "merged_into": np.int32,
    }
