"""Convoys of a scenario: who stands, who comes and who leaves, day by day."""

import numpy as np
import pytest

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.movers import convoys_of
from sidelook.simulation.scenario.settings import ConvoySection, ScenarioError
from sidelook.simulation.traffic.model import make_traffic
from sidelook.simulation.traffic.routing import Places
from sidelook.simulation.traffic.settings import TrafficSettings

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
RADIUS = 6_378_137.0
FILLING = ConvoySection(stops=("Coast", "Ford", "Camp"), staged=True, vehicles_by_day=(6, 10, 10, 4, 0))


@pytest.fixture(scope="module")
def country() -> Country:
    """Lay twenty kilometres of straight road with a town at each end and one between."""
    east = np.array([0.0, 8_000.0, 20_000.0])
    roads = RoadNetwork(
        node_latitude=np.zeros(3),
        node_longitude=east / RADIUS,
        edge_start=np.array([0, 1], np.int32),
        edge_end=np.array([1, 2], np.int32),
        edge_class=np.array([1, 1], np.uint8),
        speed_limit=np.array([25.0, 25.0]),
        offset=np.array([0, 2, 4]),
        latitude=np.zeros(4),
        longitude=east[[0, 1, 1, 2]] / RADIUS,
    )
    return Country(
        frame=FRAME,
        ground=Plane(),
        grid=None,
        ceiling=0.0,
        roads=roads,
        places=Places(nodes=np.arange(3), weight=np.ones(3)),
        named={"Coast": 0, "Ford": 1, "Camp": 2},
        box=(-1e3, -1e3, 21e3, 1e3),
    )


def counts(section: ConvoySection, country: Country, day: int) -> dict[str, int]:
    """Count who stands all day, comes and leaves, by the shape of their journeys."""
    found = {"stands": 0, "comes": 0, "leaves": 0}
    for convoy in convoys_of([section], country, day):
        first = convoy.stops[0]
        kind = "comes" if not first.staged else "stands" if np.isinf(first.leave) else "leaves"
        found[kind] += convoy.size
    return found


@pytest.mark.parametrize(
    ("day", "stands", "comes", "leaves"), [(0, 0, 6, 0), (1, 6, 4, 0), (2, 10, 0, 0), (3, 4, 0, 6), (4, 0, 0, 4)]
)
def test_a_staging_area_fills_and_empties(country: Country, day: int, stands: int, comes: int, leaves: int) -> None:
    assert counts(FILLING, country, day) == {"stands": stands, "comes": comes, "leaves": leaves}


def test_in_one_mission_a_staged_convoy_comes_and_one_with_a_time_to_leave_stands(country: Country) -> None:
    comes = ConvoySection(stops=("Coast", "Camp"), staged=True, vehicles=5)
    leaves = ConvoySection(stops=("Coast", "Camp"), staged=True, vehicles=5, leaves_s=90.0)
    assert counts(comes, country, 0) == {"stands": 0, "comes": 5, "leaves": 0}
    assert counts(leaves, country, 0) == {"stands": 0, "comes": 0, "leaves": 5}
    assert convoys_of([leaves], country, 0)[0].stops[0].leave == 90.0


def test_who_is_not_staged_drives_its_towns(country: Country) -> None:
    (convoy,) = convoys_of([ConvoySection(stops=("Coast", "Camp"), speed_kmh=36.0)], country, 0)
    assert [stop.place for stop in convoy.stops] == [0, 2]
    assert not any(stop.staged for stop in convoy.stops)
    assert convoy.speed == pytest.approx(10.0)
    assert convoys_of([ConvoySection(vehicles_by_day=(0, 3))], country, 0) == ()


def test_towns_that_are_not_there_and_areas_without_a_way_are_refused(country: Country) -> None:
    with pytest.raises(ScenarioError, match=r"convoys\[1\].stops: no town 'Nowhere'"):
        convoys_of([ConvoySection(), ConvoySection(stops=("Coast", "Nowhere"))], country, 0)
    with pytest.raises(ScenarioError, match=r"convoys\[0\]: staged needs two stops"):
        convoys_of([ConvoySection(stops=("Camp",), staged=True)], country, 0)


def test_arrivals_drive_there_and_line_up_behind_those_who_stand(country: Country) -> None:
    """Two convoys fill one camp: nobody stands in another's place, and nobody who stood has moved."""
    sections = [FILLING, FILLING]
    settings = TrafficSettings(start=0, vehicles=0, convoys=convoys_of(sections, country, 1))
    traffic = make_traffic(np.random.default_rng(1), country.roads, FRAME, Plane(), country.places, settings)
    camp = np.array([20_000.0, 0.0])
    formation = traffic.entities.formation
    standing = np.isin(formation, [0, 2])
    begin = traffic.places(traffic.first)[:2].T
    assert np.bincount(formation).tolist() == [6, 4, 6, 4]
    assert np.linalg.norm(begin[standing] - camp, axis=1).max() < 400.0
    assert np.linalg.norm(begin[~standing] - camp, axis=1).min() > 5_000.0
    end = traffic.places(traffic.step(traffic.first, 3_000)[0])[:2].T
    np.testing.assert_array_equal(end[standing], begin[standing])
    assert np.linalg.norm(end - camp, axis=1).max() < 500.0
    apart = np.linalg.norm(end[:, None] - end[None], axis=-1)[~np.eye(len(end), dtype=bool)]
    assert apart.min() > 15.0


def test_those_who_leave_gather_where_they_came_from(country: Country) -> None:
    settings = TrafficSettings(start=0, vehicles=0, convoys=convoys_of([FILLING], country, 3))
    traffic = make_traffic(np.random.default_rng(1), country.roads, FRAME, Plane(), country.places, settings)
    leaving = traffic.entities.formation == 1
    on_the_way = traffic.places(traffic.step(traffic.first, 600)[0])[0]
    assert (on_the_way[leaving] > 1_000.0).all()
    assert (on_the_way[leaving] < 19_500.0).any()
    end = traffic.places(traffic.step(traffic.first, 4_000)[0])[0]
    assert (end[leaving] < 500.0).all()
    assert (end[~leaving] > 19_900.0).all()
