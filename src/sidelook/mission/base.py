"""What every run of the console stands on: the bound address, the archive, the page, and the care for both."""

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeAlias

from structlog.typing import FilteringBoundLogger

from sidelook.archive import Archive, ArchiveLockedError, RetentionPolicy
from sidelook.console.access import Access, grant
from sidelook.console.app import Console, Parts, build
from sidelook.console.board import Alarm, Board, Level
from sidelook.console.metrics import Figure
from sidelook.console.server import bind, serve
from sidelook.errors import StorageError
from sidelook.mission.keeping import STILL_WORKS, Keeper
from sidelook.mission.log import make_log
from sidelook.mission.options import Options, settle
from sidelook.mission.settings import Settings
from sidelook.mission.stopping import stop_on_signals
from sidelook.mission.watch import Watch
from sidelook.timescale import Clock, SystemClock

POST_INTERVAL = 0.25  # s between conditions on the board
CARE_INTERVAL = 300.0  # s between compactions and deletions
PATIENCE = 1.2  # s for the piece at hand, once the end is asked for

Task: TypeAlias = Callable[[Console], Coroutine[Any, Any, None]]
"""What is done while the page is served; cancelled when it is to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What a run stands on; ``alarms`` stand for all of it, ``basemaps`` are files and folders to show."""

    settings: Settings
    archive: Archive
    clock: Clock
    log: FilteringBoundLogger
    listener: socket.socket
    access: Access
    alarms: tuple[Alarm, ...] = ()
    basemaps: tuple[Path, ...] = ()

    @property
    def roads(self) -> Path | None:
        """The file of roads that the tracker is to know."""
        return Path(self.settings.tracking.roads) if self.settings.tracking.roads else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How work in a thread is ended: ``ask`` asks it to; ``keeper`` and ``log`` serve where it cannot be waited for."""

    ask: Callable[[], object]
    keeper: Keeper
    log: FilteringBoundLogger

    def abandon(self) -> NoReturn:
        """End the process now, as a power cut would, but with all received bytes on the disk; the next run goes on."""
        self.keeper.sync()
        self.log.info("ended in the middle of a piece; the next run goes on from what is kept")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # no thread can be made to end, least of all one that compiles


@contextlib.contextmanager
def prepared(options: Options, mode: Literal["read", "write"]) -> Iterator[Base]:
    """Bind the page's address and open the archive, in this order: a taken port must not touch the archive."""
    settings, log = settle(options), make_log()
    console = settings.console
    with contextlib.closing(bind(console.address, console.port)) as listener:
        access = grant(console.address, listener.getsockname()[1], console.token or None)
        with opened_archive(Path(settings.archive.folder), mode, log) as (archive, alarms):
            yield Base(
                settings=settings, archive=archive, clock=SystemClock(), log=log,
                listener=listener, access=access, alarms=alarms,
                basemaps=(*options.basemaps_beside, *([Path(console.basemaps)] if console.basemaps else [])),
            )  # fmt: skip


@contextlib.contextmanager
def opened_archive(
    folder: Path, mode: Literal["read", "write"], log: FilteringBoundLogger
) -> Iterator[tuple[Archive, tuple[Alarm, ...]]]:
    """Open the archive; where it cannot be written, a passing one serves the live display and an alarm says so."""
    alarms: tuple[Alarm, ...] = ()
    with contextlib.ExitStack() as stack:
        try:
            archive = Archive.open(folder, mode)
            if mode == "write":
                log.info("kept in this archive", folder=str(folder.resolve()))
        except StorageError as error:
            if mode == "read" or isinstance(error, ArchiveLockedError):
                raise
            log.error("nothing will be kept", reason=str(error))  # noqa: TRY400 - a sentence, not a traceback
            passing = stack.enter_context(tempfile.TemporaryDirectory(prefix="sidelook-"))
            archive = Archive.open(Path(passing), "write")
            alarms = (Alarm(level=Level.ERROR, text=f"Nothing is kept: {error}. {STILL_WORKS}"),)
        yield stack.enter_context(archive), alarms


async def show(base: Base, board: Board, task: Task, figures: tuple[Figure, ...] = ()) -> None:
    """Serve the page while a task is done; both end with a signal, or with an error of the task."""
    stop = stop_on_signals()
    parts = Parts(
        picture=base.archive, board=board, access=base.access, clock=base.clock,
        basemaps=base.basemaps, figures=figures,
    )  # fmt: skip
    console = build(parts)
    working = asyncio.create_task(task(console))
    working.add_done_callback(lambda done: stop.set() if done.cancelled() or done.exception() else None)
    announce(base)
    await serve(console.app, base.listener, stop)
    working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        pass
    except ExceptionGroup as errors:
        raise first_error(errors) from None


def first_error(errors: ExceptionGroup[Exception]) -> Exception:
    """Give the first error of a group, which is the one to be told."""
    first = errors.exceptions[0]
    return first_error(first) if isinstance(first, ExceptionGroup) else first


def announce(base: Base) -> None:
    """Print the address to open."""
    host, port = base.listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{port}/" + ("" if base.access.loopback else "?token=...")
    sys.stdout.write(f"Sidelook is at {address}  (Ctrl-C ends it)\n")
    sys.stdout.flush()


async def care(base: Base, board: Board, watch: Watch) -> None:
    """Post how it goes, sync the raw log and look after the archive, until cancelled."""
    loop = asyncio.get_running_loop()
    sync_due, care_due = loop.time(), loop.time() + CARE_INTERVAL
    while True:
        if loop.time() >= sync_due and watch.keeper:
            await asyncio.to_thread(watch.keeper.sync)
            sync_due = loop.time() + base.settings.archive.sync_s
        if loop.time() >= care_due and watch.keeper:
            await asyncio.to_thread(watch.keeper.attempt, lambda: look_after(base))
            care_due = loop.time() + CARE_INTERVAL
        board.post(watch.condition())
        await asyncio.sleep(POST_INTERVAL)


def look_after(base: Base) -> None:
    """Merge small files and delete what is past its time."""
    base.archive.compact()
    base.archive.enforce(RetentionPolicy(live_hours=base.settings.archive.live_hours), base.clock.now())


async def in_thread(work: Callable[[], object], ending: Ending) -> None:
    """Run work in a thread until it ends; when cancelled, ask it to stop, and wait for it no longer than a moment."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        ending.ask()
        _, late = await asyncio.wait((working,), timeout=PATIENCE)
        if late:
            ending.abandon()
        raise
    finally:
        if working.done() and not working.cancelled():
            working.result()


def figures_of(watch: Watch) -> tuple[Figure, ...]:
    """Give the figures of a run for Prometheus."""
    return (
        Figure(name="sidelook_dwells", help="dwells worked through", read=lambda: watch.dwells),
        Figure(name="sidelook_plots", help="plots worked through", read=lambda: watch.plots),
        Figure(name="sidelook_track_states", help="states of tracks given", read=lambda: watch.states),
        Figure(
            name="sidelook_data_time_seconds", help="newest dwell, Unix time", read=lambda: (watch.reached or 0) / 1e9
        ),
        Figure(name="sidelook_progress_ratio", help="of a recording, 0 to 1", read=lambda: watch.progress),
        Figure(name="sidelook_untracked_pieces", help="kept but not tracked", read=lambda: watch.behind),
        Figure(
            name="sidelook_storage_failing", help="1 while the archive cannot be written", read=lambda: failing(watch)
        ),
    )


def failing(watch: Watch) -> float:
    """Tell whether the storage fails now."""
    return float(bool(watch.keeper and watch.keeper.problem))
