"""The compiled passes of the tracker: one dwell after another over arrays of tracks and plots."""

import math

import numpy as np
from numba import njit

from sidelook.tracking.association.kernels import assign
from sidelook.tracking.columns import (
    N_CLOCK,
    N_DWELLS,
    N_FREE,
    N_GONE,
    N_IDENTITY,
    N_LATE,
    N_REPEATED,
    N_SWEPT,
    Grid,
)
from sidelook.tracking.filters.kernels import LN2, correct, innovate, merge, miss, miss_probability, predict, wrap_angle
from sidelook.tracking.gating.kernels import insert, move, normal_mass, remove, search_box, search_sector

TENTATIVE, CONFIRMED, COASTING, STOPPED, LOST = range(5)
NONE = -1
SECOND = 1_000_000_000  # ns
SWEEP_INTERVAL = 10 * SECOND  # how old a track's cell may grow; at 35 m/s that is well inside the search margin
LINGERING_SPEED = 15.0  # m/s, how fast a search margin grows with the age of a state
REACH_SIGMAS = 3.5
GATE_SIGMAS = 4.0
LEAST_LOOK = 0.02  # chance of being in the footprint below which a dwell says nothing about a track
LEAST_SECOND_LOOK = 1e-3  # footprints are not exact
COMPANION_SPEED_SPAN = 5.0  # m/s, vehicles that drive together
SUREST = 0.999  # existence never becomes certain, so that misses always count
FEW_PLOTS = 8  # up to here trying every plot is cheaper than an index


@njit(cache=True)
def advance(tracks, grid, book, look, constants, given):
    """Take the dwells of a look in turn; ``given`` is (identity per plot, touched per track row), to be filled."""
    release(tracks, book)
    scratch = (np.zeros(tracks.identity.shape[0], np.bool_), np.empty(tracks.identity.shape[0], np.int32))
    for d in range(look[0].time.shape[0]):
        if admit(book, look[0], d, constants):
            if look[0].time[d] - book.numbers[N_SWEPT] >= SWEEP_INTERVAL:
                sweep(tracks, grid, book, look[0].time[d], constants, given[1])
            take_dwell((tracks, grid, book), look, d, constants, given, scratch)


@njit(cache=True)
def release(tracks, book):
    """Free the rows of tracks that were reported lost by the look before."""
    for k in range(book.numbers[N_GONE]):
        row = book.gone[k]
        tracks.identity[row] = 0
        book.free[book.numbers[N_FREE]] = row
        book.numbers[N_FREE] += 1
    book.numbers[N_GONE] = 0


@njit(cache=True)
def admit(book, dwells, d, constants):
    """Count a dwell and say whether it is to be used: not late, not a repetition, its sensor known."""
    numbers = book.numbers
    time, revisit, dwell = dwells.time[d], dwells.revisit[d], dwells.dwell[d]
    for k in range(book.recent.shape[0]):
        if book.recent[k, 0] == time and book.recent[k, 1] == revisit and book.recent[k, 2] == dwell:
            numbers[N_REPEATED] += 1
            return False
    if time < numbers[N_CLOCK] - np.int64(constants.lateness * SECOND) or not np.isfinite(dwells.sensor[d].sum()):
        numbers[N_LATE] += 1
        return False
    slot = numbers[N_DWELLS] % book.recent.shape[0]
    book.recent[slot, 0], book.recent[slot, 1], book.recent[slot, 2] = time, revisit, dwell
    numbers[N_DWELLS] += 1
    if numbers[N_DWELLS] == 1:
        numbers[N_CLOCK] = numbers[N_SWEPT] = time
    elapsed = max(time - numbers[N_CLOCK], 0) / SECOND
    book.sources[:] *= math.exp(-elapsed / constants.source_memory)
    numbers[N_CLOCK] = max(numbers[N_CLOCK], time)
    return True


