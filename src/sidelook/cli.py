"""The commands. Each body is imported when its command runs, so that ``--help`` costs nothing but typer."""

import sys
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sidelook import __version__
from sidelook.cli_monitor import monitor
from sidelook.errors import InputError, ReleaseRefusedError, SidelookError, StorageError, UsageError


class Exit(IntEnum):
    """What the exit code of every command says."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    STORAGE = 4
    FEED = 5
    RELEASE = 6
    INTERRUPTED = 130


class ImageBy(StrEnum):
    """Ways of forming an image, and of correcting the motion."""

    AUTO = "auto"
    EXACT = "exact"
    FACTORISED = "factorised"
    POLAR = "polar"
    SUPPLIED = "supplied"
    NONE = "none"
    GRADIENT = "gradient"
    SHARPNESS = "sharpness"


EPILOG = """\
Exit codes: 0 done, 1 findings (check), 2 wrong use, 3 bad input, 4 storage, 5 feed or network, 6 not released,
130 interrupted before the end. Errors are one sentence on the error stream. Damage in a recording is skipped and said
there, and changes no exit code: check is the command that judges it.
"""

app = typer.Typer(
    name="sidelook",
    help="From a STANAG 4607 recording or live stream to tracks on a live map. Surveillance only.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # markup, pretty tracebacks and completion would double the start-up time
    pretty_exceptions_enable=False,
)
app.add_typer(monitor)

Recording = Annotated[Path, typer.Argument(help="A STANAG 4607 recording.")]
Recordings = Annotated[Path, typer.Argument(help="A STANAG 4607 recording, or a folder of recordings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON on the standard output.")]
EchoSayings = Annotated[
    list[str],
    typer.Option(
        "--center",
        "--say",
        help="What the input does not say: LAT,LON of the scene's reference, in degrees; "
        "begin=2008-03-01T12:00:00Z; marking=UNCLASSIFIED, and owner=DEU of it (for a SIDD). Of an image, what part: "
        "LAT,LON of its middle; image=2 of several. Of a CPHD, what part: channel=NAME; pulses=0:1000.",
    ),
]
Tiles = Annotated[
    Path, typer.Option("--terrain", help="Elevation tiles, a file or a folder: .hgt (SRTM), .tif (Copernicus), .dt2.")
]
MaybeTiles = Annotated[
    Path | None, typer.Option("--terrain", help="Elevation tiles, a file or a folder: .hgt, .tif or .dt2.")
]
HeightSayings = Annotated[
    list[str],
    typer.Option("--say", help="What heights in the tiles are counted from: heights=egm96, egm2008 or ellipsoid."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings, a TOML file.")]
Folder = Annotated[Path | None, typer.Option("--archive", help="Folder of the archive; ./missions by default.")]
Port = Annotated[int | None, typer.Option(help="Port of the page; 0 lets the system choose.", min=0, max=65_535)]
Listen = Annotated[str | None, typer.Option(help="Address of the page; anything but this machine needs --token.")]
Token = Annotated[str | None, typer.Option(help="Token that opens the page's data; drawn anew each run by default.")]
Basemaps = Annotated[Path | None, typer.Option(help="Folder of *.pmtiles and *.geojson base maps.")]
Roads = Annotated[Path | None, typer.Option(help="Roads the tracker is to know: an OpenStreetMap extract or GeoJSON.")]


def say_version(asked: bool) -> None:  # noqa: FBT001 - the shape of a typer callback
    """Print the version and stop."""
    if asked:
        typer.echo(f"sidelook {__version__}")
        raise typer.Exit


@app.callback()
def common(
    *,
    version: Annotated[bool, typer.Option("--version", callback=say_version, is_eager=True, help="Say it.")] = False,
) -> None:
    """From a STANAG 4607 recording or live stream to tracks on a live map. Surveillance only."""


@app.command(
    epilog="Examples: sidelook run | sidelook run flight.4607 | sidelook run 'udp://239.1.2.3:4607?sender=10.0.0.5'"
)
def run(
    source: Annotated[
        str | None, typer.Argument(help="Recording, udp://HOST:PORT or tcp://HOST:PORT; else the bundled one.")
    ] = None,
    *,
    settings: SettingsFile = None,
    archive: Folder = None,
    port: Port = None,
    listen: Listen = None,
    token: Token = None,
    basemaps: Basemaps = None,
    roads: Roads = None,
) -> None:
    """Track a recording or live stream, keep it in an archive (./missions), and show it on a live map."""
    from sidelook.mission.options import Options
    from sidelook.mission.run import run_mission

    options = Options(
        settings=settings, archive=archive, port=port, address=listen, token=token, basemaps=basemaps, roads=roads
    )
    run_mission(source, options)


@app.command(epilog="Example: sidelook serve --archive missions --basemaps maps")
def serve(
    *,
    settings: SettingsFile = None,
    archive: Folder = None,
    port: Port = None,
    listen: Listen = None,
    token: Token = None,
    basemaps: Basemaps = None,
) -> None:
    """Show what an archive holds, without receiving anything."""
    from sidelook.mission.options import Options
    from sidelook.mission.serve import serve_archive

    serve_archive(
        Options(settings=settings, archive=archive, port=port, address=listen, token=token, basemaps=basemaps)
    )


@app.command(epilog="Examples: sidelook track f.4607 --truth-report --json | sidelook track f.4607 -o tracks.kml")
def track(
    recording: Recording,
    *,
    roads: Roads = None,
    truth_report: Annotated[
        bool, typer.Option("--truth-report", help="Score the tracks against truth tags the tracker has not seen.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="To write: .parquet, .geojson, .csv, .kml or .arrow.")
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Turn a recording into tracks and say what came out."""
    from sidelook.mission.track import report_tracks

    report_tracks(
        recording, roads=roads, truth_report=truth_report, output=output, overwrite=overwrite, as_json=as_json
    )


