"""Compiled spatial index: a hashed grid over the plane; the reference is a search through all rows, in the tests."""

import math

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats, Indices, Octets
from sidelook.tracking.columns import (
    NONE,
    SECOND,
    Ahead,
    Grid,
    LookColumns,
    Modes,
    Place,
    Row,
    Search,
    Table,
    World,
    Worlds,
)
from sidelook.tracking.filters.kernels import LookChances, merge, miss_probability, plane_of, point_of, wrap_angle
from sidelook.tracking.hypotheses.kernels import Scratch, predict_hypotheses, used_part

FEW_PLOTS = 8  # up to here trying every plot is cheaper than an index
LEAST_LOOK = 0.05  # chance of being in the footprint below which a dwell says nothing about a track
LOOK_SIGMAS = 1.65  # farther from a footprint than this the chance of being in it is below the least
PLOT_SIGMAS = 4.0
LEAST_SECOND_LOOK = 1e-3  # footprints are not exact
FARTHEST = 1e8  # m
FASTEST = 1e4  # m/s
STEEPEST = 10.0
ARC_STEP = 0.1  # rad; an arc's bulge beyond its chord is taken up by lengthening the radius


@kernel
def bucket(column: int, row: int, buckets: int) -> int:
    """Hash a cell (Teschner et al. 2003) to one of ``buckets``, a power of two."""
    return ((column * 73856093) ^ (row * 19349663)) & (buckets - 1)


@kernel
def insert(grid: Grid, item: int, east: float, north: float, cell: float) -> None:
    """Put an item that is in no cell into the cell of its position."""
    column, row = math.floor(east / cell), math.floor(north / cell)
    grid.column[item], grid.row[item] = column, row
    slot = bucket(column, row, grid.head.shape[0])
    follower = grid.head[slot]
    grid.following[item], grid.preceding[item] = follower, NONE
    if follower != NONE:
        grid.preceding[follower] = item
    grid.head[slot] = item


@kernel
def remove(grid: Grid, item: int) -> None:
    """Take an item out of its cell."""
    follower, leader = grid.following[item], grid.preceding[item]
    if follower != NONE:
        grid.preceding[follower] = leader
    if leader != NONE:
        grid.following[leader] = follower
    else:
        grid.head[bucket(grid.column[item], grid.row[item], grid.head.shape[0])] = follower


@kernel
def move(grid: Grid, item: int, east: float, north: float, cell: float) -> None:
    """Move an item to the cell of its new position."""
    if grid.column[item] != math.floor(east / cell) or grid.row[item] != math.floor(north / cell):
        remove(grid, item)
        insert(grid, item, east, north, cell)


@kernel
def collect(grid: Grid, column: int, row: int, book: Search, count: int) -> int:
    """Append the items of one cell that are not yet marked; return the new count."""
    marked, found, _ = book
    item = grid.head[bucket(column, row, grid.head.shape[0])]
    while item != NONE:
        if grid.column[item] == column and grid.row[item] == row and not marked[item]:
            marked[item] = True
            found[count] = item
            count += 1
        item = grid.following[item]
    return count


@kernel
def outline(sector: Floats, sensor: Floats) -> Floats:
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


@kernel
def band_extent(corners: Floats, low: float, high: float) -> tuple[float, float]:
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


@kernel
def search_sector(grid: Grid, cell: float, sector: Floats, sensor: Floats, margin: float, book: Search) -> int:
    """Collect the items in the cells within ``margin`` of a footprint; ``book`` is (marked, found, count)."""
    count = book[2]
    corners = outline(sector, sensor)
    low, high = corners[:, 1].min() - margin, corners[:, 1].max() + margin
    for row in range(math.floor(low / cell), math.floor(high / cell) + 1):
        west, east = band_extent(corners, row * cell - margin, (row + 1) * cell + margin)
        if west > east:
            continue
        for column in range(math.floor((west - margin) / cell), math.floor((east + margin) / cell) + 1):
            count = collect(grid, column, row, book, count)
    return count


@kernel
def search_box(grid: Grid, cell: float, centre: Floats, margin: Floats, book: Search) -> int:
    """Collect the items in the cells within ``margin`` (east, north) of a point; ``book`` is (marked, found, count)."""
    count = book[2]
    columns = math.floor((centre[0] - margin[0]) / cell), math.floor((centre[0] + margin[0]) / cell)
    rows = math.floor((centre[1] - margin[1]) / cell), math.floor((centre[1] + margin[1]) / cell)
    for row in range(rows[0], rows[1] + 1):
        for column in range(columns[0], columns[1] + 1):
            count = collect(grid, column, row, book, count)
    return count