@njit(cache=True)
def sweep(tracks, grid, book, time, constants, touched):
    """Let existence fade, drop what is gone, and put every track into the cell where it should be by now."""
    fade = math.exp(-(time - book.numbers[N_SWEPT]) / SECOND / constants.survival)
    book.numbers[N_SWEPT] = time
    for row in range(tracks.identity.shape[0]):
        if tracks.identity[row] == 0 or tracks.status[row] == LOST:
            continue
        tracks.existence[row] *= fade
        if not judge(tracks, grid, book, row, time, constants):
            touched[row] = True
            continue
        age = (time - tracks.time[row]) / SECOND
        still = 1.0 if tracks.status[row] != STOPPED else 0.0
        east = tracks.estimate[row, 0] + still * age * tracks.estimate[row, 2]
        north = tracks.estimate[row, 1] + still * age * tracks.estimate[row, 3]
        move(grid, row, east, north, constants.cell)


@njit(cache=True)
def judge(tracks, grid, book, row, time, constants):
    """Set a track's status from what is known of it; False where it is lost."""
    existence, status = tracks.existence[row], tracks.status[row]
    if status == TENTATIVE and existence >= constants.confirm_existence and tracks.hits[row] >= constants.confirm_hits:
        status = CONFIRMED
        tracks.confirmed[row] = True
    tentative = status == TENTATIVE
    limit = constants.drop_tentative if tentative else constants.drop_confirmed
    if existence < limit or (time - tracks.supported[row]) / SECOND > constants.coast_limit:
        status = LOST
        book.gone[book.numbers[N_GONE]] = row
        book.numbers[N_GONE] += 1
        remove(grid, row)
    elif not tentative:
        halted = 0.0
        for mode in range(constants.mobile.shape[0]):
            halted += 0.0 if constants.mobile[mode] else tracks.weight[row, mode]
        unseen = tracks.supported[row] < time and tracks.missed[row] > 0.5  # noqa: PLR2004 - more likely missed than not
        status = CONFIRMED if not unseen else (STOPPED if halted > 0.5 else COASTING)  # noqa: PLR2004 - likelier than not
    tracks.status[row] = status
    return status != LOST


@njit(cache=True)
def take_dwell(state, look, d, constants, given, scratch):
    """Use one dwell: find the tracks it could show, pair them with its plots, update both kinds, start tracks."""
    tracks, grid, book = state
    dwells, plots = look
    begin, end = dwells.first[d], dwells.first[d + 1]
    known = np.isfinite(dwells.sector[d].sum())
    rows, count = candidates(tracks, grid, look, d, known, constants, scratch)
    modes = constants.mobile.shape[0]
    ahead = (np.empty((count, modes, 4)), np.empty((count, modes, 4, 4)), np.empty((count, modes)))
    facts = np.empty((count, 5))
    for k in range(count):
        foresee(tracks, rows[k], dwells, d, known, constants, (ahead[0][k], ahead[1][k], ahead[2][k]), facts[k])
    first, column, gain = pair(tracks, rows, count, look, d, book, constants, (ahead, facts))
    partner = assign(first, column, gain, end - begin)
    for k in range(count):
        one = (ahead[0][k], ahead[1][k], ahead[2][k])
        if partner[k] != NONE:
            plot = begin + partner[k]
            strength = gain[first[k] + np.argmax(column[first[k] : first[k + 1]] == partner[k])]
            take_plot(tracks, rows[k], look, d, plot, constants, one, strength)
            given[0][plot] = tracks.identity[rows[k]]
        elif facts[k, 0] > LEAST_LOOK:
            take_miss(tracks, rows[k], dwells, d, constants, one, facts[k, 0])
        else:
            continue
        given[1][rows[k]] = True
        settle(tracks, grid, book, rows[k], dwells.time[d], constants)
    for plot in range(begin, end):
        if given[0][plot] == 0 and usable(plots, plot):
            given[0][plot] = start(tracks, grid, book, look, d, plot, constants)
            book.sources[0] += 1.0
    if known:
        book.sources[1] += dwells.sector[d, 1] * (dwells.sector[d, 3] ** 2 - dwells.sector[d, 2] ** 2)


@njit(cache=True)
def usable(plots, plot):
    """Say whether a plot has a place; a missing radial speed is no fault."""
    place = plots.measured[plot, 0] + plots.measured[plot, 1] + plots.ground[plot].sum()
    return np.isfinite(place + plots.variance[plot].sum())


