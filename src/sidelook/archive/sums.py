"""Sums that the catalog keeps, so that a timeline or a list needs no rows."""

import numpy as np

from sidelook.archive.catalog import BIN
from sidelook.archive.records import Kind
from sidelook.archive.tables import Columns
from sidelook.model.columns import Integers


def activity_of(dwells: Columns) -> list[tuple[int, int, int, int]]:
    """Count (bin, plots, dwells, revisits) of a table of dwells."""
    bins, place = np.unique(dwells["time"] // BIN, return_inverse=True)
    plots = np.bincount(place, dwells["plot_count"], len(bins)).astype(np.int64)
    revisits = np.bincount(place, dwells["last_of_revisit"], len(bins)).astype(np.int64)
    counts = np.bincount(place, minlength=len(bins))
    return list(zip(bins.tolist(), plots.tolist(), counts.tolist(), revisits.tolist(), strict=True))


def revisits_of(dwells: Columns) -> Integers:
    """Find when the revisits in a table of dwells ended, ns UTC, ascending, each once."""
    return np.unique(dwells["time"][dwells["last_of_revisit"]])


def lives_of(tables: dict[Kind, Columns]) -> list[tuple[int, int, int, int]]:
    """Find (track, first time, last time, states) of the tracks in tables of plots and tracks.

    A track that was never confirmed has plots and no states.
    """
    track = np.concatenate([tables[Kind.PLOTS]["track"], tables[Kind.TRACKS]["track"]])
    time = np.concatenate([tables[Kind.PLOTS]["time"], tables[Kind.TRACKS]["time"]])
    if not len(track):
        return []
    is_state = np.arange(len(track)) >= len(tables[Kind.PLOTS]["track"])
    order = np.lexsort((time, track))
    track, time = track[order], time[order]
    names, first = np.unique(track, return_index=True)
    last = np.append(first[1:], len(track)) - 1
    states = np.add.reduceat(is_state[order], first, dtype=np.int64)
    rows = zip(names.tolist(), time[first].tolist(), time[last].tolist(), states.tolist(), strict=True)
    return [row for row in rows if row[0] != 0]
