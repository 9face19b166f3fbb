"""A flat map of a small part of the earth."""

import numpy as np
import pytest

from sidelook.geometry.flat import flat, from_flat, inside, turn
from sidelook.sensing.location import bearing_and_distance


def test_distances_on_it_are_those_on_the_earth_to_a_percent() -> None:
    origin = (0.66, -0.75)
    latitude, longitude = np.array([0.665, 0.655]), np.array([-0.745, -0.755])
    _, away = bearing_and_distance(*origin, latitude, longitude)
    assert np.hypot(*flat(latitude, longitude, origin).T) == pytest.approx(away, rel=0.01)


def test_there_and_back_over_the_antimeridian() -> None:
    origin = (0.5, np.pi - 0.001)
    latitude, longitude = np.array([0.5, 0.51]), np.array([-np.pi + 0.001, np.pi - 0.002])
    where = flat(latitude, longitude, origin)
    assert where[0, 0] > 0.0 > where[1, 0]
    back = from_flat(where, origin)
    assert back[0] == pytest.approx(latitude)
    assert back[1] == pytest.approx(longitude)


def test_left_is_above_zero() -> None:
    assert turn(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1.0


def test_inside_is_what_a_ring_goes_around() -> None:
    ring = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 1.0], [0.0, 4.0], [0.0, 0.0]])
    points = np.array([[1.0, 1.0], [3.5, 3.0], [2.0, 2.0], [2.0, 0.5], [-1.0, 1.0], [5.0, 1.0], [2.0, -1.0]])
    assert inside(ring, points).tolist() == [True, True, False, True, False, False, False]
    assert inside(ring[::-1], points).tolist() == inside(ring, points).tolist()
