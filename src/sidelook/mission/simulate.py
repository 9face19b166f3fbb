"""``sidelook simulate``: a scenario becomes a recording, with truth, schedule and coverage, or goes out live."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sidelook.errors import StorageError, UsageError
from sidelook.feeds.address import Address, parse_address
from sidelook.feeds.pace import Pace
from sidelook.mission.reporting import Advance, answer, progress, warn_of_compiling
from sidelook.mission.requesting import AnswerBook, bring_requests, requests_of
from sidelook.mission.scenario import bring_country, bring_truth, find_scenario, read_scenario, shipped_scenarios
from sidelook.model.collection import JobRequest
from sidelook.simulation.scenario.settings import Scenario

if TYPE_CHECKING:
    from sidelook.formats.stanag4607 import DwellWriter
    from sidelook.mission.album import Album
    from sidelook.mission.broadcast import BroadcastReport, Outlet
    from sidelook.model.origin import Origin
    from sidelook.simulation.island.making import Island
    from sidelook.simulation.scenario.country import Country
    from sidelook.simulation.scenario.playing import Stretch


WORKERS = min(os.cpu_count() or 1, 4)
"""Threads that look while traffic and schedule go on; more have nothing to do."""


class OccupiedError(UsageError):
    """The folder to write to holds something already."""


class SimulationStorageError(StorageError):
    """The folder cannot be written to, or the disk is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions:
    """What the command line says.

    Attributes
    ----------
    changes : ``KEY=VALUE`` in place of what the scenario says, keys with dots
    plot : draw the coverage, and truth against plots
    to, speed : address to send to, and how many times real time
    requests : recording of job requests for the radar to answer
    """

    changes: tuple[str, ...] = ()
    plot: bool = False
    to: str | None = None
    speed: float = 1.0
    requests: Path | None = None


@dataclass(slots=True, kw_only=True)
class MissionFigures:
    """What came of one mission; areas in km2, of one revisit of the first job, the largest."""

    recording: str
    dwells: int = 0
    plots: int = 0
    images: int = 0
    octets: int = 0
    entities: int = 0
    looks: int = 0
    detected: int = 0
    masked: int = 0
    in_notch: int = 0
    scanned_km2: float = 0.0
    visible_km2: float = 0.0
    requests: int = 0
    answered: int = 0
    granted: int = 0


@dataclass(slots=True, kw_only=True)
class SimulateReport:
    """What was made."""

    scenario: str
    folder: Path | None
    seed: int
    simulated: bool = True
    missions: list[MissionFigures] = field(default_factory=list)
    sent: "BroadcastReport | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """What all missions of a scenario are played with.

    Attributes
    ----------
    scenario, path : and its file
    country : where it plays
    folder : to fill, if any
    requests : given besides the scenario's own
    album : of pictures, None where none are asked for
    advance : told the seconds that are played
    """

    scenario: Scenario
    path: Path
    country: "Country"
    folder: Path | None
    requests: tuple[JobRequest, ...]
    album: "Album | None"
    advance: Advance


def list_scenarios(*, as_json: bool = False) -> None:
    """Say which scenarios come along."""
    known = shipped_scenarios()
    answer(known, "\n".join(f"{name:<12}{words}" for name, words in known.items()), as_json=as_json)


def simulate(given: str, folder: Path | None, options: SimulateOptions, *, as_json: bool = False) -> bool:
    """Play a scenario into a folder, to an address or both, and say what came of it.

    Returns
    -------
    True where it was played to its end, False where a signal came before

    Raises
    ------
    ScenarioError, OccupiedError, AddressError
    InputError : a file the scenario names, or the one of requests, is not what it should be
    SimulationStorageError : the folder cannot be written
    FeedError, ReleaseRefusedError : it cannot be sent
    """
    if folder is None and options.to is None:
        message = f"say with -o which folder {given} is to fill, or with --to where to send it"
        raise UsageError(message)
    path = find_scenario(given)
    scenario = read_scenario(path, options.changes)
    link = None if options.to is None else (parse_address(options.to), Pace(speed=options.speed))
    requests = bring_requests(options.requests)
    report = SimulateReport(scenario=scenario.name, folder=folder, seed=scenario.seed)
    seconds = round(scenario.duration_s) * scenario.days
    warn_of_compiling()
    with storing(folder), progress("Simulating", seconds, "seconds") as advance:
        if folder is not None:
            refuse_occupied(folder)
            folder.mkdir(parents=True, exist_ok=True)
        country = bring_country(scenario, path.parent)
        staging = Staging(
            scenario=scenario, path=path, country=country, folder=folder, requests=requests, advance=advance,
            album=begin_album(folder, country) if options.plot and folder is not None else None,
        )  # fmt: skip
        play_missions(staging, report, link)
    answer(report, describe(report), as_json=as_json)
    return report.sent is None or report.sent.complete


def begin_album(folder: Path, country: "Country") -> "Album":
    """Begin the pictures; only who draws waits for what draws."""
    from sidelook.mission.album import Album  # noqa: PLC0415 - as the docstring says

    return Album(folder, country)


@contextmanager
def storing(folder: Path | None) -> Iterator[None]:
    """Say what goes wrong with the folder, where there is one."""
    try:
        yield
    except OSError as error:
        if folder is None:
            raise
        message = f"cannot write to {folder}: {error.strerror or error}; choose a folder that has room"
        raise SimulationStorageError(message) from error


def refuse_occupied(folder: Path) -> None:
    """Raise where a folder holds something: what a simulation makes belongs together, and replaces nothing."""
    if folder.is_file():
        message = f"{folder} is a file; a simulation fills a folder"
        raise OccupiedError(message)
    if folder.is_dir() and any(folder.iterdir()):
        message = f"{folder} is not empty: choose another folder, or empty it"
        raise OccupiedError(message)


def write_setting(scenario: Scenario, path: Path, country: "Country", folder: Path) -> None:
    """Write down the scenario as it was played, and the island's map."""
    shutil.copyfile(path, folder / "scenario.toml")
    (folder / "scenario.json").write_bytes(msgspec.json.format(msgspec.json.encode(scenario, enc_hook=str)))
    if country.island is not None:
        write_map(country.island, folder)


