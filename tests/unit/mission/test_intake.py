"""Intakes over a chain that only counts, so that no tracker is needed."""

import asyncio
import io
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from sidelook.archive import Archive
from sidelook.console.rows import Rows
from sidelook.feeds.source import Chunk, Counters, SourceState
from sidelook.mission import intake
from sidelook.mission.intake import FileIntake, Received, StreamIntake, Work, connections
from sidelook.mission.keeping import Keeper
from sidelook.mission.log import make_log
from sidelook.mission.settings import ArchiveSettings
from sidelook.mission.watch import Watch
from sidelook.timescale import SystemClock

if TYPE_CHECKING:
    from sidelook.mission.chain import Chain


@dataclass
class FakeChain:
    """Remembers what it was given."""

    given: list[bytes] = field(default_factory=list)

    def feed(self, pieces: Sequence[bytes]) -> Rows:
        """Take pieces."""
        self.given.append(b"".join(pieces))
        return Rows.empty()

    def pause(self) -> Rows:
        """Note a pause."""
        return Rows.empty()

    def cut(self) -> Rows:
        """Note a cut."""
        self.given.append(b"|")
        return Rows.empty()

    def save(self) -> bytes:
        """Save nothing."""
        return b""


class FakeFeed:
    """Gives chunks and ends."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self.given = chunks
        self.name = "udp://fake:1"
        self.counters = Counters()
        self.state = SourceState.LIVE

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Give them all."""
        for chunk in self.given:
            yield chunk


@pytest.fixture
def work(tmp_path: Path) -> Any:  # noqa: ANN401 - a generator of Work, whose chain is a fake
    """Keep in a real archive, track nothing."""
    with Archive.open(tmp_path / "archive", "write") as archive:
        writer = archive.begin_mission("test", kind="live", received=0)
        keeper = Keeper(writer=writer, settings=ArchiveSettings(), log=make_log(io.StringIO()))
        watch = Watch(source="live", name="test", keeper=keeper)
        yield Work(chain=cast("Chain", FakeChain()), keeper=keeper, watch=watch, publish=lambda _: None)


def given(work: Work) -> list[bytes]:
    """Tell what the chain was given."""
    return cast("FakeChain", work.chain).given


def chunk(data: bytes, *, fresh: bool = False) -> Chunk:
    """Make a chunk."""
    return Chunk(data=data, received=1, fresh=fresh)


def test_a_file_is_kept_and_worked_through_from_where_it_stands(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PIECE", 4)
    files = FileIntake(work=work, source="f", clock=SystemClock(), size=10, done=2)
    assert files.run(io.BytesIO(b"0123456789"))
    assert given(work) == [b"2345", b"6789", b"|"]
    assert work.keeper.writer.sync() == 2
    assert work.watch.progress < 1  # whoever ends the mission says that it is


def test_a_file_stops_when_asked(work: Work) -> None:
    files = FileIntake(work=work, source="f", clock=SystemClock(), size=10)
    files.stop()
    assert not files.run(io.BytesIO(b"0123456789"))
    assert given(work) == []


def test_a_stream_is_kept_and_worked_through_in_order(work: Work) -> None:
    stream = StreamIntake(work=work, feed=FakeFeed([chunk(b"a", fresh=True), chunk(b"b"), chunk(b"c", fresh=True)]))
    asyncio.run(stream.receive())
    stream.stop()
    stream.run()
    assert given(work) == [b"|", b"ab", b"|", b"c", b"|"]
    assert (stream.last, stream.waiting_bytes) == (3, 0)


def test_what_is_too_much_is_kept_but_not_tracked(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 3)
    stream = StreamIntake(work=work, feed=FakeFeed([chunk(b"aaaa"), chunk(b"bb"), chunk(b"c")]))
    asyncio.run(stream.receive())
    stream.stop()
    stream.run()
    assert given(work) == [b"aaaa", b"|"]
    assert work.watch.behind == 2
    assert work.keeper.writer.sync() == 3
    assert any("too slow" in alarm.text for alarm in work.watch.alarms())


def test_batches_are_cut_where_a_connection_begins() -> None:
    batch = [Received(number=i, chunk=chunk(b"", fresh=i in (2, 3))) for i in range(5)]
    assert [[item.number for item in part] for part in connections(batch)] == [[0, 1], [2], [3, 4]]
