"""Keeping what comes: bytes, rows and checkpoints go to the archive, and trouble with it is said at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from structlog.typing import FilteringBoundLogger

from sidelook.archive import MissionWriter
from sidelook.console.board import Alarm, Level
from sidelook.console.rows import Rows
from sidelook.errors import StorageError
from sidelook.mission.settings import ArchiveSettings

STILL_WORKS = "The live display goes on."


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Writes a mission and turns storage failures into alarms instead of stopping.

    Attributes
    ----------
    writer : of the mission
    settings : how often to sync and seal
    log : told of every change
    ticks : monotonic clock, s
    problem : what is wrong with the storage now; empty where nothing is
    ended : the mission is over, and everything is kept
    """

    writer: MissionWriter
    settings: ArchiveSettings
    log: FilteringBoundLogger
    ticks: Callable[[], float] = time.monotonic
    problem: str = ""
    ended: bool = False
    sealed_at: float = field(init=False)

    def __post_init__(self) -> None:
        """Count the time to the first seal from now."""
        self.sealed_at = self.ticks()

    def take(self, rows: Rows) -> None:
        """Keep rows; they are visible to readers at once."""
        if len(rows.looks.dwells):
            self.writer.append_dwells(rows.looks.dwells, rows.looks.plot_track)
        if len(rows.tracks):
            self.writer.append_tracks(rows.tracks)
        if len(rows.formations):
            self.writer.append_formations(rows.formations)

    def sync(self) -> None:
        """Bring received bytes onto the disk; call it at least once a second."""
        if not self.ended:
            self.attempt(self.writer.sync)

    def seal_when_due(self, checkpoint: Callable[[], bytes], through: int) -> None:
        """Seal rows, with the state to go on from, if it is time."""
        if self.ticks() - self.sealed_at >= self.settings.seal_s:
            self.seal(checkpoint(), through)

    def seal(self, checkpoint: bytes, through: int) -> None:
        """Seal rows with the state to go on from; raw records up to ``through`` are worked through."""
        self.attempt(lambda: self.writer.seal(checkpoint, through=through))
        self.sealed_at = self.ticks()

    def end(self, now: int) -> None:
        """Seal for the last time and end the mission (ns UTC); where that fails, the next run does it."""
        self.ended = self.attempt(lambda: self.writer.end(now))

    def attempt(self, deed: Callable[[], object]) -> bool:
        """Do something with the storage; note what goes wrong, and when it is right again."""
        try:
            deed()
        except StorageError as error:
            self.note(str(error))
            return False
        status = self.writer.status()
        self.note(status.problem if status.degraded else "")
        return True

    def note(self, problem: str) -> None:
        """Log a change of the storage's health, once."""
        if problem and not self.problem:
            self.log.error("storage failing", problem=problem)
        if self.problem and not problem:
            self.log.info("storage works again")
        self.problem = problem

    def alarms(self) -> tuple[Alarm, ...]:
        """Tell what a person must know about the storage now."""
        status = self.writer.status()
        lost = (
            [f"{status.lost_records:,} pieces received were lost: the disk took nothing for too long."]
            if status.lost_records
            else []
        )
        failing = [f"{self.problem}. {STILL_WORKS}"] if self.problem else []
        return tuple(Alarm(level=Level.ERROR, text=text) for text in (*failing, *lost))
