"""What the sensor measures of a vehicle: slant range, azimuth and radial speed, and how they change with its state.

The vehicle stays on the ground, given around it as a tangent plane; the sensor is a point. Azimuths are clockwise from
the north of the mission-local frame, at the sensor. Radial speed is positive away from the sensor, platform motion
removed (STANAG 4607, D32.7). This is the float64 reference; the compiled pass stands in ``filters.kernels``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.ground import Ground, Plane
from sidelook.model.columns import Floats

SLOPE_BASE = 100.0  # m to each side, over which a ground's slope is taken
SLOPE_STEPS = SLOPE_BASE * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementErrors:
    """Standard deviations to assume where a report gives none (or gives zero), and those never to go below.

    Attributes
    ----------
    slant_range : m; ``azimuth`` : rad; ``radial_speed`` : m/s
    least_slant_range, least_azimuth, least_radial_speed : as small as a sensor of this kind can have
    """

    slant_range: float = 15.0
    azimuth: float = 1.0e-3
    radial_speed: float = 1.0
    least_slant_range: float = 1.0
    least_azimuth: float = 1.0e-5
    least_radial_speed: float = 0.05


def tangent_ground(places: NDArray[Any], ground: Ground) -> Floats:
    """Lay a plane tangent to the ground through places on (or above) it.

    Parameters
    ----------
    places : (..., 3) east, north, up, m
    ground : asked for its slope only; the plane passes through the place

    Returns
    -------
    (..., 5) the place, slope up over east, slope up over north
    """
    if isinstance(ground, Plane):  # level everywhere
        return np.concatenate([places, np.zeros((*places.shape[:-1], 2))], axis=-1)
    around = places[..., None, :2] + SLOPE_STEPS
    heights = ground.height(around[..., 0], around[..., 1])
    slopes = (heights[..., 0::2] - heights[..., 1::2]) / (2.0 * SLOPE_BASE)
    return np.concatenate([places, slopes], axis=-1)


def place_measured(places: NDArray[Any], sensors: NDArray[Any]) -> tuple[Floats, Floats]:
    """Give slant range, m, and azimuth, rad, (...) of places at sensors, both (..., 3) east, north, up."""
    line = np.asarray(places) - np.asarray(sensors)
    return np.sqrt((line**2).sum(axis=-1)), np.arctan2(line[..., 0], line[..., 1])


def measure(states: NDArray[Any], sensors: NDArray[Any], grounds: NDArray[Any]) -> Floats:
    """Give what the sensor measures.

    Parameters
    ----------
    states : (..., 4) east, north, velocity east, velocity north
    sensors : (..., 3) east, north, up
    grounds : (..., 5) as ``tangent_ground``

    Returns
    -------
    (..., 3) slant range, m, azimuth, rad, radial speed, m/s
    """
    line, velocity = sight(states, sensors, grounds)
    slant = np.sqrt((line**2).sum(axis=-1))
    return np.stack([slant, np.arctan2(line[..., 0], line[..., 1]), (line * velocity).sum(axis=-1) / slant], axis=-1)


def sight(states: NDArray[Any], sensors: NDArray[Any], grounds: NDArray[Any]) -> tuple[Floats, Floats]:
    """Give the line of sight and the velocity, (..., 3) east, north, up, of states on their ground."""
    offset = states[..., :2] - grounds[..., :2]
    up = grounds[..., 2] + (grounds[..., 3:] * offset).sum(axis=-1)
    climb = (grounds[..., 3:] * states[..., 2:]).sum(axis=-1)
    place = np.concatenate([states[..., :2], up[..., None]], axis=-1)
    return place - sensors, np.concatenate([states[..., 2:], climb[..., None]], axis=-1)


def jacobian(states: NDArray[Any], sensors: NDArray[Any], grounds: NDArray[Any]) -> Floats:
    """Give the derivatives (..., 3, 4) of ``measure`` over the state."""
    line, velocity = sight(states, sensors, grounds)
    slant = np.sqrt((line**2).sum(axis=-1))[..., None]
    flat_squared = (line[..., :2] ** 2).sum(axis=-1)[..., None]
    speed = (line * velocity).sum(axis=-1)[..., None] / slant
    slopes = grounds[..., 3:]
    unit = (line[..., :2] + line[..., 2:] * slopes) / slant  # of range over a step along the ground
    turn = np.stack([line[..., 1], -line[..., 0]], axis=-1) / flat_squared
    swing = (velocity[..., :2] + velocity[..., 2:] * slopes - speed * unit) / slant
    rows = np.zeros((*slant.shape[:-1], 3, 4))
    rows[..., 0, :2], rows[..., 1, :2], rows[..., 2, :2], rows[..., 2, 2:] = unit, turn, swing, unit
    return rows


def variances(slant: NDArray[Any], sigmas: NDArray[Any], errors: MeasurementErrors) -> Floats:
    """Give the variances (N, 3) of slant range, azimuth and radial speed.

    Parameters
    ----------
    slant : (N,) slant range, m
    sigmas : (N, 3) reported slant range sigma, m, cross range sigma, m, radial speed sigma, m/s; NaN or 0 for none
    errors : what holds where nothing is reported

    Returns
    -------
    (N, 3) m2, rad2, m2/s2; the azimuth's sigma is the cross range sigma over the slant range
    """
    reported = np.array(sigmas, np.float64)
    reported[:, 1] /= slant
    usual = np.array([errors.slant_range, errors.azimuth, errors.radial_speed])
    least = np.array([errors.least_slant_range, errors.least_azimuth, errors.least_radial_speed])
    given = np.isfinite(reported) & (reported > 0.0)
    variance: Floats = np.maximum(np.where(given, reported, usual), least) ** 2
    return variance
