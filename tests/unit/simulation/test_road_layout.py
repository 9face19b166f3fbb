import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.geography.roads import RoadClass, in_frame
from sidelook.simulation.first_island import Island
from sidelook.simulation.road_layout import SPEED_LIMITS


def test_every_town_can_be_reached(island: Island) -> None:
    roads = island.roads
    size = len(roads.node_latitude)
    graph = sparse.csr_array((np.ones(len(roads)), (roads.edge_start, roads.edge_end)), shape=(size, size))
    _, part = csgraph.connected_components(graph, directed=False)
    assert len(np.unique(part[island.town_nodes])) == 1


def test_town_nodes_are_at_the_towns(island: Island) -> None:
    roads, local = island.roads, in_frame(island.roads, island.frame)
    node = np.zeros((len(roads.node_latitude), 3))
    node[roads.edge_start] = local.points[roads.offset[:-1]]
    expected = island.relief.place(island.towns.row, island.towns.column)
    at = node[island.town_nodes][:, :2]
    started = np.isin(island.town_nodes, roads.edge_start)
    np.testing.assert_allclose(at[started], expected[started], atol=0.01)


def test_lines_meet_at_their_nodes(island: Island) -> None:
    roads = island.roads
    for column, node in ((roads.latitude, roads.node_latitude), (roads.longitude, roads.node_longitude)):
        np.testing.assert_allclose(column[roads.offset[:-1]], node[roads.edge_start], atol=1e-12)
        np.testing.assert_allclose(column[roads.offset[1:] - 1], node[roads.edge_end], atol=1e-12)


def test_roads_stay_on_land(island: Island) -> None:
    """The relief is known every 500 m; a road may bridge a kilometre of water between two steps."""
    places = in_frame(island.roads, island.frame).points[:, :2]
    assert island.relief.is_dry(places).mean() > 0.99
    around = [island.relief.is_dry(places + shift) for shift in np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]) * 600.0]
    assert np.logical_or.reduce(around).mean() > 0.999


def test_limits_follow_the_class_and_all_classes_are_there(island: Island) -> None:
    assert set(np.unique(island.roads.edge_class)) == set(RoadClass)
    for road_class, limit in SPEED_LIMITS.items():
        assert (island.roads.speed_limit[island.roads.edge_class == road_class] == limit).all()


def test_great_roads_are_fewer_and_longer(island: Island) -> None:
    length = in_frame(island.roads, island.frame).length
    total = [length[island.roads.edge_class == road_class].sum() / 1e3 for road_class in RoadClass]
    assert 200.0 < total[RoadClass.MOTORWAY] < 800.0
    assert total[RoadClass.LOCAL] > total[RoadClass.SECONDARY]
