"""Compiled birth, update and end of tracks, row by row."""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Flags, Floats
from sidelook.tracking.columns import (
    N_FREE,
    N_GONE,
    N_IDENTITY,
    N_SWEPT,
    SECOND,
    Ahead,
    Book,
    Grid,
    LookColumns,
    Row,
    Table,
)
from sidelook.tracking.filters.kernels import copy_modes, correct, innovate, merge, merge_drift, miss
from sidelook.tracking.gating.kernels import insert, move, remove

TENTATIVE, CONFIRMED, COASTING, STOPPED, LOST = range(5)
SUREST = 0.999  # existence never becomes certain, so that misses always count
LARGEST_ODDS = 50.0  # log; keeps exp finite
LIKELY = 0.5

Holding: TypeAlias = tuple[Table, Grid, Book]


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
def sweep(holding: Holding, time: int, constants: Row, touched: Flags) -> None:
    """Let existence fade, give up what is gone, and put every track into the cell where it should be by now."""
    tracks, grid, book = holding
    fade = math.exp(-(time - book.numbers[N_SWEPT]) / SECOND / constants.survival)
    book.numbers[N_SWEPT] = time
    for row in range(tracks.shape[0]):
        if tracks[row].existence <= 0.0:
            continue
        before = tracks[row].status
        tracks[row].existence *= fade
        if judge(holding, row, time, constants):
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
    limit = constants.drop_confirmed if known else constants.drop_tentative
    if existence < limit or (time - tracks[row].supported) / SECOND > constants.coast_limit:
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
        for mode in range(constants.mobile.shape[0]):
            halted += 0.0 if constants.mobile[mode] else tracks[row].weight[mode]
        tracks[row].status = STOPPED if halted > LIKELY else COASTING
    return True


@kernel
def take_plot(tracks: Table, row: int, look: LookColumns, d: int, plot: int, constants: Row, ahead: Ahead) -> None:
    """Update a track with the plot it was given; its existence is the pairing's to say."""
    dwells, plots = look
    mean, covariance, weight = ahead
    work, logs = np.empty((6, 4)), np.empty(weight.shape[0])
    fields = (plots[plot].measured, plots[plot].variance, plots[plot].wrap_speed, plots[plot].ground)
    for mode in range(weight.shape[0]):
        _, logs[mode] = innovate(mean[mode], covariance[mode], constants.mobile[mode], dwells[d].sensor, fields, work)
        correct(mean[mode], covariance[mode], work)
    weight *= np.exp(logs - logs.max())
    weight /= weight.sum()
    store(tracks, row, dwells[d].time, ahead)
    tracks[row].hits += 1
    support(tracks, row, look, d, plot)


@kernel
def believe(tracks: Table, row: int, strength: float) -> None:
    """Set a track's existence from the log-odds by which it won its plot."""
    odds = math.exp(min(strength, LARGEST_ODDS))
    tracks[row].existence = min(odds / (1.0 + odds), SUREST)


@kernel
def support(tracks: Table, row: int, look: LookColumns, d: int, plot: int) -> None:
    """Note on a track that a plot stands behind it now, and what the plot says beside its place."""
    dwells, plots = look
    anchor = tracks[row].anchor
    tracks[row].missed, tracks[row].covered = 0.0, 0.0
    tracks[row].supported = tracks[row].looked = tracks[row].time
    anchor[0], anchor[1] = tracks[row].estimate[0], tracks[row].estimate[1]
    tracks[row].seen = dwells[d].revisit
    if plots[plot].class_probability > tracks[row].class_probability:
        tracks[row].target_class = plots[plot].target_class
        tracks[row].class_probability = plots[plot].class_probability
    tracks[row].simulated |= plots[plot].simulated
    tracks[row].origin = max(tracks[row].origin, dwells[d].origin)


