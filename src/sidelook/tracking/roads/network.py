"""The road network as the tracker reads it: short straight pieces, where each leads, and which lie where."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.geography.roads import RoadNetwork, in_frame
from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats
from sidelook.tracking.columns import NONE, PIECE_CELL, PIECE_LONGEST, RoadMap

LEAST_LENGTH = 0.1  # m, shorter steps of a line have no direction
LEAST_TURN = 0.15  # share of the straightest way that the sharpest turn keeps
BUCKETS_A_PIECE = 2
REGION_SQUARE = 10e3  # m


def no_roads() -> RoadMap:
    """Give the map of a region without known roads: every vehicle drives freely."""
    return road_map(np.zeros((0, 2)), np.zeros(1, np.int64), np.zeros((0, 2), np.int64), np.zeros(0))


def road_map_in_frame(roads: RoadNetwork, frame: LocalFrame) -> RoadMap:
    """Lay a road network out in a mission-local frame."""
    points = in_frame(roads, frame).points[:, :2]
    ends = np.column_stack([roads.edge_start, roads.edge_end]).astype(np.int64)
    return road_map(points, roads.offset, ends, roads.speed_limit, roads.one_way)


def road_map(
    points: NDArray[Any],
    offset: NDArray[np.int64],
    ends: NDArray[np.int64],
    speed_limit: NDArray[Any],
    one_way: NDArray[np.bool_] | None = None,
) -> RoadMap:
    """Lay roads out.

    Parameters
    ----------
    points : (P, 2) east, north of the lines' points, m
    offset : (E + 1,) where each edge's line begins among them
    ends : (E, 2) node at the start and at the end of each edge
    speed_limit : (E,) m/s
    one_way : (E,) driven from start to end only; none where left out
    """
    edges = len(offset) - 1
    one_way = np.zeros(edges, np.bool_) if one_way is None else one_way
    pieces = cut_pieces(np.asarray(points, np.float64), offset)
    edge = pieces[:, 0].astype(np.int64)
    piece_offset = np.searchsorted(edge, np.arange(edges + 1))
    length = np.zeros(edges)
    np.maximum.at(length, edge, pieces[:, 1] + pieces[:, 6])
    first, lane, chance = successors(pieces, piece_offset, ends, one_way)
    bucket_offset, bucket_piece = index_pieces(pieces)
    return RoadMap(
        piece=np.ascontiguousarray(pieces[:, 1:]),
        piece_edge=edge.astype(np.int32),
        piece_offset=piece_offset.astype(np.int64),
        length=length,
        speed=np.asarray(speed_limit, np.float64).copy(),
        one_way=one_way.astype(np.bool_),
        next_offset=first,
        next_lane=lane,
        next_chance=chance,
        bucket_offset=bucket_offset,
        bucket_piece=bucket_piece,
        density=np.array([road_density(pieces)]),
    )


def cut_pieces(points: Floats, offset: NDArray[np.int64]) -> Floats:
    """Cut lines into straight pieces: (K, 7) edge, chainage of its start, east, north of it, direction, length."""
    step = np.diff(points, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    edge = np.repeat(np.arange(len(offset) - 1), np.diff(offset))[: max(len(points) - 1, 0)]
    inside = np.ones(len(step), np.bool_)
    inside[offset[1:-1] - 1] = False
    inside &= length > LEAST_LENGTH
    run = np.concatenate([[0.0], np.cumsum(np.where(inside, length, 0.0))])[: len(step)]
    start = np.full(len(offset) - 1, 0.0)
    if len(step):
        start = run[np.minimum(offset[:-1], len(step) - 1)]
    chainage = run - (start[edge] if len(step) else 0.0)
    step, length, edge, chainage = step[inside], length[inside], edge[inside], chainage[inside]
    begin = points[:-1][inside] if len(points) else np.zeros((0, 2))
    parts = np.maximum(1, np.ceil(length / PIECE_LONGEST)).astype(np.int64)
    which = np.repeat(np.arange(len(parts)), parts)
    share = np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts)
    short = (length / parts)[which]
    direction = (step / length[:, None])[which] if len(length) else np.zeros((0, 2))
    ahead = share * short
    place = begin[which] + ahead[:, None] * direction
    return np.column_stack([edge[which], chainage[which] + ahead, place, direction, short])


def lane_ends(pieces: Floats, piece_offset: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give the directions (2 E, 2) in which lanes set out and arrive; lane 2 e runs as edge e does, 2 e + 1 back."""
    edges = len(piece_offset) - 1
    out, arrive = np.zeros((2 * edges, 2)), np.zeros((2 * edges, 2))
    full = np.flatnonzero(np.diff(piece_offset))
    first, last = pieces[piece_offset[full], 4:6], pieces[piece_offset[full + 1] - 1, 4:6]
    out[2 * full], arrive[2 * full], out[2 * full + 1], arrive[2 * full + 1] = first, last, -last, -first
    return out, arrive


