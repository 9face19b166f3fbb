"""What changed at a site: growing, unchanged, shrinking, or undetermined.

The rule is one interval of the change, read against nothing and against the size asked for. It holds the change with
one less the rate of false calls, and lies

- between less and more than the size asked for, so that no such change happened: unchanged (the two one-sided tests of
  Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987, at half the rate each);
- else wholly above nothing: growing; or below: shrinking;
- else it holds no change, and a change of the size asked for, alike: undetermined. It is the width of the interval that
  leaves it open, and the width is what physics gave: who could not be seen, and what an image misses.

Compared are the mean stocks of two periods, so that what comes and goes within a day is not taken for change. In a
period near which nothing was seen a number is belief alone, and every answer is undetermined.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sidelook.errors import UsageError
from sidelook.model.columns import Floats
from sidelook.model.origin import Origin
from sidelook.model.stock import StockBasis
from sidelook.monitoring.errors import NothingSeenError
from sidelook.monitoring.lattice import draw_paths
from sidelook.monitoring.stock import SiteStock
from sidelook.timescale import NANOSECONDS_PER_DAY, format_utc

PATHS = 2000  # drawn: a probability of 0.975 is known to 0.0035
POWER = 0.8  # with which the smallest change that would be seen is told


class Verdict(IntEnum):
    """How a stock changed."""

    UNDETERMINED = 0
    SHRINKING = 1
    UNCHANGED = 2
    GROWING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a change.

    Attributes
    ----------
    least : vehicles, the smallest change that is asked about
    false_call_rate : probability of a wrong call that is accepted, as far as the model knows; of made-up campaigns with
        what it does not know, in which nothing changed, 1.5 to 3 times as many were called
        (``benchmarks/monitoring``)
    """

    least: float
    false_call_rate: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if not (self.least > 0.0 and 0.0 < self.false_call_rate < 1.0):
            message = (
                f"a change of {self.least:g} vehicles at a false-call rate of {self.false_call_rate:g} cannot be asked "
                "for: give a size above 0 and a rate between 0 and 1"
            )
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed at a site from one time to another.

    Attributes
    ----------
    site : its number
    before, after : from when to when each period was looked at, ns UTC
    verdict : by the rule of this module
    mean : of the change, vehicles; ``per_day`` : the same over the days between the periods' mean times
    low, high : ends of the interval that decides
    growing, shrinking, smaller : probabilities that the change is above 0, below 0, and smaller than what was asked for
    detectable : vehicles, the smallest change that such an interval would have shown in four cases of five
    question : what was asked
    reason : in words
    origin : of what this rests on
    """

    site: int
    before: tuple[int, int]
    after: tuple[int, int]
    verdict: Verdict
    mean: float
    per_day: float
    low: float
    high: float
    growing: float
    shrinking: float
    smaller: float
    detectable: float
    question: Question
    reason: str
    origin: Origin


def compare(
    stock: SiteStock, before: ArrayLike, after: ArrayLike, question: Question, rng: np.random.Generator
) -> Change:
    """Say what changed from one period to another.

    Parameters
    ----------
    stock : of one site
    before, after : one time or several of those it was asked for, ns UTC; all of the first are earlier
    rng : draws the paths by which the periods' means are compared

    Raises
    ------
    NothingSeenError : the stock was not asked for at these times, or they are in the wrong order
    """
    first, last = _rows(stock, before), _rows(stock, after)
    periods = [(int(stock.time[rows].min()), int(stock.time[rows].max())) for rows in (first, last)]
    if periods[0][1] >= periods[1][0]:
        message = f"site {stock.site}: the period before must end before the period after begins"
        raise NothingSeenError(message)
    gain = draw_change(stock, first, last, rng)
    low, high = interval_of(gain, question.false_call_rate)
    detectable = float(ndtri(1.0 - 0.5 * question.false_call_rate) + ndtri(POWER)) * float(gain.std())
    unseen = unseen_near(stock, first) or unseen_near(stock, last)
    verdict = Verdict.UNDETERMINED if unseen else _verdict(low, high, question.least)
    days = float(stock.time[last].mean() - stock.time[first].mean()) / NANOSECONDS_PER_DAY
    return Change(
        site=stock.site,
        before=periods[0],
        after=periods[1],
        verdict=verdict,
        mean=float(gain.mean()),
        per_day=float(gain.mean()) / days,
        low=low,
        high=high,
        growing=float((gain > 0.0).mean()),
        shrinking=float((gain < 0.0).mean()),
        smaller=float((np.abs(gain) < question.least).mean()),
        detectable=detectable,
        question=question,
        reason=unseen or _in_words(verdict, (low, high), question, detectable),
        origin=stock.origin,
    )


def trend(stock: SiteStock, question: Question, rng: np.random.Generator) -> Change:
    """Say what changed over all times asked for: their first third against their last.

    Raises
    ------
    NothingSeenError : fewer than two times were asked for
    """
    if len(stock.time) < 2:  # noqa: PLR2004 - a trend needs two times
        message = f"site {stock.site}: one time has no trend; ask for two missions or more"
        raise NothingSeenError(message)
    third = max(1, len(stock.time) // 3)
    return compare(stock, stock.time[:third], stock.time[-third:], question, rng)


def draw_change(stock: SiteStock, first: NDArray[np.intp], last: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Draw changes (``PATHS``,) of the mean stock from some of the times asked for to others.

    Parameters
    ----------
    first, last : rows of ``stock.time``

    Raises
    ------
    NothingSeenError : both fall into one watched span, of which it is not known who crossed when
    """
    if stock.moment[first].max() >= stock.moment[last].min():
        message = f"site {stock.site}: these times lie within one watched span; ask for times that a span's end parts"
        raise NothingSeenError(message)
    paths = draw_paths(stock.smoothed, PATHS, rng)
    change: Floats = paths[stock.moment[last]].mean(axis=0) - paths[stock.moment[first]].mean(axis=0)
    return change


