"""Compiled estimate of what all plots of a platform are off by together; the reference stands in ``offset``.

Its offset is four numbers: the platform's place east and north, m, its heading, rad, and its slant ranges, m. Tracks
that took plots are off by what was left in those, so two things are unknown, the offset now and the offset that the
tracks have, and plots beside their tracks show only the difference. Roads show the offset itself.
"""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats, Indices, Integers
from sidelook.tracking.association.kernels import row_of
from sidelook.tracking.columns import NONE, OFFSETS, SCALE, SCALES, SECOND, Ahead, LookColumns, Row, Table, World
from sidelook.tracking.filters.kernels import (
    PlotFields,
    Point,
    fields_of,
    nearest_alias,
    observe,
    point_of,
    residual_of,
    spread_of,
)
from sidelook.tracking.gating.kernels import bucket, usable
from sidelook.tracking.hypotheses.kernels import LEAST_MODE_WEIGHT, meet
from sidelook.tracking.roads.kernels import locate_on_route

TURN, REACH = 2, 3  # of the four numbers, which stand for heading and slant range
FASTEST_PLATFORM, CLOSEST_PLATFORMS = 400.0, 1000.0  # m/s; m, nearer than this two are taken for one
ESTABLISHED = 3  # plots, from which a track's plot says something of the platform
DOUBTFUL = 0.2  # chance that the plot is another's, from which it does not
LEAST_FREE, LEAST_ON_ROAD = 0.5, 0.9  # weight from which a track speaks as one that drives freely, or on that road
HUBER = 1.5  # sigmas, beyond which what is said counts less and less (Huber 1964)
NOTICEABLE = 0.05  # squared sigmas of a plot, from which a change of offset asks for pairing anew
STEP = 1.0  # s, from which it is worth while to carry an offset on
DOUBT_TIME = 300.0  # s, in which what spoke for a scale is forgotten
LEAST_BELIEF = -5.0  # log; a platform whose navigation fails is believed soon
DRIFT = 0.01  # share of the variances by which what tracks have in common wanders by itself

Sight: TypeAlias = tuple[float, float, float, float]  # derivatives over the offset
Said: TypeAlias = tuple[Sight, float, float]  # how a number depends on the offset, the number, its variance
Pairing: TypeAlias = tuple[Indices, Floats]  # partner and doubts of each track
Predicted: TypeAlias = tuple[Ahead, Integers]  # of all tracks: hypotheses, how many


@kernel
def arrive(platforms: Table, look: LookColumns, d: int, constants: Row) -> int:
    """Carry a dwell's platform on to its time and take its offset off the dwell; give the platform's row."""
    dwells = look[0]
    row = recognise(platforms, dwells, d)
    if platforms[row].dwells == 0:
        begin(platforms[row], dwells[d].time, constants)
    known = platforms[row]
    elapsed = max(dwells[d].time - known.time, 0) / SECOND
    if elapsed > STEP:
        for k in range(SCALES):
            wander(known.mean[k], known.covariance[k], known.offset, elapsed, (SCALE ** (2 * k), constants))
            known.belief[k] *= math.exp(-elapsed / DOUBT_TIME)
        settle_offset(known)
        known.time = dwells[d].time
    known.dwells += 1
    known.place[0], known.place[1] = dwells[d].sensor[0], dwells[d].sensor[1]
    take_off(look, d, known.offset)
    return row


@kernel
def recognise(platforms: Table, dwells: Table, d: int) -> int:
    """Find the platform that may have flown to where a dwell was; else a free row, or the one not heard of longest."""
    nearest, least, oldest = NONE, np.inf, 0
    for k in range(platforms.shape[0]):
        if platforms[k].dwells == 0:
            return nearest if nearest != NONE else k
        apart = math.hypot(dwells[d].sensor[0] - platforms[k].place[0], dwells[d].sensor[1] - platforms[k].place[1])
        flown = FASTEST_PLATFORM * abs(dwells[d].time - platforms[k].time) / SECOND
        if apart < least and apart < CLOSEST_PLATFORMS + flown:
            nearest, least = k, apart
        if platforms[k].time < platforms[oldest].time:
            oldest = k
    if nearest != NONE:
        return nearest
    platforms[oldest].dwells = 0
    return oldest


