from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import coo_array, csgraph

from sidelook.errors import InputError
from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.simulation.traffic.columns import NONE
from sidelook.simulation.traffic.network import lay_out
from sidelook.simulation.traffic.routing import (
    GRAVITY,
    Places,
    connected_places,
    cumulative_draw,
    onward_links,
    places_near,
    scattered_places,
)
from sidelook.simulation.traffic.settings import Handling

FRAME = LocalFrame(latitude=0.0, longitude=0.0)


def test_following_the_table_takes_no_longer_than_the_fastest_way(streets: RoadNetwork) -> None:
    """Against the times of Floyd and Warshall."""
    links, _ = lay_out(streets, FRAME, Plane(), Handling())
    goals = np.array([3, 100, 224])
    onward = onward_links(links, 225, goals)
    time = links["length"] / links["limit"]
    least = csgraph.floyd_warshall(coo_array((time, (links["start"], links["end"])), shape=(225, 225)).tocsr())
    for row, goal in enumerate(goals.tolist()):
        assert onward[row, goal] == NONE
        for node in range(0, 225, 7):
            here, spent = node, 0.0
            while here != goal:
                link = onward[row, here]
                assert links["start"][link] == here
                here, spent = int(links["end"][link]), spent + time[link]
            assert spent == pytest.approx(least[node, goal], rel=1e-9)


def test_of_parallel_roads_the_fastest_is_taken(network: Callable[..., RoadNetwork]) -> None:
    roads = network([(0, 1, 10.0, []), (1, 0, 20.0, []), (0, 1, 15.0, [])], [(0, 0), (5e3, 0)])
    links, _ = lay_out(roads, FRAME, Plane(), Handling())
    assert onward_links(links, 2, np.array([1, 0])).tolist() == [[3, NONE], [NONE, 2]]


def test_where_no_way_leads_the_table_says_so(network: Callable[..., RoadNetwork]) -> None:
    roads = network([(0, 1, 14.0, []), (2, 3, 14.0, [])], [(0, 0), (1e3, 0), (5e3, 0), (6e3, 0)])
    links, _ = lay_out(roads, FRAME, Plane(), Handling())
    assert onward_links(links, 4, np.array([0]))[0].tolist() == [NONE, 1, NONE, NONE]


def test_only_the_heaviest_connected_part_is_kept(network: Callable[..., RoadNetwork]) -> None:
    lines = [(0, 1, 14.0, []), (2, 3, 14.0, []), (3, 4, 14.0, [])]
    roads = network(lines, [(0, 0), (1e3, 0), (5e3, 0), (6e3, 0), (7e3, 0)])
    links, _ = lay_out(roads, FRAME, Plane(), Handling())
    places = Places(nodes=np.array([0, 4, 1, 2, 4]), weight=np.array([1.0, 2.0, 1.0, 3.0, 1.0]))
    kept, row = connected_places(links, 5, places)
    assert kept.nodes.tolist() == [4, 2]
    assert row.tolist() == [NONE, 0, NONE, 1, 0]


def one_way_ring(network: Callable[..., RoadNetwork]) -> RoadNetwork:
    """0 -> 1 -> 2 -> 3 -> 0 one way; 4 hangs on 1 both ways; 5 can only be left, 6 only be entered."""
    nodes = [(0, 0), (1e3, 0), (1e3, 1e3), (0, 1e3), (2e3, 0), (-1e3, 0), (-1e3, 1e3)]
    ends = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 4), (5, 0), (3, 6)]
    return network([(a, b, 14.0, []) for a, b in ends], nodes, one_way=[0, 1, 2, 3, 5, 6])


def test_ways_go_round_where_the_short_way_is_against_one_way(network: Callable[..., RoadNetwork]) -> None:
    links, _ = lay_out(one_way_ring(network), FRAME, Plane(), Handling())
    onward = onward_links(links, 7, np.array([0, 4, 5, 6]))
    assert onward[0].tolist() == [NONE, 2, 4, 6, 9, 10, NONE]
    assert onward[1].tolist() == [0, 8, 4, 6, NONE, 10, NONE]
    assert onward[2].tolist() == [NONE] * 7
    assert onward[3].tolist() == [0, 2, 4, 12, 9, 10, NONE]


def test_places_that_cannot_be_left_or_reached_are_dropped(network: Callable[..., RoadNetwork]) -> None:
    links, _ = lay_out(one_way_ring(network), FRAME, Plane(), Handling())
    places = Places(nodes=np.array([5, 2, 6, 4]), weight=np.array([9.0, 1.0, 9.0, 9.0]))
    kept, row = connected_places(links, 7, places)
    assert kept.nodes.tolist() == [2, 4]
    assert row.tolist() == [NONE, 0, NONE, 1]
    for nodes in ([5, 6], [5, 0], [6, 3]):
        with pytest.raises(InputError, match="there and back"):
            connected_places(links, 7, Places(nodes=np.array(nodes), weight=np.ones(2)))


@pytest.mark.parametrize("nodes", [[], [0], [0, 2], [0, 0]])
def test_without_two_connected_places_it_says_so(network: Callable[..., RoadNetwork], nodes: list[int]) -> None:
    roads = network([(0, 1, 14.0, []), (2, 3, 14.0, [])], [(0, 0), (1e3, 0), (5e3, 0), (6e3, 0)])
    links, _ = lay_out(roads, FRAME, Plane(), Handling())
    with pytest.raises(InputError, match="connected by roads"):
        connected_places(links, 4, Places(nodes=np.array(nodes, np.int64), weight=np.ones(len(nodes))))
    with pytest.raises(InputError, match="not there"):
        connected_places(links, 4, Places(nodes=np.array([0, 9]), weight=np.ones(2)))


def test_journeys_go_by_weight_and_less_the_farther() -> None:
    """Gravity: a place at ``GRAVITY`` draws half of one next door, a place of double weight the double."""
    position = np.array([[0.0, 0.0], [1.0, 0.0], [GRAVITY, 0.0], [0.0, 1.0]])
    draw = cumulative_draw(position, np.array([1.0, 1.0, 1.0, 2.0]))
    share = np.diff(draw[0], prepend=0.0)
    assert_allclose(share, np.array([0.0, 1.0, 0.5, 2.0]) / 3.5, rtol=1e-6)
    assert_allclose(draw[:, -1], 1.0)


def test_towns_find_the_nearest_nodes(streets: RoadNetwork) -> None:
    east, north = np.array([0.0, 10.0, 5600.0]), np.array([0.0, -20.0, 5600.0])
    places = places_near(streets, FRAME, east, north, np.array([5.0, 6.0, 7.0]))
    assert places.nodes.tolist() == [0, 224]
    assert places.weight.tolist() == [11.0, 7.0]
    assert places_near(streets, FRAME, east, north, np.array([5.0, 6.0, 70.0]), most=1).nodes.tolist() == [224]


def test_where_the_map_names_no_place_some_are_chosen(streets: RoadNetwork) -> None:
    places = scattered_places(np.random.default_rng(1), streets, FRAME, 40)
    assert len(np.unique(places.nodes)) == 40
    assert (np.diff(places.weight) <= 0.0).all()
    assert len(scattered_places(np.random.default_rng(1), streets, FRAME, 1000).nodes) == 225
