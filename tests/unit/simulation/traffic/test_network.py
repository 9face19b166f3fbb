from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import ArrayLike, NDArray

from sidelook.errors import InputError
from sidelook.geography.roads import RoadNetwork, in_frame
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid, Plane
from sidelook.simulation.traffic.network import lay_out
from sidelook.simulation.traffic.settings import Handling

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
HANDLING = Handling(lateral_acceleration=2.0, deceleration=1.3)


def test_every_edge_is_driven_both_ways(streets: RoadNetwork) -> None:
    links, points = lay_out(streets, FRAME, Plane(), HANDLING)
    assert len(links) == 2 * len(streets)
    assert (links["start"][0::2] == streets.edge_start).all()
    assert (links["start"][1::2] == streets.edge_end).all()
    assert_allclose(links["length"][0::2], links["length"][1::2], rtol=1e-12)
    for edge in (0, 17, len(streets) - 1):
        there, back = (points[link["first"] : link["first"] + link["count"]] for link in links[2 * edge : 2 * edge + 2])
        assert_allclose(there["east"], back["east"][::-1])
        assert_allclose(there["chainage"] + back["chainage"][::-1], links["length"][2 * edge])
        step = np.hypot(np.diff(there["east"]), np.diff(there["north"]))
        assert_allclose(np.diff(there["chainage"]), step)
    assert links["junction"].mean() > 0.9
    greater = links["rank"] == links["rank"].min()
    assert links["crossing"][greater].mean() < 0.4, "greater roads have priority but where they cross"
    assert links["crossing"][~greater].mean() > 0.9


def test_edges_driven_one_way_are_open_forwards_only(network: Callable[..., RoadNetwork]) -> None:
    nodes = [(0, 0), (1e3, 0), (2e3, 0), (1e3, 1e3)]
    lines = [(0, 1, 14.0, []), (1, 2, 14.0, []), (3, 1, 14.0, [])]
    links, _ = lay_out(network(lines, nodes, one_way=[0, 2]), FRAME, Plane(), HANDLING)
    assert links["open"].tolist() == [True, False, True, True, True, False]
    assert links["start"][links["open"]].tolist() == [0, 1, 2, 3]
    assert links["junction"][[0, 3, 4]].all(), "three ways meet, though two of them only come"


def test_headings_are_those_of_the_ends(streets: RoadNetwork) -> None:
    links, points = lay_out(streets, FRAME, Plane(), HANDLING)
    for link in links[[3, 40, 77]]:
        line = points[link["first"] : link["first"] + link["count"]]
        leaving = np.array([line["east"][1] - line["east"][0], line["north"][1] - line["north"][0]])
        coming = np.array([line["east"][-1] - line["east"][-2], line["north"][-1] - line["north"][-2]])
        expected = [*(leaving / np.linalg.norm(leaving)), *(coming / np.linalg.norm(coming))]
        assert_allclose(link["heading"], expected, atol=1e-9)


def test_ceilings_let_every_later_bend_be_taken(streets: RoadNetwork) -> None:
    """Against a search over all later points; at each, limit and bend hold as well."""
    links, points = lay_out(streets, FRAME, Plane(), HANDLING)
    for link in links[::23]:
        line = points[link["first"] : link["first"] + link["count"]]
        later = line["ceiling"][None, :] + 2.0 * 1.3 * (line["chainage"][None, :] - line["chainage"][:, None])
        later[np.tril_indices(len(line), -1)] = np.inf
        assert_allclose(line["ceiling"], later.min(axis=1), rtol=1e-9)
        assert (line["ceiling"] <= link["limit"] ** 2 * (1 + 1e-12)).all()
        assert link["entry"] == line["ceiling"][0]


def test_a_bend_is_as_fast_as_its_radius_allows(network: Callable[..., RoadNetwork]) -> None:
    """45 degrees each 200 m: radius 200 / (pi / 4) m at 2 m/s2."""
    corners = [(0.0, 0.0), (200.0, 0.0), (200.0 + 141.42, 141.42), (341.42, 341.42)]
    roads = network([(0, 1, 40.0, corners[1:-1])], [corners[0], corners[-1]])
    _, points = lay_out(roads, FRAME, Plane(), HANDLING)
    assert_allclose(
        np.sqrt(points["ceiling"][1:3]), np.sqrt(2.0 * 200.0 / (np.pi / 4)), rtol=6e-3
    )  # a meridian is no circle


def test_roads_lie_on_the_ground(streets: RoadNetwork) -> None:
    ellipsoid = Ellipsoid(frame=FRAME, above=250.0)
    _, points = lay_out(streets, FRAME, ellipsoid, HANDLING)
    places = np.stack([points["east"], points["north"], points["up"]], axis=-1)
    latitude, longitude, height = enu_to_geodetic(places, FRAME)
    assert_allclose(height, 250.0, atol=0.01)
    local = in_frame(streets, FRAME, 250.0)
    line = streets.line(5)
    first = 2 * streets.offset[5]
    assert_allclose(places[first : first + line.stop - line.start], local.points[line], atol=0.02)
    assert_allclose(latitude[first], streets.latitude[line.start], atol=1e-10)
    assert_allclose(longitude[first], streets.longitude[line.start], atol=1e-10)


def test_without_roads_or_ground_it_says_so(streets: RoadNetwork) -> None:
    class Unknown:
        def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
            """Give 0 up to 3 km east."""
            return np.where(np.asarray(east) > 3e3, np.nan, 0.0) + 0.0 * np.asarray(north)

    with pytest.raises(InputError, match="the ground is not known under"):
        lay_out(streets, FRAME, Unknown(), HANDLING)
    empty = RoadNetwork(
        node_latitude=np.zeros(0),
        node_longitude=np.zeros(0),
        edge_start=np.zeros(0, np.int32),
        edge_end=np.zeros(0, np.int32),
        edge_class=np.zeros(0, np.uint8),
        speed_limit=np.zeros(0),
        offset=np.zeros(1, np.int64),
        latitude=np.zeros(0),
        longitude=np.zeros(0),
    )
    with pytest.raises(InputError, match="empty"):
        lay_out(empty, FRAME, Plane(), HANDLING)
