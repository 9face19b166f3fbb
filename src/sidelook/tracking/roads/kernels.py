"""Compiled motion along roads: places on a route, prediction with branching at junctions, and roads near a place.

A vehicle on a road is its distance along a lane and its speed there, Gaussian under each motion mode; a lane is an edge
driven in one direction. A hypothesis remembers the lanes it came by, so that a distance below zero lies on the lane
before. To be compared with a plot it is lifted to a place and a velocity on the plane: the road is taken for straight
around a distance, with the map's error across it (Ulmke and Koch 2006 project onto each piece instead).
"""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats, Indices
from sidelook.tracking.columns import NONE, PIECE_CELL, PIECE_LONGEST, ROUTE, RoadMap, Row
from sidelook.tracking.filters.kernels import (
    NEGLIGIBLE,
    UNLIKELY,
    Plane,
    PlotFields,
    Point,
    Symmetric,
    hidden_by_notch,
    notch_variance,
    observe,
    residual_of,
    weigh_tailed,
)

BRANCHES = 24  # routes considered at once
DEEPEST = 6  # junctions passed in one prediction
REACH_SIGMAS = 2.0  # a junction nearer than this is branched at
LEAST_BRANCH = 1e-3
LEAST_MODE = 0.01
LEAST_MASS = 1e-4  # of a place's density along a piece of road, in its whole line's
SQRT_2 = math.sqrt(2.0)
SQRT_2PI = math.sqrt(2.0 * math.pi)
LEAST_SPREAD = 2.0  # m/s, of speeds that are usual on a road
NEARBY = 32  # roads about a place that are told apart

Station: TypeAlias = tuple[float, float, float, float]  # east, north, unit direction
OnRoad: TypeAlias = tuple[float, float, float, float, float]  # distance, speed, variances s-s, s-v, v-v
Through: TypeAlias = tuple[float, Station]
Noise: TypeAlias = tuple[float, float, float, float]
Change: TypeAlias = tuple[float, float, float, float, Noise]
Branches: TypeAlias = tuple[Floats, Floats, Indices]  # (B, M, 5) states on the road, (B, M) weights, (B, ROUTE) routes


@kernel
def locate(roads: RoadMap, lane: int, distance: float) -> Station:
    """Find the place and direction at a distance along a lane; beyond its ends straight on."""
    edge = lane >> 1
    ahead = 1.0
    if lane & 1:
        ahead, distance = -1.0, roads.length[edge] - distance
    low, high = roads.piece_offset[edge], roads.piece_offset[edge + 1] - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if roads.piece[middle, 0] <= distance:
            low = middle
        else:
            high = middle - 1
    de, dn = roads.piece[low, 3], roads.piece[low, 4]
    run = distance - roads.piece[low, 0]
    return roads.piece[low, 1] + run * de, roads.piece[low, 2] + run * dn, ahead * de, ahead * dn


@kernel
def locate_on_route(roads: RoadMap, route: Indices, distance: float) -> Station:
    """Find the place and direction at a distance along a route's lane, or before it on the lanes it came by."""
    k = 0
    while distance < 0.0 and k + 1 < ROUTE and route[k + 1] != NONE:
        k += 1
        distance += roads.length[route[k] >> 1]
    return locate(roads, route[k], distance)


