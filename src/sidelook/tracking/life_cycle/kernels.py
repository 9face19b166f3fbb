"""Compiled birth, update and end of tracks, row by row."""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Flags, Floats
from sidelook.tracking.classes.kernels import flies, hear
from sidelook.tracking.columns import (
    CLASSES,
    HYPOTHESES,
    N_FREE,
    N_GONE,
    N_IDENTITY,
    N_SWEPT,
    NONE,
    ROUTE,
    SECOND,
    UNUSED,
    Ahead,
    Book,
    Grid,
    LookColumns,
    Modes,
    Row,
    Search,
    Table,
    World,
    Worlds,
)
from sidelook.tracking.filters.kernels import NEGLIGIBLE, fields_of, merge, merge_drift, plane_of, point_of
from sidelook.tracking.gating.kernels import insert, move, remove, search_box
from sidelook.tracking.hypotheses.kernels import (
    Scratch,
    best_hypothesis,
    correct_state,
    enter_roads,
    miss_state,
    part,
    tidy,
    used_part,
)
from sidelook.tracking.identity.kernels import forget, inherit

TENTATIVE, CONFIRMED, COASTING, STOPPED, LOST = range(5)
SUREST = 0.999  # existence never becomes certain, so that misses always count
LARGEST_ODDS = 50.0  # log; keeps exp finite
LIKELY = 0.5
SLOWEST = 8.0  # m/s, assumed of a lost vehicle that moves
STRAIGHT, STRAY = 0.7, 0.5  # of a way travelled unseen: mean along the heading before, standard deviation an axis
NEW_PRIOR, NEW_SHARE = 2.0, 0.02  # tracks assumed new before any was counted, of those looked at
PLACE_SIGMA = 150.0  # m, of where it was lost and found
FASTEST_FLIGHT = 120.0  # m/s, of light aircraft and helicopters
UNKNOWN_SPEED = 100.0  # m/s, across the line of sight, of a plot that may be on any road

Holding: TypeAlias = tuple[Table, Grid, Book]
Foreseen: TypeAlias = tuple[Ahead, int]  # predicted hypotheses, how many


@kernel
def release(tracks: Table, book: Book) -> None:
    """Free the rows of tracks that were given up in the look before."""
    for k in range(book.numbers[N_GONE]):
        row = book.gone[k]
        tracks[row].identity = 0
        book.free[book.numbers[N_FREE]] = row
        book.numbers[N_FREE] += 1
    book.numbers[N_GONE] = 0


@kernel
def sweep(holding: Holding, time: int, worlds: Worlds, touched: Flags) -> None:
    """Let existence fade, give up what is gone, and put every track into the cell where it should be by now."""
    tracks, grid, book = holding
    constants, flight = worlds[0][0], worlds[1][0]
    fade = math.exp(-(time - book.numbers[N_SWEPT]) / SECOND / constants.survival)
    book.numbers[N_SWEPT] = time
    for row in range(tracks.shape[0]):
        if tracks[row].existence <= 0.0:
            continue
        before = tracks[row].status
        tracks[row].existence *= fade
        if judge(holding, row, time, flight if tracks[row].flying else constants):
            age = (time - tracks[row].time) / SECOND if tracks[row].status != STOPPED else 0.0
            east = tracks[row].estimate[0] + age * tracks[row].estimate[2]
            north = tracks[row].estimate[1] + age * tracks[row].estimate[3]
            move(grid, row, east, north, constants.cell)
        touched[row] |= tracks[row].status != before


