"""What a ledger takes for seen."""

import numpy as np
import pytest

from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.scenario import bring_country, find_scenario, read_scenario
from sidelook.mission.simulated import Ledger
from sidelook.simulation.orbit import fly
from sidelook.simulation.scenario.world import World, make_world


@pytest.fixture(scope="module")
def island_world() -> World:
    """Make the world of the convoy scenario; nothing of it is played."""
    path = find_scenario("convoy")
    scenario = read_scenario(path)
    return make_world(scenario, bring_country(scenario, path.parent))


def test_the_open_sea_beyond_the_island_is_seen_up_to_the_horizon(island_world: World) -> None:
    """The grid of heights ends some kilometres off the coast; the sea goes on, and hides nothing."""
    flown = fly(island_world.path, [island_world.start])
    sensor = (float(flown.latitude[0]), float(flown.longitude[0]), float(flown.height[0]))
    frame = island_world.country.frame
    # Off the north-western and the eastern coast, and far beyond the horizon of an aircraft at 12 km.
    places = np.array([[-70e3, 65e3, 0.0], [130e3, 0.0, 0.0], [0.0, 600e3, 0.0]])
    latitude, longitude, _ = enu_to_geodetic(places, frame)
    assert np.isnan(island_world.country.ground.height(places[:, 0], places[:, 1])).all()
    assert Ledger(island_world)._visible(latitude, longitude, sensor).tolist() == [True, True, False]