@app.command(epilog="Examples: sidelook where 24 06:57:23 | sidelook where 24 2026-05-04T06:57:23Z --mission 1 --json")
def where(
    track: Annotated[int, typer.Argument(help="Number of the track.", min=1)],
    time: Annotated[str, typer.Argument(help="UTC: date and time, or a time of day of the mission.")],
    *,
    archive: Folder = None,
    mission: Annotated[int | None, typer.Option(help="Number of the mission; the last one by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say where a kept track was at a time, and with what error, all that came later taken into account."""
    from sidelook.mission.where import report_where

    report_where(archive or Path("missions"), track, time, mission=mission, as_json=as_json)


@app.command(
    epilog="Examples: sidelook image az00*.mat -o lot.png | sidelook image az00*.mat -o lot.tif --center 39.8,-84.1"
)
def image(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Files, or their addresses: phase history (CPHD, or AFRL Gotcha of neighbouring azimuths), or an "
            "image (SICD, SIDD, NITF, GeoTIFF, COG)."
        ),
    ],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=".png (quick look), .tif, .kmz (on the map), .nitf (SICD), .sidd, .cphd (echoes), .html (quality); or "
            "an archive's folder.",
        ),
    ],
    size: Annotated[
        float | None,
        typer.Option(help="Of its sides, m; 100, or all of an image that exists, unless --center is given."),
    ] = None,
    spacing: Annotated[float | None, typer.Option(help="Of its pixels, m; 0.1, or an image's own.")] = None,
    by: Annotated[
        list[ImageBy],
        typer.Option(
            "--method",
            "--focus",
            help="Method: exact, factorised (fast, error -60 dB), polar (small scenes), or auto: by size. "
            "Focus, of the motion: as supplied, none, by the phase gradient, or by sharpness.",
        ),
    ] = [ImageBy.AUTO, ImageBy.SUPPLIED],  # noqa: B006 - typer's way to give defaults
    said: EchoSayings = [],  # noqa: B006 - typer's way to give defaults
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Form a radar image of phase histories, or read one that exists; write it, and say how sharp it is."""
    from sidelook.mission.image import ImageOptions, make_image, read_choices
    from sidelook.mission.image_reading import read_sayings
    from sidelook.mission.remote import sources

    method, focus = read_choices([choice.value for choice in by])
    options = ImageOptions(
        size=size,
        spacing=spacing,
        method=method,
        focus=focus,
        said=read_sayings(said),
    )
    make_image(sources(inputs), output, options, overwrite=overwrite, as_json=as_json)


@app.command(epilog="Example: sidelook vehicles lot.cphd -o lot.geojson --size 300 --spacing 0.2 --detection 0.9")
def vehicles(
    inputs: Annotated[list[str], typer.Argument(help="Files, or their addresses: one image, or phase history.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="To write: .geojson, a point for each.")],
    size: Annotated[
        float | None, typer.Option(help="Of the sides searched, m; 100, or all of an image, unless --center is given.")
    ] = None,
    spacing: Annotated[
        float | None, typer.Option(help="Of pixels, m: half of what is resolved, or less; 0.1, or an image's own.")
    ] = None,
    said: EchoSayings = [],  # noqa: B006 - typer's way to give defaults
    detection: Annotated[
        float | None, typer.Option(help="Probability that a vehicle in view is found: then they are counted.")
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Find what stands at a place and is of a vehicle's size, in a radar image of it, and count it."""
    from sidelook.mission.image import ImageOptions
    from sidelook.mission.image_reading import read_sayings
    from sidelook.mission.remote import sources
    from sidelook.mission.vehicle_count import report_vehicles

    options = ImageOptions(size=size, spacing=spacing, said=read_sayings(said))
    report_vehicles(sources(inputs), output, options, detection, overwrite=overwrite, as_json=as_json)


