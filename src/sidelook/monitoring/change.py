"""What changed at a site: growing, unchanged, shrinking, or undetermined; and whether a withdrawal was seen.

The rule is one interval of the change, read against nothing and against the size asked for. It holds the change with
one less the rate of false calls, and lies

- between less and more than the size asked for, so that no such change happened: unchanged (the two one-sided tests of
  Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987, at half the rate each);
- else wholly above nothing: growing; or below: shrinking;
- else it holds no change, and a change of the size asked for, alike: undetermined. It is the width of the interval that
  leaves it open, and the width is what physics gave: who could not be seen, and what an image misses.

At a time near which nothing was seen, a number is belief alone, and every answer is undetermined.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.special import ndtri

from sidelook.errors import UsageError
from sidelook.model.columns import Floats, Integers
from sidelook.model.origin import Origin
from sidelook.model.stock import StockBasis
from sidelook.monitoring.errors import NothingSeenError
from sidelook.monitoring.lattice import joint
from sidelook.monitoring.stock import SiteStock
from sidelook.timescale import NANOSECONDS_PER_DAY, format_utc

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
    site, before, after : number, and times, ns UTC
    verdict : by the rule of this module
    mean : of the change, vehicles; ``per_day`` : the same over the days between
    low, high : ends, themselves in it, of the interval that decides
    growing, shrinking, smaller : probabilities that the change is above 0, below 0, and smaller than what was asked for
    detectable : vehicles, the smallest change that such an interval would have shown in four cases of five
    question : what was asked
    reason : in words
    origin : of what this rests on
    """

    site: int
    before: int
    after: int
    verdict: Verdict
    mean: float
    per_day: float
    low: int
    high: int
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
    low: int
    high: int
    announced: Announcement
    false_call_rate: float
    reason: str
    origin: Origin


def compare(stock: SiteStock, before: int, after: int, question: Question) -> Change:
    """Say what changed between two times.

    Parameters
    ----------
    stock : of one site, asked for at both times among others
    before, after : ns UTC

    Raises
    ------
    NothingSeenError : the stock was not asked for at these times, or they are in the wrong order
    """
    first, last = _places(stock, before, after)
    gain, probability = change_distribution(stock, first, last)
    low, high = _interval(gain, probability, question.false_call_rate)
    mean = float(gain @ probability)
    deviation = float(np.sqrt((gain - mean) ** 2 @ probability))
    detectable = float(ndtri(1.0 - 0.5 * question.false_call_rate) + ndtri(POWER)) * deviation
    unseen = _unseen(stock, (first, last))
    verdict = Verdict.UNDETERMINED if unseen else _verdict(low, high, question.least)
    return Change(
        site=stock.site,
        before=before,
        after=after,
        verdict=verdict,
        mean=mean,
        per_day=mean * NANOSECONDS_PER_DAY / (after - before),
        low=low,
        high=high,
        growing=float(probability[gain > 0].sum()),
        shrinking=float(probability[gain < 0].sum()),
        smaller=float(probability[np.abs(gain) < question.least].sum()),
        detectable=detectable,
        question=question,
        reason=unseen or _in_words(verdict, (low, high), question, detectable),
        origin=stock.origin,
    )


def trend(stock: SiteStock, question: Question) -> Change:
    """Say what changed over all times asked for: the first against the last, all between taken into account.

    Raises
    ------
    NothingSeenError : fewer than two times were asked for
    """
    if len(stock.time) < 2:  # noqa: PLR2004 - a trend needs two times
        message = f"site {stock.site}: one time has no trend; ask for two missions or more"
        raise NothingSeenError(message)
    return compare(stock, int(stock.time[0]), int(stock.time[-1]), question)


