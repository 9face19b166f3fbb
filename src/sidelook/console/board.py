"""The status board: what the mission says of itself, and who waits for it to get on."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from sidelook.archive import Activity, Box
from sidelook.model.columns import Indices, Integers
from sidelook.model.origin import Origin
from sidelook.release import Marking, highest_marking
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND, NANOSECONDS_PER_SECOND

LATENESS = 60 * NANOSECONDS_PER_SECOND
"""Rows of a live source may come this late."""


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
    marking: Marking = field(default_factory=lambda: highest_marking(()))
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a recording holds, known before it is worked through.

    Attributes
    ----------
    time : (M,) of its dwells, ns UTC, ascending; at least one
    plot_count : (M,) plots of each dwell
    box : around its plots, None without any
    revisit : median time between revisits, s, None unknown
    simulated : any of it is
    origins : of its dwells
    """

    time: Integers
    plot_count: Indices
    box: Box | None
    revisit: float | None
    simulated: bool
    origins: tuple[Origin, ...] = ()

    def activity(self, bins: int) -> Activity:
        """Count plots and dwells over time, as an archive does."""
        begin = int(self.time[0])
        width = max(1, -(-(int(self.time[-1]) + 1 - begin) // bins))
        place = (self.time - begin) // width
        plots = np.bincount(place, self.plot_count, bins).astype(np.int64)
        return Activity(begin=begin, width=width, plots=plots, dwells=np.bincount(place, minlength=bins))


@dataclass(slots=True, kw_only=True)
class Board:
    """Holds the latest condition; lives on one event loop.

    Attributes
    ----------
    mode : of the whole run
    mission : that is being filled, None where none is
    outlook : on that mission, while a recording is worked through
    """

    mode: Mode
    mission: int | None = None
    outlook: Outlook | None = None
    condition: Condition = field(default_factory=lambda: Condition(source=Mode.ARCHIVE))
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, condition: Condition) -> None:
        """Show a new condition and wake who waits for it."""
        self.condition = condition
        self.changed.set()
        self.changed = asyncio.Event()

    def expected(self, mission: int) -> Outlook | None:
        """Give the outlook on a mission that is still being worked through."""
        return self.outlook if mission == self.mission and self.condition.progress < 1 else None

    def filled(self, mission: int, until: int) -> bool:
        """Tell whether no more rows of a mission before a moment (ns UTC) will come."""
        if mission != self.mission or self.mode is Mode.ARCHIVE:
            return True
        if self.mode is Mode.FILE and self.condition.progress >= 1:
            return True
        late = LATENESS if self.mode is Mode.LIVE else 0
        return self.condition.time is not None and until <= self.condition.time - late

    async def wait_filled(self, mission: int, until: int, patience: float) -> bool:
        """Wait for a recording to be worked through up to a moment; never for a live source.

        Returns
        -------
        False where patience (s) ran out, or more rows may come
        """
        try:
            async with asyncio.timeout(patience if self.mode is Mode.FILE else 0):
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
        "marking": {"text": marking.text, "level": marking.level},
        "simulated": condition.simulated,
        "alarms": [{"level": alarm.level, "text": alarm.text} for alarm in condition.alarms],
        "skipped": skipped,
        "time_ms": None if condition.time is None else condition.time / NANOSECONDS_PER_MILLISECOND,
    }


def identify(mission: int | None) -> str | None:
    """Name a mission as the page does: an opaque text."""
    return None if mission is None else str(mission)