@kernel
def normal_mass(low: float, high: float, centre: float, sigma: float) -> float:
    """Probability that a normal variable lies between ``low`` and ``high``."""
    scale = 1.0 / (sigma * math.sqrt(2.0))
    return 0.5 * (math.erf((high - centre) * scale) - math.erf((low - centre) * scale))


@kernel
def usable(plots: Table, plot: int) -> bool:
    """Say whether a plot is one that can be: near the earth, with errors; a missing radial speed is no fault."""
    measured, variance, ground = plots[plot].measured, plots[plot].variance, plots[plot].ground
    possible = 0.0 < measured[0] < FARTHEST and abs(measured[1]) < 2.0 * math.pi
    possible &= math.isnan(measured[2]) or abs(measured[2]) < FASTEST
    for k in range(3):
        possible &= abs(ground[k]) < FARTHEST and 0.0 < variance[k] < FARTHEST**2
    return bool(possible and abs(ground[3]) < STEEPEST and abs(ground[4]) < STEEPEST)


@kernel
def candidates(tracks: Table, grid: Grid, look: LookColumns, d: int, worlds: Worlds, scratch: Search) -> Indices:
    """Collect the rows of tracks that the footprint or a plot outside it may concern, in order of row."""
    dwells, plots = look
    constants, flight = worlds[0][0], worlds[1][0]
    marked, found, count = scratch
    known = is_sector(dwells[d].sector)
    reach = np.array([constants.reach, constants.reach])
    for plot in range(dwells[d].begin, dwells[d].end):
        if usable(plots, plot) and not (known and contains(dwells[d].sector, plots[plot].measured)):
            count = search_box(grid, constants.cell, plots[plot].ground, reach, (marked, found, count))
    kept = count
    if known and sector_cells(dwells[d].sector, constants) < marked.shape[0]:
        book = (marked, found, count)
        count = search_sector(grid, constants.cell, dwells[d].sector, dwells[d].sensor, constants.reach, book)
    elif known:
        for row in range(marked.shape[0]):
            if tracks[row].existence > 0.0 and not marked[row]:
                found[count] = row
                count += 1
    beside = kept
    for k in range(count):
        marked[found[k]] = False
        if k >= beside and near(tracks, found[k], look, d, flight if tracks[found[k]].flying else constants):
            found[kept] = found[k]
            kept += 1
    return np.sort(found[:kept])


@kernel
def is_sector(sector: Floats) -> bool:
    """Say whether a footprint is known."""
    turned = abs(sector[0]) < 2.0 * math.pi and 0.0 < sector[1] < 2.0 * math.pi
    return bool(turned and 0.0 <= sector[2] < sector[3] < FARTHEST)


@kernel
def contains(sector: Floats, measured: Floats) -> bool:
    """Say whether a plot lies in the footprint."""
    turn = abs(wrap_angle(measured[1] - sector[0]))
    return bool(turn <= sector[1] and sector[2] <= measured[0] <= sector[3])


@kernel
def sector_cells(sector: Floats, constants: Row) -> float:
    """Estimate how many cells of the grid a search of a footprint visits."""
    depth, rim = sector[3] - sector[2], 2.0 * sector[1] * sector[3]
    margin = 2.0 * (constants.reach + constants.cell)
    cells: float = (depth + margin) * (rim + margin) / constants.cell**2
    return cells


@kernel
def near(tracks: Table, row: int, look: LookColumns, d: int, constants: Row) -> bool:
    """Say whether a dwell may concern a track: covers it, or has a plot about it; from a quick prediction."""
    dwells, plots = look
    azimuth, turn_sigma, slant, range_sigma = hasten(tracks, row, dwells, d, constants)
    sector = dwells[d].sector
    beside = abs(wrap_angle(azimuth - sector[0])) - sector[1]
    outside = max(sector[2] - slant, slant - sector[3])
    if beside < LOOK_SIGMAS * turn_sigma and outside < LOOK_SIGMAS * range_sigma:
        return True
    if beside > PLOT_SIGMAS * turn_sigma or outside > PLOT_SIGMAS * range_sigma:
        return False
    if dwells[d].end - dwells[d].begin > FEW_PLOTS:
        return True
    for plot in range(dwells[d].begin, dwells[d].end):
        turn = abs(wrap_angle(azimuth - plots[plot].measured[1]))
        turn_slack = PLOT_SIGMAS * math.sqrt(turn_sigma**2 + plots[plot].variance[1])
        range_slack = PLOT_SIGMAS * math.sqrt(range_sigma**2 + plots[plot].variance[0])
        if turn < turn_slack and abs(slant - plots[plot].measured[0]) < range_slack:
            return True
    return False


