"""Which way to drive: for each destination the link to take at every node, and where journeys go."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from sidelook.errors import InputError
from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.simulation.traffic.columns import NONE, Table

GRAVITY = 30_000.0  # distance at which a place draws half as many journeys as next door, m
_AT_ONCE = 16  # destinations searched together: bounds the memory of times and predecessors


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where journeys begin and end.

    Attributes
    ----------
    nodes : (T,) nodes of the road network
    weight : (T,) how many begin or end there, in proportion
    """

    nodes: NDArray[np.int64]
    weight: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check that both columns fit and weights are weights."""
        if self.nodes.shape != self.weight.shape or not (np.isfinite(self.weight) & (self.weight >= 0.0)).all():
            message = "places need a node and a weight, zero or more, each"
            raise ValueError(message)


def places_near(
    roads: RoadNetwork, frame: LocalFrame, east: ArrayLike, north: ArrayLike, population: ArrayLike, *, most: int = 200
) -> Places:
    """Find the nodes of a network that are nearest to towns; of the towns at one node the people add up.

    Parameters
    ----------
    roads : the network
    frame : of the towns
    east, north : (T,) of the towns, m
    population : (T,)
    most : so many of the most populous are kept
    """
    ends = np.unique(np.concatenate([roads.edge_start, roads.edge_end])).astype(np.int64)
    if not len(ends):
        message = "the road network is empty: no place lies on it"
        raise InputError(message)
    flat = geodetic_to_enu(roads.node_latitude[ends], roads.node_longitude[ends], 0.0, frame)[:, :2]
    _, nearest = cKDTree(flat).query(np.stack([np.asarray(east, float), np.asarray(north, float)], axis=-1))
    nodes, town = np.unique(ends[nearest], return_inverse=True)
    weight: NDArray[np.float64] = np.bincount(town, weights=np.asarray(population, np.float64)).astype(np.float64)
    kept = np.argsort(-weight, kind="stable")[:most]
    return Places(nodes=nodes[kept], weight=weight[kept])


def scattered_places(rng: Generator, roads: RoadNetwork, frame: LocalFrame, count: int) -> Places:
    """Choose places where the map names none: nodes by chance, where many roads end, of sizes by Zipf's law.

    Parameters
    ----------
    rng : source of chance
    roads : the network
    frame : to measure in
    count : of places, fewer where the network is small
    """
    ends = np.concatenate([roads.edge_start, roads.edge_end])
    degree = np.bincount(ends, minlength=len(roads.node_latitude))
    if not degree.any():
        message = "the road network is empty: no place lies on it"
        raise InputError(message)
    flat = geodetic_to_enu(roads.node_latitude, roads.node_longitude, 0.0, frame)[:, :2]
    some = min(count, int((degree > 0).sum()))
    nodes = rng.choice(len(degree), some, replace=False, p=degree / degree.sum())
    east, north = flat[nodes].T
    return places_near(roads, frame, east, north, (1.0 + np.arange(some)) ** -0.8, most=some)


def connected_places(links: Table, nodes: int, places: Places) -> tuple[Places, NDArray[np.int64]]:
    """Keep the places of the part of a network that weighs most in which all can be reached from all.

    Whoever drives between two of them by open links stays in that part: on every way he takes there is a way on.

    Parameters
    ----------
    links : of the network
    nodes : how many it has
    places : all

    Returns
    -------
    kept : T' of them, at different nodes
    row : (T,) of each place among the kept, ``NONE`` for one that cannot be reached from them, or they from it

    Raises
    ------
    InputError : not two of them are connected both ways
    """
    if len(places.nodes) and (places.nodes.min() < 0 or places.nodes.max() >= nodes):
        message = f"a place is at a node that is not there; the network has {nodes}"
        raise InputError(message)
    driven = links[links["open"]]
    graph = sparse.coo_array((np.ones(len(driven)), (driven["start"], driven["end"])), shape=(nodes, nodes))
    part = csgraph.connected_components(graph, connection="strong")[1][places.nodes]
    _, first, same = np.unique(places.nodes, return_index=True, return_inverse=True)
    weight = np.bincount(part, weights=places.weight)
    rows = np.sort(first[part[first] == np.argmax(weight)]) if len(weight) else first
    if np.count_nonzero(places.weight[rows]) < 2:  # noqa: PLR2004 - a journey has two ends
        message = f"of {len(places.nodes)} places no two that people live at are connected by roads there and back"
        raise InputError(message)
    new = np.full(len(part), NONE)
    new[rows] = np.arange(len(rows))
    return Places(nodes=places.nodes[rows], weight=places.weight[rows]), new[first[same]]


def onward_links(links: Table, nodes: int, destinations: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give the link to take at every node on the fastest way to each destination.

    Dijkstra from each destination over the reversed open links; 4 bytes for each destination and node remain.

    Parameters
    ----------
    links : of the network
    nodes : how many it has
    destinations : (D,) nodes

    Returns
    -------
    (D, N) links; ``NONE`` at the destination and where no way leads to it
    """
    time = np.maximum(links["length"] / links["limit"], 1e-3)
    key = links["start"].astype(np.int64) * nodes + links["end"]
    order = np.lexsort((time, key))
    order = order[links["open"][order]]
    best = order[np.diff(key[order], prepend=-1) != 0]  # of parallel links the fastest
    known = key[best]
    graph = sparse.csr_array((time[best], (links["end"][best], links["start"][best])), shape=(nodes, nodes))
    onward = np.full((len(destinations), nodes), NONE, np.int32)
    for begin in range(0, len(destinations), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        _, following = csgraph.dijkstra(graph, indices=destinations[some], return_predecessors=True)
        row, node = np.nonzero(following >= 0)
        step = node.astype(np.int64) * nodes + following[row, node]
        onward[begin + row, node] = best[np.searchsorted(known, step)]
    return onward


def cumulative_draw(position: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the cumulative chance of driving from each place to each other: by weight, and less the farther it is.

    Parameters
    ----------
    position : (D, 2) m
    weight : (D,)
    """
    apart = np.linalg.norm(position[:, None] - position, axis=-1)
    pull = weight / (1.0 + (apart / GRAVITY) ** 2)
    np.fill_diagonal(pull, 0.0)
    run = np.cumsum(pull, axis=1)
    total = run[:, -1:]
    drawn: NDArray[np.float64] = run / np.where(total > 0.0, total, 1.0)
    return drawn
