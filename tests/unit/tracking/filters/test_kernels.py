"""The compiled filter against the float64 reference and against textbook formulas."""

import numpy as np
import pytest

from sidelook.sensing.notch import detection_probability
from sidelook.tracking import motion
from sidelook.tracking.filters import kernels
from sidelook.tracking.measurement import jacobian, measure
from sidelook.tracking.settings import TrackerSettings, as_constants

SETTINGS = TrackerSettings()
CONSTANTS = as_constants(SETTINGS)[0]
SENSOR = np.array([-5e3, -115e3, 12e3])
GROUND = np.array([10e3, 30e3, 250.0, 0.03, -0.02])
VARIANCE = np.array([12.0, 0.7e-3, 0.7]) ** 2


def spread_modes(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    mean = rng.normal(size=(4, 4)) * [60.0, 60.0, 4.0, 4.0] + [10e3, 30e3, 9.0, -14.0]
    factors = rng.normal(size=(4, 4, 4)) * np.array([90.0, 90.0, 3.0, 3.0])[:, None]
    return mean, factors @ factors.transpose(0, 2, 1), rng.dirichlet(np.ones(4))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dt", [0.0, 0.065, 3.5, 30.0, 300.0])
def test_prediction_is_the_reference(seed: int, dt: float) -> None:
    modes = spread_modes(seed)
    ahead = (np.empty((4, 4)), np.empty((4, 4, 4)), np.empty(4))
    kernels.predict(*modes, dt, CONSTANTS, ahead)
    for got, wanted in zip(ahead, motion.predict(*modes, dt, SETTINGS.motion), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-7, atol=1e-7)


def test_a_mode_without_weight_breaks_nothing() -> None:
    mean, covariance, _ = spread_modes(9)
    ahead = (np.empty((4, 4)), np.empty((4, 4, 4)), np.empty(4))
    kernels.predict(mean, covariance, np.array([1.0, 0.0, 0.0, 0.0]), 0.001, CONSTANTS, ahead)
    assert all(np.isfinite(part).all() for part in ahead)
    assert ahead[2].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("moving", [1, 0])
def test_observation_and_its_slopes_are_the_reference(moving: int) -> None:
    state = spread_modes(3)[0][0]
    seen = kernels.observe(state, moving, SENSOR, GROUND)
    reference, slopes = measure(state, SENSOR, GROUND), jacobian(state, SENSOR, GROUND)
    np.testing.assert_allclose(seen[:2], reference[:2], rtol=1e-13)
    np.testing.assert_allclose(seen[3:7], [*slopes[0, :2], *slopes[1, :2]], rtol=1e-12)
    wanted = [reference[2], *slopes[2, :2]] if moving else [0.0, 0.0, 0.0]
    np.testing.assert_allclose([seen[2], *seen[7:]], wanted, rtol=1e-9, atol=1e-15)


def kalman(state: np.ndarray, covariance: np.ndarray, measured: np.ndarray, used: slice) -> tuple[np.ndarray, ...]:
    """Update by the textbook, with the measured components used; also squared distance and log-likelihood."""
    slopes = jacobian(state, SENSOR, GROUND)[used]
    residual = (measured - measure(state, SENSOR, GROUND))[used]
    spread = slopes @ covariance @ slopes.T + np.diag(VARIANCE[used])
    gain = covariance @ slopes.T @ np.linalg.inv(spread)
    distance = residual @ np.linalg.solve(spread, residual)
    log = -0.5 * (distance + np.linalg.slogdet(2 * np.pi * spread)[1])
    return state + gain @ residual, covariance - gain @ spread @ gain.T, distance, log


@pytest.mark.parametrize("speed", [True, False])
def test_update_is_the_textbook_extended_kalman_filter(*, speed: bool) -> None:
    mean, covariance, _ = spread_modes(4)
    state, spread = mean[0].copy(), covariance[0].copy()
    measured = measure(state, SENSOR, GROUND) + np.array([20.0, 1e-3, -1.3])
    wanted = kalman(state, spread, measured, slice(0, 3 if speed else 2))
    if not speed:
        measured[2] = np.nan
    work = np.empty((6, 4))
    distance, log = kernels.innovate(state, spread, 1, SENSOR, (measured, VARIANCE, np.nan, GROUND), 0.0, work)
    kernels.correct(state, spread, work)
    np.testing.assert_allclose(state, wanted[0], rtol=1e-9)
    np.testing.assert_allclose(spread, wanted[1], rtol=1e-6, atol=1e-6)
    assert (distance, log) == pytest.approx(wanted[2:])


def normal_log(residual: np.ndarray, spread: np.ndarray) -> float:
    return -0.5 * (residual @ np.linalg.solve(spread, residual) + np.linalg.slogdet(2 * np.pi * spread)[1])


@pytest.mark.parametrize("aside", [0.5e-3, 2.5e-3, 4e-3, 9e-3])
def test_an_azimuth_far_off_is_weighed_by_the_mixture_that_errors_are(aside: float) -> None:
    """The likelihood is the mixture's; the variance of azimuth the inverse of what its inverse is expected to be."""
    own, tail, residual = VARIANCE[1], 0.03, np.array([15.0, aside, -0.5])
    spread = np.array([[900.0, 0.01, 3.0], [0.01, 1.2e-6, 1e-4], [3.0, 1e-4, 1.1]])
    symmetric = tuple(float(spread[k]) for k in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)))
    plain = kernels.weigh(tuple(residual), symmetric)
    assert kernels.weigh_tailed(tuple(residual), symmetric, own, 0.0) == plain
    inverse, turned, distance, log = kernels.weigh_tailed(tuple(residual), symmetric, own, tail)
    if aside < kernels.TAIL_FROM * np.sqrt(spread[1, 1]):
        assert (inverse, turned, distance, log) == plain
        return
    wide = spread + np.diag([0.0, (kernels.TAIL_WIDTH**2 - 1.0) * own, 0.0])
    logs = np.log([1.0 - tail, tail]) + np.array([normal_log(residual, spread), normal_log(residual, wide)])
    assert log == pytest.approx(np.logaddexp(*logs))
    share = np.exp(logs[1] - np.logaddexp(*logs))
    expected = (1.0 - share) / own + share / (kernels.TAIL_WIDTH**2 * own)
    between = spread + np.diag([0.0, 1.0 / expected - own, 0.0])
    np.testing.assert_allclose(turned, np.linalg.solve(between, residual), rtol=1e-6)
    assert distance == pytest.approx(residual @ np.linalg.solve(between, residual))
    assert distance < plain[2]


