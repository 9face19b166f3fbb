"""``sidelook monitor flow``: how many crossed lines and the edges of sites, with intervals, and what was not seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import degrees

import numpy as np

from sidelook.archive import Archive, MissionSummary, Window
from sidelook.errors import UsageError
from sidelook.mission.monitor import Question, Told, asked, places_of, told
from sidelook.mission.reporting import answer, marking_words, progress
from sidelook.mission.roads import load_roads
from sidelook.mission.terrain_sight import sight_over
from sidelook.model.flow import EVERY_CLASS, Direction, FlowTable, Reason
from sidelook.model.places import Places
from sidelook.model.plots import TargetClass
from sidelook.monitoring.flow import REASONS, FlowMeter, FlowSettings, Watched
from sidelook.monitoring.gates import Gates
from sidelook.monitoring.intervals import total_count
from sidelook.release import OPERATOR_HERE, release_tracks
from sidelook.sensing.coverage_map import Visibility
from sidelook.timescale import NANOSECONDS_PER_SECOND, format_utc

NANOSECONDS_PER_MINUTE = 60 * 10**9
LEAST_MINUTES = 10.0
BESIDE = 300 * NANOSECONDS_PER_SECOND
"""Read before and after a window, ns: tracks and looks there bear on crossings within."""
POINTS_OF_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
BLIND = "what terrain hides is not known here (--ground): nothing is taken to be hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """Crossings of one place in one direction and time.

    Attributes
    ----------
    place, direction, target_class : in words
    begin, end : UTC
    seen : crossings by tracks
    exposure : mean chance, 0..1, that a crossing is seen
    low, mean, high : of the true number, 90 %; None where it is undetermined
    undetermined : why; empty where it is not
    looked, visible, clear : shares of the time looked at, of looks not hidden (None not known), of the chance of
        detection that the Doppler notch leaves (None without looks)
    simulated, marking : as of what it is made of
    """

    place: str
    direction: str
    target_class: str
    begin: str
    end: str
    seen: int
    exposure: float
    low: int | None
    mean: float | None
    high: int | None
    undetermined: str
    looked: float
    visible: float | None
    clear: float | None
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSum:
    """Crossings of one place in one direction in all times that are determined, ``times`` of ``of``."""

    place: str
    direction: str
    seen: int
    low: int | None
    mean: float | None
    high: int | None
    times: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReport:
    """What crossed.

    Attributes
    ----------
    missions : numbers
    rows, sums : as said
    terrain_known : it is known what terrain hides
    simulated, marking : of all of it
    """

    missions: tuple[int, ...]
    rows: tuple[FlowRow, ...]
    sums: tuple[FlowSum, ...]
    terrain_known: bool
    simulated: bool
    marking: str


def report_flow(question: Question, *, minutes: float = 60.0, by_class: bool = False) -> None:
    """Count what crossed places.

    Parameters
    ----------
    question : of which archive, places and time
    minutes : width of the times that are counted by
    by_class : count classes apart as well

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    if not LEAST_MINUTES <= minutes <= 24 * 60:
        message = f"--every {minutes:g} minutes: from {LEAST_MINUTES:g} to 1440; shorter ones tell of single vehicles"
        raise UsageError(message)
    settings = FlowSettings(width=round(minutes * NANOSECONDS_PER_MINUTE), by_class=by_class)
    with asked(question, "monitor flow") as (archive, missions):
        places, _ = places_of(question, archive)
        meter, watched = watch(question, archive, missions, places, settings)
    table = meter.count(watched, question.window)
    if not len(table):
        message = "nothing was looked at in that time: the archive holds no dwells of it"
        raise UsageError(message)
    marked = told(table.origins, "monitor flow")
    report = FlowReport(
        missions=tuple(one.mission for one in missions),
        rows=tuple(rows_of(table, places, meter.gates)),
        sums=tuple(sums_of(table, places, meter)),
        terrain_known=meter.terrain,
        simulated=marked.simulated,
        marking=marked.marking,
    )
    answer(report, in_words(report, marked), as_json=question.as_json)


def watch(
    question: Question,
    archive: Archive,
    missions: Sequence[MissionSummary],
    places: Places,
    settings: FlowSettings,
) -> tuple[FlowMeter, list[Watched]]:
    """Watch places mission by mission."""
    roads = load_roads(question.roads) if question.roads else None
    sight = sight_over(question.terrain)
    meter = FlowMeter.over(places, settings, roads, terrain=sight is not None)
    return meter, watch_missions(meter, archive, missions, question.window, sight)


