"""From a layout of steps to a road network: junctions, and smooth lines between them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.simulation.contours import smooth_line
from sidelook.simulation.island.roads import Layout

SPEED_LIMITS = {
    RoadClass.MOTORWAY: 110 / 3.6,
    RoadClass.PRIMARY: 90 / 3.6,
    RoadClass.SECONDARY: 70 / 3.6,
    RoadClass.LOCAL: 50 / 3.6,
}


def build_network(layout: Layout, frame: LocalFrame) -> tuple[RoadNetwork, NDArray[np.int64]]:
    """Turn a layout into junctions and smooth lines between them.

    Parameters
    ----------
    layout : of the roads; what hangs together with its first town is built
    frame : in which the layout's positions are

    Returns
    -------
    network : the roads
    town_nodes : (T,) node at each town
    """
    layout = _joined(layout)
    chains = _chains(layout)
    ends = np.array([(points[0], points[-1]) for points, _ in chains]).reshape(-1, 2)
    nodes = np.unique(np.concatenate([ends.ravel(), layout.towns]))
    start, end = np.searchsorted(nodes, ends.T).astype(np.int32)
    lines = [smooth_line(layout.positions[points]) for points, _ in chains]
    latitude, longitude = to_geodetic(np.concatenate(lines), frame)
    node_latitude, node_longitude = to_geodetic(layout.positions[nodes], frame)
    rank = np.array([rank for _, rank in chains], np.uint8)
    network = RoadNetwork(
        node_latitude=node_latitude,
        node_longitude=node_longitude,
        edge_start=start,
        edge_end=end,
        edge_class=rank,
        speed_limit=np.array([SPEED_LIMITS[RoadClass(value)] for value in rank]),
        offset=np.concatenate([[0], np.cumsum([len(line) for line in lines])]),
        latitude=latitude,
        longitude=longitude,
    )
    return network, np.searchsorted(nodes, layout.towns)


def to_geodetic(places: NDArray[np.float64], frame: LocalFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn (K, 2) east and north of points of the ellipsoid, m, into latitudes and longitudes, (K,) rad."""
    up = Ellipsoid(frame=frame).height(places[:, 0], places[:, 1])
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([places, up]), frame)
    return latitude, longitude


def _joined(layout: Layout) -> Layout:
    """Keep what can be reached from the first town."""
    size = len(layout.positions)
    graph = sparse.csr_array((np.ones(len(layout.first)), (layout.first, layout.second)), shape=(size, size))
    _, part = csgraph.connected_components(graph, directed=False)
    kept = part[layout.first] == part[layout.towns[0]]
    return replace(layout, first=layout.first[kept], second=layout.second[kept], rank=layout.rank[kept])


def _chains(layout: Layout) -> list[tuple[list[int], int]]:
    """Follow the stretches from junction to junction; a chain is its points and the class they share."""
    steps: dict[int, dict[int, int]] = {}
    for a, b, rank in zip(layout.first.tolist(), layout.second.tolist(), layout.rank.tolist(), strict=True):
        steps.setdefault(a, {})[b] = rank
        steps.setdefault(b, {})[a] = rank
    towns = set(layout.towns.tolist())
    through = {
        point
        for point, out in steps.items()
        if len(out) == 2 and len(set(out.values())) == 1 and point not in towns  # noqa: PLR2004 - in and out
    }
    chains = []
    for start in sorted(set(steps) - through):
        for following, rank in sorted(steps[start].items()):
            points = [start, following]
            while points[-1] in through:
                points.append(next(point for point in steps[points[-1]] if point != points[-2]))
            if points[0] < points[-1] or (points[0] == points[-1] and points[1] < points[-2]):
                chains.append((points, rank))
    return chains
