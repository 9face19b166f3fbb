from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu, local_axes
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.simulation.course import GRAVITY
from sidelook.simulation.orbit import CircularOrbit, FlightPath, Racetrack, Waypoints, fly

FRAME = LocalFrame(latitude=0.6, longitude=-0.75)
START = 10_000_000_000
ORBIT = Racetrack(frame=FRAME, east=20e3, north=-150e3, heading=1.2, start=START)
LOOP = ((0.0, 0.0), (60e3, 10e3), (90e3, -40e3), (20e3, -60e3))
CORNERS = ((0.0, 0.0), (60e3, 10e3), (90e3, -40e3), (150e3, -39e3), (140e3, 30e3))
PATHS: dict[str, FlightPath] = {
    "racetrack": ORBIT,
    "racetrack of circles": Racetrack(frame=FRAME, east=20e3, north=-150e3, heading=1.2, start=START, roll_rate=np.inf),
    "circle": CircularOrbit(frame=FRAME, east=30e3, north=-20e3, bearing=2.0, start=START),
    "circle to the left": CircularOrbit(frame=FRAME, east=0.0, north=0.0, clockwise=False, radius=15e3, start=START),
    "waypoints": Waypoints(frame=FRAME, places=CORNERS, start=START),
    "closed waypoints": Waypoints(frame=FRAME, places=LOOP, closed=True, speed=230.0, start=START),
}
CONTINUOUS = [name for name in PATHS if name != "racetrack of circles"]
SECONDS = np.arange(-100.0, 2_500.0, 0.25)


def times(seconds: np.ndarray) -> np.ndarray:
    return START + np.rint(seconds * 1e9).astype(np.int64)


def path(seconds: np.ndarray, orbit: FlightPath = ORBIT) -> np.ndarray:
    states = fly(orbit, times(seconds))
    return geodetic_to_enu(states.latitude, states.longitude, states.height, FRAME)


@pytest.mark.parametrize("name", PATHS)
def test_height_and_speed_hold(name: str) -> None:
    states = fly(PATHS[name], times(SECONDS))
    # Heights above the ellipsoid are closed form in the frame, to 0.1 m at 12 km.
    assert_allclose(states.height, PATHS[name].height, atol=0.1)
    assert_allclose(states.speed, PATHS[name].speed, rtol=1e-3)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_derivative_of_position_is_track_and_speed(name: str) -> None:
    """Central differences of ECEF positions, turned to the axes at each place."""
    step = 0.02
    before, now, after = (fly(PATHS[name], times(SECONDS + shift)) for shift in (-step, 0.0, step))
    moved = geodetic_to_ecef(after.latitude, after.longitude, after.height) - geodetic_to_ecef(
        before.latitude, before.longitude, before.height
    )
    velocity = np.einsum("kij,kj->ki", local_axes(now.latitude, now.longitude), moved / (2.0 * step))
    assert_allclose(velocity[:, 0], now.speed * np.sin(now.track), atol=5e-4)
    assert_allclose(velocity[:, 1], now.speed * np.cos(now.track), atol=5e-4)
    # The surface carries the path as an ellipsoid with longer axes: not quite one height.
    assert_allclose(velocity[:, 2], 0.0, atol=1e-3)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_bank_turns_it(name: str) -> None:
    """A coordinated turn: g tan(bank) / v; meridians that converge add v tan(latitude) / R, 2e-5 rad/s here."""
    step = 0.02
    now = fly(PATHS[name], times(SECONDS))
    track = [fly(PATHS[name], times(SECONDS + shift)).track for shift in (-step, step)]
    rate = np.angle(np.exp(1j * (track[1] - track[0]))) / (2.0 * step)
    assert_allclose(rate, GRAVITY * np.tan(now.roll) / PATHS[name].speed, atol=5e-5)
    assert np.abs(rate).max() > 4e-3


@pytest.mark.parametrize("name", CONTINUOUS)
def test_nothing_jumps(name: str) -> None:
    states = fly(PATHS[name], times(SECONDS))
    assert np.abs(np.diff(states.roll)).max() <= np.radians(5.0) * 0.25 + 1e-9
    assert np.abs(np.angle(np.exp(1j * np.diff(states.track)))).max() < 0.03
    steps = np.linalg.norm(np.diff(path(SECONDS, PATHS[name]), axis=0), axis=-1)
    assert_allclose(steps, 0.25 * PATHS[name].speed, rtol=1e-3)


@pytest.mark.parametrize("name", ["racetrack", "racetrack of circles"])
def test_a_racetrack_closes_and_goes_on_before_its_start(name: str) -> None:
    period = PATHS[name].course().period
    places = path(np.array([period + 33.0, 33.0 - period]), PATHS[name])
    assert_allclose(places, np.repeat(path(np.array([33.0]), PATHS[name]), 2, 0), atol=1e-3)


