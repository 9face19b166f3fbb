"""Sealed files: where they lie, how they are made, what the catalog is told of them."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sidelook.archive.box import Box
from sidelook.archive.durable import make_folder, writing_aside
from sidelook.archive.rawlog import HOUR, RawFile
from sidelook.archive.records import Kind, Segment, Window
from sidelook.archive.tables import Columns, select
from sidelook.model.columns import Integers
from sidelook.model.origin import Classification, Origin

if TYPE_CHECKING:
    from sidelook.archive.parquet import ParquetFiles

ASIDE = "aside"
"""Folder of files being written; whatever is found in it at start is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentMaker:
    """Makes the sealed files of one mission.

    Attributes
    ----------
    folder : of the archive
    files : the engine that writes them
    mission : they belong to
    """

    folder: Path
    files: "ParquetFiles"
    mission: int

    def make(self, kind: Kind, columns: Columns, origins: Sequence[Origin], received: Window) -> Iterator[Segment]:
        """Write a table into one file an hour of data, each durable when it is yielded.

        Parameters
        ----------
        columns : rows in any order
        received : first and last reception of what the rows came from, ns UTC
        """
        columns = select(columns, _order(columns))
        hours = columns["time"] // HOUR
        for hour in np.unique(hours):
            rows = select(columns, slice(*np.searchsorted(hours, [hour, hour + 1])))
            yield self._make_one(kind, rows, origins, received)

    def _make_one(self, kind: Kind, rows: Columns, origins: Sequence[Origin], received: Window) -> Segment:
        """Write rows of one hour, in order of time, to a file of their own."""
        path = segment_path(self.mission, kind, int(rows["time"][0]))
        make_folder(self.folder / ASIDE)
        with writing_aside(self.folder / path, self.folder / ASIDE) as aside:
            self.files.write(aside, rows, origins)
            size, digest = aside.stat().st_size, digest_of(aside)
        known = describe(path, self.mission, kind, rows, origins)
        return replace(known, received_first=received[0], received_last=received[1], size=size, digest=digest)


def describe(path: str, mission: int, kind: Kind, rows: Columns, origins: Sequence[Origin]) -> Segment:
    """Describe a table of at least one row; receipt, size and digest are the file's to say."""
    return Segment(
        path=path,
        mission=mission,
        kind=kind,
        begin=int(rows["time"].min()),
        end=int(rows["time"].max()),
        received_first=0,
        received_last=0,
        rows=len(rows["time"]),
        size=0,
        digest="",
        box=_box(kind, rows),
        classification=_highest(rows["origin"], origins),
        simulated=bool(rows["simulated"].any()),
    )


def segment_path(mission: int, kind: Kind, begin: int) -> str:
    """Name a new sealed file whose rows begin at a time, ns UTC; no two get the same name."""
    hour = datetime.fromtimestamp(begin // 10**9, UTC).strftime("d=%Y%m%d/h=%H")
    return f"{kind}/mission={mission:06d}/{hour}/seg-{begin:019d}-{secrets.token_hex(6)}.parquet"


def raw_folder(folder: Path, mission: int) -> Path:
    """Folder of a mission's raw files."""
    return folder / Kind.RAW / f"{mission:06d}"


def raw_segment(folder: Path, mission: int, file: RawFile, window: Window | None) -> Segment:
    """Describe a raw file to the catalog; ``window`` holds the first and last time decoded from it."""
    begin, end = window or (None, None)
    return Segment(
        path=str(file.path.relative_to(folder)),
        mission=mission,
        kind=Kind.RAW,
        begin=begin,
        end=end,
        received_first=file.received_first,
        received_last=file.received_last,
        rows=file.records,
        size=file.size,
        digest=file.digest,
        first_number=file.first_number,
        last_number=file.last_number,
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _order(columns: Columns) -> Integers:
    """Order of time; within a time, of arrival."""
    second = next(name for name in ("dwell_id", "track", "entity", "formation", "cell") if name in columns)
    return np.lexsort((columns[second], columns["time"]))


def _box(kind: Kind, rows: Columns) -> Box | None:
    """Box around the rows: of plots, tracks and formations where they are, of dwells where they looked."""
    prefix = "area_" if kind is Kind.DWELLS else ""
    return Box.around(rows[f"{prefix}longitude"], rows[f"{prefix}latitude"])


def _highest(origin: Integers, origins: Sequence[Origin]) -> Classification:
    """Highest classification among the origins of rows."""
    used = [origins[number] for number in np.unique(origin)]
    return max((item.classification for item in used), default=Classification.UNREAD)
