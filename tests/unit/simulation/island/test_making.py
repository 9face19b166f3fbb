from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.errors import UsageError
from sidelook.geography.roads import in_frame
from sidelook.simulation.island.drawing import island_map
from sidelook.simulation.island.making import IslandSettings, make_island
from sidelook.simulation.island.towns import TownSettings


def test_the_same_seed_gives_the_same_island_and_map(tiny: IslandSettings) -> None:
    first, again = (make_island(tiny) for _ in range(2))
    for name in ("latitude", "longitude", "edge_start", "edge_end", "edge_class"):
        assert getattr(first.roads, name).tobytes() == getattr(again.roads, name).tobytes(), name
    assert first.relief.height.tobytes() == again.relief.height.tobytes()
    assert first.cover.tobytes() == again.cover.tobytes()
    assert island_map(first) == island_map(again)


def test_another_seed_gives_another_island(tiny: IslandSettings) -> None:
    other = replace(tiny, seed=tiny.seed + 1)
    assert not np.array_equal(make_island(tiny).relief.height, make_island(other).relief.height)


@pytest.mark.parametrize("seed", range(20, 28))
def test_whatever_the_seed_roads_hang_together_on_dry_land_and_water_runs_down(seed: int, tiny: IslandSettings) -> None:
    island = make_island(replace(tiny, seed=seed))
    roads, size = island.roads, len(island.roads.node_latitude)
    graph = sparse.csr_array((np.ones(len(roads)), (roads.edge_start, roads.edge_end)), shape=(size, size))
    assert csgraph.connected_components(graph, directed=False)[0] == 1
    assert island.relief.is_dry(in_frame(roads, island.frame).points[:, :2]).all()
    height = island.relief.height.ravel()
    assert all((np.diff(height[river.cells]) <= 0.0).all() for river in island.rivers)


def test_an_island_without_towns_is_refused(tiny: IslandSettings) -> None:
    with pytest.raises(UsageError, match="no town"):
        make_island(replace(tiny, towns=TownSettings(named=0, hamlets=0)))


def test_one_town_is_enough(tiny: IslandSettings) -> None:
    island = make_island(replace(tiny, towns=TownSettings(named=1, hamlets=0)))
    assert len(island.towns) == 1
    assert len(island.roads) > 4
