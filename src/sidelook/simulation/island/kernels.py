"""Compiled loops over the cells of an island: where water flows, what it carries away, and the cheapest way to go.

Grids are (rows, columns), cells are numbered row by row, and neighbours are the eight around a cell.
"""

import heapq
import math

import numpy as np

from sidelook.compiling import kernel
from sidelook.simulation.island.columns import Bytes, Cells, Marks, Numbers

NO_ROAD = 255
_DOWN = (0, 1, 1, 1, 0, -1, -1, -1)
_RIGHT = (1, 1, 0, -1, -1, -1, 0, 1)
# Steps to the east, north, north-east and north-west are kept at the cell they leave, others at the cell they reach.
_KEPT = (0, 2, 1, 3, 0, 2, 1, 3)
_LEAVING = 4


@kernel
def flood(height: Numbers, sea: Marks, fall: float) -> Numbers:
    """Fill hollows until water runs from everywhere to the sea (Barnes, Lehman and Mulla 2014, with a gradient).

    Parameters
    ----------
    height : (R, C) m
    sea : (R, C) True where water ends; somewhere at least
    fall : by which each cell of a filled hollow lies above the next, m

    Returns
    -------
    (R, C) heights, the sea's unchanged; every other cell that the sea can be reached from has a lower neighbour
    """
    rows, columns = height.shape
    filled, known = height.copy(), sea.copy()
    queue = [(0.0, 0) for _ in range(0)]
    for cell in range(height.size):
        r, c = cell // columns, cell % columns
        if sea[r, c]:
            for k in range(8):
                i, j = r + _DOWN[k], c + _RIGHT[k]
                if 0 <= i < rows and 0 <= j < columns and not sea[i, j]:
                    heapq.heappush(queue, (height[r, c], cell))
                    break
    hollow = np.empty(height.size, np.int64)
    first, last = 0, 0
    while first < last or len(queue) > 0:
        if first < last:
            cell = hollow[first]
            first += 1
        else:
            cell = heapq.heappop(queue)[1]
        r, c = cell // columns, cell % columns
        least = filled[r, c] + fall
        for k in range(8):
            i, j = r + _DOWN[k], c + _RIGHT[k]
            if 0 <= i < rows and 0 <= j < columns and not known[i, j]:
                known[i, j] = True
                if height[i, j] <= least:
                    filled[i, j] = least
                    hollow[last] = i * columns + j
                    last += 1
                else:
                    heapq.heappush(queue, (height[i, j], i * columns + j))
    return filled


@kernel
def steepest(height: Numbers, sea: Marks, spacing: float) -> tuple[Cells, Numbers]:
    """Find where the water of each cell goes.

    Parameters
    ----------
    height : (R, C) m
    sea : (R, C) True where water ends
    spacing : of the grid, m

    Returns
    -------
    receiver : (R C,) cell of the steepest way down; the cell itself in the sea and in hollows
    length : (R C,) m to it
    """
    rows, columns = height.shape
    receiver, length = np.arange(height.size), np.zeros(height.size)
    for r in range(rows):
        for c in range(columns):
            if sea[r, c]:
                continue
            best = 0.0
            for k in range(8):
                i, j = r + _DOWN[k], c + _RIGHT[k]
                if 0 <= i < rows and 0 <= j < columns:
                    step = spacing if k % 2 == 0 else spacing * math.sqrt(2.0)
                    slope = (height[r, c] - height[i, j]) / step
                    if slope > best:
                        best = slope
                        receiver[r * columns + c], length[r * columns + c] = i * columns + j, step
    return receiver, length


@kernel
def gather(receiver: Cells, falling: Cells, own: Numbers) -> Numbers:
    """Add up what flows through each cell.

    Parameters
    ----------
    receiver : (N,) cell to which each cell's water goes
    falling : (N,) cells from the highest down
    own : (N,) what each cell gives

    Returns
    -------
    (N,) its own and all from above
    """
    through = own.copy()
    for cell in falling:
        if receiver[cell] != cell:
            through[receiver[cell]] += through[cell]
    return through


@kernel
def carve(
    height: Numbers, receiver: Cells, length: Numbers, falling: Cells, power: Numbers, steepest_slope: float
) -> None:
    """Let rivers cut into the ground, in place: one implicit step of the stream power law (Braun and Willett 2013).

    The new height *h* of a cell obeys ``h = h0 - power (h - h_receiver) / length``, and no slope is left steeper than
    rock can stand.

    Parameters
    ----------
    height : (N,) m
    receiver, length : (N,) where the water of each cell goes, and how far, m
    falling : (N,) cells from the highest down
    power : (N,) erodibility times root of the drained area times time, m
    steepest_slope : that stands, as a ratio
    """
    for k in range(falling.size - 1, -1, -1):
        cell = falling[k]
        below = receiver[cell]
        if below != cell:
            share = power[cell] / length[cell]
            lowered = (height[cell] + share * height[below]) / (1.0 + share)
            height[cell] = min(lowered, height[below] + steepest_slope * length[cell])


@kernel
def cheapest_way(cost: Numbers, built: Bytes, reuse: float, window: Cells, ends: Cells) -> tuple[Cells, float]:
    """Find the cheapest way over a grid between two cells (Dijkstra 1959, within a window).

    Parameters
    ----------
    cost : (4, R, C) of the steps from each cell to the east, north, north-east and north-west; infinite where none goes
    built : (4, R, C) class of the road on the step, ``NO_ROAD`` where there is none
    reuse : share of the cost where there is a road
    window : (4,) first row, first column, row and column after the last: no way leads outside
    ends : (2,) start and goal, cells of the whole grid, within the window

    Returns
    -------
    way : cells of the whole grid from the goal back to the start; empty where no way leads
    cost : of it, infinite where none leads
    """
    columns = cost.shape[2]
    top, left = window[0], window[1]
    high, wide = window[2] - top, window[3] - left
    spent, origin = np.full(high * wide, np.inf), np.full(high * wide, np.int8(-1))
    start = (ends[0] // columns - top) * wide + ends[0] % columns - left
    goal = (ends[1] // columns - top) * wide + ends[1] % columns - left
    spent[start] = 0.0
    queue = [(0.0, start)]
    while len(queue) > 0:
        so_far, cell = heapq.heappop(queue)
        if cell == goal:
            break
        if so_far > spent[cell]:
            continue
        r, c = cell // wide, cell % wide
        for k in range(8):
            i, j = r + _DOWN[k], c + _RIGHT[k]
            if 0 <= i < high and 0 <= j < wide:
                at_r, at_c = (r, c) if k < _LEAVING else (i, j)
                step = cost[_KEPT[k], top + at_r, left + at_c]
                if built[_KEPT[k], top + at_r, left + at_c] != NO_ROAD:
                    step *= reuse
                if so_far + step < spent[i * wide + j]:
                    spent[i * wide + j] = so_far + step
                    origin[i * wide + j] = k
                    heapq.heappush(queue, (so_far + step, i * wide + j))
    if not spent[goal] < np.inf:
        return np.empty(0, np.int64), np.inf
    way = [goal]
    while way[-1] != start:
        k = origin[way[-1]]
        way.append(way[-1] - _DOWN[k] * wide - _RIGHT[k])
    found = np.array(way)
    return (found // wide + top) * columns + found % wide + left, spent[goal]
