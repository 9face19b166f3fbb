import numpy as np

from sidelook.geometry.frames import geodetic_to_enu
from sidelook.simulation.island.cover import LandCover
from sidelook.simulation.island.grids import clutter_at, land_classes, terrain_of
from sidelook.simulation.island.making import Island
from sidelook.simulation.island.network import to_geodetic


def test_heights_are_where_the_island_has_them(island: Island) -> None:
    south, west, spacing, heights = terrain_of(island)
    assert heights.dtype == np.float32
    assert np.isfinite(heights).all()
    assert heights.min() == 0.0
    assert heights.max() > 0.98 * island.relief.height.max()
    row, column = np.argwhere(heights > 300.0)[::5_000].T
    east, north, _ = geodetic_to_enu(south + row * spacing, west + column * spacing, 0.0, island.frame).T
    np.testing.assert_allclose(heights[row, column], island.relief.height_at(east, north), atol=0.01)


def test_the_grid_covers_all_the_land(island: Island) -> None:
    south, west, spacing, heights = terrain_of(island, spacing=2e-4)
    row, column = np.nonzero(island.relief.height > 0.0)
    latitude, longitude = to_geodetic(island.relief.place(row, column), island.frame)
    assert latitude.min() > south
    assert longitude.min() > west
    assert latitude.max() < south + spacing * (heights.shape[0] - 1)
    assert longitude.max() < west + spacing * (heights.shape[1] - 1)
    assert (heights[[0, -1]] == 0.0).all()
    assert (heights[:, [0, -1]] == 0.0).all()


def test_classes_lie_on_the_same_grid(island: Island) -> None:
    south, west, spacing, heights = terrain_of(island)
    grid = land_classes(island)
    assert grid[:3] == (south, west, spacing)
    assert grid[3].shape == heights.shape
    assert set(np.unique(grid[3])) == set(LandCover)
    assert (heights[grid[3] == LandCover.MOUNTAINS] > 0.0).all()


def test_to_a_radar_towns_are_as_mountains_and_far_away_is_the_sea(island: Island) -> None:
    land = clutter_at(island)
    east, north = island.relief.place(island.towns.row[:1], island.towns.column[:1]).T
    assert land(east, north).tolist() == [LandCover.MOUNTAINS]
    assert land(np.array([1e6]), np.array([0.0])).tolist() == [LandCover.SEA]
