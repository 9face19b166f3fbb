"""What must hold whatever traffic does, and what traffic does on roads made for the question."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import InputError, UsageError
from sidelook.geography.roads import RoadNetwork
from sidelook.model.plots import TargetClass
from sidelook.simulation.traffic.columns import DRIVING, NONE, PARKED, STAGED
from sidelook.simulation.traffic.model import RoadTraffic, TrafficState
from sidelook.simulation.traffic.reference import choose_speeds, column_bounds
from sidelook.simulation.traffic.settings import Convoy, Handling, Stop
from sidelook.simulation.trajectories import SECOND, Streamed

MakeNetwork = Callable[..., RoadNetwork]
MakeTraffic = Callable[..., RoadTraffic]

HANDLING = Handling()


def states(traffic: RoadTraffic, seconds: int) -> list[TrafficState]:
    """States second by second, the first included."""
    found = [traffic.first]
    for _ in range(seconds):
        found.append(traffic.step(found[-1], 1, 0)[0])
    return found


@pytest.fixture(scope="module")
def history(city: RoadTraffic) -> list[TrafficState]:
    return states(city, 600)


def test_nobody_exceeds_the_limit_times_temper(city: RoadTraffic, history: list[TrafficState]) -> None:
    fastest = 0.0
    for state in history:
        on = state.book.vehicles[state.book.vehicles["status"] == DRIVING]
        share = on["speed"] / (on["temper"] * city.town.links["limit"][on["link"]])
        fastest = max(fastest, share.max())
    assert 0.99 < fastest <= 1.0 + 1e-9


def test_changes_of_speed_are_bounded(history: list[TrafficState]) -> None:
    """Acceleration by the vehicle's own, braking by the hardest; nothing is done by jumps."""
    for before, after in pairwise(history):
        a, b = before.book.vehicles, after.book.vehicles
        on = (a["status"] == DRIVING) & (b["status"] == DRIVING)
        change = (b["speed"] - a["speed"])[on]
        assert (change <= a["acceleration"][on] + 1e-9).all()
        assert (change >= -HANDLING.braking - 1e-9).all()


def test_ordinary_braking_is_comfortable(history: list[TrafficState]) -> None:
    """Hard braking is for those behind others; even in dense streets it is rare."""
    change = np.concatenate(
        [
            (b.book.vehicles["speed"] - a.book.vehicles["speed"])[
                (a.book.vehicles["status"] == DRIVING) & (b.book.vehicles["status"] == DRIVING)
            ]
            for a, b in pairwise(history)
        ]
    )
    assert (change < -1.21 * HANDLING.deceleration - 0.05).mean() < 0.03
    assert (change < -1.0).mean() > 0.02


def test_followers_never_overlap_leaders(history: list[TrafficState]) -> None:
    near = np.inf
    for state in history:
        cars = state.book.vehicles
        on = cars[cars["status"] == DRIVING]
        led = on[on["leader"] != NONE]
        ahead = cars[led["leader"]]
        assert (ahead["queue"] == led["queue"]).all()
        near = min(near, (ahead["along"] - ahead["length"] - led["along"]).min())
    assert 0.0 < near < 10.0


def test_rears_that_stand_over_are_not_run_into(city: RoadTraffic, history: list[TrafficState]) -> None:
    """The first of a queue keeps behind the last that left it until that one's rear has left as well."""
    seen = 0
    for state in history:
        cars, queues = state.book.vehicles, state.book.queues
        head = cars[(cars["status"] == DRIVING) & (cars["leader"] == NONE)]
        head = head[queues["gone"][head["queue"]] != NONE]
        gone = cars[queues["gone"][head["queue"]]]
        over = (gone["origin"] == head["queue"]) & (gone["along"] < gone["length"]) & (gone["status"] == DRIVING)
        gap = city.town.links["length"][head["link"]] + gone["along"] - gone["length"] - head["along"]
        assert (gap[over] > 0.0).all()
        seen += int(over.sum())
    assert seen > 100


def test_turns_are_counted_right(history: list[TrafficState]) -> None:
    for state in history[::10]:
        on = state.book.vehicles[state.book.vehicles["status"] == DRIVING]
        count = np.zeros(len(state.book.queues), int)
        for k in range(on["committed"].max()):
            np.add.at(count, on["ahead_queue"][on["committed"] > k, k], 1)
        assert (count == state.book.queues["holders"]).all()


