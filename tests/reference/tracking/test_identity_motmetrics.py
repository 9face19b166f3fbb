"""Identity scores against py-motmetrics, on the same sightings."""

import warnings

import motmetrics
import numpy as np
import pytest

from sidelook.tracking.identification import Sightings, identity_scores

CUTOFF = 60.0


def scene(seed: int, moments: int = 40, vehicles: int = 14) -> tuple[Sightings, Sightings]:
    """Vehicles wander near one another; tracks follow, miss, swap, break and hang about where nobody is."""
    rng = np.random.default_rng(seed)
    place = np.cumsum(rng.normal(0.0, 12.0, (moments, vehicles, 2)), axis=0) + rng.uniform(0.0, 300.0, (vehicles, 2))
    there = rng.random((moments, vehicles)) < 0.9
    names = np.arange(vehicles)
    rows: list[tuple[int, int, float, float]] = []
    fresh = vehicles
    for moment in range(moments):
        if rng.random() < 0.4:
            one, other = rng.choice(vehicles, 2, replace=False)
            names[[one, other]] = names[[other, one]]
        if rng.random() < 0.3:
            names[rng.integers(vehicles)], fresh = fresh, fresh + 1
        for vehicle in np.flatnonzero(there[moment] & (rng.random(vehicles) < 0.85)):
            east, north = place[moment, vehicle] + rng.normal(0.0, 18.0, 2)
            rows.append((moment, int(names[vehicle]), east, north))
        rows += [(moment, 1000 + k, *rng.uniform(-100.0, 400.0, 2)) for k in range(rng.integers(3))]
    moment, vehicle = np.nonzero(there)
    truth = Sightings(moment=moment, identity=vehicle, place=place[there])
    table = np.array(rows)
    return truth, Sightings(moment=table[:, 0].astype(int), identity=table[:, 1].astype(int), place=table[:, 2:])


def by_motmetrics(truth: Sightings, tracks: Sightings) -> dict[str, float]:
    book = motmetrics.MOTAccumulator(auto_id=True)
    for moment in np.unique(truth.moment):
        mine, theirs = truth.moment == moment, tracks.moment == moment
        apart = np.linalg.norm(truth.place[mine][:, None] - tracks.place[theirs][None], axis=-1)
        apart[apart > CUTOFF] = np.nan
        book.update(truth.identity[mine].tolist(), tracks.identity[theirs].tolist(), apart)
    names = ["idtp", "idf1", "idp", "idr", "num_switches"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = motmetrics.metrics.create().compute(book, metrics=names, name="scene")
    return {name: float(table[name].iloc[0]) for name in names}


@pytest.mark.parametrize("seed", range(8))
def test_scores_are_those_of_motmetrics(seed: int) -> None:
    truth, tracks = scene(seed)
    ours, theirs = identity_scores(truth, tracks, CUTOFF), by_motmetrics(truth, tracks)
    assert ours.identified == theirs["idtp"]
    assert (ours.f1, ours.precision, ours.recall) == pytest.approx((theirs["idf1"], theirs["idp"], theirs["idr"]))
    assert ours.switches == theirs["num_switches"]
    assert ours.switches > 10


def test_perfect_tracks_are_perfect() -> None:
    truth, _ = scene(1)
    scores = identity_scores(truth, truth, CUTOFF)
    assert (scores.f1, scores.switches, scores.identified) == (1.0, 0, len(truth.moment))


def test_nothing_compared_with_nothing() -> None:
    truth, _ = scene(1)
    none = Sightings(moment=np.zeros(0, int), identity=np.zeros(0, int), place=np.zeros((0, 2)))
    for one, other in ((truth, none), (none, truth), (none, none)):
        scores = identity_scores(one, other, CUTOFF)
        assert (scores.f1, scores.switches, scores.identified) == (0.0, 0, 0)
