"""Compiled pairing of tracks with plots; the reference of the assignment stands in ``assignment``."""

import heapq
import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Flags, Floats, Indices, Integers
from sidelook.tracking.classes.kernels import fit
from sidelook.tracking.columns import NONE, SOURCE_AREA, Ahead, Grid, LookColumns, Row, Table, World, Worlds
from sidelook.tracking.filters.kernels import LN2, fields_of, point_of
from sidelook.tracking.gating.kernels import FEW_PLOTS, insert, search_box, usable
from sidelook.tracking.hypotheses.kernels import LEAST_MODE_WEIGHT, compare

GATE_SIGMAS = 4.0
COMPANION_SPEED_SPAN = 5.0  # m/s, vehicles that drive together
LEAST_VISIBILITY = 0.05  # a plot inside the notch was seen after all

Graph: TypeAlias = tuple[Integers, Indices, Floats]  # first edge of each row, column and gain of each edge
Prices: TypeAlias = tuple[Floats, Indices, Flags, Floats, Floats, Indices]
Context: TypeAlias = tuple[Ahead, int, Floats, Floats, Floats]  # predicted, hypotheses, facts, sources, work


@kernel
def assign(graph: Graph, columns: int) -> Indices:
    """Pick the pairs of greatest total gain, each row and column at most once; what is not worth it stays alone.

    Shortest augmenting paths with potentials (Jonker and Volgenant 1987) over the edges alone. A search never leaves
    the connected cluster of the row it starts from and ends at the nearest free column, so the cost grows with the
    crowding, not with the number of rows.

    Parameters
    ----------
    graph : (R + 1,) where each row's edges begin, (E,) columns and (E,) gains of the edges
    columns : number of columns

    Returns
    -------
    partner : (R,) the row's column, -1 for none
    """
    first = graph[0]
    rows = first.shape[0] - 1
    partner = np.full(rows, NONE, np.int32)
    owner = np.full(columns, NONE, np.int32)
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    distance, before, settled = np.full(columns, np.inf), np.full(columns, NONE, np.int32), np.zeros(columns, np.bool_)
    search = (distance, before, settled, row_price, column_price, owner)
    touched = np.empty(columns, np.int32)
    for row in range(rows):
        if first[row] == first[row + 1]:
            continue
        end, cost, count, last = shortest_path(row, graph, search, touched)
        row_price[row] += cost
        for k in range(count):
            j = touched[k]
            if settled[j] and owner[j] != NONE:
                row_price[owner[j]] += cost - distance[j]
                column_price[j] -= cost - distance[j]
        flip(row, end, last, before, (partner, owner))
        for k in range(count):
            distance[touched[k]], settled[touched[k]] = np.inf, False
    return partner


@kernel
def shortest_path(row: int, graph: Graph, search: Prices, touched: Indices) -> tuple[int, float, int, int]:
    """Find the cheapest way to place ``row``: a free column, or a row on the way that is better left alone.

    Returns the free column (or -1), the cost, how many columns were touched, and the row at the path's end.
    """
    first, column, gain = graph
    distance, before, settled, row_price, column_price, owner = search
    heap = [(0.0, np.int64(NONE))]
    heap.pop()  # leaves an empty list of a known type
    here, cost, count = row, 0.0, 0
    alone, alone_cost = row, np.inf
    while True:
        if cost - row_price[here] < alone_cost:
            alone, alone_cost = here, cost - row_price[here]
        for edge in range(first[here], first[here + 1]):
            j = column[edge]
            reach = cost - gain[edge] - row_price[here] - column_price[j]
            if not settled[j] and reach < distance[j]:
                if distance[j] == np.inf:
                    touched[count] = j
                    count += 1
                distance[j], before[j] = reach, here
                heapq.heappush(heap, (reach, np.int64(j)))
        while len(heap) > 0 and settled[heap[0][1]]:
            heapq.heappop(heap)
        if len(heap) == 0 or alone_cost <= heap[0][0]:
            return NONE, alone_cost, count, alone
        cost, j = heapq.heappop(heap)
        settled[j] = True
        if owner[j] == NONE:
            return int(j), cost, count, before[j]
        here = owner[j]


@kernel
def flip(row: int, end: int, last: int, before: Indices, match: tuple[Indices, Indices]) -> None:
    """Pass columns along the path found, from its end back to ``row``."""
    partner, owner = match
    j, here = end, last
    while True:
        previous = partner[here]
        partner[here] = j
        if j != NONE:
            owner[j] = here
        if here == row:
            return
        j = previous
        here = before[j]


