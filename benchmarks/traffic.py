"""How fast is built-in traffic? ``python benchmarks/traffic.py [--vehicles N] [--seconds S]``.

A network of some 20,000 edges over 300 x 250 km, made by chance from one seed: places, roads between neighbours
(Gabriel graph), towns with streets. Vehicles alone and convoys; samples of every second are written into windows of
30 s, as a radar's revisit asks for them. CPU seconds of one process.
"""

import argparse
import resource
import sys
import time

import numpy as np
from scipy.spatial import Delaunay

from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.simulation.aircraft import make_aircraft, random_flights
from sidelook.simulation.traffic.model import make_traffic
from sidelook.simulation.traffic.routing import scattered_places
from sidelook.simulation.traffic.settings import Convoy, TrafficSettings
from sidelook.simulation.trajectories import SECOND, Streamed

FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
SIZE = (300e3, 250e3)
NODES = 10_500
WINDOW = 30
LONGEST = 9_000.0  # m
GREATER, GREAT = 1_500.0, 3_500.0  # roads so long are of higher rank, m
MOVING = 0.3  # m/s


def make_network(rng: np.random.Generator) -> RoadNetwork:
    """Join chance nodes, half of them in towns, to their neighbours; lines wind a little."""
    towns = rng.uniform(0.0, SIZE, (120, 2))
    spread = rng.normal(0.0, 1_800.0, (NODES // 2, 2))
    nodes = np.concatenate(
        [rng.uniform(0.0, SIZE, (NODES - NODES // 2, 2)), towns[rng.integers(120, size=NODES // 2)] + spread]
    )
    triangles = Delaunay(nodes)
    pairs = np.unique(np.sort(triangles.simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    length = np.linalg.norm(nodes[pairs[:, 0]] - nodes[pairs[:, 1]], axis=-1)
    middle = nodes[pairs].mean(axis=1)
    # Gabriel: no other node in the circle over an edge.
    nearest = np.array([triangles.find_simplex(middle)]).ravel()
    corner = np.linalg.norm(nodes[triangles.simplices[nearest]] - middle[:, None], axis=-1).min(axis=1)
    kept = (nearest >= 0) & (corner >= 0.5 * length * (1.0 - 1e-9)) & (length < LONGEST)
    pairs, length = pairs[kept], length[kept]
    rank = np.where(length > GREAT, RoadClass.PRIMARY, np.where(length > GREATER, RoadClass.SECONDARY, RoadClass.LOCAL))
    count = 2 + np.clip(length / 150.0, 1, 30).astype(int)
    edge = np.repeat(np.arange(len(pairs)), count)
    offset = np.concatenate([[0], np.cumsum(count)])
    share = (np.arange(len(edge)) - offset[edge]) / (count[edge] - 1)
    a, b = nodes[pairs[edge, 0]], nodes[pairs[edge, 1]]
    wind = rng.normal(0.0, 6.0, (len(edge), 2)) * ((share > 0.0) & (share < 1.0))[:, None]
    points = a + share[:, None] * (b - a) + wind
    up = Ellipsoid(frame=FRAME).height(points[:, 0], points[:, 1])
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([points, up]), FRAME)
    node_up = Ellipsoid(frame=FRAME).height(nodes[:, 0], nodes[:, 1])
    node_latitude, node_longitude, _ = enu_to_geodetic(np.column_stack([nodes, node_up]), FRAME)
    return RoadNetwork(
        node_latitude=node_latitude,
        node_longitude=node_longitude,
        edge_start=pairs[:, 0].astype(np.int32),
        edge_end=pairs[:, 1].astype(np.int32),
        edge_class=rank.astype(np.uint8),
        speed_limit=np.array([30.6, 25.0, 19.4, 13.9])[rank],
        offset=offset,
        latitude=latitude,
        longitude=longitude,
    )


def main() -> None:
    """Print what set-up, a simulated second and a second of aircraft cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=1_800)
    chosen = parser.parse_args()
    rng = np.random.default_rng(1)
    roads = make_network(rng)
    places = scattered_places(rng, roads, FRAME, 200)
    convoys = tuple(Convoy(size=size) for size in (8, 12, 6, 10, 14, 7))
    alone = chosen.vehicles - sum(convoy.size for convoy in convoys)
    settings = TrafficSettings(start=0, vehicles=alone, convoys=convoys, warm_up=0)
    make_traffic(rng, roads, FRAME, Ellipsoid(frame=FRAME), places, TrafficSettings(start=0, vehicles=9, warm_up=1))
    begun = time.process_time()
    model = make_traffic(rng, roads, FRAME, Ellipsoid(frame=FRAME), places, settings)
    spent = time.process_time() - begun
    size = f"{len(roads)} edges, {len(model.town.points) // 2} points, {len(places.nodes)} places"
    print(f"{size}: set up in {spent:.2f} CPU s")
    stream, cost, moving, samples = Streamed(model), [], [], 0
    for begin in range(0, chosen.seconds, WINDOW):
        begun = time.process_time()
        window = stream.between(begin * SECOND, (begin + WINDOW) * SECOND)
        cost.append((time.process_time() - begun) / WINDOW)
        samples += len(window)
        east, north = (getattr(window, axis).reshape(chosen.vehicles, -1) for axis in ("east", "north"))
        moving.append(np.mean(np.hypot(east[:, 1] - east[:, 0], north[:, 1] - north[:, 0]) > MOVING))
    mean, worst = np.mean(cost), np.max(cost)
    print(f"{chosen.vehicles} vehicles, {np.mean(moving):.0%} moving, {samples} samples in windows of {WINDOW} s")
    print(f"{1e3 * mean:.2f} ms of CPU a simulated second: {1.0 / mean:.0f} times real time")
    print(f"worst window {1e3 * worst:.2f} ms a simulated second")
    flights = random_flights(rng, (0.0, 0.0, *SIZE), helicopters=6, fixed_wing=6, low_slow=4)
    aircraft = make_aircraft(flights, FRAME, Ellipsoid(frame=FRAME), 0)
    begun = time.process_time()
    aircraft.step(aircraft.first, 600, 600)
    print(f"{len(flights)} aircraft: {1e3 * (time.process_time() - begun) / 600:.2f} ms of CPU a simulated second")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {memory:.0f} MB, numpy {np.__version__}, {sys.platform}")


if __name__ == "__main__":
    main()
