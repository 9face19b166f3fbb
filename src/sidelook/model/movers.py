"""Moving things as a radar image shows them: beside where they are, and drawn out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Flags, Floats, Integers

MOMENTS = 9
"""Of an aperture, evenly from its begin to its end, at which it is said where the mover is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMovers(Columnar):
    """Where movers are shown in a radar image, one row each; all places in the image's frame, m.

    Attributes
    ----------
    track : (N,) of whom it is
    east, north, up : (N,) where it is shown, in the middle of the aperture; NaN where nothing of its range is imaged
    covariance : (N, 3) of that place: east with east, east with north, north with north, m2
    true_east, true_north, true_up : (N,) where it is then
    radial_speed : (N,) away from the antenna, m/s
    shift : (N,) that it is shown ahead along the antenna's motion, m; below zero behind
    shift_error : (N,) standard deviation, m
    trail_east, trail_north : (N, MOMENTS) where it is shown from the begin of the aperture to its end: the smear
    smear : (N,) length of that, m; the response of the radar is not in it
    smear_error : (N,) standard deviation, m
    inside : (N,) whether it is shown within the image
    """

    track: Integers
    east: Floats
    north: Floats
    up: Floats
    covariance: Floats
    true_east: Floats
    true_north: Floats
    true_up: Floats
    radial_speed: Floats
    shift: Floats
    shift_error: Floats
    trail_east: Floats
    trail_north: Floats
    smear: Floats
    smear_error: Floats
    inside: Flags

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "track": np.int64,
        "east": np.float64,
        "north": np.float64,
        "up": np.float64,
        "covariance": (np.float64, 3),
        "true_east": np.float64,
        "true_north": np.float64,
        "true_up": np.float64,
        "radial_speed": np.float64,
        "shift": np.float64,
        "shift_error": np.float64,
        "trail_east": (np.float64, MOMENTS),
        "trail_north": (np.float64, MOMENTS),
        "smear": np.float64,
        "smear_error": np.float64,
        "inside": np.bool_,
    }