@njit(cache=True)
def candidates(tracks, grid, look, d, known, constants, scratch):
    """Collect the rows of tracks that the footprint or a plot outside it may concern, in order of row."""
    dwells, plots = look
    marked, found = scratch
    count = 0
    reach = np.array([constants.reach, constants.reach])
    for plot in range(dwells.first[d], dwells.first[d + 1]):
        if usable(plots, plot) and not (known and contains(dwells.sector[d], plots.measured[plot])):
            count = search_box(grid, constants.cell, plots.ground[plot], reach, (marked, found, count))
    beside = count
    if known:
        if sector_cells(dwells.sector[d], constants) < marked.shape[0]:
            book = (marked, found, count)
            count = search_sector(grid, constants.cell, dwells.sector[d], dwells.sensor[d], constants.reach, book)
        else:
            for row in range(marked.shape[0]):
                if tracks.identity[row] != 0 and tracks.status[row] != LOST and not marked[row]:
                    found[count] = row
                    count += 1
    kept = beside
    for k in range(count):
        marked[found[k]] = False
        if k >= beside and near(tracks, found[k], dwells, d, constants):
            found[kept] = found[k]
            kept += 1
    return np.sort(found[:kept]), kept


@njit(cache=True)
def contains(sector, measured):
    """Say whether a plot lies in the footprint."""
    turn = abs(wrap_angle(measured[1] - sector[0]))
    return turn <= sector[1] and sector[2] <= measured[0] <= sector[3]


@njit(cache=True)
def sector_cells(sector, constants):
    """Estimate how many cells of the grid a search of a footprint visits."""
    depth, rim = sector[3] - sector[2], 2.0 * sector[1] * sector[3]
    margin = 2.0 * (constants.reach + constants.cell)
    return (depth + margin) * (rim + margin) / constants.cell**2


@njit(cache=True)
def near(tracks, row, dwells, d, constants):
    """Say whether a track may be in the footprint, by a quick bound on where it can be by now."""
    age = max(dwells.time[d] - tracks.time[row], 0) / SECOND
    east = tracks.estimate[row, 0] + age * tracks.estimate[row, 2] - dwells.sensor[d, 0]
    north = tracks.estimate[row, 1] + age * tracks.estimate[row, 3] - dwells.sensor[d, 1]
    slack = REACH_SIGMAS * math.hypot(tracks.spread[row], LINGERING_SPEED * age)
    slack = min(slack, constants.reach)
    slant = math.sqrt(east * east + north * north + (dwells.sensor[d, 2] - dwells.ground[d, 2]) ** 2)
    sector = dwells.sector[d]
    if slant < sector[2] - slack or slant > sector[3] + slack:
        return False
    turn = abs(wrap_angle(math.atan2(east, north) - sector[0]))
    return (turn - sector[1]) * slant <= slack


@njit(cache=True)
def foresee(tracks, row, dwells, d, known, constants, ahead, facts):
    """Predict a track to the dwell; ``facts``: chance to be in the footprint, of a miss, box of its gate, second look."""
    dt = max(dwells.time[d] - tracks.time[row], 0) / SECOND
    predict(tracks.mean[row], tracks.covariance[row], tracks.weight[row], dt, constants, ahead)
    estimate = np.empty(4)
    ee, en, nn = merge(ahead[0], ahead[1], ahead[2], estimate)
    facts[2], facts[3] = math.sqrt(ee), math.sqrt(nn)
    facts[0], facts[1], facts[4] = 0.0, 1.0, 1.0
    if not known:
        return
    east, north = estimate[0] - dwells.sensor[d, 0], estimate[1] - dwells.sensor[d, 1]
    below = dwells.ground[d, 2] - dwells.sensor[d, 2]
    flat = max(math.hypot(east, north), 1.0)
    slant = math.hypot(flat, below)
    along_east, along_north = east / flat, north / flat
    along = along_east * (along_east * ee + 2.0 * along_north * en) + along_north * along_north * nn
    across = max(ee + nn - along, 1.0)
    sector = dwells.sector[d]
    azimuth = sector[0] + wrap_angle(math.atan2(east, north) - sector[0])
    place = (azimuth, math.sqrt(across) / flat, slant, math.sqrt(max(along, 1.0)))
    inside = chance_within(sector[0] - sector[1], sector[0] + sector[1], sector[2], sector[3], place)
    facts[0] = inside
    if inside > LEAST_LOOK:
        facts[1] = chance_of_miss(dwells, d, constants, ahead, inside)
    if (dwells.time[d] - tracks.supported[row]) / SECOND < constants.second_look:
        beam = tracks.beam[row]
        turn = 2.0 * math.pi * round((azimuth - 0.5 * (beam[0] + beam[1])) / (2.0 * math.pi))
        low, high = max(sector[0] - sector[1], beam[0] + turn), min(sector[0] + sector[1], beam[1] + turn)
        again = chance_within(low, high, max(sector[2], beam[2]), min(sector[3], beam[3]), place)
        facts[4] = max(again, LEAST_SECOND_LOOK)


