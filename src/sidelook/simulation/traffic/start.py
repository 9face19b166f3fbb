"""Who is where when traffic starts: vehicles on their journeys, convoys in column or in their areas."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.ground import Ground
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities
from sidelook.simulation.traffic.columns import (
    DRIVING,
    FORMATION_COLUMNS,
    NONE,
    PARKED,
    QUEUE_COLUMNS,
    RULE_COLUMNS,
    STAGED,
    STOP_COLUMNS,
    VEHICLE_COLUMNS,
    Book,
    Table,
    Town,
)
from sidelook.simulation.traffic.rings import ring_before
from sidelook.simulation.traffic.settings import Convoy, Stop, TrafficSettings

_LARGEST = 24  # places between which convoys without a plan drive
_WANDER = 48  # stops of such a journey
_FARTHEST, _TRY = 30_000, 500  # convoys begin within so far of their first stop, and try at such steps, m
_BACK = -0.85  # cosine of a turn that goes back: 150 degrees and more
_NEVER = 2**62
_CLOSING_UP = 1.1  # followers may be faster than their leader by so much
_CONVOY_TRUCK, _CONVOY_TRACKED = 9.0, 7.0  # lengths, m


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Convoys made ready: their tables and the places where they stand off the road.

    Attributes
    ----------
    formations, stops : tables
    slots : (S, 3) m
    """

    formations: Table
    stops: Table
    slots: NDArray[np.float64]


def rules_of(settings: TrafficSettings, seed: int) -> Table:
    """Write what holds for all into the one row that the step reads."""
    rules, handling = np.zeros(1, RULE_COLUMNS), settings.handling
    rules["deceleration"], rules["braking"] = handling.deceleration, handling.braking
    rules["lateral"], rules["halt"] = handling.lateral_acceleration, settings.halt_probability
    rules["off_road"], rules["patience"], rules["seed"] = settings.off_road_speed, int(settings.patience), seed
    rules["wait"], rules["rest"] = settings.wait, settings.rest
    return rules


def plan_convoys(
    rng: Generator, settings: TrafficSettings, row: NDArray[np.int64], town: Town, ground: Ground
) -> Columns:
    """Give convoys their journeys and their places in staging areas.

    Parameters
    ----------
    rng : source of chance
    settings : what drives
    row : (T,) destination of each place, ``NONE`` where no road leads
    town : roads and ways; its convoys are not there yet
    ground : under the staging areas

    Raises
    ------
    UsageError : a convoy stops at a place that is not there or that no road joins with the others
    """
    formations = np.zeros(len(settings.convoys), FORMATION_COLUMNS)
    stops: list[tuple[int, int, int, bool]] = []
    slots: list[NDArray[np.float64]] = []
    gate = gates(town.links, town.points, town.node)
    back = _turning_back(town, _known_places(row)[1]) if any(not convoy.stops for convoy in settings.convoys) else None
    first = used = 0
    for group, convoy in zip(formations, settings.convoys, strict=True):
        journey = convoy.stops if back is None or convoy.stops else _wander(rng, row, back)
        _check(journey, row)
        group["first"], group["size"], group["stop"], group["stops"] = first, convoy.size, len(stops), len(journey)
        group["halt_first"], group["halt_every"], group["halt_time"] = (
            int(seconds) for seconds in (convoy.halt_first, convoy.halt_every, convoy.halt_time)
        )
        group["forming_speed"] = min(settings.off_road_speed, convoy.speed)
        for stop in journey:
            leave = int(stop.leave) if math.isfinite(stop.leave) else _NEVER
            stops.append((int(row[stop.place]), used if stop.staged else NONE, leave, stop.staged))
            if stop.staged:
                slots.append(_grid(stop, gate[row[stop.place]], convoy.size, ground))
                used += convoy.size
        first += convoy.size
    return Columns(
        formations=formations,
        stops=np.array(stops, STOP_COLUMNS),
        slots=np.concatenate([np.zeros((0, 3)), *slots]),
    )


def _check(journey: tuple[Stop, ...], row: NDArray[np.int64]) -> None:
    """Refuse stops that no road joins, and two in turn at one node."""
    for stop, following in pairwise([*journey, journey[0]]):
        if not 0 <= stop.place < len(row) or row[stop.place] == NONE:
            message = f"a convoy stops at place {stop.place}, which is not on the roads that join the places"
            raise UsageError(message)
        if 0 <= following.place < len(row) and row[following.place] == row[stop.place]:
            message = f"places {stop.place} and {following.place} are at one node: a convoy cannot drive between them"
            raise UsageError(message)