def watch_missions(
    meter: FlowMeter,
    archive: Archive,
    missions: Sequence[MissionSummary],
    window: Window | None,
    sight: Visibility | None,
) -> list[Watched]:
    """Watch the places in each mission that reaches into a window, one at a time: memory holds no more."""
    watched = []
    whole = None if window is None else meter.whole(window)
    wider = None if whole is None else (whole[0] - BESIDE, whole[1] + BESIDE)
    with progress("Watching", len(missions), "missions") as advance:
        for one in missions:
            advance(1)
            if one.begin is None or (wider and not (one.begin < wider[1] and (one.end or 0) >= wider[0])):
                continue
            tracks, decision = release_tracks(archive.tracks(one.mission, wider), OPERATOR_HERE)
            decision.refuse_if_withheld()
            watched.append(meter.watch(one.mission, tracks, archive.footprints(one.mission, wider), sight))
    return watched


def rows_of(table: FlowTable, places: Places, gates: Gates) -> Iterator[FlowRow]:
    """Spell the rows of a table."""
    for row in range(len(table)):
        place = int(table.place[row])
        sure = bool(table.determined[row])
        marked = told((table.origins[table.origin[row]],), "monitor flow")
        yield FlowRow(
            place=places.name(place),
            direction=direction_words(places, gates, place, int(table.direction[row])),
            target_class=class_words(int(table.target_class[row])),
            begin=format_utc(int(table.begin[row]), digits=0),
            end=format_utc(int(table.end[row]), digits=0),
            seen=int(table.seen[row]),
            exposure=round(float(table.exposure[row]), 3),
            low=int(table.low[row]) if sure else None,
            mean=round(float(table.mean[row]), 1) if sure else None,
            high=int(table.high[row]) if sure else None,
            undetermined=REASONS[Reason(int(table.reason[row]))],
            looked=round(float(table.looked[row]), 3),
            visible=known(float(table.visible[row])),
            clear=known(float(table.clear[row])),
            simulated=bool(table.simulated[row]),
            marking=marked.marking,
        )


def sums_of(table: FlowTable, places: Places, meter: FlowMeter) -> Iterator[FlowSum]:
    """Sum up the determined times of each place and direction."""
    for place in range(len(places)):
        for direction in Direction:
            mine = (table.place == place) & (table.direction == direction) & (table.target_class == EVERY_CLASS)
            sure = mine & table.determined
            low, mean, high = total_count(
                table.seen[sure], table.exposure[sure], table.looked[sure], meter.settings.counts
            )
            some = bool(np.isfinite(low))
            yield FlowSum(
                place=places.name(place),
                direction=direction_words(places, meter.gates, place, direction),
                seen=int(table.seen[mine].sum()),
                low=int(low) if some else None,
                mean=round(mean, 1) if some else None,
                high=int(high) if some else None,
                times=int(sure.sum()),
                of=int(mine.sum()),
            )


def direction_words(places: Places, gates: Gates, place: int, direction: int) -> str:
    """Say which way: in or out of a closed place; of a line, to which point of the compass."""
    if places.closed[place]:
        return "in" if direction == Direction.IN else "out"
    mine = gates.heading[(gates.place == place)]
    heading = np.arctan2(np.sin(mine).sum(), np.cos(mine).sum()) + (np.pi if direction == Direction.OUT else 0.0)
    return f"to the {POINTS_OF_COMPASS[round(degrees(heading) % 360.0 / 45.0) % 8]}"


def class_words(number: int) -> str:
    """Name a target class."""
    return "all" if number == EVERY_CLASS else TargetClass(number).name.lower().replace("_", " ")


def known(share: float) -> float | None:
    """Round a share; None where it is not known."""
    return round(share, 3) if np.isfinite(share) else None


def in_words(report: FlowReport, marked: Told) -> str:
    """Say it for people."""
    lines = []
    for total in report.sums:
        mine = [row for row in report.rows if (row.place, row.direction) == (total.place, total.direction)]
        lines += [f"{total.place}, {total.direction}", *table_lines(mine), f"  {sum_words(total)}", ""]
    if not report.terrain_known:
        lines.append(BLIND)
    lines.append(marking_words(marked.marking, simulated=marked.simulated))
    return "\n".join(lines)


def table_lines(rows: Sequence[FlowRow]) -> Iterator[str]:
    """Lay rows out as a table."""
    yield "  from (UTC)            seen   truly, 90 %   looked at   chance to be seen   class"
    for row in rows:
        truly = "undetermined" if row.low is None else f"{row.low} to {row.high}"
        why = f"   {row.undetermined}" if row.undetermined else ""
        yield (
            f"  {row.begin[:16].replace('T', ' '):<20} {row.seen:>5}   {truly:>12}   {row.looked:>8.0%}   "
            f"{row.exposure:>17.2f}   {row.target_class}{why}"
        )


def sum_words(total: FlowSum) -> str:
    """Say a sum, and of how much of the time it is."""
    if total.low is None:
        return f"in all: undetermined ({total.seen} seen)"
    rest = total.of - total.times
    missing = f"; {rest} of {total.of} times are undetermined and not in it" if rest else ""
    return f"in all: {total.seen} seen, truly {total.low} to {total.high} (90 %){missing}"