@kernel
def lift(
    road: Floats, about: float, station: Station, spread: tuple[float, float], mean: Floats, covariance: Floats
) -> None:
    """Lay a state on a road out on the plane, the road taken for straight through the station ``about``.

    ``road`` is distance, speed, their variances s-s, s-v, v-v; ``spread`` the variances across it, of place and speed.
    """
    east, north, de, dn = station
    run = road[0] - about
    mean[0], mean[1], mean[2], mean[3] = east + run * de, north + run * dn, road[1] * de, road[1] * dn
    ee, en, nn = de * de, de * dn, dn * dn
    covariance[0, 0], covariance[1, 1] = road[2] * ee + spread[0] * nn, road[2] * nn + spread[0] * ee
    covariance[0, 1] = covariance[1, 0] = (road[2] - spread[0]) * en
    covariance[2, 2], covariance[3, 3] = road[4] * ee + spread[1] * nn, road[4] * nn + spread[1] * ee
    covariance[2, 3] = covariance[3, 2] = (road[4] - spread[1]) * en
    covariance[0, 2] = covariance[2, 0] = road[3] * ee
    covariance[0, 3] = covariance[3, 0] = covariance[1, 2] = covariance[2, 1] = road[3] * en
    covariance[1, 3] = covariance[3, 1] = road[3] * nn


@kernel
def correct_on_road(
    road: OnRoad,
    through: Through,
    spread: tuple[float, float],
    mobile: int,
    sensor: Point,
    plot: PlotFields,
    tail: float,
) -> tuple[float, float, OnRoad]:
    """Correct a state with a plot, the road taken for straight.

    What ``lift``, the filter on the plane and taking the result back along the road would give, without the matrices:
    along the road the state spreads by its own covariance, across it by ``spread``.

    Parameters
    ----------
    road : the state
    through : distance along the road, and the station there
    spread : variances across the road, of place and of speed
    mobile : whether it is a mode that moves
    sensor, plot : that measured it
    tail : as ``filters.kernels.innovate`` has it

    Returns
    -------
    distance : squared, of the plot from the state
    likelihood : its logarithm
    corrected : the state
    """
    s, v, ss, sv, vv = road
    about, (east, north, de, dn) = through
    run = s - about
    state = (east + run * de, north + run * dn, v * de, v * dn)
    slant, azimuth, speed, re, rn, ae, an, se, sn = observe(state, mobile, sensor, plot[3])
    moving = 1.0 if mobile else 0.0
    # Derivatives along the road (r, a, t of slant range, azimuth, radial speed) and across it (rx, ax, tx).
    r, a, t = re * de + rn * dn, ae * de + an * dn, se * de + sn * dn
    rx, ax, tx = rn * de - re * dn, an * de - ae * dn, sn * de - se * dn
    rs, rv, as_, av = ss * r, sv * r, ss * a, sv * a
    ts, tv = ss * t + moving * sv * r, sv * t + moving * vv * r
    variance, place, sway = plot[1], spread[0], moving * spread[1]
    covariance = (
        r * rs + rx * rx * place + variance[0],
        a * rs + ax * rx * place,
        r * ts + rx * tx * place,
        a * as_ + ax * ax * place + variance[1],
        a * ts + ax * tx * place,
        t * ts + moving * r * tv + tx * tx * place + sway * rx * rx + variance[2],
    )
    residual = residual_of(plot, slant, azimuth, speed)
    if math.isnan(residual[2]):
        ts = tv = 0.0
    inverse, turned, distance, likelihood = weigh_tailed(residual, covariance, variance[1], tail)
    along, faster = (rs, as_, ts), (rv, av, tv)
    corrected = (
        s + dot(along, turned),
        v + dot(faster, turned),
        ss - within(along, inverse, along),
        sv - within(along, inverse, faster),
        vv - within(faster, inverse, faster),
    )
    return distance, likelihood, corrected


@kernel
def dot(one: Point, other: Point) -> float:
    """Scalar product."""
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


@kernel
def within(one: Point, matrix: Symmetric, other: Point) -> float:
    """Product of a vector, a symmetric matrix (00, 01, 02, 11, 12, 22) and a vector."""
    first = matrix[0] * other[0] + matrix[1] * other[1] + matrix[2] * other[2]
    second = matrix[1] * other[0] + matrix[3] * other[1] + matrix[4] * other[2]
    third = matrix[2] * other[0] + matrix[4] * other[1] + matrix[5] * other[2]
    return one[0] * first + one[1] * second + one[2] * third


