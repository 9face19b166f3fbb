import numpy as np

from sidelook.simulation.island.cover import LandCover
from sidelook.simulation.island.making import Island


def test_water_is_water_and_all_kinds_are_there(island: Island) -> None:
    assert ((island.cover == LandCover.SEA) == ~island.relief.dry).all()
    share = np.bincount(island.cover[island.relief.dry], minlength=6) / island.relief.dry.sum()
    assert (share[[LandCover.FLAT, LandCover.MOUNTAINS]] > 0.03).all()
    assert (share[[LandCover.FARMLAND, LandCover.WOODED_HILLS]] > 0.15).all()
    assert 0.002 < share[LandCover.TOWN] < 0.05


def test_mountains_are_high_or_steep_and_plains_are_neither(island: Island) -> None:
    height = island.relief.height
    kinds = (LandCover.FLAT, LandCover.FARMLAND, LandCover.WOODED_HILLS, LandCover.MOUNTAINS)
    means = [height[island.cover == kind].mean() for kind in kinds]
    assert means == sorted(means)


def test_towns_are_built_up(island: Island) -> None:
    named = np.flatnonzero(island.towns.radius > 0.0)
    assert (island.cover[island.towns.row[named], island.towns.column[named]] == LandCover.TOWN).all()
