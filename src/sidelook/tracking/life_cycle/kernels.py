"""Compiled birth, update and end of tracks, row by row."""

import math
from typing import TypeAlias

import numpy as np
from numba import njit

from sidelook.model.columns import Flags, Floats
from sidelook.tracking.columns import (
    N_FREE,
    N_GONE,
    N_IDENTITY,
    N_SWEPT,
    SECOND,
    Ahead,
    Book,
    Constants,
    DwellColumns,
    Grid,
    LookColumns,
    TrackColumns,
)
from sidelook.tracking.filters.kernels import correct, innovate, merge, merge_drift, miss
from sidelook.tracking.gating.kernels import insert, move, remove

TENTATIVE, CONFIRMED, COASTING, STOPPED, LOST = range(5)
SUREST = 0.999  # existence never becomes certain, so that misses always count
LARGEST_ODDS = 50.0  # log; keeps exp finite
LIKELY = 0.5

Holding: TypeAlias = tuple[TrackColumns, Grid, Book]


@njit(cache=True)
def release(tracks: TrackColumns, book: Book) -> None:
    """Free the rows of tracks that were given up in the look before."""
    for k in range(book.numbers[N_GONE]):
        row = book.gone[k]
        tracks.identity[row] = 0
        book.free[book.numbers[N_FREE]] = row
        book.numbers[N_FREE] += 1
    book.numbers[N_GONE] = 0


@njit(cache=True)
def sweep(holding: Holding, time: int, constants: Constants, touched: Flags) -> None:
    """Let existence fade, give up what is gone, and put every track into the cell where it should be by now."""
    tracks, grid, book = holding
    fade = math.exp(-(time - book.numbers[N_SWEPT]) / SECOND / constants.survival)
    book.numbers[N_SWEPT] = time
    for row in range(tracks.identity.shape[0]):
        if tracks.existence[row] <= 0.0:
            continue
        before = tracks.status[row]
        tracks.existence[row] *= fade
        if judge(holding, row, time, constants):
            age = (time - tracks.time[row]) / SECOND if tracks.status[row] != STOPPED else 0.0
            east = tracks.estimate[row, 0] + age * tracks.estimate[row, 2]
            north = tracks.estimate[row, 1] + age * tracks.estimate[row, 3]
            move(grid, row, east, north, constants.cell)
        touched[row] |= tracks.status[row] != before


@njit(cache=True)
def judge(holding: Holding, row: int, time: int, constants: Constants) -> bool:
    """Set a track's status from what is known of it; False where it is given up."""
    tracks, grid, book = holding
    existence, hits = tracks.existence[row], tracks.hits[row]
    if existence >= constants.confirm_existence and hits >= constants.confirm_hits:
        tracks.confirmed[row] = True
    known = tracks.confirmed[row]
    limit = constants.drop_confirmed if known else constants.drop_tentative
    if existence < limit or (time - tracks.supported[row]) / SECOND > constants.coast_limit:
        tracks.existence[row], tracks.status[row] = 0.0, LOST
        book.gone[book.numbers[N_GONE]] = row
        book.numbers[N_GONE] += 1
        remove(grid, row)
        return False
    if not known:
        tracks.status[row] = TENTATIVE
    elif existence < constants.show_existence:
        tracks.status[row] = LOST
    elif tracks.supported[row] >= time or tracks.missed[row] < LIKELY:
        tracks.status[row] = CONFIRMED
    else:
        halted = 0.0
        for mode in range(constants.mobile.shape[0]):
            halted += 0.0 if constants.mobile[mode] else tracks.weight[row, mode]
        tracks.status[row] = STOPPED if halted > LIKELY else COASTING
    return True


@njit(cache=True)
def take_plot(
    tracks: TrackColumns, row: int, look: LookColumns, d: int, plot: int, constants: Constants, ahead: Ahead
) -> None:
    """Update a track with the plot it was given; its existence is the pairing's to say."""
    dwells, plots = look
    mean, covariance, weight = ahead
    work, logs = np.empty((6, 4)), np.empty(weight.shape[0])
    fields = (plots.measured[plot], plots.variance[plot], plots.wrap_speed[plot], plots.ground[plot])
    for mode in range(weight.shape[0]):
        _, logs[mode] = innovate(mean[mode], covariance[mode], constants.mobile[mode], dwells.sensor[d], fields, work)
        correct(mean[mode], covariance[mode], work)
    weight *= np.exp(logs - logs.max())
    weight /= weight.sum()
    store(tracks, row, dwells.time[d], ahead)
    tracks.hits[row] += 1
    support(tracks, row, look, d, plot)


@njit(cache=True)
def believe(tracks: TrackColumns, row: int, strength: float) -> None:
    """Set a track's existence from the log-odds by which it won its plot."""
    odds = math.exp(min(strength, LARGEST_ODDS))
    tracks.existence[row] = min(odds / (1.0 + odds), SUREST)