def test_speeds_are_those_of_the_reference(city: RoadTraffic, history: list[TrafficState]) -> None:
    compared = 0
    for before, after in list(pairwise(history))[::30]:
        a, b = before.book.vehicles, after.book.vehicles
        same = (a["status"] == DRIVING) & (b["status"] == DRIVING) & (a["hop"] == b["hop"])
        same &= (a["timer"] == 0) & (a["halting"] == b["halting"]) & (b["timer"] == 0)
        expected = choose_speeds(
            city.town, before.book, b["committed"], column_bounds(city.town, before.book, before.second)
        )
        assert_allclose(b["speed"][same], expected[same], atol=1e-9)
        assert_allclose((b["along"] - a["along"])[same], 0.5 * (a["speed"] + expected)[same], atol=1e-9)
        compared += int(same.sum())
    assert compared > 2000


def test_vehicles_stay_on_roads_and_the_parked_stand_still(city: RoadTraffic) -> None:
    _, track = city.step(city.first, 600, 600)
    roads = np.stack([city.town.points["east"], city.town.points["north"]], axis=-1)
    end = np.ones(len(roads), bool)
    end[city.town.links["first"] + city.town.links["count"] - 1] = False
    a, step = roads[:-1][end[:-1]], np.diff(roads, axis=0)[end[:-1]]
    places = track[::60, :2].transpose(0, 2, 1).reshape(-1, 1, 2)
    share = np.clip(np.sum((places - a) * step, axis=-1) / np.sum(step**2, axis=-1), 0.0, 1.0)
    off = np.linalg.norm(places - a - share[..., None] * step, axis=-1).min(axis=1)
    assert off.max() < 1e-6
    parked = city.first.book.vehicles["status"] == PARKED
    later, _ = city.step(city.first, 25, 25)
    still = (
        parked
        & (later.book.vehicles["status"] == PARKED)
        & (later.book.vehicles["trip"] == city.first.book.vehicles["trip"])
    )
    assert still.sum() > 20
    assert (track[:25][:, :, still] == track[0][:, still]).all()


def test_places_agree_with_speeds(city: RoadTraffic) -> None:
    """Nobody moves farther in a second than its speed at either end allows."""
    state, track = city.first, [city.places(city.first)]
    speed = [state.book.vehicles["speed"].copy()]
    for _ in range(200):
        state, places = city.step(state)
        track.append(places[0])
        speed.append(state.book.vehicles["speed"].copy())
    moved = np.linalg.norm(np.diff(np.array(track), axis=0), axis=1)
    assert (moved <= 0.5 * (np.array(speed)[1:] + np.array(speed)[:-1]) + HANDLING.braking + 1e-6).all()


def test_nobody_is_lost(history: list[TrafficState]) -> None:
    """Everybody is in just one place: in a queue once, or parked."""
    for state in history[::100]:
        cars = state.book.vehicles
        on = np.flatnonzero(cars["status"] == DRIVING)
        found = []
        for queue in np.unique(cars["queue"][on]).tolist():
            car = int(state.book.queues["tail"][queue])
            while car != NONE:
                found.append(car)
                car = int(cars["leader"][car])
        assert sorted(found) == on.tolist()
    trips = history[-1].book.vehicles["trip"] - history[0].book.vehicles["trip"]
    assert (trips > 0).mean() > 0.5, "journeys end and others begin"


def test_a_jam_dissolves(streets: RoadNetwork, drive: MakeTraffic) -> None:
    """Six times as dense as the city: nobody overlaps, and whoever stands goes on."""
    traffic = drive(streets, list(range(0, 225, 7)), vehicles=1500, warm_up=0)
    state = traffic.first
    for _ in range(30):
        state, _ = traffic.step(state, 60, 0)
        cars = state.book.vehicles
        led = cars[(cars["status"] == DRIVING) & (cars["leader"] != NONE)]
        assert (cars[led["leader"]]["along"] - cars[led["leader"]]["length"] - led["along"]).min() > 0.0
        assert cars["stood"].max() < 300
        assert (cars["origin"][cars["status"] == PARKED] == NONE).all(), "whoever has parked stands over no road"
    assert np.mean(cars["speed"][cars["status"] == DRIVING]) > 2.0


