"""Fictional islands that the tests look at, each made once."""

from dataclasses import replace

import pytest

from sidelook.simulation.island.making import SMALL, Island, IslandSettings, make_island
from sidelook.simulation.island.relief import ReliefSettings
from sidelook.simulation.island.towns import TownSettings

TINY = replace(
    SMALL,
    relief=ReliefSettings(half_width=24_000.0, half_depth=20_000.0, summit=900.0, lakes=2),
    towns=TownSettings(named=12, hamlets=20, largest=60_000),
    river=8.0,
)


@pytest.fixture(scope="session")
def tiny() -> IslandSettings:
    """Give settings of an island of 48 by 40 km."""
    return TINY


@pytest.fixture(scope="session")
def island() -> Island:
    """Make the small island."""
    return make_island(SMALL)
