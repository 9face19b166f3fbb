"""Aircraft near the ground: helicopters that hover, light aircraft that fly legs and turns, low slow flyers.

Heights are kept above the ground below and ahead, never under a floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ground
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities
from sidelook.simulation.traffic.driving.laws import approach_speed

_GRAVITY = 9.80665
_ACCELERATION = 1.5  # of a helicopter, m/s2
_ARRIVED = 2.0  # a helicopter's distance from its hover point, m
_STILL = 0.5  # m/s
_CAPTURE = 1.5  # radii of turn from its point at which an aircraft turns to the next
_AHEAD = np.array([0.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0])  # a pilot looks at the ground there, s
_LENGTH = {TargetClass.ROTARY_WING: 13.0, TargetClass.FIXED_WING: 8.5, TargetClass.LOW_SLOW_FLYER: 3.5}
_CLIMB = {TargetClass.ROTARY_WING: 7.0, TargetClass.FIXED_WING: 4.0, TargetClass.LOW_SLOW_FLYER: 2.5}  # m/s
_SPEED = {
    TargetClass.ROTARY_WING: (30.0, 65.0),
    TargetClass.FIXED_WING: (40.0, 75.0),
    TargetClass.LOW_SLOW_FLYER: (12.0, 28.0),
}
_HEIGHT = {
    TargetClass.ROTARY_WING: (40.0, 250.0),
    TargetClass.FIXED_WING: (250.0, 1500.0),
    TargetClass.LOW_SLOW_FLYER: (50.0, 150.0),
}
_POINTS = 48
_HOVER = (40.0, 300.0)  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """What one aircraft does, over and over.

    Attributes
    ----------
    kind : ``ROTARY_WING``, ``FIXED_WING`` or ``LOW_SLOW_FLYER``
    points : (K, 2) east and north, m; it begins at the first
    hover : (K,) time at each point, s; only helicopters hover
    speed : over ground, m/s
    height : above the ground, m
    floor : never lower above the ground, m
    bank : in turns, rad
    """

    kind: TargetClass
    points: NDArray[np.float64]
    hover: NDArray[np.float64]
    speed: float
    height: float
    floor: float = 30.0
    bank: float = 0.45

    def __post_init__(self) -> None:
        """Refuse what cannot fly."""
        if self.kind not in _LENGTH:
            message = f"{self.kind.name} is no aircraft; use ROTARY_WING, FIXED_WING or LOW_SLOW_FLYER"
            raise UsageError(message)
        if self.points.ndim != 2 or self.points.shape[1] != 2 or len(self.points) < 2:  # noqa: PLR2004 - a leg has two ends
            message = f"a flight needs two points or more, (K, 2), got {self.points.shape}"
            raise UsageError(message)
        if self.hover.shape != self.points.shape[:1] or (self.kind != TargetClass.ROTARY_WING and self.hover.any()):
            message = "a flight needs a hover time for each point, and only helicopters hover"
            raise UsageError(message)
        if not (self.speed > 0.0 and 0.0 < self.floor <= self.height and 0.0 < self.bank < np.pi / 2.0):
            message = f"no flight at {self.speed} m/s, {self.height} m over a floor of {self.floor} m, bank {self.bank}"
            raise UsageError(message)


def random_flights(
    rng: Generator, area: tuple[float, float, float, float], *, helicopters: int, fixed_wing: int, low_slow: int
) -> tuple[Flight, ...]:
    """Make flights to and fro in a rectangle.

    Parameters
    ----------
    rng : source of chance
    area : west, south, east, north, m
    helicopters, fixed_wing, low_slow : how many of each
    """
    kinds = [TargetClass.ROTARY_WING] * helicopters + [TargetClass.FIXED_WING] * fixed_wing
    return tuple(_random_flight(rng, area, kind) for kind in kinds + [TargetClass.LOW_SLOW_FLYER] * low_slow)


def _random_flight(rng: Generator, area: tuple[float, float, float, float], kind: TargetClass) -> Flight:
    hovers = kind == TargetClass.ROTARY_WING
    return Flight(
        kind=kind,
        points=rng.uniform(area[:2], area[2:], (_POINTS, 2)),
        hover=rng.uniform(*_HOVER, _POINTS) if hovers else np.zeros(_POINTS),
        speed=float(rng.uniform(*_SPEED[kind])),
        height=float(rng.uniform(*_HEIGHT[kind])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AirState:
    """Where aircraft are.

    Attributes
    ----------
    second : since the start
    position : (A, 3) east, north, up, m
    heading : (A,) clockwise from north, rad
    speed : (A,) over ground, m/s
    point : (A,) the one flown to
    wait : (A,) time left to hover, s
    """

    second: int
    position: NDArray[np.float64]
    heading: NDArray[np.float64]
    speed: NDArray[np.float64]
    point: NDArray[np.int64]
    wait: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aircraft:
    """Aircraft over a ground; ``trajectories.Streamed`` gives its samples window by window.

    Attributes
    ----------
    start : ns UTC
    entities : the aircraft
    frame : of the positions
    ground : below
    flights : what each does
    first : the state at the start
    """

    start: int
    entities: Entities
    frame: LocalFrame
    ground: Ground
    flights: tuple[Flight, ...]
    first: AirState

    def step(self, state: AirState, seconds: int = 1, kept: int = 1) -> tuple[AirState, NDArray[np.float64]]:
        """Let time pass; see ``trajectories.Stepper``."""
        table = _Table(self.flights)
        track = np.empty((kept, 3, len(self.flights)))
        for second in range(seconds):
            state = _step(table, self.ground, state)
            if (row := second - (seconds - kept)) >= 0:
                track[row] = state.position.T
        return state, track

    def places(self, state: AirState) -> NDArray[np.float64]:
        """Give where all are, (3, A) m."""
        return state.position.T.copy()


def make_aircraft(flights: Sequence[Flight], frame: LocalFrame, ground: Ground, start: int) -> Aircraft:
    """Make aircraft, each at its first point.

    Parameters
    ----------
    flights : what each does; none gives an empty sky
    frame : of the positions
    ground : below, in the same frame
    start : ns UTC
    """
    count = len(flights)
    at = np.array([flight.points[0] for flight in flights]).reshape(-1, 2)
    to = np.array([flight.points[1] for flight in flights]).reshape(-1, 2) - at
    up = ground.height(at[:, 0], at[:, 1]) + np.array([flight.height for flight in flights])
    hovers = np.array([flight.kind == TargetClass.ROTARY_WING for flight in flights], bool)
    entities = Entities(
        entity=1 + np.arange(count, dtype=np.int64),
        target_class=np.array([flight.kind for flight in flights], np.uint8),
        formation=np.full(count, -1, np.int32),
        length=np.array([_LENGTH[flight.kind] for flight in flights], np.float32),
    )
    first = AirState(
        second=0,
        position=np.column_stack([at, up]),
        heading=np.arctan2(to[:, 0], to[:, 1]),
        speed=np.where(hovers, 0.0, np.array([flight.speed for flight in flights])),
        point=np.ones(count, np.int64),
        wait=np.array([flight.hover[0] for flight in flights]).reshape(-1),
    )
    return Aircraft(start=start, entities=entities, frame=frame, ground=ground, flights=tuple(flights), first=first)


class _Table:
    """The flights as columns, their points one after another."""

    def __init__(self, flights: tuple[Flight, ...]) -> None:
        self.count = np.array([len(flight.points) for flight in flights], np.int64)
        self.offset = np.cumsum(self.count) - self.count
        self.points = np.concatenate([np.zeros((0, 2)), *(flight.points for flight in flights)])
        self.hover = np.concatenate([np.zeros(0), *(flight.hover for flight in flights)])
        self.speed, self.height, self.floor, self.bank = (
            np.array([(flight.speed, flight.height, flight.floor, flight.bank) for flight in flights]).reshape(-1, 4).T
        )
        self.rotary = np.array([flight.kind == TargetClass.ROTARY_WING for flight in flights], bool)
        self.climb = np.array([_CLIMB[flight.kind] for flight in flights])


def _step(table: _Table, ground: Ground, state: AirState) -> AirState:
    at = table.offset + state.point
    to = table.points[at] - state.position[:, :2]
    distance, bearing = np.hypot(to[:, 0], to[:, 1]), np.arctan2(to[:, 0], to[:, 1])
    # Helicopters turn on the spot and stop at their points; others turn at their bank.
    hover_speed = np.minimum(
        np.minimum(state.speed + _ACCELERATION, table.speed), approach_speed(state.speed, 0.0, distance, _ACCELERATION)
    )
    speed = np.where(table.rotary, np.where(state.wait > 0.0, 0.0, hover_speed), table.speed)
    off = np.mod(bearing - state.heading + np.pi, 2.0 * np.pi) - np.pi
    rate = _GRAVITY * np.tan(table.bank) / table.speed
    turn = np.where(table.rotary, np.where(state.wait > 0.0, 0.0, off), np.clip(off, -rate, rate))
    middle = state.heading + np.where(table.rotary, turn, 0.5 * turn)
    flown = 0.5 * (state.speed + speed) * np.where(table.rotary, 1.0, np.sinc(0.5 * turn / np.pi))
    way = np.stack([np.sin(middle), np.cos(middle)], axis=-1)
    flat = state.position[:, :2] + flown[:, None] * way
    left = np.hypot(*(table.points[at] - flat).T)
    waits = np.maximum(state.wait - 1.0, 0.0)
    arrived = np.where(
        table.rotary, (state.wait <= 0.0) & (left < _ARRIVED) & (speed < _STILL), left < _CAPTURE * table.speed / rate
    )
    return AirState(
        second=state.second + 1,
        position=np.column_stack([flat, _climb(table, ground, state.position[:, 2], flat, speed[:, None] * way)]),
        heading=state.heading + turn,
        speed=np.where(arrived & table.rotary, 0.0, speed),
        point=np.where(arrived, (state.point + 1) % np.maximum(table.count, 1), state.point),
        wait=np.where(arrived, table.hover[at], waits),
    )


def _climb(
    table: _Table, ground: Ground, up: NDArray[np.float64], flat: NDArray[np.float64], velocity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Climb or sink towards the height over the ground that comes; where it rises too fast, along the floor."""
    seen = flat + _AHEAD[:, None, None] * velocity
    terrain = ground.height(seen[..., 0], seen[..., 1])
    # What is not known, outside the terrain, counts as level.
    terrain = np.where(np.isfinite(terrain), terrain, np.where(np.isfinite(terrain[0]), terrain[0], up - table.height))
    wanted = terrain.max(axis=0) + table.height
    climbed = up + np.clip(wanted - up, -table.climb, table.climb)
    highest: NDArray[np.float64] = np.maximum(climbed, terrain[0] + table.floor)
    return highest
