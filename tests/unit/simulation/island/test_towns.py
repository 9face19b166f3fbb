import numpy as np

from sidelook.simulation.island.making import SMALL, Island, IslandSettings
from sidelook.simulation.island.relief import make_relief
from sidelook.simulation.island.towns import STRIDE, TownSettings, passable, settle


def test_towns_stand_on_dry_land_and_apart(island: Island) -> None:
    towns, relief = island.towns, island.relief
    assert passable(relief)[towns.row // STRIDE, towns.column // STRIDE].all()
    apart = np.hypot(towns.row[:, None] - towns.row, towns.column[:, None] - towns.column) * relief.spacing
    assert (apart[np.triu_indices(len(towns), 1)] >= 2_600.0).all()


def test_the_largest_come_first_and_bear_names_each_its_own(island: Island) -> None:
    names = [name for name in island.towns.names if name]
    assert len(set(names)) == len(names) == SMALL.towns.named
    assert all(island.towns.names[: len(names)])
    assert island.towns.population[0] == island.towns.population.max()
    radius = island.towns.radius
    assert (radius[len(names) :] == 0.0).all()
    assert radius[0] == radius.max() > 3_000.0


def test_a_small_island_holds_fewer_towns_than_asked_for(tiny: IslandSettings) -> None:
    rng = np.random.default_rng(1)
    towns = settle(rng, make_relief(rng, tiny.relief), TownSettings(named=40, hamlets=400))
    assert 20 < len(towns) < 440
    assert len(towns.names) == len(towns)


def test_nothing_passes_near_water(island: Island) -> None:
    relief, clear = island.relief, passable(island.relief)
    for row, column in np.argwhere(clear)[::997]:
        around = np.s_[STRIDE * row - 2 : STRIDE * row + 3, STRIDE * column - 2 : STRIDE * column + 3]
        assert relief.dry[around].all()
