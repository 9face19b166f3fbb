"""Motion along roads: the compiled pass against the float64 reference, and both against sampled vehicles."""

import numpy as np
import pytest

from sidelook.tracking.columns import NONE, ROUTE, RoadMap
from sidelook.tracking.filters import kernels as filters
from sidelook.tracking.motion import MotionModes
from sidelook.tracking.roads import kernels
from sidelook.tracking.roads.motion import RoadMotion, change_on_road, predict_on_road
from sidelook.tracking.roads.network import road_map
from sidelook.tracking.settings import TrackerSettings, as_constants

SETTINGS = TrackerSettings()
CONSTANTS = as_constants(SETTINGS)[0]
MODES, MOTION = MotionModes(), RoadMotion()
LIMIT = 20.0
ROAD, SPREAD = (820.0, 11.0, 400.0, 30.0, 9.0), (64.0, 0.25)
SENSOR, GROUND = (3e3, -120e3, 12e3), (900.0, 40.0, 0.0, 0.02, -0.01)


def crossing() -> RoadMap:
    """Make a crossroads at the origin: from the west to the east, the north, and the south-east."""
    middle = [0.0, 0.0]
    lines = [[-3e3, 0.0], middle], [middle, [2e3, 100.0], [4e3, 0.0]], [middle, [0.0, 2e3]], [middle, [700.0, -700.0]]
    points = np.concatenate(lines)
    ends = np.array([[0, 1], [1, 2], [1, 3], [1, 4]])
    return road_map(points, np.array([0, 2, 5, 7, 9]), ends, np.full(4, LIMIT))


def spread_roads(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(4, 2, 2)) * np.array([60.0, 3.0])[:, None]
    covariance = factors @ factors.transpose(0, 2, 1)
    mean = rng.normal(size=(4, 2)) * [80.0, 4.0] + [900.0, 14.0]
    road = np.column_stack([mean, covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]])
    return road, rng.dirichlet(np.ones(4))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dt", [0.0, 0.1, 10.0, 60.0])
