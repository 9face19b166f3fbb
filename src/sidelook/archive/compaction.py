"""Merging small sealed files, so that a window is read from few."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sidelook.archive.catalog import Catalog
from sidelook.archive.errors import storage_errors
from sidelook.archive.rawlog import HOUR
from sidelook.archive.records import Kind, Segment
from sidelook.archive.segments import SegmentMaker
from sidelook.archive.sweep import delete_doomed
from sidelook.archive.tables import join
from sidelook.archive.unsealed import DTYPES
from sidelook.errors import StorageError

if TYPE_CHECKING:
    from sidelook.archive.parquet import ParquetFiles

SMALL = 250_000
"""Files of fewer rows are merged."""

LARGEST = 1_000_000
"""Rows in a merged file, so that merging needs a bounded 150 MB."""

MANY = 6
"""So many small files are merged even while their hour is open: each costs a reader 1 to 2 ms."""

SETTLED = 300 * 10**9
"""Data older than this against the newest of their mission, ns, are not expected any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compactor:
    """Merges the small files of an archive, beside its writers and readers."""

    folder: Path
    catalog: Catalog
    files: "ParquetFiles"

    def compact(self) -> int:
        """Merge small files of closed hours, and of open ones where they are many; counts those merged."""
        with storage_errors(self.folder, "merging files"):
            return sum(self._merge(group) for group in self._mergeable())

    def _mergeable(self) -> Iterator[list[Segment]]:
        """Find the groups worth merging: one mission, kind, hour of data and hour of reception."""
        segments = [segment for segment in self.catalog.all_segments() if segment.kind in DTYPES]
        closed = self._closed_before(segments)
        groups: dict[tuple[int, Kind, int, int], list[Segment]] = defaultdict(list)
        for segment in sorted(segments, key=lambda item: (item.begin or 0, item.path)):
            if segment.rows < SMALL:
                hours = (segment.begin or 0) // HOUR, segment.received_first // HOUR
                groups[(segment.mission, segment.kind, *hours)].append(segment)
        for (mission, _, hour, _), group in groups.items():
            least = 2 if (hour + 1) * HOUR <= closed[mission] else MANY
            yield from (portion for portion in _portions(group) if len(portion) >= least)

    def _closed_before(self, segments: Sequence[Segment]) -> dict[int, int]:
        """Find the time before which each mission's data are complete, ns UTC."""
        closed: dict[int, int] = defaultdict(int)
        for segment in segments:
            closed[segment.mission] = max(closed[segment.mission], (segment.end or 0) - SETTLED)
        return closed | {row.mission: 1 << 63 for row in self.catalog.missions() if row.ended is not None}

    def _merge(self, old: list[Segment]) -> int:
        """Write one file for several and swap them in the catalog."""
        first = old[0]
        names = tuple(DTYPES[first.kind])
        rows = join([self.files.read(self.folder / segment.path, names) for segment in old], names)
        received = min(item.received_first for item in old), max(item.received_last for item in old)
        maker = SegmentMaker(folder=self.folder, files=self.files, mission=first.mission)
        new = list(maker.make(first.kind, rows, self.catalog.origins(first.mission), received))
        try:
            self.catalog.replace(old, new)
        except StorageError:
            for segment in new:
                (self.folder / segment.path).unlink(missing_ok=True)
            raise
        delete_doomed(self.folder, self.catalog)
        return len(old)


def _portions(group: list[Segment]) -> Iterator[list[Segment]]:
    """Cut a group, in order of time, into portions of bounded size."""
    portion: list[Segment] = []
    for segment in group:
        if sum(item.rows for item in portion) + segment.rows > LARGEST:
            yield portion
            portion = []
        portion.append(segment)
    yield portion