def _known_places(row: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first places, and their destinations, no two the same."""
    known = np.flatnonzero(row != NONE)
    _, first = np.unique(row[known], return_index=True)
    places = known[np.sort(first)][:_LARGEST]
    return places, row[places]


def _turning_back(town: Town, goals: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell (P, P, P) whether one who comes from a first place to a second turns back there to a third."""
    count, node = len(goals), town.node[goals]
    a, b = np.divmod(np.arange(count * count), count)
    last = walk(town, node[a], goals[b].astype(np.int32))[1].reshape(count, count)
    following = town.onward[goals[None, :], node[:, None]]
    heading = town.links["heading"]
    turn = np.einsum("abx,bcx->abc", heading[last][..., 2:], heading[following][..., :2])
    return np.asarray(turn < _BACK)


def _wander(rng: Generator, row: NDArray[np.int64], back: NDArray[np.bool_]) -> tuple[Stop, ...]:
    """Choose a journey among the first places, none twice in a row, that turns back where nothing else is left only.

    Parameters
    ----------
    rng : source of chance
    row : (T,) destination of each place
    back : (P, P, P) where it would turn back
    """
    places, _ = _known_places(row)
    apart = ~np.eye(len(places), dtype=bool)
    # Where a journey comes to a place from which all ways lead back, it has to turn back there as well.
    onward: NDArray[np.bool_] = np.any(~back & apart & apart[:, :, None], axis=-1)
    first = np.flatnonzero(onward.any(axis=0)) if onward.any() else np.arange(len(places))
    run = [int(rng.choice(first))]
    for drawn in rng.random(_WANDER - 1).tolist():
        at = run[-1]
        straight = ~back[run[-2], at] if len(run) > 1 else np.ones(len(places), bool)
        choices = (apart[at] & straight & onward[at], apart[at] & straight, apart[at])
        some = next(np.flatnonzero(choice) for choice in choices if choice.any())
        run.append(int(some[int(drawn * len(some))]))
    # The journey begins anew after its last stop, which therefore must not be its first, and best be on the way there.
    whole = len(run)
    while len(run) > whole // 2 and (run[-1] == run[0] or back[run[-2], run[-1], run[0]] or back[run[-1], *run[:2]]):
        run.pop()
    run = run[: len(run) - int(run[-1] == run[0])]
    return tuple(Stop(place=int(places[at])) for at in run)


def _grid(stop: Stop, gate: NDArray[np.float64], size: int, ground: Ground) -> NDArray[np.float64]:
    """Give (size, 3) places in rows, the farthest first: who comes first drives through."""
    place = np.arange(size)[::-1]
    east = gate[0] + stop.east + stop.apart * (place % stop.columns)
    north = gate[1] + stop.north + stop.apart * (place // stop.columns)
    return np.stack([east, north, ground.height(east, north)], axis=-1)


def people(rng: Generator, settings: TrafficSettings) -> tuple[Table, Entities]:
    """Make the vehicles, convoys first, nowhere yet."""
    convoys, handling = settings.convoys, settings.handling
    sizes = np.array([convoy.size for convoy in convoys], np.int64)
    members, alone = int(sizes.sum()), settings.vehicles
    vehicles = np.zeros(members + alone, VEHICLE_COLUMNS)
    for name in ("leader", "follower", "origin", "slot", "formation"):
        vehicles[name] = NONE
    column, single = vehicles[:members], vehicles[members:]
    of = np.repeat(np.arange(len(convoys)), sizes)
    column["formation"], column["place"] = of, np.arange(members) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    column["temper"], column["acceleration"] = 1.0, 0.6 * handling.acceleration
    for name, values in _of_convoys(convoys).items():
        column[name] = values[of]
    column["leads"], column["last"], single["last"] = column["place"] == 0, column["place"] == sizes[of] - 1, True
    column["cap"] /= np.where(column["leads"], _CLOSING_UP, 1.0)
    tracked = rng.random(alone) < settings.tracked
    truck = (rng.random(alone) < settings.trucks) & ~tracked
    temper = np.clip(rng.normal(handling.temper, handling.temper_spread, alone), 0.75, 1.1)
    single["temper"], single["fast"] = temper, (temper > handling.temper) & ~truck & ~tracked
    single["cap"] = np.where(tracked, 15.0, np.where(truck, 24.0, 60.0))
    single["acceleration"] = handling.acceleration * np.where(tracked | truck, 0.6, 1.0)
    single["headway"], single["jam"] = handling.headway * rng.uniform(0.85, 1.25, alone), handling.jam
    single["headway"] = np.maximum(single["headway"], 1.0)
    single["length"] = np.where(
        tracked, 6.8, np.where(truck, rng.uniform(7.0, 16.5, alone), rng.uniform(3.7, 5.0, alone))
    )
    crawler = np.concatenate([np.array([c.tracked for c in convoys], bool)[of], tracked])
    entities = Entities(
        entity=1 + np.arange(len(vehicles), dtype=np.int64),
        target_class=np.where(crawler, TargetClass.TRACKED, TargetClass.WHEELED).astype(np.uint8),
        formation=vehicles["formation"].astype(np.int32),
        length=vehicles["length"].astype(np.float32),
    )
    return vehicles, entities


def _of_convoys(convoys: tuple[Convoy, ...]) -> dict[str, NDArray[np.float64]]:
    """Give what the vehicles of each convoy have in common."""
    return {
        "cap": np.array([_CLOSING_UP * convoy.speed for convoy in convoys]),
        "headway": np.array([convoy.headway for convoy in convoys]),
        "jam": np.array([convoy.spacing for convoy in convoys]),
        "length": np.array([_CONVOY_TRACKED if convoy.tracked else _CONVOY_TRUCK for convoy in convoys]),
    }


def blank_book(town: Town, vehicles: Table) -> Book:
    """Give the state in which nobody is on the road."""
    last = town.links[-1]
    queues = np.zeros(int(last["queue"]) + int(last["lanes"]), QUEUE_COLUMNS)
    for name in ("head", "tail", "gone", "holder", "claim", "column", "column_from", "ring_from"):
        queues[name] = NONE
    before = ring_before(town.links)
    ring = np.flatnonzero(before != NONE)
    queues["ring_from"][town.links["queue"][ring]] = town.links["queue"][before[ring]]
    return Book(vehicles=vehicles, queues=queues, afloat=np.zeros(len(town.formations), np.int32))


def place_columns(town: Town, book: Book) -> None:
    """Put convoys where their journeys begin: off the road in their area, or in column on the road."""
    taken: set[int] = set()
    for number, group in enumerate(town.formations):
        members = book.vehicles[group["first"] : group["first"] + group["size"]]
        stop = town.stops[group["stop"]]
        members["destination"], members["trip"] = stop["destination"], 0
        if stop["staged"]:
            members["status"] = STAGED
            comes = (town.links["end"] == town.node[stop["destination"]]) & town.links["open"]
            members["link"] = np.flatnonzero(comes)[0]
            members["slot"] = stop["slot"] + members["place"]
            gate = gates(town.links, town.points, town.node[[stop["destination"]]])
            members["way"] = np.linalg.norm(town.slots[members["slot"]] - gate, axis=-1)
            members["along"] = members["way"]
        else:
            taken |= _put_in_column(town, book, members, taken)
            book.afloat[number] = group["size"]


def gates(links: Table, points: Table, node: NDArray[np.int32]) -> NDArray[np.float64]:
    """Give where nodes are, (D, 3), m; each is at the end of some link."""
    last = links["first"] + links["count"] - 1
    at = np.zeros((1 + int(links["end"].max()), 3))
    at[links["end"]] = np.stack([points[axis][last] for axis in ("east", "north", "up")], axis=-1)
    return at[node]


def _put_in_column(town: Town, book: Book, members: Table, taken: set[int]) -> set[int]:
    """Put a standing convoy on the first stretch of its journey where no other is, and give the links it is on."""
    back = np.arange(len(members)) * float(members["jam"][0] + members["length"][0])
    for offset in range(1, _FARTHEST, _TRY):
        front = offset + back[-1] - back
        way = _first_stretch(town, members[0], float(front[0]) + 1.0)
        run = np.cumsum([0.0, *(town.links[link]["length"] for link, _ in way)])
        at = np.searchsorted(run, front, side="right") - 1
        on = [link for link, _ in way[int(at[-1]) : int(at[0]) + 1]]
        if taken.isdisjoint(on):
            break
    else:
        message = f"there is no room on the roads for a convoy of {len(members)} at the start; let some begin elsewhere"
        raise UsageError(message)
    links, trips = np.array(way).T
    members["link"], members["trip"] = links[at], trips[at]
    members["along"], members["driven"], members["status"] = front - run[at], front, DRIVING
    first = town.formations[members["formation"][0]]["stop"]
    members["destination"] = town.stops[first + members["trip"]]["destination"]
    for before, link in pairwise(on):
        lane = book.queues[town.links[link]["queue"]]
        lane["column"], lane["column_from"] = members["formation"][0], town.links[before]["queue"]
    return set(on)


def _first_stretch(town: Town, leader: Table, length: float) -> list[tuple[int, int]]:
    """List the links, each with the stop it leads to, of the first ``length`` of a journey."""
    group = town.formations[leader["formation"]]
    stops = town.stops[group["stop"] : group["stop"] + group["stops"]]
    trip, node, run = 0, int(town.node[leader["destination"]]), 0.0
    way: list[tuple[int, int]] = []
    while run < length:
        while node == town.node[stops[trip]["destination"]]:
            if stops[trip]["staged"]:
                message = f"a convoy of {group['size']} has no room before its first staging area; begin farther away"
                raise UsageError(message)
            trip = (trip + 1) % len(stops)
        link = int(town.onward[stops[trip]["destination"], node])
        way.append((link, trip))
        node, run = int(town.links[link]["end"]), run + float(town.links[link]["length"])
    return way


def scatter(rng: Generator, town: Town, book: Book, weight: NDArray[np.float64], parked: float) -> None:
    """Put those who drive alone anywhere on their first journey, or parked; where there is no room, parked as well."""
    rules = town.rules[0]
    members = int(town.formations["size"].sum())
    cars = book.vehicles[members:]
    if not len(cars):
        return
    origin = rng.choice(len(weight), len(cars), p=weight / weight.sum())
    drawn = rng.random(len(cars))
    goal = np.array([int(np.searchsorted(town.draw[a], u, side="right")) for a, u in zip(origin, drawn, strict=True)])
    cars["destination"] = np.minimum(goal, len(weight) - 1)
    time = walk(town, town.node[origin], cars["destination"])[0]
    share = rng.random(len(cars))
    _, link, left = walk(town, town.node[origin], cars["destination"], stop_after=share * time)
    cars["link"] = link
    cars["along"] = np.clip(left * town.links["limit"][link], 0.0, np.nextafter(town.links["length"][link], 0.0))
    standing = (rng.random(len(cars)) < parked) | _crowded(town, book, members)
    cars["status"] = np.where(standing, PARKED, DRIVING)
    cars["timer"] = np.where(standing, (rng.random(len(cars)) * rules["rest"][1]).astype(int), 0)
    links = town.links[link]
    for i in np.flatnonzero(standing).tolist():
        line = town.points["chainage"][links["first"][i] : links["first"][i] + links["count"][i]]
        inside = int(np.searchsorted(line, cars["along"][i], side="right")) - 1
        cars["point"][i] = links["first"][i] + min(inside, int(links["count"][i]) - 2)


def walk(
    town: Town,
    node: NDArray[np.int32],
    destination: NDArray[np.int32],
    stop_after: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
    """Walk along the fastest ways, all at once, link by link.

    Parameters
    ----------
    town : roads and ways
    node : (K,) where they begin
    destination : (K,) where they lead
    stop_after : (K,) after so long, s; None at the destination

    Returns
    -------
    time : (K,) driven at the limit until then, whole links, s
    link : (K,) the last one
    left : (K,) of ``stop_after`` for that link, s
    """
    time = np.zeros(len(node))
    link, here = np.full(len(node), NONE, np.int32), node.copy()
    until = np.full(len(node), np.inf) if stop_after is None else stop_after
    going = np.arange(len(node))
    while len(going):
        step = town.onward[destination[going], here[going]]
        going, step = going[step != NONE], step[step != NONE]
        link[going] = step
        needed = town.links["length"][step] / town.links["limit"][step]
        goes_on = time[going] + needed <= until[going]
        going, step, needed = going[goes_on], step[goes_on], needed[goes_on]
        time[going] += needed
        here[going] = town.links["end"][step]
    return time, link, until - time


def _crowded(town: Town, book: Book, members: int) -> NDArray[np.bool_]:
    """Tell which of those who drive alone stand in another or in a convoy."""
    cars = book.vehicles
    queue = town.links["queue"][cars["link"]] + (cars["fast"] & (town.links["lanes"][cars["link"]] > 1))
    order = np.lexsort((cars["along"], queue))
    near, same = cars["along"][order], queue[order]
    room = np.diff(near) < cars["length"][order][1:] + cars["jam"][order][:-1] + 10.0
    blocked = np.append((np.diff(same) == 0) & room, [False])
    # The rear of a vehicle may stand on the link before its own.
    blocked |= near < cars["length"][order] + 1.0
    crowded = np.zeros(len(cars), bool)
    crowded[order] = blocked
    convoy = np.zeros(len(book.queues), bool)
    convoy[queue[:members][cars["status"][:members] == DRIVING]] = True
    convoy |= book.queues["column"] != NONE
    result: NDArray[np.bool_] = (crowded | convoy[queue])[members:]
    return result
