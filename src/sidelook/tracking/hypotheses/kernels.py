"""Compiled work on the hypotheses of one track: carried on, compared with a plot, corrected, tidied, stored.

A hypothesis is free or on a route of roads; its motion modes stand in consecutive rows, hypothesis h's mode m in row
h M + m, each with its state on the plane and, for one on a road, along the route.
"""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats, Indices
from sidelook.tracking.columns import HYPOTHESES, NONE, ROUTE, UNUSED, Ahead, RoadMap, Table, World
from sidelook.tracking.filters.kernels import (
    LookChances,
    Plane,
    PlotFields,
    Point,
    correct,
    innovate,
    learn_from_miss,
    miss,
    predict,
)
from sidelook.tracking.roads.kernels import (
    BRANCHES,
    LEAST_SPREAD,
    NEARBY,
    OnRoad,
    branch,
    correct_on_road,
    hide_on_road,
    lift,
    locate,
    locate_on_route,
    nearby,
    on_road_of,
    predict_on_road,
    retreat,
)

LEAST_WEIGHT = 2e-3  # of a hypothesis, else it is given up
LEAST_MODE_WEIGHT = 1e-4  # of a state, else it is not compared with plots
ENTRY_SIGMAS = 3.5
ENTRY_WEIGHT = 0.2  # of the free hypothesis, from which roads about it are considered
FREE_SPEED_VARIANCE = 14.0**2  # m2/s2, of vehicles off the roads, an axis
CROSS_SPEED_VARIANCE = 0.5**2  # m2/s2, of vehicles on a road, across it
FASTEST, ABOVE, BACKWARDS = 1.4, 4.0, 2.0  # of the limit; m/s, m/s
CORNER_SIGMAS = 3.0  # a corner nearer than this may lie on either side
FAR_OFF = 150.0  # squared distance of a plot from a place on the road, too far for any bend to bring it near
ASIDE = 10.0  # m, from a corner to the road before or after it
CLOSEST_BEHIND = 3.0  # sigmas; lanes further behind are forgotten

Scratch: TypeAlias = tuple[Floats, Floats, Floats, Floats, Indices, Floats, Indices]


@kernel
def make_scratch(modes: int) -> Scratch:
    """Room for one track's work: a state, its covariance; branches' states, weights, routes; roads about a place."""
    return (
        np.empty(4),
        np.empty((4, 4)),
        np.empty((BRANCHES, modes, 5)),
        np.empty((BRANCHES, modes)),
        np.full((BRANCHES, ROUTE), NONE, np.int32),
        np.empty((NEARBY, 3)),
        np.empty(NEARBY, np.int32),
    )


@kernel
def part(ahead: Ahead, h: int, modes: int) -> tuple[Floats, Floats, Floats]:
    """Give mean, covariance and weight of one hypothesis, as views."""
    low, high = h * modes, (h + 1) * modes
    return ahead[0][low:high], ahead[1][low:high], ahead[2][low:high]


@kernel
def used_part(ahead: Ahead, count: int, modes: int) -> tuple[Floats, Floats, Floats]:
    """Give mean, covariance and weight of the first ``count`` hypotheses, as views."""
    rows = count * modes
    return ahead[0][:rows], ahead[1][:rows], ahead[2][:rows]


