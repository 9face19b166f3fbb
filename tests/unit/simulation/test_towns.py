import numpy as np

from sidelook.simulation.first_island import Island
from sidelook.simulation.relief import ReliefSettings, make_relief
from sidelook.simulation.towns import TownSettings, mainland, settle


def test_towns_stand_on_dry_land_and_apart(island: Island) -> None:
    towns = island.towns
    assert mainland(island.relief.dry)[towns.row, towns.column].all()
    apart = np.hypot(towns.row[:, None] - towns.row, towns.column[:, None] - towns.column) * island.relief.spacing
    assert (apart[np.triu_indices(len(towns), 1)] >= 2_500.0).all()


def test_names_are_given_once_and_the_largest_come_first(island: Island) -> None:
    names = [name for name in island.towns.names if name]
    assert len(set(names)) == len(names) > 30
    assert island.towns.population[0] == island.towns.population.max()
    assert not any(island.towns.names[TownSettings().named :])


def test_a_small_island_holds_fewer_towns_than_asked_for() -> None:
    rng = np.random.default_rng(1)
    relief = make_relief(rng, ReliefSettings(half_width=16_000.0, half_depth=14_000.0))
    towns = settle(rng, relief, TownSettings(named=40, hamlets=200))
    assert 3 < len(towns) < 240


def test_the_largest_land_is_kept_alone() -> None:
    dry = np.zeros((6, 9), bool)
    dry[1:3, 1:3] = dry[3, 3] = dry[1:3, 6:8] = True
    assert mainland(dry).sum() == 5
