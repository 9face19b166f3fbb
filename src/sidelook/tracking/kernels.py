"""The compiled pass of the tracker over the dwells of a look."""

import math
from typing import Any, TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Flags, Floats, Indices, Integers
from sidelook.tracking.association.kernels import Graph, assign, pair, row_of
from sidelook.tracking.columns import (
    DWELL_COLUMNS,
    HYPOTHESES,
    N_CLOCK,
    N_DWELLS,
    N_LATE,
    N_REPEATED,
    N_SWEPT,
    NONE,
    PLOT_COLUMNS,
    ROUTE,
    SECOND,
    Ahead,
    Book,
    LookColumns,
    RoadMap,
    Row,
    Search,
    Table,
    World,
    Worlds,
)
from sidelook.tracking.gating.kernels import FARTHEST, LEAST_LOOK, candidates, foresee, is_sector, usable
from sidelook.tracking.hypotheses.kernels import Scratch, make_scratch
from sidelook.tracking.identity.kernels import doubts, remember
from sidelook.tracking.life_cycle.kernels import (
    Foreseen,
    Holding,
    believe,
    rejoin,
    release,
    settle,
    start,
    sweep,
    take_miss,
    take_plot,
)
from sidelook.tracking.registration.kernels import arrive, learn, widen

SWEEP_INTERVAL = 10 * SECOND  # how old a track's cell may grow; at 35 m/s that is well inside the search margin

Given: TypeAlias = tuple[Integers, Flags]
Predicted: TypeAlias = tuple[Ahead, Floats, Integers]  # of several tracks: hypotheses, facts, how many hypotheses
Room: TypeAlias = tuple[Search, Scratch]  # to search the index, and for one track's work


@kernel
def advance(holding: Holding, look: LookColumns, settings: tuple[Table, RoadMap, RoadMap], given: Given) -> None:
    """Take the dwells of a look in turn; ``given`` is (identity per plot, touched per track row), to be filled.

    Settings are the constants of what drives and of what flies, the roads, and a region without any.
    """
    dwells, constants, (tracks, _, book) = look[0], settings[0][0], holding
    worlds = ((settings[0][0], settings[1]), (settings[0][1], settings[2]))
    release(tracks, book)
    search = (np.zeros(tracks.shape[0], np.bool_), np.empty(tracks.shape[0], np.int32), 0)
    room = (search, make_scratch(constants.mobile.shape[0]))
    for d in range(dwells.shape[0]):
        if admit(book, dwells, d, constants):
            if dwells[d].time - book.numbers[N_SWEPT] >= SWEEP_INTERVAL:
                sweep(holding, dwells[d].time, worlds, given[1])
            platform = arrive(book.platforms, look, d, constants)
            rows = candidates(tracks, holding[1], look, d, worlds, search)
            take_dwell((holding, platform), look, d, rows, worlds, given, room)


@kernel
def lay_out(dwell_columns: tuple[Any, ...], plot_columns: tuple[Any, ...]) -> LookColumns:
    """Gather the columns of dwells and of plots into rows; the order is that of ``tracker.look_columns``.

    Compiled, as NumPy takes longer over each of the fifteen assignments than a dwell's tracks take to be paired.
    """
    time, revisit, dwell, sensor, sector, notch, ground, origin, plot_count = dwell_columns
    dwells, end = np.empty(time.shape[0], DWELL_COLUMNS), 0
    for d in range(time.shape[0]):
        row = dwells[d]
        row.time, row.revisit, row.dwell = time[d], revisit[d], dwell[d]
        row.minimum_detectable_speed, row.origin = notch[d], origin[d]
        row.sensor[:], row.sector[:], row.ground[:] = sensor[d], sector[d], ground[d]
        row.begin, row.end = end, end + plot_count[d]
        end += plot_count[d]
    measured, variance, wrap_speed, target_class, probability, simulated, ground = plot_columns
    plots = np.empty(measured.shape[0], PLOT_COLUMNS)
    for p in range(measured.shape[0]):
        item = plots[p]
        item.measured[:], item.variance[:], item.ground[:] = measured[p], variance[p], ground[p]
        item.wrap_speed, item.class_probability = wrap_speed[p], probability[p]
        item.target_class, item.simulated = target_class[p], simulated[p]
    return dwells, plots


@kernel
def admit(book: Book, dwells: Table, d: int, constants: Row) -> bool:
    """Count a dwell and say whether it is to be used: not late, not a repetition, its sensor known."""
    numbers, recent = book.numbers, book.recent
    time, revisit, dwell = dwells[d].time, dwells[d].revisit, dwells[d].dwell
    for k in range(recent.shape[0]):
        if recent[k, 0] == time and recent[k, 1] == revisit and recent[k, 2] == dwell:
            numbers[N_REPEATED] += 1
            return False
    if time < numbers[N_CLOCK] - np.int64(constants.lateness * SECOND) or not np.abs(dwells[d].sensor).max() < FARTHEST:
        numbers[N_LATE] += 1
        return False
    slot = numbers[N_DWELLS] % recent.shape[0]
    recent[slot, 0], recent[slot, 1], recent[slot, 2] = time, revisit, dwell
    numbers[N_DWELLS] += 1
    if numbers[N_DWELLS] == 1:
        numbers[N_CLOCK] = numbers[N_SWEPT] = time
    elapsed = max(time - numbers[N_CLOCK], 0) / SECOND
    book.sources[:] *= math.exp(-elapsed / constants.source_memory)
    numbers[N_CLOCK] = max(numbers[N_CLOCK], time)
    return True