@kernel
def prior(number: int, constants: Row) -> float:
    """Variance of one of the four numbers of an offset."""
    if number == TURN:
        return float(constants.offset_heading**2)
    return float(constants.offset_range**2 if number == REACH else constants.offset_position**2)


@kernel
def begin(known: Row, time: int, constants: Row) -> None:
    """Begin with a platform of which nothing is known: its first tracks are off by what it is off by itself."""
    known.time = time
    known.mean[:, :] = 0.0
    known.covariance[:, :, :] = 0.0
    known.belief[:] = 0.0
    known.offset[:] = 0.0
    for scale in range(SCALES):
        for k in range(OFFSETS):
            for a in (k, k + OFFSETS):
                for b in (k, k + OFFSETS):
                    known.covariance[scale, a, b] = SCALE ** (2 * scale) * prior(k, constants)


@kernel
def wander(mean: Floats, covariance: Floats, taken: Floats, dt: float, size: tuple[float, Row]) -> None:
    """Let an offset forget itself, and tracks take on what was left in the plots, for ``dt`` seconds.

    ``taken`` is what was taken off the plots; ``size`` the scale of the variances, and the constants.
    """
    scale, constants = size
    keep, learn = math.exp(-dt / constants.offset_time), 1.0 - math.exp(-dt / constants.offset_memory)
    for k in range(OFFSETS):
        mean[k + OFFSETS] += learn * (mean[k] - taken[k] - mean[k + OFFSETS])
        mean[k] *= keep
    # F P F', F being [[keep, 0], [learn, 1 - learn]] for each of the four.
    for a in range(OFFSETS):
        for b in range(OFFSETS):
            now, cross, turned = covariance[a, b], covariance[a, b + OFFSETS], covariance[b, a + OFFSETS]
            then = covariance[a + OFFSETS, b + OFFSETS]
            covariance[a, b] = keep * keep * now
            both = learn * learn * now + learn * (1.0 - learn) * (cross + turned) + (1.0 - learn) ** 2 * then
            covariance[a + OFFSETS, b + OFFSETS] = both
            covariance[b + OFFSETS, a] = keep * (learn * now + (1.0 - learn) * cross)
    for a in range(OFFSETS):
        covariance[a, a] += (1.0 - keep * keep) * scale * prior(a, constants)
        covariance[a + OFFSETS, a + OFFSETS] += DRIFT * learn * scale * prior(a, constants)
        for b in range(OFFSETS):
            covariance[a, b + OFFSETS] = covariance[b + OFFSETS, a]


@kernel
def settle_offset(known: Row) -> None:
    """Set the offset that is taken off to the mean over the scales, each as likely as it is believed to be."""
    most, total = known.belief.max(), 0.0
    for k in range(OFFSETS):
        known.offset[k] = 0.0
    for scale in range(SCALES):
        known.belief[scale] = max(known.belief[scale] - most, LEAST_BELIEF)
        share = math.exp(known.belief[scale])
        total += share
        for k in range(OFFSETS):
            known.offset[k] += share * known.mean[scale, k]
    for k in range(OFFSETS):
        known.offset[k] /= total


@kernel
def take_off(look: LookColumns, d: int, offset: Floats) -> None:
    """Take an offset off a dwell's sensor and plots."""
    dwells, plots = look
    east, north, turn, reach = offset[0], offset[1], offset[2], offset[3]
    sensor = dwells[d].sensor
    for plot in range(dwells[d].begin, dwells[d].end):
        measured, ground = plots[plot].measured, plots[plot].ground
        aside, ahead = ground[0] - sensor[0], ground[1] - sensor[1]
        longer = reach * measured[0] / max(aside * aside + ahead * ahead, 1.0)
        ground[0] -= east + turn * ahead + longer * aside
        ground[1] -= north - turn * aside + longer * ahead
        measured[0] -= reach
        measured[1] -= turn
    sensor[0] -= east
    sensor[1] -= north


