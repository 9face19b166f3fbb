"""Metrics of sets and of trajectories where the truth is known: OSPA, SIAP, T-GOSPA. GOSPA stands in ``metrics``."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix
from scipy.spatial import cKDTree

from sidelook.model.columns import Flags, Floats
from sidelook.tracking.metrics import gospa


def ospa(truths: Floats, estimates: Floats, cutoff: float) -> float:
    """Give the optimal sub-pattern assignment metric of order 2, m.

    After Schuhmacher, Vo and Vo, IEEE Trans. SP 56(8), 2008.

    Parameters
    ----------
    truths : (N, 2), estimates : (K, 2), m
    cutoff : m; also the cost of a missed truth or a false estimate
    """
    most = max(len(truths), len(estimates))
    if most == 0:
        return 0.0
    parts = gospa(truths, estimates, cutoff)
    paired = len(truths) - parts.missed
    square = parts.localisation + cutoff**2 * (most - paired)
    return float(np.sqrt(square / most))


@dataclass(frozen=True, slots=True, kw_only=True)
class Siap:
    """Single integrated air picture attributes at one time (Votruba et al., SIAP Task Force Report 2001-003).

    A track is on the truth nearest to it, where that lies within a cut-off.

    Attributes
    ----------
    completeness : share of truths with a track
    ambiguity : tracks on a truth over truths with a track; NaN where there are none
    spuriousness : share of tracks on no truth; NaN without tracks
    position_error : root mean square distance of tracks from their truths, m; NaN without any
    """

    completeness: float
    ambiguity: float
    spuriousness: float
    position_error: float


def siap(truths: Floats, estimates: Floats, cutoff: float) -> Siap:
    """Say how complete, ambiguous and spurious a picture is; (N, 2) truths, (K, 2) estimates, cut-off, m."""
    if not len(truths) or not len(estimates):
        spurious = 1.0 if len(estimates) else np.nan
        return Siap(completeness=0.0, ambiguity=np.nan, spuriousness=spurious, position_error=np.nan)
    found = cKDTree(truths).query(estimates, distance_upper_bound=cutoff)
    distance, nearest = np.asarray(found[0]), np.asarray(found[1])
    on = np.isfinite(distance)
    tracked = len(np.unique(nearest[on]))
    return Siap(
        completeness=tracked / len(truths),
        ambiguity=float(on.sum() / tracked) if tracked else np.nan,
        spuriousness=float(1.0 - on.mean()),
        position_error=float(np.sqrt((distance[on] ** 2).mean())) if tracked else np.nan,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryGospa:
    """T-GOSPA of order 2 and its parts, m2 summed over time.

    Attributes
    ----------
    distance : m; its square is the sum of the parts
    localisation, missed, false, switches : as they add to the square
    """

    distance: float
    localisation: float
    missed: float
    false: float
    switches: float


def trajectory_gospa(
    truths: tuple[Floats, Flags], estimates: tuple[Floats, Flags], cutoff: float, switch: float
) -> TrajectoryGospa:
    """Compare sets of trajectories (Garcia-Fernandez, Rahmathullah and Svensson, IEEE Trans. SP 68, 2020).

    The assignment of each time costs as GOSPA's; half the squared ``switch`` is added for each pair of trajectories
    that begins, and for each that ends, to be assigned; a pair may stay assigned while one of the two is not there.
    Solved as the linear programme of the paper over the pairs that ever lie within the cut-off; for sets of hundreds,
    not of tens of thousands.

    Parameters
    ----------
    truths : (T, N, 2) positions, m, and (T, N) whether there is one
    estimates : (T, K, 2) and (T, K)
    cutoff, switch : m
    """
    (place, there), (guess, shown) = truths, estimates
    times = len(place)
    time, pair, square = _close(place, there, guess, shown, cutoff)
    links, member = np.unique(pair, axis=1, return_inverse=True)
    saved = np.zeros((links.shape[1], times))
    saved[member.reshape(-1), time] = square - cutoff**2
    chosen, spent = _assign(saved, links, switch) if links.size else (np.zeros_like(saved), 0.0)
    paired = float(chosen[saved < 0.0].sum())
    localisation = float((chosen * (saved + cutoff**2))[saved < 0.0].sum())
    missed = 0.5 * cutoff**2 * (int(there.sum()) - paired)
    false = 0.5 * cutoff**2 * (int(shown.sum()) - paired)
    return TrajectoryGospa(
        distance=float(np.sqrt(max(localisation + missed + false + spent, 0.0))),
        localisation=localisation,
        missed=missed,
        false=false,
        switches=spent,
    )


def _close(
    place: Floats, there: Flags, guess: Floats, shown: Flags, cutoff: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """List pairs within the cut-off: (P,) time, (2, P) truth and estimate, (P,) squared distance."""
    found = [(np.zeros(0, np.int64), np.zeros((2, 0), np.int64), np.zeros(0))]
    for k in range(len(place)):
        rows, columns = np.flatnonzero(there[k]), np.flatnonzero(shown[k])
        if not len(rows) or not len(columns):
            continue
        trees = cKDTree(place[k, rows]), cKDTree(guess[k, columns])
        near = trees[0].sparse_distance_matrix(trees[1], cutoff, output_type="coo_matrix")
        pair = np.stack([rows[near.row], columns[near.col]]).astype(np.int64)
        found.append((np.full(near.nnz, k), pair, near.data**2))
    time, pairs, square = zip(*found, strict=True)
    return np.concatenate(time), np.concatenate(pairs, axis=1), np.concatenate(square)


def _assign(saved: Floats, links: NDArray[np.int64], switch: float) -> tuple[Floats, float]:
    """Solve the programme: (L, T) how far each pair is assigned at each time, and what changes cost.

    ``saved`` (L, T) is what an assignment adds to the cost, ``links`` (2, L) are the trajectories of each pair.
    """
    pairs, times = saved.shape
    held = np.arange(pairs * times).reshape(pairs, times)
    before, after = held[:, :-1].reshape(-1), held[:, 1:].reshape(-1)
    steps = np.arange(len(before))
    unit = np.ones(len(steps))
    # A change is no less than the assignment after without that before, and than that before without that after.
    rows = [*[steps] * 3, *[len(steps) + steps] * 3]
    columns = [after, before, held.size + steps] * 2
    values = [unit, -unit, -unit, -unit, unit, -unit]
    base = 2 * len(steps)
    for owner in links:
        _, number = np.unique(owner, return_inverse=True)
        slot = number.reshape(-1)[:, None] * times + np.arange(times)
        rows.append(base + slot.reshape(-1))
        columns.append(held.reshape(-1))
        values.append(np.ones(held.size))
        base += (int(number.max()) + 1) * times
    shape = (base, held.size + len(steps))
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    limit = np.concatenate([np.zeros(2 * len(steps)), np.ones(base - 2 * len(steps))])
    cost = np.concatenate([saved.reshape(-1), np.full(len(steps), 0.5 * switch**2)])
    solved: Any = linprog(cost, A_ub=cast("Any", matrix.tocsr()), b_ub=limit, bounds=(0.0, 1.0), method="highs")
    chosen: Floats = solved.x[: held.size].reshape(pairs, times)
    return chosen, float(0.5 * switch**2 * solved.x[held.size :].sum())
