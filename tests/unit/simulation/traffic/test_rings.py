"""Roundabouts are found, and do not fill until nobody can leave them."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.simulation.traffic.columns import DRIVING, NONE
from sidelook.simulation.traffic.model import RoadTraffic
from sidelook.simulation.traffic.network import lay_out
from sidelook.simulation.traffic.rings import ring_before
from sidelook.simulation.traffic.settings import Convoy, Handling

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
MakeNetwork = Callable[..., RoadNetwork]
MakeTraffic = Callable[..., RoadTraffic]
ARMS, RADIUS, REACH = 4, 18.0, 220.0


def at(angle: float, radius: float) -> tuple[float, float]:
    return radius * np.cos(angle), radius * np.sin(angle)


def square(side: float) -> list[tuple[float, float]]:
    return [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]


def before_of(roads: RoadNetwork) -> list[int]:
    links, _ = lay_out(roads, FRAME, Plane(), Handling())
    return ring_before(links).tolist()


@pytest.fixture(scope="module")
def roundabout(network: MakeNetwork) -> RoadNetwork:
    """Four arms of two ways meet at a ring that is driven anticlockwise; their ends are nodes 4 to 7."""
    turn = 2.0 * np.pi / ARMS
    nodes = [at(k * turn, radius) for radius in (RADIUS, REACH) for k in range(ARMS)]
    lines: list[tuple[int, int, float, list[tuple[float, float]]]] = [
        (k, (k + 1) % ARMS, 8.0, [at((k + share) * turn, RADIUS) for share in (0.25, 0.5, 0.75)]) for k in range(ARMS)
    ]
    return network(lines + [(k, ARMS + k, 14.0, []) for k in range(ARMS)], nodes, one_way=range(ARMS))


def test_each_link_of_a_roundabout_knows_the_one_before(roundabout: RoadNetwork) -> None:
    assert before_of(roundabout) == [6, NONE, 0, NONE, 2, NONE, 4, NONE] + [NONE] * 2 * ARMS


@pytest.mark.parametrize(
    ("side", "edges", "one_way"),
    [
        (30.0, [(0, 1), (1, 2), (2, 3), (3, 0)], []),  # a block of streets
        (30.0, [(0, 1), (1, 2), (2, 3), (3, 0)], [0, 1, 2]),  # one of them is driven both ways
        (30.0, [(0, 1), (1, 2), (2, 3)], [0, 1, 2]),  # they do not close
        (30.0, [(0, 1), (2, 1), (2, 3), (3, 0)], [0, 1, 2, 3]),  # they meet head on
        (300.0, [(0, 1), (1, 2), (2, 3), (3, 0)], [0, 1, 2, 3]),  # a block of a town, not a roundabout
    ],
)
def test_other_roads_are_on_no_ring(
    network: MakeNetwork, side: float, edges: list[tuple[int, int]], one_way: list[int]
) -> None:
    roads = network([(a, b, 14.0, []) for a, b in edges], square(side), one_way=one_way)
    assert before_of(roads) == [NONE] * 2 * len(edges)


def test_of_two_rings_the_shorter_counts(network: MakeNetwork) -> None:
    """Edge 0 is on a triangle and on the square round it."""
    nodes = [*square(40.0), (20.0, 10.0)]
    lines = [(0, 1, 8.0, []), (1, 2, 8.0, []), (2, 3, 8.0, []), (3, 0, 8.0, []), (1, 4, 8.0, []), (4, 0, 8.0, [])]
    before = before_of(network(lines, nodes, one_way=range(6)))
    assert before[0] == 10
    assert before[2] == 0


def flow(traffic: RoadTraffic, minutes: int) -> tuple[float, int]:
    """Mean speed on the road in the last five of some minutes, m/s, and journeys that came to their end."""
    state, speeds = traffic.first, []
    for minute in range(minutes):
        state, _ = traffic.step(state, 60, 0)
        on = state.book.vehicles["status"] == DRIVING
        if minute >= minutes - 5:
            speeds.append(float(state.book.vehicles["speed"][on].mean()) if on.any() else 0.0)
    return float(np.mean(speeds)), int(state.book.vehicles["trip"].sum())


def test_a_roundabout_that_more_want_to_use_than_can_goes_on_flowing(
    roundabout: RoadNetwork, drive: MakeTraffic
) -> None:
    """Who would come in waits: some 1,500 an hour get through, as of real ones with one lane; without that, none."""
    given = {"vehicles": 60, "rest": (5.0, 20.0), "parked": 0.0, "patience": 1e6, "warm_up": 0, "halt_probability": 0.0}
    ends = list(range(ARMS, 2 * ARMS))
    traffic = drive(roundabout, ends, seed=3, **given)
    speed, journeys = flow(traffic, 20)
    assert speed > 1.5
    assert 1_000 / 3 < journeys < 2_000 / 3
    lawless = drive(roundabout, ends, seed=3, **given)
    lawless.first.book.queues["ring_from"] = NONE
    assert flow(lawless, 20)[0] < 0.1


def test_a_column_passes_a_roundabout_as_a_whole(roundabout: RoadNetwork, drive: MakeTraffic) -> None:
    """Others wait for it: the gap between its first and last vehicle stays that of a column."""
    traffic = drive(
        roundabout, list(range(ARMS, 2 * ARMS)), vehicles=20, convoys=(Convoy(size=6, spacing=15.0, speed=10.0),),
        seed=5, rest=(20.0, 60.0), warm_up=0,
    )  # fmt: skip
    state, longest = traffic.first, 0.0
    for _ in range(600):
        state, _ = traffic.step(state, 1, 0)
        cars = state.book.vehicles[state.book.vehicles["formation"] != NONE]
        if (cars["status"] == DRIVING).all():
            longest = max(longest, float(np.ptp(cars["driven"])))
    assert 5 * 15.0 < longest < 350.0
