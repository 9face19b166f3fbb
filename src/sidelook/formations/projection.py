"""Where a formation will be, and when it will pass a place, if it goes on as it does.

Straight on at its speed: good for some minutes on an open road, and said with an error that grows. For formations
only: no single vehicle is ever projected.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formations.snapshot import full
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.model.columns import Floats
from sidelook.model.formation import FormationTable

WANDER = 5e-4  # rad2/s, of the heading: roads bend, after 100 s by some 13 degrees
PACE = 0.15  # of its speed, by which a formation drives faster or slower over minutes, standard deviation
NINETY = 1.645  # standard deviations to either side


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When formations pass a place.

    Attributes
    ----------
    head, tail : (K,) seconds from the row's time until the first vehicle passes, and the last; NaN where none will
    head_early, tail_late : (K,) between which all of it passes with 90 %
    aside : (K,) how far from the place its way leads, m
    """

    head: Floats
    tail: Floats
    head_early: Floats
    tail_late: Floats
    aside: Floats


def project(table: FormationTable, seconds: float) -> tuple[Floats, Floats, Floats]:
    """Put formations ahead.

    Parameters
    ----------
    table : (K,) formations
    seconds : from each row's time

    Returns
    -------
    latitude, longitude : (K,) of the middle, rad
    covariance : (K, 2, 2) east, north, m2
    """
    places, errors = [], []
    for row in range(len(table)):
        frame = LocalFrame(latitude=float(table.latitude[row]), longitude=float(table.longitude[row]))
        velocity = np.array([table.velocity_east[row], table.velocity_north[row]], np.float64)
        latitude, longitude, _ = enu_to_geodetic(np.array([*(seconds * velocity), 0.0]), frame)
        places.append((float(latitude), float(longitude)))
        one = table.take(slice(row, row + 1))
        error = full(one.position_covariance)[0] + seconds**2 * full(one.velocity_covariance)[0]
        errors.append(error + wandering(velocity, seconds))
    known = np.array(places).reshape(-1, 2)
    return known[:, 0], known[:, 1], np.array(errors).reshape(-1, 2, 2)


def wandering(velocity: NDArray[Any], seconds: float) -> Floats:
    """Give the (2, 2) covariance by which a formation strays from straight on: along by its pace, across by bends."""
    along = np.outer(velocity, velocity)
    left = np.array([-velocity[1], velocity[0]])
    across = np.outer(left, left)
    spread: Floats = seconds**2 * (PACE**2 * along + WANDER * seconds / 3.0 * across)
    return spread


def arrivals(table: FormationTable, latitude: float, longitude: float, *, within: float = 500.0) -> Arrivals:
    """Say when formations pass a place.

    Parameters
    ----------
    table : (K,) formations
    latitude, longitude : of the place, rad
    within : a way that leads by farther aside does not count, m; beyond it the error of the heading is allowed for
    """
    frame = LocalFrame(latitude=latitude, longitude=longitude)
    place = geodetic_to_enu(table.latitude, table.longitude, np.zeros(len(table)), frame)[:, :2]
    velocity = np.stack([table.velocity_east, table.velocity_north], axis=-1).astype(np.float64)
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    heading = velocity / np.maximum(speed, 1e-9)[:, None]
    along, aside = -(place * heading).sum(axis=1), np.abs(place[:, 0] * heading[:, 1] - place[:, 1] * heading[:, 0])
    error = full(table.velocity_covariance)
    turn = np.einsum("ka,kab,kb->k", heading[:, ::-1] * [-1.0, 1.0], error, heading[:, ::-1] * [-1.0, 1.0])
    slack = within + NINETY * along * np.sqrt(turn) / np.maximum(speed, 1e-9)
    comes = (along > 0.0) & (aside < slack) & (speed > 3.0 * np.sqrt(np.trace(error, axis1=1, axis2=2)))
    half = 0.5 * table.length
    pace = np.sqrt(np.einsum("ka,kab,kb->k", heading, error, heading) / np.maximum(speed, 1e-9) ** 2 + PACE**2)
    head, tail = (np.where(comes, (along + sign * half) / np.maximum(speed, 1e-9), np.nan) for sign in (-1.0, 1.0))
    return Arrivals(
        head=np.maximum(head, 0.0),
        tail=tail,
        head_early=np.maximum(head * (1.0 - NINETY * pace), 0.0),
        tail_late=tail * (1.0 + NINETY * pace),
        aside=aside,
    )
