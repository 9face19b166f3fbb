"""Compiled optimal assignment on a sparse graph; the reference stands in ``assignment``."""

import heapq

import numpy as np
from numba import njit

NONE = -1


@njit(cache=True)
def assign(first, column, gain, columns):
    """Pick the pairs of greatest total gain, each row and column at most once; what is not worth it stays alone.

    Shortest augmenting paths with potentials (Jonker and Volgenant 1987) over the edges alone. A search never leaves
    the connected cluster of the row it starts from and ends at the nearest free column, so the cost grows with the
    crowding, not with the number of rows.

    Parameters
    ----------
    first : (R + 1,) where each row's edges begin; ``column``, ``gain`` : (E,) of the edges
    columns : number of columns

    Returns
    -------
    partner : (R,) the row's column, -1 for none
    """
    rows = first.shape[0] - 1
    partner = np.full(rows, NONE, np.int32)
    owner = np.full(columns, NONE, np.int32)
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    distance, before, settled = np.full(columns, np.inf), np.full(columns, NONE, np.int32), np.zeros(columns, np.bool_)
    graph = (first, column, gain)
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


@njit(cache=True)
def shortest_path(row, graph, search, touched):
    """Find the cheapest way to place ``row``: a free column, or a row on the way that is better left alone.

    Returns the free column (or -1), the cost, how many columns were touched, and the row at the path's end.
    """
    first, column, gain = graph
    distance, before, settled, row_price, column_price, owner = search
    heap = [(0.0, NONE)]
    heap.pop()
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
            return j, cost, count, before[j]
        here = owner[j]


@njit(cache=True)
def flip(row, end, last, before, match):
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
