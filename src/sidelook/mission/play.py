"""A recording: worked through in the background as fast as it goes, shown from its beginning."""

import asyncio
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from sidelook.archive import Archive, MissionSummary
from sidelook.console.app import Console
from sidelook.console.board import Board, Mode, Outlook
from sidelook.mission.base import Base, Ending, care, figures_of, in_thread, prepared, show
from sidelook.mission.chain import Chain
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.intake import FileIntake, Work
from sidelook.mission.keeping import Keeper
from sidelook.mission.kept_images import images_beside, keep_images
from sidelook.mission.kept_truth import keep_truth, truth_beside, truth_origin
from sidelook.mission.opening import open_recording
from sidelook.mission.options import Options
from sidelook.mission.outlook import survey
from sidelook.mission.reporting import progress
from sidelook.mission.restart import Resumed, close_unfinished, first_source, resume, unfinished
from sidelook.mission.serve import showing
from sidelook.mission.watch import Watch

DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A recording that was looked through.

    Attributes
    ----------
    name : of the file
    source : name and digest, so that the same recording is not worked through twice
    stream : open for reading; ``size`` bytes
    outlook : on what it holds
    truth : file beside it, None where there is none
    images : files beside it
    """

    name: str
    source: str
    stream: BufferedReader
    size: int
    outlook: Outlook
    truth: Path | None = None
    images: tuple[Path, ...] = ()


def run_file(path: Path, options: Options) -> None:
    """Work a recording through and show it; one that is in the archive already is only shown.

    Raises
    ------
    UsageError, InputError, StorageError
    """
    with open_recording(path) as stream:
        recording = look_through(path, stream)
        with prepared(options, "write") as base:
            known = find_recording(base.archive, recording.source)
            if known is not None and not known.live:
                base.log.info("recording is in the archive already", mission=known.mission)
                asyncio.run(show(base, *showing(known)))
                return
            close_unfinished(base.archive, known.mission if known else None, base)
            asyncio.run(work_and_show(base, recording))


def look_through(path: Path, stream: BufferedReader) -> Opened:
    """Read a recording once, to name it and to know what it holds."""
    size = path.stat().st_size
    with progress("Looking through", size) as advance:
        outlook, digest = survey(stream, path.name, advance)
    source = f"{path.name} #{digest[:DIGEST_LENGTH]}"
    truth = truth_beside(path) if outlook.simulated else None
    images = images_beside(path)
    return Opened(name=path.name, source=source, stream=stream, size=size, outlook=outlook, truth=truth, images=images)


def find_recording(archive: Archive, source: str) -> MissionSummary | None:
    """Find the latest mission made of a recording."""
    missions = [mission for mission in archive.missions() if mission.kind == "recording"]
    return next((mission for mission in reversed(missions) if first_source(archive, mission.mission) == source), None)


async def work_and_show(base: Base, recording: Opened) -> None:
    """Work a recording through while the page is served."""
    held = take_up(base, recording.source) or begin(base, recording)
    watch = Watch(source="file", name=recording.name, keeper=held.keeper, standing=base.alarms, progress=0.0)
    board = Board(mode=Mode.FILE, mission=held.keeper.writer.mission, outlook=recording.outlook)
    board.post(watch.condition())
    parts = Work(chain=held.chain, keeper=held.keeper, watch=watch, publish=lambda _: None)
    intake = FileIntake(work=parts, source=recording.source, clock=base.clock, size=recording.size, done=held.octets)

    async def work(_: Console) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(care(base, board, watch))
            ending = Ending(ask=intake.stop, keeper=held.keeper, log=base.log)
            group.create_task(in_thread(lambda: work_through(intake, recording.stream, base), ending))

    await show(base, board, work, figures_of(watch))


def take_up(base: Base, source: str) -> Resumed | None:
    """Go on with a recording that an earlier run did not finish."""
    for mission in unfinished(base.archive):
        if mission.kind == "recording" and first_source(base.archive, mission.mission) == source:
            return resume(base.archive, mission.mission, base)
    return None


def begin(base: Base, recording: Opened) -> Resumed:
    """Begin a mission for a recording."""
    source = recording.source
    writer = base.archive.begin_mission(recording.name, kind="recording", received=base.clock.now())
    keeper = Keeper(writer=writer, settings=base.settings.archive, log=base.log)
    if recording.truth is not None:
        origin = truth_origin(recording.truth.name, recording.outlook.origins)
        keep_truth(recording.truth, origin, keeper, base.log)
    keep_images(recording.images, base.archive, writer.mission, base.clock, base.log)
    return Resumed(
        chain=Chain(dwelling=Dwelling(source=source), tell=base.log.info, roads=base.roads),
        keeper=keeper,
        source=source,
    )


def work_through(intake: FileIntake, stream: BufferedReader, base: Base) -> None:
    """Work a recording through to its end, and end its mission."""
    if not intake.run(stream):
        return
    decoder = intake.work.chain.dwelling.decoder.counters
    if decoder.skipped_octets:
        reasons = {str(reason): count for reason, count in decoder.skips.items()}
        base.log.warning("recording is damaged or cut off", skipped_bytes=decoder.skipped_octets, reasons=reasons)
    watch, keeper = intake.work.watch, intake.work.keeper
    keeper.end(base.clock.now())
    watch.progress = 1.0
    base.log.info("recording worked through", dwells=watch.dwells, plots=watch.plots, track_states=watch.states)
