import numpy as np
import pytest
from scipy.spatial import cKDTree

from sidelook.geography.roads import RoadClass, RoadNetwork, in_frame
from sidelook.geometry.frames import LocalFrame
from sidelook.model.plots import TargetClass
from sidelook.simulation.driving import Handling
from sidelook.simulation.first_island import Island
from sidelook.simulation.plots import World
from sidelook.simulation.routes import Places, RoutePlanner
from sidelook.simulation.traffic import TrafficSettings, drive
from sidelook.simulation.trajectories import Trajectories

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
LIMIT = 25.0


def positions(trajectories: Trajectories) -> np.ndarray:
    """(V, T, 3) of trajectories that all have the same times."""
    columns = np.stack([trajectories.east, trajectories.north, trajectories.up], axis=-1)
    return columns.reshape(len(trajectories.entities), -1, 3)


def along_a_line(settings: TrafficSettings, east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let traffic drive on one road near the equator through (K,) points, m; (V, T, 3) where and (V, T) how far."""
    radius = 6_378_137.0
    roads = RoadNetwork(
        node_latitude=north[[0, -1]] / radius,
        node_longitude=east[[0, -1]] / radius,
        edge_start=np.zeros(1, np.int32),
        edge_end=np.ones(1, np.int32),
        edge_class=np.array([RoadClass.PRIMARY], np.uint8),
        speed_limit=np.array([LIMIT]),
        offset=np.array([0, len(east)]),
        latitude=north / radius,
        longitude=east / radius,
    )
    planner = RoutePlanner(roads, FRAME, Places(nodes=np.array([0, 1]), weight=np.array([1.0, 1e-12])))
    local = in_frame(roads, FRAME)
    driven = positions(drive(np.random.default_rng(1), planner, settings, FRAME))
    return driven, np.interp(driven[..., 0], local.points[:, 0], local.chainage)


def on_a_straight_road(settings: TrafficSettings) -> np.ndarray:
    """(V, T) how far traffic is on 200 km of straight road along the equator, m."""
    return along_a_line(settings, np.linspace(0.0, 200e3, 801), np.zeros(801))[1]


def test_a_convoy_keeps_headway_and_spacing() -> None:
    """Newell: at steady speed the gap is the spacing plus the headway's distance."""
    settings = TrafficSettings(start=0, duration=600.0, singles=0, convoys=(5,), convoy_speed=18.0)
    gap = -np.diff(on_a_straight_road(settings), axis=0)
    moving = np.diff(on_a_straight_road(settings)[0]) > 17.99
    assert moving.mean() > 0.9
    assert gap[:, :-1][:, moving] == pytest.approx(45.0 + 2.5 * 18.0, abs=0.01)
    assert gap.min() >= 45.0 - 1e-6


def test_no_one_breaks_the_limit_and_changes_of_speed_are_bounded() -> None:
    settings = TrafficSettings(start=0, duration=900.0, singles=30, convoys=(), handling=Handling())
    speed = np.abs(np.diff(on_a_straight_road(settings), axis=1))
    assert 0.9 * LIMIT < speed.max() <= LIMIT + 1e-6
    change = np.diff(speed, axis=1)
    assert change.max() <= settings.handling.acceleration + 1e-6
    assert change.min() >= -settings.handling.deceleration - 1e-6


def test_bends_are_taken_slowly() -> None:
    """A zigzag of 45 degrees each 200 m: radius 200 / (pi / 2) m, so 16 m/s at 2 m/s2."""
    east = np.arange(0.0, 60e3, 200.0 * np.cos(np.pi / 4))
    north = np.where(np.arange(len(east)) % 2, 200.0 * np.sin(np.pi / 4), 0.0)
    driven, _ = along_a_line(TrafficSettings(start=0, duration=600.0, singles=20, convoys=()), east, north)
    vehicle, second = np.nonzero(np.abs(driven[:, 1:-1, 1] - 70.7) > 62.0)  # within 12 m of a corner
    speed = np.linalg.norm(driven[vehicle, second + 2] - driven[vehicle, second], axis=-1) / 2.0
    assert len(speed) > 100
    assert np.percentile(speed, 99) < 16.0 * 1.1
    assert np.linalg.norm(np.diff(driven, axis=1), axis=-1).max() > 17.0


def test_island_traffic_obeys_the_limits_of_its_roads(island: Island, world: World) -> None:
    """Every second's travel, against the greatest limit of any road within 60 m of it."""
    driven = positions(world.timetable.trajectories)
    rng = np.random.default_rng(1)
    vehicle, second = rng.integers(0, driven.shape[0], 4000), rng.integers(0, driven.shape[1] - 1, 4000)
    speed = np.linalg.norm(driven[vehicle, second + 1] - driven[vehicle, second], axis=-1)
    local = in_frame(island.roads, island.frame)
    dense, limit = [], []
    for edge in range(len(island.roads)):
        line = island.roads.line(edge)
        along = np.arange(0.0, local.length[edge] + 20.0, 20.0)
        dense.append(
            np.stack([np.interp(along, local.chainage[line], local.points[line, a]) for a in range(3)], axis=-1)
        )
        limit.append(np.full(len(along), island.roads.speed_limit[edge]))
    points, limits = np.concatenate(dense), np.concatenate(limit)
    near = cKDTree(points).query_ball_point(driven[vehicle, second], 60.0)
    assert all(near), "a vehicle is off the road"
    allowed = np.array([limits[found].max() for found in near])
    assert (speed <= allowed + 1e-6).all()
    assert 10.0 < speed[speed > 0.5].mean() < 30.0


def test_a_share_stands_all_the_time(world: World) -> None:
    standing = np.linalg.norm(np.diff(positions(world.timetable.trajectories), axis=1), axis=-1) < 0.3
    by_time = standing.mean(axis=0)
    assert 0.05 < by_time.min() < by_time.max() < 0.5


def test_convoys_are_numbered_and_of_one_kind(world: World) -> None:
    vehicles = world.timetable.trajectories.entities
    settings = TrafficSettings(start=0)
    number, size = np.unique(vehicles.formation[vehicles.formation >= 0], return_counts=True)
    assert size.tolist() == list(settings.convoys)
    assert all(len(np.unique(vehicles.target_class[vehicles.formation == n])) == 1 for n in number)
    assert set(np.unique(vehicles.target_class)) == {TargetClass.WHEELED, TargetClass.TRACKED}
    assert (vehicles.entity == 1 + np.arange(len(vehicles))).all()
    assert (vehicles.formation == -1).sum() == settings.singles


def test_convoys_on_the_island_stay_together(world: World) -> None:
    trajectories = world.timetable.trajectories
    driven, convoy = positions(trajectories), trajectories.entities.formation
    for number in np.unique(convoy[convoy >= 0]):
        gap = np.linalg.norm(np.diff(driven[convoy == number], axis=0), axis=-1)
        assert gap.max() <= 45.0 + 2.5 * 19.0 + 1.0
