"""``sidelook run``: a recording, a live stream, or the recording that comes with the package."""

from dataclasses import replace
from pathlib import Path

from sidelook.feeds.address import is_address
from sidelook.mission.live import run_stream
from sidelook.mission.options import Options
from sidelook.mission.play import run_file

BUNDLED = Path(__file__).parent.parent / "data"


def run_mission(source: str | None, options: Options) -> None:
    """Track a recording or a live stream, keep it and show it, until interrupted.

    Parameters
    ----------
    source : path, udp:// or tcp://; None for the bundled recording
    options : laid over the settings

    Raises
    ------
    UsageError, InputError, StorageError, FeedError
    """
    if source is not None and is_address(source):
        run_stream(source, options)
    else:
        run_file(*(bundled(options) if source is None else (Path(source), options)))


def bundled(options: Options) -> tuple[Path, Options]:
    """Give the recording that comes with the package, and options that show the map it plays on and know its roads."""
    island = BUNDLED / "island.geojson"
    return BUNDLED / "island.4607", replace(options, basemaps_beside=(island,), roads=options.roads or island)
