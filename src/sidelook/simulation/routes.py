"""Ways along roads, from place to place, with what slows a vehicle on them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.errors import UsageError
from sidelook.geography.roads import RoadClass, RoadNetwork, in_frame
from sidelook.geometry.frames import LocalFrame

# Length over which a road bends where it goes on through a junction in its class: builders round what matters.
_THROUGH = {RoadClass.MOTORWAY: 400.0, RoadClass.PRIMARY: 250.0, RoadClass.SECONDARY: 120.0, RoadClass.LOCAL: 30.0}
_CORNER = 18.0
_GRAVITY = 30_000.0  # distance at which a place draws half as many journeys as next door, m


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way along roads.

    Attributes
    ----------
    points : (K, 3) in the local frame, m
    chainage : (K,) from its start, m
    limit : (K - 1,) of the stretch after each point, m/s
    bend_turn : (K,) change of direction at each point, rad; ``bend_length`` : (K,) over which it happens, m
    junctions : (J,) points where edges meet; ``gives_way`` : (J,) True where a smaller road enters a greater one
    arrivals : (A,) points where a journey ends
    """

    points: NDArray[np.float64]
    chainage: NDArray[np.float64]
    limit: NDArray[np.float64]
    bend_turn: NDArray[np.float64]
    bend_length: NDArray[np.float64]
    junctions: NDArray[np.int64]
    gives_way: NDArray[np.bool_]
    arrivals: NDArray[np.int64]


class RoutePlanner:
    """Finds the fastest ways between places; built once for a network.

    Parameters
    ----------
    roads : the network; every place must be reachable from every other
    frame : for positions
    places : where journeys begin and end

    Raises
    ------
    UsageError : some place cannot be reached from another
    """

    def __init__(self, roads: RoadNetwork, frame: LocalFrame, places: Places) -> None:
        self._roads, self._places, self._local = roads, places, in_frame(roads, frame)
        duration = self._local.length / roads.speed_limit
        self._edge: dict[tuple[int, int], int] = {}
        for edge in np.argsort(-duration, kind="stable").tolist():  # of parallel edges the fastest comes last and stays
            a, b = int(roads.edge_start[edge]), int(roads.edge_end[edge])
            self._edge[a, b] = self._edge[b, a] = edge
        pairs, edges = np.array(list(self._edge)), list(self._edge.values())
        size = len(roads.node_latitude)
        graph = sparse.csr_array((duration[edges], (pairs[:, 0], pairs[:, 1])), shape=(size, size))
        times, self._before = csgraph.dijkstra(graph, indices=places.nodes, return_predecessors=True)
        if not np.isfinite(times[:, places.nodes]).all():
            message = "some places cannot be reached from others; keep those of one connected part of the network"
            raise UsageError(message)
        points = self._local.points
        ends = np.zeros((size, 3))
        ends[roads.edge_start] = points[roads.offset[:-1]]
        ends[roads.edge_end] = points[roads.offset[1:] - 1]
        towns = ends[places.nodes]
        self._apart = np.linalg.norm(towns[:, None] - towns, axis=-1)

    def wander(self, rng: Generator, length: float, *, cities: int | None = None) -> Route:
        """Plan journeys from place to place, one after another.

        Parameters
        ----------
        rng : source of chance
        length : of the way beyond its first journey at least, m
        cities : only so many of the first places are visited; None all
        """
        weight = self._places.weight[:cities]
        here = int(rng.choice(len(weight), p=weight / weight.sum()))
        nodes, driven = [int(self._places.nodes[here])], -np.inf
        arrivals: list[int] = []
        while driven < length:
            pull = weight / (1.0 + (self._apart[here, : len(weight)] / _GRAVITY) ** 2)
            pull[here] = 0.0
            goal = int(rng.choice(len(weight), p=pull / pull.sum()))
            leg = self._fastest(here, goal)
            far = sum(self._local.length[self._edge[pair]] for pair in pairwise([nodes[-1], *leg]))
            driven = driven + far if arrivals else 0.0
            nodes += leg
            arrivals.append(len(nodes) - 1)
            here = goal
        return self._drive(nodes, arrivals)

    def _fastest(self, here: int, goal: int) -> list[int]:
        """Give the nodes on the fastest way from one place to another, without the first."""
        way = [int(self._places.nodes[goal])]
        while (before := int(self._before[here, way[-1]])) >= 0:
            way.append(before)
        return way[-2::-1]

    def _drive(self, nodes: list[int], arrivals: list[int]) -> Route:
        """Join the lines of the edges between nodes."""
        roads = self._roads
        edges = np.array([self._edge[pair] for pair in pairwise(nodes)])
        forward = roads.edge_start[edges] == np.array(nodes[:-1])
        lines = [
            self._local.points[roads.line(edge)][:: 1 if ahead else -1]
            for edge, ahead in zip(edges.tolist(), forward.tolist(), strict=True)
        ]
        joint = np.cumsum([len(line) - 1 for line in lines])
        points = np.concatenate([lines[0][:1], *(line[1:] for line in lines)])
        step = np.diff(points, axis=0)
        span = np.linalg.norm(step, axis=-1)
        rank = roads.edge_class[edges]
        bend = np.pad(0.5 * (span[1:] + span[:-1]), 1, constant_values=1e3)
        through = np.array([_THROUGH[RoadClass(value)] for value in rank[1:]])
        bend[joint[:-1]] = np.where(rank[1:] == rank[:-1], through, _CORNER)
        return Route(
            points=points,
            chainage=np.concatenate([[0.0], np.cumsum(span)]),
            limit=np.repeat(roads.speed_limit[edges], [len(line) - 1 for line in lines]),
            bend_turn=np.pad(_turns(step), 1),
            bend_length=bend,
            junctions=joint[:-1],
            gives_way=rank[1:] < rank[:-1],
            arrivals=joint[np.array(arrivals) - 1],
        )


def _turns(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the angle between each step and the next."""
    cosine = np.sum(step[1:] * step[:-1], axis=-1)
    sine = np.linalg.norm(np.cross(step[:-1], step[1:]), axis=-1)
    angle: NDArray[np.float64] = np.arctan2(sine, cosine)
    return angle