@kernel
def take_miss(tracks: Table, row: int, dwells: Table, d: int, constants: Row, ahead: Ahead, facts: Floats) -> None:
    """Update a track that the dwell covered, as ``facts`` say how surely, and did not show."""
    mean, covariance, weight = ahead
    look, notch = (constants.peak, facts[0], facts[7]), dwells[d].minimum_detectable_speed
    for mode in range(weight.shape[0]):
        if constants.mobile[mode]:
            weight[mode] *= miss(mean[mode], covariance[mode], dwells[d].sensor, dwells[d].ground, notch, look)
    expected = weight.sum()
    weight /= expected
    store(tracks, row, dwells[d].time, ahead)
    existence = tracks[row].existence
    tracks[row].existence = existence * expected / (1.0 - existence + existence * expected)
    tracks[row].missed += constants.peak * facts[0]
    tracks[row].covered, tracks[row].revisit = min(facts[7] + facts[0], 1.0), dwells[d].revisit
    if tracks[row].covered > LIKELY:
        tracks[row].looked = tracks[row].time


@kernel
def store(tracks: Table, row: int, time: int, ahead: Ahead) -> None:
    """Write a predicted and updated state back."""
    copy_modes(ahead, (tracks[row].mean, tracks[row].covariance, tracks[row].weight))
    tracks[row].time = max(tracks[row].time, time)
    merge(ahead, tracks[row].estimate)
    merge_drift(ahead, tracks[row].estimate, tracks[row].drift)


@kernel
def settle(holding: Holding, row: int, time: int, constants: Row) -> bool:
    """After an update set status and cell; True where there is something to tell."""
    tracks, grid, _ = holding
    before = tracks[row].status
    if judge(holding, row, time, constants):
        move(grid, row, tracks[row].estimate[0], tracks[row].estimate[1], constants.cell)
    return not (before == LOST and tracks[row].status == LOST)


@kernel
def start(holding: Holding, look: LookColumns, d: int, plot: int, constants: Row) -> int:
    """Start a tentative track on a plot: its place, its radial speed, any tangential speed; return its identity."""
    tracks, grid, book = holding
    dwells, plots = look
    book.numbers[N_FREE] -= 1
    book.numbers[N_IDENTITY] += 1
    row = book.free[book.numbers[N_FREE]]
    ground = plots[plot].ground
    modes = constants.mobile.shape[0]
    first = (np.empty((modes, 4)), np.empty((modes, 4, 4)), constants.start_weight.copy())
    birth_state(look, d, plot, constants, first)
    tracks[row].identity, tracks[row].existence, tracks[row].hits = book.numbers[N_IDENTITY], constants.birth, 1
    tracks[row].status, tracks[row].confirmed = TENTATIVE, False
    tracks[row].simulated, tracks[row].origin = False, 0
    tracks[row].target_class, tracks[row].class_probability = plots[plot].target_class, 0.0
    tracks[row].time = 0
    store(tracks, row, dwells[d].time, first)
    support(tracks, row, look, d, plot)
    insert(grid, row, ground[0], ground[1], constants.cell)
    identity: int = tracks[row].identity
    return identity


@kernel
def birth_state(look: LookColumns, d: int, plot: int, constants: Row, modes: Ahead) -> None:
    """Fill the mean and covariance of every mode from a single plot."""
    dwells, plots = look
    sensor, ground, variance = dwells[d].sensor, plots[plot].ground, plots[plot].variance
    east, north = ground[0] - sensor[0], ground[1] - sensor[1]
    flat = max(math.hypot(east, north), 1.0)
    east, north = east / flat, north / flat
    slope = plots[plot].measured[0] / flat  # from along the line of sight to along the ground
    speed, along, across = plots[plot].measured[2] * slope, variance[2] * slope * slope, constants.tangential_speed**2
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
def spread_ellipse(block: Floats, east: float, north: float, along: float, across: float) -> None:
    """Fill a (2, 2) covariance with the given variances along and across a unit vector."""
    block[0, 0] = along * east * east + across * north * north
    block[0, 1] = block[1, 0] = (along - across) * east * north
    block[1, 1] = along * north * north + across * east * east