@kernel
def learn(
    platform: tuple[Table, int],
    rows: tuple[Table, Indices],
    look: LookColumns,
    d: int,
    pairing: Pairing,
    predicted: Predicted,
    world: World,
) -> bool:
    """Learn from a dwell's pairs what the platform is off by, and take the change off its plots.

    Parameters
    ----------
    platform : of all, and which row
    rows : the tracks, and which rows of them the dwell concerns, R
    look, d : the dwell, its plots without the offset as it was known
    pairing : (R,) plot of each track, and (R, 2) doubts about it
    predicted : (R, ...) hypotheses of each, and (R,) how many
    world : of what drives

    Returns
    -------
    noticeable : pairing may come out differently now
    """
    known, partner = platform[0][platform[1]], pairing[0]
    change = np.empty(OFFSETS)
    for k in range(OFFSETS):
        change[k] = -known.offset[k]
    crowd = crowding(rows, look, d, pairing, world[0])
    for k in range(partner.shape[0]):
        if crowd[k] == 0:
            continue
        one, plot = (row_of(predicted[0], k), predicted[1][k]), look[0][d].begin + partner[k]
        listen(known, one, crowd[k], (look[0][d].sensor, look[1], plot), world)
    settle_offset(known)
    for k in range(OFFSETS):
        change[k] += known.offset[k]
    take_off(look, d, change)
    return noticeable(look, d, change)


@kernel
def crowding(rows: tuple[Table, Indices], look: LookColumns, d: int, pairing: Pairing, constants: Row) -> Indices:
    """Count, for each track whose plot says something, such tracks about it, itself included; 0 for all others.

    Neighbours drive alike: a column that turns is off its predictions as one.
    """
    (tracks, row), (partner, doubt), plots = rows, pairing, look[1]
    size = 16
    while size < 2 * partner.shape[0]:
        size *= 2
    cell, count = np.full(partner.shape[0], NONE, np.int32), np.zeros(size, np.int32)
    for k in range(partner.shape[0]):
        known = partner[k] != NONE and tracks[row[k]].confirmed and tracks[row[k]].hits >= ESTABLISHED
        if known and not tracks[row[k]].flying and doubt[k, 0] + doubt[k, 1] < DOUBTFUL:
            ground = plots[look[0][d].begin + partner[k]].ground
            column, line = math.floor(ground[0] / constants.cell), math.floor(ground[1] / constants.cell)
            cell[k] = bucket(column, line, size)
            count[cell[k]] += 1
    for k in range(partner.shape[0]):
        cell[k] = count[cell[k]] if cell[k] != NONE else 0
    return cell


@kernel
def listen(known: Row, one: tuple[Ahead, int], crowd: int, seen: tuple[Floats, Table, int], world: World) -> None:
    """Learn from one track and its plot: ``seen`` is sensor, plots and the plot's row, the offset taken off."""
    (ahead, count), modes = one, world[0].mobile.shape[0]
    sensor, plot = point_of(seen[0]), fields_of(seen[1], seen[2])
    best, share, free = weigh_lanes(ahead, count, modes)
    if free > LEAST_FREE:
        first, across, s00, s01, s11 = innovation(ahead, count, world, sensor, plot)
        if s00 > 0.0:
            turn = s01 / s00
            along, aside = sights(sensor, plot)
            aside = (aside[0] - turn * along[0], aside[1] - turn * along[1], aside[2], -turn)
            hear(known, (along, first, s00), True, crowd)  # noqa: FBT003
            hear(known, (aside, across - turn * first, s11 - turn * s01), True, crowd)  # noqa: FBT003
    elif best != NONE and share > LEAST_ON_ROAD:
        hear(known, off_road(ahead, best, world, sensor, plot), False, crowd)  # noqa: FBT003