@kernel
def hasten(tracks: Table, row: int, dwells: Table, d: int, constants: Row) -> Place:
    """Predict where a track is, seen from the sensor, without its modes; its spread is rather too large."""
    age = max(dwells[d].time - tracks[row].time, 0) / SECOND
    estimate, drift = tracks[row].estimate, tracks[row].drift
    east, north = age * estimate[2], age * estimate[3]
    # It may have stopped, turned or set off meanwhile.
    swing = constants.noise[0] * age**3 / 3.0 + (0.5 * constants.restart_speed * age) ** 2
    ee = drift[0, 0] + age * (drift[1, 0] + age * drift[2, 0]) + swing + 0.1 * east * east
    en = drift[0, 1] + age * (drift[1, 1] + age * drift[2, 1]) + 0.1 * east * north
    nn = drift[0, 2] + age * (drift[1, 2] + age * drift[2, 2]) + swing + 0.1 * north * north
    position = (estimate[0] + east - dwells[d].sensor[0], estimate[1] + north - dwells[d].sensor[1])
    return look_at(position, (ee, en, nn), dwells[d].ground[2] - dwells[d].sensor[2])


@kernel
def look_at(position: tuple[float, float], spread: tuple[float, float, float], below: float) -> Place:
    """Give azimuth, its sigma, slant range and its sigma of a spread position relative to the sensor."""
    flat = max(math.hypot(position[0], position[1]), 1.0)
    east, north = position[0] / flat, position[1] / flat
    along = max(east * east * spread[0] + 2.0 * east * north * spread[1] + north * north * spread[2], 1.0)
    across = max(spread[0] + spread[2] - along, 1.0)
    return math.atan2(position[0], position[1]), math.sqrt(across) / flat, math.hypot(flat, below), math.sqrt(along)


@kernel
def foresee(
    tracks: Table, row: int, dwells: Table, d: int, world: World, ahead: Ahead, facts: Floats, scratch: Scratch
) -> int:
    """Predict a track to a dwell: its hypotheses into ``ahead``, and into ``facts`` (8,) what follows from them.

    Facts are the chance to be in the footprint, the chance of no plot, sigma east and north, the chance that a plot is
    a second look at the vehicle (1 where it would be the first), east, north, and the chance that the revisit's dwells
    have covered it before. Gives the number of hypotheses.
    """
    constants = world[0]
    dt = max(dwells[d].time - tracks[row].time, 0) / SECOND
    count = predict_hypotheses(tracks, row, dt, world, ahead, scratch)
    used = used_part(ahead, count, constants.mobile.shape[0])
    estimate = scratch[0]
    ee, en, nn = merge(used, estimate)
    facts[0], facts[1], facts[2], facts[3], facts[4] = 0.0, 1.0, math.sqrt(ee), math.sqrt(nn), 1.0
    facts[5], facts[6] = estimate[0], estimate[1]
    same_sweep = tracks[row].revisit == dwells[d].revisit and dt < constants.second_look
    facts[7] = tracks[row].covered if same_sweep else 0.0
    sector = dwells[d].sector
    if not is_sector(sector):
        return count
    position = (estimate[0] - dwells[d].sensor[0], estimate[1] - dwells[d].sensor[1])
    place = look_at(position, (ee, en, nn), dwells[d].ground[2] - dwells[d].sensor[2])
    turn = wrap_angle(place[0] - sector[0])
    facts[0] = chance_within((-sector[1], sector[1], sector[2], sector[3]), turn, place)
    if facts[0] > LEAST_LOOK:
        facts[1] = chance_of_miss(dwells, d, used, (constants.peak, facts[0], facts[7]), constants.mobile)
    again = tracks[row].seen == dwells[d].revisit and tracks[row].hits > 0
    if again and (dwells[d].time - tracks[row].supported) / SECOND < constants.second_look:
        rim = (1.0 + constants.soft_edge) * sector[1]
        facts[4] = max(chance_within((-rim, rim, sector[2], sector[3]), turn, place), LEAST_SECOND_LOOK)
    return count


@kernel
def chance_within(sector: tuple[float, float, float, float], turn: float, place: Place) -> float:
    """Probability that a place lies between two angles and two slant ranges; ``turn`` is its own angle."""
    left, right, low, high = sector
    if right <= left or high <= low:
        return 0.0
    return normal_mass(left, right, turn, place[1]) * normal_mass(low, high, place[2], place[3])


@kernel
def chance_of_miss(dwells: Table, d: int, ahead: Modes, look: LookChances, mobile: Octets) -> float:
    """Probability that a vehicle of this state gives no plot, over its motion modes."""
    mean, covariance, weight = ahead
    sensor, ground, total = point_of(dwells[d].sensor), plane_of(dwells[d].ground), 0.0
    for mode in range(weight.shape[0]):
        chance = 1.0
        if mobile[mode % mobile.shape[0]]:
            notch = dwells[d].minimum_detectable_speed
            chance = miss_probability(mean[mode], covariance[mode], sensor, ground, notch, look)
        total += weight[mode] * chance
    return total
