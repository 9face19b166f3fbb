import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sidelook.geometry.wgs84 import (
    SEMI_MAJOR_AXIS,
    SEMI_MINOR_AXIS,
    ecef_to_geodetic,
    geodetic_to_ecef,
    wrap_longitude,
)


def test_axes_meet_equator_and_pole() -> None:
    assert_allclose(geodetic_to_ecef(0.0, 0.0, 5.0), [SEMI_MAJOR_AXIS + 5.0, 0.0, 0.0])
    assert_allclose(geodetic_to_ecef(-np.pi / 2, 1.0, 7.0), [0.0, 0.0, -SEMI_MINOR_AXIS - 7.0], atol=1e-8)


def test_leading_axes_are_kept_and_broadcast() -> None:
    ecef = geodetic_to_ecef(np.zeros((4, 1)), np.zeros(3), 10.0)
    assert ecef.shape == (4, 3, 3)
    assert all(part.shape == (4, 3) for part in ecef_to_geodetic(ecef))


@given(st.floats(-np.pi / 2, np.pi / 2), st.floats(-np.pi, np.pi), st.floats(-10_000.0, 36_000_000.0))
def test_there_and_back(latitude: float, longitude: float, height: float) -> None:
    there = geodetic_to_ecef(latitude, longitude, height)
    assert_allclose(geodetic_to_ecef(*ecef_to_geodetic(there)), there, atol=2e-7)


@given(st.floats(-50.0, 50.0))
def test_wrapped_longitude_is_the_same_direction(angle: float) -> None:
    wrapped = wrap_longitude(angle)
    assert -np.pi <= wrapped < np.pi
    assert_allclose([np.cos(wrapped), np.sin(wrapped)], [np.cos(angle), np.sin(angle)], atol=1e-12)


def test_wrapping_leaves_what_is_in_range_alone() -> None:
    inside = np.array([-np.pi, -1e-300, 0.1, 3.0])
    assert wrap_longitude(inside).tobytes() == inside.tobytes()
    assert wrap_longitude(np.pi) == -np.pi
