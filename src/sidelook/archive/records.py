"""What the archive hands out and is told: small frozen records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from sidelook.archive.box import Box
from sidelook.archive.framing import RawRecord
from sidelook.model.columns import Indices, Integers
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

Window: TypeAlias = tuple[int, int]
"""Half-open interval of time, ns UTC."""

MissionKind: TypeAlias = Literal["live", "recording", "simulation"]


class Kind(StrEnum):
    """What a file of the archive holds."""

    RAW = "raw"
    PLOTS = "plots"
    DWELLS = "dwells"
    TRACKS = "tracks"
    FORMATIONS = "formations"
    TRUTH = "truth"
    CELLS = "cells"
    IMAGES = "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One immutable file and what the catalog knows of it.

    Attributes
    ----------
    path : relative to the archive
    mission, kind : what it belongs to
    begin, end : first and last time of its rows, ns UTC; None where nothing was decoded yet (raw only)
    received_first, received_last : of what its rows came from, ns UTC
    rows, size : rows or raw records; bytes
    digest : SHA-256 of the file, hexadecimal
    box : around its rows
    classification, simulated : highest marking, sticky flag
    first_number, last_number : raw records in it (raw only, else 0)
    """

    path: str
    mission: int
    kind: Kind
    begin: int | None
    end: int | None
    received_first: int
    received_last: int
    rows: int
    size: int
    digest: str
    box: Box | None = None
    classification: Classification = Classification.UNREAD
    simulated: bool = False
    first_number: int = 0
    last_number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Dwells, their plots, and the track of each plot.

    Attributes
    ----------
    dwells : in order of time
    plot_track : (N,) track of each plot in ``dwells.plots``, 0 none
    """

    dwells: Dwells
    plot_track: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackHistory:
    """A track over its whole life.

    Attributes
    ----------
    tracks : its states by time
    looks : the dwells that saw it, with only its plots, and only the columns a map shows
    """

    tracks: TrackTable
    looks: Looks


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTruth:
    """What a simulation says of where entities were.

    Attributes
    ----------
    looks : by time; all of it simulated
    origin : (N,) row of ``origins``: truth is under the marking of the recording it belongs to
    origins : where it comes from
    """

    looks: TruthLooks
    origin: Indices
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptImage:
    """A radar image of a mission; its pixels are amplitudes, in a file of their own.

    Attributes
    ----------
    mission : it belongs to
    name : as it was given
    begin, end : first and last moment of its collection, ns UTC
    corners : latitude and longitude of the outer edges of its pixels, from the south-western one on against the clock,
        rad
    shape : rows, columns
    spacing : of rows, of columns, m
    centre_frequency : Hz; None where it is not known
    processing : what was done to it, in order
    white_db : level that a quick look draws white: 20 lg of an amplitude
    origin : who sent it, and whether it is real
    number : given by the archive, from 1
    """

    mission: int
    name: str
    begin: int
    end: int
    corners: tuple[tuple[float, float], ...]
    shape: tuple[int, int]
    spacing: tuple[float, float]
    centre_frequency: float | None
    processing: tuple[str, ...]
    white_db: float
    origin: Origin
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """What was acknowledged but not sealed when the writer stopped.

    Attributes
    ----------
    checkpoint : as given to the last seal
    sealed_through : number of the last raw record that seal covered
    records : the raw records after it, to be decoded again
    """

    checkpoint: bytes
    sealed_through: int
    records: Iterator[RawRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionSummary:
    """A mission and what the archive holds of it.

    Attributes
    ----------
    mission, name, kind : as begun
    begin, end : first and last time of what is held, truth left out, ns UTC; None while there is nothing
    live : not ended yet
    simulated : anything in it is
    box : around all plots, or where there are none around all images; None without any
    plots, dwells, track_rows, truth_rows, images : held
    tracks : identities with a state in a file; what was never confirmed has none
    revisit : median time between the ends of its last thousand revisits, s; None where unknown
    classification : highest marking in it
    origins : of all that was kept of it
    """

    mission: int
    name: str
    kind: MissionKind
    begin: int | None
    end: int | None
    live: bool
    simulated: bool
    box: Box | None
    plots: int
    dwells: int
    tracks: int
    track_rows: int
    truth_rows: int
    images: int
    revisit: float | None
    classification: Classification
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How much was looked and seen over time.

    Attributes
    ----------
    begin : of the first bin, ns UTC
    width : of a bin, ns
    plots, dwells : (bins,) counts
    """

    begin: int
    width: int
    plots: Integers
    dwells: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterStatus:
    """How the writing goes; to be shown, not hidden.

    Attributes
    ----------
    degraded : the last attempt to keep something failed
    problem : why, and what to do
    acknowledged : number of the last raw record that is safe on the disk
    pending_bytes : received and not yet safe
    lost_records : raw records dropped because the buffer was full
    unsealed_plots : rows held in memory
    dropped_rows : plots dropped from memory because sealing kept failing; their raw bytes are kept
    free_bytes : of the file system, -1 unknown
    """

    degraded: bool
    problem: str
    acknowledged: int
    pending_bytes: int
    lost_records: int
    unsealed_plots: int
    dropped_rows: int
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a deletion removed.

    Attributes
    ----------
    files, size : files and their bytes
    rows : plots, dwells and track states in them
    raw_records : raw records in them
    """

    files: int
    size: int
    rows: int
    raw_records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, and what went out.

    Attributes
    ----------
    time : ns UTC
    actor : who asked
    action : "query", "delivery", "purge", ...
    subject : of what
    detail : counts and names
    number : given by the archive, from 1
    """

    time: int
    actor: str
    action: str
    subject: str
    detail: Mapping[str, str | int] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long single vehicles stay recorded.

    Attributes
    ----------
    live_hours : from receipt, for live sources; counts remain. Recordings that the user brings are never
        deleted unasked.
    """

    live_hours: float = 72.0

    def __post_init__(self) -> None:
        """Refuse a time that is none."""
        if not self.live_hours > 0:
            message = f"live_hours is {self.live_hours}, needs more than 0"
            raise ValueError(message)

    @property
    def live(self) -> int:
        """Time for live sources, ns."""
        return round(self.live_hours * 3_600e9)
