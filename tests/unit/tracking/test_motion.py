import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.tracking.motion import CRUISE_ONLY, MotionModes, change_chances, predict

MODES = MotionModes()
RNG = np.random.default_rng(5)


def spread_modes(modes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean = RNG.normal(size=(modes, 4)) * [50.0, 50.0, 5.0, 5.0] + [7e4, -9e4, 12.0, 3.0]
    factors = RNG.normal(size=(modes, 4, 4)) * np.array([80.0, 80.0, 4.0, 4.0])[:, None]
    return mean, factors @ factors.transpose(0, 2, 1), RNG.dirichlet(np.ones(modes))


def test_one_mode_is_the_textbook_kalman_prediction() -> None:
    mean, covariance = np.array([[1.0, 2.0, 3.0, 4.0]]), np.diag([9.0, 4.0, 1.0, 2.0])[None]
    moved, spread, weight = predict(mean, covariance, np.ones(1), 10.0, CRUISE_ONLY)
    np.testing.assert_allclose(moved, [[31.0, 42.0, 3.0, 4.0]])
    # P + 10^2 P_v + q 10^3 / 3, and 10 P_v + q 10^2 / 2, with q = 3
    np.testing.assert_allclose(np.diag(spread[0]), [9 + 100 + 1000, 4 + 200 + 1000, 1 + 30, 2 + 30])
    assert spread[0, 0, 2] == pytest.approx(10 + 150)
    assert weight == pytest.approx([1.0])


def test_chances_of_a_change_sum_to_one_and_an_instant_changes_nothing() -> None:
    np.testing.assert_allclose(change_chances(MODES, 30.0).sum(axis=1), 1.0)
    np.testing.assert_allclose(change_chances(MODES, 0.0), np.eye(4))


def test_a_vehicle_known_to_stand_stays_and_keeps_its_heading_in_mind() -> None:
    always = MotionModes(sojourn=(1e12, 1e12, 1e12, 1e12))
    mean, covariance, _ = spread_modes(4)
    moved, spread, weight = predict(mean, covariance, np.array([0.0, 0.0, 1.0, 0.0]), 60.0, always)
    np.testing.assert_allclose(moved[2], mean[2])
    np.testing.assert_allclose(spread[2], covariance[2])
    assert weight[2] == pytest.approx(1.0)


def test_a_vehicle_that_stops_somewhere_on_its_way_is_spread_along_it() -> None:
    """Stopping at a moment uniform in the interval: half way in the mean, v dt / sqrt(12) about it."""
    stop = (0.0, 0.0, 1.0, 0.0)
    leave = MotionModes(sojourn=(1e-9, 1.0, 1e12, 1.0), share=(stop, stop, (1.0, 0.0, 0.0, 0.0), stop))
    mean = np.tile([0.0, 0.0, 10.0, 0.0], (4, 1))
    moved, spread, _ = predict(mean, np.zeros((4, 4, 4)), np.array([1.0, 0.0, 0.0, 0.0]), 30.0, leave)
    assert moved[2, 0] == pytest.approx(150.0)
    assert spread[2, 0, 0] == pytest.approx((10 * 30) ** 2 / 12)
    assert spread[2, 1, 1] == pytest.approx(0.0, abs=1e-9)


def test_a_vehicle_that_turns_somewhere_on_its_way_may_drive_anywhere_from_there() -> None:
    """A moment u uniform in 0..dt: v u on the old way and w (dt - u) on the new, w of mean zero and variance s2.

    Var(v u) = v2 dt2 / 12, Var(w (dt - u)) = s2 dt2 / 3, Cov(w (dt - u), w) = s2 dt / 2.
    """
    turn = (0.0, 0.0, 0.0, 1.0)
    modes = MotionModes(sojourn=(1e-9, 1.0, 1.0, 1e12), share=(turn, turn, turn, (1.0, 0.0, 0.0, 0.0)))
    mean = np.tile([0.0, 0.0, 10.0, 0.0], (4, 1))
    moved, spread, _ = predict(mean, np.zeros((4, 4, 4)), np.array([1.0, 0.0, 0.0, 0.0]), 30.0, modes)
    np.testing.assert_allclose(moved[3], [150.0, 0.0, 0.0, 0.0], atol=1e-9)
    rng = np.random.default_rng(3)
    moment, velocity = rng.uniform(0.0, 30.0, 400_000), rng.normal(0.0, modes.turn_speed, 400_000)
    place = 10.0 * moment + velocity * (30.0 - moment)
    np.testing.assert_allclose(spread[3][np.ix_([0, 2], [0, 2])], np.cov(place, velocity), rtol=0.02)


def test_mixing_keeps_the_mean_and_covariance_of_the_whole() -> None:
    """What the modes give together depends on them only through the mixture's moments."""
    mean, covariance, weight = spread_modes(2)
    both = MotionModes(
        mobile=(True, True),
        turning=(False, False),
        noise=(1.0, 1.0),
        sojourn=(20.0, 20.0),
        share=((0.0, 1.0), (1.0, 0.0)),
        start_weight=(0.5, 0.5),
    )
    moved, spread, after = predict(mean, covariance, weight, 7.0, both)
    transition = np.kron([[1.0, 7.0], [0.0, 1.0]], np.eye(2))
    centre = weight @ mean
    np.testing.assert_allclose(after @ moved, transition @ centre)
    apart = mean - centre
    whole = np.einsum("m,mab->ab", weight, covariance + apart[:, :, None] * apart[:, None, :])
    noise = np.kron([[7.0**3 / 3, 24.5], [24.5, 7.0]], np.eye(2))
    out = moved - after @ moved
    merged = np.einsum("m,mab->ab", after, spread + out[:, :, None] * out[:, None, :])
    np.testing.assert_allclose(merged, transition @ whole @ transition.T + noise, rtol=1e-9)


def test_modes_described_unevenly_are_refused() -> None:
    with pytest.raises(UsageError, match="for each mode"):
        MotionModes(noise=(1.0,))
