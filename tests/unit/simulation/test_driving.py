import numpy as np
import pytest

from sidelook.simulation.driving import STEP, Drive, Handling, bend_speeds, distance_driven, drive_times, speed_profile

HANDLING = Handling(acceleration=1.0, deceleration=2.0, lateral_acceleration=2.0)


def profile(ceiling: np.ndarray) -> np.ndarray:
    return speed_profile(ceiling[None], HANDLING)[0]


def test_speed_stays_under_its_ceiling_with_bounded_change() -> None:
    rng = np.random.default_rng(1)
    ceiling = np.repeat(rng.uniform(5.0, 30.0, 40), 25)
    speed = profile(ceiling)
    assert (speed <= ceiling + 1e-9).all()
    change = np.diff(speed**2) / (2.0 * STEP)
    assert change.max() == pytest.approx(1.0)
    assert change.min() == pytest.approx(-2.0)
    assert (speed == ceiling).mean() > 0.3


def test_from_a_halt_it_takes_v_over_a_to_reach_speed() -> None:
    ceiling = np.full(200, 20.0)
    ceiling[0] = 0.0
    speed = profile(ceiling)
    reached, left = drive_times(speed[None], np.zeros((1, 200)))
    drive = Drive(reached=reached[0], left=left[0], speed=speed)
    time = np.array([-5.0, 0.0, 1.0, 10.0, 100.0, 1e6])
    # s = t^2 / 2 at first; after 20 s at 20 m/s it is 10 s behind one that never stood; the route is 4975 m long.
    assert distance_driven(drive, time) == pytest.approx([0.0, 0.0, 0.5, 50.0, 1800.0, 4975.0])
    assert reached[0, np.argmax(speed == 20.0)] == pytest.approx(20.0)


def test_waiting_delays_what_follows() -> None:
    speed, wait = np.full((1, 5), 10.0), np.array([[0.0, 0.0, 30.0, 0.0, 0.0]])
    reached, left = drive_times(speed, wait)
    assert reached[0].tolist() == [0.0, 2.5, 5.0, 37.5, 40.0]
    assert (left - reached).tolist() == wait.tolist()


def test_bends_are_taken_at_the_lateral_acceleration() -> None:
    """A quarter circle of 50 m radius: v^2 / r = a."""
    assert bend_speeds(np.array(np.pi / 2), np.array(50.0 * np.pi / 2), HANDLING) == pytest.approx(10.0)
    assert bend_speeds(np.array(3.0), np.array(1.0), HANDLING) == 4.0