def test_windows_do_not_matter_and_the_seed_does(streets: RoadNetwork, drive: MakeTraffic) -> None:
    nodes = list(range(0, 225, 9))
    given = {"vehicles": 60, "convoys": (Convoy(size=4),), "warm_up": 20}
    whole = Streamed(drive(streets, nodes, seed=4, **given)).between(0, 400 * SECOND)
    stream = Streamed(drive(streets, nodes, seed=4, **given))
    cuts = [0, 1, 61, 100, 101, 333, 400]
    for begin, end in pairwise(cuts):
        part = stream.between(max(begin - 30, 0) * SECOND, end * SECOND)
        expected = whole.take((whole.time >= part.time.min()) & (whole.time <= part.time.max()))
        assert (part.time == expected.time).all()
        assert (part.east == expected.east).all()
        assert (part.up == expected.up).all()
    other = Streamed(drive(streets, nodes, seed=5, **given)).between(0, 400 * SECOND)
    assert (other.east != whole.east).mean() > 0.9


def test_a_state_can_be_gone_on_from_twice(city: RoadTraffic) -> None:
    kept = city.first.book.vehicles.copy()
    one, track = city.step(city.first, 50, 50)
    two, again = city.step(city.first, 50, 50)
    assert (track == again).all()
    assert (one.book.vehicles == two.book.vehicles).all()
    assert (city.first.book.vehicles == kept).all()


def straight(network: MakeNetwork, length: float = 60e3, limit: float = 25.0) -> RoadNetwork:
    return network([(0, 1, limit, [(e, 0.0) for e in np.arange(500.0, length, 500.0)])], [(0.0, 0.0), (length, 0.0)])


def column(state: TrafficState, size: int) -> np.ndarray:
    """Gaps of a convoy, from front to front along its way."""
    return -np.diff(state.book.vehicles["driven"][:size])


def test_a_convoy_keeps_headway_and_spacing(network: MakeNetwork, drive: MakeTraffic) -> None:
    convoy = Convoy(size=7, speed=18.0, spacing=40.0, headway=2.5, stops=(Stop(place=0), Stop(place=1)))
    traffic = drive(straight(network), [0, 1], vehicles=0, convoys=(convoy,), warm_up=0)
    state, _ = traffic.step(traffic.first, 400, 0)
    assert_allclose(state.book.vehicles["speed"], 18.0, atol=0.01)
    assert_allclose(column(state, 7), 40.0 + 2.5 * 18.0 + 9.0, atol=0.5)
    assert traffic.entities.formation.tolist() == [0] * 7


def test_a_convoy_halts_together_and_goes_on(network: MakeNetwork, drive: MakeTraffic) -> None:
    convoy = Convoy(
        size=6, speed=18.0, stops=(Stop(place=0), Stop(place=1)), halt_first=300.0, halt_every=900.0, halt_time=240.0
    )
    traffic = drive(straight(network), [0, 1], vehicles=0, convoys=(convoy,), warm_up=0)
    run = states(traffic, 1_000)
    moving = np.array([(state.book.vehicles["speed"] > 0.1).sum() for state in run])
    assert moving[299] == 6
    assert (moving[360:535] == 0).all()
    assert moving[620] == 6
    standing = column(run[500], 6)
    assert_allclose(standing, 45.0 + 9.0, atol=3.0)
    assert all((column(state, 6) > 45.0).all() for state in run)


def test_convoys_keep_together_in_traffic(history: list[TrafficState]) -> None:
    """Order always; nobody comes between; the column is not torn."""
    for state in history:
        cars = state.book.vehicles
        for first, size, spacing in ((0, 8, 25.0), (8, 5, 45.0)):
            gap = -np.diff(cars["driven"][first : first + size])
            assert (gap > cars["length"][first]).all()
            assert gap.max() < 6.0 * (spacing + 2.5 * 19.0)
        led = cars[:13][(cars["leader"][:13] != NONE) & (cars["place"][:13] > 0)]
        assert (cars["formation"][led["leader"]] == led["formation"]).all()


