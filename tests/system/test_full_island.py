"""The island of full size, 300 by 250 km: what a scenario is given to run on, and its map in both forms."""

import json

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.formats.map_tiles import MapSettings, encode_map
from sidelook.geography.roads import in_frame
from sidelook.simulation.island.drawing import island_map
from sidelook.simulation.island.grids import terrain_of
from sidelook.simulation.island.making import FULL, Island, make_island


@pytest.fixture(scope="module")
def island() -> Island:
    return make_island(FULL)


def test_it_is_300_by_250_km_of_mountains_and_plain(island: Island) -> None:
    relief = island.relief
    land = relief.height > 0.0
    rows, columns = np.flatnonzero(land.any(axis=1)), np.flatnonzero(land.any(axis=0))
    assert np.ptp(columns) * relief.spacing == pytest.approx(300e3, rel=0.02)
    assert np.ptp(rows) * relief.spacing == pytest.approx(250e3, rel=0.02)
    assert 2_000.0 < relief.height.max() < 2_500.0
    assert 40_000.0 < land.sum() * relief.spacing**2 / 1e6 < 60_000.0
    assert np.quantile(relief.height[land], 0.25) < 100.0
    assert np.quantile(relief.height[land], 0.9) > 700.0


def test_its_roads_hang_together_on_dry_land(island: Island) -> None:
    roads = island.roads
    assert 5_000 < len(roads) < 20_000
    size = len(roads.node_latitude)
    graph = sparse.csr_array((np.ones(len(roads)), (roads.edge_start, roads.edge_end)), shape=(size, size))
    assert csgraph.connected_components(graph, directed=False)[0] == 1
    assert island.relief.is_dry(in_frame(roads, island.frame).points[:, :2]).all()


def test_its_rivers_run_down_to_the_sea(island: Island) -> None:
    height = island.relief.height.ravel()
    assert len(island.rivers) > 100
    assert all((np.diff(height[river.cells]) <= 0.0).all() for river in island.rivers)
    assert island.rivers[0].drained[-1] > 1_000.0
    assert height[island.rivers[0].cells[-1]] < 0.0


def test_its_terrain_is_a_grid_that_hides_and_shows(island: Island) -> None:
    """From 12 km up, 100 km off shore, 4/3 earth: between the hills of Franconia (71 %) and the Pyrenees (21 %)."""
    heights = terrain_of(island).values
    assert heights.nbytes < 20e6
    assert np.isfinite(heights).all()
    away = np.arange(100e3, 400e3, 200.0)
    seen = shown = 0.0
    for bearing in np.linspace(-0.5, 0.5, 200):
        height = island.relief.height_at(-250e3 + away * np.cos(bearing), away * np.sin(bearing))
        elevation = np.arctan2(height - 12e3, away) - away / (2.0 * 4.0 / 3.0 * 6_371e3)
        visible = elevation >= np.maximum.accumulate(elevation)
        seen += away[visible & (height > 0.0)].sum()
        shown += away[height > 0.0].sum()
    assert 0.25 < seen / shown < 0.6


def test_its_map_is_small_in_both_forms(island: Island) -> None:
    text = json.dumps(island_map(island), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert 0.5e6 < len(text.encode()) < 4e6
    tiles = encode_map(island_map(island, river_lines=True), MapSettings(name=island.name))
    assert 0.2e6 < len(tiles) < 2e6