@kernel
def judge(holding: Holding, row: int, time: int, constants: Row) -> bool:
    """Set a track's status from what is known of it; False where it is given up."""
    tracks, grid, book = holding
    existence, hits = tracks[row].existence, tracks[row].hits
    if existence >= constants.confirm_existence and hits >= constants.confirm_hits:
        tracks[row].confirmed = True
    known = tracks[row].confirmed
    # Off the roads a track begins with little belief and is not given up for that alone.
    limit = (
        constants.drop_confirmed if known else constants.drop_tentative * min(tracks[row].prior / constants.birth, 1.0)
    )
    longest = constants.coast_limit if known else constants.coast_tentative
    if existence < limit or (time - tracks[row].supported) / SECOND > longest:
        tracks[row].existence, tracks[row].status = 0.0, LOST
        book.gone[book.numbers[N_GONE]] = row
        book.numbers[N_GONE] += 1
        remove(grid, row)
        return False
    if not known:
        tracks[row].status = TENTATIVE
    elif existence < constants.show_existence:
        tracks[row].status = LOST
    elif tracks[row].supported >= time or tracks[row].missed < LIKELY:
        tracks[row].status = CONFIRMED
    else:
        halted = 0.0
        modes = constants.mobile.shape[0]
        for c in range(tracks[row].weight.shape[0]):
            halted += 0.0 if constants.mobile[c % modes] else tracks[row].weight[c]
        tracks[row].status = STOPPED if halted > LIKELY else COASTING
    return True


@kernel
def take_plot(
    tracks: Table, row: int, look: LookColumns, d: int, plot: int, world: World, foreseen: Foreseen, scratch: Scratch
) -> None:
    """Update a track with the plot it was given; its existence is the pairing's to say."""
    dwells, plots = look
    ahead, count = foreseen
    rows = count * world[0].mobile.shape[0]
    work, logs = np.empty((6, 4)), np.empty(rows)
    sensor, fields = point_of(dwells[d].sensor), fields_of(plots, plot)
    for c in range(rows):
        logs[c] = -np.inf
        if ahead[2][c] > NEGLIGIBLE:
            logs[c] = correct_state(ahead, c, world, sensor, fields, work)
    highest = logs.max()
    for c in range(rows):
        ahead[2][c] *= math.exp(logs[c] - highest)
    count = tidy(ahead, count, world)
    count, _ = enter_roads(ahead, count, world, world[0].entry, scratch)
    store(tracks, row, dwells[d].time, ahead, count)
    tracks[row].hits += 1
    support(tracks, row, look, d, plot)


@kernel
def believe(tracks: Table, row: int, strength: float) -> None:
    """Set a track's existence from the log-odds by which it won its plot."""
    odds = math.exp(min(strength, LARGEST_ODDS))
    tracks[row].existence = min(odds / (1.0 + odds), SUREST)


@kernel
def support(tracks: Table, row: int, look: LookColumns, d: int, plot: int) -> None:
    """Note on a track that a plot stands behind it now, and learn what it says of the class."""
    stand_behind(tracks, row, look, d, plot)
    if hear(tracks[row].classes, look[1][plot], tracks[row].hits <= 1):
        decide(tracks, row)


@kernel
def decide(tracks: Table, row: int) -> None:
    """Decide anew whether a track flies; where that changes, it is on no road."""
    if flies(tracks[row].classes, tracks[row].flying) != tracks[row].flying:
        tracks[row].flying = not tracks[row].flying
        leave_roads(tracks, row)


@kernel
def stand_behind(tracks: Table, row: int, look: LookColumns, d: int, plot: int) -> None:
    """Note on a track that a plot stands behind it now."""
    dwells, plots = look
    anchor = tracks[row].anchor
    tracks[row].missed, tracks[row].covered = 0.0, 0.0
    tracks[row].supported = tracks[row].looked = tracks[row].time
    anchor[0], anchor[1] = tracks[row].estimate[0], tracks[row].estimate[1]
    tracks[row].seen = dwells[d].revisit
    tracks[row].simulated |= plots[plot].simulated
    tracks[row].origin = max(tracks[row].origin, dwells[d].origin)


