"""``sidelook monitor``: questions to an archive. Each body is imported when its command runs, as in ``cli``."""

from pathlib import Path
from typing import Annotated

import typer

monitor = typer.Typer(
    name="monitor",
    help="Ask an archive what was there, what changed, and what could not be seen.",
    epilog="Examples: sidelook monitor coverage missions | sidelook monitor flow missions --places border.geojson",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Kept = Annotated[Path, typer.Argument(help="Folder of the archive.")]
PlacesFile = Annotated[
    Path | None, typer.Option("--places", help="Sites, lines, areas: GeoJSON or KML; else those kept in the archive.")
]
Missions = Annotated[
    list[int] | None, typer.Option("--mission", help="Number of a mission; may be repeated. Else all.")
]
During = Annotated[str | None, typer.Option(help="UTC, BEGIN/END, each a date or date and time; else everything.")]
GroundFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--ground",
        help="Elevation tiles or their folder, or a scenario, that tell what terrain hides; an extract or GeoJSON of "
        "the roads that cross the places. May be repeated.",
    ),
]
Detection = Annotated[
    float | None,
    typer.Option(help="Probability that a vehicle standing in view is found in an image; else none are used."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON on the standard output.")]


@monitor.command(
    epilog="Examples: sidelook monitor flow missions --places border.geojson | ... flow missions "
    "--during 2026-05-04/2026-05-06 --ground N42E001.hgt --by-class --json"
)
def flow(
    archive: Kept,
    *,
    places: PlacesFile = None,
    mission: Missions = None,
    during: During = None,
    ground: GroundFiles = None,
    every: Annotated[float, typer.Option(help="Width of the times that are counted by, minutes.")] = 60.0,
    by_class: Annotated[bool, typer.Option("--by-class", help="Count classes apart as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count what crossed lines and the edges of sites, by direction and hour, with 90 % intervals."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_flow import report_flow

    question = Question(
        archive=archive, places=places, missions=tuple(mission or ()), during=during,
        ground=tuple(ground or ()), as_json=as_json,
    )  # fmt: skip
    report_flow(question, minutes=every, by_class=by_class)


@monitor.command(epilog="Example: sidelook monitor coverage missions --ground N42E001.hgt --json")
def coverage(
    archive: Kept,
    *,
    mission: Missions = None,
    during: During = None,
    ground: GroundFiles = None,
    as_json: AsJson = False,
) -> None:
    """Say of each mission when it was on station, where it flew, what it looked at, how often, and what was hidden."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_cells import report_coverage

    report_coverage(Question(
        archive=archive, missions=tuple(mission or ()), during=during, ground=tuple(ground or ()), as_json=as_json,
    ))  # fmt: skip


@monitor.command(epilog="Example: sidelook monitor counts missions --during 2026-05-04T06:00:00Z/2026-05-04T09:00:00Z")
def counts(
    archive: Kept,
    *,
    mission: Missions = None,
    during: During = None,
    ground: GroundFiles = None,
    as_json: AsJson = False,
) -> None:
    """Count vehicles by cell and hour, with the time looked at beside them; fewer than five are told by block only."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_cells import report_counts

    report_counts(Question(
        archive=archive, missions=tuple(mission or ()), during=during, ground=tuple(ground or ()), as_json=as_json,
    ))  # fmt: skip


@monitor.command(epilog="Example: sidelook monitor sites missions --places border.kml --keep")
def sites(
    archive: Kept,
    *,
    places: PlacesFile = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the file's places in the archive.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the sites, lines and areas that are watched, with their rules; or keep those of a file in the archive."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_sites import report_sites

    report_sites(Question(archive=archive, places=places, as_json=as_json), keep=keep)


@monitor.command(epilog="Example: sidelook monitor rules missions --during 2026-05-04/2026-05-06 --json")
def rules(
    archive: Kept,
    *,
    places: PlacesFile = None,
    mission: Missions = None,
    during: During = None,
    ground: GroundFiles = None,
    detection: Detection = None,
    as_json: AsJson = False,
) -> None:
    """Answer the rules of places: yes, no or undetermined, with the evidence and the moments to replay."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_sites import report_rules
    from sidelook.mission.monitor_stock import Counting

    question = Question(
        archive=archive, places=places, missions=tuple(mission or ()), during=during, ground=tuple(ground or ()),
        as_json=as_json,
    )  # fmt: skip
    report_rules(question, Counting(detection=detection))


@monitor.command(epilog="Example: sidelook monitor stock missions --places yard.geojson --detection 0.9 --json")
def stock(
    archive: Kept,
    *,
    places: PlacesFile = None,
    mission: Missions = None,
    during: During = None,
    ground: GroundFiles = None,
    detection: Detection = None,
    as_json: AsJson = False,
) -> None:
    """Say how many vehicles are at each site, after each mission, from crossings and images, with 90 % intervals."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_stock import Counting, report_stock

    question = Question(
        archive=archive, places=places, missions=tuple(mission or ()), during=during, ground=tuple(ground or ()),
        as_json=as_json,
    )  # fmt: skip
    report_stock(question, Counting(detection=detection))


@monitor.command(
    epilog="Examples: sidelook monitor compare missions --detection 0.9 | ... compare missions "
    "--period 2026-05-04/2026-05-08 --period 2026-05-12/2026-05-16 --least 10 --announced 30"
)
def compare(
    archive: Kept,
    *,
    places: PlacesFile = None,
    ground: GroundFiles = None,
    detection: Detection = None,
    period: Annotated[
        list[str] | None,
        typer.Option(help="UTC, BEGIN/END; two, before and after. Else the first third of all missions and the last."),
    ] = None,
    least: Annotated[float, typer.Option(help="Smallest change that is asked about, vehicles.")] = 10.0,
    announced: Annotated[int | None, typer.Option(help="Vehicles that were to leave in between: did they?")] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether each site grew, shrank, is unchanged or undetermined; and whether an announced withdrawal came."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_stock import Counting, Periods, report_changes

    question = Question(archive=archive, places=places, ground=tuple(ground or ()), as_json=as_json)
    periods = Periods(spans=tuple(period or ()), least=least, announced=announced)
    report_changes(question, Counting(detection=detection), periods)


@monitor.command(epilog="Example: sidelook monitor report missions --places yard.geojson -o may.html --detection 0.9")
def report(
    archive: Kept,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="To write: .html, one file.")],
    places: PlacesFile = None,
    mission: Missions = None,
    ground: GroundFiles = None,
    detection: Detection = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what was seen at each site, what changed, with pictures, and what could not be seen, as one page."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_report import write_report
    from sidelook.mission.monitor_stock import Counting

    question = Question(
        archive=archive, places=places, missions=tuple(mission or ()), ground=tuple(ground or ()), as_json=as_json,
    )  # fmt: skip
    write_report(question, Counting(detection=detection), output, overwrite=overwrite)


@monitor.command(epilog="Example: sidelook monitor alerts missions --detection 0.9 --acknowledge KEY")
def alerts(
    archive: Kept,
    *,
    places: PlacesFile = None,
    ground: GroundFiles = None,
    detection: Detection = None,
    acknowledge: Annotated[
        list[str] | None, typer.Option(help="Key of an alert that you have looked at; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what of sites somebody should look at, with the evidence and the moment to replay."""
    from sidelook.mission.monitor import Question
    from sidelook.mission.monitor_alerts import report_alerts
    from sidelook.mission.monitor_stock import Counting
    from sidelook.timescale import SystemClock

    question = Question(archive=archive, places=places, ground=tuple(ground or ()), as_json=as_json)
    report_alerts(question, Counting(detection=detection), SystemClock(), acknowledge=tuple(acknowledge or ()))
