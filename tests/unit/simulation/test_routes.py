import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.simulation.first_island import Island
from sidelook.simulation.routes import Places, RoutePlanner

FRAME = LocalFrame(latitude=0.0, longitude=0.0)


def network(edges: list[tuple[int, int, float]], places: list[tuple[float, float]]) -> RoadNetwork:
    """Straight edges (start, end, limit) between places (east, north), km, near the equator."""
    radius = 6_378_137.0
    at = np.array(places) * 1e3 / radius
    ends = np.array([(a, b) for a, b, _ in edges])
    points = at[ends.ravel()]
    return RoadNetwork(
        node_latitude=at[:, 1],
        node_longitude=at[:, 0],
        edge_start=ends[:, 0].astype(np.int32),
        edge_end=ends[:, 1].astype(np.int32),
        edge_class=np.array([RoadClass.PRIMARY if v > 20.0 else RoadClass.LOCAL for *_, v in edges], np.uint8),
        speed_limit=np.array([v for *_, v in edges]),
        offset=2 * np.arange(len(edges) + 1),
        latitude=points[:, 1],
        longitude=points[:, 0],
    )


DETOUR = network([(0, 1, 10.0), (0, 2, 30.0), (2, 1, 30.0)], [(0, 0), (10, 0), (5, 5)])
PAIR = Places(nodes=np.array([0, 1]), weight=np.ones(2))


def test_the_fastest_way_wins_over_the_shortest() -> None:
    route = RoutePlanner(DETOUR, FRAME, PAIR).wander(np.random.default_rng(1), 0.0)
    assert route.chainage[-1] == pytest.approx(2.0 * np.hypot(5e3, 5e3), rel=5e-3)
    assert (route.limit == 30.0).all()
    assert route.bend_turn[1] == pytest.approx(np.pi / 2, abs=0.01)


def test_journeys_go_on_until_the_way_is_long_enough() -> None:
    route = RoutePlanner(DETOUR, FRAME, PAIR).wander(np.random.default_rng(1), 100e3)
    assert 100e3 + 14e3 < route.chainage[-1] < 115e3 + 15e3
    assert route.arrivals.tolist() == list(range(2, len(route.points), 2))


def test_giving_way_is_where_a_small_road_enters_a_greater_one() -> None:
    roads = network([(0, 1, 14.0), (1, 2, 25.0)], [(0, 0), (1, 0), (2, 0)])
    planner = RoutePlanner(roads, FRAME, Places(nodes=np.array([0, 2]), weight=np.array([1.0, 1e-9])))
    route = planner.wander(np.random.default_rng(1), 0.0)
    assert route.junctions.tolist() == [1]
    assert route.gives_way.tolist() == [True]


def test_places_that_cannot_be_reached_are_refused() -> None:
    roads = network([(0, 1, 14.0), (2, 3, 14.0)], [(0, 0), (1, 0), (2, 0), (3, 0)])
    with pytest.raises(UsageError, match="reached"):
        RoutePlanner(roads, FRAME, Places(nodes=np.array([0, 3]), weight=np.ones(2)))


def test_routes_on_the_island_are_unbroken(island: Island) -> None:
    places = Places(nodes=island.town_nodes, weight=np.ones(len(island.towns)))
    planner = RoutePlanner(island.roads, island.frame, places)
    route = planner.wander(np.random.default_rng(2), 80e3, cities=20)
    step = np.linalg.norm(np.diff(route.points, axis=0), axis=-1)
    np.testing.assert_allclose(np.diff(route.chainage), step)
    assert step.min() > 0.0
    assert step.max() < 2_500.0
    assert len(route.limit) == len(step)
