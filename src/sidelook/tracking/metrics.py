"""How well tracks tell the truth, where it is known: GOSPA on positions, and a report on truth-tagged plots.

The truth stays outside the tracker: it is compared here with what the tracker gave.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sidelook.model.columns import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Gospa:
    """Generalised optimal sub-pattern assignment metric of order 2, alpha 2, and its parts.

    Attributes
    ----------
    distance : m; its square is ``localisation`` plus half the squared cut-off for each missed and each false
    localisation : sum of squared distances of the pairs, m2
    missed, false : truths without an estimate, estimates without a truth
    """

    distance: float
    localisation: float
    missed: int
    false: int


def gospa(truths: Floats, estimates: Floats, cutoff: float) -> Gospa:
    """Compare two sets of positions (Rahmathullah, Garcia-Fernandez and Svensson, FUSION 2017).

    Pairs farther apart than the cut-off are never made, so the sets fall into clusters and each is solved alone.

    Parameters
    ----------
    truths : (N, 2), estimates : (K, 2), m
    cutoff : m
    """
    pairs = close_pairs(truths, estimates, cutoff)
    localisation, matched = 0.0, 0
    for near_truths, near_estimates, distances in pairs:
        gains = np.zeros((near_truths.max() + 1, near_estimates.max() + 1))
        gains[near_truths, near_estimates] = cutoff**2 - distances**2
        rows, columns = linear_sum_assignment(gains, maximize=True)
        gained = gains[rows, columns]
        gained = gained[gained > 0.0]
        localisation += float((cutoff**2 - gained).sum())
        matched += len(gained)
    missed, false = len(truths) - matched, len(estimates) - matched
    square = localisation + 0.5 * cutoff**2 * (missed + false)
    return Gospa(distance=float(np.sqrt(square)), localisation=localisation, missed=missed, false=false)


def close_pairs(
    truths: Floats, estimates: Floats, cutoff: float
) -> list[tuple[NDArray[np.intp], NDArray[np.intp], Floats]]:
    """List pairs within the cut-off, cluster by cluster: rows of both, numbered within the cluster, and distances."""
    if len(truths) == 0 or len(estimates) == 0:
        return []
    near = cKDTree(truths).sparse_distance_matrix(cKDTree(estimates), cutoff, output_type="coo_matrix")
    total = len(truths) + len(estimates)
    graph = coo_matrix((np.ones(near.nnz), (near.row, len(truths) + near.col)), shape=(total, total))
    label = connected_components(graph, directed=False)[1][near.row]
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return [
        (
            np.unique(near.row[part], return_inverse=True)[1],
            np.unique(near.col[part], return_inverse=True)[1],
            np.asarray(near.data[part], np.float64),
        )
        for part in np.split(order, cuts)
        if len(part)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthReport:
    """What became of the plots of each tagged vehicle.

    Attributes
    ----------
    confirmed_tracks : how many there were
    vehicle : (V,) truth tags; ``reports`` : (V,) plots of each
    main_track : (V,) the confirmed track that took most of them, 0 none; ``main_share`` : (V,) what share it took
    track_count : (V,) confirmed tracks that took some
    purity : plots of confirmed tracks that belong to the vehicle their track mostly follows, over all of them (plots
        without a tag, false alarms, belong to none)
    identity_switches : changes of the confirmed track along each vehicle's plots, summed
    """

    confirmed_tracks: int
    vehicle: Integers
    reports: Integers
    main_track: Integers
    main_share: Floats
    track_count: Integers
    purity: float
    identity_switches: int


def truth_report(truth: Integers, assigned: Integers, confirmed: Integers) -> TruthReport:
    """Compare the tracks that plots were given to with the vehicles they came from.

    Parameters
    ----------
    truth : (N,) truth tag of each plot, -1 for none, in order of time
    assigned : (N,) track of each plot, 0 for none, as ``StepResult.assigned``
    confirmed : identities of the tracks that were confirmed at some time
    """
    known = np.where(np.isin(assigned, confirmed), assigned, 0)
    vehicles, reports = np.unique(truth[truth >= 0], return_counts=True)
    mains = [_main(known[truth == vehicle]) for vehicle in vehicles]
    taken = known > 0
    pure = sum(_main(truth[known == track] + 1)[1] for track in np.unique(known[taken]))
    return TruthReport(
        confirmed_tracks=len(np.unique(confirmed)),
        vehicle=vehicles.astype(np.int64),
        reports=reports.astype(np.int64),
        main_track=np.array([track for track, _, _ in mains], np.int64),
        main_share=np.array([count for _, count, _ in mains], np.float64) / np.maximum(reports, 1),
        track_count=np.array([tracks for _, _, tracks in mains], np.int64),
        purity=pure / max(int(taken.sum()), 1),
        identity_switches=sum(_switches(known[truth == vehicle]) for vehicle in vehicles),
    )


def _main(labels: Integers) -> tuple[int, int, int]:
    """Give the most frequent label above 0, how often it occurs, and how many there are."""
    values, counts = np.unique(labels[labels > 0], return_counts=True)
    if len(values) == 0:
        return 0, 0, 0
    return int(values[counts.argmax()]), int(counts.max()), len(values)


def _switches(tracks: Integers) -> int:
    held = tracks[tracks > 0]
    return int(np.count_nonzero(held[1:] != held[:-1]))
