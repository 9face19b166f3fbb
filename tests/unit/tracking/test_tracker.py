"""The tracker as a whole, on looks made by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.origin import Classification
from sidelook.model.tracks import TrackState
from sidelook.tracking.classes.bayes import named
from sidelook.tracking.look import Look, join_looks, split_look
from sidelook.tracking.motion import CRUISE_ONLY
from sidelook.tracking.settings import TrackerSettings
from sidelook.tracking.state import TrackerState, state_from_arrays, state_to_arrays
from sidelook.tracking.tracker import StepResult, Tracker

MakeLook = Callable[..., Look]
Drive = Callable[[float, np.ndarray], np.ndarray]
ONE = np.array([[2e3, 5e3, 3.0, 15.0]])


def follow(looks: list[Look], tracker: Tracker | None = None) -> tuple[TrackerState, list[StepResult]]:
    tracker = tracker or Tracker()
    state, results = tracker.init(), []
    for look in looks:
        state, result = tracker.step(state, look)
        results.append(result)
    return state, results


def confirmed(state: TrackerState) -> np.ndarray:
    tracks = state.tracks[state.rows]
    return tracks[tracks["confirmed"] & (tracks["status"] != TrackState.LOST)]


def crowd(seed: int, count: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(-40e3, 40e3, (count, 2)), rng.normal(0, 12, (count, 2))])


@pytest.fixture
def crowd_looks(look_at: MakeLook, driven: Drive) -> list[Look]:
    rng = np.random.default_rng(3)
    return [look_at(30.0 * k, driven(30.0 * k, crowd(1)), rng=rng) for k in range(6)]


def test_one_vehicle_is_one_track_where_it_is(look_at: MakeLook, driven: Drive) -> None:
    rng = np.random.default_rng(1)
    state, results = follow([look_at(30.0 * k, driven(30.0 * k, ONE), rng=rng) for k in range(8)])
    track = confirmed(state)
    assert [int(result.assigned[0]) for result in results] == [1] * 8
    assert len(track) == 1
    assert track["status"][0] == TrackState.CONFIRMED
    assert track["hits"][0] == 8
    truth = driven(210.0, ONE)[0]
    apart = track["estimate"][0] - truth
    merged = track["covariance"][0, 0]
    assert apart @ np.linalg.solve(merged, apart) < 20.0
    assert np.hypot(*apart[:2]) < 300.0
    assert np.hypot(*apart[2:]) < 5.0


def test_a_single_plot_confirms_nothing(look_at: MakeLook) -> None:
    state, _ = follow([look_at(0.0, ONE)])
    assert state.tracks["status"][state.rows].tolist() == [TrackState.TENTATIVE]


def test_false_alarms_die_and_their_rows_are_used_again(look_at: MakeLook) -> None:
    rng = np.random.default_rng(2)
    tracker = Tracker(capacity=64)
    looks = [look_at(30.0 * k, crowd(100 + k, 30), rng=rng) for k in range(20)]
    state, _ = follow(looks, tracker)
    assert len(confirmed(state)) <= 2
    assert len(state.tracks) <= 256


def test_pairs_that_disagree_with_their_radial_speed_make_no_track(look_at: MakeLook) -> None:
    """Two plots 30 s apart on one spot, both with 25 m/s: a vehicle would have moved 750 m."""
    fast = np.array([[2e3, 5e3, 3.0, 25.0]])
    assert len(confirmed(follow([look_at(0.0, fast), look_at(30.0, fast)])[0])) == 0
    moved = fast + np.array([[90.0, 750.0, 0.0, 0.0]])
    assert len(confirmed(follow([look_at(0.0, fast), look_at(30.0, moved)])[0])) == 1


def test_a_crossing_vehicle_is_held_through_the_notch(look_at: MakeLook, driven: Drive) -> None:
    rng = np.random.default_rng(4)
    cross = np.array([[0.0, 10e3, 14.0, 6.0]])
    turn = driven(120.0, cross) * [1, 1, 1, 0]  # now straight across the line of sight
    seen = [look_at(30.0 * k, driven(30.0 * k, cross), rng=rng) for k in range(5)]
    hidden = [look_at(150.0 + 30.0 * k, np.zeros((0, 4))) for k in range(3)]
    again = driven(120.0, turn) + np.array([[0.0, 0.0, 0.0, 6.0]])
    state, results = follow([*seen, *hidden, look_at(240.0, again, rng=rng)])
    assert results[-1].assigned.tolist() == [1]
    assert len(confirmed(state)) == 1


def test_a_vehicle_that_stops_is_kept_and_resumed_under_its_identity(look_at: MakeLook, driven: Drive) -> None:
    rng = np.random.default_rng(5)
    looks = [look_at(30.0 * k, driven(30.0 * k, ONE), rng=rng) for k in range(6)]
    halted = driven(160.0, ONE)
    looks += [look_at(180.0 + 30.0 * k, np.zeros((0, 4))) for k in range(4)]
    state, _ = follow(looks)
    track = confirmed(state)
    assert track["status"].tolist() == [TrackState.STOPPED]
    assert np.hypot(*(track["estimate"][0, :2] - halted[0, :2])) < 350.0
    looks += [
        look_at(300.0 + 30.0 * k, halted + np.array([[0.0, 150.0 + 400 * k, 0.0, 0.0]]), rng=rng) for k in range(2)
    ]
    state, results = follow(looks)
    assert [result.assigned.tolist() for result in results[-2:]] == [[1], [1]]
    assert confirmed(state)["status"].tolist() == [TrackState.CONFIRMED]


def test_a_vehicle_that_must_be_seen_and_is_not_is_given_up(look_at: MakeLook, driven: Drive) -> None:
    """Without a stopped mode a miss in plain view has no other explanation."""
    rng = np.random.default_rng(6)
    tracker = Tracker(settings=TrackerSettings(motion=CRUISE_ONLY))
    seen = [look_at(30.0 * k, driven(30.0 * k, ONE), rng=rng) for k in range(6)]
    empty = [look_at(180.0 + 30.0 * k, np.zeros((0, 4))) for k in range(6)]
    state, _ = follow(seen, tracker)
    assert len(confirmed(state)) == 1
    state, _ = follow(seen + empty, tracker)
    assert len(confirmed(state)) == 0


def test_a_miss_beside_the_footprint_costs_nothing(look_at: MakeLook, driven: Drive) -> None:
    rng = np.random.default_rng(7)
    looks = [look_at(30.0 * k, driven(30.0 * k, ONE), rng=rng) for k in range(6)]
    aside = [look_at(151.0 + k, np.zeros((0, 4)), sector=(0.8, 0.05, 50e3, 250e3)) for k in range(9)]
    before = confirmed(follow(looks)[0])
    after = confirmed(follow(looks + aside)[0])
    assert after["existence"] == pytest.approx(before["existence"])
    assert after["missed"].tolist() == [0.0]
    assert after["time"].tolist() == before["time"].tolist(), "not even predicted"


def test_an_unknown_footprint_says_nothing_but_its_plots_count(look_at: MakeLook, driven: Drive) -> None:
    nowhere = (np.nan, np.nan, np.nan, np.nan)
    looks = [replace_area(look_at(30.0 * k, driven(30.0 * k, ONE), sector=nowhere)) for k in range(5)]
    empty = [replace_area(look_at(150.0 + 30 * k, np.zeros((0, 4)), sector=nowhere)) for k in range(5)]
    state, results = follow(looks + empty)
    assert [result.assigned.tolist() for result in results[:5]] == [[1]] * 5
    assert confirmed(state)["missed"].tolist() == [0.0]


def replace_area(look: Look) -> Look:
    return replace(look, area=np.full((1, 3), np.nan))


def test_a_second_look_from_an_overlapping_dwell_is_the_same_track(look_at: MakeLook, driven: Drive) -> None:
    rng = np.random.default_rng(8)
    left, right = (-0.01, 0.03, 50e3, 250e3), (0.03, 0.03, 50e3, 250e3)
    looks = []
    for k in range(6):
        looks.append(look_at(30.0 * k, driven(30.0 * k, ONE), rng=rng, sector=left, dwell=0))
        looks.append(look_at(30.0 * k + 3.5, driven(30.0 * k + 3.5, ONE), rng=rng, sector=right, dwell=1))
    state, results = follow(looks)
    assert {int(result.assigned[0]) for result in results} == {1}
    assert len(confirmed(state)) == 1


def test_position_only_recordings_are_tracked(look_at: MakeLook, driven: Drive) -> None:
    rng = np.random.default_rng(9)
    looks = []
    for k in range(8):
        look = look_at(10.0 * k, driven(10.0 * k, ONE), rng=rng)
        look.measured[:, 2] = np.nan
        looks.append(look)
    state, _ = follow(looks)
    track = confirmed(state)
    assert len(track) == 1
    assert np.hypot(*(track["estimate"][0, 2:] - ONE[0, 2:])) < 6.0


def test_all_at_once_and_one_by_one_give_the_same(crowd_looks: list[Look]) -> None:
    one_by_one, results = follow(crowd_looks)
    at_once, (result,) = follow([join_looks(crowd_looks)], Tracker())
    np.testing.assert_array_equal(result.assigned, np.concatenate([part.assigned for part in results]))
    np.testing.assert_array_equal(confirmed(at_once)["mean"], confirmed(one_by_one)["mean"])
    parts = split_look(join_looks(crowd_looks))
    assert [len(part) for part in parts] == [1] * 6
    again, _ = follow(parts)
    np.testing.assert_array_equal(again.tracks["mean"], one_by_one.tracks["mean"])


def test_a_state_saved_and_restored_goes_on_the_same(crowd_looks: list[Look]) -> None:
    tracker = Tracker()
    state, _ = follow(crowd_looks[:3], tracker)
    kept = state_from_arrays(state_to_arrays(state), state.origins)
    for look in crowd_looks[3:]:
        state, result = tracker.step(state, look)
        kept, same = tracker.step(kept, look)
        np.testing.assert_array_equal(result.assigned, same.assigned)
        np.testing.assert_array_equal(result.rows, same.rows)
    for name, column in state_to_arrays(state).items():
        np.testing.assert_array_equal(column, state_to_arrays(kept)[name], err_msg=name)


def test_a_copied_state_is_untouched_by_the_next_step(crowd_looks: list[Look]) -> None:
    tracker = Tracker()
    state, _ = follow(crowd_looks[:3], tracker)
    copy = state.copy()
    tracker.step(state, crowd_looks[3])
    fresh, _ = follow(crowd_looks[:3], tracker)
    np.testing.assert_array_equal(copy.tracks, fresh.tracks)
    assert copy.clock == 60_000_000_000


def test_room_is_made_for_more_tracks(crowd_looks: list[Look]) -> None:
    small, few = follow(crowd_looks, Tracker(capacity=16))
    large, many = follow(crowd_looks, Tracker(capacity=4096))
    assert [a.assigned.tolist() for a in few] == [a.assigned.tolist() for a in many]
    assert sorted(confirmed(small)["identity"]) == sorted(confirmed(large)["identity"])


def test_late_and_repeated_dwells_are_counted_and_left_out(look_at: MakeLook, driven: Drive) -> None:
    looks = [look_at(30.0 * k, driven(30.0 * k, ONE)) for k in range(4)]
    state, results = follow([*looks, looks[3], looks[1], look_at(70.0, ONE)])
    assert [result.assigned.tolist() for result in results[4:]] == [[0], [0], [0]]
    assert state.counts == {"used": 4, "late": 1, "repeated": 2}
    assert confirmed(state)["hits"].tolist() == [4]


def test_a_dwell_a_little_out_of_order_is_taken(look_at: MakeLook, driven: Drive) -> None:
    looks = [look_at(30.0 * k, driven(30.0 * k, ONE)) for k in range(4)]
    state, _ = follow([*looks, look_at(89.8, np.zeros((0, 4)), sector=(0.5, 0.01, 50e3, 250e3))])
    assert state.counts["used"] == 5
    assert state.clock == 90_000_000_000


def test_an_empty_dwell_and_an_empty_look_are_no_trouble(look_at: MakeLook) -> None:
    empty = look_at(0.0, np.zeros((0, 4)))
    nothing = replace(
        empty, **{name: getattr(empty, name)[:0] for name in ("time", "revisit", "dwell", "sensor", "area")}
    )
    nothing = replace(
        nothing,
        **{name: getattr(empty, name)[:0] for name in ("sector", "minimum_detectable_speed", "plot_count", "origin")},
    )
    state, results = follow([empty, nothing])
    assert len(state.rows) == 0
    assert all(len(result.assigned) == 0 for result in results)


@pytest.mark.parametrize(
    ("column", "value"), [("place", np.nan), ("measured", np.nan), ("variance", np.nan), ("variance", 0.0)]
)
def test_a_plot_without_a_place_is_left_alone(look_at: MakeLook, column: str, value: float) -> None:
    look = look_at(0.0, np.concatenate([ONE, ONE + 5e3]))
    getattr(look, column)[0, 0] = value
    state, (result,) = follow([look])
    assert result.assigned.tolist() == [0, 1]
    assert np.isfinite(state.tracks["mean"][state.rows]).all()


def test_a_dwell_without_a_sensor_position_is_left_out(look_at: MakeLook) -> None:
    look = look_at(0.0, ONE)
    look.sensor[0, 0] = np.nan
    state, (result,) = follow([look])
    assert result.assigned.tolist() == [0]
    assert state.counts["late"] == 1


def test_ten_thousand_plots_in_a_dwell(look_at: MakeLook) -> None:
    rng = np.random.default_rng(10)
    states = np.column_stack(
        [rng.uniform(-80e3, 80e3, 10_000), rng.uniform(-60e3, 60e3, 10_000), rng.normal(0, 15, (10_000, 2))]
    )
    state, results = follow(
        [look_at(30.0 * k, states + 30 * k * states[:, [2, 3, 2, 3]] * [1, 1, 0, 0], rng=rng) for k in range(3)]
    )
    assert np.unique(results[-1].assigned).size == 10_000
    assert (results[-1].assigned == results[0].assigned).mean() > 0.8
    assert len(confirmed(state)) > 8_000


def test_marking_and_simulation_stick_to_a_track(look_at: MakeLook, driven: Drive) -> None:
    looks = [look_at(30.0 * k, driven(30.0 * k, ONE)) for k in range(3)]
    secret = replace(looks[1].origins[0], classification=Classification.SECRET, simulated=False)
    looks[1] = replace(looks[1], origins=(secret,))
    for k in (0, 2):
        looks[k].simulated[:] = k == 0
    state, _ = follow(looks)
    track = confirmed(state)
    assert state.origins[track["origin"][0]].classification is Classification.SECRET
    assert track["simulated"].tolist() == [True]


def test_what_plots_say_of_the_class_adds_up(look_at: MakeLook, driven: Drive) -> None:
    looks = [look_at(30.0 * k, driven(30.0 * k, ONE)) for k in range(5)]
    for look, kind, chance in zip(looks, (2, 2, 127, 1, 2), (0.8, 0.7, 0.0, 0.6, 0.8), strict=True):
        look.target_class[:], look.class_probability[:] = kind, chance
    target_class, probability = named(confirmed(follow(looks)[0])["classes"])
    assert target_class.tolist() == [2]
    assert probability[0] > 0.9


def test_a_look_whose_counts_do_not_fit_is_refused(look_at: MakeLook) -> None:
    with pytest.raises(ValueError, match="2 plots announced"):
        replace(look_at(0.0, ONE), plot_count=np.array([2]))