def test_a_formation_stages_in_a_grid_and_leaves_again(network: MakeNetwork, drive: MakeTraffic) -> None:
    area = Stop(place=1, staged=True, leave=2_600.0, east=50.0, north=80.0, columns=3, apart=15.0)
    convoy = Convoy(
        size=7, speed=18.0, spacing=20.0, stops=(Stop(place=0, staged=True, leave=100.0), area, Stop(place=2))
    )
    roads = network([(0, 1, 25.0, []), (1, 2, 25.0, [])], [(0.0, 0.0), (12e3, 0.0), (30e3, 4e3)])
    traffic = drive(roads, [0, 1, 2], vehicles=0, convoys=(convoy,), warm_up=0)
    assert (traffic.first.book.vehicles["status"] == STAGED).all()
    state, track = traffic.step(traffic.first, 99, 99)
    assert (track == track[0]).all(), "nobody moves before it is time"
    state, _ = traffic.step(state, 2_000, 0)
    assert (state.book.vehicles["status"] == STAGED).all()
    place = traffic.places(state)[:2].T
    assert len(np.unique(place.round(3), axis=0)) == 7
    assert_allclose(place.min(axis=0), [12e3 + 50.0, 80.0], atol=40.0)
    assert_allclose(np.ptp(place, axis=0), [30.0, 30.0], atol=1e-6)
    state, track = traffic.step(state, 1_400, 1_400)
    assert (state.book.vehicles["status"] == DRIVING).all()
    assert np.linalg.norm(np.diff(track, axis=0), axis=1).max() < 19.0 * 1.1
    assert state.book.vehicles["driven"].argsort().tolist() == [6, 5, 4, 3, 2, 1, 0], "in order"


def test_larger_places_draw_more_and_the_nearer_the_more(network: MakeNetwork, drive: MakeTraffic) -> None:
    """Where those who drive alone are going at first, against the weights of gravity, within four standard errors."""
    nodes = [(0.0, 0.0), (10e3, 0.0), (60e3, 0.0), (0.0, 10e3)]
    roads = network([(0, 1, 25.0, []), (1, 2, 25.0, []), (0, 3, 25.0, [])], nodes)
    traffic = drive(roads, [0, 1, 2, 3], [1.0, 1.0, 1.0, 4.0], vehicles=4000, parked=0.0, warm_up=0)
    cars = traffic.first.book.vehicles
    share = np.bincount(cars["destination"], minlength=4) / len(cars)
    draw = np.diff(traffic.town.draw, axis=1, prepend=0.0)
    expected = (np.array([1.0, 1.0, 1.0, 4.0]) / 7.0) @ draw
    assert np.abs(share - expected).max() < 4.0 * np.sqrt(0.25 / len(cars))
    assert expected[1] > 1.5 * expected[2]


def test_vehicles_wait_where_a_small_road_enters_a_greater_one(network: MakeNetwork, drive: MakeTraffic) -> None:
    """A main road with a small one that enters it, and on, where two others of its rank meet it."""
    nodes = [(0.0, 0.0), (4e3, 0.0), (8e3, 0.0), (4e3, 4e3), (12e3, 100.0), (8e3, 4e3)]
    lines = [(0, 1, 25.0, []), (1, 2, 25.0, []), (3, 1, 13.0, []), (2, 4, 25.0, []), (2, 5, 25.0, [])]
    roads = network(lines, nodes)
    traffic = drive(roads, [0, 3, 4, 5], vehicles=90, halt_probability=0.6, rest=(1.0, 2.0), warm_up=0)
    # Links by what they come to: the main road with priority, the small road, the crossing of equals.
    kind = np.full(len(traffic.town.links), NONE)
    kind[[0, 3]], kind[4], kind[[2, 7, 9]] = 0, 1, 2
    stops, passed = np.zeros(3), np.zeros(3)
    for before, after in pairwise(states(traffic, 2_400)):
        a, b = before.book.vehicles, after.book.vehicles
        at = kind[a["link"]]
        crossed = (b["hop"] > a["hop"]) & (at >= 0)
        passed += np.bincount(at[crossed], minlength=3)
        stops += np.bincount(at[crossed & a["waited"]], minlength=3)
    assert passed.min() > 60
    share, expected = stops / passed, np.array([0.0, 0.6, 0.2])
    assert (np.abs(share - expected) <= 4.0 * np.sqrt(expected * (1.0 - expected) / passed)).all()


