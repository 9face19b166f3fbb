"""``sidelook run`` and ``sidelook serve``."""

import asyncio
from dataclasses import replace
from pathlib import Path

from sidelook.console.board import Board, Condition, Mode
from sidelook.feeds.address import is_address
from sidelook.mission.base import prepared, show
from sidelook.mission.live import run_stream
from sidelook.mission.options import Options
from sidelook.mission.play import rest, run_file, showing

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
    """Give the recording that comes with the package, and options that show the map it plays on."""
    return BUNDLED / "island.4607", replace(options, basemaps_beside=(BUNDLED / "island.geojson",))


def serve_archive(options: Options) -> None:
    """Show what an archive holds, until interrupted.

    Raises
    ------
    UsageError, StorageError
    """
    with prepared(options, "read") as base:
        missions = base.archive.missions()
        if missions:
            asyncio.run(show(base, *showing(missions[-1])))
            return
        board = Board(mode=Mode.ARCHIVE)
        board.post(Condition(source="file", source_name=str(base.archive.folder)))
        asyncio.run(show(base, board, rest))
