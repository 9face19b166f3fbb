"""Cuttings and embankments: the ground along roads is evened out, as builders do."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from sidelook.simulation.island.relief import Relief
from sidelook.simulation.island.roads import Layout

_ROUNDS = 10  # of evening out along the road: over about two kilometres
_PASSES = 5
_POINTS = 4  # along a step of the layout, so that none of the relief's cells is missed
_WIDTH = 0.65  # cells over which a cutting falls back into the slope


def grade(relief: Relief, layout: Layout, stream: float) -> Relief:
    """Even out the ground along roads.

    Parameters
    ----------
    relief : of the island
    layout : of the roads
    stream : area from which on a stream keeps its bed, km2; waters stay as they are

    Returns
    -------
    relief with other heights, on land alone
    """
    free = relief.dry & (relief.drained < stream)
    height = relief.height.astype(np.float64)
    share = np.linspace(0.0, 1.0, _POINTS)[:, None, None]
    places = (1.0 - share) * layout.positions[layout.first] + share * layout.positions[layout.second]
    cell = np.ravel_multi_index(relief.cell(places), height.shape)
    points, ends = np.unique(np.concatenate([layout.first, layout.second]), return_inverse=True)
    first, second = ends[: len(layout.first)], ends[len(layout.first) :]
    fixed = ~free[relief.cell(layout.positions[points])]
    spread = _spread(first, second, len(points))
    count = np.bincount(cell.ravel(), minlength=height.size).reshape(height.shape).astype(np.float64)
    near = ndimage.gaussian_filter(count, _WIDTH)
    for _ in range(_PASSES):
        sampled = relief.cell(layout.positions[points])
        level = height[sampled]
        wanted = level
        for _ in range(_ROUNDS):
            wanted = np.where(fixed, level, 0.5 * wanted + 0.5 * (spread @ wanted))
        along = (1.0 - share[..., 0]) * wanted[first] + share[..., 0] * wanted[second]
        change = np.bincount(cell.ravel(), (along - height.ravel()[cell]).ravel(), minlength=height.size)
        moved = ndimage.gaussian_filter(change.reshape(height.shape), _WIDTH) / np.maximum(near, 0.15)
        height = np.where(free, np.maximum(height + moved, 0.5), height)
    return replace(relief, height=height.astype(np.float32))


def _spread(first: NDArray[np.intp], second: NDArray[np.intp], size: int) -> sparse.csr_array:
    """Give the matrix that takes values at points to the mean of their neighbours."""
    ones = np.ones(2 * len(first))
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    joined = sparse.csr_array((ones, (ends, others)), shape=(size, size))
    degree = np.bincount(ends, minlength=size)
    return sparse.csr_array(sparse.diags_array(1.0 / np.maximum(degree, 1)) @ joined)