def write_map(island: "Island", folder: Path) -> None:
    """Write the map of an island: GeoJSON, and in a folder of its own, for the page, vector tiles."""
    from sidelook.formats.map_tiles import MapSettings, encode_map  # noqa: PLC0415 - only an island has a map
    from sidelook.simulation.island.drawing import island_map  # noqa: PLC0415

    drawn = json.dumps(island_map(island), separators=(",", ":"), ensure_ascii=False)
    (folder / "island.geojson").write_text(drawn + "\n", encoding="utf-8")
    tiles = encode_map(island_map(island, river_lines=True), MapSettings(name=island.name))
    (folder / "maps").mkdir(exist_ok=True)
    (folder / "maps" / "island.pmtiles").write_bytes(tiles)


def play_missions(staging: Staging, report: SimulateReport, link: tuple[Address, Pace] | None) -> None:
    """Play all missions, and send them where there is a link to send them by."""

    def play_all(outlet: "Outlet | None") -> None:
        for day in range(staging.scenario.days):
            if outlet is None or not outlet.stopped:
                report.missions.append(play_mission(staging, day, outlet))

    if link is None:
        play_all(None)
    else:
        from sidelook.mission.broadcast import broadcast  # noqa: PLC0415 - only who sends needs it

        report.sent = broadcast(play_all, *link)
    if staging.folder is not None:
        summary = msgspec.json.format(msgspec.json.encode(report, enc_hook=str))
        (staging.folder / "summary.json").write_bytes(summary)
    if staging.album is not None:
        staging.album.finish()


