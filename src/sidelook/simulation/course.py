"""Paths in a plane, flown at one speed and turned by bank alone.

A course is a row of pieces: in each the roll is constant or changes at one rate. With roll phi the heading turns at
``g tan(phi) / v``, so over a piece that rolls at rate p from phi0 the heading gains
``g / (v p) ln(cos phi0 / cos phi)`` in closed form; the position then is an integral over some seconds, done by
quadrature far below a millimetre.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError

GRAVITY = 9.80665

Piece: TypeAlias = tuple[float, float, float]
"""Duration, s, roll at its beginning, rad, and rate of roll, rad/s."""

# Exact to 1e-9 m over a roll into 60 degrees of bank.
_POINTS, _SHARES = np.polynomial.legendre.leggauss(8)
_NODES, _WEIGHTS = 0.5 * (_POINTS + 1.0), 0.5 * _SHARES
_SHARPEST = np.radians(175.0)
_STEEPEST = np.radians(80.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Where a course is at moments, (K,) each: east, north, m, heading and roll, rad."""

    east: NDArray[np.float64]
    north: NDArray[np.float64]
    heading: NDArray[np.float64]
    roll: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Pieces of a path, (P,) each.

    Attributes
    ----------
    begin : when each begins, s after the first
    east, north, heading, roll : at its beginning, m, m, rad, rad
    roll_rate : in it, rad/s
    speed : m/s
    period : after which all begins anew, s; NaN where the path is open and goes straight on
    """

    begin: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    heading: NDArray[np.float64]
    roll: NDArray[np.float64]
    roll_rate: NDArray[np.float64]
    speed: float
    period: float = np.nan

    @classmethod
    def of_pieces(
        cls, pieces: Iterable[Piece], begin: tuple[float, float], heading: float, speed: float, *, closed: bool
    ) -> Self:
        """Lay pieces end to end.

        Parameters
        ----------
        pieces : in order; those that take no time are left out
        begin : east, north of the first, m
        heading : at its beginning, rad
        speed : m/s
        closed : the last ends where the first begins
        """
        taken = np.array([piece for piece in pieces if piece[0] > 0.0]).reshape(-1, 3)
        duration, roll, rate = taken.T
        turned = np.concatenate([[0.0], np.cumsum(_turned(roll, rate, duration, speed))])
        east, north = _moved(heading + turned[:-1], roll, rate, duration, speed)
        return cls(
            begin=np.concatenate([[0.0], np.cumsum(duration)[:-1]]),
            east=begin[0] + np.concatenate([[0.0], np.cumsum(east)[:-1]]),
            north=begin[1] + np.concatenate([[0.0], np.cumsum(north)[:-1]]),
            heading=heading + turned[:-1],
            roll=roll,
            roll_rate=rate,
            speed=speed,
            period=float(duration.sum()) if closed else np.nan,
        )

    def at(self, seconds: NDArray[np.float64]) -> Moments:
        """Follow the course; (K,) s after its beginning, or before."""
        run = seconds if np.isnan(self.period) else np.mod(seconds, self.period)
        piece = np.maximum(np.searchsorted(self.begin, run, side="right") - 1, 0)
        into, roll, rate = run - self.begin[piece], self.roll[piece], self.roll_rate[piece]
        heading = self.heading[piece]
        east, north = _moved(heading, roll, rate, into, self.speed)
        return Moments(
            east=self.east[piece] + east,
            north=self.north[piece] + north,
            heading=heading + _turned(roll, rate, into, self.speed),
            roll=roll + rate * into,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn from level flight to level flight.

    Attributes
    ----------
    pieces : of it
    angle : through which it turns, rad, right above zero
    sideways : how far its end lies to the right of its beginning's heading, m
    """

    pieces: tuple[Piece, ...]
    angle: float
    sideways: float

    @property
    def reach(self) -> float:
        """From its beginning to the corner it cuts, m."""
        return self.sideways / float(np.sin(self.angle)) if self.angle else 0.0


