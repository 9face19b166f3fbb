import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geography.roads import RoadClass, RoadNetwork, adjacency, in_frame
from sidelook.geometry.frames import LocalFrame

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
METRE = 1.0 / 6_378_137.0  # of longitude on the equator, rad


def network(**changed: object) -> RoadNetwork:
    """Three nodes in a row along the equator: one straight edge of 1000 m and one of 500 + 700 m."""
    columns = {
        "node_latitude": np.zeros(3),
        "node_longitude": np.array([0.0, 1000.0, 2200.0]) * METRE,
        "edge_start": np.array([0, 2], np.int32),
        "edge_end": np.array([1, 1], np.int32),
        "edge_class": np.array([RoadClass.PRIMARY, RoadClass.LOCAL], np.uint8),
        "speed_limit": np.array([25.0, 14.0]),
        "offset": np.array([0, 2, 5]),
        "latitude": np.zeros(5),
        "longitude": np.array([0.0, 1000.0, 2200.0, 1700.0, 1000.0]) * METRE,
    }
    return RoadNetwork(**(columns | changed))  # type: ignore[arg-type]


def test_lengths_and_chainage_follow_the_lines() -> None:
    roads = in_frame(network(), FRAME)
    assert_allclose(roads.length, [1000.0, 1200.0], rtol=1e-7)
    assert_allclose(roads.chainage, [0.0, 1000.0, 0.0, 500.0, 1200.0], rtol=1e-7)
    assert_allclose(roads.points[:, 0], [0.0, 1000.0, 2200.0, 1700.0, 1000.0], rtol=1e-6)


def test_each_edge_stands_at_both_its_ends() -> None:
    offset, edges = adjacency(network())
    lists = [sorted(edges[offset[node] : offset[node + 1]].tolist()) for node in range(3)]
    assert lists == [[0], [0, 1], [1]]


def test_edges_are_driven_both_ways_unless_they_say_otherwise() -> None:
    assert network().one_way.tolist() == [False, False]
    assert network(one_way=np.array([True, False])).one_way.tolist() == [True, False]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"speed_limit": np.array([25.0])}, "differ in length"),
        ({"one_way": np.array([True])}, "differ in length"),
        ({"offset": np.array([0, 4, 5])}, "two or more"),
        ({"edge_end": np.array([1, 3], np.int32)}, "not there"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changed: dict[str, np.ndarray], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        network(**changed)
