"""``sidelook monitor``: questions to an archive. Each body is imported when its command runs, as in ``cli``."""

from pathlib import Path
from typing import Annotated

import typer

monitor = typer.Typer(
    name="monitor",
    help="Ask an archive what was there, what changed, and what could not be seen.",
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
        help="Elevation tiles, or a scenario, that tell what terrain hides; an extract or GeoJSON of the roads that "
        "cross the places. May be repeated.",
    ),
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
