"""Counts of vehicles: the chances are chances, and the interval holds what it says."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import betabinom, poisson

from sidelook.formations.counting import CountModel, count_interval, log_chances, posterior

MODEL = CountModel(window_weight=1.0, largest=60)


def test_chances_are_those_of_a_beta_binomial_and_strangers() -> None:
    chances = np.exp(log_chances(MODEL))
    np.testing.assert_allclose(chances[2:40].sum(axis=1), 1.0, atol=1e-6)
    a, b = MODEL.seen * MODEL.seen_weight, (1.0 - MODEL.seen) * MODEL.seen_weight
    by_hand = sum(betabinom.pmf(5 - k, 7, a, b) * poisson.pmf(k, MODEL.strangers) for k in range(6))
    assert chances[7, 5] == pytest.approx(by_hand)


@pytest.mark.parametrize("looks", [1, 6])
def test_nine_intervals_in_ten_hold_the_number_of_vehicles(looks: int) -> None:
    """Numbers drawn from the prior, looks from the model: a calibrated interval must hold 90 %, or a little more."""
    rng = np.random.default_rng(looks)
    number = np.arange(2, MODEL.largest + 1)
    truth = rng.choice(number, 4000, p=(1.0 / number) / (1.0 / number).sum())
    a, b = MODEL.seen * MODEL.seen_weight, (1.0 - MODEL.seen) * MODEL.seen_weight
    chance = rng.beta(a, b, (len(truth), looks))
    seen = rng.binomial(truth[:, None], chance) + rng.poisson(MODEL.strangers, chance.shape)
    best, low, high = count_interval(posterior(seen, MODEL))
    held = ((low <= truth) & (truth <= high)).mean()
    assert 0.885 < held < 0.96
    assert (low <= best).all()
    assert (best <= high).all()


def test_more_looks_make_the_interval_narrower_and_looks_not_taken_say_nothing() -> None:
    few, many = np.full((1, 8), -1), np.full((1, 8), 12)
    few[0, -1] = 12
    narrow, wide = (count_interval(posterior(seen, MODEL)) for seen in (many, few))
    assert narrow[2] - narrow[1] < wide[2] - wide[1]
    np.testing.assert_array_equal(count_interval(posterior(few[:, -1:], MODEL)), wide)


def test_the_interval_is_the_shortest_about_the_mode() -> None:
    best, low, high = count_interval(np.array([[0.0, 0.05, 0.5, 0.3, 0.12, 0.03]]))
    assert (best[0], low[0], high[0]) == (2, 2, 4)


def test_looks_that_are_not_independent_count_less() -> None:
    seen = np.full((1, 8), 12)
    less = count_interval(posterior(seen, replace(MODEL, window_weight=0.4)))
    full = count_interval(posterior(seen, MODEL))
    assert less[2] - less[1] > full[2] - full[1]
