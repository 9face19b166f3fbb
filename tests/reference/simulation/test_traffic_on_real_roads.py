"""Built-in traffic on the roads of Andorra, as dense as the SUMO traffic that was recorded on them."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.simulation.traffic.columns import DRIVING, NONE
from sidelook.simulation.traffic.model import RoadTraffic, make_traffic
from sidelook.simulation.traffic.routing import scattered_places
from sidelook.simulation.traffic.settings import Convoy, TrafficSettings

VEHICLES = 1_000  # on the road at once; the recording has 1,100


def read_roads(path: Path) -> RoadNetwork:
    """Read a table of roads; its edges, one for each direction, become parallel ways."""
    table = pq.read_table(path).to_pydict()
    count = np.array([len(line) for line in table["lon_e6"]])
    offset = np.concatenate([[0], np.cumsum(count)])
    longitude, latitude = (np.radians(np.concatenate(table[name]) * 1e-6) for name in ("lon_e6", "lat_e6"))
    _, node = np.unique(table["from_node"] + table["to_node"], return_inverse=True)
    at = np.zeros((node.max() + 1, 2))
    ends = np.concatenate([offset[:-1], offset[1:] - 1])
    at[node] = np.stack([latitude[ends], longitude[ends]], axis=-1)
    ranks = [
        next((k for k, name in enumerate(("motorway", "trunk", "primary")) if name in kind), 3)
        for kind in table["type"]
    ]
    return RoadNetwork(
        node_latitude=at[:, 0],
        node_longitude=at[:, 1],
        edge_start=node[: len(count)].astype(np.int32),
        edge_end=node[len(count) :].astype(np.int32),
        edge_class=np.array(ranks, np.uint8),
        speed_limit=np.array(table["speed_mps"]),
        offset=offset,
        latitude=latitude,
        longitude=longitude,
    )


@pytest.fixture(scope="module")
def traffic(shared_data: Path) -> RoadTraffic:
    """Let traffic drive in Andorra for ten minutes."""
    roads = read_roads(shared_data / "traffic" / "andorra.roads.parquet")
    frame = LocalFrame(latitude=float(roads.latitude.mean()), longitude=float(roads.longitude.mean()))
    rng = np.random.default_rng(1)
    places = scattered_places(rng, roads, frame, 120)
    settings = TrafficSettings(start=0, vehicles=VEHICLES, convoys=(Convoy(size=8), Convoy(size=12)), warm_up=600)
    return make_traffic(rng, roads, frame, Ellipsoid(frame=frame), places, settings)


def test_roads_of_every_shape_are_driven_without_a_jump_or_a_crash(traffic: RoadTraffic) -> None:
    """Links from nothing to 9 km, bends of hairpins: bounds of speed, acceleration and distance hold on all."""
    assert traffic.town.links["length"].min() < 0.5
    state = traffic.first
    for _ in range(240):
        before = state.book.vehicles
        state, _ = traffic.step(state, 1, 0)
        after = state.book.vehicles
        on = (before["status"] == DRIVING) & (after["status"] == DRIVING)
        change = (after["speed"] - before["speed"])[on]
        assert change.max() <= 1.2 + 1e-9
        assert change.min() >= -3.0 - 1e-9
        cars = after[after["status"] == DRIVING]
        assert (cars["speed"] <= cars["temper"] * traffic.town.links["limit"][cars["link"]] + 1e-9).all()
        led = cars[cars["leader"] != NONE]
        ahead = after[led["leader"]]
        assert (ahead["along"] - ahead["length"] - led["along"]).min() > 0.0


def test_traffic_flows(traffic: RoadTraffic) -> None:
    """Most move, and nobody stands for minutes.

    They are slower than in the recording (20 m/s), whose drivers do not slow down for hairpins: the mean ceiling that
    limits and bends allow on these roads is 18 m/s.
    """
    state, _ = traffic.step(traffic.first, 600, 0)
    cars = state.book.vehicles[state.book.vehicles["status"] == DRIVING]
    assert (cars["speed"] > 0.3).mean() > 0.7
    assert np.percentile(cars["stood"], 95) < 60
    assert 7.0 < cars["speed"][cars["speed"] > 0.3].mean() < 18.0
