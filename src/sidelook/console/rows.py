"""Rows of the picture that belong together, and what one does with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from sidelook.archive import Looks
from sidelook.console.blocks import encode_formations, encode_looks, encode_tracks
from sidelook.model.formation import FormationState, FormationTable, concatenate_formations
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.model.tracks import TrackState, TrackTable, concatenate_tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of the picture that belong together: dwells with plots, states of tracks and of formations."""

    looks: Looks
    tracks: TrackTable
    formations: FormationTable = field(default_factory=lambda: FormationTable.empty(origins=()))

    @classmethod
    def empty(cls) -> Self:
        """No rows."""
        return cls(looks=empty_looks(), tracks=TrackTable.empty(origins=()))

    def __len__(self) -> int:
        """Count dwells, plots, states of tracks and of formations."""
        return len(self.looks.dwells) + len(self.looks.plot_track) + len(self.tracks) + len(self.formations)

    def encode(self, sequence: float) -> bytes:
        """Encode as blocks that all bear the number of the last row."""
        states = encode_tracks(self.tracks, sequence) + encode_formations(self.formations, sequence)
        return encode_looks(self.looks, sequence) + states


def empty_looks() -> Looks:
    """No dwells."""
    return Looks(dwells=Dwells.empty(plots=Plots.empty(), origins=()), plot_track=np.zeros(0, np.int64))


def join(parts: Sequence[Rows]) -> Rows:
    """Put rows one after the other."""
    if len(parts) == 1:
        return parts[0]
    dwells = concatenate_dwells([part.looks.dwells for part in parts])
    plot_track = np.concatenate([part.looks.plot_track for part in parts]) if parts else np.zeros(0, np.int64)
    tracks = concatenate_tracks([part.tracks for part in parts])
    formations = concatenate_formations([part.formations for part in parts])
    return Rows(looks=Looks(dwells=dwells, plot_track=plot_track), tracks=tracks, formations=formations)


def latest(table: TrackTable) -> TrackTable:
    """Keep the last row of each track, in the order of those rows."""
    _, from_end = np.unique(table.track[::-1], return_index=True)
    return table.take(np.sort(len(table) - 1 - from_end))


def latest_formations(table: FormationTable) -> FormationTable:
    """Keep the last row of each formation, in the order of those rows."""
    _, from_end = np.unique(table.formation[::-1], return_index=True)
    return table.take(np.sort(len(table) - 1 - from_end))


def held(table: FormationTable) -> FormationTable:
    """Drop formations that are lost."""
    return table.take(table.state != FormationState.LOST)


def alive(table: TrackTable) -> TrackTable:
    """Drop tracks that are lost."""
    return table.take(table.state != TrackState.LOST)
