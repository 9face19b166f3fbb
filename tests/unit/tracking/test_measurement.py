import numpy as np
import pytest

from sidelook.geometry.ground import Plane
from sidelook.tracking.measurement import (
    MeasurementErrors,
    jacobian,
    measure,
    place_measured,
    tangent_ground,
    variances,
)

SENSOR = np.array([3e3, -110e3, 11e3])
GROUNDS = np.array([[1e3, 2e3, 300.0, 0.05, -0.1], [0.0, 0.0, 0.0, 0.0, 0.0]])
STATES = np.array([[1.2e3, 2.5e3, 14.0, -9.0], [-60e3, 20e3, -3.0, 25.0]])


def test_jacobian_is_what_finite_differences_give() -> None:
    steps = np.array([1.0, 1.0, 1e-2, 1e-2])
    for k, step in enumerate(steps):
        ahead, behind = STATES.copy(), STATES.copy()
        ahead[:, k] += step
        behind[:, k] -= step
        slopes = (measure(ahead, SENSOR, GROUNDS) - measure(behind, SENSOR, GROUNDS)) / (2 * step)
        np.testing.assert_allclose(jacobian(STATES, SENSOR, GROUNDS)[..., k], slopes, rtol=2e-6, atol=1e-12)


def test_radial_speed_is_the_rate_of_the_slant_range_along_the_ground() -> None:
    later = STATES.copy()
    later[:, :2] += 1e-3 * STATES[:, 2:]
    rate = (measure(later, SENSOR, GROUNDS) - measure(STATES, SENSOR, GROUNDS))[:, 0] / 1e-3
    np.testing.assert_allclose(measure(STATES, SENSOR, GROUNDS)[:, 2], rate, atol=1e-3)


def test_a_place_is_measured_where_the_state_on_it_is() -> None:
    up = GROUNDS[:, 2] + ((STATES[:, :2] - GROUNDS[:, :2]) * GROUNDS[:, 3:]).sum(axis=1)
    slant, azimuth = place_measured(np.column_stack([STATES[:, :2], up]), SENSOR)
    np.testing.assert_allclose(measure(STATES, SENSOR, GROUNDS)[:, :2], np.stack([slant, azimuth], -1), rtol=1e-14)


def test_a_northward_plot_has_azimuth_zero_and_an_eastward_one_a_quarter_turn() -> None:
    places = np.array([[0.0, 5.0, 0.0], [5.0, 0.0, 0.0]])
    assert place_measured(places, np.zeros(3))[1] == pytest.approx([0.0, np.pi / 2])


def test_ground_gives_its_slope() -> None:
    class Slope:
        def height(self, east: np.ndarray, north: np.ndarray) -> np.ndarray:
            return 0.1 * np.asarray(east) - 0.2 * np.asarray(north)

    places = np.array([[10.0, 20.0, 99.0]])
    np.testing.assert_allclose(tangent_ground(places, Slope()), [[10.0, 20.0, 99.0, 0.1, -0.2]])
    np.testing.assert_array_equal(tangent_ground(places, Plane(up=7.0))[:, 3:], [[0.0, 0.0]])


def test_missing_and_zero_sigmas_are_filled_and_the_azimuth_follows_from_the_cross_range() -> None:
    slant = np.array([100e3, 100e3, 100e3])
    sigmas = np.array([[10.0, 50.0, 2.0], [np.nan, np.nan, np.nan], [0.0, 0.0, 0.0]])
    errors = MeasurementErrors(slant_range=15.0, azimuth=2e-3, radial_speed=1.5)
    expected = np.array([[10.0, 5e-4, 2.0], [15.0, 2e-3, 1.5], [15.0, 2e-3, 1.5]]) ** 2
    np.testing.assert_allclose(variances(slant, sigmas, errors), expected)


def test_no_sigma_goes_below_what_a_sensor_can_have() -> None:
    errors = MeasurementErrors()
    least = np.array([errors.least_slant_range, errors.least_azimuth, errors.least_radial_speed])
    np.testing.assert_allclose(variances(np.array([1e5]), np.full((1, 3), 1e-6), errors), [least**2])
