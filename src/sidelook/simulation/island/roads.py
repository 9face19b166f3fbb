"""Lay roads between towns along the cheapest ground, so that they share valleys and meet at junctions."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import Delaunay, cKDTree

from sidelook.geography.roads import RoadClass
from sidelook.simulation.island.kernels import NO_ROAD, cheapest_way
from sidelook.simulation.island.relief import Relief
from sidelook.simulation.island.towns import STRIDE, Towns, passable

# How many of the largest towns each class of road joins, how far, m, and the gradient at which its cost doubles.
_REACH = {RoadClass.MOTORWAY: 11, RoadClass.PRIMARY: 42, RoadClass.SECONDARY: 400, RoadClass.LOCAL: 100_000}
_LONGEST = {RoadClass.SECONDARY: 32_000.0, RoadClass.LOCAL: 9_000.0}  # the greater roads go as far as they must
_GRADIENT = {RoadClass.MOTORWAY: 0.02, RoadClass.PRIMARY: 0.025, RoadClass.SECONDARY: 0.03, RoadClass.LOCAL: 0.035}
_REUSE = 0.35  # cost of following a road that is there, in shares of building one
_ROUNDS = {RoadClass.MOTORWAY: 8, RoadClass.PRIMARY: 5, RoadClass.SECONDARY: 3, RoadClass.LOCAL: 2}
_STEEP = 0.09  # gradient beyond which the cost of any road soars
_STREAM = 40.0  # km2 of drained area from which a road needs a bridge
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Roads as steps between points.

    Attributes
    ----------
    positions : (C, 2) east and north of the points, m
    first, second : (S,) points that a stretch of road joins
    rank : (S,) ``RoadClass`` of the stretch
    towns : (T,) points of the towns
    """

    positions: NDArray[np.float64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    rank: NDArray[np.uint8]
    towns: NDArray[np.int64]


def plan_roads(rng: Generator, relief: Relief, towns: Towns) -> Layout:
    """Choose the way of every road, the greatest roads first; later ones follow those that are there.

    Parameters
    ----------
    rng : source of chance
    relief : of the island
    towns : to be joined

    Returns
    -------
    layout on every second point of the relief's grid
    """
    usable = passable(relief)
    shape = usable.shape
    rows, columns = np.indices(shape)
    jitter = rng.uniform(-0.3, 0.3, (2, *shape))
    positions = relief.place(STRIDE * (rows + jitter[0]), STRIDE * (columns + jitter[1])).reshape(-1, 2)
    cells = (towns.row // STRIDE) * shape[1] + towns.column // STRIDE
    positions[cells] = relief.place(towns.row, towns.column)
    built = np.full((4, *shape), NO_ROAD, np.uint8)
    chance = rng.uniform(0.85, 1.15, (4, *shape))
    for road_class, reach in _REACH.items():
        cost = chance * building_cost(relief, usable, _GRADIENT[road_class])
        points = relief.place(towns.row[:reach], towns.column[:reach])
        for a, b in neighbours(points, _LONGEST.get(road_class, np.inf)):
            _build(built, _way(cost, built, int(cells[a]), int(cells[b])), road_class)
    way, row, column = np.nonzero(built != NO_ROAD)
    down, right = np.array(_STEPS).T
    first = row * shape[1] + column
    layout = Layout(
        positions=positions,
        first=first,
        second=first + down[way] * shape[1] + right[way],
        rank=built[way, row, column],
        towns=cells,
    )
    return _straighten(layout, relief)


def building_cost(relief: Relief, usable: NDArray[np.bool_], gradient: float) -> NDArray[np.float64]:
    """Give what a road costs on each step between points, in metres of level road.

    Parameters
    ----------
    relief : of the island
    usable : (R, C) of every second point, where roads may be
    gradient : at which the cost doubles; it grows with the square

    Returns
    -------
    (4, R, C) of steps to the east, north, north-east and north-west; infinite where a road may not go
    """
    height = np.pad(np.maximum(relief.height, 0.0).astype(np.float64), STRIDE, mode="edge")
    stream = ndimage.maximum_filter(relief.drained, 3)[::STRIDE, ::STRIDE] > _STREAM
    rows, columns = usable.shape
    beyond = np.pad(usable, 1)
    here = _shifted(height, 0, 0, usable.shape)
    cost = np.full((4, rows, columns), np.inf)
    for k, (down, right) in enumerate(_STEPS):
        middle = _shifted(height, down, right, usable.shape)
        there = _shifted(height, STRIDE * down, STRIDE * right, usable.shape)
        length = STRIDE * relief.spacing * float(np.hypot(down, right))
        slope = np.maximum(np.abs(middle - here), np.abs(there - middle)) / (0.5 * length)
        toil = 1.0 + (slope / gradient) ** 2 + (slope / _STEEP) ** 6 + here / 2_000.0 + 0.8 * stream
        both = usable & beyond[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
        cost[k] = np.where(both, length * toil, np.inf)
    return cost


def _shifted(padded: NDArray[np.float64], down: int, right: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Take every second point of a grid padded by two, some points to the north and east."""
    rows, columns = (slice(STRIDE + by, None, STRIDE) for by in (down, right))
    return padded[rows, columns][: shape[0], : shape[1]]


def neighbours(points: NDArray[np.float64], longest: float) -> list[tuple[int, int]]:
    """Pair points that have no third within the circle over their connecting line (Gabriel and Sokal 1969).

    Parameters
    ----------
    points : (N, 2) m
    longest : m; pairs further apart are left out unless they hold the rest together

    Returns
    -------
    pairs, the nearest first
    """
    if len(points) < 4:  # noqa: PLR2004 - no triangles to speak of
        corners = np.array([(a, b) for a in range(len(points)) for b in range(a)]).reshape(-1, 2)
    else:
        triangles = Delaunay(points).simplices
        corners = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    pairs = np.unique(np.sort(corners, axis=1), axis=0).astype(np.int64)
    length = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=-1)
    nearest, _ = cKDTree(points).query(0.5 * (points[pairs[:, 0]] + points[pairs[:, 1]]))
    free = nearest > 0.4999 * length
    weights = sparse.csr_array((length, pairs.T), shape=(len(points),) * 2)
    tree = sparse.coo_array(csgraph.minimum_spanning_tree(weights))
    holds = np.isin(pairs @ [len(points), 1], tree.coords[0] * len(points) + tree.coords[1])
    kept = (free & (length < longest)) | holds
    order = np.argsort(length[kept], kind="stable")
    return [(int(a), int(b)) for a, b in pairs[kept][order]]


def _way(cost: NDArray[np.float64], built: NDArray[np.uint8], start: int, goal: int) -> NDArray[np.int64]:
    """Find the cheapest way between two cells, within a window around them where there is one."""
    rows, columns = cost.shape[1:]
    r, c = np.divmod([start, goal], columns)
    margin = 12 + int(0.4 * max(np.ptp(r), np.ptp(c)))
    window = np.array(
        [
            max(r.min() - margin, 0),
            max(c.min() - margin, 0),
            min(r.max() + margin + 1, rows),
            min(c.max() + margin + 1, columns),
        ]
    )
    ends = np.array([start, goal])
    way, spent = cheapest_way(cost, built, _REUSE, window, ends)
    if not np.isfinite(spent):
        way, _ = cheapest_way(cost, built, _REUSE, np.array([0, 0, rows, columns]), ends)
    return way


def _build(built: NDArray[np.uint8], way: NDArray[np.int64], road_class: RoadClass) -> None:
    """Mark the steps of a way as road, in place; a greater road stays what it is."""
    columns = built.shape[2]
    cell, gap = np.minimum(way[:-1], way[1:]), np.abs(np.diff(way))
    step = np.select([gap == 1, gap == columns, gap == columns + 1], [0, 1, 2], 3)
    # A step to the north-west is kept at its south-east end, which has the lower number, as the others are.
    row, column = np.divmod(cell, columns)
    built[step, row, column] = np.minimum(built[step, row, column], road_class)


def _straighten(layout: Layout, relief: Relief) -> Layout:
    """Draw each point where a road merely passes towards its neighbours, the greater the road the more."""
    size = len(layout.positions)
    ends = np.concatenate([layout.first, layout.second])
    others, ranks = np.concatenate([layout.second, layout.first]), np.tile(layout.rank, 2)
    degree = np.bincount(ends, minlength=size)
    order = np.argsort(ends, kind="stable")
    begin = np.concatenate([[0], np.cumsum(degree)])[:-1]
    passing = degree == 2  # noqa: PLR2004 - in and out
    passing[layout.towns] = False
    points = np.flatnonzero(passing)
    one, two = others[order[begin[points]]], others[order[begin[points] + 1]]
    rank = np.maximum(ranks[order[begin[points]]], ranks[order[begin[points] + 1]])
    clear = ndimage.minimum_filter(relief.dry, 3)
    positions = layout.positions.copy()
    for turn in range(max(_ROUNDS.values())):
        drawn = np.isin(rank, [road_class for road_class, rounds in _ROUNDS.items() if turn < rounds])
        place = 0.5 * positions[points] + 0.25 * (positions[one] + positions[two])
        drawn &= clear[relief.cell(place)]
        positions[points[drawn]] = place[drawn]
    return replace(layout, positions=positions)
