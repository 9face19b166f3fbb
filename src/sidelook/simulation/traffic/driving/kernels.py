"""Compiled laws of driving; the references are in ``laws``."""

import math

import numpy as np

from sidelook.compiling import kernel
from sidelook.simulation.traffic.columns import (
    CLOSING,
    CORNER,
    CRAWL,
    SLACK,
    SLOWEST_BEND,
    STRAIGHT,
    THROUGH,
    Row,
)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@kernel
def approach(speed: float, chosen: float, squared: float, distance: float, deceleration: float) -> float:
    """Lower the speed ``chosen`` for the next second so that a place can be passed at a square of the speed."""
    bound = squared + deceleration * (2.0 * distance - speed)
    if chosen * (chosen + deceleration) <= bound:
        return chosen
    root = 0.25 * deceleration * deceleration + bound
    return max(math.sqrt(root) - 0.5 * deceleration, 0.0) if root > 0.0 else 0.0


@kernel
def follow(car: Row, chosen: float, gap: float, leading: float, braking: float) -> float:
    """Lower the speed ``chosen`` for the next second to what is safe behind a vehicle at speed ``leading``."""
    lag = braking * (car.headway - 0.5)
    bound = braking * (2.0 * (gap - car.jam) - car.speed) + leading * leading
    if chosen * (chosen + 2.0 * lag) <= bound:
        return chosen
    root = lag * lag + bound
    return max(math.sqrt(root) - lag, 0.0) if root > 0.0 else 0.0


@kernel
def keep_up(behind: float, gap: float, wanted: float) -> float:
    """Give the speed at which a vehicle in column does not leave one behind that drives at speed ``behind``."""
    return max(behind + (SLACK * wanted - gap) / CLOSING, CRAWL)


@kernel
def turn_speed(link: Row, following: Row, lateral: float) -> float:
    """Give the square of the speed at which one link is left for another."""
    a, b = link.heading, following.heading
    turn = abs(math.atan2(a[2] * b[1] - a[3] * b[0], a[2] * b[0] + a[3] * b[1]))
    through = link.rank == following.rank or turn < STRAIGHT
    length = THROUGH[min(max(link.rank, following.rank), 3)] if through else CORNER
    return max(lateral * length / max(turn, 1e-3), SLOWEST_BEND * SLOWEST_BEND)


@kernel
def chance(seed: np.uint64, who: int, count: int, purpose: int) -> float:
    """Draw from 0 to 1 by number and purpose, so that chance does not depend on the order of asking.

    SplitMix64 (Steele, Lea and Flood 2014), started anew for each number.
    """
    state = seed + _GOLDEN * np.uint64(who + 1)
    for number in (count + 1, purpose + 1):
        state = (state ^ (state >> np.uint64(30))) * _FIRST
        state = (state ^ (state >> np.uint64(27))) * _SECOND
        state = (state ^ (state >> np.uint64(31))) + _GOLDEN * np.uint64(number)
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return float((state ^ (state >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
