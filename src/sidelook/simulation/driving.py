"""How fast a vehicle drives where: limits, bends and stops along routes, many routes at once.

A route is cut into steps of one length; speeds are those of the steps' ends, and within a step the acceleration is
constant, so that times and speeds agree exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEP = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What vehicles and drivers do.

    Attributes
    ----------
    acceleration, deceleration : m/s2
    lateral_acceleration : taken in bends, m/s2
    """

    acceleration: float = 1.0
    deceleration: float = 1.3
    lateral_acceleration: float = 2.0


def bend_speeds(turn: NDArray[np.float64], length: NDArray[np.float64], handling: Handling) -> NDArray[np.float64]:
    """Give the speed at which a bend is taken, v^2 / r = a.

    Parameters
    ----------
    turn : (...) change of direction, rad
    length : (...) over which it happens, m
    handling : of the vehicle

    Returns
    -------
    (...) m/s, 4 at least
    """
    radius = length / np.maximum(np.abs(turn), 1e-6)
    return np.maximum(np.sqrt(handling.lateral_acceleration * radius), 4.0)


def speed_profile(allowed: NDArray[np.float64], handling: Handling) -> NDArray[np.float64]:
    """Fit speeds under a ceiling with bounded acceleration and braking.

    Parameters
    ----------
    allowed : (V, B) ceiling at the ends of the steps, m/s; 0 where a vehicle must halt
    handling : of the vehicles

    Returns
    -------
    (V, B) m/s, the greatest that keep to it all
    """
    squared = (allowed**2).T.copy()
    gain, loss = 2.0 * STEP * handling.acceleration, 2.0 * STEP * handling.deceleration
    for b in range(1, len(squared)):
        np.minimum(squared[b], squared[b - 1] + gain, out=squared[b])
    for b in range(len(squared) - 2, -1, -1):
        np.minimum(squared[b], squared[b + 1] + loss, out=squared[b])
    return np.sqrt(squared.T)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """When one vehicle passes the ends of its route's steps.

    Attributes
    ----------
    reached, left : (B,) s since the route's start; they differ where the vehicle waits
    speed : (B,) m/s
    """

    reached: NDArray[np.float64]
    left: NDArray[np.float64]
    speed: NDArray[np.float64]


def drive_times(speed: NDArray[np.float64], wait: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Give when each step's end is reached and left.

    Parameters
    ----------
    speed : (V, B) at the ends of the steps, m/s, never 0 at two in a row
    wait : (V, B) time spent there, s

    Returns
    -------
    reached, left : (V, B) s since the route's start
    """
    needed = 2.0 * STEP / (speed[:, :-1] + speed[:, 1:])
    left = np.cumsum(np.pad(needed, ((0, 0), (1, 0))) + wait, axis=1)
    return left - wait, left


def distance_driven(drive: Drive, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how far along its route a vehicle is.

    Parameters
    ----------
    drive : when it passes where
    time : (T,) s since the route's start

    Returns
    -------
    (T,) m, 0 before the start and the whole length after the end
    """
    step = np.clip(np.searchsorted(drive.left, time, side="right") - 1, 0, len(drive.left) - 2)
    needed = drive.reached[step + 1] - drive.left[step]
    inside = np.clip(time - drive.left[step], 0.0, needed)
    gain = (drive.speed[step + 1] - drive.speed[step]) / needed
    along: NDArray[np.float64] = STEP * step + drive.speed[step] * inside + 0.5 * gain * inside**2
    return along
