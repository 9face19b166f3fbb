"""From pairs of tracks to groups, and from the groups of one look to those of the look before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sidelook.formations.pairs import Pairs
from sidelook.formations.settings import FormationSettings
from sidelook.formations.snapshot import Snapshot
from sidelook.model.columns import Floats, Indices

NONE = -1


class Clusters(NamedTuple):
    """Groups of tracks that are linked at one look.

    Attributes
    ----------
    label : (K,) group of each track of the snapshot, -1 none
    total : groups
    evidence : (C,) mean log-odds of the links within each
    """

    label: Indices
    total: int
    evidence: Floats


def find_clusters(snapshot: Snapshot, pairs: Pairs, before: Indices, settings: FormationSettings) -> Clusters:
    """Link tracks and give the groups of enough of them.

    Parameters
    ----------
    snapshot : the tracks
    pairs : of them
    before : (K,) group that each was in, -1 none: of two that were in one already less is asked
    """
    size = len(snapshot)
    if size == 0:
        return Clusters(np.zeros(0, np.int32), 0, np.zeros(0))
    first, second = (np.searchsorted(snapshot.track, tracks) for tracks in (pairs.one, pairs.other))
    together = (before[first] == before[second]) & (before[first] != NONE)
    linked = pairs.total > np.where(together, settings.keep, settings.link)
    component = joined(first[linked], second[linked], size)
    # Who drives between two parts of one formation may not be seen: what joins them is how alike they drive.
    grouped = np.bincount(component)[component] > 1
    spanned = grouped[first] & grouped[second] & (pairs.alike > np.where(together, 0.0, settings.span))
    component = joined(first[linked | spanned], second[linked | spanned], size)
    first, second, odds = first[linked], second[linked], pairs.total[linked]
    members = np.bincount(component)
    # A formation that is down to two of its members is still one.
    old = np.bincount(component, before != NONE)
    kept = (members >= settings.least) | ((members > 1) & (old > 1))
    number = np.where(kept, np.cumsum(kept) - 1, NONE).astype(np.int32)
    label, count = number[component], int(kept.sum())
    links = label[first]
    inside = links != NONE
    total = np.bincount(links[inside], odds[inside], minlength=count)
    evidence = total / np.maximum(np.bincount(links[inside], minlength=count), 1)
    return Clusters(label, count, evidence)


def joined(first: NDArray[np.intp], second: NDArray[np.intp], size: int) -> Indices:
    """Give the connected component of each of ``size`` items linked in pairs."""
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
    component: Indices = connected_components(graph, directed=False)[1]
    return component


def carry_over(label: Indices, before: Indices, clusters: int, groups: int) -> tuple[Indices, NDArray[np.int64]]:
    """Say which group each cluster goes on as.

    Parameters
    ----------
    label, before : (K,) cluster of each track now, group before, -1 none
    clusters, groups : how many

    Returns
    -------
    group : (C,) of each cluster, -1 for a new one; no group twice, those with most tracks in common first, then the
        older group
    shared : (C, G) tracks in common
    """
    both = (label != NONE) & (before != NONE)
    shared = np.zeros((clusters, groups), np.int64)
    np.add.at(shared, (label[both], before[both]), 1)
    group = np.full(clusters, NONE, np.int32)
    cluster, candidate = np.nonzero(shared)
    order = np.lexsort((cluster, candidate, -shared[cluster, candidate]))
    taken = np.zeros(groups, np.bool_)
    for c, g in zip(cluster[order], candidate[order], strict=True):
        if group[c] == NONE and not taken[g]:
            group[c], taken[g] = g, True
    return group, shared
