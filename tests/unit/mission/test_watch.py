import pytest

from sidelook.archive import Looks
from sidelook.console.rows import Rows
from sidelook.feeds.source import Chunk, Counters, SourceState
from sidelook.mission.watch import Watch
from sidelook.model.tracks import TrackTable

from .test_chain import BEGIN, REVISITS, SECOND, VEHICLES, make_flight


class FakeFeed:
    """A source in a given state."""

    def __init__(self, state: SourceState) -> None:
        self.name = "udp://fake:1"
        self.state = state
        self.counters = Counters(dropped=3)

    def chunks(self) -> Chunk:
        """Give nothing."""
        raise NotImplementedError


def flight_rows() -> Rows:
    """Dwells without tracks."""
    dwells = make_flight()
    return Rows(looks=Looks(dwells=dwells, plot_track=dwells.plots.truth_entity), tracks=TrackTable.empty(origins=()))


def test_a_recording_is_summed_up() -> None:
    now = [0.0]
    watch = Watch(source="file", name="a.4607", ticks=lambda: now[0], progress=0.0)
    assert "about a minute" in watch.condition().alarms[0].text
    watch.note(flight_rows())
    now[0] = 2.0
    condition = watch.condition()
    assert condition.time == BEGIN + 30 * (REVISITS - 1) * SECOND
    assert condition.rate == pytest.approx(15.0 * (REVISITS - 1))
    assert (condition.source, condition.simulated, condition.marking.text) == ("file", True, "UNCLASSIFIED")
    assert condition.alarms == ()
    assert (watch.dwells, watch.plots) == (REVISITS, REVISITS * VEHICLES)


@pytest.mark.parametrize(
    ("state", "source", "words"),
    [
        (SourceState.WAITING, "live", "Nothing has come"),
        (SourceState.LIVE, "live", None),
        (SourceState.LOST, "lost", "is silent"),
    ],
)
def test_a_live_source_is_waited_for_live_or_lost(state: SourceState, source: str, words: str | None) -> None:
    watch = Watch(source="live", name="udp://fake:1", feed=FakeFeed(state))  # type: ignore[arg-type]
    condition = watch.condition()
    assert condition.source == source
    assert condition.rate == 1.0
    texts = [alarm.text for alarm in condition.alarms]
    assert "3 datagrams came faster" in texts[-1]
    assert len(texts) == (1 if words is None else 2)
    assert words is None or words in texts[0]
