"""Rules answered: kept, broken or undetermined, with what speaks for it.

A rule is broken where a crossing against it was seen, and kept where none was and hardly any can have been missed. What
was not looked at speaks for neither.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sidelook.model.columns import Flags, Integers
from sidelook.model.flow import EVERY_CLASS, Crossings, Direction, FlowTable
from sidelook.model.places import PlaceKind, Places, RuleKind, Rules
from sidelook.monitoring.intervals import CountSettings, total_count

_SURE = 0.95
"""Chance from which a rule is called broken."""
_NARROW, _NARROW_SHARE = 10.0, 0.2
"""Vehicles, and share of what was declared, that an interval of a content may be wide to speak for it."""


class Answer(StrEnum):
    """Whether what was said holds."""

    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """An answer and its evidence.

    Attributes
    ----------
    rule : row of the rules
    answer : whether it holds; ``why`` : in words
    seen : crossings that bear on it
    low, high : of the true number in the times that are determined, 90 %; NaN where none is
    times, determined : that bear on it, and how many of them are
    evidence : rows of the crossings
    """

    rule: int
    answer: Answer
    why: str
    seen: int
    low: float
    high: float
    times: int
    determined: int
    evidence: Integers


def answer_rule(
    row: int,
    rules: Rules,
    places: Places,
    flow: FlowTable,
    crossings: Crossings,
    *,
    content: tuple[float, float] | None = None,
    settings: CountSettings | None = None,
) -> RuleAnswer:
    """Answer one rule.

    Parameters
    ----------
    row : of the rules
    flow, crossings : of the places, in the time asked about
    content : 90 % interval of the vehicles in the site, where it was counted
    settings : how far counts are believed
    """
    believed = settings or CountSettings()
    kind = RuleKind(int(rules.kind[row]))
    begin, end = int(rules.begin[row]), int(rules.end[row])
    ways = _ways(kind, rules, places, row)
    place = int(rules.place[row])
    evidence = np.flatnonzero(
        (crossings.place == place)
        & np.isin(crossings.direction, ways)
        & (crossings.time >= begin)
        & (crossings.time < end)
    )
    mine = _times(flow, place, ways) & (flow.begin < end) & (flow.end > begin)
    sure = mine & flow.determined
    low, _, high = total_count(flow.seen[sure], flow.exposure[sure], flow.looked[sure], believed)
    seen, every = len(evidence), np.unique(flow.begin[mine])
    times, determined = len(every), len(np.setdiff1d(every, flow.begin[mine & ~sure]))
    missing = times - determined if times else 1
    said = int(rules.vehicles[row])
    if kind is RuleKind.DECLARED_CONTENT:
        answer, why = _content(said, content)
    elif kind is RuleKind.CONVOYS_ANNOUNCED:
        answer, why = _announced(max(said, 1), seen, (low, high), missing, believed)
    else:
        answer, why = _forbidden(seen, high, missing, believed)
    return RuleAnswer(
        rule=row, answer=answer, why=why, seen=seen, low=low, high=high,
        times=times, determined=determined, evidence=evidence,
    )  # fmt: skip


def _ways(kind: RuleKind, rules: Rules, places: Places, row: int) -> tuple[Direction, ...]:
    """Say which directions bear on a rule."""
    if kind is not RuleKind.NO_VEHICLES_BEYOND:
        return Direction.IN, Direction.OUT
    to_left = bool(rules.to_left[row]) and places.kind[rules.place[row]] == PlaceKind.LINE
    return (Direction.OUT if to_left else Direction.IN,)


def _times(flow: FlowTable, place: int, ways: tuple[Direction, ...]) -> Flags:
    """Tell the rows of a place and of directions."""
    return np.asarray(
        (flow.place == place) & np.isin(flow.direction, ways) & (flow.target_class == EVERY_CLASS), np.bool_
    )


def _forbidden(seen: int, high: float, missing: int, believed: CountSettings) -> tuple[Answer, str]:
    """Answer a rule that forbids crossings."""
    chance = 1.0 - (1.0 - believed.true_share) ** seen
    if chance >= _SURE:
        return Answer.NO, f"{seen} crossings against it were seen" if seen > 1 else "a crossing against it was seen"
    if seen:
        return Answer.UNDETERMINED, f"{seen} crossings were seen, and they may be none: chance {chance:.0%}"
    if missing:
        return Answer.UNDETERMINED, "none was seen, but not all of the time could be watched"
    if high > 0.0:
        return Answer.UNDETERMINED, f"none was seen, but up to {high:.0f} may have been missed"
    return Answer.YES, "none was seen, and hardly any can have been missed"


def _announced(
    said: int, seen: int, interval: tuple[float, float], missing: int, believed: CountSettings
) -> tuple[Answer, str]:
    """Answer whether what was announced came."""
    low, high = interval
    if seen * believed.true_share >= said or low >= said:
        return Answer.YES, f"{seen} crossings were seen, {said} announced"
    if not missing and high < said:
        return Answer.NO, f"{said} were announced, at most {high:.0f} crossed"
    return Answer.UNDETERMINED, f"{said} were announced, {seen} seen; more may have crossed unseen"


def _content(said: int, content: tuple[float, float] | None) -> tuple[Answer, str]:
    """Answer whether a site holds what was declared."""
    if content is None:
        return (
            Answer.UNDETERMINED,
            f"{said} were declared; what stands there is not counted by crossings: it takes images",
        )
    low, high = content
    counted = f"{said} were declared, {low:.0f} to {high:.0f} are there"
    if not low <= said <= high:
        return Answer.NO, counted
    narrow = high - low <= max(_NARROW, _NARROW_SHARE * said)
    return (Answer.YES, counted) if narrow else (Answer.UNDETERMINED, f"{counted}: too wide to tell")
