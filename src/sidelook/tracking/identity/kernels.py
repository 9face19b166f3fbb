"""Compiled doubt about identities: what each pairing of tracks with plots leaves open, remembered by the minute.

The reference stands in ``doubt``; what doubts come to, as a probability, too.
"""

import math

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats, Indices
from sidelook.tracking.association.kernels import Graph
from sidelook.tracking.columns import MINUTES, NONE, SECOND, Table

MINUTE = 60 * SECOND
LARGEST = 50.0  # log-odds; keeps exp finite
NOBODY, STRANGER = 0.29, 0.41  # how much it costs to have taken nobody's plot, or another's that nobody took


@kernel
def chance_against(gain: float) -> float:
    """Give the probability of the alternative to what is better by ``gain``, log-odds."""
    return 1.0 / (1.0 + math.exp(min(max(gain, -LARGEST), LARGEST)))


@kernel
def gain_of(graph: Graph, row: int, column: int) -> float:
    """Give what a track would gain by a plot; nothing where that is ``NONE`` or outside its gate."""
    first, columns, gain = graph
    if column != NONE:
        for edge in range(first[row], first[row + 1]):
            if columns[edge] == column:
                return float(gain[edge])
    return 0.0


@kernel
def doubts(graph: Graph, partner: Indices, columns: int, into: Floats) -> None:
    """Give, for each track of a dwell, what speaks for its plot being another vehicle's.

    Parameters
    ----------
    graph : tracks (R) and the plots they would gain by
    partner : (R,) plot that each was given, ``NONE`` for none
    columns : number of plots
    into : (R, 2) to fill: the chances that it and another track have each other's plots, summed; and those of having
        taken what is nobody's, or of there being a better plot that nobody took, weighed
    """
    first, column, gain = graph
    owner, own = np.full(columns, NONE, np.int32), np.zeros(partner.shape[0])
    for row in range(partner.shape[0]):
        into[row, 0] = into[row, 1] = 0.0
        own[row] = gain_of(graph, row, partner[row])
        if partner[row] != NONE:
            owner[partner[row]] = row
    for row in range(partner.shape[0]):
        taken = partner[row] != NONE
        for edge in range(first[row], first[row + 1]):
            other = owner[column[edge]]
            if other == row:
                into[row, 1] += NOBODY * chance_against(own[row])
            elif other != NONE:
                kept = own[row] + own[other] - gain[edge] - gain_of(graph, other, partner[row])
                into[other, 0] += chance_against(kept)
                into[row, 0] += chance_against(kept) if taken else 0.0
            elif taken:
                into[row, 1] += STRANGER * chance_against(own[row] - gain[edge])


@kernel
def forget(tracks: Table, row: int, time: int) -> None:
    """Begin without doubt, at a track's first plot."""
    tracks[row].doubt[:, :] = 0.0
    tracks[row].doubted = time // MINUTE


@kernel
def remember(tracks: Table, row: int, time: int, doubt: Floats) -> None:
    """Add to the doubts of this minute, and drop those of minutes that are over ten ago."""
    minute, last = time // MINUTE, tracks[row].doubted
    for gone in range(max(last + 1, minute - MINUTES + 1), minute + 1):
        tracks[row].doubt[gone % MINUTES, 0] = tracks[row].doubt[gone % MINUTES, 1] = 0.0
    tracks[row].doubted = max(minute, last)
    if minute > last - MINUTES:
        tracks[row].doubt[minute % MINUTES, 0] += doubt[0]
        tracks[row].doubt[minute % MINUTES, 1] += doubt[1]


@kernel
def inherit(tracks: Table, row: int, source: int, link: float) -> None:
    """Take over the doubts of the track whose identity is taken over, and how sure that is (a probability)."""
    tracks[row].doubt[:, :] = tracks[source].doubt
    tracks[row].doubted = tracks[source].doubted
    doubt = np.zeros(2)
    doubt[1] = -math.log(min(max(link, 1e-3), 1.0))
    remember(tracks, row, tracks[row].time, doubt)
