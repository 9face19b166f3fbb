"""How well identities are kept: identification measures and identity switches of trajectories.

Identification measures ask which track is which vehicle over the whole time (Ristani, Solera, Zou, Cucchiara and
Tomasi, Performance measures and a data set for multi-target, multi-camera tracking, ECCV workshops 2016); switches are
counted along the time as CLEAR MOT does (Bernardin and Stiefelhagen, EURASIP J. Image Video Process. 2008, 246309).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from sidelook.model.columns import Floats, Integers

_ALONE = 1e-9  # of the least worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """Who was where at which moment.

    Attributes
    ----------
    moment : (N,) number of the scan
    identity : (N,) of the vehicle or track, one at a moment at most
    place : (N, 2) m
    """

    moment: Integers
    identity: Integers
    place: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityScores:
    """How identities were kept.

    Attributes
    ----------
    identified : sightings of vehicles at which the one track that stands for the vehicle was within the cut-off
    recall, precision, f1 : of those, by the vehicles' sightings, by the tracks', and their harmonic mean
    switches : changes of the track that is nearest to a vehicle, as CLEAR MOT counts them
    """

    identified: int
    recall: float
    precision: float
    f1: float
    switches: int


def identity_scores(vehicles: Sightings, tracks: Sightings, cutoff: float) -> IdentityScores:
    """Compare tracks with vehicles.

    Parameters
    ----------
    vehicles, tracks : in any order; identities from zero
    cutoff : beyond which a track is not at a vehicle, m
    """
    near = list(_near(vehicles, tracks, cutoff))
    identified = _identified(near)
    total = len(vehicles.moment) + len(tracks.moment)
    return IdentityScores(
        identified=identified,
        recall=identified / max(len(vehicles.moment), 1),
        precision=identified / max(len(tracks.moment), 1),
        f1=2.0 * identified / max(total, 1),
        switches=_switches(near),
    )


def _near(vehicles: Sightings, tracks: Sightings, cutoff: float) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Give, moment by moment, the vehicle, the track and the distance of each pair within the cut-off."""
    orders = [np.argsort(each.moment, kind="stable") for each in (vehicles, tracks)]
    moments = [each.moment[order] for each, order in zip((vehicles, tracks), orders, strict=True)]
    for moment in np.intersect1d(moments[0], moments[1]):
        mine, theirs = (
            order[slice(*np.searchsorted(each, [moment, moment + 1]))]
            for each, order in zip(moments, orders, strict=True)
        )
        trees = cKDTree(vehicles.place[mine]), cKDTree(tracks.place[theirs])
        found = trees[0].sparse_distance_matrix(trees[1], cutoff, output_type="coo_matrix")
        yield (
            vehicles.identity[mine][found.row].astype(np.int64),
            tracks.identity[theirs][found.col].astype(np.int64),
            np.asarray(found.data, np.float64),
        )


def _identified(near: list[tuple[Integers, Integers, Floats]]) -> int:
    """Give each vehicle one track, and each track one vehicle, so that the most sightings fit; count those."""
    if not near:
        return 0
    together = np.column_stack([np.concatenate([part[k] for part in near]) for k in (0, 1)])
    pairs, times = np.unique(together, axis=0, return_counts=True)
    return int(times[_best_pairs(pairs[:, 0], pairs[:, 1], times.astype(np.float64))].sum())


def _switches(near: list[tuple[Integers, Integers, Floats]]) -> int:
    """Pair moment by moment, keeping pairs while they are close; count vehicles paired with another track than last."""
    last: dict[int, int] = {}
    switches = 0
    for vehicle, track, distance in near:
        before = np.array([last.get(one, -1) for one in vehicle.tolist()], np.int64)
        kept = np.flatnonzero(before == track)
        # One that two vehicles had in turn stays with the first.
        kept = kept[np.argsort(vehicle[kept], kind="stable")]
        kept = kept[np.unique(track[kept], return_index=True)[1]]
        free = np.flatnonzero(~np.isin(vehicle, vehicle[kept]) & ~np.isin(track, track[kept]))
        # As many pairs as can be, of the least total distance.
        made = free[_best_pairs(vehicle[free], track[free], distance[free].sum() + 1.0 - distance[free])]
        switches += int(np.count_nonzero((before[made] >= 0) & (before[made] != track[made])))
        last.update(zip(vehicle[made].tolist(), track[made].tolist(), strict=True))
    return switches


def _best_pairs(one: Integers, other: Integers, worth: Floats) -> NDArray[np.intp]:
    """Choose pairs of the greatest total worth, each side at most once; gives which of those listed.

    Parameters
    ----------
    one, other : (P,) identities of either side
    worth : (P,) above zero
    """
    if not len(worth):
        return np.zeros(0, np.intp)
    (rows, row), (columns, column) = (np.unique(each, return_inverse=True) for each in (one, other))
    # Whoever is better left alone takes a column of its own, worth next to nothing: so there is a full matching.
    alone = np.arange(len(rows))
    values = np.concatenate([worth, np.full(len(rows), _ALONE * worth.min())])
    places = np.concatenate([row, alone]), np.concatenate([column, len(columns) + alone])
    graph = csr_array((values, places), (len(rows), len(columns) + len(rows)))
    chosen = np.full(len(rows), -1)
    matched, taken = min_weight_full_bipartite_matching(graph, maximize=True)
    chosen[matched] = taken
    return np.flatnonzero(chosen[row] == column)
