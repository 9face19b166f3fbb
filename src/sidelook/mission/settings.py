"""Settings of a run: one typed tree, read from TOML; unknown keys are refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidelook.errors import UsageError
from sidelook.mission.typed_tree import TreeKind, convert_tree, read_tree


class SettingsError(UsageError):
    """A setting is unknown or has the wrong type; the message names the key."""


KIND = TreeKind("settings", SettingsError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Where the page is served.

    Attributes
    ----------
    address : listened at; anything but a loopback address needs a token
    port : 0 lets the system choose
    token : that opens REST and WebSocket; drawn for each run where empty
    basemaps : folder of ``*.pmtiles`` and ``*.geojson``; empty for none
    """

    address: str = "127.0.0.1"
    port: int = 8046
    token: str = ""
    basemaps: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """What is kept, and for how long.

    Attributes
    ----------
    folder : of the archive
    sync_s : received bytes are safe on the disk at least this often
    seal_s : rows become Parquet segments this often
    live_hours : live sources are kept that long from receipt
    """

    folder: str = "missions"
    sync_s: float = 1.0
    seal_s: float = 10.0
    live_hours: float = 72.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """How sources are judged.

    Attributes
    ----------
    silence_s : a source quiet for longer is lost
    """

    silence_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingSettings:
    """What the tracker is told.

    Attributes
    ----------
    roads : an OpenStreetMap extract, or lines in GeoJSON; empty where none are known
    """

    roads: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything one can set."""

    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    feeds: FeedSettings = field(default_factory=FeedSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)


def read_settings(path: Path) -> Settings:
    """Read settings from a TOML file; what it does not name keeps its default.

    Raises
    ------
    SettingsError
        Where the file cannot be read, is not TOML, or holds an unknown key or a value of the wrong type.
    """
    return parse_settings(read_tree(path, KIND))


def parse_settings(tree: Mapping[str, Any]) -> Settings:
    """Turn a tree of TOML values into settings; SettingsError names the key at fault."""
    return convert_tree(tree, Settings, KIND)
