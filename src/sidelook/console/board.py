"""The status board: what the mission says of itself, and who waits for it to get on."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sidelook.release import Marking
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND


class Mode(StrEnum):
    """Where the picture comes from."""

    LIVE = "live"
    FILE = "file"
    ARCHIVE = "archive"


class Level(StrEnum):
    """How bad an alarm is."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something a person must know: what happened, what still works, what to do."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How the mission is right now.

    Attributes
    ----------
    source : "live", "replay", "file" or "lost", as the page shows it; "archive" where nothing comes in
    source_name : stream or file
    time : data time reached, ns UTC, None before the first dwell
    rate : data seconds worked through a second of wall clock
    progress : 0..1 of a file, 1 where there is no end to wait for
    simulated : True where any data of the mission is
    marking : highest of what has been seen
    alarms : standing now
    """

    source: str
    source_name: str = ""
    time: int | None = None
    rate: float = 1.0
    progress: float = 1.0
    simulated: bool = False
    marking: Marking | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(slots=True, kw_only=True)
class Board:
    """Holds the latest condition; lives on one event loop.

    Attributes
    ----------
    mode : of the whole run
    mission : that is being filled, None where none is
    """

    mode: Mode
    mission: int | None = None
    condition: Condition = field(default_factory=lambda: Condition(source=Mode.ARCHIVE))
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, condition: Condition) -> None:
        """Show a new condition and wake who waits for it."""
        self.condition = condition
        self.changed.set()
        self.changed = asyncio.Event()

    def filled(self, mission: int, until: int) -> bool:
        """Tell whether all rows of a mission before a moment (ns UTC) are there."""
        if mission != self.mission or (self.mode is Mode.FILE and self.condition.progress >= 1):
            return True
        return self.condition.time is not None and until <= self.condition.time

    async def wait_filled(self, mission: int, until: int, patience: float) -> bool:
        """Wait until the rows before a moment are there; False where patience (s) ran out."""
        try:
            async with asyncio.timeout(patience):
                while not self.filled(mission, until):
                    await self.changed.wait()
        except TimeoutError:
            return False
        return True


def describe(board: Board, now: int, skipped: int = 0) -> Mapping[str, Any]:
    """Say the condition as the page reads it.

    Parameters
    ----------
    board : of the run
    now : ns UTC
    skipped : states of tracks this client was not sent
    """
    condition = board.condition
    behind = None if condition.time is None else (now - condition.time) / NANOSECONDS_PER_MILLISECOND
    marking = condition.marking
    return {
        "type": "status",
        "mission": identify(board.mission),
        "source": condition.source,
        "source_name": condition.source_name,
        "behind_ms": behind if board.mode is Mode.LIVE else None,
        "rate": condition.rate,
        "progress": condition.progress,
        "marking": {"text": marking.text, "level": marking.level} if marking else None,
        "simulated": condition.simulated,
        "alarms": [{"level": alarm.level, "text": alarm.text} for alarm in condition.alarms],
        "skipped": skipped,
        "time_ms": None if condition.time is None else condition.time / NANOSECONDS_PER_MILLISECOND,
    }


def identify(mission: int | None) -> str | None:
    """Name a mission as the page does: an opaque text."""
    return None if mission is None else str(mission)