@njit(cache=True)
def chance_within(left, right, near_range, far_range, place):
    """Probability that a position (azimuth, its sigma, slant range, its sigma) is in a sector; 0 for an empty one."""
    if right <= left or far_range <= near_range:
        return 0.0
    return normal_mass(left, right, place[0], place[1]) * normal_mass(near_range, far_range, place[2], place[3])


@njit(cache=True)
def chance_of_miss(dwells, d, constants, ahead, inside):
    """Probability that a vehicle of this state gives no plot, over its motion modes."""
    mean, covariance, weight = ahead
    total = 0.0
    for mode in range(weight.shape[0]):
        if constants.mobile[mode]:
            notch = dwells.minimum_detectable_speed[d]
            chance = constants.peak * inside
            total += weight[mode] * miss_probability(
                mean[mode], covariance[mode], dwells.sensor[d], dwells.ground[d], notch, chance
            )
        else:
            total += weight[mode]
    return total


@njit(cache=True)
def pair(tracks, rows, count, look, d, book, constants, foreseen):
    """List for each track the plots in its gate that it would gain by, as edges of a sparse graph."""
    dwells, plots = look
    begin, end = dwells.first[d], dwells.first[d + 1]
    first = np.zeros(count + 1, np.int64)
    column, gain = np.empty(64 + 4 * count, np.int32), np.empty(64 + 4 * count)
    edges = 0
    index, error = index_plots(plots, begin, end, constants)
    marked, found = np.zeros(end - begin, np.bool_), np.arange(end - begin).astype(np.int32)
    work = np.empty((6, 4))
    estimate = np.empty(4)
    for k in range(count):
        one = (foreseen[0][0][k], foreseen[0][1][k], foreseen[0][2][k])
        facts = foreseen[1][k]
        merge(one[0], one[1], one[2], estimate)
        box = np.empty(2)
        box[0] = min(GATE_SIGMAS * math.hypot(facts[2], error), constants.reach)
        box[1] = min(GATE_SIGMAS * math.hypot(facts[3], error), constants.reach)
        near_count = end - begin
        if near_count > FEW_PLOTS:
            near_count = search_box(index, constants.cell, estimate, box, (marked, found, 0))
        for c in range(near_count):
            plot = begin + found[c]
            marked[found[c]] = False
            if abs(plots.ground[plot, 0] - estimate[0]) > box[0] or abs(plots.ground[plot, 1] - estimate[1]) > box[1]:
                continue
            value = worth(tracks, rows[k], look, d, plot, constants, (one, facts, book.sources, work))
            if value > 0.0:
                if edges == column.shape[0]:
                    column, gain = np.concatenate((column, column)), np.concatenate((gain, gain))
                column[edges], gain[edges] = plot - begin, value
                edges += 1
        first[k + 1] = edges
    return first, column, gain


@njit(cache=True)
def index_plots(plots, begin, end, constants):
    """Index the plots of a dwell by place, where they are many; also give the largest error of position, m."""
    count = end - begin
    buckets = 16
    while buckets < count and count > FEW_PLOTS:
        buckets *= 2
    size = count if count > FEW_PLOTS else 0
    links = (np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32))
    index = Grid(np.full(buckets, NONE, np.int32), links[0], links[1], links[2], links[3])
    error = 0.0
    for plot in range(begin, end):
        if usable(plots, plot):
            across = plots.variance[plot, 1] * plots.measured[plot, 0] ** 2
            error = max(error, math.sqrt(across + plots.variance[plot, 0]))
            if size > 0:
                insert(index, plot - begin, plots.ground[plot, 0], plots.ground[plot, 1], constants.cell)
    return index, error


