"""Alerts: what of stock, change, withdrawals and activity somebody should look at, each with its evidence.

An alert is raised by what is known, never by what is not: where the answer is undetermined there is none, and the
table says why. The same evidence gives the same key, so that what was acknowledged or muted stays so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sidelook.model.origin import Origin
from sidelook.model.stock import StockBasis, StockTable
from sidelook.monitoring.activity import Activity, ActivityTable, Way
from sidelook.monitoring.change import Change, Verdict
from sidelook.monitoring.withdrawal import Answer, Withdrawal


class AlertKind(IntEnum):
    """What an alert is about."""

    CONTENT = 0
    CHANGE = 1
    WITHDRAWAL = 2
    ACTIVITY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to look at.

    Attributes
    ----------
    kind : what it is about
    site : its number
    begin, end : time that the evidence spans, ns UTC: where a replay starts and ends
    value, low, high : the number behind it, in vehicles or crossings, and between what it lies; NaN where not known
    false_alarm_rate : that was accepted: a share of sites, or for activity so many a day and site
    reason : in words
    origin : of the evidence
    """

    kind: AlertKind
    site: int
    begin: int
    end: int
    value: float
    low: float
    high: float
    false_alarm_rate: float
    reason: str
    origin: Origin

    @property
    def key(self) -> tuple[int, int, int, int]:
        """Tell one alert from another."""
        return int(self.kind), self.site, self.begin, self.end


def alerts_of_content(stock: StockTable, site: int, declared: int, confidence: float = 0.9) -> list[Alert]:
    """Raise one alert for each stretch of times in which a site surely held more than was declared.

    Parameters
    ----------
    stock : at any sites and times; times near which nothing was seen raise none
    declared : vehicles that may be there
    confidence : of the table's intervals
    """
    stock = stock.take(stock.site == site)
    stock = stock.take(np.argsort(stock.time, kind="stable"))
    above = (stock.low > declared) & (stock.basis != StockBasis.NOTHING)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(np.int8)))
    return [
        Alert(
            kind=AlertKind.CONTENT,
            site=site,
            begin=int(stock.time[first]),
            end=int(stock.time[last - 1]),
            value=float(stock.mean[first:last].max()),
            low=float(stock.low[first:last].max()),
            high=float(stock.high[first:last].max()),
            false_alarm_rate=0.5 * (1.0 - confidence),
            reason=f"at least {stock.low[first:last].max()} vehicles, where {declared} were declared",
            origin=stock.origins[stock.origin[first]],
        )
        for first, last in edges.reshape(-1, 2).tolist()
    ]


def alerts_of_changes(changes: Iterable[Change]) -> list[Alert]:
    """Raise an alert for each site that grows or shrinks."""
    return [
        Alert(
            kind=AlertKind.CHANGE,
            site=change.site,
            begin=change.before[0],
            end=change.after[1],
            value=change.mean,
            low=change.low,
            high=change.high,
            false_alarm_rate=change.question.false_call_rate,
            reason=f"{change.verdict.name.lower()}: {change.reason}",
            origin=change.origin,
        )
        for change in changes
        if change.verdict in {Verdict.GROWING, Verdict.SHRINKING}
    ]


def alerts_of_withdrawals(withdrawals: Iterable[Withdrawal]) -> list[Alert]:
    """Raise an alert for each announced withdrawal that surely did not happen."""
    return [
        Alert(
            kind=AlertKind.WITHDRAWAL,
            site=withdrawal.site,
            begin=withdrawal.announced.begin,
            end=withdrawal.announced.end,
            value=withdrawal.mean,
            low=withdrawal.low,
            high=withdrawal.high,
            false_alarm_rate=withdrawal.false_call_rate,
            reason=f"the announced withdrawal was not seen: {withdrawal.reason}",
            origin=withdrawal.origin,
        )
        for withdrawal in withdrawals
        if withdrawal.answer is Answer.NO
    ]


def alerts_of_activity(table: ActivityTable) -> list[Alert]:
    """Raise an alert for each span and way with more or fewer crossings than usual."""
    rows = np.flatnonzero((table.activity == Activity.MORE) | (table.activity == Activity.FEWER))
    return [
        Alert(
            kind=AlertKind.ACTIVITY,
            site=int(table.site[row]),
            begin=int(table.start[row]),
            end=int(table.end[row]),
            value=float(table.seen[row]),
            low=float("nan"),
            high=float("nan"),
            false_alarm_rate=table.false_alarms_per_day,
            reason=(
                f"{table.seen[row]} crossings {Way(table.way[row]).name.lower()} were counted, where "
                f"{table.expected[row]:.1f} are usual at that hour and exposure"
            ),
            origin=table.origins[table.origin[row]],
        )
        for row in rows
    ]
