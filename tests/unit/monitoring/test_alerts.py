"""Alerts are raised by what is known, with their evidence, and by nothing else."""

import numpy as np
import pytest

from sidelook.monitoring.activity import judge_activity
from sidelook.monitoring.alerts import (
    AlertKind,
    alerts_of_activity,
    alerts_of_changes,
    alerts_of_content,
    alerts_of_withdrawals,
)
from sidelook.monitoring.change import Question, compare
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import estimate_stock, follow_site
from sidelook.monitoring.withdrawal import Announcement, find_withdrawal

from .observed import hours, make_flow, make_images

TIMES = hours(12, 36, 60, 84)
COUNTS = [(12, 20), (13, 21), (36, 80), (37, 79), (60, 82), (61, 80), (84, 20), (85, 21)]
IMAGES = make_images(COUNTS, chance=0.95, error=0.01)


def test_more_than_declared_is_one_alert_as_long_as_it_lasts() -> None:
    stock = estimate_stock(make_flow([]), IMAGES, TIMES)
    (alert,) = alerts_of_content(stock, 0, 50)
    assert alert.kind is AlertKind.CONTENT
    assert (alert.begin, alert.end) == (TIMES[1], TIMES[2])
    assert 50 < alert.low <= alert.value <= alert.high
    assert "50 were declared" in alert.reason
    assert alert.origin.simulated
    assert alerts_of_content(stock, 0, 200) == []
    assert alerts_of_content(stock, 5, 0) == []


def test_what_nobody_looked_at_raises_no_alert() -> None:
    stock = estimate_stock(make_flow([]), make_images([(12, 80)], chance=0.95, error=0.0), hours(200))
    assert alerts_of_content(stock, 0, 5) == []


def test_changes_and_withdrawals_that_are_sure_are_told() -> None:
    rng = np.random.default_rng(1)
    stock = follow_site(0, make_flow([]), IMAGES, TIMES, StockSettings())
    changes = [compare(stock, TIMES[k], TIMES[k + 1], Question(least=20), rng) for k in range(3)]
    alerts = alerts_of_changes(changes)
    assert [alert.begin for alert in alerts] == [TIMES[0], TIMES[2]]
    assert alerts[0].value == pytest.approx(63.0, abs=8.0)
    assert alerts[0].reason.startswith("growing: the change lies between")
    assert alerts[0].key != alerts[1].key
    asked = [Announcement(number=40, begin=int(TIMES[k]), end=int(TIMES[k + 1])) for k in (1, 2)]
    (kept,) = alerts_of_withdrawals(find_withdrawal(stock, one, rng) for one in asked)
    assert kept.begin == TIMES[1]
    assert "not seen" in kept.reason


def test_unusual_activity_bears_its_count_and_the_rate_accepted() -> None:
    history = make_flow([(24.0 * day + 2, 24.0 * day + 3, 1, 1) for day in range(40)], exposure=0.8)
    recent = make_flow([(24.0 * 40 + 2, 24.0 * 40 + 3, 20, 1)], exposure=0.8)
    (alert,) = alerts_of_activity(judge_activity(history, recent, 0.1))
    assert (alert.value, alert.false_alarm_rate) == (20.0, 0.1)
    assert "20 crossings in were counted" in alert.reason
