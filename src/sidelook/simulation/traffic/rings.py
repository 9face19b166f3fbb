"""Roundabouts: short rings of roads that are driven one way, on which whoever is in has the right of way."""

import numpy as np
from numpy.typing import NDArray

from sidelook.simulation.traffic.columns import NONE, Table

LONGEST = 400.0
"""Of a ring, once round, m; longer ones are blocks of a town."""
MOST_LINKS = 24


def ring_before(links: Table) -> NDArray[np.int32]:
    """Find the link that comes before each on its ring.

    Parameters
    ----------
    links : (L,) as laid out for driving

    Returns
    -------
    (L,) ``NONE`` where a link is on no ring; on the shortest where it is on several
    """
    back = np.arange(len(links)) ^ 1
    one_way = np.flatnonzero(links["open"] & ~links["open"][back] & (links["length"] < LONGEST))
    after: dict[int, list[int]] = {}
    for link in one_way.tolist():
        after.setdefault(int(links["start"][link]), []).append(link)
    before = np.full(len(links), NONE, np.int32)
    for link in one_way.tolist():
        before[link] = _last_of_ring(links, after, link)
    return before


def _last_of_ring(links: Table, after: dict[int, list[int]], first: int) -> int:
    """Give the last link of the shortest way from a link's end back to its start, by one-way roads alone."""
    goal = int(links["start"][first])
    reached = {int(links["end"][first]): float(links["length"][first])}
    front = [(reached[node], node, first) for node in reached]
    for _ in range(MOST_LINKS):
        found = [(run, link) for run, node, link in front if node == goal]
        if found:
            return min(found)[1]
        ahead = []
        for run, node, _ in front:
            for link in after.get(node, []):
                there, length = int(links["end"][link]), run + float(links["length"][link])
                if length < min(reached.get(there, LONGEST), LONGEST):
                    reached[there] = length
                    ahead.append((length, there, link))
        front = ahead
    return NONE
