"""OSPA, SIAP and T-GOSPA against direct evaluation of their definitions on small sets, and against Stone Soup."""

import itertools

import numpy as np
import pytest

from sidelook.tracking.metrics import gospa
from sidelook.tracking.scoring import ospa, siap, trajectory_gospa

CUTOFF = 100.0


def brute_ospa(truths: np.ndarray, estimates: np.ndarray) -> float:
    few, many = sorted((truths, estimates), key=len)
    best = min(
        sum(min(np.hypot(*(few[i] - many[j])), CUTOFF) ** 2 for i, j in enumerate(order))
        for order in itertools.permutations(range(len(many)), len(few))
    )
    return float(np.sqrt((best + CUTOFF**2 * (len(many) - len(few))) / len(many)))


@pytest.mark.parametrize("seed", range(12))
def test_ospa_is_the_best_of_all_pairings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truths, estimates = (rng.uniform(0, 300, (rng.integers(1, 6), 2)) for _ in range(2))
    assert ospa(truths, estimates, CUTOFF) == pytest.approx(brute_ospa(truths, estimates))


def test_ospa_of_nothing_and_of_one_side_only() -> None:
    nothing = np.zeros((0, 2))
    assert ospa(nothing, nothing, CUTOFF) == 0.0
    assert ospa(np.ones((3, 2)), nothing, CUTOFF) == CUTOFF


def test_siap_counts_truths_tracks_and_what_is_on_none() -> None:
    truths = np.array([[0.0, 0.0], [1000.0, 0.0], [2000.0, 0.0]])
    estimates = np.array([[3.0, 4.0], [0.0, 10.0], [1000.0, 0.0], [5000.0, 0.0]])
    figures = siap(truths, estimates, CUTOFF)
    assert figures.completeness == pytest.approx(2 / 3)
    assert figures.ambiguity == pytest.approx(3 / 2)
    assert figures.spuriousness == pytest.approx(1 / 4)
    assert figures.position_error == pytest.approx(np.sqrt((25.0 + 100.0) / 3))
    assert siap(truths, np.zeros((0, 2)), CUTOFF).completeness == 0.0
    assert siap(np.zeros((0, 2)), estimates, CUTOFF).spuriousness == 1.0


def brute_trajectories(place: np.ndarray, guess: np.ndarray, switch: float) -> float:
    """Best of all sequences of assignments, by dynamic programming over whole assignments; everything always there."""
    count, others = place.shape[1], guess.shape[1]
    options = [
        choice
        for choice in itertools.product(range(-1, others), repeat=count)
        if len([j for j in choice if j >= 0]) == len({j for j in choice if j >= 0})
    ]

    def here(k: int, choice: tuple[int, ...]) -> float:
        pairs = [(i, j) for i, j in enumerate(choice) if j >= 0]
        near = sum(min(np.hypot(*(place[k, i] - guess[k, j])), CUTOFF) ** 2 for i, j in pairs)
        return near + 0.5 * CUTOFF**2 * (count + others - 2 * len(pairs))

    def change(one: tuple[int, ...], other: tuple[int, ...]) -> float:
        matrices = np.zeros((2, count, others))
        for m, choice in enumerate((one, other)):
            for i, j in enumerate(choice):
                if j >= 0:
                    matrices[m, i, j] = 1.0
        return float(0.5 * switch**2 * np.abs(matrices[1] - matrices[0]).sum())

    cost = [here(0, choice) for choice in options]
    for k in range(1, len(place)):
        cost = [
            here(k, choice) + min(c + change(before, choice) for c, before in zip(cost, options, strict=True))
            for choice in options
        ]
    return float(np.sqrt(min(cost)))


@pytest.mark.parametrize("seed", range(6))
def test_trajectories_are_assigned_as_the_best_of_all_sequences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 150, (4, 2, 2))
    guess = np.concatenate([place, place[:, :1]], axis=1) + rng.normal(0, 40, (4, 3, 2))
    always = np.ones((4, 2), bool), np.ones((4, 3), bool)
    found = trajectory_gospa((place, always[0]), (guess, always[1]), CUTOFF, 60.0)
    # The programme is the relaxation of the sequences: never above, and equal where its solution is whole.
    assert found.distance <= brute_trajectories(place, guess, 60.0) + 1e-6
    assert found.distance == pytest.approx(brute_trajectories(place, guess, 60.0), rel=0.02)


def test_without_changes_it_is_gospa_summed_and_a_swap_costs_twice_the_switch() -> None:
    """One truth leaving its track and taking the other's: two assignments end and two begin, half a switch each."""
    place = np.zeros((6, 2, 2))
    place[:, 1, 0] = 500.0
    shown = np.ones((6, 2), bool)
    rng = np.random.default_rng(1)
    guess = place + rng.normal(0, 5.0, place.shape)
    kept = trajectory_gospa((place, shown), (guess, shown), CUTOFF, 30.0)
    summed = sum(gospa(place[k], guess[k], CUTOFF).distance ** 2 for k in range(6))
    assert kept.distance**2 == pytest.approx(summed)
    assert kept.switches == pytest.approx(0.0, abs=1e-6)
    guess[3:] = guess[3:, ::-1]
    swapped = trajectory_gospa((place, shown), (guess, shown), CUTOFF, 30.0)
    assert swapped.switches == pytest.approx(2.0 * 30.0**2)


def test_what_is_missed_or_false_costs_half_the_squared_cutoff_each_time() -> None:
    place, shown = np.zeros((3, 1, 2)), np.ones((3, 1), bool)
    nobody = np.zeros((3, 0, 2)), np.zeros((3, 0), bool)
    missed = trajectory_gospa((place, shown), nobody, CUTOFF, 30.0)
    assert (missed.missed, missed.false) == (pytest.approx(1.5 * CUTOFF**2), 0.0)
    late = shown.copy()
    late[0] = False
    part = trajectory_gospa((place, shown), (place, late), CUTOFF, 30.0)
    assert part.missed == pytest.approx(0.5 * CUTOFF**2)
    assert part.switches == pytest.approx(0.0), "who is not there yet may be assigned already"


def test_ospa_is_stone_soups() -> None:
    ospametric = pytest.importorskip("stonesoup.metricgenerator.ospametric")
    state = pytest.importorskip("stonesoup.types.state").State
    rng = np.random.default_rng(3)
    truths, estimates = rng.uniform(0, 300, (5, 2)), rng.uniform(0, 300, (7, 2))
    states = [[state(place[:, None], timestamp=None) for place in places] for places in (truths, estimates)]
    metric = ospametric.OSPAMetric(c=CUTOFF, p=2).compute_OSPA_distance(*states)
    assert ospa(truths, estimates, CUTOFF) == pytest.approx(metric.value)