def bank_for_radius(speed: float, radius: float) -> float:
    """Give the bank, rad, of a coordinated turn at a speed, m/s, with a radius, m."""
    if not radius > 0.0 or not speed > 0.0:
        message = f"a turn needs a radius and a speed above zero, not {radius} m and {speed} m/s"
        raise UsageError(message)
    return float(np.arctan(speed**2 / (GRAVITY * radius)))


def turn_radius(speed: float, bank: float) -> float:
    """Give the radius, m, of a coordinated turn at a speed, m/s, with a bank, rad."""
    return float(speed**2 / (GRAVITY * np.tan(bank)))


def circle(speed: float, bank: float) -> list[Piece]:
    """Give the one piece of a whole circle, right above zero bank."""
    return [(2.0 * np.pi * speed / (GRAVITY * float(np.tan(abs(bank)))), bank, 0.0)]


def reversal(speed: float, bank: float, roll_rate: float) -> Turn:
    """Turn right through half a circle."""
    return make_turn(speed, bank, roll_rate, np.pi)


def make_turn(speed: float, bank: float, roll_rate: float, angle: float) -> Turn:
    """Roll in, hold the bank, roll out.

    Parameters
    ----------
    speed : m/s
    bank : the greatest, rad, above zero; an angle too small for it is flown with less
    roll_rate : rad/s, above zero, may be infinite
    angle : through which to turn, rad, right above zero
    """
    if not (0.0 < bank <= _STEEPEST and roll_rate > 0.0 and speed > 0.0):
        message = f"a turn needs speed, bank (below 80 degrees) and rate of roll, not {speed}, {bank} and {roll_rate}"
        raise UsageError(message)
    side, whole = (1.0 if angle >= 0.0 else -1.0), abs(angle)
    # Rolling in and out turn by 2 g / (v p) ln(1 / cos bank).
    least = float(np.exp(-0.5 * whole * speed * roll_rate / GRAVITY))
    flown = min(bank, float(np.arccos(least)))
    rolling = flown / roll_rate
    ramps = -2.0 * GRAVITY / (speed * roll_rate) * float(np.log(np.cos(flown)))
    held = max(whole - ramps, 0.0) * speed / (GRAVITY * float(np.tan(flown))) if flown > 0.0 else 0.0
    rate = 0.0 if np.isinf(roll_rate) else side * roll_rate
    pieces = ((rolling, 0.0, rate), (held, side * flown, 0.0), (rolling, side * flown, -rate))
    ends = Course.of_pieces((*pieces, (1.0, 0.0, 0.0)), (0.0, 0.0), 0.0, speed, closed=False)
    return Turn(pieces=pieces, angle=angle, sideways=float(ends.east[-1]))


def fly_by(places: NDArray[np.float64], speed: float, bank: float, roll_rate: float, *, closed: bool) -> Course:
    """Join points by legs and cut their corners.

    Parameters
    ----------
    places : (W, 2) east, north, m
    speed : m/s
    bank, roll_rate : of the turns, rad, rad/s
    closed : back to the first point; the course then begins halfway along the first leg

    Raises
    ------
    UsageError : too few points, two points in one place, a corner that turns back, or a leg too short for its turns
    """
    _check_places(places, closed=closed)
    around = np.concatenate([places, places[:1]]) if closed else places
    leg = np.diff(around, axis=0)
    length, heading = np.hypot(*leg.T), np.arctan2(leg[:, 0], leg[:, 1])
    if not (length > 0.0).all():
        message = f"waypoints {int(np.argmin(length))} and the next lie in one place: leave one out"
        raise UsageError(message)
    following = np.roll(heading, -1) if closed else np.append(heading[1:], heading[-1])
    corner = np.angle(np.exp(1j * (following - heading)))
    turns = [_corner(number, speed, bank, roll_rate, angle) for number, angle in enumerate(corner)]
    reach = np.array([turn.reach for turn in turns])
    before = np.append(reach[-1] if closed else 0.0, reach[:-1])
    straight = (length - before - reach) / speed
    if straight.min() < 0.0:
        short = int(np.argmin(straight))
        message = (
            f"leg {short} of the waypoints is {-straight[short] * speed:.0f} m too short for the turns at its ends"
        )
        raise UsageError(message)
    return _joined(places, turns, straight, length, heading, speed, closed=closed)


