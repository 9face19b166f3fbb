"""Small networks to drive on, made by hand near the equator, and a city's worth of streets."""

from collections.abc import Callable, Collection

import numpy as np
import pytest

from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.simulation.traffic.model import RoadTraffic, make_traffic
from sidelook.simulation.traffic.routing import Places
from sidelook.simulation.traffic.settings import Convoy, TrafficSettings

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
RADIUS = 6_378_137.0

MakeNetwork = Callable[..., RoadNetwork]
MakeTraffic = Callable[..., RoadTraffic]


def _network(
    lines: list[tuple[int, int, float, list[tuple[float, float]]]],
    nodes: list[tuple[float, float]],
    one_way: Collection[int] = (),
) -> RoadNetwork:
    at = np.array(nodes, float)
    parts = [np.array([nodes[a], *between, nodes[b]], float) for a, b, _, between in lines]
    points = np.concatenate(parts)
    limit = np.array([v for _, _, v, _ in lines])
    return RoadNetwork(
        node_latitude=at[:, 1] / RADIUS,
        node_longitude=at[:, 0] / RADIUS,
        edge_start=np.array([a for a, *_ in lines], np.int32),
        edge_end=np.array([b for _, b, *_ in lines], np.int32),
        edge_class=np.where(limit > 30.0, 0, np.where(limit > 20.0, RoadClass.PRIMARY, RoadClass.LOCAL)).astype(
            np.uint8
        ),
        speed_limit=limit,
        offset=np.cumsum([0, *(len(part) for part in parts)]),
        latitude=points[:, 1] / RADIUS,
        longitude=points[:, 0] / RADIUS,
        one_way=np.isin(np.arange(len(lines)), list(one_way)),
    )


@pytest.fixture(scope="session")
def network() -> MakeNetwork:
    """Give a maker of networks: edges (start, end, limit, points between), nodes (east, north), m, one-way edges."""
    return _network


@pytest.fixture(scope="session")
def streets() -> RoadNetwork:
    """Lay 15 x 15 crossings 400 m apart, somewhat crooked, every fifth street a greater one."""
    rng = np.random.default_rng(8)
    side, lines = 15, []
    nodes = [(400.0 * (k % side), 400.0 * (k // side)) for k in range(side * side)]
    nodes = [(e + rng.uniform(-60, 60), n + rng.uniform(-60, 60)) for e, n in nodes]
    for k in range(side * side):
        for other, street in ((k + 1, k // side), (k + side, k % side)):
            if other < side * side and (other == k + side or other % side):
                a, b = np.array(nodes[k]), np.array(nodes[other])
                bend = [tuple(a + t * (b - a) + rng.uniform(-12, 12, 2)) for t in (0.3, 0.6)]
                lines.append((k, other, 25.0 if street % 5 == 0 else 13.9, bend))
    return _network(lines, nodes)


@pytest.fixture(scope="session")
def drive() -> MakeTraffic:
    """Give a maker of traffic between nodes of a network, all of one weight unless it is given."""

    def make(
        roads: RoadNetwork, nodes: list[int], weight: list[float] | None = None, *, seed: int = 1, **given: object
    ) -> RoadTraffic:
        places = Places(nodes=np.array(nodes), weight=np.array(weight or [1.0] * len(nodes)))
        settings = TrafficSettings(start=0, **given)  # type: ignore[arg-type]
        return make_traffic(np.random.default_rng(seed), roads, FRAME, Plane(), places, settings)

    return make


@pytest.fixture(scope="session")
def city(streets: RoadNetwork, drive: MakeTraffic) -> RoadTraffic:
    """Let 250 vehicles and three convoys drive in the streets, much denser than out in the country."""
    convoys = (Convoy(size=8, spacing=25.0), Convoy(size=5, tracked=True, speed=12.0))
    return drive(streets, list(range(0, 225, 7)), vehicles=250, convoys=convoys, rest=(30.0, 200.0), warm_up=60)