@kernel
def hide_on_road(
    road: OnRoad, station: Station, spread: tuple[float, float], sensor: Point, ground: Plane, notch: float
) -> tuple[float, float, float, float, float]:
    """Do as ``filters.kernels.hide`` for a state on a road at its station; the gain is that of distance and of speed.

    Gives the probability to be hidden, radial speed, its variance with the notch's width, gain of distance, of speed.
    """
    _, v, ss, sv, vv = road
    east, north, de, dn = station
    _, _, speed, re, rn, _, _, se, sn = observe((east, north, v * de, v * dn), 1, sensor, ground)
    r, t, rx, tx = re * de + rn * dn, se * de + sn * dn, rn * de - re * dn, sn * de - se * dn
    gain_along, gain_faster = ss * t + sv * r, sv * t + vv * r
    total = notch_variance(notch) + t * gain_along + r * gain_faster + tx * tx * spread[0] + rx * rx * spread[1]
    return hidden_by_notch(speed, notch, total), speed, total, gain_along, gain_faster


@kernel
def on_road_of(row: Floats) -> OnRoad:
    """Take a state on a road out of a table."""
    return row[0], row[1], row[2], row[3], row[4]


@kernel
def predict_on_road(
    road: Floats, weight: Floats, step: tuple[float, float], constants: Row, ahead: Floats, weight_ahead: Floats
) -> None:
    """Carry the modes of a hypothesis on a road on; (M, 5) and (M,) to (M, 5) and (M,).

    ``step`` is the time, s, and the lane's limit, m/s.
    """
    modes = weight.shape[0]
    origin = road[0, 0]
    total = np.empty(6)
    for target in range(modes):
        total[:] = 0.0
        if constants.turning[target]:  # on a road there are only its ways on
            ahead[target], weight_ahead[target] = road[target], 0.0
            continue
        for source in range(modes):
            if weight[source] < UNLIKELY and source != target:
                continue
            stay = math.exp(-step[0] / constants.sojourn[source])
            chance = stay if source == target else (1.0 - stay) * constants.road_share[source, target]
            share = weight[source] * chance
            if share < NEGLIGIBLE and source != target:
                continue
            share = max(share, NEGLIGIBLE * NEGLIGIBLE)
            gain, keep, shift, speed, noise = change_on_road(source, target, step, constants)
            before = road[source]
            stop_spread = noise[3] * before[1] * before[1]
            s, v = before[0] - origin + shift + gain * before[1], keep * before[1] + speed
            total[0] += share
            total[1] += share * s
            total[2] += share * v
            total[3] += share * (
                before[2] + gain * (2.0 * before[3] + gain * before[4]) + noise[0] + stop_spread + s * s
            )
            total[4] += share * (keep * (before[3] + gain * before[4]) + noise[1] + s * v)
            total[5] += share * (keep * keep * before[4] + noise[2] + v * v)
        weight_ahead[target] = total[0]
        s, v = total[1] / total[0], total[2] / total[0]
        ahead[target, 0], ahead[target, 1] = s + origin, v
        ahead[target, 2], ahead[target, 3] = total[3] / total[0] - s * s, total[4] / total[0] - s * v
        ahead[target, 4] = total[5] / total[0] - v * v


