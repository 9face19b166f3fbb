"""Lay roads between towns along the cheapest ground, so that they share valleys and meet at junctions."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.simulation.contours import smooth_line
from sidelook.simulation.relief import Relief, lattice
from sidelook.simulation.towns import Towns, mainland

SPEED_LIMITS = {
    RoadClass.MOTORWAY: 110 / 3.6,
    RoadClass.PRIMARY: 90 / 3.6,
    RoadClass.SECONDARY: 70 / 3.6,
    RoadClass.LOCAL: 50 / 3.6,
}
# How many of the largest towns each class of road joins.
_REACH = {RoadClass.MOTORWAY: 7, RoadClass.PRIMARY: 24, RoadClass.SECONDARY: 56, RoadClass.LOCAL: 1000}
_LONGEST = {RoadClass.SECONDARY: 30_000.0, RoadClass.LOCAL: 9_000.0}  # m; the greater roads go as far as they must
_BLOCK = 420.0  # side of a town's block of houses, m
_NONE = 255
_REUSE = 0.3  # cost of following a road that is there, in shares of building one


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Roads as steps on a coarse grid.

    Attributes
    ----------
    positions : (C, 2) east and north of the cells, m
    first, second : (S,) cells that a stretch of road joins
    rank : (S,) ``RoadClass`` of the stretch
    towns : (T,) cells of the towns
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
    """
    height, usable = relief.height[::2, ::2], mainland(relief.dry[::2, ::2])
    rows, columns = np.indices(height.shape)
    jitter = rng.uniform(-0.35, 0.35, (2, *height.shape))
    positions = relief.place(2 * (rows + jitter[0]), 2 * (columns + jitter[1])).reshape(-1, 2)
    cells = _town_cells(towns, usable)
    positions[cells] = relief.place(towns.row, towns.column)
    first, second, cost = _building_cost(rng, height, usable, positions)
    rank = np.full(len(first), 255, np.uint8)
    for road_class, reach in _REACH.items():
        for a, b in _neighbours(positions[cells[:reach]], _LONGEST.get(road_class, np.inf)):
            path = _cheapest(first, second, np.where(rank < _NONE, _REUSE * cost, cost), cells[a], cells[b])
            rank[path] = np.minimum(rank[path], road_class)
    built = rank < _NONE
    return Layout(positions=positions, first=first[built], second=second[built], rank=rank[built], towns=cells)


def add_streets(rng: Generator, layout: Layout, relief: Relief, towns: Towns) -> Layout:
    """Lay a street grid around each named town and tie the roads that pass through into it.

    Parameters
    ----------
    rng : source of chance
    layout : of the roads between towns
    relief : no street in the water
    towns : in the order of the layout's
    """
    for town in range(len(towns)):
        if towns.names[town]:
            radius = 700.0 * np.sqrt(towns.population[town] / 5_000.0).clip(1.0, 5.0)
            layout = _one_grid(rng, layout, relief, town, float(radius))
    return layout


