"""``sidelook record``: what a feed sends goes to a file, byte for byte."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from sidelook.errors import StorageError, UsageError
from sidelook.feeds.address import parse_address
from sidelook.feeds.opening import open_source
from sidelook.feeds.source import ByteSource, FeedError, Pulse
from sidelook.mission.reporting import Advance, answer, progress, warn
from sidelook.mission.stopping import run_until, stop_on_signals
from sidelook.timescale import SystemClock

SYNC_INTERVAL = 1.0  # s: what is older is safe on the disk


class NeverReplacedError(UsageError):
    """The file to record to is there already."""


class RecordingFailedError(StorageError):
    """The file cannot be made, or the disk takes no more; what was written before is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReport:
    """What was recorded: ``octets`` in ``chunks`` (UDP: datagrams); not those dropped or refused."""

    source: str
    output: Path
    octets: int
    chunks: int
    dropped: int
    refused: int


def record_feed(source: str, output: Path, *, seconds: float | None = None, as_json: bool = False) -> None:
    """Record until interrupted or the time (s) is over, then say what was recorded.

    Raises
    ------
    AddressError, NeverReplacedError, RecordingFailedError
    FeedError
        Where the feed cannot be received, or not one byte came; no file is left then.
    """
    feed = open_source(parse_address(source), Pulse(clock=SystemClock(), tell=warn))
    with created(output) as stream, progress(f"{source} ->", None) as advance:
        asyncio.run(record(feed, stream, advance, seconds))
    counters = feed.counters
    refuse_silence(feed, output)
    report = RecordReport(
        source=feed.name, output=output, octets=counters.octets, chunks=counters.chunks,
        dropped=counters.dropped, refused=counters.refused,
    )  # fmt: skip
    answer(report, describe(report), as_json=as_json)


@contextmanager
def created(path: Path) -> Iterator[FileIO]:
    """Open a new file, never one that is there; it stays only if something was written to it."""
    kept = 0
    try:
        with path.open("xb", buffering=0) as stream:
            try:
                yield stream
            finally:
                kept = os.fstat(stream.fileno()).st_size
                if not kept:
                    path.unlink()
    except FileExistsError:
        message = f"{path} exists, and a recording replaces nothing: choose another name"
        raise NeverReplacedError(message) from None
    except OSError as error:
        message = f"cannot write {path}: {error.strerror or error}; " + (
            f"the {kept:,} bytes written before are kept in it; free space and record on under another name"
            if kept
            else "choose a folder that has room and may be written"
        )
        raise RecordingFailedError(message) from error


def refuse_silence(feed: ByteSource, output: Path) -> None:
    """Raise where not one byte came."""
    if not feed.counters.octets:
        refused = feed.counters.refused
        strangers = f" ({refused:,} datagrams of other senders were refused)" if refused else ""
        message = f"not one byte came from {feed.name}{strangers}; {output} was not made"
        raise FeedError(message)


async def record(feed: ByteSource, stream: FileIO, advance: Advance, seconds: float | None) -> None:
    """Write chunks until told to stop; the file is safe on the disk when this returns."""
    try:
        await run_until(stop_on_signals(), write_chunks(feed, stream, advance), seconds)
    finally:
        os.fsync(stream.fileno())


async def write_chunks(feed: ByteSource, stream: FileIO, advance: Advance) -> None:
    """Write every chunk at once, and make the file safe once a second."""
    syncing = asyncio.create_task(keep_safe(stream))
    try:
        async with aclosing(feed.chunks()) as chunks:
            async for chunk in chunks:
                write_whole(stream, chunk.data)
                advance(len(chunk.data))
                if syncing.done():
                    syncing.result()
    finally:
        syncing.cancel()


def write_whole(stream: FileIO, data: bytes) -> None:
    """Write all of it: a full disk takes a part, and says no only to the rest."""
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]


async def keep_safe(stream: FileIO) -> None:
    """Bring what was written onto the disk, once a second."""
    while True:
        await asyncio.sleep(SYNC_INTERVAL)
        await asyncio.to_thread(os.fsync, stream.fileno())


def describe(report: RecordReport) -> str:
    """Say it for people."""
    text = f"{report.output}: {report.octets:,} bytes in {report.chunks:,} pieces from {report.source}"
    lost = [f"{count:,} {what}" for count, what in ((report.dropped, "dropped"), (report.refused, "refused")) if count]
    return f"{text} ({', '.join(lost)})" if lost else text