@kernel
def change_on_road(source: int, target: int, step: tuple[float, float], constants: Row) -> Change:
    """Say what a change of mode does on a road: gain of place and of speed over speed, shifts of both, and noise.

    Noise is the added variance s-s, s-v, v-v, and the spread of the moment of a stop, s2. In a mode with a relaxation
    time the speed tends to what is usual on the lane (an Ornstein-Uhlenbeck process, Gardiner, Stochastic Methods,
    2009, section 3.8.4); who sets off has such a speed from a moment that is not known.
    """
    dt, limit = step
    usual, spread = constants.road_speed * limit, (constants.road_speed_spread * limit + LEAST_SPREAD) ** 2
    if not constants.mobile[target]:
        if constants.mobile[source]:
            return 0.5 * dt, 1.0, 0.0, 0.0, (0.0, 0.0, 0.0, dt * dt / 12.0)
        return 0.0, 1.0, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0)
    if not constants.mobile[source]:
        noise = (usual * usual * dt * dt / 12.0 + spread * dt * dt / 3.0, spread * dt / 2.0, spread, 0.0)
        return 0.0, 0.0, 0.5 * dt * usual, usual, noise
    time = constants.road_relaxation[target]
    if time > 0.0:
        keep = math.exp(-dt / time)
        gain = time * (1.0 - keep)
        position = spread * time * time * (2.0 * dt / time - 3.0 + 4.0 * keep - keep * keep)
        noise = (position, spread * time * (1.0 - keep) ** 2, spread * (1.0 - keep * keep), 0.0)
        return gain, keep, usual * (dt - gain), usual * (1.0 - keep), noise
    density = constants.road_noise[target]
    return dt, 1.0, 0.0, 0.0, (density * dt**3 / 3.0, density * dt * dt / 2.0, density * dt, 0.0)


@kernel
def reach_ahead(road: Floats, weight: Floats) -> float:
    """How far along the lane some mode worth the name may be."""
    total, farthest = weight.sum(), -np.inf
    for mode in range(weight.shape[0]):
        if weight[mode] > LEAST_MODE * total:
            farthest = max(farthest, road[mode, 0] + REACH_SIGMAS * math.sqrt(max(road[mode, 2], 0.0)))
    return farthest


@kernel
def branch(roads: RoadMap, branches: Branches, count: int, row: int) -> int:
    """Lead branch ``row`` past the junctions that it may have passed; its ways on are appended; give the new count."""
    states, weights, routes = branches
    pending = row
    while pending < count:
        lane, passed = routes[pending, 0], 0
        length = roads.length[lane >> 1]
        if reach_ahead(states[pending], weights[pending]) > length:
            first, last = roads.next_offset[lane], roads.next_offset[lane + 1]
            for k in range(first, last):
                room = count < BRANCHES or k == last - 1
                if room and (weights[pending].sum() * roads.next_chance[k] > LEAST_BRANCH or k == last - 1):
                    passed += 1
                    # The last way on takes the place of the branch itself.
                    slot = pending if k == last - 1 else count
                    count += 0 if k == last - 1 else 1
                    follow(branches, pending, slot, length, roads.next_lane[k], roads.next_chance[k])
        if passed == 0 or routes[pending, DEEPEST] != NONE:
            pending += 1
    return count


@kernel
def follow(branches: Branches, source: int, target: int, length: float, lane: int, chance: float) -> None:
    """Write to ``target`` the branch ``source`` gone on to the next lane."""
    states, weights, routes = branches
    for k in range(ROUTE - 1, 0, -1):
        routes[target, k] = routes[source, k - 1]
    routes[target, 0] = lane
    for mode in range(weights.shape[1]):
        weights[target, mode] = chance * weights[source, mode]
        for a in range(5):
            states[target, mode, a] = states[source, mode, a]
        states[target, mode, 0] -= length


@kernel
def retreat(roads: RoadMap, road: Floats, weight: Floats, route: Indices) -> None:
    """Put a hypothesis whose modes all lie before its lane back onto the lane that they are on."""
    while route[1] != NONE and reach_ahead(road, weight) < 0.0:
        length = roads.length[route[1] >> 1]
        for mode in range(weight.shape[0]):
            road[mode, 0] += length
        for k in range(ROUTE - 1):
            route[k] = route[k + 1]
        route[ROUTE - 1] = NONE