@kernel
def predict_hypotheses(tracks: Table, row: int, dt: float, world: World, ahead: Ahead, scratch: Scratch) -> int:
    """Carry a track's hypotheses ``dt`` seconds on into ``ahead``; give how many there are then.

    Those on roads branch at the junctions they may have passed; where none is free, leaving the road makes one.
    """
    constants, roads = world
    modes = constants.mobile.shape[0]
    held = (tracks[row].mean, tracks[row].covariance, tracks[row].weight, tracks[row].road, tracks[row].route)
    states, weights, routes = scratch[2], scratch[3], scratch[4]
    used = count = 0
    best, best_weight = NONE, -1.0
    for h in range(HYPOTHESES):
        lane = held[4][h, 0]
        if lane == UNUSED:
            break
        mean, covariance, weight = part(held, h, modes)
        if lane == NONE:
            predict(mean, covariance, weight, dt, constants, part(ahead, used, modes))
            ahead[4][used, 0] = NONE
            used += 1
        elif count < BRANCHES:
            if weight.sum() > best_weight:
                best, best_weight = h, weight.sum()
            trim(roads, held[3][h * modes : (h + 1) * modes], held[4][h], routes[count])
            step = (dt, roads.speed[lane >> 1])
            predict_on_road(
                held[3][h * modes : (h + 1) * modes], weight, step, constants, states[count], weights[count]
            )
            count = branch(roads, (states, weights, routes), count + 1, count)
    if used == 0 and best != NONE and dt > 0.0:
        mean, covariance, weight = part(held, best, modes)
        predict(mean, covariance, weight, dt, constants, part(ahead, used, modes))
        leaving = 1.0 - math.exp(-dt / constants.leave_time)
        for mode in range(modes):
            ahead[2][mode] *= leaving
        ahead[4][used, 0] = NONE
        used += 1
    while used < HYPOTHESES and count > 0:
        chosen = heaviest(weights, count)
        if dt > 0.0:
            slow_at_junctions(states[chosen], routes[chosen, 0], world)
        write_on_road(world, states[chosen], weights[chosen], routes[chosen], ahead, used)
        used += 1
        count -= 1
        move_branch(states, weights, routes, count, chosen)
    normalise(ahead, used * modes)
    return used


@kernel
def slow_at_junctions(road: Floats, lane: int, world: World) -> None:
    """Allow for the slower speed of turning, where a junction may be near: the speed says less of the lane there."""
    constants, roads = world
    length = roads.length[lane >> 1]
    for mode in range(road.shape[0]):
        if constants.mobile[mode]:
            away = min(abs(road[mode, 0]), abs(length - road[mode, 0]))
            near = math.exp(-0.5 * away * away / (constants.junction_reach**2 + road[mode, 2]))
            road[mode, 4] += near * (constants.junction_slowing * road[mode, 1]) ** 2


@kernel
def heaviest(weights: Floats, count: int) -> int:
    """Find the branch of the greatest weight."""
    best, most = 0, -1.0
    for k in range(count):
        total = weights[k].sum()
        if total > most:
            best, most = k, total
    return best


@kernel
def move_branch(states: Floats, weights: Floats, routes: Indices, source: int, target: int) -> None:
    """Write one branch over another."""
    if source != target:
        states[target], weights[target], routes[target] = states[source], weights[source], routes[source]


@kernel
def trim(roads: RoadMap, road: Floats, route: Indices, target: Indices) -> None:
    """Copy a route without the lanes that all modes have left behind."""
    nearest = np.inf
    for mode in range(road.shape[0]):
        nearest = min(nearest, road[mode, 0] - CLOSEST_BEHIND * math.sqrt(max(road[mode, 2], 0.0)))
    target[:] = NONE
    target[0] = route[0]
    k = 1
    while k < ROUTE and nearest < 0.0 and route[k] != NONE:
        target[k] = route[k]
        nearest += roads.length[route[k] >> 1]
        k += 1


@kernel
def write_on_road(world: World, road: Floats, weight: Floats, route: Indices, ahead: Ahead, h: int) -> None:
    """Put a hypothesis on a road into row block ``h`` of ``ahead``, its states on the plane too."""
    constants, roads = world
    modes = weight.shape[0]
    for k in range(ROUTE):
        ahead[4][h, k] = route[k]
    for mode in range(modes):
        c = h * modes + mode
        for a in range(5):
            ahead[3][c, a] = road[mode, a]
        ahead[2][c] = weight[mode]
        station = locate_on_route(roads, route, road[mode, 0])
        lift(
            road[mode], road[mode, 0], station, (constants.map_error**2, CROSS_SPEED_VARIANCE), ahead[0][c], ahead[1][c]
        )


@kernel
def normalise(ahead: Ahead, rows: int) -> None:
    """Make weights sum to one."""
    total = 0.0
    for c in range(rows):
        total += ahead[2][c]
    for c in range(rows):
        ahead[2][c] /= total


