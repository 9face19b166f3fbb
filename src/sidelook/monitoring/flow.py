"""Flow: how many truly crossed the edges of places, hour by hour, with intervals, and where that cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from sidelook.errors import UsageError
from sidelook.geography.roads import RoadNetwork
from sidelook.model.columns import Flags, Floats, Indices, Integers
from sidelook.model.flow import EVERY_CLASS, Crossings, Direction, FlowTable, Reason, concatenate_crossings
from sidelook.model.origin import Origin, join_origins
from sidelook.model.places import Places
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.monitoring.edge_crossings import CrossingSettings, find_crossings
from sidelook.monitoring.exposure import Exposure, exposure_of, reason_for
from sidelook.monitoring.gates import Gates, gates_of
from sidelook.monitoring.glances import Glances, glances_at
from sidelook.monitoring.holding import HoldingSettings
from sidelook.monitoring.intervals import CountSettings, true_counts
from sidelook.sensing.coverage_map import Visibility

HOUR = 3_600 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSettings:
    """Every setting of flow.

    Attributes
    ----------
    crossing, holding, counts : by subject
    width : of the times that are counted by, ns
    by_class : rows for each class as well, beside those of all
    """

    crossing: CrossingSettings = field(default_factory=CrossingSettings)
    holding: HoldingSettings = field(default_factory=HoldingSettings)
    counts: CountSettings = field(default_factory=CountSettings)
    width: int = HOUR
    by_class: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one mission gives: crossings, and looks at the gates. Missions are taken one by one, in bounded memory.

    Attributes
    ----------
    mission : its number
    crossings : of the places
    glances : at the gates
    begin, end : first and last look, ns UTC; the same where there was none
    origin : the most protected of the mission's
    """

    mission: int
    crossings: Crossings
    glances: Glances
    begin: int
    end: int
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowMeter:
    """Counts what crosses places.

    Attributes
    ----------
    places : to be watched
    gates : at which their edges are crossed
    settings : of all of it
    terrain : it is known what terrain hides
    """

    places: Places
    gates: Gates
    settings: FlowSettings = field(default_factory=FlowSettings)
    terrain: bool = False

    @classmethod
    def over(
        cls, places: Places, settings: FlowSettings, roads: RoadNetwork | None = None, *, terrain: bool = False
    ) -> "FlowMeter":
        """Watch places, entered by the roads that cross their edges where roads are known."""
        return cls(places=places, gates=gates_of(places, roads), settings=settings, terrain=terrain)

    def watch(self, mission: int, tracks: TrackTable, dwells: Dwells, visible: Visibility | None = None) -> Watched:
        """Take the tracks and dwells of one mission, dwells in order of time, ``visible`` what terrain hides."""
        origins = (*tracks.origins, *dwells.origins)
        return Watched(
            mission=mission,
            crossings=find_crossings(tracks, self.places, mission, self.settings.crossing),
            glances=glances_at(self.gates, dwells, visible),
            begin=int(dwells.time[0]) if len(dwells) else 0,
            end=int(dwells.time[-1]) if len(dwells) else 0,
            origin=join_origins(origins) if origins else Origin(source="nothing"),
        )

    def count(self, missions: Sequence[Watched], window: tuple[int, int] | None = None) -> FlowTable:
        """Count by hour over missions: the whole hours of a window, ns UTC, or those in which there was a mission.

        Raises
        ------
        UsageError : missions overlap in time, so that a vehicle would be counted twice
        """
        looked = [one for one in missions if one.end > one.begin]
        if not looked:
            return FlowTable.empty(origins=())
        _refuse_overlaps(looked)
        edges = self._edges(looked, window)
        seen = concatenate_crossings([one.crossings for one in looked])
        # Each with its own crossings alone, so that nothing of one mission is in the figures of another.
        parts = [
            exposure_of(self.places, self.gates, one.glances, edges, one.crossings, self.settings.holding)
            for one in looked
        ]
        table = self._table(seen, _sum(parts), *_origins(looked, edges))
        return table if window is not None else table.take(_aloft(table, looked))

    def whole(self, window: tuple[int, int]) -> tuple[int, int]:
        """Widen a window, ns UTC, to the whole times that are counted by."""
        width = self.settings.width
        return window[0] // width * width, -(-window[1] // width) * width

    def _edges(self, looked: Sequence[Watched], window: tuple[int, int] | None) -> Integers:
        """Give the edges of the times, whole hours that hold the window."""
        begin, end = self.whole(window or (min(one.begin for one in looked), max(one.end for one in looked) + 1))
        return np.arange(begin, end + 1, self.settings.width, dtype=np.int64)

    def _table(self, seen: Crossings, exposure: Exposure, origins: tuple[Origin, ...], owner: Indices) -> FlowTable:
        """Put counts and exposures together."""
        classes = [EVERY_CLASS, *(np.unique(seen.target_class).tolist() if self.settings.by_class else [])]
        shape = (len(self.places), len(classes), len(Direction), len(exposure.edges) - 1)
        place, kind, direction, hour = (axis.ravel() for axis in np.indices(shape))
        counts = _tally(seen, exposure.edges, classes, shape)
        chance = exposure.counted[place, direction, hour]
        shares = [getattr(exposure, name)[place, hour] for name in ("looked", "visible", "clear")]
        least = self.settings.counts.least_exposure
        true = true_counts(counts, chance, shares[0], self.settings.counts)
        each = zip(chance.tolist(), zip(*(share.tolist() for share in shares), strict=True), strict=True)
        reason = [reason_for(*row, least) for row in each]
        simulated = np.array([origin.simulated for origin in origins])
        columns: dict[str, Any] = {
            "place": place.astype(np.int32),
            "begin": exposure.edges[hour],
            "end": exposure.edges[hour + 1],
            "direction": direction.astype(np.uint8),
            "target_class": np.array(classes, np.uint8)[kind],
            "seen": counts.astype(np.int32),
            "exposure": chance,
            "low": true.low,
            "mean": true.mean,
            "high": true.high,
            "reason": np.array(reason, np.uint8),
            "looked": shares[0].astype(np.float32),
            "visible": (shares[1] if self.terrain else np.full(len(place), np.nan)).astype(np.float32),
            "clear": shares[2].astype(np.float32),
            "simulated": simulated[owner[hour]],
            "origin": owner[hour],
        }
        return FlowTable(**columns, origins=origins)