def test_flow_of_a_platoon_is_that_of_the_following_model(network: MakeNetwork, drive: MakeTraffic) -> None:
    """Behind a slow leader the time between vehicles is (length + jam + headway v) / v."""
    slow = Convoy(size=12, speed=10.0, spacing=3.0, headway=1.8, tracked=True, stops=(Stop(place=0), Stop(place=1)))
    traffic = drive(straight(network), [0, 1], vehicles=0, convoys=(slow,), warm_up=0)
    state, _ = traffic.step(traffic.first, 300, 0)
    passing = []
    for _ in range(60):
        before = state.book.vehicles["along"].copy()
        state, _ = traffic.step(state, 1, 0)
        passing += [int(((before < 3_300.0) & (state.book.vehicles["along"] >= 3_300.0)).sum())]
    assert_allclose(np.diff(state.book.vehicles["along"]) / -10.0, (7.0 + 3.0 + 18.0) / 10.0, atol=0.01)


def test_what_drives_is_what_was_asked_for(city: RoadTraffic, streets: RoadNetwork, drive: MakeTraffic) -> None:
    entities = city.entities
    assert (entities.entity == 1 + np.arange(263)).all()
    assert np.bincount(entities.formation + 1).tolist() == [250, 8, 5]
    assert (entities.target_class[8:13] == TargetClass.TRACKED).all()
    assert (entities.target_class[:8] == TargetClass.WHEELED).all()
    assert ((entities.length > 3.0) & (entities.length < 17.0)).all()
    many = drive(streets, [0, 224], vehicles=3000, parked=1.0, tracked=0.2, warm_up=0).entities
    assert np.mean(many.target_class == TargetClass.TRACKED) == pytest.approx(0.2, abs=0.03)


def test_what_cannot_drive_is_refused(network: MakeNetwork, drive: MakeTraffic, streets: RoadNetwork) -> None:
    with pytest.raises(InputError, match="connected by roads"):
        drive(network([(0, 1, 25.0, []), (2, 3, 25.0, [])], [(0, 0), (1e3, 0), (0, 5e3), (1e3, 5e3)]), [0, 2])
    with pytest.raises(UsageError, match="place 7"):
        drive(streets, [0, 9], convoys=(Convoy(size=2, stops=(Stop(place=0), Stop(place=7))),))
    with pytest.raises(UsageError, match="two stops"):
        Convoy(size=2, stops=(Stop(place=0),))
    with pytest.raises(UsageError, match="none is like the next"):
        Convoy(size=2, stops=(Stop(place=0), Stop(place=1), Stop(place=0)))
    with pytest.raises(UsageError, match="cannot be driven"):
        Handling(braking=1.0)
    with pytest.raises(UsageError, match="no room on the roads"):
        drive(straight(network, 2e3), [0, 1], vehicles=0, convoys=(Convoy(size=8),) * 40)


def test_a_ring_is_driven_one_way_round(network: MakeNetwork, drive: MakeTraffic) -> None:
    """Twelve edges round a circle, and dead ends in and out of it: all go round with the angle, and keep on."""
    angle = 2.0 * np.pi * np.arange(12) / 12
    nodes = [(2e3 * np.cos(a), 2e3 * np.sin(a)) for a in angle] + [(4e3, 0.0), (-4e3, 0.0)]
    lines = [(k, (k + 1) % 12, 14.0, []) for k in range(12)] + [(12, 0, 14.0, []), (6, 13, 14.0, [])]
    roads = network(lines, nodes, one_way=range(14))
    convoy = Convoy(size=5, spacing=20.0, stops=(Stop(place=1), Stop(place=7)))
    traffic = drive(roads, list(range(14)), vehicles=40, convoys=(convoy,), rest=(5.0, 20.0), warm_up=0)
    state, track = traffic.step(traffic.first, 1_800, 1_800)
    assert np.hypot(track[:, 0], track[:, 1]).max() < 2e3 + 1.0, "nobody is on the dead ends"
    turned = np.diff(np.unwrap(np.arctan2(track[:, 1], track[:, 0]), axis=0), axis=0)
    assert turned.min() >= -1e-9
    assert (turned.sum(axis=0) > np.pi).mean() > 0.9
    cars = state.book.vehicles
    assert (cars["status"] == PARKED).mean() < 0.3
    assert (cars["speed"][cars["status"] == DRIVING] > 0.3).mean() > 0.8


