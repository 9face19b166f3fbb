"""What changed at a site: growing, unchanged, shrinking, or undetermined; and whether a withdrawal was seen.

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


class Answer(IntEnum):
    """To a question of yes or no."""

    UNDETERMINED = 0
    NO = 1
    YES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a change.

    Attributes
    ----------
    least : vehicles, the smallest change that is asked about
    false_call_rate : share of calls of growing or shrinking, of all sites where nothing changed, that is accepted
    """

    least: float
    false_call_rate: float = 0.05

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A withdrawal that was announced.

    Attributes
    ----------
    number : of vehicles that are to leave
    begin, end : of the time in which they are to, ns UTC
    share : of the number that must have left for the answer to be yes
    """

    number: int
    begin: int
    end: int
    share: float = 0.8

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if self.number < 1 or self.end <= self.begin or not 0.0 < self.share <= 1.0:
            message = (
                f"no withdrawal of {self.number} vehicles, {self.share:g} of them from {self.begin} to {self.end} ns "
                "UTC, can be looked for: give a number, an end after the begin, and a share above 0 and up to 1"
            )
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Whether an announced withdrawal was seen.

    Attributes
    ----------
    site : its number
    answer : yes, no or undetermined
    probability : that as many left as must have
    mean, low, high : vehicles fewer, with the ends of the interval that decides
    announced, false_call_rate : what was asked
    reason : in words
    origin : of what this rests on
    """

    site: int
    answer: Answer
    probability: float
    mean: float
    low: float
    high: float
    announced: Announcement
    false_call_rate: float
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
    low, high = _interval(gain, question.false_call_rate)
    detectable = float(ndtri(1.0 - 0.5 * question.false_call_rate) + ndtri(POWER)) * float(gain.std())
    unseen = _unseen(stock, first) or _unseen(stock, last)
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


def find_withdrawal(
    stock: SiteStock, announced: Announcement, rng: np.random.Generator, false_call_rate: float = 0.05
) -> Withdrawal:
    """Say whether an announced withdrawal was seen.

    The stock at the last time asked for up to the begin is held against that at the first one from the end on. Yes is
    said where as many as must have left have done so with a probability of one less the rate of false calls, and no
    where with no more than that rate.

    Raises
    ------
    NothingSeenError : the stock was not asked for both before and after
    """
    earlier, later = np.flatnonzero(stock.time <= announced.begin), np.flatnonzero(stock.time >= announced.end)
    if not (len(earlier) and len(later)):
        message = f"site {stock.site}: ask for its stock at a time before the announced withdrawal and at one after it"
        raise NothingSeenError(message)
    first, last = earlier[-1:], later[:1]
    fewer = -draw_change(stock, first, last, rng)
    low, high = _interval(fewer, false_call_rate)
    enough = announced.share * announced.number
    chance = float((fewer >= enough).mean())
    reason = _unseen(stock, first) or _unseen(stock, last)
    answer = Answer.UNDETERMINED
    if not reason:
        answer = Answer.YES if chance >= 1.0 - false_call_rate else Answer.NO if chance <= false_call_rate else answer
        stood = int(np.flatnonzero(np.cumsum(stock.probability()[first[0]]) >= 1.0 - false_call_rate)[0])
        reason = _withdrawn_in_words(answer, (low, high), announced, stood)
    return Withdrawal(
        site=stock.site,
        answer=answer,
        probability=chance,
        mean=float(fewer.mean()),
        low=low,
        high=high,
        announced=announced,
        false_call_rate=false_call_rate,
        reason=reason,
        origin=stock.origin,
    )


def draw_change(stock: SiteStock, first: NDArray[np.intp], last: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Draw changes (``PATHS``,) of the mean stock from some of the times asked for to others.

    Parameters
    ----------
    first, last : rows of ``stock.time``
    """
    paths = draw_paths(stock.smoothed, PATHS, rng)
    change: Floats = paths[stock.moment[last]].mean(axis=0) - paths[stock.moment[first]].mean(axis=0)
    return change


def _rows(stock: SiteStock, times: ArrayLike) -> NDArray[np.intp]:
    wanted = np.atleast_1d(np.asarray(times, np.int64))
    rows = np.searchsorted(stock.time, wanted)
    if not len(wanted) or (stock.time[np.minimum(rows, len(stock.time) - 1)] != wanted).any():
        message = f"site {stock.site}: ask for its stock at all times that are compared"
        raise NothingSeenError(message)
    return rows


def _interval(values: Floats, rate: float) -> tuple[float, float]:
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


def _unseen(stock: SiteStock, rows: NDArray[np.intp]) -> str:
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


def _withdrawn_in_words(answer: Answer, ends: tuple[float, float], announced: Announcement, stood: int) -> str:
    enough = announced.share * announced.number
    held = f"between {ends[0]:.0f} and {ends[1]:.0f} fewer than before"
    if answer is Answer.NO and stood < enough:
        return f"{held}; no more than {stood} stood there before, and {enough:g} must have left"
    if answer is Answer.UNDETERMINED:
        return f"{held}, which holds less and more than the {enough:g} that must have left"
    return f"{held}, and {enough:g} must have left"
