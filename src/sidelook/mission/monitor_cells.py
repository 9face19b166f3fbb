"""``sidelook monitor coverage`` and ``counts``: what was looked at, how often, and how many vehicles were where.

Counts by cell and hour are made once of each mission that is over, and kept in the archive: they answer quickly, and
remain when retention deletes the tracks behind them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from sidelook.archive import Archive, ArchiveLockedError, MissionSummary, StorageReadOnlyError, Window
from sidelook.errors import UsageError
from sidelook.mission.monitor import Question, asked, told
from sidelook.mission.monitor_flow import known
from sidelook.mission.reporting import answer, marking_words, progress, warn
from sidelook.mission.terrain_sight import sight_over
from sidelook.model.cells import MERGED, CellCounts
from sidelook.model.columns import Floats, Integers
from sidelook.monitoring.cells import HOUR, count_hour, join_cells, map_about
from sidelook.monitoring.missions import Flown, mission_flown
from sidelook.release import OPERATOR_HERE, release_dwells, release_tracks
from sidelook.sensing.coverage_map import Visibility
from sidelook.sensing.equal_area import EqualAreaGrid
from sidelook.timescale import SystemClock, format_utc

MAP_NOTE = "map"
CELL = 5_000.0
"""Side of the cells that are kept, m."""
MOST_ROWS = 200_000
"""Of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """A mission and what it covered.

    Attributes
    ----------
    mission, name, platforms : which
    begin, end : UTC; ``stations`` : times on station; ``on_station_h`` : together
    dwells, revisit_s : how many looks, and the median time between them
    stand_off_km : least, median and greatest distance to what was looked at
    orbit : time, latitude and longitude in degrees, and height in m, every ten minutes
    minimum_detectable_speed_mps : median, None where none was said
    looked_km2 : that was looked at; ``minutes_an_hour`` : in which a cell of it was, in the mean
    hidden : share of the minutes looked at in which terrain hid the cell, None not known
    simulated, marking : as of its data
    """

    mission: int
    name: str
    platforms: tuple[str, ...]
    begin: str
    end: str
    stations: tuple[tuple[str, str], ...]
    on_station_h: float
    dwells: int
    revisit_s: float | None
    stand_off_km: tuple[float, ...]
    orbit: tuple[tuple[str, float, float, int], ...]
    minimum_detectable_speed_mps: float | None
    looked_km2: float
    minutes_an_hour: float
    hidden: float | None
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """A cell, or a block of 2^level cells each way, in an hour; ``vehicles`` is None where fewer than five were."""

    mission: int
    hour: str
    level: int
    latitude_deg: float
    longitude_deg: float
    looks: int
    minutes: int
    visible_minutes: int | None
    vehicles: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """An hour: what was looked at, and the vehicles of its cells and blocks, added up."""

    mission: int
    hour: str
    looked_km2: float
    minutes: float
    hidden: float | None
    vehicles: int
    most: int | None
    most_at: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountReport:
    """Counts by cell and hour, and hour by hour."""

    cell_km: float
    hours: tuple[HourRow, ...]
    cells: tuple[CellRow, ...]
    simulated: bool
    marking: str


def report_coverage(question: Question) -> None:
    """Say of each mission what flew, from how far it looked, what, and how often.

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    with asked(question, "monitor coverage") as (archive, missions):
        grid, counted = cells_of(question, archive, missions)
        found = [
            describe(archive, one, cells, grid, question.window)
            for one, cells in zip(missions, counted, strict=True)
            if one.dwells
        ]
    if not found:
        message = "no dwells are kept of these missions: what was looked at is not known"
        raise UsageError(message)
    answer(found, "\n\n".join(map(mission_words, found)), as_json=question.as_json)


def report_counts(question: Question) -> None:
    """Say how many vehicles were where, hour by hour, with the time looked at beside it.

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    with asked(question, "monitor counts") as (archive, missions):
        grid, counted = cells_of(question, archive, missions)
    origins = [origin for cells in counted for origin in cells.origins]
    if grid is None or not origins:
        message = "nothing was looked at in that time: the archive holds no dwells of it"
        raise UsageError(message)
    marked = told(origins, "monitor counts")
    pairs = [(one.mission, cells) for one, cells in zip(missions, counted, strict=True)]
    total = sum(len(cells) for _, cells in pairs)
    if question.as_json and total > MOST_ROWS:
        message = f"that is {total:,} rows, more than {MOST_ROWS:,}: ask for less with --during or --mission"
        raise UsageError(message)
    report = CountReport(
        cell_km=grid.cell / 1e3,
        hours=tuple(row for mission, cells in pairs for row in hour_rows(mission, cells, grid)),
        cells=tuple(row for pair in pairs for row in cell_rows(*pair)) if question.as_json else (),
        simulated=marked.simulated,
        marking=marked.marking,
    )
    words = [*map(hour_words, report.hours), marking_words(marked.marking, simulated=marked.simulated)]
    answer(report, "\n".join([HEAD, *words]), as_json=question.as_json)


