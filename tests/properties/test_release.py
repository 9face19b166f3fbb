"""The policy fails closed, whatever comes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackTable
from sidelook.release import Recipient, Verdict, highest_marking, judge, release_origins, release_tracks

LEVELS = [level for level in Classification if level is not Classification.UNREAD]
SYSTEMS = st.sampled_from(["", "XN", "QQ"])
ORIGINS = st.builds(
    Origin,
    source=st.sampled_from(["a", "b"]),
    classification=st.sampled_from(Classification),
    system=SYSTEMS,
    codes=st.sampled_from([0, 1, 0x8000]),
    codes_read=st.booleans(),
    simulated=st.booleans(),
)
RECIPIENTS = st.builds(Recipient, name=st.just("r"), clearance=st.sampled_from(LEVELS), systems=st.frozensets(SYSTEMS))
HIGHEST = Recipient(name="highest", clearance=Classification.TOP_SECRET, systems=frozenset({"", "XN", "QQ"}))


@given(st.integers(1, 0xFFFF), st.booleans(), st.sampled_from(LEVELS))
def test_codes_that_are_not_understood_are_never_released(codes: int, read: bool, level: Classification) -> None:  # noqa: FBT001
    origin = Origin(source="s", classification=level, system="XN", codes=codes, codes_read=read)
    assert judge(origin, HIGHEST) is Verdict.CODES_NOT_READ


@given(st.integers(0, 255).filter(lambda level: level not in LEVELS))
def test_levels_that_are_none_of_ours_are_never_released(level: int) -> None:
    """Also where someone put a number past the type."""
    origin = Origin(source="s", classification=level, system="XN")  # type: ignore[arg-type]
    assert judge(origin, HIGHEST) is Verdict.UNMARKED
    assert highest_marking([origin]).level == Classification.UNREAD


@given(ORIGINS, RECIPIENTS)
def test_what_is_released_is_read_understood_and_within_clearance(origin: Origin, recipient: Recipient) -> None:
    if judge(origin, recipient) is Verdict.RELEASED:
        assert origin.classification <= recipient.clearance
        assert origin.classification is not Classification.UNREAD
        assert origin.codes_read
        assert not origin.codes
        assert origin.classification is Classification.UNCLASSIFIED or origin.system in recipient.systems - {""}


@given(ORIGINS, RECIPIENTS, st.sampled_from(LEVELS))
def test_a_lower_clearance_never_sees_more(origin: Origin, recipient: Recipient, lower: Classification) -> None:
    lowered = Recipient(name="r", clearance=min(lower, recipient.clearance), systems=recipient.systems)
    if judge(origin, lowered) is Verdict.RELEASED:
        assert judge(origin, recipient) is Verdict.RELEASED


@given(st.lists(ORIGINS, min_size=1, max_size=5), RECIPIENTS, st.data())
def test_rows_are_kept_or_counted_and_each_kept_one_may_go(
    origins: list[Origin], recipient: Recipient, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(origins) - 1), max_size=8))
    table = TrackTable.empty(
        len(rows), track=np.arange(len(rows)), origin=np.array(rows, np.int32), origins=tuple(origins)
    )
    kept, decision = release_tracks(table, recipient)
    assert decision.released == len(kept)
    assert decision.released + sum(decision.withheld.values()) == len(rows)
    assert all(judge(origin, recipient) is Verdict.RELEASED for origin in kept.origins)
    assert [kept.origins[row] for row in kept.origin] == [origins[rows[track]] for track in kept.track]
    assert decision.simulated == any(origins[rows[track]].simulated for track in kept.track)


@given(st.lists(ORIGINS, min_size=1, max_size=5), RECIPIENTS)
def test_the_whole_goes_only_if_each_part_may(origins: list[Origin], recipient: Recipient) -> None:
    decision = release_origins(origins, recipient, "all")
    assert decision.complete == all(judge(origin, recipient) is Verdict.RELEASED for origin in origins)


@given(st.lists(ORIGINS, min_size=1, max_size=5))
def test_the_banner_is_never_lower_than_what_it_covers(origins: list[Origin]) -> None:
    assert highest_marking(origins).level == max(origin.classification for origin in origins)
