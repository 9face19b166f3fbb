import numpy as np
import pytest

from sidelook.errors import ReleaseRefusedError
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable
from sidelook.release import (
    OPERATOR_HERE,
    Recipient,
    Verdict,
    ensure_simulated_kept,
    release_dwells,
    release_origins,
    release_tracks,
    rows_released,
)

OPEN = Origin(source="open", classification=Classification.UNCLASSIFIED)
CLOSED = Origin(source="closed", classification=Classification.SECRET, system="XN", platform="TAIL-17", simulated=True)
UNMARKED = Origin(source="unmarked")
FEED = Recipient(name="feed")


@pytest.fixture
def dwells() -> Dwells:
    """Three dwells of three origins with 1, 2 and 3 plots."""
    plots = Plots.empty(6, dwell=np.array([0, 1, 1, 2, 2, 2], np.int32), index=np.arange(6, dtype=np.int32))
    return Dwells.empty(
        3,
        time=np.arange(3),
        plot_count=np.array([1, 2, 3], np.int32),
        origin=np.array([2, 0, 1], np.int32),
        plots=plots,
        origins=(CLOSED, UNMARKED, OPEN),
    )


def test_what_may_not_go_is_counted_by_reason(dwells: Dwells) -> None:
    kept, decision = release_dwells(dwells, FEED)
    assert kept.time.tolist() == [0]
    assert kept.plots.index.tolist() == [0]
    assert decision.released == 2
    assert decision.withheld == {Verdict.ABOVE_CLEARANCE: 3, Verdict.UNMARKED: 4}
    assert decision.marking.text == "UNCLASSIFIED"
    assert not decision.simulated
    assert decision.describe() == {
        "released": 2,
        "marking": "UNCLASSIFIED",
        "simulated": "no",
        "withheld: above the recipient's clearance": 3,
        "withheld: no marking that could be read": 4,
    }


def test_not_even_the_names_of_what_is_withheld_go_out(dwells: Dwells) -> None:
    kept, _ = release_dwells(dwells, FEED)
    assert kept.origins == (OPEN,)
    assert "TAIL-17" not in repr(kept)


def test_the_operator_here_sees_all(dwells: Dwells) -> None:
    kept, decision = release_dwells(dwells, OPERATOR_HERE)
    assert len(kept) == 3
    assert [kept.origins[row] for row in kept.origin] == [OPEN, CLOSED, UNMARKED]
    assert (decision.withheld, decision.released, decision.complete) == ({}, 9, True)
    assert decision.marking.level == Classification.UNREAD


def test_tracks_are_judged_row_by_row() -> None:
    table = TrackTable.empty(
        3,
        track=np.arange(3),
        origin=np.array([0, 1, 1], np.int32),
        origins=(UNMARKED, CLOSED),
        simulated=np.ones(3, bool),
    )
    ally = Recipient(name="ally", clearance=Classification.SECRET, systems=frozenset({"XN"}))
    kept, decision = release_tracks(table, ally)
    assert kept.track.tolist() == [1, 2]
    assert kept.origins == (CLOSED,)
    assert kept.origin.tolist() == [0, 0]
    assert decision.simulated
    assert (decision.released, decision.withheld) == (2, {Verdict.UNMARKED: 1})


def test_other_columns_can_follow_the_rows_that_go(dwells: Dwells) -> None:
    released = rows_released(dwells.origins, dwells.origin, FEED)
    assert released.tolist() == [True, False, False]
    assert dwells.time[released].tolist() == release_dwells(dwells, FEED)[0].time.tolist()


def test_whole_or_nothing() -> None:
    release_origins((OPEN,), FEED, "recording").refuse_if_withheld()
    for origins in ((OPEN, UNMARKED), ()):
        decision = release_origins(origins, FEED, "recording")
        assert decision.released == 0
        with pytest.raises(ReleaseRefusedError, match=r"recording not released to feed.*Nothing left"):
            decision.refuse_if_withheld()


def test_a_row_without_an_origin_stops_everything() -> None:
    table = TrackTable.empty(1, origin=np.array([-1], np.int32), origins=(OPEN,))
    with pytest.raises(ValueError, match="nothing is released"):
        release_tracks(table, FEED)
    with pytest.raises(ValueError, match="nothing is released"):
        release_tracks(TrackTable.empty(1, origins=()), FEED)


def test_nothing_simulated_is_written_as_real() -> None:
    carried = np.array([True, False, False])
    ensure_simulated_kept(carried, np.array([True, False, True]))
    with pytest.raises(ReleaseRefusedError, match="1 simulated"):
        ensure_simulated_kept(carried, np.array([False, False, True]))
    with pytest.raises(ValueError, match="one of each"):
        ensure_simulated_kept(carried, np.array([True]))
