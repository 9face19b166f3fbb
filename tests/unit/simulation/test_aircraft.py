import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import ArrayLike, NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.model.plots import TargetClass
from sidelook.simulation.aircraft import Aircraft, Flight, make_aircraft, random_flights
from sidelook.simulation.trajectories import SECOND, Streamed

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
SQUARE = np.array([[0.0, 0.0], [0.0, 10e3], [10e3, 10e3], [10e3, 0.0]])


class Ridge:
    """A ridge along north, 600 m high, 1,500 m to either foot, 4 km east of the origin."""

    def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give up, m."""
        return np.maximum(600.0 - 0.4 * np.abs(np.asarray(east) - 4e3), 0.0) + 0.0 * np.asarray(north)


def flown(aircraft: Aircraft, seconds: int) -> np.ndarray:
    """(T, A, 3) positions."""
    _, track = aircraft.step(aircraft.first, seconds, seconds)
    return np.swapaxes(track, 1, 2)


def helicopter(points: np.ndarray, hover: float = 60.0, height: float = 80.0) -> Flight:
    return Flight(
        kind=TargetClass.ROTARY_WING, points=points, hover=np.full(len(points), hover), speed=50.0, height=height
    )


def test_a_helicopter_stands_at_its_points_and_flies_straight_between_them() -> None:
    points = np.array([[0.0, 0.0], [6e3, 0.0]])
    way = flown(make_aircraft([helicopter(points)], FRAME, Plane(), 0), 900)[:, 0]
    speed = np.linalg.norm(np.diff(way, axis=0), axis=-1)
    assert_allclose(way[:, 1], 0.0, atol=1e-6)
    assert speed.max() == pytest.approx(50.0)
    assert np.abs(np.diff(speed)).max() <= 1.5 + 1e-9
    still = speed < 0.01
    assert 59 <= np.argmin(still) <= 61, "it hovers a minute at first"
    at = way[1:][still]
    assert (np.minimum(np.abs(at[:, 0]), np.abs(at[:, 0] - 6e3)) < 2.0).all()
    # 6 km at 50 m/s, with the time that acceleration and braking at 1.5 m/s2 cost: s/v + v/a, and a minute.
    begins = np.flatnonzero(still[:-1] & ~still[1:])
    assert np.diff(begins) == pytest.approx(60.0 + 6e3 / 50.0 + 50.0 / 1.5, abs=6.0)


def test_turns_are_flown_at_the_bank() -> None:
    """Radius v^2 / (g tan bank)."""
    flight = Flight(
        kind=TargetClass.FIXED_WING, points=SQUARE, hover=np.zeros(4), speed=60.0, height=500.0, bank=np.radians(25.0)
    )
    way = flown(make_aircraft([flight], FRAME, Plane(up=7.0), 0), 1_500)[:, 0]
    step = np.diff(way[:, :2], axis=0)
    assert_allclose(np.linalg.norm(step, axis=-1), 60.0, rtol=1e-3)
    heading = np.unwrap(np.arctan2(step[:, 0], step[:, 1]))
    rate = np.abs(np.diff(heading))
    assert rate.max() == pytest.approx(9.80665 * np.tan(np.radians(25.0)) / 60.0, rel=1e-6)
    assert 0.02 < (rate > 1e-3).mean() < 0.5
    assert heading[-1] - heading[0] > 2.0 * np.pi, "it goes round"
    assert_allclose(way[:, 2], 507.0)


def test_heights_follow_the_ground_and_never_fall_under_the_floor() -> None:
    points = np.array([[0.0, 0.0], [8e3, 500.0]])
    low = Flight(kind=TargetClass.LOW_SLOW_FLYER, points=points, hover=np.zeros(2), speed=25.0, height=60.0, floor=40.0)
    way = flown(make_aircraft([helicopter(points, hover=0.0), low], FRAME, Ridge(), 0), 1_200)
    above = way[..., 2] - Ridge().height(way[..., 0], way[..., 1])
    assert (above.min(axis=0) >= [30.0 - 1e-9, 40.0 - 1e-9]).all()
    assert way[..., 2].max() > 600.0
    assert_allclose(above[:5], [[80.0, 60.0]] * 5)
    climb = np.diff(way[..., 2], axis=0)
    assert climb.min() >= -7.0 - 1e-9


def test_random_flights_stay_near_their_area_and_are_of_the_kinds_asked_for() -> None:
    area = (-20e3, -10e3, 20e3, 10e3)
    flights = random_flights(np.random.default_rng(3), area, helicopters=3, fixed_wing=2, low_slow=1)
    aircraft = make_aircraft(flights, FRAME, Plane(), 5 * SECOND)
    kinds = [TargetClass.ROTARY_WING] * 3 + [TargetClass.FIXED_WING] * 2 + [TargetClass.LOW_SLOW_FLYER]
    assert aircraft.entities.target_class.tolist() == kinds
    way = flown(aircraft, 3_000)
    assert (np.abs(way[..., :2]) < [23e3, 13e3]).all()
    hovering = np.linalg.norm(np.diff(way[:, :3], axis=0), axis=-1) < 0.01
    assert 0.1 < hovering.mean() < 0.8


def test_windows_do_not_matter() -> None:
    flights = random_flights(np.random.default_rng(3), (0, 0, 9e3, 9e3), helicopters=1, fixed_wing=1, low_slow=1)
    aircraft = make_aircraft(flights, FRAME, Plane(), 0)
    whole = Streamed(aircraft).between(0, 300 * SECOND)
    stream = Streamed(aircraft)
    parts = [stream.between(begin * SECOND, (begin + 50) * SECOND) for begin in range(0, 300, 50)]
    last = parts[-1]
    assert (last.east.reshape(3, -1) == whole.east.reshape(3, -1)[:, 250:]).all()


def test_what_cannot_fly_is_refused() -> None:
    with pytest.raises(UsageError, match="WHEELED"):
        Flight(kind=TargetClass.WHEELED, points=SQUARE, hover=np.zeros(4), speed=60.0, height=500.0)
    with pytest.raises(UsageError, match="only helicopters"):
        Flight(kind=TargetClass.FIXED_WING, points=SQUARE, hover=np.ones(4), speed=60.0, height=500.0)
    with pytest.raises(UsageError, match="two points"):
        Flight(kind=TargetClass.FIXED_WING, points=SQUARE[:1], hover=np.zeros(1), speed=60.0, height=500.0)
    with pytest.raises(UsageError, match="floor"):
        Flight(kind=TargetClass.FIXED_WING, points=SQUARE, hover=np.zeros(4), speed=60.0, height=5.0)


def test_an_empty_sky_is_empty() -> None:
    stream = Streamed(make_aircraft([], FRAME, Plane(), 0))
    assert len(stream.between(0, 100 * SECOND)) == 0
