"""Hypotheses of one track: corrected on roads as the textbook has it, joined, and led past bends and junctions."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geometry.ground import Plane
from sidelook.tracking.columns import HYPOTHESES, NONE, ROUTE, RoadMap
from sidelook.tracking.hypotheses import kernels
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import jacobian, measure, tangent_ground
from sidelook.tracking.roads.network import road_map
from sidelook.tracking.settings import TrackerSettings, as_constants
from sidelook.tracking.state import TrackerState
from sidelook.tracking.tracker import Tracker

MakeLook = Callable[..., Look]
SETTINGS = TrackerSettings()
CONSTANTS = as_constants(SETTINGS)[0]
MODES = 4
SENSOR = np.array([0.0, -120e3, 12e3])
VARIANCE = np.array([12.0, 0.7e-3, 0.7]) ** 2


def roads_through(*lines: list[tuple[float, float]], limit: float = 20.0) -> RoadMap:
    """Roads that meet where they share an end."""
    points = np.concatenate([np.array(line, float) for line in lines])
    offset = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    ends = np.array([(line[0], line[-1]) for line in lines]).reshape(-1, 2)
    _, node = np.unique(ends, axis=0, return_inverse=True)
    return road_map(points, offset, node.reshape(-1, 2), np.full(len(lines), limit))


def room() -> tuple[np.ndarray, ...]:
    rows = HYPOTHESES * MODES
    route = np.full((HYPOTHESES, ROUTE), NONE, np.int32)
    return np.zeros((rows, 4)), np.zeros((rows, 4, 4)), np.zeros(rows), np.zeros((rows, 5)), route


def on_road(roads: RoadMap, lane: int, road: list[float]) -> tuple[np.ndarray, ...]:
    ahead, route = room(), np.full(ROUTE, NONE, np.int32)
    route[0] = lane
    weight = np.array([0.6, 0.3, 0.1, 0.0])
    kernels.write_on_road((CONSTANTS, roads), np.tile(road, (MODES, 1)), weight, route, ahead, 0)
    return ahead


def test_on_a_straight_road_a_correction_is_the_textbook_kalman_update_along_it() -> None:
    start, end = np.array([-20e3, 30e3]), np.array([10e3, 50e3])
    roads = roads_through([tuple(start), tuple(end)])
    ahead = on_road(roads, 0, [15e3, 14.0, 90.0**2, 100.0, 25.0])
    along = (end - start) / np.hypot(*(end - start))
    state = np.concatenate([start + 15e3 * along, 14.0 * along])
    ground = tangent_ground(np.append(state[:2], 0.0), Plane())
    measured = measure(state, SENSOR, ground) + np.array([15.0, 2e-4, -1.0])
    lay = np.kron(np.eye(2), along[:, None])
    across = np.array([-along[1], along[0]])
    prior = np.array([[8100.0, 100.0], [100.0, 25.0]])
    error = np.zeros((4, 4))
    error[:2, :2] = SETTINGS.roads.map_error**2 * np.outer(across, across)
    error[2:, 2:] = kernels.CROSS_SPEED_VARIANCE * np.outer(across, across)
    slopes = jacobian(state, SENSOR, ground)
    spread = slopes @ (lay @ prior @ lay.T + error) @ slopes.T + np.diag(VARIANCE)
    gain = prior @ lay.T @ slopes.T @ np.linalg.inv(spread)
    wanted = np.array([15e3, 14.0]) + gain @ (measured - measure(state, SENSOR, ground))
    left = prior - gain @ spread @ gain.T
    fields = (tuple(measured), tuple(VARIANCE), np.nan, tuple(ground))
    kernels.correct_state(ahead, 0, (CONSTANTS, roads), tuple(SENSOR), fields, np.empty((6, 4)))
    np.testing.assert_allclose(ahead[3][0, :2], wanted, rtol=1e-4)
    np.testing.assert_allclose(ahead[3][0, 2:], [left[0, 0], left[0, 1], left[1, 1]], rtol=0.01)


def test_before_and_after_a_bend_a_plot_is_compared_where_it_puts_the_vehicle() -> None:
    """A plot at the vehicle's true place 400 m on, past a right angle, is as likely as one on a straight road."""
    bent = roads_through([(0.0, 20e3), (0.0, 30e3)], [(0.0, 30e3), (10e3, 30e3)])
    straight = roads_through([(0.0, 20e3), (0.0, 30e3)], [(0.0, 30e3), (0.0, 40e3)])
    distances = []
    for roads, place in ((bent, [150.0, 30e3, 14.0, 0.0]), (straight, [0.0, 30150.0, 0.0, 14.0])):
        ahead = on_road(roads, 2, [-250.0, 14.0, 200.0**2, 0.0, 16.0])
        ahead[4][0, 1] = 0
        state, ground = np.array(place), tangent_ground(np.array([*place[:2], 0.0]), Plane())
        fields = (tuple(measure(state, SENSOR, ground)), tuple(VARIANCE), np.nan, tuple(ground))
        compared = kernels.compare(ahead, 0, (CONSTANTS, roads), tuple(SENSOR), fields, np.empty((6, 4)))
        distances.append(compared[0])
    assert distances[0] == pytest.approx(distances[1], abs=1.5)
    assert max(distances) < 6.0