@kernel
def compare(ahead: Ahead, c: int, world: World, sensor: Point, plot: PlotFields, work: Floats) -> tuple[float, float]:
    """Compare a plot with one state: squared distance and log-likelihood.

    On a road the comparison is made where the plot puts the vehicle, so that a bend between there and the prediction
    does not count as an error.
    """
    modes = world[0].mobile.shape[0]
    if ahead[4][c // modes, 0] < 0:
        return innovate(ahead[0][c], ahead[1][c], world[0].mobile[c % modes], sensor, plot, world[0].tail_share, work)
    distance, likelihood, _ = meet(ahead, c, world, sensor, plot)
    return distance, likelihood


@kernel
def meet(ahead: Ahead, c: int, world: World, sensor: Point, plot: PlotFields) -> tuple[float, float, OnRoad]:
    """Compare a plot with a state on a road where the plot puts it, on the better side of a corner.

    Gives squared distance, log-likelihood and the corrected state.
    """
    constants, roads = world
    mobile, h = constants.mobile[c % constants.mobile.shape[0]], c // constants.mobile.shape[0]
    road, spread = on_road_of(ahead[3][c]), (constants.map_error**2, CROSS_SPEED_VARIANCE)
    route = ahead[4][h]
    station = (road[0], locate_on_route(roads, route, road[0]))
    here = correct_on_road(road, station, spread, mobile, sensor, plot, constants.tail_share)
    if not mobile or here[0] > FAR_OFF:
        return here
    about, likelihood = here[2][0], here[1]
    corner = CORNER_SIGMAS * math.sqrt(max(road[2], 0.0))
    if route[1] != NONE and min(abs(road[0]), abs(about)) < corner:
        other = -ASIDE if road[0] >= 0.0 else ASIDE
        station = (other, locate_on_route(roads, route, other))
        beyond = correct_on_road(road, station, spread, mobile, sensor, plot, constants.tail_share)
        there, chance = beyond[2][0], beyond[1]
        # A straight line that leads past the corner leads to where the vehicle is not, if it turned there.
        if about * road[0] < 0.0:
            likelihood -= abs(about) / ASIDE
        if there * other < 0.0:
            chance -= abs(there) / ASIDE
        if chance > likelihood:
            about = there
    return correct_on_road(
        road, (about, locate_on_route(roads, route, about)), spread, mobile, sensor, plot, constants.tail_share
    )


@kernel
def correct_state(ahead: Ahead, c: int, world: World, sensor: Point, plot: PlotFields, work: Floats) -> float:
    """Correct one state with a plot, in place; give the log-likelihood. ``tidy`` lays roads out on the plane."""
    modes = world[0].mobile.shape[0]
    lane = ahead[4][c // modes, 0]
    if lane < 0:
        _, likelihood = innovate(
            ahead[0][c], ahead[1][c], world[0].mobile[c % modes], sensor, plot, world[0].tail_share, work
        )
        correct(ahead[0][c], ahead[1][c], work)
        return likelihood
    _, likelihood, corrected = meet(ahead, c, world, sensor, plot)
    for a in range(5):
        ahead[3][c, a] = corrected[a]
    return likelihood - implausible(corrected[1], world[1].speed[lane >> 1])


@kernel
def miss_state(
    ahead: Ahead, c: int, world: World, sensor: Point, ground: Plane, notch: float, look: LookChances
) -> float:
    """Correct one moving state with a miss, in place; give the miss's probability. ``tidy`` lays it out, as above."""
    h = c // world[0].mobile.shape[0]
    if ahead[4][h, 0] < 0:
        return miss(ahead[0][c], ahead[1][c], sensor, ground, notch, look)
    road, spread = on_road_of(ahead[3][c]), (world[0].map_error ** 2, CROSS_SPEED_VARIANCE)
    station = locate_on_route(world[1], ahead[4][h], road[0])
    hidden, speed, total, along, faster = hide_on_road(road, station, spread, sensor, ground, notch)
    probability, step, shrink = learn_from_miss(hidden, speed, total, look)
    ahead[3][c, 0] -= step * along
    ahead[3][c, 1] -= step * faster
    ahead[3][c, 2] -= shrink * along * along
    ahead[3][c, 3] -= shrink * along * faster
    ahead[3][c, 4] -= shrink * faster * faster
    return probability


@kernel
def implausible(speed: float, limit: float) -> float:
    """Say how far a speed is out of what is driven on a lane, backwards or far above the limit, as -log of a factor."""
    back, above = max(-speed, 0.0) / BACKWARDS, max(speed - FASTEST * limit, 0.0) / ABOVE
    return 0.5 * (back * back + above * above)


@kernel
def tidy(ahead: Ahead, count: int, world: World) -> int:
    """Join hypotheses that became one, give up the unlikely, lay those on roads out anew; give how many remain."""
    modes = world[0].mobile.shape[0]
    normalise(ahead, count * modes)
    join_lanes(ahead, count, world)
    kept = 0
    for h in range(count):
        low, high = h * modes, (h + 1) * modes
        if ahead[2][low:high].sum() < LEAST_WEIGHT:
            continue
        if ahead[4][h, 0] >= 0:
            write_on_road(world, ahead[3][low:high], ahead[2][low:high], ahead[4][h], ahead, kept)
        elif kept != h:
            ahead[4][kept, 0] = NONE
            for mode in range(modes):
                copy_state(ahead, low + mode, kept * modes + mode)
        kept += 1
    normalise(ahead, kept * modes)
    return kept


@kernel
def copy_state(ahead: Ahead, source: int, target: int) -> None:
    """Write one state on the plane over another."""
    ahead[0][target], ahead[1][target], ahead[2][target] = ahead[0][source], ahead[1][source], ahead[2][source]


@kernel
def join_lanes(ahead: Ahead, count: int, world: World) -> None:
    """Put hypotheses on the lanes that they are on, and join those on the same."""
    modes = world[0].mobile.shape[0]
    for h in range(count):
        if ahead[4][h, 0] < 0:
            continue
        low, high = h * modes, (h + 1) * modes
        retreat(world[1], ahead[3][low:high], ahead[2][low:high], ahead[4][h])
        for other in range(h):
            if ahead[4][h, 0] == ahead[4][other, 0]:
                join(ahead, other, h, modes)
                break


@kernel
def join(ahead: Ahead, one: int, other: int, modes: int) -> None:
    """Join the second hypothesis on a lane to the first, mode by mode, by their moments; the second's weight ends."""
    road, weight = ahead[3], ahead[2]
    for mode in range(modes):
        a, b = one * modes + mode, other * modes + mode
        total = weight[a] + weight[b]
        if total <= 0.0:
            continue
        p, q = weight[a] / total, weight[b] / total
        ds, dv = road[b, 0] - road[a, 0], road[b, 1] - road[a, 1]
        road[a, 0] += q * ds
        road[a, 1] += q * dv
        road[a, 2] = p * road[a, 2] + q * road[b, 2] + p * q * ds * ds
        road[a, 3] = p * road[a, 3] + q * road[b, 3] + p * q * ds * dv
        road[a, 4] = p * road[a, 4] + q * road[b, 4] + p * q * dv * dv
        weight[a], weight[b] = total, 0.0


@kernel
def best_hypothesis(ahead: Ahead, count: int, modes: int) -> int:
    """Find the hypothesis of the greatest weight."""
    best, most = 0, -1.0
    for h in range(count):
        total = ahead[2][h * modes : (h + 1) * modes].sum()
        if total > most:
            best, most = h, total
    return best


@kernel
def enter_roads(ahead: Ahead, count: int, world: World, on_road: float, scratch: Scratch) -> tuple[int, float]:
    """Let the free hypothesis be on the roads about it; give how many hypotheses there are, and the evidence.

    Where vehicles are on roads, evenly along them, the chance of a road is how much of the place's density lies along
    it, by what is usual for a metre of road (1 / (metres of road a square metre)), and how well the velocity fits its
    direction and usual speed. The evidence is the sum of all, against a region without roads.

    Parameters
    ----------
    ahead : the hypotheses, one of them free
    count : of them
    world : constants and roads
    on_road : chance of being on a road
    scratch : for one track's work
    """
    modes = world[0].mobile.shape[0]
    free = NONE
    for h in range(count):
        if ahead[4][h, 0] == NONE:
            free = h
    if free == NONE or world[1].length.shape[0] == 0:
        return count, 1.0
    mean, covariance, weight = part(ahead, free, modes)
    if weight.sum() < ENTRY_WEIGHT:
        return count, 1.0
    lead = int(np.argmax(weight))
    entries, value = find_entries(mean[lead], covariance[lead], world, on_road, scratch)
    states, weights, routes = scratch[2], scratch[3], scratch[4]
    for entry in range(entries):
        for mode in range(modes):
            weights[entry, mode] *= weight[mode]
    for mode in range(modes):
        weight[mode] *= 1.0 - on_road
    used = count
    while used < HYPOTHESES and entries > 0:
        chosen = heaviest(weights, entries)
        write_on_road(world, states[chosen], weights[chosen], routes[chosen], ahead, used)
        used += 1
        entries -= 1
        move_branch(states, weights, routes, entries, chosen)
    normalise(ahead, used * modes)
    return used, 1.0 - on_road + value


@kernel
def find_entries(place: Floats, spread: Floats, world: World, on_road: float, scratch: Scratch) -> tuple[int, float]:
    """Write the lanes about a place to ``scratch``, weighed against driving freely; give their number and sum."""
    constants, roads = world
    error = constants.map_error**2
    edges, found, routes, count, total = scratch[6], scratch[5], scratch[4], 0, 0.0
    near = nearby(roads, place, (spread[0, 0] + error, spread[0, 1], spread[1, 1] + error), ENTRY_SIGMAS, edges, found)
    velocity = (place[2], place[3], spread[2, 2], spread[2, 3], spread[3, 3])
    idle = fit_velocity(velocity, (0.0, 0.0, FREE_SPEED_VARIANCE, 0.0, FREE_SPEED_VARIANCE))
    for k in range(near):
        edge = edges[k]
        ways = 1 if roads.one_way[edge] else 2
        usual = constants.road_speed * roads.speed[edge]
        variance = (constants.road_speed_spread * roads.speed[edge] + LEAST_SPREAD) ** 2
        for back in range(ways):
            if count == BRANCHES:
                break
            distance = roads.length[edge] - found[k, 1] if back else found[k, 1]
            _, _, de, dn = locate(roads, 2 * edge + back, distance)
            lane = (usual * de, usual * dn, variance * de * de, variance * de * dn, variance * dn * dn)
            fit = fit_velocity(velocity, lane) / idle
            value = on_road / ways * found[k, 0] / roads.density[0] * fit
            routes[count, :] = NONE
            routes[count, 0] = 2 * edge + back
            enter_state(scratch[2][count], distance, found[k, 2], velocity, (de, dn, usual, variance))
            scratch[3][count, :] = value
            total += value
            count += 1
    return count, total


@kernel
def fit_velocity(velocity: tuple[float, ...], prior: tuple[float, ...]) -> float:
    """Density of an estimated velocity (east, north, e-e, e-n, n-n) under a prior of the same form."""
    east, north = velocity[0] - prior[0], velocity[1] - prior[1]
    ee, en, nn = velocity[2] + prior[2] + 1.0, velocity[3] + prior[3], velocity[4] + prior[4] + 1.0
    determinant = ee * nn - en * en
    square = (nn * east * east - 2.0 * en * east * north + ee * north * north) / determinant
    return math.exp(-0.5 * square) / (2.0 * math.pi * math.sqrt(determinant))


@kernel
def enter_state(
    road: Floats, distance: float, variance: float, velocity: tuple[float, ...], lane: tuple[float, float, float, float]
) -> None:
    """Fill the states of all modes at an entry: the place along the road, and the speed of velocity and usual speed."""
    de, dn, usual, spread = lane
    east, north = velocity[0] - usual * de, velocity[1] - usual * dn
    ee, en, nn = (
        velocity[2] + spread * de * de + 1.0,
        velocity[3] + spread * de * dn,
        velocity[4] + spread * dn * dn + 1.0,
    )
    determinant = ee * nn - en * en
    gain_east = spread * (nn * de - en * dn) / determinant
    gain_north = spread * (ee * dn - en * de) / determinant
    speed = usual + gain_east * east + gain_north * north
    left = spread * (1.0 - gain_east * de - gain_north * dn)
    for mode in range(road.shape[0]):
        road[mode, 0], road[mode, 1], road[mode, 2], road[mode, 3], road[mode, 4] = distance, speed, variance, 0.0, left
