"""A physical law: of intervals with 90 %, nine in ten hold what they are about."""

import numpy as np
import pytest

from sidelook.monitoring.intervals import CountSettings, total_count, true_counts

TRIES = 3_000


@pytest.mark.parametrize("exposure", [0.15, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("mean", [5.0, 20.0, 80.0])
@pytest.mark.parametrize("sure", [True, False])
def test_intervals_hold_the_number_of_poisson_crossings(exposure: float, mean: float, *, sure: bool) -> None:
    """87 to 93 % where whole numbers allow: of few crossings nearly all seen, an interval holds more."""
    rng = np.random.default_rng(round(100 * exposure + mean))
    truth = rng.poisson(mean, TRIES)
    settings = CountSettings(true_share=1.0, exposure_weight=np.inf if sure else 30.0)
    chance = np.full(TRIES, exposure) if sure else rng.beta(30.0 * exposure, 30.0 * (1.0 - exposure), TRIES)
    found = true_counts(rng.binomial(truth, chance), exposure, settings=settings)
    held = float(((found.low <= truth) & (truth <= found.high)).mean())
    coarse = mean * (1.0 - exposure) < 5.0  # whole numbers: few steps in an interval
    assert 0.86 <= held <= (0.97 if coarse else 0.93)
    naive = float((rng.binomial(truth, chance) == truth).mean())
    assert naive < 0.7  # the count of what was seen is not the number


def test_intervals_of_totals_hold_the_total() -> None:
    rng = np.random.default_rng(8)
    settings = CountSettings(true_share=1.0, exposure_weight=np.inf)
    exposure = np.array([0.9, 0.5, 0.2, 0.7, 0.3, 0.6])
    rate = np.array([2.0, 8.0, 5.0, 20.0, 1.0, 12.0])
    held = 0
    for _ in range(600):
        truth = rng.poisson(rate)
        low, _, high = total_count(rng.binomial(truth, exposure), exposure, settings=settings)
        held += low <= truth.sum() <= high
    assert 0.87 <= held / 600 <= 0.94
