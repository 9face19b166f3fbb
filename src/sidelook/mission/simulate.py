"""``sidelook simulate``: a scenario becomes a recording, and the truth, schedule and coverage beside it."""

import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from sidelook.errors import StorageError, UsageError
from sidelook.mission.reporting import Advance, answer, progress
from sidelook.mission.scenario import bring_country, bring_truth, find_scenario, read_scenario, shipped_scenarios
from sidelook.simulation.scenario.settings import Scenario

if TYPE_CHECKING:
    from sidelook.formats.stanag4607 import DwellWriter
    from sidelook.simulation.scenario.country import Country
    from sidelook.simulation.scenario.playing import Stretch


class OccupiedError(UsageError):
    """The folder to write to holds something already."""


class SimulationStorageError(StorageError):
    """The folder cannot be written to, or the disk is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions:
    """What the command line says.

    Attributes
    ----------
    seed : in place of the scenario's
    truth_tags : are written into the reports
    plot : draw the coverage
    overwrite : a folder that holds something
    to, speed : address to send to, and how many times real time
    """

    seed: int | None = None
    truth_tags: bool = True
    plot: bool = False
    overwrite: bool = False
    to: str | None = None
    speed: float = 1.0


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


@dataclass(slots=True, kw_only=True)
class SimulateReport:
    """What was made."""

    scenario: str
    folder: Path
    seed: int
    simulated: bool = True
    missions: list[MissionFigures] = field(default_factory=list)


def list_scenarios(*, as_json: bool = False) -> None:
    """Say which scenarios come along."""
    known = shipped_scenarios()
    answer(known, "\n".join(f"{name:<12}{words}" for name, words in known.items()), as_json=as_json)


def simulate(given: str | None, folder: Path | None, options: SimulateOptions, *, as_json: bool = False) -> None:
    """Play a scenario into a folder and say what came of it.

    Raises
    ------
    ScenarioError, OccupiedError
    InputError : a file the scenario names is not what it should be
    SimulationStorageError : the folder cannot be written
    """
    if given is None or folder is None:
        message = "say which scenario, and with -o which folder to fill; --list names the scenarios that come along"
        raise UsageError(message)
    path = find_scenario(given)
    scenario = read_scenario(path)
    scenario = scenario if options.seed is None else replace(scenario, seed=options.seed)
    refuse_occupied(folder, overwrite=options.overwrite)
    report = SimulateReport(scenario=scenario.name, folder=folder, seed=scenario.seed)
    seconds = round(scenario.duration_s) * scenario.days
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with progress("Simulating", seconds) as advance:
            country = bring_country(scenario, path.parent)
            write_setting(scenario, path, country, folder)
            for day in range(scenario.days):
                report.missions.append(play_mission(scenario, path.parent, country, (folder, day), options, advance))
        (folder / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(report, enc_hook=str)))
    except OSError as error:
        message = f"cannot write to {folder}: {error.strerror or error}; choose a folder that has room"
        raise SimulationStorageError(message) from error
    answer(report, describe(report), as_json=as_json)


def refuse_occupied(folder: Path, *, overwrite: bool) -> None:
    """Raise where a folder holds something that is not to be replaced."""
    if folder.is_file():
        message = f"{folder} is a file; a simulation fills a folder"
        raise OccupiedError(message)
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        message = f"{folder} is not empty: choose another folder, or say --overwrite"
        raise OccupiedError(message)


def write_setting(scenario: Scenario, path: Path, country: "Country", folder: Path) -> None:
    """Write down the scenario as it was played, and the island's map."""
    shutil.copyfile(path, folder / "scenario.toml")
    (folder / "scenario.json").write_bytes(msgspec.json.format(msgspec.json.encode(scenario, enc_hook=str)))
    if country.island is not None:
        from sidelook.simulation.island.drawing import island_map  # noqa: PLC0415 - only an island has a map

        drawn = json.dumps(island_map(country.island), separators=(",", ":"), ensure_ascii=False)
        (folder / "island.geojson").write_text(drawn + "\n", encoding="utf-8")


def play_mission(
    scenario: Scenario,
    beside: Path,
    country: "Country",
    where: tuple[Path, int],
    options: SimulateOptions,
    advance: Advance,
) -> MissionFigures:
    """Play one mission into its files."""
    from sidelook.formats.stanag4607 import DwellWriter  # noqa: PLC0415 - the command line is quick to help
    from sidelook.formats.truth.parquet import TruthParquetWriter  # noqa: PLC0415
    from sidelook.mission.simulated import Ledger, writer_settings  # noqa: PLC0415
    from sidelook.simulation.scenario.playing import play  # noqa: PLC0415
    from sidelook.simulation.scenario.world import make_world  # noqa: PLC0415

    folder, day = where
    world = make_world(scenario, country, bring_truth(scenario, beside, country, day), day)
    stem = "" if scenario.days == 1 else f"day-{day + 1:02d}-"
    ledger = Ledger(world)
    figures = MissionFigures(recording=f"{stem}recording.4607", entities=len(world.traffic.entities))
    writer = DwellWriter(writer_settings(scenario, world, truth_tags=options.truth_tags))
    with ExitStack() as files:
        recording = files.enter_context((folder / figures.recording).open("wb"))
        truth = TruthParquetWriter(files.enter_context((folder / f"{stem}truth.parquet").open("wb")))
        for stretch in play(world):
            figures.octets += write_dwells(recording, writer, stretch)
            truth.write(stretch.truth)
            ledger.note(stretch)
            count(figures, stretch)
            advance(round((stretch.end - stretch.begin) * 1e-9))
        truth.close()
    ledger.write(folder, stem)
    figures.scanned_km2, figures.visible_km2 = ledger.best_revisit()
    if options.plot:
        from sidelook.mission.plotting import plot_coverage  # noqa: PLC0415 - only who draws needs it

        plot_coverage(world, ledger, folder / f"{stem}coverage.png")
    return figures


def write_dwells(recording: BinaryIO, writer: "DwellWriter", stretch: "Stretch") -> int:
    """Write a stretch's dwells as packets; give how many bytes."""
    return sum(recording.write(packet) for packet in writer.write(stretch.dwells))


def count(figures: MissionFigures, stretch: "Stretch") -> None:
    """Add a stretch to the figures."""
    from sidelook.model.collection import CollectionOutcome  # noqa: PLC0415 - as above

    looked = stretch.truth.dwell >= 0
    figures.dwells += len(stretch.dwells)
    figures.plots += len(stretch.dwells.plots)
    figures.images += int((stretch.collections.outcome == CollectionOutcome.TAKEN).sum())
    figures.looks += int(looked.sum())
    for name in ("detected", "masked", "in_notch"):
        setattr(figures, name, getattr(figures, name) + int((getattr(stretch.truth, name) & looked).sum()))


def describe(report: SimulateReport) -> str:
    """Say it for people."""
    lines = [f"{report.folder}: {report.scenario}, seed {report.seed}; all of it simulated"]
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
        if not mission.plots:
            lines.append("    nothing was reported: does the aircraft ever see the area?")
    return "\n".join(lines)