def test_prediction_is_the_reference(seed: int, dt: float) -> None:
    road, weight = spread_roads(seed)
    ahead, weight_ahead = np.empty((4, 5)), np.empty(4)
    kernels.predict_on_road(road, weight, (dt, LIMIT), CONSTANTS, ahead, weight_ahead)
    wanted, total = predict_on_road(road, weight, (dt, LIMIT), MOTION, MODES)
    np.testing.assert_allclose(ahead, wanted, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(weight_ahead, total, rtol=1e-6, atol=1e-12)


def test_a_speed_that_tends_to_the_usual_one_is_an_ornstein_uhlenbeck_process() -> None:
    """Mean and covariance of distance and speed against a finely sampled process."""
    transition, shift, noise, _ = change_on_road(MOTION, MODES, (1, 1), 30.0, LIMIT)
    usual, sigma, time = 0.8 * LIMIT, 0.3 * LIMIT + 2.0, MOTION.road_relaxation[1]
    rng, step = np.random.default_rng(8), 0.05
    place, speed = np.zeros(20_000), np.full(20_000, 4.0)
    for _ in range(600):
        place += step * speed
        speed += -step * (speed - usual) / time + sigma * np.sqrt(2.0 * step / time) * rng.normal(size=len(speed))
    np.testing.assert_allclose(transition @ [0.0, 4.0] + shift, [place.mean(), speed.mean()], rtol=0.01)
    np.testing.assert_allclose(noise, np.cov(place, speed), rtol=0.04)


def test_who_sets_off_does_so_at_any_moment_and_reaches_a_usual_speed() -> None:
    _, shift, noise, _ = change_on_road(MOTION, MODES, (2, 0), 30.0, LIMIT)
    rng = np.random.default_rng(9)
    speed = rng.normal(0.8 * LIMIT, 0.3 * LIMIT + 2.0, 400_000)
    place = speed * rng.uniform(0.0, 30.0, len(speed))
    np.testing.assert_allclose(shift, [place.mean(), speed.mean()], rtol=0.01)
    np.testing.assert_allclose(noise, np.cov(place, speed), rtol=0.02)


@pytest.mark.parametrize(("lane", "distance"), [(2, 500.0), (2, 2100.0), (3, 500.0), (3, 3900.0), (6, 10.0)])
def test_a_place_on_a_lane_lies_on_its_line(lane: int, distance: float) -> None:
    roads = crossing()
    east, north, de, dn = kernels.locate(roads, lane, distance)
    line = {1: np.array([[0.0, 0.0], [2e3, 100.0], [4e3, 0.0]]), 3: np.array([[0.0, 0.0], [700.0, -700.0]])}[lane >> 1]
    line = line[::-1] if lane & 1 else line
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    np.testing.assert_allclose([east, north], [np.interp(distance, run, line[:, k]) for k in (0, 1)], atol=1e-6)
    step = kernels.locate(roads, lane, distance + 0.01)
    np.testing.assert_allclose([de, dn], [(step[0] - east) / 0.01, (step[1] - north) / 0.01], atol=1e-6)


def test_before_its_lane_a_route_lies_on_the_lane_it_came_by() -> None:
    route = np.full(ROUTE, NONE, np.int32)
    route[:2] = 4, 0  # to the north, from the west
    assert kernels.locate_on_route(crossing(), route, 50.0) == pytest.approx((0.0, 50.0, 0.0, 1.0))
    assert kernels.locate_on_route(crossing(), route, -50.0) == pytest.approx((-50.0, 0.0, 1.0, 0.0))


def on_plane(road: tuple[float, ...], about: float, station: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    mean, covariance = np.empty(4), np.empty((4, 4))
    kernels.lift(np.array(road), about, station, SPREAD, mean, covariance)
    return mean, covariance


def along(matrix: np.ndarray, station: tuple[float, ...]) -> np.ndarray:
    """Components along a road of a state's (4, ...) or of its covariance's (4, 4)."""
    turn = np.kron(np.eye(2), np.array(station[2:])[:, None])
    return turn.T @ matrix @ turn if matrix.ndim > 1 else turn.T @ matrix


def test_a_road_laid_on_the_plane_spreads_along_it_as_it_did_and_across_it_by_the_map() -> None:
    station = kernels.locate(crossing(), 2, 800.0)
    mean, covariance = on_plane(ROAD, 800.0, station)
    np.testing.assert_allclose(along(mean - [*station[:2], 0.0, 0.0], station), [20.0, 11.0])
    np.testing.assert_allclose(along(covariance, station), [[400.0, 30.0], [30.0, 9.0]])
    across = np.array([-station[3], station[2]])
    assert across @ covariance[:2, :2] @ across == pytest.approx(64.0)
    assert across @ covariance[2:, 2:] @ across == pytest.approx(0.25)
    np.testing.assert_allclose(covariance, covariance.T)


@pytest.mark.parametrize("mobile", [0, 1])
@pytest.mark.parametrize(("radial", "wrap"), [(1.5, np.nan), (np.nan, np.nan), (41.0, 20.0)])
@pytest.mark.parametrize("aside", [3e-4, 4e-3])
def test_a_correction_along_a_road_is_that_on_the_plane_taken_back(
    mobile: int, radial: float, wrap: float, aside: float
) -> None:
    """The second azimuth is off by more than it should be."""
    station = kernels.locate(crossing(), 2, 800.0)
    mean, covariance = on_plane(ROAD, 800.0, station)
    slant, azimuth = np.hypot(*(mean[:2] - SENSOR[:2])), np.arctan2(*(mean[:2] - SENSOR[:2]))
    measured = (float(np.hypot(slant, SENSOR[2])) + 20.0, float(azimuth) + aside, radial)
    plot, work = (measured, (144.0, 4.9e-7, 0.49), wrap, GROUND), np.empty((6, 4))
    wanted = filters.innovate(mean, covariance, mobile, SENSOR, plot, 0.03, work)
    filters.correct(mean, covariance, work)
    distance, likelihood, road = kernels.correct_on_road(ROAD, (800.0, station), SPREAD, mobile, SENSOR, plot, 0.03)
    assert (distance, likelihood) == pytest.approx(wanted)
    run, speed = along(mean - [*station[:2], 0.0, 0.0], station)
    np.testing.assert_allclose(road[:2], [800.0 + run, speed])
    np.testing.assert_allclose(road[2:], along(covariance, station)[[0, 0, 1], [0, 1, 1]])


def test_what_hides_a_vehicle_on_a_road_is_what_hides_it_on_the_plane() -> None:
    station, gain = kernels.locate(crossing(), 2, ROAD[0]), np.empty(4)
    wanted = filters.hide(*on_plane(ROAD, ROAD[0], station), SENSOR, GROUND, 1.5, gain)
    hidden = kernels.hide_on_road(ROAD, station, SPREAD, SENSOR, GROUND, 1.5)
    np.testing.assert_allclose(hidden, [*wanted, *along(gain, station)])


def branched(distance: float, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    states, weights = np.zeros((kernels.BRANCHES, 4, 5)), np.zeros((kernels.BRANCHES, 4))
    routes = np.full((kernels.BRANCHES, ROUTE), NONE, np.int32)
    states[0, :, :] = [distance, 14.0, sigma**2, 0.0, 1.0]
    weights[0], routes[0, 0] = [0.5, 0.3, 0.2, 0.0], 0
    count = kernels.branch(crossing(), (states, weights, routes), 1, 0)
    return states[:count], weights[:count], routes[:count]


def test_a_vehicle_that_may_have_passed_a_junction_may_be_on_every_way_on() -> None:
    states, weights, routes = branched(3100.0, 20.0)
    assert sorted(routes[:, 0]) == [2, 4, 6]  # not back where it came from
    assert (routes[:, 1] == 0).all()
    np.testing.assert_allclose(weights.sum(), 1.0)
    np.testing.assert_allclose(states[:, :, 0], 100.0)
    straight = weights.sum(axis=1)[routes[:, 0] == 2]
    assert straight > weights.sum(axis=1)[routes[:, 0] == 4]


def test_a_vehicle_far_from_the_junction_stays_on_its_lane() -> None:
    _, weights, routes = branched(2000.0, 20.0)
    np.testing.assert_array_equal(routes[:, 0], [0])
    np.testing.assert_allclose(weights.sum(), 1.0)


def test_at_a_dead_end_the_way_on_is_back() -> None:
    states, weights = np.zeros((kernels.BRANCHES, 4, 5)), np.zeros((kernels.BRANCHES, 4))
    routes = np.full((kernels.BRANCHES, ROUTE), NONE, np.int32)
    states[0, :, :], weights[0], routes[0, 0] = [2050.0, 14.0, 100.0, 0.0, 1.0], 0.25, 4
    assert kernels.branch(crossing(), (states, weights, routes), 1, 0) == 1
    assert routes[0, 0] == 5
    assert states[0, 0, 0] == pytest.approx(50.0)


def test_who_is_found_before_the_junction_is_put_back_on_the_lane_before() -> None:
    road, weight = np.tile([-80.0, 14.0, 100.0, 0.0, 1.0], (4, 1)), np.full(4, 0.25)
    route = np.full(ROUTE, NONE, np.int32)
    route[:2] = 4, 0
    kernels.retreat(crossing(), road, weight, route)
    assert route[0] == 0
    assert route[1] == NONE
    np.testing.assert_allclose(road[:, 0], 2920.0)


def test_roads_about_a_place_are_weighed_by_its_density_along_them() -> None:
    """Integral, mean and variance along each edge against sums over fine steps."""
    roads = crossing()
    place, spread = np.array([150.0, 60.0, 0.0, 0.0]), np.array([[9e3, 4e3], [4e3, 5e3]])
    edges, found = np.empty(kernels.NEARBY, np.int32), np.empty((kernels.NEARBY, 3))
    count = kernels.nearby(roads, place, (spread[0, 0], spread[0, 1], spread[1, 1]), 6.0, edges, found)
    assert sorted(edges[:count]) == [0, 1, 2, 3]
    for edge, (integral, mean, variance) in zip(edges[:count], found[:count], strict=True):
        run = np.arange(0.5, roads.length[edge], 1.0)
        line = np.array([kernels.locate(roads, 2 * edge, s)[:2] for s in run]) - place[:2]
        square = np.einsum("ka,ab,kb->k", line, np.linalg.inv(spread), line)
        density = np.exp(-0.5 * square) / (2.0 * np.pi * np.sqrt(np.linalg.det(spread)))
        assert integral == pytest.approx(density.sum(), rel=0.02)
        centre = (density * run).sum() / density.sum()
        assert mean == pytest.approx(centre, abs=3.0)
        assert variance == pytest.approx((density * (run - centre) ** 2).sum() / density.sum(), rel=0.05)