@app.command(epilog="Example: sidelook change monday.cphd tuesday.cphd -o change.png --size 300 --spacing 0.2")
def change(
    before: Annotated[
        str, typer.Argument(help="Phase history of the first pass, or an image: a file, or its address.")
    ],
    after: Annotated[str, typer.Argument(help="Of the second pass.")],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="To write: .png (changes in colours), .tif (coherence or ratio, on the map)."
        ),
    ],
    size: Annotated[float | None, typer.Option(help="Of the images' sides, m; 100, or all of an image.")] = None,
    spacing: Annotated[
        float | None,
        typer.Option(help="Of their pixels, m: half of what they resolve, or less; 0.2, or an image's own."),
    ] = None,
    said: EchoSayings = [],  # noqa: B006 - typer's way to give defaults
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Show where the ground changed between two passes: by coherence, or by brightness where images are given."""
    from sidelook.mission.image import ImageOptions
    from sidelook.mission.image_change import report_change
    from sidelook.mission.image_reading import read_sayings
    from sidelook.mission.remote import sources

    options = ImageOptions(size=size, spacing=spacing, said=read_sayings(said))
    passes = sources([before]), sources([after])
    report_change(passes, output, options, overwrite=overwrite, as_json=as_json)


@app.command(epilog="Example: sidelook geocode pass.nitf -o pass.tif --terrain tiles")
def geocode(
    inputs: Annotated[list[str], typer.Argument(help="Files, or their addresses: one SICD, or phase history.")],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="To write: .tif (with a band of flags), .png (hatched).")
    ],
    terrain: Tiles,
    size: Annotated[float | None, typer.Option(help="Of its sides, m; 100, or all of an image.")] = None,
    spacing: Annotated[float | None, typer.Option(help="Of its pixels, m; 0.1, or an image's own.")] = None,
    said: Annotated[
        list[str],
        typer.Option(
            "--say",
            help="As for image; and what heights in the tiles are counted from: heights=egm96 (the default), egm2008 "
            "or ellipsoid.",
        ),
    ] = [],  # noqa: B006 - typer's way to give defaults
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Lay a radar image onto terrain, and show what is laid over and what is in shadow."""
    from sidelook.mission.geocode import Relief, report_geocoding
    from sidelook.mission.image import ImageOptions
    from sidelook.mission.image_reading import read_sayings
    from sidelook.mission.remote import sources
    from sidelook.mission.terrain import part_datum

    rest, datum = part_datum(said)
    options = ImageOptions(size=size, spacing=spacing, said=read_sayings(rest))
    relief = Relief(place=terrain, datum=datum)
    report_geocoding(sources(inputs), output, relief, options, overwrite=overwrite, as_json=as_json)


@app.command(epilog="Examples: sidelook locate pass.nitf 512,800 --terrain tiles | ... 512,800 --height-error 20")
def locate(
    image: Annotated[str, typer.Argument(help="A SICD: a file, or its address.")],
    pixels: Annotated[list[str], typer.Argument(help="ROW,COLUMN in the file, from 0; several if you like.")],
    *,
    terrain: MaybeTiles = None,
    height_error: Annotated[
        float | None, typer.Option(help="Of the ground's height, one sigma, m; 5 with --terrain.")
    ] = None,
    said: HeightSayings = [],  # noqa: B006 - typer's way to give defaults
    as_json: AsJson = False,
) -> None:
    """Say where on the ground pixels of a radar image are, and with what error."""
    from sidelook.mission.geocode import relief_of
    from sidelook.mission.locate import Land, report_places
    from sidelook.mission.remote import sources

    land = Land(relief=relief_of(terrain, said), error=height_error)
    report_places(sources([image])[0], pixels, land, as_json=as_json)