def test_hypotheses_on_one_lane_become_one_with_the_moments_of_both() -> None:
    roads = roads_through([(0.0, 20e3), (0.0, 30e3)])
    ahead = on_road(roads, 0, [4e3, 14.0, 100.0, 5.0, 4.0])
    other = on_road(roads, 0, [4.1e3, 10.0, 200.0, 0.0, 9.0])
    for mine, its in zip(ahead[:4], other[:4], strict=True):
        mine[MODES : 2 * MODES] = its[:MODES]
    ahead[4][1] = other[4][0]
    assert kernels.tidy(ahead, 2, (CONSTANTS, roads)) == 1
    mean, spread = ahead[3][0, :2], ahead[3][0, 2:]
    np.testing.assert_allclose(mean, [4050.0, 12.0])
    np.testing.assert_allclose(spread, [150.0 + 50.0**2, 2.5 - 50.0 * 2.0, 6.5 + 2.0**2])
    assert ahead[2][:MODES].sum() == pytest.approx(1.0)


def test_the_chance_of_a_road_is_that_of_vehicles_spread_along_all_roads() -> None:
    """Two parallel roads, one right under the plot: by Bayes exp(-d2 / 2) is how much less likely the other is."""
    roads = roads_through([(-20e3, 30e3), (20e3, 30e3)], [(-20e3, 30.3e3), (20e3, 30.3e3)])
    ahead = room()
    ahead[0][:MODES] = [0.0, 30e3, 16.0, 0.0]
    ahead[1][:MODES] = np.diag([100.0**2, 150.0**2 - SETTINGS.roads.map_error**2, 4.0, 4.0])
    ahead[2][:MODES] = [0.5, 0.5, 0.0, 0.0]
    count, evidence = kernels.enter_roads(ahead, 1, (CONSTANTS, roads), 0.95, kernels.make_scratch(MODES))
    share = {int(ahead[4][h, 0]): ahead[2][h * MODES : (h + 1) * MODES].sum() for h in range(count)}
    assert share[2] / share[0] == pytest.approx(np.exp(-0.5 * (300.0 / 150.0) ** 2), rel=1e-3)
    assert evidence > 1.0
    assert share.get(1, 0.0) < 1e-3  # nobody drives backwards


def follow(roads: RoadMap | None, looks: list[Look]) -> tuple[TrackerState, list[np.ndarray]]:
    tracker = Tracker(roads=roads) if roads is not None else Tracker()
    state, given = tracker.init(), []
    for look in looks:
        state, result = tracker.step(state, look)
        given.append(result.assigned)
    return state, given


def test_a_vehicle_is_held_around_a_corner_and_placed_better_than_its_plots(look_at: MakeLook) -> None:
    """North for a kilometre, then east at a right angle; the tracker without roads is led astray there."""
    roads = roads_through([(0.0, 20e3), (0.0, 30e3)], [(0.0, 30e3), (20e3, 30e3)], [(0.0, 30e3), (-9e3, 38e3)])
    rng, looks, truth = np.random.default_rng(4), [], []
    for k in range(12):
        run = 6.5e3 + 15.0 * 30.0 * k
        state = [0.0, 20e3 + run, 0.0, 15.0] if run < 10e3 else [run - 10e3, 30e3, 15.0, 0.0]
        truth.append(state)
        looks.append(look_at(30.0 * k, np.array([state]), rng=rng))
    state, given = follow(roads, looks)
    assert {int(track[0]) for track in given} == {1}
    estimate = state.tracks["estimate"][state.rows[0]]
    assert np.hypot(*(estimate[:2] - truth[-1][:2])) < 40.0
    np.testing.assert_allclose(estimate[2:], truth[-1][2:], atol=3.0)


def test_off_the_roads_a_vehicle_is_tracked_as_without_them(look_at: MakeLook) -> None:
    roads = roads_through([(-90e3, 20e3), (90e3, 20e3)])
    rng = np.random.default_rng(5)
    looks = [look_at(30.0 * k, np.array([[9e3 + 210.0 * k, 60e3 - 300.0 * k, 7.0, -10.0]]), rng=rng) for k in range(8)]
    (state, given), (free, _) = follow(roads, looks), follow(None, looks)
    assert {int(track[0]) for track in given} == {1}
    row, other = state.rows[0], free.rows[0]
    np.testing.assert_allclose(state.tracks["estimate"][row], free.tracks["estimate"][other], rtol=1e-3, atol=1.0)


def test_a_false_alarm_far_from_all_roads_is_believed_less(look_at: MakeLook) -> None:
    roads = roads_through([(0.0, 10e3), (0.0, 90e3)])
    on, off = (follow(roads, [look_at(0.0, np.array([[east, 40e3, 0.0, 14.0]]))])[0] for east in (0.0, 30e3))
    assert on.tracks["existence"][on.rows[0]] > 3.0 * off.tracks["existence"][off.rows[0]]


@pytest.mark.parametrize(("away", "same"), [(1500.0, True), (5900.0, False)])
def test_a_vehicle_lost_and_found_again_keeps_its_identity(look_at: MakeLook, away: float, *, same: bool) -> None:
    """Unseen for five looks, then seen thrice within reach of where it was lost; or too far for the time."""
    speed, nothing = 14.0, np.zeros((0, 4))
    before = [look_at(30.0 * k, np.array([[0.0, 20e3 + speed * 30.0 * k, 0.0, speed]])) for k in range(6)]
    hidden = [look_at(30.0 * k, nothing) for k in range(6, 11)]
    east = 0.7 * away
    after = [
        look_at(30.0 * k, np.array([[east, 22.1e3 + 0.7 * away + speed * 30.0 * (k - 11), 0.0, speed]]))
        for k in range(11, 14)
    ]
    _, given = follow(None, before + hidden + after)
    assert (int(given[-1][0]) == int(given[5][0])) is same