@kernel
def leave_roads(tracks: Table, row: int) -> None:
    """Let a track go on freely from its likeliest hypothesis: what it was thought to be, it is not."""
    modes = tracks[row].weight.shape[0] // HYPOTHESES
    best, most = 0, -1.0
    for h in range(HYPOTHESES):
        if tracks[row].route[h, 0] == UNUSED:
            break
        total = tracks[row].weight[h * modes : (h + 1) * modes].sum()
        if total > most:
            best, most = h, total
    for mode in range(modes):
        c = best * modes + mode
        tracks[row].mean[mode, :] = tracks[row].mean[c]
        tracks[row].covariance[mode, :, :] = tracks[row].covariance[c]
        tracks[row].weight[mode] = tracks[row].weight[c] / most
    tracks[row].route[0, 0] = NONE
    for h in range(1, HYPOTHESES):
        tracks[row].route[h, 0] = UNUSED
        for c in range(h * modes, (h + 1) * modes):
            tracks[row].weight[c] = 0.0


@kernel
def take_miss(tracks: Table, row: int, dwells: Table, d: int, world: World, foreseen: Foreseen, facts: Floats) -> None:
    """Update a track that the dwell covered, as ``facts`` say how surely, and did not show."""
    constants, (ahead, count) = world[0], foreseen
    modes = constants.mobile.shape[0]
    look, notch = (constants.peak, facts[0], facts[7]), dwells[d].minimum_detectable_speed
    sensor, ground, expected = point_of(dwells[d].sensor), plane_of(dwells[d].ground), 0.0
    for c in range(count * modes):
        if constants.mobile[c % modes] and ahead[2][c] > NEGLIGIBLE:
            ahead[2][c] *= miss_state(ahead, c, world, sensor, ground, notch, look)
        expected += ahead[2][c]
    store(tracks, row, dwells[d].time, ahead, tidy(ahead, count, world))
    existence = tracks[row].existence
    tracks[row].existence = existence * expected / (1.0 - existence + existence * expected)
    tracks[row].missed += constants.peak * facts[0]
    tracks[row].covered, tracks[row].revisit = min(facts[7] + facts[0], 1.0), dwells[d].revisit
    if tracks[row].covered > LIKELY:
        tracks[row].looked = tracks[row].time


@kernel
def store(tracks: Table, row: int, time: int, ahead: Ahead, count: int) -> None:
    """Write predicted and updated hypotheses back."""
    modes = tracks[row].weight.shape[0] // HYPOTHESES
    for h in range(HYPOTHESES):
        tracks[row].route[h, 0] = UNUSED
        for c in range(h * modes, (h + 1) * modes):
            tracks[row].weight[c] = 0.0
    for h in range(count):
        store_hypothesis(tracks, row, ahead, h, modes)
    tracks[row].time = max(tracks[row].time, time)
    best = part(ahead, best_hypothesis(ahead, count, modes), modes)
    merge(best, tracks[row].estimate)
    total = best[2].sum()
    for a in range(4):
        tracks[row].estimate[a] /= total
    merge_drift(used_part(ahead, count, modes), tracks[row].estimate, tracks[row].drift)


@kernel
def store_hypothesis(tracks: Table, row: int, ahead: Ahead, h: int, modes: int) -> None:
    """Write one hypothesis back; loops are faster here than slices."""
    for c in range(h * modes, (h + 1) * modes):
        tracks[row].weight[c] = ahead[2][c]
        for a in range(4):
            tracks[row].mean[c, a] = ahead[0][c, a]
            for b in range(4):
                tracks[row].covariance[c, a, b] = ahead[1][c, a, b]
    tracks[row].route[h, 0] = ahead[4][h, 0]
    if ahead[4][h, 0] == NONE:
        return
    for k in range(1, ROUTE):
        tracks[row].route[h, k] = ahead[4][h, k]
    for c in range(h * modes, (h + 1) * modes):
        for a in range(5):
            tracks[row].road[c, a] = ahead[3][c, a]


@kernel
def settle(holding: Holding, row: int, time: int, constants: Row) -> bool:
    """After an update set status and cell; True where there is something to tell."""
    tracks, grid, _ = holding
    before = tracks[row].status
    if judge(holding, row, time, constants):
        move(grid, row, tracks[row].estimate[0], tracks[row].estimate[1], constants.cell)
    return not (before == LOST and tracks[row].status == LOST)


