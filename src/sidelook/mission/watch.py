"""Watching a run: what has come so far, how fast, under what marking, and what is wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sidelook.console.board import Alarm, Condition, Level
from sidelook.console.rows import Rows
from sidelook.feeds.source import ByteSource, SourceState
from sidelook.mission.keeping import Keeper
from sidelook.model.origin import Origin
from sidelook.release import highest_marking
from sidelook.timescale import NANOSECONDS_PER_SECOND


@dataclass(slots=True, kw_only=True)
class Watch:
    """Sums up a run for the status board and the figures.

    Attributes
    ----------
    source : "live" or "file", as the page shows it while all is well
    name : of the stream or file
    feed : whose state and counters are told; None for a file
    keeper : whose trouble is told; None where nothing is kept
    standing : alarms that stand for the whole run
    ticks : monotonic clock, s
    reached : newest dwell, ns UTC
    progress : 0..1 of a file
    """

    source: str
    name: str
    feed: ByteSource | None = None
    keeper: Keeper | None = None
    standing: tuple[Alarm, ...] = ()
    ticks: Callable[[], float] = time.monotonic
    reached: int | None = None
    progress: float = 1.0
    begun: int | None = None
    begun_at: float = 0.0
    dwells: int = 0
    plots: int = 0
    states: int = 0
    behind: int = 0
    simulated: bool = False
    origins: dict[Origin, None] = field(default_factory=dict)

    def note(self, rows: Rows) -> None:
        """Take account of rows."""
        dwells = rows.looks.dwells
        if not len(dwells):
            return
        newest = int(dwells.time.max())
        if self.begun is None:
            self.begun, self.begun_at = int(dwells.time[0]), self.ticks()
        self.reached = newest if self.reached is None else max(self.reached, newest)
        self.origins.update(dict.fromkeys(dwells.origins))
        self.simulated = self.simulated or bool(dwells.simulated.any())
        self.dwells += len(dwells)
        self.plots += len(dwells.plots)
        self.states += len(rows.tracks)

    def condition(self) -> Condition:
        """Say how it goes."""
        return Condition(
            source="lost" if self.is_lost else self.source,
            source_name=self.name,
            time=self.reached,
            rate=self.rate,
            progress=self.progress,
            simulated=self.simulated,
            marking=highest_marking(self.origins),
            alarms=(*self.standing, *self.alarms()),
        )

    @property
    def is_lost(self) -> bool:
        """True where a live source has fallen silent."""
        return self.feed is not None and self.feed.state is SourceState.LOST

    @property
    def rate(self) -> float:
        """Data seconds worked through a second of wall clock; 1 for live sources."""
        if self.feed is not None or self.reached is None or self.begun is None:
            return 1.0
        return (self.reached - self.begun) / NANOSECONDS_PER_SECOND / max(self.ticks() - self.begun_at, 1e-3)

    def alarms(self) -> tuple[Alarm, ...]:
        """Tell what is wrong now."""
        kept = self.keeper.alarms() if self.keeper else ()
        texts = [text for text in (self.preparation(), self.silence(), self.dropped(), self.lateness()) if text]
        return (*kept, *(Alarm(level=Level.WARNING, text=text) for text in texts))

    def preparation(self) -> str:
        """Say why a recording shows nothing yet."""
        if self.source != "file" or self.reached is not None:
            return ""
        return "Getting the tracker ready; the first start on a machine takes about a minute."

    def silence(self) -> str:
        """Say that a source is silent."""
        if self.feed is None or self.feed.state is SourceState.LIVE:
            return ""
        if self.feed.state is SourceState.WAITING:
            return f"Nothing has come from {self.name} yet. Waiting."
        return f"{self.name} is silent; the last picture stays. Waiting for it to come back."

    def dropped(self) -> str:
        """Say that the network brought more than could be taken."""
        lost = self.feed.counters.dropped if self.feed else 0
        return f"{lost:,} datagrams came faster than they could be taken and are lost." if lost else ""

    def lateness(self) -> str:
        """Say that tracking does not keep up; the bytes are kept all the same."""
        return f"{self.behind:,} pieces were kept but not tracked: this machine is too slow." if self.behind else ""
