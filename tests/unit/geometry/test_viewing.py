import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.viewing import (
    EARTH_RADIUS,
    EFFECTIVE_EARTH_RADIUS,
    depression_angle,
    grazing_angle,
    ground_range,
    horizon_range,
    slant_range,
)

ARCS = np.array([0.0, 1.0, 50e3, 150e3, 250e3])


def test_angles_and_arc_close_the_triangle() -> None:
    """Depression minus grazing is the central angle of the arc."""
    r = slant_range(12e3, ARCS[2:])
    central = depression_angle(12e3, r) - grazing_angle(12e3, r)
    assert_allclose(central * EFFECTIVE_EARTH_RADIUS, ARCS[2:], rtol=1e-9)


def test_ground_range_undoes_slant_range() -> None:
    assert_allclose(ground_range(12e3, slant_range(12e3, ARCS[2:])), ARCS[2:], rtol=1e-12)
    assert slant_range(12e3, 0.0) == pytest.approx(12e3)


def test_slant_range_is_the_chord_between_points_on_a_circle() -> None:
    angle = 2e5 / EARTH_RADIUS
    sensor, target = (
        (EARTH_RADIUS + 1e4) * np.array([0.0, 1.0]),
        EARTH_RADIUS * np.array([np.sin(angle), np.cos(angle)]),
    )
    assert slant_range(1e4, 2e5, EARTH_RADIUS) == pytest.approx(np.linalg.norm(target - sensor), abs=1e-6)


def test_a_range_shorter_than_the_height_meets_no_ground() -> None:
    assert np.isnan([grazing_angle(1e4, 5e3), depression_angle(1e4, 5e3), ground_range(1e4, 5e3)]).all()


def test_beyond_the_horizon_grazing_is_negative() -> None:
    assert grazing_angle(1e4, horizon_range(1e4) * 1.01) < 0.0