def cells_of(
    question: Question, archive: Archive, missions: Sequence[MissionSummary]
) -> tuple[EqualAreaGrid | None, list[CellCounts]]:
    """Give the map, and the counts of each mission in the time asked about.

    Those not made yet are made and, if possible, kept. The first mission that is ever counted chooses the map.
    """
    sight = sight_over(question.terrain)
    grid = map_of(archive)
    missing = [one for one in missions if one.dwells and wanted(archive, one.mission, sight)]
    made: dict[int, CellCounts] = {}
    with progress("Counting", len(missing), "missions") as advance:
        for one in missing:
            if grid is None:
                grid = map_about(archive.footprints(one.mission), CELL)
                keep_map(question, grid)
            made[one.mission] = gather(archive, one, grid, sight)
            keep(question, one, made[one.mission])
            advance(1)
    window = question.window
    return grid, [
        within(made[one.mission], window) if one.mission in made else archive.cells(one.mission, window)
        for one in missions
    ]


def wanted(archive: Archive, mission: int, sight: Visibility | None) -> bool:
    """Tell whether counts are to be made: there are none, or none that know what terrain hid and now it is known."""
    if not archive.has_cells(mission):
        return True
    return sight is not None and not (archive.cells(mission).visible_minutes >= 0).any()


def within(cells: CellCounts, window: Window | None) -> CellCounts:
    """Keep the hours that begin in a window."""
    return cells if window is None else cells.take((cells.begin >= window[0]) & (cells.begin < window[1]))