@njit(cache=True)
def worth(tracks, row, look, d, plot, constants, context):
    """Log-odds of pairing a track with a plot against leaving both alone; -inf outside the gate."""
    dwells, plots = look
    (mean, covariance, weight), facts, sources, work = context
    if not usable(plots, plot):
        return -np.inf
    fields = (plots.measured[plot], plots.variance[plot], plots.wrap_speed[plot], plots.ground[plot])
    likelihood = 0.0
    for mode in range(weight.shape[0]):
        distance, log_likelihood = innovate(
            mean[mode], covariance[mode], constants.mobile[mode], dwells.sensor[d], fields, work
        )
        if distance < constants.gate:
            likelihood += weight[mode] * math.exp(log_likelihood)
    if likelihood <= 0.0:
        return -np.inf
    speed, slant = plots.measured[plot, 2], plots.measured[plot, 0]
    position_only = math.isnan(speed)
    seen = constants.peak * visibility(speed, dwells.minimum_detectable_speed[d])
    density = sources[0] / sources[1] * slant / (1.0 if position_only else constants.speed_span)
    if facts[4] < 1.0:
        density += constants.companion_density * slant / (1.0 if position_only else COMPANION_SPEED_SPAN)
    existence = tracks.existence[row]
    absent = 1.0 - existence + existence * facts[1]
    return math.log(existence * seen * facts[4] * likelihood / (density * absent))


@njit(cache=True)
def visibility(speed, notch):
    """Share of detections that pass the notch at a measured radial speed; never nothing, it was seen after all."""
    if math.isnan(speed):
        return 1.0
    return max(1.0 - math.exp(-LN2 * (speed / notch) ** 2), 0.05)


@njit(cache=True)
def take_plot(tracks, row, look, d, plot, constants, ahead, strength):
    """Update a track with the plot it was given; ``strength`` is the log-odds of the pairing."""
    dwells, plots = look
    mean, covariance, weight = ahead
    work = np.empty((6, 4))
    fields = (plots.measured[plot], plots.variance[plot], plots.wrap_speed[plot], plots.ground[plot])
    logs = np.empty(weight.shape[0])
    for mode in range(weight.shape[0]):
        _, logs[mode] = innovate(mean[mode], covariance[mode], constants.mobile[mode], dwells.sensor[d], fields, work)
        correct(mean[mode], covariance[mode], work)
    weight *= np.exp(logs - logs.max())
    weight /= weight.sum()
    store(tracks, row, dwells.time[d], ahead)
    odds = math.exp(min(strength, 50.0))
    tracks.existence[row] = min(odds / (1.0 + odds), SUREST)
    tracks.hits[row] += 1
    tracks.missed[row] = 0.0
    tracks.supported[row] = tracks.looked[row] = tracks.time[row]
    estimate = tracks.estimate[row]
    merge(mean, covariance, weight, estimate)
    tracks.anchor[row, 0], tracks.anchor[row, 1] = estimate[0], estimate[1]
    label(tracks, row, look, d, plot)


@njit(cache=True)
def label(tracks, row, look, d, plot):
    """Note on a track what a plot says beside its place."""
    dwells, plots = look
    sector = dwells.sector[d]
    tracks.beam[row, 0], tracks.beam[row, 1] = sector[0] - sector[1], sector[0] + sector[1]
    tracks.beam[row, 2], tracks.beam[row, 3] = sector[2], sector[3]
    if plots.class_probability[plot] > tracks.class_probability[row]:
        tracks.target_class[row] = plots.target_class[plot]
        tracks.class_probability[row] = plots.class_probability[plot]
    tracks.simulated[row] |= plots.simulated[plot]
    tracks.origin[row] = max(tracks.origin[row], dwells.origin[d])