def _tally(seen: Crossings, edges: Integers, classes: Sequence[int], shape: tuple[int, int, int, int]) -> Integers:
    """Count crossings by place, class, direction and hour, as a column of the table."""
    hour = np.searchsorted(edges, seen.time, side="right") - 1
    inside = np.flatnonzero((hour >= 0) & (hour < shape[3]))
    counts = np.zeros(np.prod(shape), np.int64)
    for number, kind in enumerate(classes):
        rows = inside if kind == EVERY_CLASS else inside[seen.target_class[inside] == kind]
        where = (seen.place[rows], np.full(len(rows), number), seen.direction[rows], hour[rows])
        counts += np.bincount(np.ravel_multi_index(where, shape), minlength=len(counts))
    return counts


def _refuse_overlaps(looked: Sequence[Watched]) -> None:
    """Raise where two missions look at one time: nobody can say which of their vehicles are the same."""
    for one, other in combinations(looked, 2):
        if one.begin <= other.end and other.begin <= one.end:
            message = (
                f"missions {one.mission} and {other.mission} overlap in time, and a vehicle would be counted in both: "
                "choose missions that do not (--mission)"
            )
            raise UsageError(message)


def _aloft(table: FlowTable, looked: Sequence[Watched]) -> Flags:
    """Tell the rows of times in which there was a mission."""
    return np.asarray(np.any([(table.begin <= one.end) & (table.end > one.begin) for one in looked], axis=0))


def _origins(looked: Sequence[Watched], edges: Integers) -> tuple[tuple[Origin, ...], Indices]:
    """Give origins, and which of them each time has: the most protected of all missions in it, of the nearest if none.

    Nearest, because that nothing was looked at is known from there too.
    """
    begin, end = (np.array([getattr(one, name) for one in looked], np.int64) for name in ("begin", "end"))
    off = np.maximum(np.maximum(begin - edges[1:, None] + 1, edges[:-1, None] - end), 0)
    found: dict[Origin, int] = {}
    owner = [
        found.setdefault(
            join_origins([looked[row].origin for row in np.flatnonzero(away == away.min()).tolist()]), len(found)
        )
        for away in off
    ]
    return tuple(found), np.array(owner, np.int32)


def _sum(parts: Sequence[Exposure]) -> Exposure:
    """Add exposures of missions that do not overlap; shares of looks are averaged by the time looked at."""
    looked = np.sum([part.looked for part in parts], axis=0)

    def mean(name: str) -> Floats:
        weighed = np.sum([np.nan_to_num(getattr(part, name)) * part.looked for part in parts], axis=0)
        return np.asarray(np.divide(weighed, looked, out=np.full(looked.shape, np.nan), where=looked > 0.0))

    return Exposure(
        edges=parts[0].edges,
        counted=np.minimum(np.sum([part.counted for part in parts], axis=0), 1.0),
        looked=np.minimum(looked, 1.0),
        visible=mean("visible"),
        clear=mean("clear"),
    )


REASONS = {
    Reason.NONE: "",
    Reason.NOT_LOOKED_AT: "not looked at",
    Reason.HIDDEN: "hidden by terrain",
    Reason.ALONG_THE_NOTCH: "who crosses moves across the line of sight, where the radar cannot tell it from ground",
    Reason.TOO_FEW_LOOKS: "too few looks to hold a track",
}
"""Why the true number cannot be told, in words."""
