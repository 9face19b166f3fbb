import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.simulation.course import (
    GRAVITY,
    Course,
    bank_for_radius,
    circle,
    fly_by,
    make_turn,
    reversal,
    turn_radius,
)

SPEED = 210.0
BANK = np.radians(25.0)
RATE = np.radians(4.0)


def test_a_turn_is_what_its_roll_integrates_to() -> None:
    """Heading rate g tan(roll) / v, stepped at 1 ms with the midpoint rule, from level to level."""
    turn = make_turn(SPEED, BANK, RATE, 1.9)
    step = 1e-3
    roll = np.concatenate([r + p * (np.arange(round(t / step)) + 0.5) * step for t, r, p in turn.pieces])
    rate = GRAVITY * np.tan(roll) / SPEED
    heading = np.concatenate([[0.0], np.cumsum(rate) * step])
    middle = heading[:-1] + 0.5 * rate * step
    east, north = (SPEED * step * np.sum(axis) for axis in (np.sin(middle), np.cos(middle)))
    # Pieces are cut to whole milliseconds here.
    assert heading[-1] == pytest.approx(1.9, abs=1e-4)
    assert turn.sideways == pytest.approx(east, abs=1.0)
    assert turn.reach * (1.0 + np.cos(1.9)) == pytest.approx(north, abs=1.0)


def test_without_time_to_roll_a_turn_is_an_arc() -> None:
    radius = turn_radius(SPEED, BANK)
    assert bank_for_radius(SPEED, radius) == pytest.approx(BANK)
    for angle in (0.7, -0.7, 2.0):
        turn = make_turn(SPEED, BANK, np.inf, angle)
        assert turn.sideways == pytest.approx(np.sign(angle) * radius * (1.0 - np.cos(angle)))
        assert turn.reach == pytest.approx(radius * np.tan(abs(angle) / 2.0))
    assert reversal(SPEED, BANK, np.inf).sideways == pytest.approx(2.0 * radius)


@pytest.mark.parametrize("angle", [1e-4, 0.01, 0.2, 3.0, -1.0])
def test_a_turn_ends_level_and_turned(angle: float) -> None:
    turn = make_turn(SPEED, BANK, RATE, angle)
    course = Course.of_pieces((*turn.pieces, (1.0, 0.0, 0.0)), (0.0, 0.0), 0.3, SPEED, closed=False)
    whole = sum(piece[0] for piece in turn.pieces)
    at = course.at(np.array([0.0, whole]))
    assert_allclose(at.heading, [0.3, 0.3 + angle], atol=1e-12)
    assert_allclose(at.roll, 0.0, atol=1e-12)
    assert np.abs(course.at(np.linspace(0.0, whole, 500)).roll).max() <= BANK + 1e-12


def test_no_turn_is_nothing() -> None:
    turn = make_turn(SPEED, BANK, RATE, 0.0)
    assert (turn.sideways, turn.reach) == (0.0, 0.0)
    assert sum(piece[0] for piece in turn.pieces) == 0.0


def test_a_circle_closes() -> None:
    course = Course.of_pieces(circle(SPEED, -BANK), (5.0, 6.0), 1.0, SPEED, closed=True)
    assert course.period == pytest.approx(2.0 * np.pi * turn_radius(SPEED, BANK) / SPEED)
    at = course.at(np.array([0.0, course.period - 1e-9, -1e-9, 10.0 * course.period]))
    assert_allclose(at.east, 5.0, atol=1e-6)
    assert_allclose(at.north, 6.0, atol=1e-6)


def test_a_loop_closes_and_begins_halfway_along_its_first_leg() -> None:
    places = np.array([[0.0, 0.0], [80e3, 0.0], [70e3, 60e3], [-10e3, 50e3]])
    course = fly_by(places, SPEED, BANK, RATE, closed=True)
    at = course.at(np.array([0.0, course.period]))
    assert_allclose(at.east, 40e3, atol=1e-5)
    assert_allclose(at.north, 0.0, atol=1e-5)
    near = course.at(np.array([course.period - 1e-6]))
    assert_allclose([near.east[0], near.north[0]], [40e3, 0.0], atol=1e-2)


def test_a_first_leg_that_is_almost_all_turn_is_refused() -> None:
    radius = turn_radius(SPEED, BANK)
    places = np.array([[0.0, 0.0], [3.2 * radius, 0.0], [0.0, 1.2 * radius]])
    with pytest.raises(UsageError, match=r"too short|longer leg"):
        fly_by(places, SPEED, BANK, RATE, closed=True)
