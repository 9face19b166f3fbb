"""Unusual activity: crossings of a site's cordon against its own pattern by hour and weekday.

What is to be expected of a span is learned of the site's history (``pattern``); how many crossings are then counted is
negative binomial, as the rate is known only so well and vehicles drive in groups. A span is called where so many, or so
few, are less likely than the rate of false alarms allows: that rate is a number a day and site, shared by the spans of
a day by their length, and by more and fewer, in and out. As counts are whole numbers it is a bound.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from sidelook.errors import UsageError
from sidelook.model.columns import Columnar, Floats, Indices, Integers, Octets, stack
from sidelook.model.origin import Origin, join_origins
from sidelook.model.stock import FlowObservation
from sidelook.monitoring.pattern import SECOND, learn_week
from sidelook.monitoring.settings import DAY, StockSettings
from sidelook.monitoring.timeline import check_flow

TESTS = 4  # of a span: more and fewer, in and out


class Way(IntEnum):
    """Which way a cordon is crossed."""

    IN = 0
    OUT = 1


class Activity(IntEnum):
    """How a count compares with the site's own pattern."""

    UNDETERMINED = 0
    USUAL = 1
    MORE = 2
    FEWER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTable(Columnar):
    """Counts against patterns, one row a span and way.

    Attributes
    ----------
    site : (N,) its number; ``way`` : (N,) ``Way``
    start, end : (N,) ns UTC
    seen : (N,) crossings counted; ``expected`` : (N,) to be counted, at that exposure, by the pattern
    more, fewer : (N,) probability of so many or more, of so few or fewer, where nothing is unusual
    activity : (N,) ``Activity``; undetermined where nothing could be seen, or the site has no history
    origin : (N,) row of ``origins``
    false_alarms_per_day : of one site, at most
    """

    site: Indices
    way: Octets
    start: Integers
    end: Integers
    seen: Indices
    expected: Floats
    more: Floats
    fewer: Floats
    activity: Octets
    origin: Indices
    origins: tuple[Origin, ...]
    false_alarms_per_day: float

    DTYPES: ClassVar = {
        "site": np.int32,
        "way": np.uint8,
        "start": np.int64,
        "end": np.int64,
        "seen": np.int32,
        "expected": np.float64,
        "more": np.float64,
        "fewer": np.float64,
        "activity": np.uint8,
        "origin": np.int32,
    }


def judge_activity(
    history: FlowObservation,
    recent: FlowObservation,
    false_alarms_per_day: float = 0.1,
    settings: StockSettings | None = None,
) -> ActivityTable:
    """Hold recent counts against the pattern that history shows.

    Parameters
    ----------
    history : from which each site's pattern is learned; what is recent must not be in it
    recent : counts to judge
    false_alarms_per_day : accepted of one site, at most
    settings : what is believed beforehand

    Raises
    ------
    ObservationError : a row that cannot be
    UsageError : the rate of false alarms is not above 0
    """
    if not 0.0 < false_alarms_per_day < np.inf:
        message = f"{false_alarms_per_day:g} false alarms a day cannot be kept: give a number above 0"
        raise UsageError(message)
    check_flow(history)
    check_flow(recent)
    parts = [
        _judge_site(
            history.take(history.site == site),
            recent.take(recent.site == site),
            false_alarms_per_day,
            settings or StockSettings(),
        )
        for site in np.unique(recent.site)
    ]
    if not parts:
        return ActivityTable.empty(origins=(), false_alarms_per_day=false_alarms_per_day)
    columns = stack(parts, ActivityTable.DTYPES)
    columns["origin"] = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    origins = tuple(part.origins[0] for part in parts)
    return ActivityTable(**columns, origins=origins, false_alarms_per_day=false_alarms_per_day)


def _judge_site(
    history: FlowObservation, recent: FlowObservation, rate: float, settings: StockSettings
) -> ActivityTable:
    pattern = learn_week(history, settings)
    mean, weight = pattern.expected(recent.start, recent.end)
    shape = 1.0 / ((pattern.dispersion - 1.0) / mean + 1.0 / weight)
    seen = np.stack([recent.seen_in, recent.seen_out], axis=1)
    exposure = np.stack([recent.exposure_in, recent.exposure_out], axis=1)
    expected = mean * exposure
    chance = shape / (shape + expected)
    more = np.asarray(nbinom.sf(seen - 1, shape, chance), np.float64)
    fewer = np.asarray(nbinom.cdf(seen, shape, chance), np.float64)
    length = (recent.end - recent.start) / SECOND
    allowed = (rate * length / (TESTS * DAY))[:, None]
    activity = np.full(seen.shape, Activity.USUAL, np.uint8)
    activity[more <= allowed] = Activity.MORE
    activity[fewer <= allowed] = Activity.FEWER
    activity[(exposure == 0.0) | (len(history) == 0)] = Activity.UNDETERMINED
    used = [part.origins[k] for part in (history, recent) for k in np.unique(part.origin)]

    def twice(column: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(column, 2)

    return ActivityTable(
        site=twice(recent.site),
        way=np.tile(np.array([Way.IN, Way.OUT], np.uint8), len(recent)),
        start=twice(recent.start),
        end=twice(recent.end),
        seen=seen.ravel().astype(np.int32),
        expected=expected.ravel(),
        more=more.ravel(),
        fewer=fewer.ravel(),
        activity=activity.ravel(),
        origin=np.zeros(2 * len(recent), np.int32),
        origins=(join_origins(used),),
        false_alarms_per_day=rate,
    )