@kernel
def start(
    holding: Holding, look: LookColumns, d: int, plot: int, worlds: Worlds, ahead: Ahead, scratch: Scratch
) -> int:
    """Start a tentative track on a plot: its place, its radial speed, any tangential speed; return its identity."""
    tracks, grid, book = holding
    dwells, plots = look
    book.numbers[N_FREE] -= 1
    book.numbers[N_IDENTITY] += 1
    row = book.free[book.numbers[N_FREE]]
    for k in range(CLASSES):
        tracks[row].classes[k] = 0.0
    forget(tracks, row, dwells[d].time)
    # Kernels take no keywords.
    heard = hear(tracks[row].classes, plots[plot], True)  # noqa: FBT003
    tracks[row].flying = heard and flies(tracks[row].classes, False)  # noqa: FBT003
    world = worlds[1] if tracks[row].flying else worlds[0]
    constants = world[0]
    ground = plots[plot].ground
    modes = constants.mobile.shape[0]
    first = part(ahead, 0, modes)
    for mode in range(modes):
        first[2][mode] = constants.start_weight[mode]
    ahead[4][0, 0] = NONE
    birth_state(look, d, plot, UNKNOWN_SPEED, first)
    count, evidence = enter_roads(ahead, 1, world, constants.on_road, scratch)
    birth_state(look, d, plot, constants.tangential_speed, first)
    if tracks[row].flying:
        forget_speed(plots, plot, constants.tangential_speed, first)
    odds = constants.birth / (1.0 - constants.birth) * evidence
    tracks[row].identity, tracks[row].existence, tracks[row].hits = book.numbers[N_IDENTITY], odds / (1.0 + odds), 1
    tracks[row].status, tracks[row].confirmed = TENTATIVE, False
    tracks[row].simulated, tracks[row].origin = False, 0
    tracks[row].prior = tracks[row].existence
    tracks[row].time, tracks[row].born = 0, dwells[d].time
    tracks[row].birthplace[0], tracks[row].birthplace[1] = ground[0], ground[1]
    store(tracks, row, dwells[d].time, ahead, tidy(ahead, count, world))
    stand_behind(tracks, row, look, d, plot)
    insert(grid, row, ground[0], ground[1], constants.cell)
    identity: int = tracks[row].identity
    return identity


@kernel
def rejoin(holding: Holding, row: int, search: Search, constants: Row) -> None:
    """Look whether a track just confirmed is the vehicle of one that was lost; if so it goes on under that identity.

    A single plot far from where a vehicle was lost is likelier a false alarm; several that agree are either that
    vehicle or one not seen before, and those are rare. Candidates had their last plot before the new track's first
    and are weighed by how likely their vehicle came from there to here (``reappearance``).
    """
    tracks, grid, book = holding
    reach = np.array([constants.rejoin_reach, constants.rejoin_reach])
    place = tracks[row].birthplace
    marked, found, _ = search
    count = search_box(grid, constants.cell, place, reach, (marked, found, 0))
    best, most, total, about = NONE, 0.0, 0.0, 1.0
    for k in range(count):
        other = found[k]
        marked[other] = False
        if other == row or not tracks[other].confirmed:
            continue
        about += 1.0
        if tracks[other].supported >= tracks[row].born:
            continue
        weight = tracks[other].existence * constants.rejoin_chance * reappearance(tracks, other, row)
        total += weight
        if weight > most:
            best, most = other, weight
    total += new_density(book, about / (4.0 * reach[0] * reach[1]))
    if best == NONE or most < constants.rejoin_least * total:
        book.sources[2] += 1.0
        return
    tracks[row].identity, tracks[best].identity = tracks[best].identity, tracks[row].identity
    tracks[row].hits += tracks[best].hits
    inherit(tracks, row, best, most / total)
    tracks[row].simulated |= tracks[best].simulated
    tracks[row].origin = max(tracks[row].origin, tracks[best].origin)
    for k in range(CLASSES):
        tracks[row].classes[k] += tracks[best].classes[k]
    decide(tracks, row)
    tracks[best].existence, tracks[best].confirmed, tracks[best].status = 0.0, False, LOST
    book.gone[book.numbers[N_GONE]] = best
    book.numbers[N_GONE] += 1
    remove(grid, best)


