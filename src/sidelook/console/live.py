"""The live hub: rows are encoded once a tick and the same bytes go to every client that keeps up.

A client is a position in the sequence of rows. One that keeps up takes each tick as encoded; one that falls behind
takes the latest state of each track instead (what it skipped is counted); one that comes back takes what it
missed, or the current picture where that is too long ago.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice

from sidelook.archive import Looks
from sidelook.console.rows import Rows, alive, held, join, latest, latest_formations
from sidelook.model.formation import FormationTable, concatenate_formations
from sidelook.model.tracks import TrackTable, concatenate_tracks

TICK_INTERVAL = 0.2  # s: at most five messages a second
KEPT_ROWS = 500_000  # about 80 MB: 50 s of 10,000 tracks at 1 Hz, hours of most missions
RECENT_TICKS = 300  # of dwells and plots in the current picture
RECENT_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Rows first + 1 to last of the sequence, and their encoding."""

    first: int
    last: int
    rows: Rows
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a client is to be sent next: bytes, the position they bring it to, and the rows it will never see."""

    payload: bytes
    position: int
    skipped: int = 0


@dataclass(slots=True, kw_only=True)
class LiveHub:
    """Collects rows, encodes them a tick at a time and keeps the recent ones; lives on one event loop.

    Attributes
    ----------
    position : number of the last row encoded; begins with the run's start in ms, so that numbers grow over runs
    ticks : recent ticks, oldest first
    current : last state of every track that is not lost
    formations : last state of every formation that is not lost
    """

    position: int
    ticks: deque[Tick] = field(default_factory=deque)
    current: TrackTable = field(default_factory=lambda: TrackTable.empty(origins=()))
    formations: FormationTable = field(default_factory=lambda: FormationTable.empty(origins=()))
    waiting: list[Rows] = field(default_factory=list)
    kept: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    merged: dict[tuple[int, int], Delivery] = field(default_factory=dict)

    def publish(self, rows: Rows) -> None:
        """Take rows for the next tick."""
        if len(rows):
            self.waiting.append(rows)
            self.arrived.set()

    async def run(self) -> None:
        """Tick for ever: at once when rows arrive after a pause, else every ``TICK_INTERVAL``."""
        while True:
            await self.arrived.wait()
            self.tick()
            await asyncio.sleep(TICK_INTERVAL)

    def tick(self) -> None:
        """Encode what has been published since the last tick, and wake every client."""
        self.arrived.clear()
        if not self.waiting:
            return
        rows, self.waiting = join(self.waiting), []
        first, self.position = self.position, self.position + len(rows)
        self.ticks.append(Tick(first=first, last=self.position, rows=rows, payload=rows.encode(self.position)))
        self.current = alive(latest(concatenate_tracks([self.current, rows.tracks])))
        if len(rows.formations):
            self.formations = held(latest_formations(concatenate_formations([self.formations, rows.formations])))
        self.kept += len(rows)
        self.merged.clear()
        self.forget()
        self.news.set()
        self.news = asyncio.Event()

    def forget(self) -> None:
        """Drop the oldest ticks beyond what is kept."""
        while len(self.ticks) > 1 and self.kept > KEPT_ROWS:
            self.kept -= len(self.ticks.popleft().rows)

    def knows(self, position: int) -> bool:
        """Tell whether every row after a position is still kept."""
        oldest = self.ticks[0].first if self.ticks else self.position
        return oldest <= position <= self.position

    def since(self, position: int) -> list[Tick]:
        """Ticks with rows after a position, oldest first."""
        missed: deque[Tick] = deque()
        for tick in reversed(self.ticks):
            if tick.last <= position:
                break
            missed.appendleft(tick)
        return list(missed)

    def join(self, from_sequence: int | None) -> Delivery:
        """Give a client that comes or comes back what it lacks: what it missed, or the current picture."""
        if from_sequence is None or not self.knows(from_sequence):
            return self.picture()
        payload = b"".join(tick.payload for tick in self.since(from_sequence))
        return Delivery(payload=payload, position=self.position)

    def picture(self) -> Delivery:
        """Give the current picture: the last state of each track that is not lost, recent dwells and plots."""
        key = (-1, self.position)
        if key not in self.merged:
            rows = Rows(looks=self.recent(), tracks=self.current, formations=self.formations)
            payload = rows.encode(self.position)
            self.merged[key] = Delivery(payload=payload, position=self.position)
        return self.merged[key]

    def recent(self) -> Looks:
        """Give the dwells and plots of the last ticks."""
        parts: list[Rows] = []
        for tick in islice(reversed(self.ticks), RECENT_TICKS):
            if sum(map(len, parts)) > RECENT_ROWS:
                break
            parts.append(tick.rows)
        return join(parts[::-1]).looks

    def next(self, position: int) -> Delivery | None:
        """Give a client the next tick, or the latest of several; None where there is no news."""
        if position == self.position:
            return None
        if not self.knows(position):
            return replace(self.picture(), skipped=self.position - position)
        missed = self.since(position)
        if len(missed) == 1:
            return Delivery(payload=missed[0].payload, position=self.position)
        return self.conflate(missed)

    def conflate(self, missed: list[Tick]) -> Delivery:
        """Join ticks, keeping only the last state of each track; clients equally late share the bytes."""
        key = (missed[0].first, missed[-1].last)
        if key not in self.merged:
            rows = join([tick.rows for tick in missed])
            # Of formations every state is kept: they are few, and their events stand in them.
            kept = Rows(looks=rows.looks, tracks=latest(rows.tracks), formations=rows.formations)
            payload = kept.encode(self.position)
            self.merged[key] = Delivery(payload=payload, position=self.position, skipped=len(rows) - len(kept))
        return self.merged[key]
