"""Stationary vehicles, as images show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Columnar, Floats
from sidelook.model.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicles(Columnar):
    """Things of a vehicle's size that stand out of the ground, one row each.

    Attributes
    ----------
    east, north : (N,) of the scene reference, m
    east_error, north_error : (N,) standard deviations of the middle, m; those of the image's own place are not in them
    length, width : (N,) as imaged, the radar's response included, m
    strength_db : (N,) strongest pixel over the mean of the ground around, dB
    false_alarm_probability : (N,) that even ground alone makes a given pixel that strong
    area : searched, m2
    false_alarms_per_km2 : at most, over even ground
    frame : where the scene reference lies; None where the image does not say
    begin, end : of the image's collection, ns UTC; None where it has none
    origin : of the image
    """

    east: Floats
    north: Floats
    east_error: Floats
    north_error: Floats
    length: Floats
    width: Floats
    strength_db: Floats
    false_alarm_probability: Floats
    area: float
    false_alarms_per_km2: float
    frame: LocalFrame | None
    begin: int | None
    end: int | None
    origin: Origin

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "east": np.float64,
        "north": np.float64,
        "east_error": np.float64,
        "north_error": np.float64,
        "length": np.float64,
        "width": np.float64,
        "strength_db": np.float64,
        "false_alarm_probability": np.float64,
    }

    @property
    def false_alarms(self) -> float:
        """How many of them are false, in the mean and at most, over even ground."""
        return self.false_alarms_per_km2 * self.area / 1e6