def _rows(stock: SiteStock, times: ArrayLike) -> NDArray[np.intp]:
    wanted = np.atleast_1d(np.asarray(times, np.int64))
    rows = np.searchsorted(stock.time, wanted)
    if not len(wanted) or not np.isin(wanted, stock.time).all():
        message = f"site {stock.site}: ask for its stock at all times that are compared"
        raise NothingSeenError(message)
    return rows


def interval_of(values: Floats, rate: float) -> tuple[float, float]:
    """Give the ends of the equal-tailed interval that holds one less the rate; each was drawn."""
    low = np.quantile(values, 0.5 * rate, method="lower")
    high = np.quantile(values, 1.0 - 0.5 * rate, method="higher")
    return float(low), float(high)


def _verdict(low: float, high: float, least: float) -> Verdict:
    if -least < low and high < least:
        return Verdict.UNCHANGED
    if low > 0.0:
        return Verdict.GROWING
    return Verdict.SHRINKING if high < 0.0 else Verdict.UNDETERMINED


def unseen_near(stock: SiteStock, rows: NDArray[np.intp]) -> str:
    """Say where nothing was seen near any of some times; empty where something was."""
    if (stock.basis[rows] != StockBasis.NOTHING).any():
        return ""
    when = " to ".join(format_utc(int(time), 0) for time in np.unique(stock.time[[rows[0], rows[-1]]]))
    return f"near {when} neither an image nor a crossing could be seen"


def _in_words(verdict: Verdict, ends: tuple[float, float], question: Question, detectable: float) -> str:
    sure = 100.0 * (1.0 - question.false_call_rate)
    held = f"the change lies between {ends[0]:+.0f} and {ends[1]:+.0f} with {sure:g} %"
    if verdict is Verdict.UNCHANGED:
        return f"{held}: less than the {question.least:g} asked about"
    if verdict is not Verdict.UNDETERMINED:
        return held
    return (
        f"{held}, which holds no change and one of {question.least:g} alike; "
        f"what was seen would show a change of {detectable:.0f} in four cases of five"
    )
