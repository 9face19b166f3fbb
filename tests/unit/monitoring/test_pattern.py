"""A site's own traffic is learned where it was watched, and taken for even where it was not."""

import numpy as np
import pytest

from sidelook.monitoring.pattern import SECOND, learn_pattern, learn_week, time_by_hour
from sidelook.monitoring.settings import HOUR, StockSettings

from .observed import hours, make_flow


def test_time_by_hour_adds_up() -> None:
    start, end = hours(0.5, 23.25, 10.0), hours(2.0, 49.5, 10.0)
    table = time_by_hour(start, end, 24)
    np.testing.assert_allclose(table.sum(axis=1), (end - start) / SECOND)
    np.testing.assert_allclose(table[0, :4], [0.5 * HOUR, HOUR, 0.0, 0.0])
    np.testing.assert_allclose(table[1, [0, 1, 2, 23]], [2 * HOUR, 1.5 * HOUR, HOUR, 1.75 * HOUR])


def test_the_rate_of_watched_hours_is_found_and_corrected_for_exposure() -> None:
    rng = np.random.default_rng(3)
    rows = [
        (24.0 * day + hour, 24.0 * day + hour + 1.0, rng.poisson(6.0 if hour < 12 else 2.0), rng.poisson(3.0))
        for day in range(60)
        for hour in (10, 11, 12, 13)
    ]
    pattern = learn_pattern(make_flow(rows, exposure=0.5), StockSettings())
    np.testing.assert_allclose(pattern.rate[[10, 12], 0] * HOUR, [12.0, 4.0], rtol=0.1)
    np.testing.assert_allclose(pattern.rate[10:14, 1] * HOUR, 6.0, rtol=0.15)
    assert pattern.dispersion == pytest.approx(1.0, abs=0.3)
    assert pattern.rate[3, 0] == pattern.rate[3, 1]  # nobody looked: neither growth nor shrinking
    assert pattern.weight[3, 0] < pattern.weight[10, 0]


def test_vehicles_in_groups_are_found_out() -> None:
    rng = np.random.default_rng(4)
    rows = [(24.0 * day + 10, 24.0 * day + 11, *(4 * rng.poisson(1.5, 2))) for day in range(200)]
    assert learn_pattern(make_flow(rows), StockSettings()).dispersion == pytest.approx(4.0, abs=1.0)


def test_nothing_watched_is_what_was_believed() -> None:
    pattern = learn_pattern(make_flow([]), StockSettings(prior_rate=2.0 / HOUR, dispersion=3.0))
    np.testing.assert_allclose(pattern.rate, 2.0 / HOUR)
    assert pattern.dispersion == pytest.approx(3.0)


def test_a_weekday_stands_out_of_the_week() -> None:
    rows = [(24.0 * day + 10, 24.0 * day + 11, 20 if day % 7 == 3 else 4, 4) for day in range(84)]
    pattern = learn_week(make_flow(rows), StockSettings())
    rate = pattern.rate[10::24, 0] * HOUR
    assert rate[3] == pytest.approx(20.0, rel=0.2)
    np.testing.assert_allclose(np.delete(rate, 3), 4.0, rtol=0.3)