def find_withdrawal(stock: SiteStock, announced: Announcement, false_call_rate: float = 0.05) -> Withdrawal:
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
    first, last = int(earlier[-1]), int(later[0])
    gain, probability = change_distribution(stock, first, last)
    low, high = (-end for end in reversed(_interval(gain, probability, false_call_rate)))
    enough = announced.share * announced.number
    chance = float(probability[-gain >= enough].sum())
    reason = _unseen(stock, (first, last))
    answer = Answer.UNDETERMINED
    if not reason:
        answer = Answer.YES if chance >= 1.0 - false_call_rate else Answer.NO if chance <= false_call_rate else answer
        stood = int(np.flatnonzero(np.cumsum(stock.probability()[first]) >= 1.0 - false_call_rate)[0])
        reason = _withdrawn_in_words(answer, (low, high), announced, stood)
    return Withdrawal(
        site=stock.site,
        answer=answer,
        probability=chance,
        mean=float(-gain @ probability),
        low=low,
        high=high,
        announced=announced,
        false_call_rate=false_call_rate,
        reason=reason,
        origin=stock.origin,
    )


def change_distribution(stock: SiteStock, first: int, last: int) -> tuple[Integers, Floats]:
    """Give the posterior of the change between two of the times asked for.

    Parameters
    ----------
    first, last : rows of ``stock.time``

    Returns
    -------
    gain, probability : (D,) vehicles more, ascending, and how likely each is
    """
    both, row, column = joint(stock.smoothed, int(stock.moment[first]), int(stock.moment[last]))
    gain = (column + np.arange(both.shape[1]))[None, :] - (row + np.arange(both.shape[0]))[:, None]
    lowest = int(gain.min())
    probability = np.bincount((gain - lowest).ravel(), both.ravel()).astype(np.float64)
    return lowest + np.arange(len(probability), dtype=np.int64), probability


def _places(stock: SiteStock, before: int, after: int) -> tuple[int, int]:
    first, last = (int(np.searchsorted(stock.time, time)) for time in (before, after))
    known = all(
        place < len(stock.time) and stock.time[place] == time for place, time in ((first, before), (last, after))
    )
    if not known or first >= last:
        message = f"site {stock.site}: ask for its stock at both times that are compared, the earlier one first"
        raise NothingSeenError(message)
    return first, last


def _interval(gain: Integers, probability: Floats, rate: float) -> tuple[int, int]:
    """Give the equal-tailed interval that holds one less the rate."""
    below = np.cumsum(probability)
    low = int((below <= 0.5 * rate).sum())
    high = int((below < 1.0 - 0.5 * rate).sum())
    last = len(gain) - 1
    return int(gain[min(low, last)]), int(gain[min(high, last)])


def _verdict(low: int, high: int, least: float) -> Verdict:
    if -least < low and high < least:
        return Verdict.UNCHANGED
    if low > 0:
        return Verdict.GROWING
    return Verdict.SHRINKING if high < 0 else Verdict.UNDETERMINED


def _unseen(stock: SiteStock, places: tuple[int, int]) -> str:
    """Say near which time nothing was seen; nothing where something was near both."""
    blind = [int(stock.time[place]) for place in places if stock.basis[place] == StockBasis.NOTHING]
    if not blind:
        return ""
    when = " and ".join(format_utc(time, 0) for time in blind)
    return f"near {when} neither an image nor a crossing could be seen"


def _in_words(verdict: Verdict, ends: tuple[int, int], question: Question, detectable: float) -> str:
    sure = 100.0 * (1.0 - question.false_call_rate)
    held = f"the change lies between {ends[0]:+d} and {ends[1]:+d} with {sure:g} %"
    if verdict is Verdict.UNCHANGED:
        return f"{held}: less than the {question.least:g} asked about"
    if verdict is not Verdict.UNDETERMINED:
        return held
    return (
        f"{held}, which holds no change and one of {question.least:g} alike; "
        f"what was seen would show a change of {detectable:.0f} in four cases of five"
    )


def _withdrawn_in_words(answer: Answer, ends: tuple[int, int], announced: Announcement, stood: int) -> str:
    enough = announced.share * announced.number
    held = f"between {ends[0]} and {ends[1]} fewer than before"
    if answer is Answer.NO and stood < enough:
        return f"{held}; no more than {stood} stood there before, and {enough:g} must have left"
    if answer is Answer.UNDETERMINED:
        return f"{held}, which holds less and more than the {enough:g} that must have left"
    return f"{held}, and {enough:g} must have left"
