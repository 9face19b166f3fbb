import io
from dataclasses import dataclass

import pytest
from structlog.typing import FilteringBoundLogger

from sidelook.archive import StorageFullError, WriterStatus
from sidelook.console.board import Level
from sidelook.console.rows import Rows
from sidelook.mission.keeping import Keeper
from sidelook.mission.log import make_log
from sidelook.mission.settings import ArchiveSettings


@dataclass
class FakeWriter:
    """A disk that is full when it is told to be."""

    full: bool = False
    seals: int = 0
    lost: int = 0
    through: int = 0

    def sync(self) -> int:
        """Sync, or not."""
        if self.full:
            message = "no space left: free some"
            raise StorageFullError(message)
        return 1

    def seal(self, checkpoint: bytes, *, through: int) -> None:
        """Seal, or not."""
        assert checkpoint == b"state"
        self.sync()
        self.seals, self.through = self.seals + 1, through

    def end(self, ended: int) -> None:
        """End, or not."""
        assert ended
        self.sync()

    def status(self) -> WriterStatus:
        """Say how it goes."""
        problem = "no space left: free some" if self.full else ""
        counts = dict.fromkeys(("acknowledged", "pending_bytes", "unsealed_plots", "dropped_rows", "free_bytes"), 0)
        return WriterStatus(degraded=self.full, problem=problem, lost_records=self.lost, **counts)


@pytest.fixture
def said() -> io.StringIO:
    """Collect the log."""
    return io.StringIO()


@pytest.fixture
def log(said: io.StringIO) -> FilteringBoundLogger:
    """Write the log where the test can read it."""
    return make_log(said)


def make_keeper(writer: FakeWriter, log: FilteringBoundLogger, now: list[float]) -> Keeper:
    """Make a keeper whose clock is set by hand."""
    settings = ArchiveSettings(seal_s=10.0)
    return Keeper(writer=writer, settings=settings, log=log, ticks=lambda: now[0])  # type: ignore[arg-type]


def test_a_full_disk_is_said_once_and_so_is_its_end(log: FilteringBoundLogger, said: io.StringIO) -> None:
    writer = FakeWriter(full=True)
    keeper = make_keeper(writer, log, [0.0])
    keeper.sync()
    keeper.sync()
    (alarm,) = keeper.alarms()
    assert alarm.level is Level.ERROR
    assert "free some" in alarm.text
    assert "live display goes on" in alarm.text
    assert said.getvalue().count("storage failing") == 1
    writer.full = False
    keeper.sync()
    assert keeper.alarms() == ()
    assert said.getvalue().count("works again") == 1


def test_rows_are_sealed_when_it_is_time(log: FilteringBoundLogger) -> None:
    now, writer = [0.0], FakeWriter()
    keeper = make_keeper(writer, log, now)
    for moment, number in ((5.0, 1), (10.0, 2), (15.0, 3), (20.0, 4)):
        now[0] = moment
        keeper.seal_when_due(lambda: b"state", number)
    assert (writer.seals, writer.through) == (2, 4)


def test_a_mission_that_could_not_be_ended_is_left_to_the_next_run(log: FilteringBoundLogger) -> None:
    writer = FakeWriter(full=True)
    keeper = make_keeper(writer, log, [0.0])
    keeper.end(1)
    assert not keeper.ended
    writer.full = False
    keeper.end(1)
    assert keeper.ended


def test_lost_pieces_are_told(log: FilteringBoundLogger) -> None:
    keeper = make_keeper(FakeWriter(lost=1234), log, [0.0])
    keeper.take(Rows.empty())
    assert [alarm.text for alarm in keeper.alarms()] == [
        "1,234 pieces received were lost: the disk took nothing for too long."
    ]
