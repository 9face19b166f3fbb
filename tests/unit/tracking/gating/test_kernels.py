"""The spatial index against a search through everything."""

import numpy as np
import pytest

from sidelook.tracking.columns import Grid
from sidelook.tracking.gating import kernels

CELL = 3000.0
SENSOR = np.array([4e3, -3e3, 12e3])


def filled(points: np.ndarray) -> Grid:
    count = len(points)
    grid = Grid(np.full(64, -1, np.int32), *(np.zeros(count, np.int32) for _ in range(4)))
    for item, (east, north) in enumerate(points):
        kernels.insert(grid, item, east, north, CELL)
    return grid


def found(count: int, book: tuple[np.ndarray, np.ndarray, int]) -> set[int]:
    items = book[1][:count].tolist()
    assert len(set(items)) == len(items), "nothing is found twice"
    return set(items)


def empty_book(items: int) -> tuple[np.ndarray, np.ndarray, int]:
    return np.zeros(items, np.bool_), np.empty(items, np.int32), 0


@pytest.mark.parametrize("seed", range(3))
def test_box_search_finds_all_that_is_near_and_little_else(seed: int) -> None:
    points = np.random.default_rng(seed).uniform(-100e3, 100e3, (800, 2))
    grid, margin = filled(points), np.array([7e3, 2e3])
    book = empty_book(len(points))
    items = found(kernels.search_box(grid, CELL, points[0], margin, book), book)
    apart = np.abs(points - points[0])
    assert set(np.flatnonzero((apart <= margin).all(axis=1)).tolist()) <= items
    assert (apart[list(items)] <= margin + CELL).all()


@pytest.mark.parametrize(
    "sector", [(0.3, 0.0023, 50e3, 150e3), (-2.5, 0.6, 20e3, 90e3), (3.1, 1.2, 60e3, 61e3), (1.5, 3.14, 30e3, 70e3)]
)
def test_sector_search_finds_all_that_is_within_the_margin(sector: tuple[float, float, float, float]) -> None:
    points = np.random.default_rng(4).uniform(-150e3, 150e3, (3000, 2))
    book = empty_book(len(points))
    items = found(kernels.search_sector(filled(points), CELL, np.array(sector), SENSOR, 1000.0, book), book)
    line = points - SENSOR[:2]
    flat = np.hypot(*line.T)
    slant = np.hypot(flat, SENSOR[2])
    turn = np.abs((np.arctan2(*line.T) - sector[0] + np.pi) % (2 * np.pi) - np.pi)
    inside = (turn <= sector[1]) & (slant >= sector[2]) & (slant <= sector[3])
    assert inside.any()
    assert set(np.flatnonzero(inside).tolist()) <= items


def test_a_narrow_sector_does_not_search_the_plane() -> None:
    points = np.random.default_rng(5).uniform(-150e3, 150e3, (3000, 2))
    book = empty_book(len(points))
    count = kernels.search_sector(filled(points), CELL, np.array([0.0, 0.002, 50e3, 150e3]), SENSOR, 1000.0, book)
    assert count < 300


def test_items_can_be_moved_and_removed() -> None:
    points = np.random.default_rng(6).uniform(-20e3, 20e3, (200, 2))
    grid = filled(points)
    moved = np.random.default_rng(7).uniform(-20e3, 20e3, (200, 2))
    for item in range(0, 200, 2):
        kernels.move(grid, item, *moved[item], CELL)
    for item in range(100, 200):
        kernels.remove(grid, item)
    points[0:200:2] = moved[0:200:2]
    book = empty_book(200)
    items = found(kernels.search_box(grid, CELL, np.zeros(2), np.array([30e3, 30e3]), book), book)
    assert items == set(range(100))
    for item in range(100):
        assert (grid.column[item], grid.row[item]) == tuple(np.floor(points[item] / CELL))


def test_chance_within_a_sector_is_the_share_of_draws() -> None:
    place = (0.0, 0.004, 100e3, 300.0)
    rng = np.random.default_rng(8)
    turn, slant = 0.01 + 0.004 * rng.normal(size=200_000), 100e3 + 300 * rng.normal(size=200_000)
    share = ((np.abs(turn) < 0.012) & (slant > 99.9e3) & (slant < 200e3)).mean()
    assert kernels.chance_within((-0.012, 0.012, 99.9e3, 200e3), 0.01, place) == pytest.approx(share, abs=0.005)
    assert kernels.chance_within((0.1, -0.1, 0.0, 1e6), 0.0, place) == 0.0
