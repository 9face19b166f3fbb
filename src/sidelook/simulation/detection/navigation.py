"""Errors of the platform's own position and heading: slow, shared by all plots of a while, unknown to the radar.

Each is constant for a step and from step to step a first-order Gauss-Markov walk, taken as a fading sum of what came
before; so an error depends on the time alone and not on when one began to ask.
"""

from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.plots import Dwells
from sidelook.simulation.detection.chance import Chance, Draw
from sidelook.simulation.detection.scene import Imperfections

_MEMORY = 5.0  # times of forgetting, after which nothing is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """Where the radar believes to be, dwell by dwell.

    Attributes
    ----------
    latitude, longitude, height : (M,) believed, rad, rad, m
    heading_error : (M,) believed less true, rad
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    height: NDArray[np.float64]
    heading_error: NDArray[np.float64]


def navigate(chance: Chance, imperfections: Imperfections, dwells: Dwells) -> Navigation:
    """Draw the errors of dwells; those of position have the standard deviations that the dwells state.

    Parameters
    ----------
    chance : source of chance
    imperfections : of the radar
    dwells : M of them, their sensor positions true
    """
    step, forget = imperfections.navigation_step, imperfections.position_time
    along, across, up = (
        np.nan_to_num(sigma) * _walk(chance, item, dwells.time, step, forget)
        for item, sigma in enumerate((dwells.sigma_along, dwells.sigma_across, dwells.sigma_sensor_height))
    )
    track = np.nan_to_num(dwells.track)
    north = along * np.cos(track) - across * np.sin(track)
    east = along * np.sin(track) + across * np.cos(track)
    heading = _walk(chance, 3, dwells.time, step, imperfections.heading_time)
    return Navigation(
        latitude=dwells.sensor_latitude + north / MEAN_RADIUS,
        longitude=dwells.sensor_longitude + east / (MEAN_RADIUS * np.cos(dwells.sensor_latitude)),
        height=dwells.sensor_height + up,
        heading_error=imperfections.sigma_heading * heading,
    )


def _walk(chance: Chance, item: int, time: NDArray[np.int64], step: float, forget: float) -> NDArray[np.float64]:
    """Draw a walk of standard deviation one at times, (M,) ns UTC."""
    if not len(time):
        return np.zeros(0)
    node = time // round(step * 1e9)
    first, last = int(node.min()), int(node.max())
    depth = max(1, ceil(_MEMORY * forget / step))
    nodes = np.arange(first - depth + 1, last + 1).astype(np.uint64)
    white = chance.normal(Draw.NAVIGATION, nodes, np.uint64(item))[0]
    fading = exp(-step / forget) ** np.arange(depth - 1, -1, -1.0)
    fading /= np.sqrt(np.sum(fading**2))
    return np.asarray(np.convolve(white, fading[::-1], mode="valid")[node - first])
