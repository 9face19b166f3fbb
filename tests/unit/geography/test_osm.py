import bz2
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geography.osm import ExtractSettings, RoadExtractError, edge_lengths, read_roads, without_islands
from sidelook.geography.roads import RoadClass, RoadNetwork

#: Latitude and longitude, degrees.
NODES = {
    1: (0.0, 0.0),
    2: (0.0, 0.001),
    3: (0.0, 0.002),
    4: (0.001, 0.001),
    5: (-0.001, 0.001),
    8: (1.0, 1.0),
    9: (1.0, 1.0001),
}


def extract(*ways: tuple[list[int], dict[str, str]], nodes: dict[int, tuple[float, float]] | None = None) -> bytes:
    """Write an extract in XML."""
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
    lines += [f'<node id="{n}" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in (nodes or NODES).items()]
    for number, (references, tags) in enumerate(ways, 1):
        inside = "".join(f'<nd ref="{n}"/>' for n in references)
        inside += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append(f'<way id="{number}" version="1">{inside}</way>')
    return "\n".join([*lines, "</osm>"]).encode()


MAIN = ([1, 2, 3], {"highway": "primary", "maxspeed": "70"})
CROSSING = ([4, 2, 5], {"highway": "residential", "oneway": "-1"})


def ends(roads: RoadNetwork) -> list[tuple[float, float, float, float]]:
    """Where edges begin and end, thousandths of a degree."""
    latitude, longitude = np.degrees(roads.node_latitude) * 1e3, np.degrees(roads.node_longitude) * 1e3
    rows = np.stack([axis[end] for end in (roads.edge_start, roads.edge_end) for axis in (latitude, longitude)])
    return sorted(tuple(row) for row in np.round(rows.T, 6).tolist())


def test_ways_are_split_where_they_meet() -> None:
    roads = read_roads(extract(MAIN, CROSSING, ([1, 5], {"highway": "footway"}), ([1, 4], {"railway": "rail"})))
    assert len(roads.node_latitude) == 5
    assert ends(roads) == [(-1, 1, 0, 1), (0, 0, 0, 1), (0, 1, 0, 2), (0, 1, 1, 1)]
    assert sorted(roads.edge_class.tolist()) == [RoadClass.PRIMARY] * 2 + [RoadClass.LOCAL] * 2
    assert_allclose(roads.speed_limit[roads.edge_class == RoadClass.PRIMARY], 70 / 3.6)
    assert_allclose(roads.speed_limit[roads.edge_class == RoadClass.LOCAL], 50 / 3.6)
    assert roads.one_way.tolist() == (roads.edge_class == RoadClass.LOCAL).tolist()
    assert_allclose(edge_lengths(roads), [111.32, 111.32, 110.57, 110.57], rtol=1e-4)


def test_points_between_junctions_stay_on_the_line() -> None:
    roads = read_roads(extract(([1, 2, 4, 3], {"highway": "tertiary"})))
    assert len(roads) == 1
    assert_allclose(np.degrees(roads.longitude), [0.0, 0.001, 0.001, 0.002], atol=1e-12)
    assert_allclose(np.degrees(roads.latitude), [0.0, 0.0, 0.001, 0.0], atol=1e-12)


def test_rings_and_repeated_points() -> None:
    roads = read_roads(extract(([1, 2, 2, 4, 1], {"highway": "secondary", "junction": "roundabout"})))
    assert (len(roads), len(roads.node_latitude)) == (1, 1)
    assert roads.edge_start[0] == roads.edge_end[0]
    assert len(roads.latitude) == 4
    assert roads.one_way.all()
    assert len(read_roads(extract(([1, 1], {"highway": "secondary"})))) == 0


def test_a_way_is_taken_as_far_as_the_extract_reaches() -> None:
    cut = extract(([1, 2, 77, 4, 5, 78], {"highway": "secondary"}))
    roads = read_roads(cut)
    assert ends(roads) == [(0, 0, 0, 1), (1, 1, -1, 1)]
    assert len(read_roads(cut, ExtractSettings(whole_ways_only=True))) == 0


def test_what_is_driven_on_request_only() -> None:
    data = extract(
        ([1, 2], {"highway": "track"}),
        ([2, 3], {"highway": "tertiary", "access": "private"}),
        ([4, 5], {"highway": "service", "area": "yes"}),
    )
    assert len(read_roads(data)) == 0
    assert len(read_roads(data, ExtractSettings(minor=True))) == 1
    assert len(read_roads(data, ExtractSettings(private=True))) == 1


def test_islands_are_left_out_when_asked_for() -> None:
    data = extract(MAIN, CROSSING, ([8, 9], {"highway": "primary"}))
    assert len(read_roads(data)) == 5
    roads = read_roads(data, ExtractSettings(shortest_component=100.0))
    assert (len(roads), len(roads.node_latitude)) == (4, 5)
    assert ends(roads) == ends(read_roads(extract(MAIN, CROSSING)))
    assert len(without_islands(roads, 1e6)) == 0


def test_packed_extracts_and_streams() -> None:
    data = extract(MAIN)
    for source in (data, gzip.compress(data), bz2.compress(data), io.BytesIO(data)):
        assert len(read_roads(source)) == 1


def test_an_extract_without_roads_is_an_empty_network() -> None:
    for data in (extract(), b'<osm version="0.6"/>'):
        roads = read_roads(data, ExtractSettings(shortest_component=1.0))
        assert (len(roads), len(roads.node_latitude)) == (0, 0)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "neither PBF nor XML"),
        (b"PNG....", "neither PBF nor XML"),
        (b"<osm>", "damaged"),
        (extract(MAIN)[:-30], "damaged"),
        (gzip.compress(extract(MAIN), mtime=0)[:-20], "damaged"),
        (b"\x00\x00\x00\x0e\x0a\x09OSMHeader\x18\xff\xff\xff\xff\x07" + bytes(100), "damaged"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><osm version="0.6">&a;</osm>', "damaged"),
        (b'<osm version="0.6"><node id="x" lat="1" lon="2"/></osm>', "damaged"),
        (b'<osm version="0.6"><node id="1" lat="north" lon="2"/></osm>', "damaged"),
    ],
)
def test_what_is_no_extract_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(RoadExtractError, match=complaint):
        read_roads(data)


def test_too_large_an_extract_is_refused() -> None:
    with pytest.raises(RoadExtractError, match="more than 100 bytes"):
        read_roads(io.BytesIO(extract(MAIN)), ExtractSettings(most_bytes=100))


def test_points_nowhere_on_the_globe_are_not_there() -> None:
    nodes = NODES | {2: (95.0, 100.0)}
    assert len(read_roads(extract(MAIN, nodes=nodes))) == 0


def test_a_cut_off_extract_of_mountains(shared_data: Path) -> None:
    data = (shared_data / "roads" / "andorra.osm.pbf").read_bytes()
    with pytest.raises(RoadExtractError, match="damaged"):
        read_roads(data[: len(data) // 2])