def successors(
    pieces: Floats, piece_offset: NDArray[np.int64], ends: NDArray[np.int64], one_way: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats]:
    """List where each lane leads: (2 E + 1,) first, (S,) lanes and chances; straight on rather, back at dead ends."""
    edges = len(ends)
    lanes = np.arange(2 * edges)
    begin, end = np.empty(2 * edges, np.int64), np.empty(2 * edges, np.int64)
    begin[0::2], begin[1::2], end[0::2], end[1::2] = ends[:, 0], ends[:, 1], ends[:, 1], ends[:, 0]
    usable = np.ones(2 * edges, np.bool_)
    usable[1::2] = ~one_way
    usable &= np.repeat(np.diff(piece_offset) > 0, 2)
    out, arrive = lane_ends(pieces, piece_offset)
    leaving = lanes[usable][np.argsort(begin[usable], kind="stable")]
    nodes = int(ends.max()) + 1 if edges else 0
    node_offset = np.searchsorted(begin[leaving], np.arange(nodes + 1))
    count = np.where(usable, node_offset[end + 1] - node_offset[end], 0) if edges else np.zeros(0, np.int64)
    source = np.repeat(lanes, count)
    rank = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    target = leaving[node_offset[end[source]] + rank] if edges else source
    back = target == (source ^ 1)
    alone = np.bincount(source[~back], minlength=2 * edges)[source] == 0
    keep = ~back | alone
    source, target = source[keep], target[keep]
    straight = 0.5 * (1.0 + (arrive[source] * out[target]).sum(axis=1))
    weight = LEAST_TURN + straight
    total = np.bincount(source, weight, minlength=2 * edges)
    first = np.searchsorted(source, np.arange(2 * edges + 1))
    return first.astype(np.int64), target.astype(np.int32), weight / total[source]


def index_pieces(pieces: Floats) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Sort pieces into hashed cells by their middles: (B + 1,) where each bucket begins, (K,) pieces."""
    middle = pieces[:, 2:4] + 0.5 * pieces[:, 6:7] * pieces[:, 4:6]
    cell = np.floor(middle / PIECE_CELL).astype(np.int64)
    buckets = 1 << max(4, int(BUCKETS_A_PIECE * max(len(pieces), 1) - 1).bit_length())
    slot = ((cell[:, 0] * 73856093) ^ (cell[:, 1] * 19349663)) & (buckets - 1)
    order = np.argsort(slot, kind="stable")
    return np.searchsorted(slot[order], np.arange(buckets + 1)).astype(np.int64), order.astype(np.int32)


def road_density(pieces: Floats) -> float:
    """Metres of road a square metre of the region they lie in, which is all squares that one runs through."""
    if not len(pieces):
        return float(NONE)
    square = np.unique(np.floor(pieces[:, 2:4] / REGION_SQUARE).astype(np.int64), axis=0)
    return float(pieces[:, 6].sum() / (len(square) * REGION_SQUARE**2))
