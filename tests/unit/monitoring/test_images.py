"""How likely a count is, against sums written out."""

import numpy as np
import pytest
from scipy.stats import betabinom, binom, nbinom, poisson

from sidelook.monitoring.images import Count, count_likelihood
from sidelook.monitoring.settings import StockSettings

LARGEST = 40
NUMBER = np.arange(41.0)
NODES = np.array([-1.0, 0.0, 1.0])


def count_of(counted: int, **given: float) -> Count:
    usual = {"false_alarms": 0.0, "detection_probability": 0.8, "detection_error": 0.0, "share": 1.0}
    return Count(counted=counted, **(usual | given))


def test_a_known_chance_gives_a_binomial_and_poisson_false_alarms() -> None:
    settings = StockSettings(bad_image=1e-12, false_alarm_spread=0.0)
    likely = count_likelihood(count_of(20, false_alarms=3.0), LARGEST, NODES, settings)
    by_hand = [sum(binom.pmf(20 - k, n, 0.8) * poisson.pmf(k, 3.0) for k in range(21)) for n in range(41)]
    np.testing.assert_allclose(likely[1], by_hand, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(likely[0], likely[2])


def test_an_error_of_each_image_gives_a_beta_binomial_and_false_alarms_spread() -> None:
    settings = StockSettings(bad_image=1e-12, common_error=0.0)
    likely = count_likelihood(count_of(20, false_alarms=3.0, detection_error=0.05), LARGEST, NODES, settings)
    weight = 0.8 * 0.2 / 0.05**2 - 1.0
    seen = [[betabinom.pmf(20 - k, n, 0.8 * weight, 0.2 * weight) for k in range(21)] for n in range(41)]
    by_hand = np.array(seen) @ nbinom.pmf(np.arange(21), 4.0, 4.0 / 7.0)
    np.testing.assert_allclose(likely[1], by_hand, rtol=1e-6, atol=1e-9)


def test_the_common_error_moves_the_chance_between_nodes() -> None:
    likely = count_likelihood(count_of(20, detection_error=0.05), LARGEST, NODES, StockSettings())
    best = likely.argmax(axis=1)
    assert best[0] > best[1] > best[2]


def test_half_a_site_says_less_than_the_whole() -> None:
    whole = count_likelihood(count_of(16), LARGEST, NODES, StockSettings())[1]
    half = count_likelihood(count_of(8, share=0.5), LARGEST, NODES, StockSettings())[1]
    spread = [np.sqrt((NUMBER**2 @ p) - (NUMBER @ p) ** 2) for p in (whole / whole.sum(), half / half.sum())]
    assert half.argmax() == pytest.approx(whole.argmax(), abs=2)
    assert spread[1] > 1.5 * spread[0]


def test_a_bad_image_leaves_every_number_possible() -> None:
    likely = count_likelihood(count_of(0), LARGEST, NODES, StockSettings())
    assert (likely > 1e-5).all()
    sure = count_likelihood(count_of(5, detection_probability=1.0), LARGEST, NODES, StockSettings(bad_image=1e-12))
    np.testing.assert_allclose(sure[0], NUMBER == 5.0, atol=1e-9)
