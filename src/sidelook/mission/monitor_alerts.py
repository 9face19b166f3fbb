"""``sidelook monitor alerts``: what of sites somebody should look at, with its evidence and the moment to replay."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sidelook.archive import Archive, AuditEntry, MissionSummary
from sidelook.errors import UsageError
from sidelook.mission.monitor import Question, asked, places_of
from sidelook.mission.monitor_sites import declared_in
from sidelook.mission.monitor_stock import SEED, Counting, Observed, followed, observe
from sidelook.mission.reporting import answer, marking_words
from sidelook.model.places import Rules
from sidelook.monitoring.activity import judge_activity
from sidelook.monitoring.alerts import Alert, alerts_of_activity, alerts_of_changes, alerts_of_content
from sidelook.monitoring.change import Change, trend
from sidelook.monitoring.change import Question as Asked
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import SiteStock, as_table
from sidelook.timescale import Clock, format_utc

ALERTS_NOTE = "alerts"
LEAST = 10.0  # vehicles, the smallest change that is asked about
BY = "operator here"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """Something to look at.

    Attributes
    ----------
    key : by which it is acknowledged; the same evidence has the same
    kind, site : what about, and where
    begin, end : UTC, of the evidence
    value, low, high : vehicles or crossings; None where not known
    false_alarm_rate : that was accepted
    reason : in words
    replay : what follows the page's address, to see it
    acknowledged : somebody has
    """

    key: str
    kind: str
    site: str
    begin: str
    end: str
    value: float
    low: float | None
    high: float | None
    false_alarm_rate: float
    reason: str
    replay: str
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """All there is to look at, by time."""

    missions: tuple[int, ...]
    alerts: tuple[AlertRow, ...]
    simulated: bool
    marking: str


def report_alerts(question: Question, counting: Counting, clock: Clock, *, acknowledge: Sequence[str] = ()) -> None:
    """List alerts on content, change and activity of sites; some may be acknowledged first.

    Parameters
    ----------
    acknowledge : keys of alerts, as they were listed

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    with asked(question, "monitor alerts") as (archive, missions):
        seen = observe(question, archive, missions, counting)
        _, rules = places_of(question, archive)
        alerts = sorted(alerts_of(seen, rules, missions), key=lambda alert: (alert.begin, alert.key))
        known = acknowledged_in(archive)
    keys = {key_of(alert, seen) for alert in alerts}
    for key in acknowledge:
        if key not in keys:
            message = f"there is no alert {key}: give one of the keys that are listed"
            raise UsageError(message)
    if acknowledge:
        known |= {key: clock.now() for key in acknowledge if key not in known}
        keep_acknowledged(question, known, acknowledge, clock)
    report = AlertReport(
        missions=tuple(one.mission for one in missions),
        alerts=tuple(row_of(alert, seen, missions, known) for alert in alerts),
        simulated=seen.told.simulated,
        marking=seen.told.marking,
    )
    answer(report, in_words(report), as_json=question.as_json)


def alerts_of(seen: Observed, rules: Rules, missions: Sequence[MissionSummary]) -> Iterator[Alert]:
    """Raise alerts: more than was declared, change over all missions, and what was unusual in the last one."""
    stocks = followed(seen, seen.ends)
    for rule, (site, begin, end) in declared_in(rules).items():
        for stock in (stock for number, stock in stocks if number == site):
            table = as_table(stock, StockSettings().confidence)
            table = table.take((table.time >= begin) & (table.time < end))
            yield from alerts_of_content(table, site, int(rules.vehicles[rule]))
    yield from alerts_of_changes(changes_of(stocks))
    begins = [one.begin for one in missions if one.begin is not None]
    if len(begins) > 1:
        recent = seen.flow.end > max(begins)
        yield from alerts_of_activity(judge_activity(seen.flow.take(~recent), seen.flow.take(recent)))


def changes_of(stocks: Sequence[tuple[int, SiteStock]]) -> Iterator[Change]:
    """Say what changed at each site that has two times."""
    for _, stock in stocks:
        if len(stock.time) > 1:
            yield trend(stock, Asked(least=LEAST), np.random.default_rng(SEED))


def key_of(alert: Alert, seen: Observed) -> str:
    """Name an alert: the same evidence gets the same name."""
    day = format_utc(alert.begin, digits=0)
    return f"{alert.kind.name.lower()}:{seen.places.name(alert.site)}:{day}"


def row_of(alert: Alert, seen: Observed, missions: Sequence[MissionSummary], known: dict[str, int]) -> AlertRow:
    """Spell an alert."""
    key = key_of(alert, seen)
    return AlertRow(
        key=key,
        kind=alert.kind.name.lower(),
        site=seen.places.name(alert.site),
        begin=format_utc(alert.begin, digits=0),
        end=format_utc(alert.end, digits=0),
        value=round(alert.value, 1),
        low=round(alert.low, 1) if np.isfinite(alert.low) else None,
        high=round(alert.high, 1) if np.isfinite(alert.high) else None,
        false_alarm_rate=alert.false_alarm_rate,
        reason=alert.reason,
        replay=replay_of(alert, missions),
        acknowledged=key in known,
    )


def replay_of(alert: Alert, missions: Sequence[MissionSummary]) -> str:
    """Give what follows the page's address to see the end of an alert's evidence."""
    flown = [one for one in missions if one.begin is not None and one.begin <= alert.end]
    if not flown:
        return ""
    last = max(flown, key=lambda one: one.begin or 0)
    time = min(alert.end, last.end or alert.end)
    return f"#mission={last.mission}&t={format_utc(time, digits=0)}&play=0"


def acknowledged_in(archive: Archive) -> dict[str, int]:
    """Read which alerts were acknowledged, and when, ns UTC."""
    kept = archive.note(ALERTS_NOTE)
    return {} if kept is None else {str(key): int(time) for key, time in json.loads(kept).items()}


def keep_acknowledged(question: Question, known: dict[str, int], new: Sequence[str], clock: Clock) -> None:
    """Keep which alerts were acknowledged, and log it."""
    with Archive.open(question.archive, "write") as archive:
        archive.keep_note(ALERTS_NOTE, json.dumps(known).encode())
        for key in new:
            archive.audit(AuditEntry(time=clock.now(), actor=BY, action="acknowledge", subject=key))


def in_words(report: AlertReport) -> str:
    """Say it for people."""
    lines = []
    for row in report.alerts:
        done = ", acknowledged" if row.acknowledged else ""
        lines += [f"{row.key}{done}", f"  {row.reason}", f"  replay: {row.replay}"]
    lines = lines or ["nothing to look at, of what could be seen"]
    return "\n".join([*lines, marking_words(report.marking, simulated=report.simulated)])
