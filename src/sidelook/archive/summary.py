"""What the archive holds of each mission, from the catalog alone."""

from collections.abc import Mapping

import numpy as np

from sidelook.archive.box import Box
from sidelook.archive.catalog import BIN, Catalog, MissionRow
from sidelook.archive.records import Kind, MissionSummary, Segment
from sidelook.archive.writer import MissionWriter
from sidelook.model.origin import Classification


def summarise(catalog: Catalog, writers: Mapping[int, MissionWriter]) -> tuple[MissionSummary, ...]:
    """Sum up each mission; rows in memory count. Its caller holds the lock that keeps both apart."""
    segments: dict[int, list[Segment]] = {}
    for segment in catalog.all_segments():
        if segment.kind is not Kind.RAW:
            segments.setdefault(segment.mission, []).append(segment)
    return tuple(
        _summary(catalog, row, [*segments.get(row.mission, []), *_in_memory(writers.get(row.mission))])
        for row in catalog.missions()
    )


def _in_memory(writer: MissionWriter | None) -> list[Segment]:
    """Describe unsealed rows as if they were in files."""
    return [] if writer is None else writer.unsealed_segments()


def _summary(catalog: Catalog, row: MissionRow, segments: list[Segment]) -> MissionSummary:
    """Sum up one mission from its files."""
    rows = {kind: sum(item.rows for item in segments if item.kind is kind) for kind in Kind}
    begin = min((item.begin for item in segments if item.begin is not None), default=None)
    end = max((item.end for item in segments if item.end is not None), default=None)
    return MissionSummary(
        mission=row.mission,
        name=row.name,
        kind=row.kind,
        begin=begin,
        end=end,
        live=row.ended is None,
        simulated=any(item.simulated for item in segments),
        box=_union([item.box for item in segments if item.box is not None and item.kind is Kind.PLOTS]),
        plots=rows[Kind.PLOTS],
        dwells=rows[Kind.DWELLS],
        tracks=int(catalog.query("SELECT count(*) FROM lives WHERE mission = ? AND states > 0", (row.mission,))[0][0]),
        track_rows=rows[Kind.TRACKS],
        revisit=_revisit(catalog, row.mission),
        classification=max((item.classification for item in segments), default=Classification.UNREAD),
    )


def _revisit(catalog: Catalog, mission: int) -> float | None:
    """Mean time between ends of revisits, s, over the bins that have dwells at all (gaps do not count)."""
    found = catalog.query("SELECT sum(revisits), count(*) FROM activity WHERE mission = ?", (mission,))
    revisits, bins = found[0]
    return bins * BIN / 1e9 / revisits if revisits else None


def _union(boxes: list[Box]) -> Box | None:
    """Box around boxes."""
    corners = [(edge, lat) for box in boxes for edge in (box.west, box.east) for lat in (box.south, box.north)]
    if not corners:
        return None
    longitude, latitude = np.array(corners).T
    return Box.around(longitude, latitude)