@kernel
def pair(
    tracks: Table,
    rows: Indices,
    look: LookColumns,
    d: int,
    worlds: Worlds,
    sources: Floats,
    foreseen: tuple[Ahead, Floats, Integers],
) -> Graph:
    """List for each track the plots in its gate that it would gain by, as edges of a sparse graph."""
    ground, sky = worlds
    plots, constants = look[1], ground[0]
    begin, end = look[0][d].begin, look[0][d].end
    first = np.zeros(rows.shape[0] + 1, np.int64)
    column, gain = np.empty(64 + 4 * rows.shape[0], np.int32), np.empty(64 + 4 * rows.shape[0])
    edges, work, box = 0, np.empty((6, 4)), np.empty(2)
    index, error = index_plots(plots, begin, end, constants)
    marked, found = np.zeros(end - begin, np.bool_), np.arange(end - begin).astype(np.int32)
    for k in range(rows.shape[0]):
        one, facts, count_ahead = row_of(foreseen[0], k), foreseen[1][k], foreseen[2][k]
        row = rows[k]
        reach = sky[0].reach if tracks[row].flying else constants.reach
        box[0] = min(GATE_SIGMAS * math.hypot(facts[2], error), reach)
        box[1] = min(GATE_SIGMAS * math.hypot(facts[3], error), reach)
        count = end - begin
        if count > FEW_PLOTS:
            count = search_box(index, constants.cell, facts[5:7], box, (marked, found, 0))
        for c in range(count):
            plot = begin + found[c]
            marked[found[c]] = False
            if abs(plots[plot].ground[0] - facts[5]) > box[0] or abs(plots[plot].ground[1] - facts[6]) > box[1]:
                continue
            context = (one, count_ahead, facts, sources, work)
            if tracks[row].flying:
                value = worth(tracks[row].existence, look, d, plot, sky, context)
            else:
                value = worth(tracks[row].existence, look, d, plot, ground, context)
            if value > -np.inf:
                value += fit(tracks[row].classes, plots[plot])
            if value > 0.0:
                if edges == column.shape[0]:
                    column, gain = np.concatenate((column, column)), np.concatenate((gain, gain))
                column[edges], gain[edges] = plot - begin, value
                edges += 1
        first[k + 1] = edges
    return first, column, gain


@kernel
def row_of(ahead: Ahead, k: int) -> Ahead:
    """Give one track's part of what is foreseen for several, as views."""
    return ahead[0][k], ahead[1][k], ahead[2][k], ahead[3][k], ahead[4][k]


@kernel
def index_plots(plots: Table, begin: int, end: int, constants: Row) -> tuple[Grid, float]:
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
            across = plots[plot].variance[1] * plots[plot].measured[0] ** 2
            error = max(error, math.sqrt(across + plots[plot].variance[0]))
            if size > 0:
                insert(index, plot - begin, plots[plot].ground[0], plots[plot].ground[1], constants.cell)
    return index, error


@kernel
def worth(existence: float, look: LookColumns, d: int, plot: int, world: World, context: Context) -> float:
    """Log-odds of pairing a track with a plot against leaving both alone; -inf outside the gate."""
    dwells, plots = look
    constants = world[0]
    ahead, count, facts, sources, work = context
    weight = ahead[2]
    if not usable(plots, plot):
        return -np.inf
    sensor, fields = point_of(dwells[d].sensor), fields_of(plots, plot)
    likelihood = 0.0
    for c in range(count * constants.mobile.shape[0]):
        if weight[c] < LEAST_MODE_WEIGHT:
            continue
        distance, log_likelihood = compare(ahead, c, world, sensor, fields, work)
        if distance < constants.gate:
            likelihood += weight[c] * math.exp(log_likelihood)
    if likelihood <= 0.0:
        return -np.inf
    speed, slant = plots[plot].measured[2], plots[plot].measured[0]
    position_only = math.isnan(speed)
    seen = constants.peak * visibility(speed, dwells[d].minimum_detectable_speed)
    density = (sources[0] + constants.source_density * SOURCE_AREA) / (sources[1] + SOURCE_AREA)
    density *= slant / (1.0 if position_only else constants.speed_span)
    if facts[4] < 1.0:
        density += (
            (1.0 - facts[4]) * constants.companion_density * slant / (1.0 if position_only else COMPANION_SPEED_SPAN)
        )
    absent = 1.0 - existence + existence * facts[1]
    unseen_before = (
        1.0 - constants.peak * facts[7]
    )  # what earlier dwells of the revisit charged as missed was too early
    return math.log(existence * seen * facts[4] * likelihood / (density * absent * unseen_before))


@kernel
def visibility(speed: float, notch: float) -> float:
    """Share of detections that pass the notch at a measured radial speed; never nothing, it was seen after all."""
    if math.isnan(speed):
        return 1.0
    return max(1.0 - math.exp(-LN2 * (speed / notch) ** 2), LEAST_VISIBILITY)
