"""Nominal errors where the reports say nothing."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.context import SensorErrors
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.plots import Dwells


def fill_errors(dwells: Dwells, rows: slice, plots: slice, errors: SensorErrors) -> None:
    """Put nominal values where the reports say nothing, in place.

    Parameters
    ----------
    dwells : changed in place
    rows, plots : of the dwells to fill, and of their plots
    errors : nominal values; NaN fills nothing
    """
    for name in ("sigma_along", "sigma_across", "sigma_sensor_height", "minimum_detectable_speed"):
        _fill(getattr(dwells, name)[rows], getattr(errors, name))
    for name in ("sigma_slant_range", "sigma_radial_speed"):
        _fill(getattr(dwells.plots, name)[plots], getattr(errors, name))
    across = dwells.plots.sigma_cross_range[plots]
    if not math.isnan(errors.sigma_cross_range_angle) and np.isnan(across).any():
        _fill(across, errors.sigma_cross_range_angle * _slant_range(dwells, rows, plots))


def _fill(column: NDArray[Any], value: float | NDArray[Any]) -> None:
    np.copyto(column, value, where=np.isnan(column), casting="same_kind")


def _slant_range(dwells: Dwells, rows: slice, plots: slice) -> NDArray[np.float64]:
    """(N,) from the sensor to each plot, m; plots without height lie on the ellipsoid."""
    sensor = geodetic_to_ecef(dwells.sensor_latitude[rows], dwells.sensor_longitude[rows], dwells.sensor_height[rows])
    seen = dwells.plots
    height = np.nan_to_num(seen.height[plots])
    target = geodetic_to_ecef(seen.latitude[plots], seen.longitude[plots], height)
    distance: NDArray[np.float64] = np.linalg.norm(target - np.repeat(sensor, dwells.plot_count[rows], axis=0), axis=1)
    return distance
