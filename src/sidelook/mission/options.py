"""What the command line says, laid over the settings file, laid over the defaults."""

import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sidelook.errors import UsageError
from sidelook.mission.roads import refuse_missing_roads
from sidelook.mission.settings import ConsoleSettings, Settings, read_settings

Value = TypeVar("Value")


class PlaceError(UsageError):
    """An option names a folder that is not there, or an address that is not this machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of ``run`` and ``serve``; None leaves the setting as it is.

    ``basemaps_beside`` are files shown besides the folder of base maps.
    """

    settings: Path | None = None
    archive: Path | None = None
    port: int | None = None
    address: str | None = None
    token: str | None = None
    basemaps: Path | None = None
    roads: Path | None = None
    basemaps_beside: tuple[Path, ...] = ()


def settle(options: Options) -> Settings:
    """Give the settings of a run; SettingsError or PlaceError where they are at fault."""
    settings = read_settings(options.settings) if options.settings else Settings()
    console = replace(
        settings.console,
        address=either(options.address, settings.console.address),
        port=either(options.port, settings.console.port),
        token=either(options.token, settings.console.token),
        basemaps=either(path_text(options.basemaps), settings.console.basemaps),
    )
    refuse_missing_basemaps(console)
    refuse_foreign_address(console)
    archive = replace(settings.archive, folder=either(path_text(options.archive), settings.archive.folder))
    tracking = replace(settings.tracking, roads=either(path_text(options.roads), settings.tracking.roads))
    if tracking.roads:
        refuse_missing_roads(Path(tracking.roads))
    return replace(settings, console=console, archive=archive, tracking=tracking)


def refuse_missing_basemaps(console: ConsoleSettings) -> None:
    """Raise PlaceError where base maps are asked for and their folder is not there."""
    if console.basemaps and not Path(console.basemaps).is_dir():
        message = f"there is no folder of base maps {console.basemaps}: name one with *.pmtiles or *.geojson in it"
        raise PlaceError(message)


def refuse_foreign_address(console: ConsoleSettings) -> None:
    """Raise PlaceError where the page cannot be served at the address, whatever the port."""
    family = socket.AF_INET6 if ":" in console.address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.bind((console.address, 0))
    except OSError as error:
        reason = error.strerror or error
        message = f"cannot listen at {console.address}: {reason}; give an address of this machine, such as 127.0.0.1"
        raise PlaceError(message) from error


def either(given: Value | None, default: Value) -> Value:
    """Take what is given, else the default."""
    return default if given is None else given


def path_text(path: Path | None) -> str | None:
    """Give a path as settings hold it."""
    return None if path is None else str(path)
