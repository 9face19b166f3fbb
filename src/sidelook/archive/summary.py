"""What the archive holds of each mission, from the catalog alone."""

from collections.abc import Iterable, Mapping

import numpy as np

from sidelook.archive.box import Box
from sidelook.archive.catalog import Catalog, MissionRow
from sidelook.archive.records import KeptImage, Kind, MissionSummary, Segment
from sidelook.archive.sums import revisits_of
from sidelook.archive.writer import MissionWriter
from sidelook.model.origin import Classification, Origin

REVISITS = 1000  # of a mission, the last of which tell its rhythm


def summarise(
    catalog: Catalog, writers: Mapping[int, MissionWriter], kept: Iterable[KeptImage]
) -> tuple[MissionSummary, ...]:
    """Sum up each mission; rows in memory count. Its caller holds the lock that keeps both apart."""
    images: dict[int, list[Origin]] = {}
    for image in kept:
        images.setdefault(image.mission, []).append(image.origin)
    segments: dict[int, list[Segment]] = {}
    for segment in catalog.all_segments():
        if segment.kind is not Kind.RAW:
            segments.setdefault(segment.mission, []).append(segment)
    return tuple(
        _summary(catalog, row, writers.get(row.mission), segments.get(row.mission, []), images.get(row.mission, []))
        for row in catalog.missions()
    )


def _in_memory(writer: MissionWriter | None) -> list[Segment]:
    """Describe unsealed rows as if they were in files."""
    return [] if writer is None else writer.unsealed_segments()


def _summary(
    catalog: Catalog, row: MissionRow, writer: MissionWriter | None, files: list[Segment], images: list[Origin]
) -> MissionSummary:
    """Sum up one mission from its files, what waits in memory, and where its images come from."""
    segments = [*files, *_in_memory(writer)]
    rows = {kind: sum(item.rows for item in segments if item.kind is kind) for kind in Kind}
    seen = [item for item in segments if item.kind not in (Kind.TRUTH, Kind.CELLS)]
    begin = min((item.begin for item in seen if item.begin is not None), default=None)
    end = max((item.end for item in seen if item.end is not None), default=None)
    return MissionSummary(
        mission=row.mission,
        name=row.name,
        kind=row.kind,
        begin=begin,
        end=end,
        live=row.ended is None,
        simulated=any(item.simulated for item in segments),
        box=_box(segments, Kind.PLOTS) or _box(segments, Kind.IMAGES),
        plots=rows[Kind.PLOTS],
        dwells=rows[Kind.DWELLS],
        tracks=int(catalog.query("SELECT count(*) FROM lives WHERE mission = ? AND states > 0", (row.mission,))[0][0]),
        track_rows=rows[Kind.TRACKS],
        truth_rows=rows[Kind.TRUTH],
        images=rows[Kind.IMAGES],
        revisit=_revisit(catalog, row.mission, writer),
        classification=max((item.classification for item in segments), default=Classification.UNREAD),
        origins=(*_origins(catalog, row.mission, writer), *images),
    )


def _revisit(catalog: Catalog, mission: int, writer: MissionWriter | None) -> float | None:
    """Median time between ends of revisits, s: gaps do not count, and when it is asked makes no difference."""
    ends = np.array(catalog.revisits(mission, REVISITS), np.int64)
    if writer is not None:
        ends = np.append(ends, revisits_of(writer.unsealed.columns(Kind.DWELLS)))
    intervals = np.diff(np.unique(ends)[-REVISITS:])
    return float(np.median(intervals)) / 1e9 if len(intervals) else None


def _origins(catalog: Catalog, mission: int, writer: MissionWriter | None) -> tuple[Origin, ...]:
    """Where the data came from; a writer knows those of the files too."""
    return catalog.origins(mission) if writer is None else writer.unsealed.origins.all()


def _box(segments: list[Segment], kind: Kind) -> Box | None:
    """Box around all of a kind."""
    boxes = [item.box for item in segments if item.box is not None and item.kind is kind]
    corners = [(edge, lat) for box in boxes for edge in (box.west, box.east) for lat in (box.south, box.north)]
    if not corners:
        return None
    longitude, latitude = np.array(corners).T
    return Box.around(longitude, latitude)
