"""What is highest in blocks of a grid, against looking at every block."""

import numpy as np
import pytest

from sidelook.geometry import kernels
from sidelook.geometry.pyramid import SIDE, build_pyramid


def test_kernels_and_pyramids_mean_the_same_blocks() -> None:
    assert 1 << kernels.SHIFT == SIDE


@pytest.mark.parametrize("shape", [(2, 2), (5, 5), (6, 5), (17, 18), (64, 65), (130, 23), (2, 300)])
def test_a_block_has_the_greatest_of_its_nodes_on_all_sides(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    heights = rng.normal(400.0, 300.0, shape).astype(np.float32)
    heights[rng.random(shape) < 0.02] = np.nan
    heights[: shape[0] // 2, : shape[1] // 3] = np.nan
    pyramid = build_pyramid(heights)
    for level, (first, across) in enumerate(pyramid.levels):
        side = SIDE ** (level + 1)
        assert across == -(-(shape[1] - 1) // side)
        for row in range(0, shape[0] - 1, side):
            for column in range(0, shape[1] - 1, side):
                nodes = heights[row : row + side + 1, column : column + side + 1]
                block = first + row // side * across + column // side
                assert pyramid.voids[block] == np.any(np.isnan(nodes))
                highest = np.fmax.reduce(nodes, axis=None, initial=-np.inf)
                assert pyramid.tops[block] == pytest.approx(highest, abs=0.002)
                assert pyramid.tops[block] >= highest
    assert len(pyramid.tops) == len(pyramid.voids) == pyramid.levels[-1, 0] + 1


def test_the_last_block_is_the_whole_grid() -> None:
    heights = np.arange(1.0, 601.0, dtype=np.float32).reshape(20, 30)
    pyramid = build_pyramid(heights)
    assert pyramid.tops[-1] == pytest.approx(600.0, abs=0.001)
    assert not pyramid.voids.any()


def test_of_the_unknown_and_the_infinite_nothing_is_taken_for_clear() -> None:
    unknown = build_pyramid(np.full((9, 9), np.nan, np.float32))
    assert np.all(unknown.tops == -np.inf)
    assert unknown.voids.all()
    heights = np.zeros((9, 9), np.float32)
    heights[1, 1], heights[7, 7] = np.inf, -np.inf
    odd = build_pyramid(heights)
    assert odd.tops.tolist() == [np.inf, 0.0, 0.0, 0.0, np.inf]
    assert odd.voids.tolist() == [True, False, False, True, True]
