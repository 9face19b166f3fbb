"""Street grids of towns, and how passing roads are tied into them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from sidelook.geography.roads import RoadClass
from sidelook.simulation.island.relief import Relief
from sidelook.simulation.island.roads import Layout
from sidelook.simulation.island.towns import Towns

_BLOCK = 420.0  # side of a town's block of houses, m
_STEEP = 0.14  # gradient at which no street is laid


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What streets are laid on: points of passing roads, and ground that bears streets."""

    layout: Layout
    passing: NDArray[np.int64]
    tree: cKDTree
    relief: Relief
    clear: NDArray[np.bool_]


def add_streets(rng: Generator, layout: Layout, relief: Relief, towns: Towns) -> Layout:
    """Lay a street grid around each named town and tie the roads that pass through into it.

    Parameters
    ----------
    rng : source of chance
    layout : of the roads between towns
    relief : no street in the water
    towns : in the order of the layout's
    """
    passing = np.unique(np.r_[layout.first, layout.second])
    tree = cKDTree(layout.positions[passing])
    clear = ndimage.minimum_filter(relief.dry, 3)
    site = _Site(layout=layout, passing=passing, tree=tree, relief=relief, clear=clear)
    positions, firsts, seconds = [layout.positions], [layout.first], [layout.second]
    count = len(layout.positions)
    for town, radius in enumerate(towns.radius.tolist()):
        if radius >= _BLOCK:
            places, first, second = _grid(rng, site, town, radius, count)
            count += len(places)
            positions.append(places)
            firsts.append(first)
            seconds.append(second)
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    streets = np.full(len(first) - len(layout.first), RoadClass.LOCAL, np.uint8)
    return replace(
        layout,
        positions=np.concatenate(positions),
        first=first,
        second=second,
        rank=np.concatenate([layout.rank, streets]),
    )


def _grid(
    rng: Generator, site: _Site, town: int, radius: float, offset: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Lay one grid: its corners, numbered from ``offset``, and the streets between corners or to passing roads."""
    middle = site.layout.towns[town]
    centre, size = site.layout.positions[middle], int(radius // _BLOCK)
    rows, columns = np.mgrid[-size : size + 1, -size : size + 1]
    turn = rng.uniform(0.0, np.pi / 2.0)
    axes = _BLOCK * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    wobble = rng.uniform(-0.18, 0.18, (*rows.shape, 2))
    wobble[size, size] = 0.0
    places = centre + ((np.stack([rows, columns], axis=-1) + wobble) @ axes).reshape(-1, 2)
    inside = (np.hypot(rows, columns).ravel() <= size + 0.3) & site.clear[site.relief.cell(places)]
    number = offset + np.arange(len(places))
    number[len(places) // 2] = middle
    cells = np.arange(len(places)).reshape(rows.shape)
    first = np.concatenate([cells[:, :-1].ravel(), cells[:-1].ravel()])
    second = np.concatenate([cells[:, 1:].ravel(), cells[1:].ravel()])
    kept = inside[first] & inside[second] & (rng.random(len(first)) < 0.85)  # noqa: PLR2004 - some blocks merge
    first, second = first[kept], second[kept]
    near = site.passing[np.sort(np.array(site.tree.query_ball_point(centre, radius), np.int64))]
    near = near[near != middle]
    corners = np.flatnonzero(inside)
    if len(near) and len(corners):
        gap = np.linalg.norm(site.layout.positions[near][:, None] - places[corners], axis=-1)
        tie = corners[np.argmin(gap, axis=1)]
    else:
        near, tie = np.zeros(0, np.int64), np.zeros(0, np.int64)
    one, two = np.r_[number[first], near], np.r_[number[second], number[tie]]
    from_, to = np.concatenate([places[first], site.layout.positions[near]]), places[np.r_[second, tie]]
    fits = _fits(site, from_, to) & (one != two)
    return places, one[fits], two[fits]


def _fits(site: _Site, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which streets stay dry and are not too steep."""
    middle = 0.5 * (start + end)
    up = site.relief.height_at(*np.stack([start, end]).reshape(-1, 2).T).reshape(2, -1)
    level: NDArray[np.bool_] = np.abs(up[1] - up[0]) <= _STEEP * np.linalg.norm(end - start, axis=-1)
    return level & site.clear[site.relief.cell(middle)]