@kernel
def nearby(
    roads: RoadMap, place: Floats, spread: tuple[float, float, float], sigmas: float, edges: Indices, found: Floats
) -> int:
    """Find the roads about a place known with a covariance (east-east, east-north, north-north), the map's included.

    Fills ``edges`` (NEARBY,) and ``found`` (NEARBY, 3): the integral of the place's density along the edge, 1/m, the
    mean distance along it from its start and its variance under that density. Gives their number.
    """
    ee, en, nn = spread
    determinant = ee * nn - en * en
    wee, wen, wnn = nn / determinant, -en / determinant, ee / determinant
    scale = 1.0 / (SQRT_2PI * math.sqrt(determinant))
    count = 0
    margin_east = sigmas * math.sqrt(ee) + 0.5 * PIECE_LONGEST
    margin_north = sigmas * math.sqrt(nn) + 0.5 * PIECE_LONGEST
    buckets = roads.bucket_offset.shape[0] - 1
    for column in range(
        math.floor((place[0] - margin_east) / PIECE_CELL), math.floor((place[0] + margin_east) / PIECE_CELL) + 1
    ):
        for row in range(
            math.floor((place[1] - margin_north) / PIECE_CELL), math.floor((place[1] + margin_north) / PIECE_CELL) + 1
        ):
            slot = ((column * 73856093) ^ (row * 19349663)) & (buckets - 1)
            for k in range(roads.bucket_offset[slot], roads.bucket_offset[slot + 1]):
                number = roads.bucket_piece[k]
                piece = roads.piece[number]
                half = 0.5 * piece[5]
                if (
                    math.floor((piece[1] + half * piece[3]) / PIECE_CELL) != column
                    or math.floor((piece[2] + half * piece[4]) / PIECE_CELL) != row
                ):
                    continue
                dx, dy = place[0] - piece[1], place[1] - piece[2]
                we, wn = wee * dx + wen * dy, wen * dx + wnn * dy
                a = piece[3] * (wee * piece[3] + wen * piece[4]) + piece[4] * (wen * piece[3] + wnn * piece[4])
                b = piece[3] * we + piece[4] * wn
                off = dx * we + dy * wn - b * b / a
                if off > sigmas * sigmas:
                    continue
                centre, sigma = b / a, 1.0 / math.sqrt(a)
                low, high = -centre / sigma, (piece[5] - centre) / sigma
                mass = 0.5 * (math.erf(high / SQRT_2) - math.erf(low / SQRT_2))
                if mass < LEAST_MASS:
                    continue
                density_low, density_high = (
                    math.exp(-0.5 * low * low) / SQRT_2PI,
                    math.exp(-0.5 * high * high) / SQRT_2PI,
                )
                shift = (density_low - density_high) / mass
                width = max(1.0 + (low * density_low - high * density_high) / mass - shift * shift, 0.0)
                mean, variance = centre + sigma * shift + piece[0], sigma * sigma * width
                count = gather(
                    edges,
                    found,
                    count,
                    roads.piece_edge[number],
                    scale * sigma * math.exp(-0.5 * off) * mass,
                    mean,
                    variance,
                )
    return count


@kernel
def gather(edges: Indices, found: Floats, count: int, edge: int, share: float, mean: float, variance: float) -> int:
    """Add one piece's share to its edge's, by moments; the weakest edge makes room when they are too many."""
    at = NONE
    for k in range(count):
        if edges[k] == edge:
            at = k
    if at == NONE:
        if count < NEARBY:
            at = count
            count += 1
        else:
            at = int(np.argmin(found[:, 0]))
            if found[at, 0] >= share:
                return count
        edges[at], found[at, 0], found[at, 1], found[at, 2] = edge, share, mean, variance
        return count
    total = found[at, 0] + share
    joined = (found[at, 0] * found[at, 1] + share * mean) / total
    second = found[at, 0] * (found[at, 2] + (found[at, 1] - joined) ** 2) + share * (variance + (mean - joined) ** 2)
    found[at, 0], found[at, 1], found[at, 2] = total, joined, second / total
    return count