@njit(cache=True)
def take_miss(tracks, row, dwells, d, constants, ahead, inside):
    """Update a track that the dwell covered and did not show."""
    mean, covariance, weight = ahead
    expected = 1.0
    chance, notch = constants.peak * inside, dwells.minimum_detectable_speed[d]
    for mode in range(weight.shape[0]):
        if constants.mobile[mode]:
            weight[mode] *= miss(mean[mode], covariance[mode], dwells.sensor[d], dwells.ground[d], notch, chance)
    expected = weight.sum()
    weight /= expected
    store(tracks, row, dwells.time[d], ahead)
    existence = tracks.existence[row]
    tracks.existence[row] = existence * expected / (1.0 - existence + existence * expected)
    tracks.missed[row] += chance
    if inside > 0.5:  # noqa: PLR2004 - more likely looked at than not
        tracks.looked[row] = tracks.time[row]


@njit(cache=True)
def store(tracks, row, time, ahead):
    """Write a predicted and updated state back."""
    tracks.mean[row] = ahead[0]
    tracks.covariance[row] = ahead[1]
    tracks.weight[row] = ahead[2]
    tracks.time[row] = max(tracks.time[row], time)


@njit(cache=True)
def settle(tracks, grid, book, row, time, constants):
    """After an update: refresh estimate, status and cell."""
    ee, _, nn = merge(tracks.mean[row], tracks.covariance[row], tracks.weight[row], tracks.estimate[row])
    tracks.spread[row] = math.sqrt(ee + nn)
    if judge(tracks, grid, book, row, time, constants):
        move(grid, row, tracks.estimate[row, 0], tracks.estimate[row, 1], constants.cell)


@njit(cache=True)
def start(tracks, grid, book, look, d, plot, constants):
    """Start a tentative track on a plot: its place, its radial speed, any tangential speed; return its identity."""
    dwells, plots = look
    book.numbers[N_FREE] -= 1
    row = book.free[book.numbers[N_FREE]]
    book.numbers[N_IDENTITY] += 1
    tracks.identity[row] = book.numbers[N_IDENTITY]
    sensor, ground = dwells.sensor[d], plots.ground[plot]
    east, north = ground[0] - sensor[0], ground[1] - sensor[1]
    flat = max(math.hypot(east, north), 1.0)
    slope = plots.measured[plot, 0] / flat  # from along the line of sight to along the ground
    ue, un = east / flat, north / flat
    speed, across = plots.measured[plot, 2] * slope, constants.tangential_speed**2
    along = plots.variance[plot, 2] * slope * slope
    if math.isnan(speed):
        speed, along = 0.0, across
    covariance = np.zeros((4, 4))
    position = (plots.variance[plot, 0] * slope * slope, plots.variance[plot, 1] * flat * flat)
    spread_ellipse(covariance[:2, :2], ue, un, position[0], position[1])
    spread_ellipse(covariance[2:, 2:], ue, un, along, across)
    for mode in range(constants.mobile.shape[0]):
        mean = tracks.mean[row, mode]
        mean[0], mean[1], mean[2], mean[3] = ground[0], ground[1], speed * ue, speed * un
        tracks.covariance[row, mode] = covariance
        tracks.weight[row, mode] = constants.start_weight[mode]
    tracks.existence[row], tracks.missed[row], tracks.hits[row] = constants.birth, 0.0, 1
    tracks.status[row], tracks.simulated[row], tracks.origin[row] = TENTATIVE, False, 0
    tracks.confirmed[row], tracks.anchor[row, 0], tracks.anchor[row, 1] = False, ground[0], ground[1]
    tracks.target_class[row], tracks.class_probability[row] = plots.target_class[plot], 0.0
    tracks.time[row] = tracks.supported[row] = tracks.looked[row] = dwells.time[d]
    merge(tracks.mean[row], tracks.covariance[row], tracks.weight[row], tracks.estimate[row])
    tracks.spread[row] = math.sqrt(position[0] + position[1])
    label(tracks, row, look, d, plot)
    insert(grid, row, ground[0], ground[1], constants.cell)
    return tracks.identity[row]


@njit(cache=True)
def spread_ellipse(block, east, north, along, across):
    """Fill a (2, 2) covariance with the given variances along and across a unit vector."""
    block[0, 0] = along * east * east + across * north * north
    block[0, 1] = block[1, 0] = (along - across) * east * north
    block[1, 1] = along * north * north + across * east * east
