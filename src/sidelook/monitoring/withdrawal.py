"""Was the announced withdrawal seen? Yes, no, or undetermined, by how many vehicles fewer there are."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sidelook.errors import UsageError
from sidelook.model.origin import Origin
from sidelook.monitoring.change import draw_change, interval_of, unseen_near
from sidelook.monitoring.errors import NothingSeenError
from sidelook.monitoring.stock import SiteStock


class Answer(IntEnum):
    """To a question of yes or no."""

    UNDETERMINED = 0
    NO = 1
    YES = 2


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


def find_withdrawal(
    stock: SiteStock, announced: Announcement, rng: np.random.Generator, false_call_rate: float = 0.02
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
    low, high = interval_of(fewer, false_call_rate)
    enough = announced.share * announced.number
    chance = float((fewer >= enough).mean())
    reason = unseen_near(stock, first) or unseen_near(stock, last)
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


def _withdrawn_in_words(answer: Answer, ends: tuple[float, float], announced: Announcement, stood: int) -> str:
    enough = announced.share * announced.number
    held = f"between {ends[0]:.0f} and {ends[1]:.0f} fewer than before"
    if answer is Answer.NO and stood < enough:
        return f"{held}; no more than {stood} stood there before, and {enough:g} must have left"
    if answer is Answer.UNDETERMINED:
        return f"{held}, which holds less and more than the {enough:g} that must have left"
    return f"{held}, and {enough:g} must have left"