def test_a_racetrack_lies_around_its_middle() -> None:
    for name in ("racetrack", "racetrack of circles"):
        east, north, _ = path(np.arange(0.0, PATHS[name].course().period, 0.1), PATHS[name]).T
        assert east.mean() == pytest.approx(20e3, abs=20.0)
        assert north.mean() == pytest.approx(-150e3, abs=20.0)


def test_circles_as_turns_are_circles() -> None:
    orbit = PATHS["racetrack of circles"]
    assert isinstance(orbit, Racetrack)
    assert orbit.course().period == pytest.approx(2.0 * (orbit.leg + np.pi * orbit.radius) / orbit.speed)
    states = fly(orbit, times(np.arange(0.0, orbit.course().period, 1.0)))
    assert_allclose(np.tan(states.roll[states.roll > 0.0]), orbit.speed**2 / (GRAVITY * orbit.radius))
    # Rolling in and out takes its time: then the same bank takes a little more ground.
    assert ORBIT.course().period > orbit.course().period + 5.0


def test_a_racetrack_turns_right_once_around() -> None:
    states = fly(ORBIT, times(np.arange(0.0, ORBIT.course().period, 1.0)))
    turn = np.angle(np.exp(1j * np.diff(states.track)))
    # On the legs the direction of north changes, by less than 3e-5 rad/s.
    assert turn.min() >= -3e-5
    assert turn.sum() == pytest.approx(2.0 * np.pi, abs=0.1)


def test_a_circle_is_one() -> None:
    for name, centre, radius in (("circle", (30e3, -20e3), 40e3), ("circle to the left", (0.0, 0.0), 15e3)):
        east, north, _ = path(SECONDS, PATHS[name]).T
        assert_allclose(np.hypot(east - centre[0], north - centre[1]), radius, rtol=1e-9)
    begin = path(np.array([0.0]), PATHS["circle"])[0]
    assert_allclose(begin[:2], [30e3 + 40e3 * np.sin(2.0), -20e3 + 40e3 * np.cos(2.0)], atol=1e-3)
    assert (fly(PATHS["circle to the left"], times(SECONDS)).roll < 0.0).all()


def test_waypoints_are_cut_not_missed() -> None:
    """The path touches every leg, and passes inside a corner by less than a turn of that radius must."""
    east, north, _ = path(np.arange(0.0, 1_700.0, 0.1), PATHS["waypoints"]).T
    for corner in CORNERS[1:-1]:
        assert 10.0 < np.hypot(east - corner[0], north - corner[1]).min() < 6_000.0
    for begin, end in pairwise(CORNERS):
        middle = 0.5 * (np.array(begin) + np.array(end))
        assert np.hypot(east - middle[0], north - middle[1]).min() < 25.0


def test_a_gentle_corner_takes_less_bank() -> None:
    gentle = Waypoints(frame=FRAME, places=((0.0, 0.0), (0.0, 50e3), (1e3, 100e3)))
    roll = fly(gentle, np.arange(0, 500_000_000_000, 100_000_000)).roll
    assert 0.0 < roll.max() < np.radians(12.0)
    east, north, _ = geodetic_to_enu(
        *(getattr(fly(gentle, [500_000_000_000]), n) for n in ("latitude", "longitude", "height")), FRAME
    )[0]
    assert east / (north - 50e3) == pytest.approx(1e3 / 50e3, rel=1e-3)


def test_an_open_path_goes_straight_on() -> None:
    end = fly(PATHS["waypoints"], times(np.array([4_000.0, 5_000.0])))
    assert (end.roll == 0.0).all()
    assert_allclose(
        np.diff(path(np.array([4_000.0, 5_000.0]), PATHS["waypoints"]), axis=0)[0, :2],
        200.0 * 1_000.0 * np.array([-10e3, 69e3]) / np.hypot(10e3, 69e3),
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("places", "closed", "said"),
    [
        (((0.0, 0.0),), False, "2 waypoints"),
        (((0.0, 0.0), (9e4, 0.0)), True, "3 waypoints"),
        (((0.0, 0.0), (np.nan, 0.0)), False, "finite"),
        (((0.0, 0.0), (0.0, 0.0), (1e5, 0.0)), False, "one place"),
        (((0.0, 0.0), (1e5, 0.0), (0.0, 1.0)), False, "turns back"),
        (((0.0, 0.0), (1e3, 0.0), (1e3, 1e5)), False, "too short"),
    ],
)
def test_paths_that_cannot_be_flown_say_why(
    places: tuple[tuple[float, float], ...], *, closed: bool, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        fly(Waypoints(frame=FRAME, places=places, closed=closed), [0])


def test_impossible_turns_say_why() -> None:
    with pytest.raises(UsageError, match="radius and a speed above zero"):
        fly(CircularOrbit(frame=FRAME, east=0.0, north=0.0, radius=0.0), [0])
    with pytest.raises(UsageError, match="rate of roll"):
        fly(Waypoints(frame=FRAME, places=CORNERS, bank=0.0), [0])
