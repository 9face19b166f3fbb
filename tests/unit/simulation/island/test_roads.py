import numpy as np
import pytest
from scipy.spatial.distance import cdist

from sidelook.simulation.island.making import Island
from sidelook.simulation.island.roads import building_cost, neighbours
from sidelook.simulation.island.towns import STRIDE, passable


def test_neighbours_are_those_with_nobody_between() -> None:
    points = np.random.default_rng(3).uniform(0.0, 1e5, (60, 2))
    squared = cdist(points, points) ** 2
    blocked = np.any(squared[:, None, :] + squared[None, :, :] < 0.9999 * squared[:, :, None], axis=2)
    expected = {(a, b) for a, b in zip(*np.nonzero(np.triu(~blocked, 1)), strict=True)}
    found = neighbours(points, np.inf)
    assert set(found) == expected
    length = [squared[a, b] for a, b in found]
    assert length == sorted(length)


def test_long_pairs_stay_only_where_they_hold_the_rest_together() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.2], [0.3, 1.1], [50.0, 0.0], [51.0, 0.4], [50.2, 1.0]])
    pairs = neighbours(points, 5.0)
    assert sum((a < 3) != (b < 3) for a, b in pairs) == 1
    assert neighbours(points[:1], 5.0) == []
    assert neighbours(points[:2], 5.0) == [(0, 1)] or neighbours(points[:2], 5.0) == [(1, 0)]


def test_a_road_costs_its_length_and_the_square_of_its_gradient(island: Island) -> None:
    relief, usable = island.relief, passable(island.relief)
    gentle, hard = (building_cost(relief, usable, gradient) for gradient in (0.05, 0.025))
    row, column = next((r, c) for r, c in np.argwhere(usable)[5_000:] if usable[r, c + 1])
    heights = relief.height[STRIDE * row, STRIDE * column : STRIDE * column + 3].astype(float)
    slope = np.abs(np.diff(heights)).max() / relief.spacing
    length = STRIDE * relief.spacing
    difference = hard[0, row, column] - gentle[0, row, column]
    assert difference == pytest.approx(length * ((slope / 0.025) ** 2 - (slope / 0.05) ** 2), rel=1e-6)
    assert gentle[0, row, column] >= length
    assert np.isinf(gentle[:, ~usable]).all()
