"""Unusual activity: false alarms as rare as promised, and a night convoy found."""

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.model.stock import FlowObservation
from sidelook.monitoring.activity import Activity, Way, judge_activity
from sidelook.monitoring.errors import ObservationError

from .observed import make_flow


def weeks(first: int, count: int, rng: np.random.Generator) -> FlowObservation:
    """Give hourly counts of whole weeks: groups of two by day, few by night, fewer on two days of seven."""
    rows = []
    for day in range(7 * first, 7 * (first + count)):
        for hour in range(24):
            mean = (3.0 if 6 <= hour < 20 else 0.5) * (0.3 if day % 7 in (2, 3) else 1.0)
            rows.append(
                (24.0 * day + hour, 24.0 * day + hour + 1.0, *(rng.binomial(2 * rng.poisson(mean / 2, 2), 0.7)))
            )
    return make_flow(rows, exposure=0.7)


def test_false_alarms_are_no_more_than_promised() -> None:
    rng = np.random.default_rng(6)
    called, days = 0, 0
    for _ in range(10):
        table = judge_activity(weeks(0, 4, rng), weeks(4, 4, rng), 1.0)
        called += int((table.activity > Activity.USUAL).sum())
        days += 28
    assert 0 < called <= days + 3.0 * np.sqrt(days)


def test_a_column_in_the_night_and_a_silent_day_are_called() -> None:
    rng = np.random.default_rng(7)
    history = weeks(0, 6, rng)
    recent = make_flow([(24.0 * 42 + 2, 24.0 * 42 + 3, 0, 14), (24.0 * 42 + 6, 24.0 * 42 + 20, 0, 28)], exposure=0.7)
    table = judge_activity(history, recent, 0.1)
    np.testing.assert_array_equal(table.way, [Way.IN, Way.OUT, Way.IN, Way.OUT])
    np.testing.assert_array_equal(table.activity, [Activity.USUAL, Activity.MORE, Activity.FEWER, Activity.USUAL])
    assert table.expected[2] == pytest.approx(14 * 3.0 * 0.7, rel=0.25)
    assert table.origins[0].simulated


def test_without_history_or_sight_it_is_undetermined() -> None:
    recent = make_flow([(1.0, 2.0, 50, 0)], exposure=0.7)
    assert (judge_activity(make_flow([]), recent).activity == Activity.UNDETERMINED).all()
    blind = make_flow([(1.0, 2.0, 0, 50)], exposure=(0.0, 0.7))
    seen = judge_activity(make_flow([(0.0, 1.0, 2, 2)]), blind).activity
    assert seen[0] == Activity.UNDETERMINED
    assert seen[1] == Activity.MORE


def test_nothing_recent_is_an_empty_table_and_bad_input_is_refused() -> None:
    assert len(judge_activity(make_flow([]), make_flow([]))) == 0
    with pytest.raises(UsageError, match="above 0"):
        judge_activity(make_flow([]), make_flow([]), 0.0)
    with pytest.raises(ObservationError):
        judge_activity(make_flow([(0, 1, 0, 0)], exposure=np.nan), make_flow([]))
