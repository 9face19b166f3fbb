"""Evidence that tracks move together: likeness of motion, and nearness beyond what traffic explains."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from sidelook.formations.pairs import closeness, compare_pairs, likeness, near_pairs, no_pairs
from sidelook.formations.settings import FormationSettings
from sidelook.formations.snapshot import Snapshot, take_snapshot
from sidelook.geometry.frames import LocalFrame
from sidelook.model.tracks import TrackState, TrackTable

MakeTracks = Callable[..., TrackTable]
SETTINGS = FormationSettings()
PAIR = np.array([[0, 1]])
NOBODY = np.full(3, -1, np.int32)


def snapshot_of(tracks: TrackTable, frame: LocalFrame, seconds: float = 0.0) -> Snapshot:
    return take_snapshot(tracks, round(seconds * 1e9), frame, SETTINGS.track_stale)


def line(count: int, gap: float) -> np.ndarray:
    return np.column_stack([gap * np.arange(count), np.zeros(count)])


def test_likeness_is_the_ratio_of_two_normal_densities(tracks_at: MakeTracks, frame: LocalFrame) -> None:
    tracks = tracks_at(0.0, line(2, 100.0), np.array([[15.0, 0.0], [13.0, 1.0]]), sigma=(30.0, 1.5))
    snapshot, apart = snapshot_of(tracks, frame), np.array([2.0, -1.0])

    def density(spread: float) -> float:
        return float(multivariate_normal.pdf(apart, cov=(2 * 1.5**2 + 2 * spread**2) * np.eye(2)))

    chance = SETTINGS.flow_share * density(SETTINGS.flow_spread)
    chance += (1.0 - SETTINGS.flow_share) * density(SETTINGS.other_spread)
    assert likeness(snapshot, PAIR, SETTINGS)[0] == pytest.approx(np.log(density(SETTINGS.speed_spread) / chance))


def test_vehicles_on_an_empty_road_are_companions_and_those_in_a_flow_are_not(
    tracks_at: MakeTracks, frame: LocalFrame
) -> None:
    alone = snapshot_of(tracks_at(0.0, line(2, 100.0), np.array([15.0, 0.0])), frame)
    flow = snapshot_of(tracks_at(0.0, line(400, 100.0), np.array([15.0, 0.0])), frame)
    middle = np.array([[200, 201]])
    assert closeness(alone, PAIR, SETTINGS)[0] > 3.0
    assert closeness(flow, middle, SETTINGS)[0] < 0.0


def test_traffic_the_other_way_does_not_explain_companions(tracks_at: MakeTracks, frame: LocalFrame) -> None:
    velocity = np.tile([-15.0, 0.0], (400, 1))
    velocity[200:202] = [15.0, 0.0]
    snapshot = snapshot_of(tracks_at(0.0, line(400, 100.0), velocity), frame)
    assert closeness(snapshot, np.array([[200, 201]]), SETTINGS)[0] > 3.0


def test_evidence_grows_with_looks_and_not_without_plots(tracks_at: MakeTracks, frame: LocalFrame) -> None:
    pairs, alike = no_pairs(), []
    for k in range(1, 5):
        tracks = tracks_at(30.0 * k, line(2, 100.0) + 30.0 * k * np.array([15.0, 0.0]), np.array([15.0, 0.0]))
        pairs = compare_pairs(pairs, snapshot_of(tracks, frame, 30.0 * k), NOBODY, SETTINGS)
        alike.append(float(pairs.alike[0]))
    assert alike == sorted(alike)
    silent = tracks_at(150.0, line(2, 100.0) + 150.0 * np.array([15.0, 0.0]), np.array([15.0, 0.0]), silent=60.0)
    assert compare_pairs(pairs, snapshot_of(silent, frame, 150.0), NOBODY, SETTINGS).alike[0] < alike[-1]


def test_standing_together_says_nothing_and_takes_nothing_away(tracks_at: MakeTracks, frame: LocalFrame) -> None:
    tracks = tracks_at(30.0, line(2, 30.0), np.zeros(2), state=TrackState.STOPPED)
    queue = compare_pairs(no_pairs(), snapshot_of(tracks, frame, 30.0), NOBODY, SETTINGS)
    assert queue.alike[0] == 0.0
    moving = compare_pairs(
        no_pairs(), snapshot_of(tracks_at(30.0, line(2, 30.0), [15.0, 0.0]), frame, 30.0), NOBODY, SETTINGS
    )
    halted = tracks_at(60.0, line(2, 30.0), np.zeros(2), state=TrackState.STOPPED)
    assert compare_pairs(moving, snapshot_of(halted, frame, 60.0), NOBODY, SETTINGS).alike[0] == moving.alike[0] > 0.0


def test_pairs_out_of_reach_are_not_near_however_alike(tracks_at: MakeTracks, frame: LocalFrame) -> None:
    place = np.array([[0.0, 0.0], [SETTINGS.reach + 50.0, 0.0], [SETTINGS.stretch + 500.0, 0.0]])
    pairs = compare_pairs(
        no_pairs(), snapshot_of(tracks_at(1.0, place, np.array([15.0, 0.0])), frame, 1.0), NOBODY, SETTINGS
    )
    assert list(zip(pairs.one, pairs.other, strict=True)) == [(1, 2)]
    assert pairs.total[0] == -np.inf


def test_either_side_of_a_bend_vehicles_of_one_column_are_not_told_apart(
    tracks_at: MakeTracks, frame: LocalFrame
) -> None:
    bend = tracks_at(30.0, line(2, 100.0), np.array([[15.0, 0.0], [0.0, 14.0]]))
    apart = tracks_at(30.0, line(2, 100.0), np.array([[15.0, 0.0], [0.0, 5.0]]))
    one = np.zeros(2, np.int32)
    assert compare_pairs(no_pairs(), snapshot_of(bend, frame, 30.0), NOBODY, SETTINGS).alike[0] < -1.0
    assert compare_pairs(no_pairs(), snapshot_of(bend, frame, 30.0), one, SETTINGS).alike[0] == 0.0
    assert compare_pairs(no_pairs(), snapshot_of(apart, frame, 30.0), one, SETTINGS).alike[0] < -1.0


def test_near_pairs_are_all_and_in_order() -> None:
    place = np.random.default_rng(1).uniform(0.0, 1000.0, (60, 2))
    apart = np.linalg.norm(place[:, None] - place[None, :], axis=-1)
    first, second = np.nonzero(np.triu(apart < 150.0, 1))
    np.testing.assert_array_equal(near_pairs(place, 150.0), np.column_stack([first, second]))
    assert near_pairs(place[:1], 150.0).shape == (0, 2)