@njit(cache=True)
def support(tracks: TrackColumns, row: int, look: LookColumns, d: int, plot: int) -> None:
    """Note on a track that a plot stands behind it now, and what the plot says beside its place."""
    dwells, plots = look
    sector, anchor, beam = dwells.sector[d], tracks.anchor[row], tracks.beam[row]
    tracks.missed[row] = 0.0
    tracks.supported[row] = tracks.looked[row] = tracks.time[row]
    anchor[0], anchor[1] = tracks.estimate[row, 0], tracks.estimate[row, 1]
    beam[0], beam[1], beam[2], beam[3] = sector[0] - sector[1], sector[0] + sector[1], sector[2], sector[3]
    if plots.class_probability[plot] > tracks.class_probability[row]:
        tracks.target_class[row] = plots.target_class[plot]
        tracks.class_probability[row] = plots.class_probability[plot]
    tracks.simulated[row] |= plots.simulated[plot]
    tracks.origin[row] = max(tracks.origin[row], dwells.origin[d])


@njit(cache=True)
def take_miss(
    tracks: TrackColumns, row: int, dwells: DwellColumns, d: int, constants: Constants, ahead: Ahead, inside: float
) -> None:
    """Update a track that the dwell covered, with the chance ``inside``, and did not show."""
    mean, covariance, weight = ahead
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
    if inside > LIKELY:
        tracks.looked[row] = tracks.time[row]


@njit(cache=True)
def store(tracks: TrackColumns, row: int, time: int, ahead: Ahead) -> None:
    """Write a predicted and updated state back."""
    tracks.mean[row] = ahead[0]
    tracks.covariance[row] = ahead[1]
    tracks.weight[row] = ahead[2]
    tracks.time[row] = max(tracks.time[row], time)
    merge(ahead, tracks.estimate[row])
    merge_drift(ahead, tracks.estimate[row], tracks.drift[row])


@njit(cache=True)
def settle(holding: Holding, row: int, time: int, constants: Constants) -> bool:
    """After an update set status and cell; True where there is something to tell."""
    tracks, grid, _ = holding
    before = tracks.status[row]
    if judge(holding, row, time, constants):
        move(grid, row, tracks.estimate[row, 0], tracks.estimate[row, 1], constants.cell)
    return not (before == LOST and tracks.status[row] == LOST)


@njit(cache=True)
def start(holding: Holding, look: LookColumns, d: int, plot: int, constants: Constants) -> int:
    """Start a tentative track on a plot: its place, its radial speed, any tangential speed; return its identity."""
    tracks, grid, book = holding
    dwells, plots = look
    book.numbers[N_FREE] -= 1
    book.numbers[N_IDENTITY] += 1
    row = book.free[book.numbers[N_FREE]]
    ground = plots.ground[plot]
    modes = constants.mobile.shape[0]
    first = (np.empty((modes, 4)), np.empty((modes, 4, 4)), constants.start_weight.copy())
    birth_state(look, d, plot, constants, first)
    tracks.identity[row], tracks.existence[row], tracks.hits[row] = book.numbers[N_IDENTITY], constants.birth, 1
    tracks.status[row], tracks.confirmed[row] = TENTATIVE, False
    tracks.simulated[row], tracks.origin[row] = False, 0
    tracks.target_class[row], tracks.class_probability[row] = plots.target_class[plot], 0.0
    tracks.time[row] = 0
    store(tracks, row, dwells.time[d], first)
    support(tracks, row, look, d, plot)
    insert(grid, row, ground[0], ground[1], constants.cell)
    return tracks.identity[row]


@njit(cache=True)
def birth_state(look: LookColumns, d: int, plot: int, constants: Constants, modes: Ahead) -> None:
    """Fill the mean and covariance of every mode from a single plot."""
    dwells, plots = look
    sensor, ground, variance = dwells.sensor[d], plots.ground[plot], plots.variance[plot]
    east, north = ground[0] - sensor[0], ground[1] - sensor[1]
    flat = max(math.hypot(east, north), 1.0)
    east, north = east / flat, north / flat
    slope = plots.measured[plot, 0] / flat  # from along the line of sight to along the ground
    speed, along, across = plots.measured[plot, 2] * slope, variance[2] * slope * slope, constants.tangential_speed**2
    if math.isnan(speed):
        speed, along = 0.0, across
    covariance = np.zeros((4, 4))
    spread_ellipse(covariance[:2, :2], east, north, variance[0] * slope * slope, variance[1] * flat * flat)
    spread_ellipse(covariance[2:, 2:], east, north, along, across)
    for mode in range(modes[2].shape[0]):
        mean = modes[0][mode]
        mean[0], mean[1], mean[2], mean[3] = ground[0], ground[1], speed * east, speed * north
        modes[1][mode] = covariance


@njit(cache=True)
def spread_ellipse(block: Floats, east: float, north: float, along: float, across: float) -> None:
    """Fill a (2, 2) covariance with the given variances along and across a unit vector."""
    block[0, 0] = along * east * east + across * north * north
    block[0, 1] = block[1, 0] = (along - across) * east * north
    block[1, 1] = along * north * north + across * east * east