@kernel
def new_density(book: Book, about: float) -> float:
    """Density, 1/m2, of tracks confirmed that are no vehicle seen before, where tracks lie as dense as ``about``.

    Vehicles come to where vehicles are: a busy road brings forth new tracks as it does all others.
    """
    density: float = about * (book.sources[2] + NEW_PRIOR) / (book.sources[3] + NEW_PRIOR / NEW_SHARE)
    return density


@kernel
def reappearance(tracks: Table, lost: int, new: int) -> float:
    """Density, 1/m2, of a lost vehicle at the first plot of a new track.

    It was hidden meanwhile by a stop, by moving across the line of sight or by chance, so it went on for an unknown
    part of the time, about the way it went before: a mixture over three such parts.
    """
    gap = (tracks[new].born - tracks[lost].supported) / SECOND
    velocity, anchor, place = tracks[lost].estimate[2:], tracks[lost].anchor, tracks[new].birthplace
    speed = math.hypot(velocity[0], velocity[1])
    pace = max(speed, SLOWEST)
    density = 0.0
    for part_of_time in (1.0 / 6.0, 0.5, 5.0 / 6.0):
        run = part_of_time * pace * gap
        ahead = STRAIGHT * run / max(speed, 1.0) if speed > 0.0 else 0.0
        east = place[0] - anchor[0] - ahead * velocity[0]
        north = place[1] - anchor[1] - ahead * velocity[1]
        variance = PLACE_SIGMA**2 + (STRAY * run) ** 2
        density += math.exp(-0.5 * (east * east + north * north) / variance) / (6.0 * math.pi * variance)
    return density


@kernel
def birth_state(look: LookColumns, d: int, plot: int, tangential_speed: float, modes: Modes) -> None:
    """Fill the mean and covariance of every mode from a single plot."""
    dwells, plots = look
    sensor, ground, variance = dwells[d].sensor, plots[plot].ground, plots[plot].variance
    east, north = ground[0] - sensor[0], ground[1] - sensor[1]
    flat = max(math.hypot(east, north), 1.0)
    east, north = east / flat, north / flat
    slope = plots[plot].measured[0] / flat  # from along the line of sight to along the ground
    speed, along, across = plots[plot].measured[2] * slope, variance[2] * slope * slope, tangential_speed**2
    if math.isnan(speed):
        speed, along = 0.0, across
    covariance = np.zeros((4, 4))
    spread_ellipse(covariance[:2, :2], east, north, variance[0] * slope * slope, variance[1] * flat * flat)
    spread_ellipse(covariance[2:, 2:], east, north, along, across)
    for mode in range(modes[2].shape[0]):
        mean = modes[0][mode]
        mean[0], mean[1], mean[2], mean[3] = ground[0], ground[1], speed * east, speed * north
        modes[1][mode] = covariance


@kernel
def forget_speed(plots: Table, plot: int, speed: float, modes: Modes) -> None:
    """Let every other mode of what flies begin with any velocity: its radial speed may be an alias."""
    if not plots[plot].wrap_speed < FASTEST_FLIGHT:
        return
    for mode in range(0, modes[2].shape[0], 2):
        for a in range(2, 4):
            modes[0][mode, a] = 0.0
            for b in range(2, 4):
                modes[1][mode, a, b] = speed * speed if a == b else 0.0


@kernel
def spread_ellipse(block: Floats, east: float, north: float, along: float, across: float) -> None:
    """Fill a (2, 2) covariance with the given variances along and across a unit vector."""
    block[0, 0] = along * east * east + across * north * north
    block[0, 1] = block[1, 0] = (along - across) * east * north
    block[1, 1] = along * north * north + across * east * east