@kernel
def weigh_lanes(ahead: Ahead, count: int, modes: int) -> tuple[int, float, float]:
    """Find the likeliest hypothesis on a road, the weight of all that are on that road, and of driving freely."""
    best, most, free = NONE, 0.0, 0.0
    for h in range(count):
        total = weight_of(ahead, h, modes)
        if ahead[4][h, 0] == NONE:
            free += total
        elif total > most:
            best, most = h, total
    share = 0.0
    for h in range(count):
        if best != NONE and ahead[4][h, 0] >= 0 and ahead[4][h, 0] >> 1 == ahead[4][best, 0] >> 1:
            share += weight_of(ahead, h, modes)
    return best, share, free


@kernel
def weight_of(ahead: Ahead, h: int, modes: int) -> float:
    """Sum the weights of a hypothesis's modes."""
    total = 0.0
    for c in range(h * modes, (h + 1) * modes):
        total += ahead[2][c]
    return total


@kernel
def sights(sensor: Point, plot: PlotFields) -> tuple[Sight, Sight]:
    """Give how slant range and azimuth depend on the four numbers of an offset."""
    (slant, _, _), ground = plot[0], plot[3]
    east, north = ground[0] - sensor[0], ground[1] - sensor[1]
    flat = max(east * east + north * north, 1.0)
    return (east / slant, north / slant, 0.0, 1.0), (north / flat, -east / flat, 1.0, 0.0)


