import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.geography.roads import RoadClass, in_frame
from sidelook.simulation.island.making import Island
from sidelook.simulation.island.network import SPEED_LIMITS


def test_every_road_can_be_reached_from_every_town(island: Island) -> None:
    roads = island.roads
    size = len(roads.node_latitude)
    graph = sparse.csr_array((np.ones(len(roads)), (roads.edge_start, roads.edge_end)), shape=(size, size))
    count, _ = csgraph.connected_components(graph, directed=False)
    assert count == 1
    assert len(np.unique(island.town_nodes)) == len(island.towns)


def test_town_nodes_are_at_the_towns(island: Island) -> None:
    roads, local = island.roads, in_frame(island.roads, island.frame)
    node = np.full((len(roads.node_latitude), 3), np.nan)
    node[roads.edge_start] = local.points[roads.offset[:-1]]
    node[roads.edge_end] = local.points[roads.offset[1:] - 1]
    expected = island.relief.place(island.towns.row, island.towns.column)
    np.testing.assert_allclose(node[island.town_nodes][:, :2], expected, atol=0.01)


def test_lines_meet_at_their_nodes(island: Island) -> None:
    roads = island.roads
    for column, node in ((roads.latitude, roads.node_latitude), (roads.longitude, roads.node_longitude)):
        np.testing.assert_allclose(column[roads.offset[:-1]], node[roads.edge_start], atol=1e-12)
        np.testing.assert_allclose(column[roads.offset[1:] - 1], node[roads.edge_end], atol=1e-12)


def test_roads_stay_on_dry_land(island: Island) -> None:
    """Looked at every 50 m, not only where a line turns."""
    local = in_frame(island.roads, island.frame)
    edges = np.repeat(np.arange(len(island.roads)), np.diff(island.roads.offset))
    within = np.flatnonzero(edges[1:] == edges[:-1])
    start, end = local.points[within, :2], local.points[within + 1, :2]
    for share in np.linspace(0.0, 1.0, 8):
        assert island.relief.is_dry(start + share * (end - start)).all()
    assert np.linalg.norm(end - start, axis=-1).max() < 900.0


def test_gradients_are_what_vehicles_can_climb(island: Island) -> None:
    local = in_frame(island.roads, island.frame)
    up = island.relief.height_at(local.points[:, 0], local.points[:, 1])
    edges = np.repeat(np.arange(len(island.roads)), np.diff(island.roads.offset))
    run = np.diff(local.chainage)
    within = (edges[1:] == edges[:-1]) & (run > 1.0)
    gradient = np.abs(np.diff(up))[within] / run[within]
    rank = island.roads.edge_class[edges[1:][within]]
    for road_class, most, nearly_most in (
        (RoadClass.MOTORWAY, 0.03, 0.06),
        (RoadClass.PRIMARY, 0.06, 0.12),
        (RoadClass.SECONDARY, 0.09, 0.17),
        (RoadClass.LOCAL, 0.09, 0.17),
    ):
        found = np.quantile(gradient[rank == road_class], [0.9, 0.99])
        assert (found < (most, nearly_most)).all(), road_class


def test_limits_follow_the_class_and_all_classes_are_there(island: Island) -> None:
    assert set(np.unique(island.roads.edge_class)) == set(RoadClass)
    for road_class, limit in SPEED_LIMITS.items():
        assert (island.roads.speed_limit[island.roads.edge_class == road_class] == limit).all()
