"""Rules: kept, broken, or nobody can tell."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.flow import EVERY_CLASS, Crossings, Direction, FlowTable, Reason
from sidelook.model.places import ALWAYS, Places, RuleKind, Rules
from sidelook.monitoring.rules import Answer, RuleAnswer, answer_rule

HOUR = 3_600 * 10**9
SQUARE = [(-2_000.0, -2_000.0), (-2_000.0, 2_000.0), (2_000.0, 2_000.0), (2_000.0, -2_000.0)]


def rule(
    kind: RuleKind, vehicles: int = -1, begin: int = ALWAYS[0], end: int = ALWAYS[1], *, left: bool = False
) -> Rules:
    """Make one rule of place 0."""
    return Rules(
        place=np.zeros(1, np.int32),
        kind=np.array([kind], np.uint8),
        begin=np.array([begin]),
        end=np.array([end]),
        vehicles=np.array([vehicles], np.int32),
        to_left=np.array([left]),
    )


def hours(exposure: float, seen: tuple[int, int] = (0, 0), count: int = 2) -> FlowTable:
    """Make hours of one exposure; what was seen, in and out, was in the first."""
    rows = 2 * count
    sure = exposure >= 0.1
    numbers = np.zeros(rows, np.int32)
    numbers[[0, count]] = seen
    return FlowTable.empty(
        rows,
        begin=np.tile(np.arange(count) * HOUR, 2),
        end=np.tile((np.arange(count) + 1) * HOUR, 2),
        direction=np.repeat(np.array([Direction.IN, Direction.OUT], np.uint8), count),
        target_class=np.full(rows, EVERY_CLASS, np.uint8),
        seen=numbers,
        exposure=np.full(rows, exposure),
        looked=np.ones(rows, np.float32),
        reason=np.full(rows, Reason.NONE if sure else Reason.HIDDEN, np.uint8),
        origins=(),
    )


def crossings(*directions: Direction, time: int = 60 * 10**9) -> Crossings:
    """Make crossings of place 0, a minute in."""
    count = len(directions)
    return Crossings.empty(
        count, time=np.full(count, time), direction=np.array(directions, np.uint8).reshape(-1), origins=()
    )


def ask(rules: Rules, places: Places, flow: FlowTable, seen: Crossings) -> RuleAnswer:
    """Answer the rule."""
    return answer_rule(0, rules, places, flow, seen)


BEYOND, STORAGE, ANNOUNCED, DECLARED = (
    RuleKind.NO_VEHICLES_BEYOND, RuleKind.STORAGE_ONLY, RuleKind.CONVOYS_ANNOUNCED, RuleKind.DECLARED_CONTENT,
)  # fmt: skip
IN, OUT = Direction.IN, Direction.OUT


@pytest.mark.parametrize(
    ("kind", "exposure", "seen", "answer", "words"),
    [
        (BEYOND, 0.95, (), Answer.YES, "hardly any"),
        (BEYOND, 0.95, (IN,), Answer.NO, "was seen"),
        (BEYOND, 0.95, (OUT,), Answer.YES, "hardly any"),  # to the side that is allowed
        (BEYOND, 0.4, (), Answer.UNDETERMINED, "may have been missed"),
        (BEYOND, 0.02, (), Answer.UNDETERMINED, "could be watched"),
        (STORAGE, 0.95, (OUT, OUT), Answer.NO, "2 crossings"),
    ],
)
def test_what_is_forbidden(
    places: Callable[..., Places],
    kind: RuleKind,
    exposure: float,
    seen: tuple[Direction, ...],
    answer: Answer,
    words: str,
) -> None:
    found = ask(rule(kind), places(SQUARE), hours(exposure, (seen.count(IN), seen.count(OUT))), crossings(*seen))
    assert (found.answer, words in found.why) == (answer, True), found.why


def test_beyond_a_line_is_the_side_that_is_named(places: Callable[..., Places]) -> None:
    line = places([(0.0, -5_000.0), (0.0, 5_000.0)], line=True)
    for left, way in ((False, IN), (True, OUT)):
        assert ask(rule(BEYOND, left=left), line, hours(0.95), crossings(way)).answer is Answer.NO
        other = OUT if way is IN else IN
        assert ask(rule(BEYOND, left=left), line, hours(0.95), crossings(other)).answer is Answer.YES


def test_evidence_is_that_of_the_rule_s_own_time(places: Callable[..., Places]) -> None:
    later = rule(BEYOND, begin=HOUR)
    found = ask(later, places(SQUARE), hours(0.95, (1, 0)), crossings(IN))
    assert (found.answer, found.seen, found.times) == (Answer.YES, 0, 1)
    found = ask(rule(BEYOND), places(SQUARE), hours(0.95, (1, 0)), crossings(OUT, IN))
    assert found.evidence.tolist() == [1]


@pytest.mark.parametrize(
    ("exposure", "count", "answer"),
    [(0.95, 12, Answer.YES), (0.95, 3, Answer.NO), (0.2, 3, Answer.UNDETERMINED), (0.02, 0, Answer.UNDETERMINED)],
)
def test_what_was_announced_came_or_not(
    places: Callable[..., Places], exposure: float, count: int, answer: Answer
) -> None:
    flow = hours(exposure, (count, 0))
    assert ask(rule(ANNOUNCED, 10), places(SQUARE), flow, crossings(*[IN] * count)).answer is answer


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (None, Answer.UNDETERMINED),
        ((95.0, 104.0), Answer.YES),
        ((20.0, 60.0), Answer.NO),
        ((60.0, 140.0), Answer.UNDETERMINED),
    ],
)
def test_a_declared_content_takes_a_count_of_what_stands_there(
    places: Callable[..., Places], content: tuple[float, float] | None, answer: Answer
) -> None:
    found = answer_rule(0, rule(DECLARED, 100), places(SQUARE), hours(0.95), crossings(), content=content)
    assert found.answer is answer


def test_an_hour_counts_once_whatever_the_directions(places: Callable[..., Places]) -> None:
    found = ask(rule(STORAGE), places(SQUARE), hours(0.95, count=3), crossings())
    assert (found.times, found.determined) == (3, 3)


def test_no_hour_at_all_is_undetermined(places: Callable[..., Places]) -> None:
    found = ask(rule(BEYOND), places(SQUARE), FlowTable.empty(origins=()), crossings())
    assert (found.answer, found.times) == (Answer.UNDETERMINED, 0)