@kernel
def innovation(
    ahead: Ahead, count: int, world: World, sensor: Point, plot: PlotFields
) -> tuple[float, float, float, float, float]:
    """Give how far slant range and azimuth lie off a track that drives freely, and the covariance of that.

    Mean and covariance over its states of motion, each as likely as the radial speed makes it and given that: so the
    place says nothing of which state it is taken to be in, and the mean is off by nothing but the offset.
    Returns range, azimuth, and their covariances r-r, r-a, a-a; no more than zero for r-r where there is none.
    """
    modes, mobile, work = world[0].mobile.shape[0], world[0].mobile, np.empty((6, 4))
    total = first = across = s00 = s01 = s11 = 0.0
    for c in range(count * modes):
        if ahead[4][c // modes, 0] != NONE or ahead[2][c] < LEAST_MODE_WEIGHT:
            continue
        view = observe(ahead[0][c], mobile[c % modes], sensor, plot[3])
        spread = spread_of(ahead[1][c], mobile[c % modes], view, plot[1], work)
        residual = residual_of(plot, view[0], view[1], view[2])
        share, r, a = ahead[2][c], residual[0], residual[1]
        rr, ra, aa = spread[0], spread[1], spread[3]
        if not math.isnan(residual[2]):
            alias = nearest_alias(residual, (rr, ra, spread[2], aa, spread[4]), plot[2])
            share *= math.exp(-0.5 * alias * alias / spread[5]) / math.sqrt(spread[5])
            g, h = spread[2] / spread[5], spread[4] / spread[5]
            r, a = r - g * alias, a - h * alias
            rr, ra, aa = rr - g * spread[2], ra - g * spread[4], aa - h * spread[4]
        total, first, across = total + share, first + share * r, across + share * a
        s00, s01, s11 = s00 + share * (rr + r * r), s01 + share * (ra + r * a), s11 + share * (aa + a * a)
    if total <= 0.0:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    first, across = first / total, across / total
    return first, across, s00 / total - first * first, s01 / total - first * across, s11 / total - across * across


@kernel
def off_road(ahead: Ahead, h: int, world: World, sensor: Point, plot: PlotFields) -> Said:
    """Say how far to the left of its road a plot lies, where it puts the vehicle: as far as its offset leads."""
    modes, measured, ground = world[0].mobile.shape[0], plot[0], plot[3]
    c = h * modes
    for mode in range(1, modes):
        if ahead[2][h * modes + mode] > ahead[2][c]:
            c = h * modes + mode
    _, _, corrected = meet(ahead, c, world, sensor, plot)
    place_east, place_north, de, dn = locate_on_route(world[1], ahead[4][h], corrected[0])
    left = (ground[1] - place_north) * de - (ground[0] - place_east) * dn
    east, north = ground[0] - sensor[0], ground[1] - sensor[1]
    flat = max(math.hypot(east, north), 1.0)
    turned, longer = -north * dn - east * de, (north * de - east * dn) * measured[0] / (flat * flat)
    variance = world[0].map_error ** 2 + turned * turned * plot[1][1] + longer * longer * plot[1][0]
    return (-dn, de, turned, longer), left, variance


@kernel
def hear(known: Row, said: Said, tracked: bool, crowd: int) -> None:  # noqa: FBT001
    """Take in one number, at each scale; ``tracked``: it lies beside a track, whose own offset it shares."""
    for scale in range(SCALES):
        known.belief[scale] += hear_at(known.mean[scale], known.covariance[scale], known.offset, said, tracked, crowd)


@kernel
def hear_at(mean: Floats, covariance: Floats, taken: Floats, said: Said, tracked: bool, crowd: int) -> float:  # noqa: FBT001
    """Take in one number (a Kalman update), of which ``taken`` was taken off; give its log-likelihood."""
    sight, value, variance = said
    against = -1.0 if tracked else 0.0
    gain, spread, residual = np.empty(2 * OFFSETS), 0.0, value
    for a in range(2 * OFFSETS):
        gain[a] = 0.0
        for b in range(OFFSETS):
            gain[a] += (covariance[a, b] + against * covariance[a, b + OFFSETS]) * sight[b]
    for b in range(OFFSETS):
        spread += sight[b] * (gain[b] + against * gain[b + OFFSETS])
        residual += sight[b] * (taken[b] - mean[b] - against * mean[b + OFFSETS])
    excess = abs(residual) / math.sqrt(spread + variance)
    spread += variance * crowd * max(excess / HUBER, 1.0)
    for a in range(2 * OFFSETS):
        mean[a] += gain[a] * residual / spread
        for b in range(2 * OFFSETS):
            covariance[a, b] -= gain[a] * gain[b] / spread
    return -0.5 * (residual * residual / spread + math.log(spread))


@kernel
def noticeable(look: LookColumns, d: int, change: Floats) -> bool:
    """Say whether a change of offset moves some plot by what counts beside its errors."""
    dwells, plots = look
    for plot in range(dwells[d].begin, dwells[d].end):
        if not usable(plots, plot):
            continue
        variance = plots[plot].variance
        along, aside = sights(point_of(dwells[d].sensor), fields_of(plots, plot))
        r, a = apply(along, change), apply(aside, change)
        if r * r / variance[0] + a * a / variance[1] > NOTICEABLE:
            return True
    return False


@kernel
def apply(sight: Sight, change: Floats) -> float:
    """Give what a change of offset changes of a number."""
    moved: float = sight[0] * change[0] + sight[1] * change[1] + sight[2] * change[2] + sight[3] * change[3]
    return moved


@kernel
def widen(platform: tuple[Table, int], look: LookColumns, d: int) -> None:
    """Add to a dwell's plots what is not known of the offset, as against the tracks that they will update."""
    known, plots = platform[0][platform[1]], look[1]
    apart = np.zeros((OFFSETS, OFFSETS))
    total = 0.0
    for scale in range(SCALES):
        total += math.exp(known.belief[scale])
    for scale in range(SCALES):
        share, covariance = math.exp(known.belief[scale]) / total, known.covariance[scale]
        for a in range(OFFSETS):
            for b in range(OFFSETS):
                then = covariance[a + OFFSETS, b + OFFSETS]
                spread = covariance[a, b] - covariance[a, b + OFFSETS] - covariance[a + OFFSETS, b] + then
                apart[a, b] += share * spread
    for plot in range(look[0][d].begin, look[0][d].end):
        if not usable(plots, plot):
            continue  # it stays so: a variance of nothing is a fault that must not be mended here
        along, aside = sights(point_of(look[0][d].sensor), fields_of(plots, plot))
        plots[plot].variance[0] += between(along, apart)
        plots[plot].variance[1] += between(aside, apart)


@kernel
def between(sight: Sight, spread: Floats) -> float:
    """Give the variance of a number that depends so on what has this covariance."""
    total = 0.0
    for a in range(OFFSETS):
        for b in range(OFFSETS):
            total += sight[a] * spread[a, b] * sight[b]
    return max(total, 0.0)
