"""What a stock gains, against distributions written out."""

import numpy as np
import pytest
from scipy.fft import irfft
from scipy.stats import nbinom, poisson

from sidelook.monitoring.crossings import groups, shifted, steps, uncounted
from sidelook.monitoring.lattice import ring_angles

ANGLE, LENGTH = ring_angles(200, 300)
NUMBER = np.arange(100)


def test_groups_are_negative_binomial_and_single_vehicles_poisson() -> None:
    np.testing.assert_allclose(
        irfft(groups(ANGLE, np.array(12.0), 3.0), LENGTH)[:100], nbinom.pmf(NUMBER, 6.0, 1.0 / 3.0), atol=1e-12
    )
    single = irfft(groups(ANGLE, np.array(12.0), 1.0), LENGTH)[:100]
    np.testing.assert_allclose(single, poisson.pmf(NUMBER, 12.0), atol=1e-12)


@pytest.mark.parametrize("exposure", [0.0, 0.6, 1.0])
def test_what_was_not_counted_is_what_a_simulation_leaves(exposure: float) -> None:
    """Draw the rate, the crossings and who is counted; keep the draws in which seven were."""
    rng = np.random.default_rng(2)
    rate = rng.gamma(4.0, 10.0 / 4.0, 2_000_000)
    counted = rng.poisson(rate * exposure)
    seen = 7 if exposure else 0
    rest = rng.poisson(rate * (1.0 - exposure))[counted == seen]
    chance = irfft(
        uncounted(ANGLE, counted=seen, exposure=np.array(exposure), shape=np.array(4.0), mean=np.array(10.0)), LENGTH
    )
    drawn = np.bincount(rest, minlength=LENGTH)[:LENGTH] / len(rest)
    np.testing.assert_allclose(chance, drawn, atol=5.0 / np.sqrt(len(rest)))


def test_spans_add_up_wherever_they_are_cut() -> None:
    whole = groups(ANGLE, np.array(12.0), 3.0) * steps(ANGLE, np.array(0.4), 10.0)
    part = groups(ANGLE, np.array(3.0), 3.0) * steps(ANGLE, np.array(0.1), 10.0)
    np.testing.assert_allclose(part**4, whole, atol=1e-12)


def test_one_step_is_laplace_distributed_small_or_large() -> None:
    sure = irfft(steps(ANGLE, np.array(1e-6), 5.0) - np.exp(-1e-6), LENGTH)
    one = np.concatenate([sure[-200:], sure[:200]]) / 1e-6
    gain = np.arange(-200, 200)
    small, large = np.exp(-1.0 / 5.0), np.exp(-1.0 / 25.0)
    by_hand = [(1.0 - ratio) / (1.0 + ratio) * ratio ** np.abs(gain) for ratio in (small, large)]
    np.testing.assert_allclose(one, 0.8 * by_hand[0] + 0.2 * by_hand[1], atol=1e-5)
    assert np.abs(gain) @ one == pytest.approx(0.8 * 5.0 + 0.2 * 25.0, rel=0.01)


def test_odds_leave_certainty_alone() -> None:
    np.testing.assert_array_equal(shifted(np.array([0.0, 1.0]), np.array([2.0, 2.0])), [0.0, 1.0])
    assert shifted(np.array(0.5), np.array(np.log(3.0))) == pytest.approx(0.75)
