"""Crossings of lines and closed edges by tracks."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.flow import Direction
from sidelook.model.places import Places
from sidelook.model.plots import TargetClass
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.monitoring.edge_crossings import CrossingSettings, find_crossings

NORTHWARD = [(0.0, -5_000.0), (0.0, 5_000.0)]  # a line drawn from south to north: west of it is its left, a
SQUARE = [(-2_000.0, -2_000.0), (-2_000.0, 2_000.0), (2_000.0, 2_000.0), (2_000.0, -2_000.0)]
EXACTLY = CrossingSettings(clear_sigmas=0.0)
MakePlaces, MakeTracks = Callable[..., Places], Callable[..., TrackTable]


def east(begin: float, end: float, count: int = 11) -> np.ndarray:
    """Drive east along the middle."""
    return np.stack([np.linspace(begin, end, count), np.zeros(count)], axis=1)


def inside(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Tell which points, (K, 2), are within a ring, (E, 2), by their winding angle: independent of what is tested."""
    off = ring[None] - points[:, None]
    angle = np.arctan2(off[..., 1], off[..., 0])
    turned = (np.diff(np.append(angle, angle[:, :1], axis=1), axis=1) + np.pi) % (2 * np.pi) - np.pi
    return np.abs(turned.sum(axis=1)) > np.pi


def test_who_drives_over_a_line_crosses_it_once_there_and_then(
    places: MakePlaces, tracks: MakeTracks, begin: int
) -> None:
    found = find_crossings(tracks([east(-3_000, 3_000), east(3_000, -3_000)]), places(NORTHWARD, line=True), 7)
    assert found.direction.tolist() == [Direction.IN, Direction.OUT]  # from a, its left, to b; and back
    assert found.mission.tolist() == [7, 7]
    assert found.time.tolist() == pytest.approx([begin + 150e9] * 2, abs=1e6)
    assert found.speed == pytest.approx([20.0, 20.0], rel=1e-3)
    assert np.degrees(found.heading) == pytest.approx([90.0, -90.0], abs=0.1)
    assert np.degrees(found.longitude) == pytest.approx(np.degrees([-0.75, -0.75]), abs=1e-5)
    assert found.simulated.all()  # its origin says so


def test_beside_the_line_nobody_crosses_it(places: MakePlaces, tracks: MakeTracks) -> None:
    past = east(-3_000, 3_000) + np.array([0.0, 6_000.0])
    assert len(find_crossings(tracks([past, east(-9_000, -5_000)]), places(NORTHWARD, line=True))) == 0


def test_what_goes_in_less_what_comes_out_is_the_change_of_content(places: MakePlaces, tracks: MakeTracks) -> None:
    """The law of a closed edge, for ways by chance over a ring that is not convex."""
    rng = np.random.default_rng(3)
    angle = -np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)  # clockwise
    reach = 2_000.0 * (1.0 + 0.6 * np.sin(5.0 * angle)) + rng.uniform(0.0, 200.0, 24)
    ring = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    ways = [rng.normal(0.0, 2_000.0, (1, 2)) + np.cumsum(rng.normal(0.0, 900.0, (40, 2)), axis=0) for _ in range(200)]
    found = find_crossings(tracks(ways), places([tuple(corner) for corner in ring]), settings=EXACTLY)
    into = np.bincount(found.track[found.direction == Direction.IN], minlength=201)[1:]
    out = np.bincount(found.track[found.direction == Direction.OUT], minlength=201)[1:]
    first, last = (inside(np.array([way[end] for way in ways]), ring) for end in (0, -1))
    assert into.sum() > 300
    np.testing.assert_array_equal(into - out, last.astype(int) - first.astype(int))


def test_a_track_that_trembles_beside_the_line_does_not_cross_it(places: MakePlaces, tracks: MakeTracks) -> None:
    rng = np.random.default_rng(4)
    standing = rng.normal(0.0, 60.0, (200, 2)) + np.array([20.0, 0.0])
    passing = east(-3_000, 3_000, 61) + rng.normal(0.0, 60.0, (61, 2))
    line = places(NORTHWARD, line=True)
    unsure = find_crossings(tracks([standing, passing], sigma=60.0), line)
    assert np.count_nonzero(unsure.track == 2) == 1
    trembling = np.count_nonzero(unsure.track == 1)
    exactly = np.count_nonzero(find_crossings(tracks([standing], sigma=60.0), line, settings=EXACTLY).track == 1)
    assert exactly > 50
    assert trembling < exactly / 4


def test_over_a_long_gap_nothing_is_concluded(places: MakePlaces, tracks: MakeTracks) -> None:
    line = places(NORTHWARD, line=True)
    way = [np.array([[-100.0, 0.0], [100.0, 0.0]])]
    assert len(find_crossings(tracks(way, step=290.0), line)) == 1
    assert len(find_crossings(tracks(way, step=310.0), line)) == 0


def test_only_vehicles_that_plots_support_count(places: MakePlaces, tracks: MakeTracks) -> None:
    line = places(NORTHWARD, line=True)
    for kind in (TargetClass.PERSON, TargetClass.ROTARY_WING, TargetClass.MARITIME):
        assert len(find_crossings(tracks([east(-300, 300)], kind=kind), line)) == 0
    late = tracks([east(-300, 300)])
    coasting = tracks([east(-300, 300)], supported=late.time - 10**9)
    tentative = tracks([east(-300, 300)], state=np.full(11, TrackState.TENTATIVE, np.uint8))
    assert len(find_crossings(coasting, line)) == len(find_crossings(tentative, line)) == 0
    assert len(find_crossings(late, line)) == 1


def test_the_class_is_that_of_the_track_in_the_end(places: MakePlaces, tracks: MakeTracks) -> None:
    kinds = np.array([0] * 8 + [1] * 3, np.uint8)
    found = find_crossings(tracks([east(-300, 300)], target_class=kinds), places(NORTHWARD, line=True))
    assert found.target_class.tolist() == [TargetClass.TRACKED]


def test_no_tracks_cross_nothing(places: MakePlaces) -> None:
    assert len(find_crossings(TrackTable.empty(origins=()), places(SQUARE))) == 0
