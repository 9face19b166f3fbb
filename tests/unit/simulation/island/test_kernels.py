from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import spsolve

from sidelook.simulation.island.kernels import NO_ROAD, carve, cheapest_way, flood, gather, steepest

NEIGHBOURS = np.ones((3, 3), bool)
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def ground(seed: int, shape: tuple[int, int] = (34, 41)) -> tuple[np.ndarray, np.ndarray]:
    """Rough land with hollows, in a sea all around it."""
    rng = np.random.default_rng(seed)
    sea = np.ones(shape, bool)
    sea[1:-1, 1:-1] = False
    height = 40.0 + 30.0 * ndimage.gaussian_filter(rng.standard_normal(shape), 1.5) / 0.2
    return np.where(sea, 0.0, height), sea


def water_table(height: np.ndarray, sea: np.ndarray) -> np.ndarray:
    """Let the water sink from above until no cell stands higher than its bed or its lowest neighbour needs."""
    level = np.where(sea, height, np.inf)
    while True:
        lower = np.where(sea, height, np.maximum(height, ndimage.minimum_filter(level, 3, mode="nearest")))
        if (lower == level).all():
            return level
        level = lower


@pytest.mark.parametrize("seed", range(4))
def test_hollows_fill_to_where_they_overflow(seed: int) -> None:
    height, sea = ground(seed)
    expected = water_table(height, sea)
    assert (expected > height + 0.1).sum() > 20
    np.testing.assert_array_equal(flood(height, sea, 0.0), expected)


def test_with_a_fall_every_cell_has_a_lower_neighbour() -> None:
    height, sea = ground(5)
    filled = flood(height, sea, 1e-3)
    lowest = ndimage.minimum_filter(filled, 3, mode="nearest")
    assert (lowest < filled)[~sea].all()
    assert ((filled - water_table(height, sea))[~sea] < 1e-3 * sea.size).all()
    assert (filled >= height).all()


def test_water_takes_the_steepest_way() -> None:
    height, sea = ground(6)
    filled = flood(height, sea, 1e-3)
    receiver, length = steepest(filled, sea, 200.0)
    columns = height.shape[1]
    slopes = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if down or right:
                there = np.roll(filled, (-down, -right), (0, 1))
                slopes.append((filled - there) / (200.0 * np.hypot(down, right)))
    best = np.max(slopes, axis=0)[~sea]
    cells = np.flatnonzero(~sea)
    taken = (filled.ravel()[cells] - filled.ravel()[receiver[cells]]) / length[cells]
    np.testing.assert_allclose(taken, best, rtol=1e-12)
    assert (receiver[np.flatnonzero(sea)] == np.flatnonzero(sea)).all()
    apart = np.abs(np.array(np.divmod(receiver[cells], columns)) - np.array(np.divmod(cells, columns))).max(axis=0)
    assert (apart == 1).all()


def streams(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    height, sea = ground(seed)
    filled = flood(height, sea, 1e-3)
    receiver, length = steepest(filled, sea, 200.0)
    return filled.ravel(), receiver, length, np.argsort(filled.ravel(), kind="stable")[::-1].astype(np.int64)


def test_what_flows_through_is_the_solution_of_the_balance() -> None:
    height, receiver, _, falling = streams(7)
    own = np.random.default_rng(7).uniform(0.5, 1.5, height.size)
    moving = np.flatnonzero(receiver != np.arange(height.size))
    passed = sparse.csr_array((np.ones(moving.size), (receiver[moving], moving)), shape=(height.size,) * 2)
    expected = spsolve(sparse.csc_array(sparse.eye_array(height.size) - passed), own)
    np.testing.assert_allclose(gather(receiver, falling, own), expected, rtol=1e-10)


def test_carving_solves_the_stream_power_law() -> None:
    height, receiver, length, falling = streams(8)
    power = np.random.default_rng(8).uniform(0.0, 400.0, height.size)
    moving = receiver != np.arange(height.size)
    share = np.where(moving, power / np.where(moving, length, 1.0), 0.0)
    cells = np.arange(height.size)
    below = sparse.csr_array((share, (cells, receiver)), shape=(height.size,) * 2)
    expected = spsolve(sparse.csc_array(sparse.diags_array(1.0 + share) - below), height)
    carved = height.copy()
    carve(carved, receiver, length, falling, power, np.inf)
    np.testing.assert_allclose(carved, expected, rtol=1e-10, atol=1e-9)


def test_no_slope_stands_steeper_than_rock_does() -> None:
    height, receiver, length, falling = streams(9)
    carve(height, receiver, length, falling, np.zeros(height.size), 0.05)
    moving = receiver != np.arange(height.size)
    slope = (height - height[receiver])[moving] / length[moving]
    assert slope.max() == pytest.approx(0.05)


def field_of_costs(seed: int, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, sparse.csr_array]:
    """Costs, roads that are there, and the same as a graph."""
    rng = np.random.default_rng(seed)
    cost = np.full((4, *shape), np.inf)
    built = np.full((4, *shape), NO_ROAD, np.uint8)
    number = np.arange(shape[0] * shape[1]).reshape(shape)
    ends, weights = [], []
    for k, (down, right) in enumerate(STEPS):
        rows, columns = np.nonzero(rng.random(shape) < 0.8)
        fits = (rows + down < shape[0]) & (columns + right >= 0) & (columns + right < shape[1])
        rows, columns = rows[fits], columns[fits]
        cost[k, rows, columns] = rng.uniform(1.0, 9.0, len(rows))
        built[k, rows, columns] = np.where(rng.random(len(rows)) < 0.2, 2, NO_ROAD)
        share = np.where(built[k, rows, columns] == 2, 0.35, 1.0)
        ends.append((number[rows, columns], number[rows + down, columns + right]))
        weights.append(share * cost[k, rows, columns])
    first, second = np.concatenate(ends, axis=1)
    return cost, built, sparse.csr_array((np.concatenate(weights), (first, second)), shape=(number.size,) * 2)


@pytest.mark.parametrize("seed", range(3))
def test_the_cheapest_way_costs_what_another_program_finds(seed: int) -> None:
    shape = (23, 31)
    cost, built, graph = field_of_costs(seed, shape)
    start, goal = 2 * 31 + 3, 20 * 31 + 27
    expected = csgraph.dijkstra(graph, directed=False, indices=start)[goal]
    way, spent = cheapest_way(cost, built, 0.35, np.array([0, 0, *shape]), np.array([start, goal]))
    assert spent == pytest.approx(expected, rel=1e-12)
    assert (way[0], way[-1]) == (goal, start)
    joined = graph + graph.T
    assert sum(joined[a, b] for a, b in pairwise(way.tolist())) == pytest.approx(expected)


def test_a_way_keeps_within_its_window_and_says_where_there_is_none() -> None:
    shape = (23, 31)
    cost, built, _ = field_of_costs(4, shape)
    window = np.array([5, 6, 15, 20])
    ends = np.array([5 * 31 + 6, 14 * 31 + 19])
    way, spent = cheapest_way(cost, built, 0.35, window, ends)
    rows, columns = np.divmod(way, 31)
    assert rows.min() >= 5
    assert rows.max() < 15
    assert columns.min() >= 6
    assert columns.max() < 20
    assert spent >= cheapest_way(cost, built, 0.35, np.array([0, 0, *shape]), ends)[1]
    cost[:, 9:11] = np.inf
    way, spent = cheapest_way(cost, built, 0.35, window, ends)
    assert len(way) == 0
    assert spent == np.inf
