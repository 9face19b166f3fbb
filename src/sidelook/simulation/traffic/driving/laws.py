"""Laws of driving in plain float64: what the compiled ones are compared with, and what they have in closed form.

A driver chooses once a second the speed at the end of that second; within it the acceleration is constant.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.simulation.traffic.columns import CLOSING, CRAWL, SLACK


def approach_speed(
    speed: ArrayLike, passing_speed: ArrayLike, distance: ArrayLike, deceleration: float
) -> NDArray[np.float64]:
    """Give the greatest speed after the next second from which a place can be passed at a given speed.

    It is the root of ``v'^2 = u^2 + 2 c (d - (v + v') / 2)``.

    Parameters
    ----------
    speed : (...) now, m/s
    passing_speed : (...) at the place, m/s
    distance : (...) to the place, m
    deceleration : at which it brakes, m/s2
    """
    v, u, d, c = (np.asarray(value, np.float64) for value in (speed, passing_speed, distance, deceleration))
    root: NDArray[np.float64] = np.sqrt(np.maximum(0.25 * c**2 + u**2 + 2.0 * c * d - c * v, 0.0))
    return np.maximum(root - 0.5 * c, 0.0)


def following_speed(
    speed: ArrayLike, leading_speed: ArrayLike, gap: ArrayLike, headway: ArrayLike, braking: float
) -> NDArray[np.float64]:
    """Give the greatest speed after the next second that is safe should the vehicle ahead brake hard.

    Gipps (1981), A behavioural car-following model for computer simulation, Transportation Research B 15, equation
    for congested traffic, with a reaction time of one second and all vehicles braking alike.

    Parameters
    ----------
    speed, leading_speed : (...) now, m/s
    gap : (...) from front to the rear ahead, less what is kept at rest, m
    headway : (...) the reaction time of one second and the driver's margin, s
    braking : the hardest, m/s2
    """
    v, w, g, t, b = (np.asarray(value, np.float64) for value in (speed, leading_speed, gap, headway, braking))
    lag = b * (t - 0.5)
    root: NDArray[np.float64] = np.sqrt(np.maximum(lag**2 + b * (2.0 * g - v) + w**2, 0.0))
    return np.maximum(root - lag, 0.0)


def equilibrium_gap(speed: ArrayLike, headway: ArrayLike, jam: ArrayLike) -> NDArray[np.float64]:
    """Give the gap at which a vehicle follows another of the same steady speed: ``jam + headway speed``.

    Parameters
    ----------
    speed : (...) m/s
    headway : (...) s
    jam : (...) gap at rest, m
    """
    return np.asarray(jam, np.float64) + np.asarray(headway, np.float64) * np.asarray(speed, np.float64)


def column_speed(behind: ArrayLike, gap: ArrayLike, wanted: ArrayLike) -> NDArray[np.float64]:
    """Give the speed at which a vehicle in column does not leave the one behind it behind.

    Whoever drives in column answers for the one behind: a gap that opens wider than ``SLACK`` times the wanted one is
    closed within some ``CLOSING`` seconds. Where the column slows for a bend, those past it so wait for the others.

    Parameters
    ----------
    behind : (...) speed of the vehicle behind, m/s
    gap : (...) to its front, m
    wanted : (...) gap at the column's speed, m
    """
    v, g, w = (np.asarray(value, np.float64) for value in (behind, gap, wanted))
    return np.maximum(v + (SLACK * w - g) / CLOSING, CRAWL)


def bend_speed(turn: ArrayLike, length: ArrayLike, lateral: float, slowest: float) -> NDArray[np.float64]:
    """Give the speed at which a bend is taken, ``v^2 / r = a``.

    Parameters
    ----------
    turn : (...) change of direction, rad
    length : (...) over which it happens, m
    lateral : acceleration taken in bends, m/s2
    slowest : nobody is slower for a bend, m/s
    """
    radius = np.asarray(length, np.float64) / np.maximum(np.abs(turn), 1e-3)
    return np.maximum(np.sqrt(lateral * radius), slowest)


def chance(seed: int, who: int, count: int, purpose: int) -> float:
    """Draw from 0 to 1 by number and purpose: SplitMix64 (Steele, Lea and Flood 2014), started anew for each."""
    golden, mask = 0x9E3779B97F4A7C15, 2**64 - 1
    state = (seed + golden * (who + 1)) & mask
    for number in (count + 1, purpose + 1):
        state = (_mix(state) + golden * number) & mask
    return (_mix(state) >> 11) * 2.0**-53


def _mix(state: int) -> int:
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB & (2**64 - 1)
    return state ^ (state >> 31)