def _check_places(places: NDArray[np.float64], *, closed: bool) -> None:
    least = 3 if closed else 2
    if len(places) < least or not np.isfinite(places).all():
        message = f"a path needs {least} waypoints or more with finite coordinates, not {len(places)}"
        raise UsageError(message)


def _corner(number: int, speed: float, bank: float, roll_rate: float, angle: float) -> Turn:
    if abs(angle) > _SHARPEST:
        message = f"the path turns back at the end of leg {number}: set a waypoint beside it to turn around"
        raise UsageError(message)
    return make_turn(speed, bank, roll_rate, float(angle))


def _joined(
    places: NDArray[np.float64],
    turns: Sequence[Turn],
    straight: NDArray[np.float64],
    length: NDArray[np.float64],
    heading: NDArray[np.float64],
    speed: float,
    *,
    closed: bool,
) -> Course:
    legs = [((float(time), 0.0, 0.0), *turn.pieces) for time, turn in zip(straight, turns, strict=True)]
    pieces = [piece for leg in legs for piece in leg]
    begin = (float(places[0, 0]), float(places[0, 1]))
    if closed:
        half = 0.5 * float(length[0])
        begin = (begin[0] + half * float(np.sin(heading[0])), begin[1] + half * float(np.cos(heading[0])))
        rest = (half - turns[0].reach) / speed
        return Course.of_pieces(_halved(pieces, rest), begin, float(heading[0]), speed, closed=True)
    # The last piece of an open path holds for ever: it must be level.
    return Course.of_pieces([*pieces, (1.0, 0.0, 0.0)], begin, float(heading[0]), speed, closed=False)


def _halved(pieces: list[Piece], rest: float) -> list[Piece]:
    """Begin within the first leg, with ``rest`` seconds of it left, and end with what was left out."""
    if not 0.0 <= rest <= pieces[0][0]:
        message = "the turn at one end of the first leg of the waypoints reaches past its middle: begin on a longer leg"
        raise UsageError(message)
    return [(rest, 0.0, 0.0), *pieces[1:], (pieces[0][0] - rest, 0.0, 0.0)]


def _turned(
    roll: NDArray[np.float64], rate: NDArray[np.float64], duration: NDArray[np.float64], speed: float
) -> NDArray[np.float64]:
    """Give the heading gained, rad, over a time, s, from the beginning of pieces."""
    rolling = rate != 0.0
    safe = np.where(rolling, rate, 1.0)
    by_ramp = np.log(np.cos(roll) / np.cos(np.where(rolling, roll + rate * duration, roll))) / safe
    gained: NDArray[np.float64] = GRAVITY / speed * np.where(rolling, by_ramp, np.tan(roll) * duration)
    return gained


def _moved(
    heading: NDArray[np.float64],
    roll: NDArray[np.float64],
    rate: NDArray[np.float64],
    duration: NDArray[np.float64],
    speed: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give how far east and north, m, one comes in a time, s, from the beginning of pieces."""
    half = 0.5 * _turned(roll, np.zeros_like(rate), duration, speed)
    chord = speed * duration * np.sinc(half / np.pi)
    east, north = chord * np.sin(heading + half), chord * np.cos(heading + half)
    ramp = np.flatnonzero(rate)
    if len(ramp):
        into = duration[ramp, None] * _NODES
        toward = heading[ramp, None] + _turned(roll[ramp, None], rate[ramp, None], into, speed)
        east[ramp] = speed * duration[ramp] * (np.sin(toward) @ _WEIGHTS)
        north[ramp] = speed * duration[ramp] * (np.cos(toward) @ _WEIGHTS)
    return east, north
