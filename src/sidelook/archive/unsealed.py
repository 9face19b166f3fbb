"""Rows that are not in a file yet: kept in memory, visible to readers in this process at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sidelook.archive.records import Kind, Window
from sidelook.archive.tables import (
    CELL_DTYPES,
    DWELL_DTYPES,
    FORMATION_DTYPES,
    PLOT_DTYPES,
    TRACK_DTYPES,
    TRUTH_DTYPES,
    Columns,
    blank_columns,
    dwell_columns,
    formation_columns,
    join,
    plot_columns,
    select,
    track_columns,
    truth_columns,
)
from sidelook.model.columns import Indices, Integers
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

DTYPES = {
    Kind.DWELLS: DWELL_DTYPES,
    Kind.PLOTS: PLOT_DTYPES,
    Kind.TRACKS: TRACK_DTYPES,
    Kind.FORMATIONS: FORMATION_DTYPES,
    Kind.TRUTH: TRUTH_DTYPES,
    Kind.CELLS: CELL_DTYPES,
}


@dataclass(slots=True)
class OriginBook:
    """Numbers the origins of a mission, from 0 in order of first appearance."""

    numbers: dict[Origin, int] = field(default_factory=dict)

    @classmethod
    def of(cls, origins: Sequence[Origin]) -> "OriginBook":
        """Go on where a mission stopped."""
        return cls({origin: number for number, origin in enumerate(origins)})

    def renumber(self, origins: Sequence[Origin], column: Indices) -> Indices:
        """Change a column that counts ``origins`` into one that counts the mission's."""
        numbers = [self.numbers.setdefault(origin, len(self.numbers)) for origin in origins]
        return np.array(numbers, np.int32)[column] if len(column) else column

    def all(self) -> tuple[Origin, ...]:
        """Give the origins by number."""
        return tuple(self.numbers)


class Unsealed:
    """Rows of one mission that wait to be sealed. Its owner holds a lock around every call."""

    def __init__(self, origins: OriginBook, last_dwell: int) -> None:
        self.origins = origins
        self.last_dwell = last_dwell
        self._waiting: dict[Kind, list[Columns]] = {kind: [] for kind in DTYPES}
        self._sealing: dict[Kind, list[Columns]] = {kind: [] for kind in DTYPES}

    def add_dwells(self, dwells: Dwells, plot_track: Integers) -> None:
        """Take dwells, numbering them, and their plots."""
        if plot_track.shape != (len(dwells.plots),):
            message = (
                f"plot_track is {plot_track.shape}, needs one track (0 none) for each of {len(dwells.plots)} plots"
            )
            raise ValueError(message)
        ids = np.arange(self.last_dwell + 1, self.last_dwell + 1 + len(dwells), dtype=np.int64)
        origin = self.origins.renumber(dwells.origins, dwells.origin)
        self.last_dwell += len(dwells)
        self._waiting[Kind.DWELLS].append(dwell_columns(dwells, ids, origin))
        if len(dwells.plots):
            self._waiting[Kind.PLOTS].append(plot_columns(dwells, ids, origin, plot_track))

    def add_tracks(self, table: TrackTable) -> None:
        """Take track states."""
        origin = self.origins.renumber(table.origins, table.origin)
        self._waiting[Kind.TRACKS].append(track_columns(table, origin))

    def add_formations(self, table: FormationTable) -> None:
        """Take states of formations."""
        origin = self.origins.renumber(table.origins, table.origin)
        self._waiting[Kind.FORMATIONS].append(formation_columns(table, origin))

    def add_truth(self, looks: TruthLooks, origin: Origin) -> None:
        """Take truth, all of it from one origin."""
        number = self.origins.numbers.setdefault(origin, len(self.origins.numbers))
        self._waiting[Kind.TRUTH].append(truth_columns(looks, number))

    def count(self, kind: Kind) -> int:
        """Count the rows that wait or are being sealed."""
        return sum(len(part["time"]) for part in (*self._sealing[kind], *self._waiting[kind]))

    def columns(self, kind: Kind) -> Columns:
        """Give all rows of a kind; what waits is put into one table, so that asking again is cheap."""
        if len(self._waiting[kind]) > 1:
            self._waiting[kind] = [join(self._waiting[kind], tuple(DTYPES[kind]))]
        return join([*self._sealing[kind], *self._waiting[kind]] or [blank_columns(DTYPES[kind])], tuple(DTYPES[kind]))

    def begin_seal(self) -> dict[Kind, Columns]:
        """Set the waiting rows aside for sealing; they stay visible until the seal has ended."""
        everything = {kind: self.columns(kind) for kind in DTYPES}
        self._sealing = {kind: [table] if len(table["time"]) else [] for kind, table in everything.items()}
        self._waiting = {kind: [] for kind in DTYPES}
        return everything

    def end_seal(self, *, sealed: bool) -> None:
        """Let the rows that were sealed go, or put them back."""
        if not sealed:
            self._waiting = {kind: [*self._sealing[kind], *self._waiting[kind]] for kind in DTYPES}
        self._sealing = {kind: [] for kind in DTYPES}

    def drop(self, kind: Kind, window: Window) -> int:
        """Forget the waiting rows within a window (not those being sealed); counts them."""
        if not self._waiting[kind]:
            return 0
        table = join(self._waiting[kind], tuple(DTYPES[kind]))
        inside = (table["time"] >= window[0]) & (table["time"] < window[1])
        self._waiting[kind] = [select(table, ~inside)]
        return int(inside.sum())
