"""Compiled journeys: the next links towards a destination, and how fast they let a vehicle leave its own."""

import numpy as np

from sidelook.compiling import kernel
from sidelook.simulation.traffic.columns import AHEAD, FINEST, NONE, Row, Town
from sidelook.simulation.traffic.driving.kernels import chance, turn_speed

HALT, WAIT, REST, NEXT, BESIDE = range(5)  # purposes of chance
TURN_IN = 16.0  # square of the speed at which formations leave the road
LONGEST_SEARCH = 250.0  # for a parking place before the destination, m
THIRD = 1.0 / 3.0
SHORTEST = 2.0 * FINEST  # nobody stops within a link that is shorter, m


@kernel
def lane_of(link: Row, car: Row) -> int:
    """Choose the lane: the fast ones keep left where there are two."""
    queue: int = link.queue + (1 if car.fast and link.lanes > 1 else 0)
    return queue


@kernel
def next_destination(town: Town, car: Row, i: int) -> int:
    """Choose where to drive after the present destination, by weight and distance."""
    row = town.draw[car.destination]
    drawn = chance(town.rules[0].seed, i, car.trip, NEXT) * row[-1]
    found: int = min(np.searchsorted(row, drawn, side="right"), row.shape[0] - 1)
    return found


@kernel
def extend(town: Town, car: Row) -> None:
    """Look up the links ahead until there are enough or the destination is reached."""
    link = car.ahead[car.count - 1] if car.count > 0 else car.link
    while car.count < AHEAD and not car.final:
        node = town.links[link].end
        if node == town.node[car.destination]:
            if car.formation == NONE:
                car.final = True
                return
            journey = town.formations[car.formation]
            if town.stops[journey.stop + car.trip].staged:
                car.final = True
                return
            car.trip = (car.trip + 1) % journey.stops
            car.destination = town.stops[journey.stop + car.trip].destination
        link = town.onward[car.destination, node]
        following = town.links[link]
        if following.length < SHORTEST and following.end == town.node[car.destination] and car.formation == NONE:
            car.final = True
            return
        car.ahead[car.count] = link
        car.ahead_queue[car.count] = lane_of(following, car)
        car.ahead_length[car.count] = following.length
        car.count += 1


@kernel
def halts(town: Town, car: Row, i: int, k: int, link: Row, following: Row) -> bool:
    """Tell whether a driver stops at the junction after ``k`` more links: often where he enters a greater road.

    A third as often where roads of one rank cross, and never where his has priority.
    """
    if car.formation != NONE or not link.junction or link.length < SHORTEST or (k == 0 and car.waited):
        return False
    share = town.rules[0].halt * (1.0 if following.rank < link.rank else THIRD if link.crossing else 0.0)
    stops: bool = chance(town.rules[0].seed, i, car.hop + k, HALT) < share
    return stops


@kernel
def parking_place(town: Town, car: Row, i: int, link: Row) -> float:
    """Give where on the last link of a journey it ends."""
    place: float = link.length
    if car.formation == NONE:
        search = min(place - FINEST, LONGEST_SEARCH) * chance(town.rules[0].seed, i, car.trip, BESIDE)
        place = max(place - FINEST - search, 0.5 * place)
    return place


@kernel
def foresee(town: Town, car: Row, i: int) -> None:
    """Work out from the links ahead how fast the end of this one, or a stop on it, may be reached."""
    rules, temper = town.rules[0], car.temper * car.temper
    twice = 2.0 * rules.deceleration
    link = town.links[car.link]
    car.halting, car.end = False, link.length
    if car.count == 0:
        car.end = parking_place(town, car, i, link)
        car.until = TURN_IN if car.formation != NONE else 0.0
        return
    last = town.links[car.ahead[car.count - 1]]
    car.until = 0.0
    back = last.length - parking_place(town, car, i, last) if car.final else 0.0
    for k in range(car.count - 1, -1, -1):
        following = town.links[car.ahead[k]]
        before = town.links[car.ahead[k - 1]] if k > 0 else link
        entry = min(car.until + twice * (following.length - back), temper * following.entry)
        car.until = min(entry, temper * turn_speed(before, following, rules.lateral))
        back = 0.0
        if halts(town, car, i, k, before, following):
            car.until, back = 0.0, min(FINEST, 0.5 * before.length)
            car.halting = k == 0
    car.end = link.length - back