@kernel
def take_dwell(
    of: tuple[Holding, int], look: LookColumns, d: int, rows: Indices, worlds: Worlds, given: Given, room: Room
) -> None:
    """Use one dwell of a platform: pair the tracks it concerns with its plots, update both, start tracks on the rest.

    What the pairs have in common is the platform's; where it moves the plots, they are paired anew.
    """
    holding, platform = of
    tracks, _, book = holding
    dwells = look[0]
    begin = dwells[d].begin
    ground, sky = worlds
    constants, count = ground[0], rows.shape[0]
    search, scratch = room
    ahead = make_ahead(count + 1, constants.mobile.shape[0])
    facts, held, fresh = np.empty((count, 8)), np.empty(count, np.int64), np.zeros(count, np.bool_)
    foresee_all(tracks, rows, dwells, d, worlds, (ahead, facts, held), scratch)
    doubt = np.empty((count, 2))
    (first, column, gain), partner = pair_up(tracks, rows, look, d, worlds, book.sources, (ahead, facts, held), doubt)
    known = (book.platforms, platform)
    if learn(known, (tracks, rows), look, d, (partner, doubt), (ahead, held), ground):
        again = pair_up(tracks, rows, look, d, worlds, book.sources, (ahead, facts, held), doubt)
        (first, column, gain), partner = again
    widen(known, look, d)
    for k in range(count):
        row, one = rows[k], (row_of(ahead, k), held[k])
        plot = begin + partner[k] if partner[k] != NONE else NONE
        if plot == NONE and facts[k, 0] <= LEAST_LOOK:
            continue
        flying = tracks[row].flying
        if flying:
            update(tracks, row, look, d, plot, sky, one, (facts[k], scratch))
        else:
            update(tracks, row, look, d, plot, ground, one, (facts[k], scratch))
        if plot != NONE:
            remember(tracks, row, dwells[d].time, doubt[k])
            believe(tracks, row, gain[first[k] + np.argmax(column[first[k] : first[k + 1]] == partner[k])])
        fresh[k] = not tracks[row].confirmed
        book.sources[3] += 0.0 if fresh[k] else facts[k, 0]
        given[1][row] |= settle(holding, row, dwells[d].time, sky[0] if flying else constants)
        fresh[k] &= tracks[row].confirmed
    for k in range(count):
        if partner[k] != NONE:
            if fresh[k]:
                rejoin(holding, rows[k], search, constants)
            given[0][begin + partner[k]] = tracks[rows[k]].identity
    start_tracks(holding, look, d, worlds, given[0], (row_of(ahead, count), scratch))


@kernel
def foresee_all(
    tracks: Table, rows: Indices, dwells: Table, d: int, worlds: Worlds, ahead: Predicted, scratch: Scratch
) -> None:
    """Predict tracks to a dwell: into ``ahead`` their hypotheses, the facts that follow, and how many there are."""
    for k in range(rows.shape[0]):
        one, facts = row_of(ahead[0], k), ahead[1][k]
        # Branches, not a choice of worlds: to hand that on, every array in it would be counted.
        if tracks[rows[k]].flying:
            ahead[2][k] = foresee(tracks, rows[k], dwells, d, worlds[1], one, facts, scratch)
        else:
            ahead[2][k] = foresee(tracks, rows[k], dwells, d, worlds[0], one, facts, scratch)


@kernel
def pair_up(
    tracks: Table,
    rows: Indices,
    look: LookColumns,
    d: int,
    worlds: Worlds,
    sources: Floats,
    foreseen: Predicted,
    doubt: Floats,
) -> tuple[Graph, Indices]:
    """Pair tracks with plots: what each would gain, the plot that each is given, and into ``doubt`` what is open."""
    graph, plots = pair(tracks, rows, look, d, worlds, sources, foreseen), look[0][d].end - look[0][d].begin
    partner = assign(graph, plots)
    doubts(graph, partner, plots, doubt)
    return graph, partner


@kernel
def update(
    tracks: Table,
    row: int,
    look: LookColumns,
    d: int,
    plot: int,
    world: World,
    foreseen: Foreseen,
    room: tuple[Floats, Scratch],
) -> None:
    """Update a track with the plot it was given, or with its miss where that is ``NONE``."""
    if plot != NONE:
        take_plot(tracks, row, look, d, plot, world, foreseen, room[1])
    else:
        take_miss(tracks, row, look[0], d, world, foreseen, room[0])


@kernel
def start_tracks(
    holding: Holding, look: LookColumns, d: int, worlds: Worlds, assigned: Integers, room: tuple[Ahead, Scratch]
) -> None:
    """Start tracks on the plots of a dwell that no track explains, and count them by the area looked at."""
    dwells, plots = look
    book = holding[2]
    for plot in range(dwells[d].begin, dwells[d].end):
        if assigned[plot] == 0 and usable(plots, plot):
            assigned[plot] = start(holding, look, d, plot, worlds, room[0], room[1])
            book.sources[0] += 1.0
    sector = dwells[d].sector
    if is_sector(sector):
        book.sources[1] += sector[1] * (sector[3] ** 2 - sector[2] ** 2)


@kernel
def make_ahead(tracks: int, modes: int) -> Ahead:
    """Room for the predicted hypotheses of tracks."""
    rows = HYPOTHESES * modes
    return (
        np.empty((tracks, rows, 4)),
        np.empty((tracks, rows, 4, 4)),
        np.empty((tracks, rows)),
        np.empty((tracks, rows, 5)),
        np.empty((tracks, HYPOTHESES, ROUTE), np.int32),
    )