def gather(archive: Archive, one: MissionSummary, grid: EqualAreaGrid, sight: Visibility | None) -> CellCounts:
    """Count a mission hour by hour; memory holds one hour."""
    parts = []
    assert one.begin is not None and one.end is not None  # noqa: S101, PT018 - it has dwells
    for hour in range(one.begin // HOUR * HOUR, one.end + 1, HOUR):
        window = (hour, hour + HOUR)
        dwells, first = release_dwells(archive.dwells(one.mission, window, brief=True).dwells, OPERATOR_HERE)
        tracks, second = release_tracks(archive.tracks(one.mission, window, brief=True), OPERATOR_HERE)
        for decision in (first, second):
            decision.refuse_if_withheld()
        if len(dwells):
            parts.append(count_hour(grid, hour, dwells, tracks, sight))
    return join_cells(parts)


def keep(question: Question, one: MissionSummary, cells: CellCounts) -> None:
    """Keep the counts of a mission that is over; where the archive cannot be written, say so."""
    if one.live or not len(cells):
        return
    try:
        with Archive.open(question.archive, "write") as writing:
            writing.keep_cells(one.mission, cells, SystemClock().now())
    except (ArchiveLockedError, StorageReadOnlyError) as error:
        warn(f"the counts of mission {one.mission} are not kept for the next question: {error}")


def keep_map(question: Question, grid: EqualAreaGrid) -> None:
    """Keep the map of an archive; where it cannot be written, say so."""
    try:
        with Archive.open(question.archive, "write") as writing:
            writing.keep_note(MAP_NOTE, json.dumps(asdict(grid)).encode())
    except (ArchiveLockedError, StorageReadOnlyError) as error:
        warn(f"the map is not kept for the next question: {error}")


def map_of(archive: Archive) -> EqualAreaGrid | None:
    """Give the map that is kept; None before anything was counted."""
    data = archive.note(MAP_NOTE)
    return None if data is None else EqualAreaGrid(**json.loads(data))


def describe(
    archive: Archive, one: MissionSummary, cells: CellCounts, grid: EqualAreaGrid | None, window: Window | None
) -> Mission:
    """Sum up a mission and what it covered."""
    dwells = archive.footprints(one.mission, window)
    flown = mission_flown(dwells)
    marked = told(dwells.origins, "monitor coverage")
    looked = cells.take(cells.level == 0)
    own = len(np.unique(looked.cell))
    hours = max(len(np.unique(looked.begin)), 1)
    return Mission(
        mission=one.mission,
        name=one.name,
        platforms=flown.platforms,
        begin=format_utc(int(dwells.time[0]), digits=0),
        end=format_utc(int(dwells.time[-1]), digits=0),
        stations=tuple((format_utc(int(a), digits=0), format_utc(int(b), digits=0)) for a, b in flown.stations),
        on_station_h=round(flown.on_station / 3600.0, 2),
        dwells=flown.dwells,
        revisit_s=known(flown.revisit),
        stand_off_km=tuple(round(float(part) / 1e3, 1) for part in flown.stand_off),
        orbit=tuple(orbit_points(flown)),
        minimum_detectable_speed_mps=known(flown.minimum_detectable_speed),
        looked_km2=round(own * (grid.cell_km2 if grid else 0.0), 1),
        minutes_an_hour=round(float(looked.minutes.sum() / max(own * hours, 1)), 1),
        hidden=hidden_share(looked),
        simulated=marked.simulated,
        marking=marked.marking,
    )


def orbit_points(flown: Flown) -> Iterator[tuple[str, float, float, int]]:
    """Give every tenth point of an orbit."""
    for row in range(0, len(flown.time), 10):
        place = (float(np.degrees(part[row])) for part in (flown.latitude, flown.longitude))
        latitude, longitude = (round(value, 4) for value in place)
        yield format_utc(int(flown.time[row]), digits=0), latitude, longitude, round(float(flown.height[row]))


def hidden_share(cells: CellCounts) -> float | None:
    """Give the share of minutes looked at in which terrain hid the cell; None where that is not known."""
    told_of = cells.visible_minutes >= 0
    minutes = int(cells.minutes[told_of].sum())
    return round(1.0 - float(cells.visible_minutes[told_of].sum()) / minutes, 3) if minutes else None


def hour_rows(mission: int, cells: CellCounts, grid: EqualAreaGrid) -> Iterator[HourRow]:
    """Sum up counts hour by hour."""
    for hour in np.unique(cells.begin).tolist():
        mine = cells.take(cells.begin == hour)
        looked = mine.take(mine.level == 0)
        enough = mine.vehicles != MERGED
        vehicles: Integers = np.where(enough, mine.vehicles, 0)
        most = int(vehicles.argmax()) if enough.any() else None
        yield HourRow(
            mission=mission,
            hour=format_utc(hour, digits=0),
            looked_km2=round(len(looked) * grid.cell_km2, 1),
            minutes=round(float(looked.minutes.mean()), 1) if len(looked) else 0.0,
            hidden=hidden_share(looked),
            vehicles=int(vehicles.sum()),
            most=None if most is None else int(vehicles[most]),
            most_at=None if most is None else place_of(mine.latitude, mine.longitude, most),
        )


def cell_rows(mission: int, cells: CellCounts) -> Iterator[CellRow]:
    """Spell the rows of counts."""
    for row in range(len(cells)):
        latitude, longitude = place_of(cells.latitude, cells.longitude, row)
        visible, vehicles = int(cells.visible_minutes[row]), int(cells.vehicles[row])
        yield CellRow(
            mission=mission,
            hour=format_utc(int(cells.begin[row]), digits=0),
            level=int(cells.level[row]),
            latitude_deg=latitude,
            longitude_deg=longitude,
            looks=int(cells.looks[row]),
            minutes=int(cells.minutes[row]),
            visible_minutes=None if visible < 0 else visible,
            vehicles=None if vehicles == MERGED else vehicles,
        )


def place_of(latitude: Floats, longitude: Floats, row: int) -> tuple[float, float]:
    """Give a place in degrees, to a hundred metres or so."""
    return round(float(np.degrees(latitude[row])), 3), round(float(np.degrees(longitude[row])), 3)


HEAD = "mission  hour (UTC)          looked at   a cell     hidden   in cells, added up   most in one cell"


def hour_words(row: HourRow) -> str:
    """Lay an hour out as a line of a table."""
    hidden = "not known" if row.hidden is None else f"{row.hidden:.0%}"
    most = "none has five" if row.most is None else f"{row.most} at {row.most_at[0]}, {row.most_at[1]}"  # type: ignore[index]
    return (
        f"{row.mission:>7}  {row.hour[:16].replace('T', ' ')}  {row.looked_km2:>9,.0f} km2 {row.minutes:>5.0f} min "
        f"{hidden:>10} {row.vehicles:>20,}   {most}"
    )


def mission_words(one: Mission) -> str:
    """Say a mission for people."""
    spans = "; ".join(f"{a[:16].replace('T', ' ')} to {b[11:16]}" for a, b in one.stations)
    hidden = "what terrain hid is not known (--ground)" if one.hidden is None else f"terrain hid {one.hidden:.0%} of it"
    speed = one.minimum_detectable_speed_mps
    slowest = "not said" if speed is None else f"{speed:g} m/s"
    revisit = "once" if one.revisit_s is None else f"every {one.revisit_s:.0f} s"
    near, _, far = one.stand_off_km
    return (
        f"mission {one.mission}, {one.name}: {', '.join(one.platforms)}\n"
        f"  on station {one.on_station_h:g} h: {spans}\n"
        f"  looked {near:.0f} to {far:.0f} km away, {revisit}, {one.dwells:,} looks; "
        f"slowest that it tells from ground: {slowest}\n"
        f"  looked at {one.looked_km2:,.0f} km2, a cell in {one.minutes_an_hour:g} minutes of an hour; {hidden}\n"
        f"  {marking_words(one.marking, simulated=one.simulated)}"
    )
