"""Formations over time: found, kept through stops and masks, split and merged; and traffic is none."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.formations.group_tracker import FormationsKnown, FormationsSeen, FormationTracker
from sidelook.geometry.frames import LocalFrame
from sidelook.model.formation import FormationEvent, FormationKind, FormationState
from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackState, TrackTable, concatenate_tracks

MakeTracks = Callable[..., TrackTable]
EAST = np.array([15.0, 0.0])
Looks = list[tuple[float, TrackTable]]


@pytest.fixture
def tracker(frame: LocalFrame) -> FormationTracker:
    """Give a tracker of formations with its usual settings."""
    return FormationTracker(frame=frame)


def column(count: int, gap: float = 80.0) -> np.ndarray:
    return np.column_stack([-gap * np.arange(count), np.zeros(count)])


def play(tracker: FormationTracker, looks: Looks) -> tuple[FormationsKnown, list[FormationsSeen]]:
    known, seen = tracker.init(), []
    for seconds, tracks in looks:
        known, now = tracker.look(tracker.take(known, tracks), round(seconds * 1e9))
        seen.append(now)
    return known, seen


def events(seen: list[FormationsSeen]) -> list[tuple[int, int, int]]:
    rows = [(now.table.formation, now.table.other, now.table.event) for now in seen]
    every = [tuple(int(x) for x in row) for columns in rows for row in zip(*columns, strict=True)]
    return [row for row in every if row[2] != FormationEvent.NONE]


def driving(make: MakeTracks, place: np.ndarray, looks: range, velocity: np.ndarray = EAST) -> Looks:
    return [(30.0 * k, make(30.0 * k, place + 30.0 * k * velocity, velocity)) for k in looks]


def test_a_column_is_found_at_the_second_look_with_its_members(
    tracker: FormationTracker, tracks_at: MakeTracks
) -> None:
    _, seen = play(tracker, driving(tracks_at, column(6), range(1, 6)))
    assert [len(now.table) for now in seen] == [0, 1, 1, 1, 1]
    last = seen[-1]
    assert events(seen) == [(1, 0, FormationEvent.FOUND)]
    assert set(last.members.track) == set(range(1, 7))
    assert last.table.count_low[0] <= 6 <= last.table.count_high[0]
    assert last.table.kind[0] == FormationKind.COLUMN
    assert last.table.length[0] == pytest.approx(400.0, rel=0.05)
    assert last.table.simulated[0]
    np.testing.assert_allclose([last.table.velocity_east[0], last.table.velocity_north[0]], EAST, atol=0.1)


def test_crossing_traffic_and_an_even_flow_are_no_formations(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    rng = np.random.default_rng(3)
    angle = rng.uniform(0.0, 2.0 * np.pi, 300)
    velocity = 15.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    crossing = driving(tracks_at, rng.uniform(-10e3, 10e3, (300, 2)), range(1, 6), velocity)
    flow = driving(tracks_at, np.column_stack([150.0 * np.arange(300), np.zeros(300)]), range(1, 6))
    for looks in (crossing, flow):
        assert all(len(now.table) == 0 for now in play(tracker, looks)[1])


def test_a_queue_that_never_moved_is_no_formation(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    queue = [(30.0 * k, tracks_at(30.0 * k, column(8, 12.0), [0.0, 0.0], state=TrackState.STOPPED)) for k in range(6)]
    assert all(len(now.table) == 0 for now in play(tracker, queue[1:])[1])


def test_a_column_that_stops_and_drives_on_is_the_same(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    looks, there = driving(tracks_at, column(6), range(1, 4)), column(6) + 90.0 * EAST
    for k in range(4, 14):
        halted = tracks_at(30.0 * k, there, [0.0, 0.0], silent=30.0 * (k - 3), state=TrackState.STOPPED)
        looks.append((30.0 * k, halted))
    for k in range(14, 17):
        looks.append((30.0 * k, tracks_at(30.0 * k, there + 30.0 * (k - 13) * EAST, EAST)))
    known, seen = play(tracker, looks)
    assert [kind for _, _, kind in events(seen)] == [
        FormationEvent.FOUND,
        FormationEvent.STOPPED,
        FormationEvent.MOVED_ON,
    ]
    assert set(np.concatenate([now.table.formation for now in seen])) == {1}
    assert seen[8].table.kind[0] == FormationKind.STANDING
    assert len(known.groups) == 1


def test_behind_a_mask_it_coasts_and_comes_out_as_itself_with_new_tracks(
    tracker: FormationTracker, tracks_at: MakeTracks
) -> None:
    looks = driving(tracks_at, column(6), range(1, 5))
    looks += [(30.0 * k, TrackTable.empty(origins=())) for k in range(5, 14)]
    looks += [(30.0 * k, tracks_at(30.0 * k, column(6) + 30.0 * k * EAST, EAST, first=101)) for k in range(14, 17)]
    _, seen = play(tracker, looks)
    states = [int(now.table.state[0]) for now in seen[1:]]
    assert FormationState.COASTING in states
    assert states[-1] == FormationState.HELD
    assert events(seen) == [(1, 0, FormationEvent.FOUND), (1, 0, FormationEvent.FOUND_AGAIN)]


def test_it_splits_and_merges_with_events(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    place, looks, turned = column(10), [], np.array([10.6, 10.6])
    for k in range(1, 15):
        here, velocity = place + 30.0 * k * EAST, np.tile(EAST, (10, 1))
        if 5 <= k < 9:
            here[6:] = place[6:] + 120.0 * EAST + 30.0 * (k - 4) * turned
            velocity[6:] = turned
        elif k >= 9:  # and comes back to the others, by a road of its own
            here[6:] = place[6:] + 30.0 * k * EAST
        looks.append((30.0 * k, tracks_at(30.0 * k, here, velocity)))
    _, seen = play(tracker, looks)
    what = events(seen)
    assert what[0] == (1, 0, FormationEvent.FOUND)
    assert (2, 1, FormationEvent.SPLIT) in what
    assert (2, 1, FormationEvent.MERGED) in what
    assert set(seen[-1].members.track) == set(range(1, 11))
    assert len(seen[-1].table) == 1


def test_around_a_corner_a_long_column_stays_one(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    """Two kilometres of it, 25 vehicles, round a right angle at 2 km: half of them for a minute on either side."""
    looks = []
    for k in range(1, 14):
        run = 15.0 * 30.0 * k - 80.0 * np.arange(25.0)
        after = np.maximum(run - 2e3, 0.0)
        place = np.column_stack([np.minimum(run, 2e3), after])
        velocity = np.where((after > 0.0)[:, None], EAST[::-1], EAST)
        looks.append((30.0 * k, tracks_at(30.0 * k, place, velocity)))
    _, seen = play(tracker, looks)
    assert events(seen) == [(1, 0, FormationEvent.FOUND)]
    assert [len(now.members) for now in seen[2:]] == [25] * 11


def test_one_that_is_not_heard_of_is_given_up(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    looks = driving(tracks_at, column(6), range(1, 4))
    looks += [(30.0 * k, TrackTable.empty(origins=())) for k in range(4, 40)]
    known, seen = play(tracker, looks)
    assert events(seen)[-1] == (1, 0, FormationEvent.LOST)
    assert known.groups == ()
    assert len(known.latest) == 0


def test_rows_taken_one_by_one_give_what_they_give_at_once(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    rng = np.random.default_rng(5)
    looks = []
    for k in range(1, 8):
        place = np.vstack([column(6), rng.uniform(-5e3, 5e3, (40, 2))]) + 30.0 * k * EAST
        looks.append((30.0 * k, tracks_at(30.0 * k, place, EAST)))
    _, whole = play(tracker, looks)
    known = tracker.init()
    for (seconds, tracks), wanted in zip(looks, whole, strict=True):
        for row in range(len(tracks)):
            known = tracker.take(known, tracks.take(slice(row, row + 1)))
        known, seen = tracker.look(known, round(seconds * 1e9))
        for name in wanted.table.DTYPES:
            np.testing.assert_array_equal(getattr(seen.table, name), getattr(wanted.table, name))


def test_nothing_at_all_is_an_empty_answer(tracker: FormationTracker) -> None:
    _, seen = play(tracker, [(30.0, TrackTable.empty(origins=()))])
    assert len(seen[0].table) == len(seen[0].members) == 0


def test_a_group_among_others_keeps_its_members_apart(tracker: FormationTracker, tracks_at: MakeTracks) -> None:
    looks = []
    for k in range(1, 6):
        parts = [
            tracks_at(30.0 * k, column(5) + 30.0 * k * EAST, EAST),
            tracks_at(30.0 * k, column(7) + np.array([0.0, 3e3]) - 30.0 * k * EAST, -EAST, first=11),
        ]
        looks.append((30.0 * k, concatenate_tracks(parts)))
    _, seen = play(tracker, looks)
    last = seen[-1].members
    assert {tuple(sorted(last.track[last.formation == f])) for f in np.unique(last.formation)} == {
        tuple(range(1, 6)),
        tuple(range(11, 18)),
    }


def test_a_formation_is_as_protected_as_the_most_protected_of_its_tracks(
    tracker: FormationTracker, tracks_at: MakeTracks
) -> None:
    secret = Origin(source="other", classification=Classification.SECRET)
    looks = []
    for k in range(1, 6):
        tracks = tracks_at(30.0 * k, column(6) + 30.0 * k * EAST, EAST)
        if k > 3:  # the protected one leaves
            looks.append((30.0 * k, tracks.take(np.array([0, 1, 3, 4, 5]))))
            continue
        origin = np.array([0, 0, 1, 0, 0, 0], np.int32)
        both = TrackTable(
            **({name: getattr(tracks, name) for name in TrackTable.DTYPES} | {"origin": origin}),
            origins=(tracks.origins[0], secret) if k > 1 else (secret, secret),
        )
        looks.append((30.0 * k, both))
    _, seen = play(tracker, looks)
    last = seen[-1].table
    assert last.origins[last.origin[0]] == secret