def _one_grid(rng: Generator, layout: Layout, relief: Relief, town: int, radius: float) -> Layout:
    centre, size = layout.positions[layout.towns[town]], int(radius // _BLOCK)
    rows, columns = np.mgrid[-size : size + 1, -size : size + 1]
    turn = rng.uniform(0.0, np.pi / 2.0)
    axes = _BLOCK * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    local = np.stack([rows, columns], axis=-1) + rng.uniform(-0.18, 0.18, (*rows.shape, 2))
    places = centre + (local @ axes).reshape(-1, 2)
    inside = (np.hypot(rows, columns).ravel() <= size + 0.3) & relief.is_dry(places)
    number = len(layout.positions) + np.arange(len(places))
    number[len(places) // 2] = layout.towns[town]
    first, second, length = lattice(rows.astype(float))
    kept = inside[first] & inside[second] & (length == 1.0) & (rng.random(len(first)) < 0.85)  # noqa: PLR2004 - some blocks merge
    tied, street = _ties(layout, places, inside, centre, radius)
    new_first, new_second = np.r_[number[first[kept]], tied], np.r_[number[second[kept]], number[street]]
    return Layout(
        positions=np.concatenate([layout.positions, places]),
        first=np.r_[layout.first, new_first],
        second=np.r_[layout.second, new_second],
        rank=np.r_[layout.rank, np.full(len(new_first), RoadClass.LOCAL, np.uint8)],
        towns=layout.towns,
    )


def _ties(
    layout: Layout, places: NDArray[np.float64], inside: NDArray[np.bool_], centre: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair each cell of a passing road, within the town but not its middle, with the nearest corner of its grid."""
    cells = np.unique(np.r_[layout.first, layout.second])
    apart = np.linalg.norm(layout.positions[cells] - centre, axis=-1)
    passing = cells[(apart < radius) & (apart > 0.0)]
    corners = np.flatnonzero(inside)
    gap = np.linalg.norm(layout.positions[passing][:, None] - places[corners], axis=-1)
    return passing, corners[np.argmin(gap, axis=1)] if len(passing) else np.zeros(0, np.int64)


def _town_cells(towns: Towns, usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the usable coarse cell nearest to each town."""
    near = ndimage.distance_transform_edt(~usable, return_distances=False, return_indices=True)
    row, column = near[:, towns.row // 2, towns.column // 2]
    cells: NDArray[np.int64] = np.ravel_multi_index((row, column), usable.shape)
    return cells


def _building_cost(
    rng: Generator, height: NDArray[np.float64], usable: NDArray[np.bool_], positions: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    first, second, _ = lattice(height)
    both = usable.ravel()[first] & usable.ravel()[second]
    first, second = first[both], second[both]
    length = np.linalg.norm(positions[first] - positions[second], axis=-1)
    slope = np.abs(height.ravel()[first] - height.ravel()[second]) / length
    altitude = np.maximum(height.ravel()[first], 0.0)
    return first, second, length * (1.0 + 60.0 * slope + altitude / 500.0) * rng.uniform(0.9, 1.1, len(first))


def _neighbours(points: NDArray[np.float64], longest: float) -> list[tuple[int, int]]:
    """Pair points that have no third within the circle over their connecting line (Gabriel and Sokal 1969).

    Pairs further apart than ``longest`` are left out unless they hold the rest together.
    """
    squared = np.sum((points[:, None] - points[None]) ** 2, axis=-1)
    blocked = np.any(squared[:, None, :] + squared[None, :, :] < 0.999 * squared[:, :, None], axis=2)
    tree = csgraph.minimum_spanning_tree(sparse.csr_array(np.triu(squared))).toarray() > 0.0
    a, b = np.nonzero(np.triu(~blocked & (squared < longest**2), 1) | np.triu(tree, 1))
    order = np.argsort(squared[a, b])
    return list(zip(a[order].tolist(), b[order].tolist(), strict=True))


def _cheapest(
    first: NDArray[np.int64], second: NDArray[np.int64], cost: NDArray[np.float64], start: int, goal: int
) -> NDArray[np.int64]:
    """Give the steps of the cheapest way between two cells."""
    size = int(max(first.max(), second.max())) + 1
    graph = sparse.csr_array((cost, (first, second)), shape=(size, size))
    _, rows = csgraph.dijkstra(graph, directed=False, indices=np.array([start]), return_predecessors=True)
    before = rows[0]
    way = [goal]
    while way[-1] != start:
        way.append(int(before[way[-1]]))
    low, high = np.minimum(way[:-1], way[1:]), np.maximum(way[:-1], way[1:])
    return np.flatnonzero(np.isin(first * size + second, np.concatenate([low * size + high, high * size + low])))


def build_network(layout: Layout, frame: LocalFrame) -> tuple[RoadNetwork, NDArray[np.int64]]:
    """Turn a layout into junctions and smooth lines between them.

    Parameters
    ----------
    layout : of the roads
    frame : in which the layout's positions are; roads lie on the ellipsoid

    Returns
    -------
    network : the roads
    cells : (N,) the layout's cell of each of its nodes, ascending
    """
    chains = _chains(layout)
    ends = np.array([(cells[0], cells[-1]) for cells, _ in chains])
    nodes = np.unique(ends)
    start, end = np.searchsorted(nodes, ends.T).astype(np.int32)
    lines = [smooth_line(layout.positions[cells]) for cells, _ in chains]
    latitude, longitude = _to_geodetic(np.concatenate(lines), frame)
    node_latitude, node_longitude = _to_geodetic(layout.positions[nodes], frame)
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
    return network, nodes


def _to_geodetic(plane: NDArray[np.float64], frame: LocalFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    up = Ellipsoid(frame=frame).height(plane[:, 0], plane[:, 1])
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([plane, up]), frame)
    return latitude, longitude


def _chains(layout: Layout) -> list[tuple[list[int], int]]:
    """Follow the stretches from junction to junction; a chain is its cells and the class they share."""
    steps: dict[int, dict[int, int]] = {}
    for a, b, rank in zip(layout.first.tolist(), layout.second.tolist(), layout.rank.tolist(), strict=True):
        steps.setdefault(a, {})[b] = rank
        steps.setdefault(b, {})[a] = rank
    towns = set(layout.towns.tolist())
    through = {cell for cell, out in steps.items() if _goes_on(out) and cell not in towns}
    chains = []
    for start in sorted(set(steps) - through):
        for following, rank in sorted(steps[start].items()):
            cells = [start, following]
            while cells[-1] in through:
                cells.append(next(cell for cell in steps[cells[-1]] if cell != cells[-2]))
            if cells[0] < cells[-1] or (cells[0] == cells[-1] and cells[1] < cells[-2]):
                chains.append((cells, rank))
    return chains


def _goes_on(out: dict[int, int]) -> bool:
    """Tell whether a road passes without a junction: two ways of one class."""
    return len(out) == 2 and len(Counter(out.values())) == 1  # noqa: PLR2004 - in and out
