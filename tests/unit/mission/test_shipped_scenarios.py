"""The scenarios that come along can be played: their keys, their towns and their jobs are known."""

import numpy as np
import pytest

from sidelook.mission.scenario import bring_country, find_scenario, read_scenario, shipped_scenarios
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.movers import convoys_of
from sidelook.simulation.scenario.settings import GroundSettings, IslandSize, Scenario
from sidelook.simulation.scenario.world import make_job

NAMES = ("border_road", "build_up", "convoy", "wide_area")


@pytest.fixture(scope="session")
def small_country() -> Country:
    """Make the small island once."""
    scenario = Scenario(ground=GroundSettings(island=IslandSize.SMALL))
    return bring_country(scenario, find_scenario("convoy").parent)


def test_these_come_along_each_with_a_line_that_says_what_it_is() -> None:
    known = shipped_scenarios()
    assert tuple(known) == NAMES
    assert all(20 < len(words) < 110 for words in known.values())
    assert all(read_scenario(find_scenario(name)).name == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_its_towns_and_jobs_are_known_on_every_day(name: str, small_country: Country) -> None:
    scenario = read_scenario(find_scenario(name))
    if scenario.ground != GroundSettings(island=IslandSize.SMALL):
        # The full island takes its time: what plays there names no town.
        assert not any(convoy.stops for convoy in scenario.convoys)
        return
    for day in range(scenario.days):
        convoys = convoys_of(scenario.convoys, small_country, day)
        assert all(convoy.size for convoy in convoys)
    jobs = [make_job(number, job, small_country, 0) for number, job in enumerate(scenario.jobs, 1)]
    assert any(not job.images for job in jobs)


def test_the_build_up_grows_stands_and_is_gone(small_country: Country) -> None:
    scenario = read_scenario(find_scenario("build_up"))
    ends = np.array([convoy.vehicles_by_day for convoy in scenario.convoys]).sum(axis=0)
    assert len(ends) == scenario.days == 14
    assert (np.diff(ends[:9]) > 0).all()
    assert (np.diff(ends[8:11]) == 0).all()
    assert (np.diff(ends[10:]) < 0).all()
    assert ends[-1] == 0
    areas = {convoy.stops[-1] for convoy in scenario.convoys}
    assert len(areas) == 1
    # The image has the staging area in its middle.
    node = small_country.places.nodes[small_country.named[areas.pop()]]
    place = np.degrees([small_country.roads.node_latitude[node], small_country.roads.node_longitude[node]])
    corners = np.array(next(job.corners_deg for job in scenario.jobs if job.kind == "spot_image"))
    assert (corners.min(axis=0) < place).all()
    assert (place < corners.max(axis=0)).all()