def play_mission(staging: Staging, day: int, outlet: "Outlet | None") -> MissionFigures:
    """Play one mission into its files and out of the outlet, until it ends or the outlet stops."""
    from sidelook.formats.stanag4607 import DwellWriter  # noqa: PLC0415 - the command line is quick to help
    from sidelook.mission.filing import MissionFiles  # noqa: PLC0415
    from sidelook.mission.simulated import writer_settings  # noqa: PLC0415
    from sidelook.simulation.scenario.playing import play  # noqa: PLC0415
    from sidelook.simulation.scenario.world import make_world  # noqa: PLC0415

    scenario, country = staging.scenario, staging.country
    world = make_world(scenario, country, bring_truth(scenario, staging.path.parent, country, day), day)
    requests = requests_of(scenario, staging.requests, day)
    if staging.folder is not None and day == 0:
        # Not before: a world that cannot be made leaves nothing behind.
        write_setting(scenario, staging.path, country, staging.folder)
    stem = "" if scenario.days == 1 else f"day-{day + 1:02d}-"
    figures = MissionFigures(recording=f"{stem}recording.4607", entities=len(world.traffic.entities))
    writer = DwellWriter(writer_settings(scenario, world))
    book = AnswerBook(requests)
    with nullcontext() if staging.folder is None else MissionFiles(staging.folder, stem, world) as files:
        for stretch in play(world, requests, workers=WORKERS):
            packets = write_stretch(writer, stretch, world.timeline.origin)
            book.note(stretch.answers, stretch.begin)
            count(figures, packets, stretch)
            if files is not None:
                files.take(packets, stretch)
            if staging.album is not None:
                staging.album.note(stretch)
            staging.advance(round((stretch.end - stretch.begin) * 1e-9))
            if outlet is not None:
                outlet.offer(packets, stretch.begin)
                if outlet.stopped:
                    break
        if files is not None:
            files.finish(book)
            figures.scanned_km2, figures.visible_km2 = files.ledger.best_revisit()
    figures.requests, figures.answered, figures.granted = len(requests), len(book.rows), book.granted
    if staging.album is not None and files is not None:
        staging.album.finish_mission(world, files.ledger, stem)
    return figures


def write_stretch(writer: "DwellWriter", stretch: "Stretch", origin: "Origin") -> list[bytes]:
    """Write the answers that were given at a stretch's beginning, its dwells, and which jobs are over, as packets.

    The writer is told of the jobs that were granted.
    """
    from sidelook.formats.stanag4607.tasking import encode_answers  # noqa: PLC0415 - as above
    from sidelook.mission.simulated import notes_of_answer  # noqa: PLC0415

    for said in stretch.answers:
        if said.granted and not said.request.cancel:
            writer.describe_job(said.job, notes_of_answer(said, writer.settings.job))
    answers = encode_answers(stretch.answers, origin, writer.settings.version)
    dwells = writer.write(stretch.dwells)
    return [*answers, *dwells, *(packet for job in stretch.ended for packet in writer.end_job(job))]


def count(figures: MissionFigures, packets: list[bytes], stretch: "Stretch") -> None:
    """Add a stretch to the figures."""
    from sidelook.model.collection import CollectionOutcome  # noqa: PLC0415 - as above

    looked = stretch.truth.dwell >= 0
    figures.octets += sum(map(len, packets))
    figures.dwells += len(stretch.dwells)
    figures.plots += len(stretch.dwells.plots)
    figures.images += int((stretch.collections.outcome == CollectionOutcome.TAKEN).sum())
    figures.looks += int(looked.sum())
    for name in ("detected", "masked", "in_notch"):
        setattr(figures, name, getattr(figures, name) + int((getattr(stretch.truth, name) & looked).sum()))


def describe(report: SimulateReport) -> str:
    """Say it for people."""
    where = report.folder or "not kept"
    lines = [f"{where}: {report.scenario}, seed {report.seed}; all of it simulated"]
    for mission in report.missions:
        lines.append(
            f"  {mission.recording}: {mission.dwells:,} dwells, {mission.plots:,} plots, {mission.images:,} images, "
            f"{mission.octets / 1e6:,.1f} MB"
        )
        lines.append(
            f"    {mission.entities:,} entities, {mission.looks:,} looks at them: {mission.detected:,} detected, "
            f"{mission.masked:,} masked, {mission.in_notch:,} in the notch"
        )
        if mission.scanned_km2:
            lines.append(
                f"    one revisit: {mission.scanned_km2:,.0f} km2 scanned, {mission.visible_km2:,.0f} km2 visible"
            )
        if mission.requests:
            lines.append(
                f"    {mission.requests:,} requests, {mission.answered:,} answered, {mission.granted:,} granted"
            )
        if not mission.plots:
            lines.append("    nothing was reported: does the aircraft ever see the area?")
    if report.sent is not None:
        ending = "" if report.sent.complete else ", then interrupted"
        lines.append(f"  {report.sent.packets:,} packets, {report.sent.octets:,} bytes to {report.sent.to}{ending}")
    return "\n".join(lines)