def test_a_wrapped_radial_speed_counts_as_its_nearest_alias() -> None:
    mean, covariance, _ = spread_modes(6)
    measured = measure(mean[0], SENSOR, GROUND)
    work = np.empty((6, 4))
    wrapped = measured + np.array([0.0, 0.0, 2 * 18.0])
    near = kernels.innovate(mean[0], covariance[0], 1, SENSOR, (measured, VARIANCE, 18.0, GROUND), 0.0, work)
    far = kernels.innovate(mean[0], covariance[0], 1, SENSOR, (wrapped, VARIANCE, 18.0, GROUND), 0.0, work)
    assert far == pytest.approx(near, abs=1e-6)
    unknown = kernels.innovate(mean[0], covariance[0], 1, SENSOR, (wrapped, VARIANCE, np.nan, GROUND), 0.0, work)
    assert unknown[0] > far[0] + 1.0


def test_a_miss_is_as_likely_as_the_notch_says_averaged_over_the_state() -> None:
    mean, covariance, _ = spread_modes(7)
    state, spread = mean[0], covariance[0] * [[1e-4, 1e-4, 0.3, 0.3]] * np.array([[1e-4, 1e-4, 0.3, 0.3]]).T
    draws = np.random.default_rng(1).multivariate_normal(state, spread, 200_000)
    speeds = measure(draws, SENSOR, GROUND)[:, 2]
    sampled = 1.0 - detection_probability(speeds, 1.5, 0.9 * 0.8).mean()
    computed = kernels.miss_probability(state, spread, SENSOR, GROUND, 1.5, (0.9, 0.8, 0.0))
    assert computed == pytest.approx(sampled, abs=0.004)


def test_a_miss_pulls_the_radial_speed_into_the_notch_as_bayes_does() -> None:
    """Mean and variance of radial speed after a miss, against the weighted samples of the prior."""
    state = np.array([10e3, 30e3, 0.0, 2.0])
    spread = np.diag([1.0, 1.0, 9.0, 4.0])
    draws = np.random.default_rng(2).multivariate_normal(state, spread, 400_000)
    speeds = measure(draws, SENSOR, GROUND)[:, 2]
    weights = 1.0 - detection_probability(speeds, 1.5, 0.9)
    mean = np.average(speeds, weights=weights)
    sigma = np.sqrt(np.average((speeds - mean) ** 2, weights=weights))
    kernels.miss(state, spread, SENSOR, GROUND, 1.5, (0.9, 1.0, 0.0))
    slopes = jacobian(state, SENSOR, GROUND)[2]
    assert measure(state, SENSOR, GROUND)[2] == pytest.approx(mean, abs=0.02)
    assert np.sqrt(slopes @ spread @ slopes) == pytest.approx(sigma, abs=0.02)


def test_dwells_side_by_side_charge_a_miss_as_one_dwell_over_both() -> None:
    mean, covariance, _ = spread_modes(8)
    fields = (mean[0], covariance[0], SENSOR, GROUND, 1.5)
    whole = kernels.miss_probability(*fields, (0.9, 1.0, 0.0))
    parts = kernels.miss_probability(*fields, (0.9, 0.3, 0.0)) * kernels.miss_probability(*fields, (0.9, 0.7, 0.3))
    assert parts == pytest.approx(whole)


def test_drift_is_the_spread_of_the_estimate_carried_on_without_noise() -> None:
    modes = spread_modes(10)
    estimate, drift = np.empty(4), np.empty((3, 3))
    now = kernels.merge(modes, estimate)
    kernels.merge_drift(modes, estimate, drift)
    np.testing.assert_allclose(drift[0], now, rtol=1e-9)
    later = (modes[0] + np.pad(modes[0][:, 2:], ((0, 0), (0, 2))) * 20.0, np.empty((4, 4, 4)), modes[2])
    transition = np.kron([[1.0, 20.0], [0.0, 1.0]], np.eye(2))
    later[1][:] = transition @ modes[1] @ transition.T
    np.testing.assert_allclose(drift[0] + 20 * drift[1] + 400 * drift[2], kernels.merge(later, estimate), rtol=1e-9)