@app.command(epilog="Examples: sidelook movers pass.nitf --tracks missions -o movers.geojson --at 48.1034,12.0216")
def movers(
    image: Annotated[str, typer.Argument(help="A SICD: a file, or its address.")],
    *,
    tracks: Annotated[Path, typer.Option(help="Folder of an archive, or tracks in .parquet or .arrow.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="To write: .geojson.")],
    terrain: MaybeTiles = None,
    at: Annotated[str, typer.Option(help="LAT,LON of a smear: whose may it be?")] = "",
    said: HeightSayings = [],  # noqa: B006 - typer's way to give defaults
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Show where a radar image shows the vehicles that were tracked when it was taken, shifted and drawn out."""
    from sidelook.mission.geocode import relief_of
    from sidelook.mission.movers import report_movers
    from sidelook.mission.remote import sources

    relief = relief_of(terrain, said)
    report_movers(sources([image])[0], tracks, output, relief, at, overwrite=overwrite, as_json=as_json)


@app.command(epilog="Examples: sidelook info flight.4607 | sidelook info flight.4607 --json")
def info(recording: Recordings, *, as_json: AsJson = False) -> None:
    """Say what is in a recording: packets, dwells, reports, time, area, platform, markings."""
    from sidelook.mission.toolbox import print_info

    print_info(recording, as_json=as_json)


@app.command(
    epilog="Examples: sidelook check flight.4607 | sidelook check flight.4607 --json  (exits with 1 on findings)"
)
def check(recording: Recordings, *, as_json: AsJson = False) -> None:
    """Check a recording against the rules of the standard; every finding with offset and field."""
    from sidelook.mission.toolbox import print_findings

    if print_findings(recording, as_json=as_json):
        raise typer.Exit(Exit.FINDINGS)


@app.command(
    epilog="Examples: sidelook convert flight.4607 flight.parquet | sidelook convert flights/ d.csv --kind dwells"
)
def convert(
    source: Annotated[Path, typer.Argument(help="A recording, or a folder of recordings.")],
    target: Annotated[Path, typer.Argument(help="To write: .parquet, .geojson, .csv, .kml or .arrow.")],
    *,
    kind: Annotated[str | None, typer.Option(help="Rows to write: plots (the default) or dwells.")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Convert recordings to GeoParquet, GeoJSON, CSV, KML or Arrow."""
    from sidelook.mission.toolbox import run_convert

    run_convert(source, target, kind=kind, overwrite=overwrite, as_json=as_json)


@app.command(
    epilog="Examples: sidelook record udp://239.1.2.3:4607 -o f.4607 | sidelook record tcp://:4607?listen -o f.4607"
)
def record(
    source: Annotated[str, typer.Argument(help="udp://HOST:PORT (multicast too) or tcp://HOST:PORT.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="To write; a file that is there is never replaced.")],
    seconds: Annotated[float | None, typer.Option(help="Stop after that long.", min=0)] = None,
    as_json: AsJson = False,
) -> None:
    """Write what a feed sends to a file, byte for byte, until interrupted; exits with 5 where nothing came."""
    from sidelook.mission.record import record_feed

    record_feed(source, output, seconds=seconds, as_json=as_json)


@app.command(epilog="Examples: sidelook replay f.4607 --to udp://239.1.2.3:4607 --speed 10 | ... --to tcp://HOST:PORT")
def replay(
    recording: Recording,
    *,
    to: Annotated[str, typer.Option("--to", help="udp://HOST:PORT (multicast too) or tcp://HOST:PORT.")],
    speed: Annotated[float, typer.Option(help="Times real time; inf for no pauses.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Send a recording packet by packet, paced by its own times."""
    from sidelook.mission.replay import replay_recording

    if not replay_recording(recording, to, speed=speed, as_json=as_json):
        raise typer.Exit(Exit.INTERRUPTED)


@app.command(
    epilog="Examples: sidelook simulate | sidelook simulate convoy -o out | ... convoy --to udp://239.1.2.3:4607 | "
    "... wide_area -o out --set seed=9 --set traffic.vehicles=500"
)
def simulate(
    scenario: Annotated[
        str | None,
        typer.Argument(help="A TOML file, or a scenario that comes along; without any these are listed."),
    ] = None,
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder to fill, new or empty.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Send it live: udp://HOST:PORT or tcp://HOST:PORT.")] = None,
    speed: Annotated[float, typer.Option(help="Of what is sent, times real time; inf for no pauses.")] = 1.0,
    requests: Annotated[
        Path | None, typer.Option("--requests", help="Job requests for the radar to answer, a STANAG 4607 recording.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE in place of what the scenario says; may be repeated.")
    ] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw coverage, and truth against plots (PNG).")] = False,
    as_json: AsJson = False,
) -> None:
    """Play a scenario: traffic, an aircraft and its radar; gives a recording, the truth, schedule and coverage."""
    from sidelook.mission.simulate import SimulateOptions, list_scenarios, simulate

    if scenario is None:
        list_scenarios(as_json=as_json)
        return
    options = SimulateOptions(to=to, speed=speed, requests=requests, changes=tuple(changes or ()), plot=plot)
    if not simulate(scenario, output, options, as_json=as_json):
        raise typer.Exit(Exit.INTERRUPTED)


def main() -> None:
    """Run a command; what goes wrong is one sentence and an exit code."""
    try:
        app()
    except SidelookError as error:
        typer.echo(f"sidelook: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: SidelookError) -> Exit:
    """Choose the exit code by whose fault it is."""
    faults: tuple[tuple[type[SidelookError], Exit], ...] = (
        (UsageError, Exit.USAGE),
        (InputError, Exit.INPUT),
        (StorageError, Exit.STORAGE),
        (ReleaseRefusedError, Exit.RELEASE),
    )
    return next((code for kind, code in faults if isinstance(error, kind)), Exit.FEED)
