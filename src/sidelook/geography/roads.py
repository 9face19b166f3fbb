"""Road networks: nodes, edges with their limits, and the line each edge follows."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, geodetic_to_enu


class RoadClass(IntEnum):
    """Rank of a road, from the widest down."""

    MOTORWAY = 0
    PRIMARY = 1
    SECONDARY = 2
    LOCAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadNetwork:
    """Roads of a region; an edge can be driven both ways unless it says that it cannot.

    Attributes
    ----------
    node_latitude, node_longitude : (N,) junctions and ends, rad
    edge_start, edge_end : (E,) nodes
    edge_class : (E,) ``RoadClass``
    speed_limit : (E,) m/s
    offset : (E + 1,) where each edge's line begins among the points, and the end
    latitude, longitude : (P,) points of the lines, first and last of each at its nodes, rad
    one_way : (E,) True where an edge is driven from its start to its end only; left out, none is
    """

    node_latitude: NDArray[np.float64]
    node_longitude: NDArray[np.float64]
    edge_start: NDArray[np.int32]
    edge_end: NDArray[np.int32]
    edge_class: NDArray[np.uint8]
    speed_limit: NDArray[np.float64]
    offset: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    one_way: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        edges = len(self.edge_start)
        if edges and not len(self.one_way):
            object.__setattr__(self, "one_way", np.zeros(edges, np.bool_))
        columns = (self.edge_end, self.edge_class, self.speed_limit, self.offset[1:], self.one_way)
        if any(len(column) != edges for column in columns):
            message = "the columns of the edges differ in length"
            raise ValueError(message)
        if self.offset[0] != 0 or self.offset[-1] != len(self.latitude) or np.any(np.diff(self.offset) < 2):  # noqa: PLR2004 - a line has two ends
            message = "offset must run from 0 to the number of points, two or more for each edge"
            raise ValueError(message)
        if edges and max(self.edge_start.max(), self.edge_end.max()) >= len(self.node_latitude):
            message = "an edge names a node that is not there"
            raise ValueError(message)

    def __len__(self) -> int:
        """Count the edges."""
        return len(self.edge_start)

    def line(self, edge: int) -> slice:
        """Give the points of one edge as a slice of ``latitude`` and ``longitude``."""
        return slice(int(self.offset[edge]), int(self.offset[edge + 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRoads:
    """Lines of a road network in a local frame, ready to be driven or matched.

    Attributes
    ----------
    frame : the local frame
    points : (P, 3) east, north, up of the network's points, m
    chainage : (P,) distance of each point from the start of its edge, m
    length : (E,) of the edges, m
    """

    frame: LocalFrame
    points: NDArray[np.float64]
    chainage: NDArray[np.float64]
    length: NDArray[np.float64]


def in_frame(roads: RoadNetwork, frame: LocalFrame, height: float = 0.0) -> LocalRoads:
    """Put the lines of a network into a local frame.

    Parameters
    ----------
    roads : the network
    frame : the local frame
    height : of all roads above the ellipsoid, m
    """
    points = geodetic_to_enu(roads.latitude, roads.longitude, height, frame)
    step = np.linalg.norm(np.diff(points, axis=0, prepend=points[:1]), axis=-1)
    run = np.cumsum(step)
    chainage = run - np.repeat(run[roads.offset[:-1]], np.diff(roads.offset))
    return LocalRoads(frame=frame, points=points, chainage=chainage, length=chainage[roads.offset[1:] - 1])


def adjacency(roads: RoadNetwork) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the edges at each node, in compressed rows.

    Returns
    -------
    offset : (N + 1,) where each node's list begins
    edges : (2 E,) edge numbers; an edge stands at both of its ends
    """
    ends = np.concatenate([roads.edge_start, roads.edge_end])
    order = np.argsort(ends, kind="stable")
    offset = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=len(roads.node_latitude)))])
    return offset, order % max(len(roads), 1)
