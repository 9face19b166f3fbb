"""One island and its traffic, made once for all tests of the simulation."""

import pytest

from sidelook.simulation.demonstration import DemonstrationSettings, demonstrate
from sidelook.simulation.first_island import Island
from sidelook.simulation.plots import World


@pytest.fixture(scope="session")
def demonstration() -> tuple[Island, World]:
    """Make the island and the world of the shipped recording."""
    return demonstrate(DemonstrationSettings())


@pytest.fixture(scope="session")
def island(demonstration: tuple[Island, World]) -> Island:
    """Give the shipped island."""
    return demonstration[0]


@pytest.fixture(scope="session")
def world(demonstration: tuple[Island, World]) -> World:
    """Give what the radar of the shipped recording meets."""
    return demonstration[1]
