import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.simulation.orbit import Racetrack, fly

FRAME = LocalFrame(latitude=0.6, longitude=-0.75)
ORBIT = Racetrack(frame=FRAME, east=20e3, north=-150e3, heading=1.2, start=10_000_000_000)
PERIOD = 2.0 * (ORBIT.leg + np.pi * ORBIT.radius) / ORBIT.speed


def path(seconds: np.ndarray) -> np.ndarray:
    states = fly(ORBIT, ORBIT.start + (seconds * 1e9).astype(np.int64))
    return geodetic_to_enu(states.latitude, states.longitude, states.height, FRAME)


def test_height_and_speed_hold() -> None:
    seconds = np.arange(0.0, PERIOD, 0.5)
    states = fly(ORBIT, ORBIT.start + (seconds * 1e9).astype(np.int64))
    # Heights above the ellipsoid are closed form in the frame, to 0.1 m at 12 km.
    assert_allclose(states.height, ORBIT.height, atol=0.1)
    travelled = np.linalg.norm(np.diff(path(seconds), axis=0), axis=-1)
    assert_allclose(travelled / 0.5, ORBIT.speed, rtol=1e-3)


def test_it_points_where_it_flies() -> None:
    seconds = np.arange(0.0, PERIOD, 1.0)
    states = fly(ORBIT, ORBIT.start + (seconds * 1e9).astype(np.int64))
    step = path(seconds + 0.05) - path(seconds - 0.05)
    moving = np.arctan2(step[:, 0], step[:, 1])
    assert_allclose(np.angle(np.exp(1j * (moving - states.track))), 0.0, atol=0.02)


def test_it_closes_and_goes_on_before_its_start() -> None:
    assert_allclose(path(np.array([PERIOD + 33.0, 33.0 - PERIOD])), np.repeat(path(np.array([33.0])), 2, 0), atol=1e-3)


def test_it_turns_right_in_the_bends_and_banks_for_it() -> None:
    seconds = np.arange(0.0, PERIOD, 1.0)
    states = fly(ORBIT, ORBIT.start + (seconds * 1e9).astype(np.int64))
    turn = np.angle(np.exp(1j * np.diff(states.track)))
    assert turn.min() >= -1e-12
    assert turn.sum() == pytest.approx(2.0 * np.pi, abs=0.1)
    assert_allclose(np.tan(states.roll[states.roll > 0.0]), ORBIT.speed**2 / (9.80665 * ORBIT.radius))
    assert (states.roll > 0.0).mean() == pytest.approx(2.0 * np.pi * ORBIT.radius / (PERIOD * ORBIT.speed), abs=0.01)
