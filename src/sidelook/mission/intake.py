"""Working a source through the chain: a file as fast as it goes, a stream as it comes."""

import queue
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import groupby
from typing import BinaryIO

from sidelook.console.rows import Rows
from sidelook.feeds.source import ByteSource, Chunk
from sidelook.mission.chain import Chain
from sidelook.mission.keeping import Keeper
from sidelook.mission.watch import Watch
from sidelook.timescale import Clock

PIECE = 1 << 16
SYNC_BYTES = 8 << 20
MOST_WAITING = 64 << 20  # bytes that wait for tracking
PAUSE = 0.5  # s without a piece: a dwell held back is whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one mission is worked through with.

    Attributes
    ----------
    chain : bytes to rows
    keeper : keeps bytes, rows and checkpoints
    watch : told of everything
    publish : given rows that are kept
    """

    chain: Chain
    keeper: Keeper
    watch: Watch
    publish: Callable[[Rows], None]

    def take(self, rows: Rows) -> None:
        """Keep, count and publish rows."""
        self.keeper.take(rows)
        self.watch.note(rows)
        self.publish(rows)


@dataclass(slots=True, kw_only=True)
class FileIntake:
    """Works a recording through, in a thread of its own.

    Attributes
    ----------
    work : chain and keeper
    source : name that goes with the raw bytes
    size : of the file, bytes
    done : bytes worked through, also by an earlier run
    stopping : True asks it to stop after the piece at hand
    """

    work: Work
    source: str
    clock: Clock
    size: int
    done: int = 0
    stopping: bool = False

    def run(self, stream: BinaryIO) -> bool:
        """Work through the stream from where ``done`` says; False where it was asked to stop before the end."""
        stream.seek(self.done)
        while data := stream.read(PIECE):
            if self.stopping:
                return False
            self.feed(data)
        self.work.take(self.work.chain.cut())
        return True

    def stop(self) -> None:
        """Ask it to stop after the piece at hand."""
        self.stopping = True

    def feed(self, data: bytes) -> None:
        """Work through one piece."""
        work = self.work
        number = work.keeper.writer.append_raw(data, self.clock.now(), self.source)
        work.take(work.chain.feed([data]))
        before, self.done = self.done, self.done + len(data)
        if self.done // SYNC_BYTES > before // SYNC_BYTES:
            work.keeper.sync()
        work.keeper.seal_when_due(work.chain.save, number)
        # Not 1 before the end: the page takes 1 for "nothing more will come".
        work.watch.progress = min(self.done / self.size, 0.999)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A chunk and its number in the raw log."""

    number: int
    chunk: Chunk


@dataclass(slots=True, kw_only=True)
class StreamIntake:
    """Takes a live source: bytes go to the raw log on the event loop, rows are made in a thread.

    Attributes
    ----------
    work : chain and keeper
    feed : where chunks come from
    waiting : chunks to be worked through; None ends it
    waiting_bytes : in them
    last : number of the last raw record worked through
    """

    work: Work
    feed: ByteSource
    last: int = 0
    waiting: "queue.SimpleQueue[Received | None]" = field(default_factory=queue.SimpleQueue)
    waiting_bytes: int = 0

    def stop(self) -> None:
        """Let the thread end after what has been queued."""
        self.waiting.put(None)

    async def receive(self) -> None:
        """Take chunks until cancelled; what does not fit the queue is kept but not tracked."""
        async with aclosing(self.feed.chunks()) as chunks:
            async for chunk in chunks:
                self.accept(chunk)

    def accept(self, chunk: Chunk) -> None:
        """Log a chunk and queue it."""
        number = self.work.keeper.writer.append_raw(chunk.data, chunk.received, self.feed.name)
        if self.waiting_bytes > MOST_WAITING:
            self.work.watch.behind += 1
            return
        self.waiting_bytes += len(chunk.data)
        self.waiting.put(Received(number=number, chunk=chunk))

    def run(self) -> None:
        """Make rows of what is queued until the end is queued; for a thread."""
        ended = False
        while not ended:
            batch, ended = self.collect()
            if batch:
                self.process(batch)
            elif not ended:
                self.work.take(self.work.chain.pause())
            self.work.keeper.seal_when_due(self.work.chain.save, self.last)
        self.work.take(self.work.chain.cut())

    def collect(self) -> tuple[list[Received], bool]:
        """Wait for a chunk and take all that have come; True with the end."""
        batch: list[Received] = []
        try:
            item = self.waiting.get(timeout=PAUSE)
            while item is not None:
                batch.append(item)
                item = self.waiting.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def process(self, batch: list[Received]) -> None:
        """Make rows of chunks; where a connection begins, the one before is over."""
        for pieces in connections(batch):
            if pieces[0].chunk.fresh:
                self.work.take(self.work.chain.cut())
            self.work.take(self.work.chain.feed([item.chunk.data for item in pieces]))
        self.last = batch[-1].number
        self.waiting_bytes -= sum(len(item.chunk.data) for item in batch)


def connections(batch: list[Received]) -> Iterator[list[Received]]:
    """Cut a batch where a connection begins."""
    number = 0

    def connection(item: Received) -> int:
        nonlocal number
        number += item.chunk.fresh
        return number

    for _, pieces in groupby(batch, connection):
        yield list(pieces)
