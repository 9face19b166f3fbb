import json

import numpy as np
import pytest

from sidelook.geography.road_lines import RoadLinesError, read_road_lines
from sidelook.geography.roads import RoadClass


def collection(*features: tuple[dict[str, object], str, object]) -> bytes:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
                for properties, kind, coordinates in features
            ],
        }
    ).encode()


CROSS = collection(
    ({"kind": "road", "class": "primary", "limit_kmh": 90}, "LineString", [[0, 0], [0.1, 0], [0.2, 0.01], [0.3, 0]]),
    ({"kind": "road", "oneway": True}, "MultiLineString", [[[0.1, 0.1], [0.1, 0]], [[0.1, 0], [0.1, -0.1]]]),
    ({"kind": "water"}, "LineString", [[0, 0], [1, 1]]),
    ({"kind": "town"}, "Point", [0, 0]),
)


def test_lines_are_cut_where_they_meet() -> None:
    roads = read_road_lines(CROSS)
    assert len(roads) == 4
    np.testing.assert_array_equal(np.diff(roads.offset), [2, 3, 2, 2])
    middle = np.flatnonzero((roads.node_longitude == np.radians(0.1)) & (roads.node_latitude == 0.0))
    touching = (roads.edge_start == middle[0]) | (roads.edge_end == middle[0])
    assert touching.all()
    np.testing.assert_allclose(np.degrees(roads.longitude[roads.line(1)]), [0.1, 0.2, 0.3])


def test_limits_classes_and_directions_are_read() -> None:
    roads = read_road_lines(CROSS)
    np.testing.assert_allclose(roads.speed_limit, [25.0, 25.0, 50 / 3.6, 50 / 3.6])
    np.testing.assert_array_equal(roads.edge_class, [RoadClass.PRIMARY] * 2 + [RoadClass.LOCAL] * 2)
    np.testing.assert_array_equal(roads.one_way, [False, False, True, True])


def test_lines_without_a_kind_are_roads_and_a_limit_that_is_none_is_the_usual() -> None:
    roads = read_road_lines(collection(({"maxspeed": "walk"}, "LineString", [[5, 50], [5.1, 50, 300]])))
    assert len(roads) == 1
    assert roads.speed_limit[0] == pytest.approx(50 / 3.6)


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"{",
        b"[1]",
        collection(),
        collection(({"kind": "town"}, "Point", [0, 0])),
        collection(({}, "LineString", [[0, 0]])),
        collection(({}, "LineString", [[0, 0], [400, 0]])),
        collection(({}, "LineString", [[0, 0], ["x", 0]])),
        collection(({}, "LineString", [[0], [1]])),
    ],
)
def test_what_is_no_roads_is_refused_with_what_to_give(data: bytes) -> None:
    with pytest.raises(RoadLinesError, match=r"GeoJSON"):
        read_road_lines(data)
