"""Compiled spatial index: a hashed grid over the plane; the reference is a search through all rows, in the tests."""

import math

import numpy as np
from numba import njit

NONE = -1
ARC_STEP = 0.1  # rad; an arc's bulge beyond its chord is taken up by lengthening the radius


@njit(cache=True)
def bucket(column, row, buckets):
    """Hash a cell (Teschner et al. 2003) to one of ``buckets``, a power of two."""
    return ((column * 73856093) ^ (row * 19349663)) & (buckets - 1)


@njit(cache=True)
def insert(grid, item, east, north, cell):
    """Put an item that is in no cell into the cell of its position."""
    column, row = int(math.floor(east / cell)), int(math.floor(north / cell))
    grid.column[item], grid.row[item] = column, row
    slot = bucket(column, row, grid.head.shape[0])
    follower = grid.head[slot]
    grid.following[item], grid.preceding[item] = follower, NONE
    if follower != NONE:
        grid.preceding[follower] = item
    grid.head[slot] = item


@njit(cache=True)
def remove(grid, item):
    """Take an item out of its cell."""
    follower, leader = grid.following[item], grid.preceding[item]
    if follower != NONE:
        grid.preceding[follower] = leader
    if leader != NONE:
        grid.following[leader] = follower
    else:
        grid.head[bucket(grid.column[item], grid.row[item], grid.head.shape[0])] = follower


@njit(cache=True)
def move(grid, item, east, north, cell):
    """Move an item to the cell of its new position."""
    if grid.column[item] != int(math.floor(east / cell)) or grid.row[item] != int(math.floor(north / cell)):
        remove(grid, item)
        insert(grid, item, east, north, cell)


@njit(cache=True)
def collect(grid, column, row, marked, found, count):
    """Append the items of one cell that are not yet marked; return the new count."""
    item = grid.head[bucket(column, row, grid.head.shape[0])]
    while item != NONE:
        if grid.column[item] == column and grid.row[item] == row and not marked[item]:
            marked[item] = True
            found[count] = item
            count += 1
        item = grid.following[item]
    return count


@njit(cache=True)
def outline(sector, sensor):
    """Corners (K, 2) of a polygon about a sector's footprint on the plane, from its azimuths and slant ranges."""
    centre, half, low, high = sector
    arcs = 1 + int(2.0 * half / ARC_STEP)
    corners = np.empty((arcs + 3, 2))
    near = math.sqrt(max(low * low - sensor[2] * sensor[2], 0.0))
    far = high / math.cos(half / arcs)
    for k in range(arcs + 1):
        azimuth = centre - half + 2.0 * half * k / arcs
        corners[k, 0], corners[k, 1] = sensor[0] + far * math.sin(azimuth), sensor[1] + far * math.cos(azimuth)
    for k in range(2):
        azimuth = centre + half * (1 - 2 * k)
        corners[arcs + 1 + k, 0] = sensor[0] + near * math.sin(azimuth)
        corners[arcs + 1 + k, 1] = sensor[1] + near * math.cos(azimuth)
    return corners


@njit(cache=True)
def band_extent(corners, low, high):
    """Give the extent in east of a polygon between two values of north; low above high where it is not there."""
    west, east = np.inf, -np.inf
    count = corners.shape[0]
    for k in range(count):
        x0, y0 = corners[k - 1, 0], corners[k - 1, 1]
        x1, y1 = corners[k, 0], corners[k, 1]
        if max(y0, y1) < low or min(y0, y1) > high:
            continue
        if y0 != y1:
            t0, t1 = (low - y0) / (y1 - y0), (high - y0) / (y1 - y0)
            t0, t1 = min(max(t0, 0.0), 1.0), min(max(t1, 0.0), 1.0)
            x0, x1 = x0 + t0 * (x1 - x0), x0 + t1 * (x1 - x0)
        west, east = min(west, x0, x1), max(east, x0, x1)
    return west, east


@njit(cache=True)
def search_sector(grid, cell, sector, sensor, margin, book):
    """Collect the items in the cells within ``margin`` of a footprint; ``book`` is (marked, found, count)."""
    marked, found, count = book
    corners = outline(sector, sensor)
    low, high = corners[:, 1].min() - margin, corners[:, 1].max() + margin
    for row in range(int(math.floor(low / cell)), int(math.floor(high / cell)) + 1):
        west, east = band_extent(corners, row * cell - margin, (row + 1) * cell + margin)
        if west > east:
            continue
        for column in range(int(math.floor((west - margin) / cell)), int(math.floor((east + margin) / cell)) + 1):
            count = collect(grid, column, row, marked, found, count)
    return count


@njit(cache=True)
def search_box(grid, cell, centre, margin, book):
    """Collect the items in the cells within ``margin`` (east, north) of a point; ``book`` is (marked, found, count)."""
    marked, found, count = book
    columns = int(math.floor((centre[0] - margin[0]) / cell)), int(math.floor((centre[0] + margin[0]) / cell))
    rows = int(math.floor((centre[1] - margin[1]) / cell)), int(math.floor((centre[1] + margin[1]) / cell))
    for row in range(rows[0], rows[1] + 1):
        for column in range(columns[0], columns[1] + 1):
            count = collect(grid, column, row, marked, found, count)
    return count


@njit(cache=True)
def normal_mass(low, high, centre, sigma):
    """Probability that a normal variable lies between ``low`` and ``high``."""
    scale = 1.0 / (sigma * math.sqrt(2.0))
    return 0.5 * (math.erf((high - centre) * scale) - math.erf((low - centre) * scale))
