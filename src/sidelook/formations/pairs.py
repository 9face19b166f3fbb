"""Evidence that two tracks move together, against two vehicles that are near one another by chance.

For every two tracks within reach the log-odds are the sum of two parts. How near they are: in a formation a vehicle
has a companion or two within reach; how many it would have by chance follows from the traffic that goes its way
farther off, spread evenly along a line. In dense flow that part is nothing, however close they drive. And how alike
they drive: the difference of their velocities by its covariance, under the spread of a formation and under that of
traffic; this part is summed over looks and fades.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sidelook.formations.settings import FormationSettings
from sidelook.formations.snapshot import SECOND, Snapshot
from sidelook.model.columns import Flags, Floats, Indices, Integers

MOST_GAIN, MOST_LOSS = 2.0, -5.0  # of one look: errors of neighbours are not independent
LEAST_EXPECTED = 0.5  # vehicles in the ring, of which none were seen
MOST_EVIDENCE = 6.0
CORNERING, FAST_SIGMAS = 2.0, 2.0  # m/s, by which a bend slows a vehicle down before the one behind; sigmas


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Tracks that are near one another.

    Attributes
    ----------
    one, other : (Q,) identities, one below other, in rising order of both
    alike : (Q,) log-odds from how alike they drove so far, faded
    total : (Q,) with those of how near they are; -inf out of reach
    time : ns UTC
    """

    one: Integers
    other: Integers
    alike: Floats
    total: Floats
    time: int


def no_pairs() -> Pairs:
    """Give the pairs before anything was seen."""
    none = np.zeros(0, np.int64)
    return Pairs(one=none, other=none, alike=np.zeros(0), total=np.zeros(0), time=0)


def compare_pairs(before: Pairs, snapshot: Snapshot, group: Indices, settings: FormationSettings) -> Pairs:
    """Take a look at all pairs of tracks within the farthest reach; those that are no more are forgotten.

    Parameters
    ----------
    before : of the look before
    snapshot : the tracks
    group : (K,) group that each was in, -1 none: vehicles of one column on either side of a bend drive apart, which
        says nothing against them as long as they are as fast
    settings : what makes a formation
    """
    near = near_pairs(snapshot.place, settings.stretch)
    first, second = near[:, 0], near[:, 1]
    one, other = snapshot.track[first], snapshot.track[second]
    elapsed = (snapshot.time - before.time) / SECOND
    fresh = (snapshot.supported[first] > before.time) | (snapshot.supported[second] > before.time)
    still = snapshot.standing[first] & snapshot.standing[second]
    fade = np.where(still, 1.0, np.exp(-elapsed / settings.memory))
    gain = np.where(fresh & ~still, likeness(snapshot, near, settings), 0.0)
    together = (group[first] == group[second]) & (group[first] >= 0)
    gain = np.where(together & as_fast(snapshot, near, settings), np.maximum(gain, 0.0), gain)
    alike = np.clip(fade * recalled(before, one, other) + gain, MOST_LOSS, MOST_EVIDENCE)
    apart = snapshot.place[first] - snapshot.place[second]
    within = np.hypot(apart[:, 0], apart[:, 1]) < settings.reach
    total = np.where(within, alike + closeness(snapshot, near, settings), -np.inf)
    return Pairs(one=one, other=other, alike=alike, total=total, time=snapshot.time)


def near_pairs(place: Floats, reach: float) -> NDArray[np.int64]:
    """Give the rows (Q, 2) of places (K, 2) within reach of one another, the lower first, in order."""
    if len(place) < 2:  # noqa: PLR2004 - a pair
        return np.zeros((0, 2), np.int64)
    near = cKDTree(place).query_pairs(reach, output_type="ndarray").astype(np.int64)
    return near[np.lexsort((near[:, 1], near[:, 0]))]


def recalled(before: Pairs, one: Integers, other: Integers) -> Floats:
    """Give what was known of pairs, (Q,); 0 of those not near before."""
    known, asked = before.one << 32 | before.other, one << 32 | other
    if len(known) == 0:
        return np.zeros(len(asked))
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, before.alike[at], 0.0)


def likeness(snapshot: Snapshot, near: NDArray[np.int64], settings: FormationSettings) -> Floats:
    """Log-odds (Q,) of two velocities under a formation's spread against traffic's."""
    apart = snapshot.velocity[near[:, 0]] - snapshot.velocity[near[:, 1]]
    error = snapshot.velocity_error[near[:, 0]] + snapshot.velocity_error[near[:, 1]]
    together = log_normal(apart, error, settings.speed_spread)
    flow = np.log(settings.flow_share) + log_normal(apart, error, settings.flow_spread)
    others = np.log(1.0 - settings.flow_share) + log_normal(apart, error, settings.other_spread)
    odds: Floats = np.clip(together - np.logaddexp(flow, others), MOST_LOSS, MOST_GAIN)
    return odds


def as_fast(snapshot: Snapshot, near: NDArray[np.int64], settings: FormationSettings) -> Flags:
    """Tell of which pairs, (Q,), the speeds differ by no more than their errors and a formation's spread explain."""
    speed = np.hypot(snapshot.velocity[:, 0], snapshot.velocity[:, 1])
    variance = 0.5 * np.trace(snapshot.velocity_error, axis1=1, axis2=2)
    apart = speed[near[:, 0]] - speed[near[:, 1]]
    spread = variance[near[:, 0]] + variance[near[:, 1]] + 2.0 * (settings.speed_spread + CORNERING) ** 2
    return np.asarray(apart**2 < FAST_SIGMAS**2 * spread)


def log_normal(apart: Floats, error: Floats, spread: float) -> Floats:
    """Log-density of differences (Q, 2) of covariance ``error`` (Q, 2, 2) and twice a spread an axis, but for 2 pi."""
    covariance = error + 2.0 * spread**2 * np.eye(2)
    inverse = np.linalg.inv(covariance)
    squared = np.einsum("qa,qab,qb->q", apart, inverse, apart)
    density: Floats = -0.5 * (squared + np.log(np.linalg.det(covariance)))
    return density


def closeness(snapshot: Snapshot, near: NDArray[np.int64], settings: FormationSettings) -> Floats:
    """Log-odds (Q,) of having a companion within reach, against one by chance as traffic farther off has it."""
    inner, outer = settings.ring
    about = going_along(snapshot, outer, settings.alike) - going_along(snapshot, inner, settings.alike)
    expected = (about + LEAST_EXPECTED) * settings.reach / (outer - inner)
    odds: Floats = np.log(settings.companions / np.maximum(expected[near[:, 0]], expected[near[:, 1]]))
    return odds


def going_along(snapshot: Snapshot, distance: float, alike: float) -> Floats:
    """Count the tracks (K,) within a distance of each, east and north, that go about the same way."""
    if len(snapshot) == 0:
        return np.zeros(0)
    states = np.hstack([snapshot.place / distance, snapshot.velocity / alike])
    counted = cKDTree(states).query_ball_point(states, 1.0, p=np.inf, return_length=True)
    return np.asarray(counted, np.float64)
