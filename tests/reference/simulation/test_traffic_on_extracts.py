"""Built-in traffic on the roads of OpenStreetMap extracts, a third and a half of which are driven one way."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sidelook.geography.osm import read_roads
from sidelook.geography.roads import LocalRoads, RoadNetwork, in_frame
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.simulation.traffic.columns import DRIVING
from sidelook.simulation.traffic.model import RoadTraffic, make_traffic
from sidelook.simulation.traffic.routing import scattered_places
from sidelook.simulation.traffic.settings import Convoy, TrafficSettings

# Vehicles, and the share of those on the road that moves at least: Andorra's roundabouts are full with so many.
EXTRACTS = {"andorra.osm.pbf": (600, 0.7), "lower_saxony_main_roads.osm.xml.gz": (3_000, 0.9)}


@pytest.fixture(scope="module", params=EXTRACTS)
def roads(request: pytest.FixtureRequest, shared_data: Path) -> tuple[RoadNetwork, int, float]:
    """Read an extract; beside it how many vehicles are to drive there, and the share that is to move."""
    return read_roads((shared_data / "roads" / request.param).read_bytes()), *EXTRACTS[request.param]


@pytest.fixture(scope="module")
def traffic(roads: tuple[RoadNetwork, int, float]) -> RoadTraffic:
    """Let traffic begin."""
    network, vehicles, _ = roads
    frame = LocalFrame(latitude=float(network.latitude.mean()), longitude=float(network.longitude.mean()))
    rng = np.random.default_rng(1)
    places = scattered_places(rng, network, frame, 120)
    settings = TrafficSettings(start=0, vehicles=vehicles, convoys=(Convoy(size=8), Convoy(size=12)), warm_up=0)
    return make_traffic(rng, network, frame, Ellipsoid(frame=frame), places, settings)


def chainage(lines: LocalRoads, line: slice, place: NDArray[np.float64]) -> float:
    """Give how far along an edge's line the point of it is that is nearest to a place."""
    a, step = lines.points[line][:-1, :2], np.diff(lines.points[line][:, :2], axis=0)
    share = np.clip(np.sum((place - a) * step, axis=-1) / np.maximum(np.sum(step**2, axis=-1), 1e-12), 0.0, 1.0)
    nearest = int(np.argmin(np.linalg.norm(place - a - share[:, None] * step, axis=-1)))
    return float(lines.chainage[line][nearest] + share[nearest] * np.linalg.norm(step[nearest]))


def moves(
    roads: RoadNetwork, traffic: RoadTraffic, lines: LocalRoads, seconds: int
) -> Iterator[tuple[float, float, bool]]:
    """Give for all who are on one edge now and ``seconds`` later where along it they are, and whether it is one way."""
    state = traffic.first
    for _ in range(4):
        state, _ = traffic.step(state, 300, 0)
        later, track = traffic.step(state, seconds, 1)
        a, b = state.book.vehicles, later.book.vehicles
        stays = (
            (a["status"] == DRIVING) & (b["status"] == DRIVING) & (a["link"] == b["link"]) & (a["trip"] == b["trip"])
        )
        places = traffic.places(state)[:2]
        for i in np.flatnonzero(stays).tolist():
            edge = int(a["link"][i]) // 2
            here, there = (chainage(lines, roads.line(edge), place[:, i]) for place in (places, track[0, :2]))
            yield here, there, bool(roads.one_way[edge])


def test_nobody_drives_against_a_one_way_edge(roads: tuple[RoadNetwork, int, float], traffic: RoadTraffic) -> None:
    """By the places on the edges' lines as they were read: the others are driven both ways."""
    network, _, _ = roads
    lines = in_frame(network, traffic.frame)
    here, there, one_way = (np.array(column) for column in zip(*moves(network, traffic, lines, 3), strict=True))
    forwards = there - here
    assert one_way.sum() > 200
    assert forwards[one_way].min() > -0.1
    assert (forwards[~one_way] < -1.0).mean() > 0.2


def test_traffic_keeps_flowing(roads: tuple[RoadNetwork, int, float], traffic: RoadTraffic) -> None:
    """After 20 minutes most of those on the road move and hardly anybody stands long; no closed link is driven."""
    state = traffic.first
    for _ in range(20):
        state, _ = traffic.step(state, 60, 0)
        cars = state.book.vehicles[state.book.vehicles["status"] == DRIVING]
        assert traffic.town.links["open"][cars["link"]].all()
    assert len(cars) > 0.5 * roads[1]
    assert (cars["speed"] > 0.3).mean() > roads[2]
    assert np.percentile(cars["stood"], 99) < 60