def test_a_column_that_meets_its_own_rear_in_a_roundabout_gets_out(network: MakeNetwork, drive: MakeTraffic) -> None:
    """It is longer than the roundabout, whose last corner it has to reach before it drives round and out."""
    corners = [(50.0, 0.0), (0.0, 50.0), (-50.0, 0.0), (0.0, -50.0)]
    lines = [(k, (k + 1) % 4, 10.0, []) for k in range(4)] + [(0, 4, 14.0, []), (2, 5, 14.0, [])]
    roads = network(lines, [*corners, (4e3, 0.0), (-4e3, 0.0)], one_way=range(4))
    stops = tuple(Stop(place=place) for place in (0, 1, 2))
    traffic = drive(roads, [4, 3, 5], vehicles=6, convoys=(Convoy(size=12, stops=stops),), warm_up=0)
    stood, hops = 0, traffic.first.book.vehicles["hop"]
    for state in states(traffic, 2_400):
        stood = max(stood, state.book.vehicles["stood"][:12].max())
        hops = state.book.vehicles["hop"]
    assert stood < 240
    assert (hops[:12] > 12).all()


@pytest.mark.parametrize("size", [10, 20])
def test_a_column_that_turns_back_stays_together(network: MakeNetwork, drive: MakeTraffic, size: int) -> None:
    """On a road with two ends: while they pass the turn one by one, those past it wait."""
    convoy = Convoy(size=size, stops=(Stop(place=0), Stop(place=1)))
    traffic = drive(straight(network, 12e3), [0, 1], vehicles=0, convoys=(convoy,), warm_up=0)
    wanted = 45.0 + 2.5 * 19.0
    widest, fastest, turned = 0.0, 0.0, 0
    for state in states(traffic, 2_400):
        cars = state.book.vehicles
        widest = max(widest, (column(state, size) - 9.0).max())
        fastest, turned = max(fastest, cars["speed"].min()), max(turned, cars["hop"].min())
    assert turned >= 1
    assert widest < 1.25 * wanted
    assert fastest > 18.5, "between the turns it drives at its speed"


def test_columns_without_a_plan_turn_back_only_where_there_is_no_other_way(
    network: MakeNetwork, drive: MakeTraffic
) -> None:
    """Places round a ring, from each of which ways lead both on and back, and one at a dead end."""
    nodes = [(3e3 * np.cos(a), 3e3 * np.sin(a)) for a in 2.0 * np.pi * np.arange(9) / 9] + [(9e3, 0.0)]
    roads = network([(k, (k + 1) % 9, 20.0, []) for k in range(9)] + [(0, 9, 20.0, [])], nodes)
    town = drive(roads, list(range(10)), vehicles=0, convoys=(Convoy(size=2),) * 3, warm_up=0).town
    heading, turns, stops = town.links["heading"], [], []
    for group in town.formations:
        run = town.stops["destination"][group["stop"] : group["stop"] + group["stops"]]
        for a, b, c in zip(run, np.roll(run, -1), np.roll(run, -2), strict=True):
            here, last = town.node[a], NONE
            while here != town.node[b]:
                last = town.onward[b, here]
                here = town.links["end"][last]
            turns.append(heading[last, 2:] @ heading[town.onward[c, here], :2] < -0.85)
            stops.append(here)
    assert len(turns) > 100
    assert not np.any(turns)
    assert 9 not in stops, "who drives into a dead end has to turn back"


def test_an_empty_road_is_empty(streets: RoadNetwork, drive: MakeTraffic) -> None:
    stream = Streamed(drive(streets, [0, 224], vehicles=0, convoys=()))
    assert len(stream.between(0, 60 * SECOND)) == 0
