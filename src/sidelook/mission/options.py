"""What the command line says, laid over the settings file, laid over the defaults."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sidelook.mission.settings import Settings, read_settings

Value = TypeVar("Value")


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
    basemaps_beside: tuple[Path, ...] = ()


def settle(options: Options) -> Settings:
    """Give the settings of a run; SettingsError where the file is at fault."""
    settings = read_settings(options.settings) if options.settings else Settings()
    console = replace(
        settings.console,
        address=either(options.address, settings.console.address),
        port=either(options.port, settings.console.port),
        token=either(options.token, settings.console.token),
        basemaps=either(path_text(options.basemaps), settings.console.basemaps),
    )
    archive = replace(settings.archive, folder=either(path_text(options.archive), settings.archive.folder))
    return replace(settings, console=console, archive=archive)


def either(given: Value | None, default: Value) -> Value:
    """Take what is given, else the default."""
    return default if given is None else given


def path_text(path: Path | None) -> str | None:
    """Give a path as settings hold it."""
    return None if path is None else str(path)
