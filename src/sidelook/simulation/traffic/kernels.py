"""The compiled step of road traffic: everybody chooses a speed, moves, and whoever comes to an end goes on."""

import math

from sidelook.compiling import kernel
from sidelook.model.columns import Floats
from sidelook.simulation.traffic.columns import (
    DRIVING,
    ENTERING,
    FINEST,
    JAM,
    LEAVING,
    NONE,
    PARKED,
    STAGED,
    Book,
    Row,
    Table,
    Town,
)
from sidelook.simulation.traffic.driving.kernels import approach, chance, follow, keep_up
from sidelook.simulation.traffic.journeys.kernels import (
    REST,
    WAIT,
    extend,
    foresee,
    lane_of,
    next_destination,
)
from sidelook.simulation.traffic.queues.kernels import admit, drop, enter, join, release

STILL = 0.5  # m/s
LONGEST = 30.0  # of a vehicle, whose rear may stand on a link before its own, m
RING_TIME, RING_ROOM = 3.0, 8.0  # s, m: one in a roundabout who is nearer than both together has the right of way
CREEP = 0.05  # gap beyond the one at rest below which nobody sets off, m
APART = 30.0  # a formation's vehicles leave their places one after another so far apart, m


@kernel
def advance(town: Town, book: Book, now: int, seconds: int, track: Floats) -> None:
    """Let ``seconds`` pass after second ``now``; ``track``, (T, 3, V), takes the places at the end of the last T."""
    left = seconds
    for time in range(now, now + seconds):
        choose(town, book, time)
        for i in range(book.vehicles.shape[0]):
            if book.vehicles[i].status == DRIVING:
                move(book.vehicles[i])
        go_on(town, book, time + 1)
        left -= 1
        if left < track.shape[0]:
            write(town, book, track[track.shape[0] - 1 - left])


@kernel
def choose(town: Town, book: Book, now: int) -> None:
    """Let all on the road choose their speeds.

    What is done for every vehicle takes single tables: handing on all of them costs more than most of the work.
    """
    vehicles, queues, links, points, rule = book.vehicles, book.queues, town.links, town.points, town.rules[0]
    for i in range(vehicles.shape[0]):
        car = vehicles[i]
        if car.status == DRIVING:
            bound = car.cap if car.formation == NONE else in_column(town, book, i, now)
            car.following = choose_speed(car, links[car.link], points, vehicles, queues, rule, bound, now)


@kernel
def go_on(town: Town, book: Book, now: int) -> None:
    """After all have moved, let those go on who have come to an end or stand."""
    vehicles, links, points = book.vehicles, town.links, town.points
    for i in range(vehicles.shape[0]):
        car = vehicles[i]
        if car.status == DRIVING:
            if car.along >= car.end - FINEST or car.speed == 0.0 or car.stood > 0:
                settle(town, book, i, now)
            pass_points(car, links[car.link], points)
        elif car.status == PARKED:
            car.timer -= 1
            if car.timer <= 0:
                pull_out(town, book, i)
        else:
            off_road(town, book, i, now)


@kernel
def choose_speed(
    car: Row, link: Row, points: Table, vehicles: Table, queues: Table, rule: Row, bound: float, now: int
) -> float:
    """Give the speed at the end of the next second, the greatest that everything allows."""
    if car.timer > 0:
        car.timer -= 1
        release(queues, car)
        return 0.0
    speed = car.speed
    chosen = min(speed + car.acceleration, car.temper * link.limit, bound)
    chosen = on_line(car, link, points, chosen, rule.deceleration)
    chosen = approach(speed, chosen, car.until, car.end - car.along, rule.deceleration)
    # Far from a link's end and from others there is nobody to look for, and nothing to ask.
    end, reach = link.length - car.along, speed + car.acceleration
    if car.leader != NONE or end <= sight(car, reach, rule.braking):
        chosen = behind(car, link, vehicles, queues, chosen, rule.braking)
    if chosen <= CREEP and speed <= CREEP:
        release(queues, car)
        return 0.0
    if end <= decision(speed, rule.deceleration):
        line = stop_line(car, link, vehicles, queues, rule.deceleration, now)
        if line < math.inf:
            chosen = approach(speed, chosen, 0.0, line - min(FINEST, 0.5 * link.length), rule.deceleration)
    slowest: float = speed - rule.braking
    return max(chosen, slowest, 0.0)


@kernel
def sight(car: Row, speed: float, braking: float) -> float:
    """Give how far ahead a vehicle may be that matters at a speed."""
    distance: float = car.jam + (car.headway + 1.0) * speed + 0.5 * speed * speed / braking + LONGEST
    return distance


@kernel
def decision(speed: float, deceleration: float) -> float:
    """Give how far before a junction a driver must know whether it can be entered, to stop comfortably otherwise."""
    return 0.5 * speed * speed / deceleration + 2.5 * speed + 5.0


@kernel
def in_column(town: Town, book: Book, i: int, now: int) -> float:
    """Bound the speed of a formation's vehicle: none leaves the next behind, and the leader halts on time.

    The leader is slow as well while others leave their area.
    """
    car = book.vehicles[i]
    group = town.formations[car.formation]
    bound: float = car.cap
    if car.leads:
        since = now - group.halt_first
        if group.halt_every > 0 and since >= 0 and since % group.halt_every < group.halt_time:
            bound = 0.0
        elif book.afloat[car.formation] < group.size:
            bound = min(bound, group.forming_speed)
    if not car.last and book.vehicles[i + 1].status == DRIVING:
        other = book.vehicles[i + 1]
        wanted = other.jam + other.headway * book.vehicles[group.first].cap
        bound = min(bound, keep_up(other.speed, car.driven - car.length - other.driven, wanted))
    slower: float = car.speed - town.rules[0].deceleration
    return max(bound, slower)


@kernel
def on_line(car: Row, link: Row, points: Table, chosen: float, deceleration: float) -> float:
    """Lower a speed to what the bends of the link that come next allow."""
    reach, temper = car.speed + car.acceleration, car.temper * car.temper
    for p in range(car.point + 1, link.first + link.count - 1):
        distance = points[p].chainage - car.along
        chosen = approach(car.speed, chosen, temper * points[p].ceiling, distance, deceleration)
        if distance > reach:
            break
    return chosen


@kernel
def behind(car: Row, link: Row, vehicles: Table, queues: Table, chosen: float, braking: float) -> float:
    """Lower a speed to what is safe behind the vehicle ahead, on this link or on those that follow."""
    if car.leader != NONE:
        other = vehicles[car.leader]
        return follow(car, chosen, other.along - other.length - car.along + nearer(car, other), other.speed, braking)
    horizon = sight(car, car.speed + car.acceleration, braking)
    distance = link.length - car.along
    gone = queues[car.queue].gone
    if gone != NONE and vehicles[gone].origin == car.queue and vehicles[gone].along < vehicles[gone].length:
        # It may have turned off, but its rear has not.
        other = vehicles[gone]
        chosen = follow(car, chosen, distance + other.along - other.length + nearer(car, other), other.speed, braking)
    for k in range(car.count):
        if distance > horizon:
            break
        tail = queues[car.ahead_queue[k]].tail
        if tail != NONE:
            other = vehicles[tail]
            return follow(car, chosen, distance + other.along - other.length + nearer(car, other), other.speed, braking)
        distance += car.ahead_length[k]
    return chosen


@kernel
def nearer(car: Row, other: Row) -> float:
    """Give how much less is kept at rest behind a vehicle: spacing is for the column, not for whoever is in its way.

    In a loop that may be the column's own rear.
    """
    apart = car.formation != NONE and (other.formation != car.formation or other.place > car.place)
    less: float = max(car.jam - JAM, 0.0) if apart else 0.0
    return less


@kernel
def stop_line(car: Row, link: Row, vehicles: Table, queues: Table, deceleration: float, now: int) -> float:
    """Ask to enter the links that could no longer be avoided soon; give how far the first refusal is."""
    needed, origin = decision(car.speed, deceleration), car.queue
    distance: float = link.length - car.along
    for k in range(car.count):
        if distance > needed:
            return math.inf
        if k >= car.committed:
            lane = queues[car.ahead_queue[k]]
            if stands_over(vehicles, lane.tail, origin) or gives_way(car, lane, vehicles, queues, origin):
                return distance
            if not admit(car, lane, origin, now):
                return distance
            car.committed = k + 1
        distance += car.ahead_length[k]
        origin = car.ahead_queue[k]
    return math.inf


@kernel
def stands_over(vehicles: Table, tail: int, origin: int) -> bool:
    """Tell whether the last vehicle of a queue came from elsewhere and its rear is not in yet."""
    if tail == NONE:
        return False
    over: bool = vehicles[tail].origin != origin and vehicles[tail].along < vehicles[tail].length
    return over


@kernel
def gives_way(car: Row, lane: Row, vehicles: Table, queues: Table, origin: int) -> bool:
    """Tell whether a vehicle that would come into a roundabout must wait: for room, or for one that is in it."""
    before = lane.ring_from
    if before == NONE or NONE != lane.column == car.formation:
        return False
    if before == origin:
        return False
    if lane.tail != NONE and vehicles[lane.tail].along - vehicles[lane.tail].length < car.length + car.jam:
        return True
    head = queues[before].head
    if head == NONE:
        return False
    other = vehicles[head]
    coming: bool = other.count > 0 and queues[other.ahead_queue[0]].ring_from == before
    return coming and other.end - other.along < RING_TIME * other.speed + RING_ROOM


@kernel
def move(car: Row) -> None:
    """Drive for a second with the acceleration that leads to the chosen speed."""
    step = 0.5 * (car.speed + car.following)
    car.along, car.driven = car.along + step, car.driven + step
    car.speed = car.following


@kernel
def pass_points(car: Row, link: Row, points: Table) -> None:
    """Find the point of the line that was passed last."""
    last = link.first + link.count - 2
    while car.point < last and points[car.point + 1].chainage <= car.along:
        car.point += 1


@kernel
def settle(town: Town, book: Book, i: int, now: int) -> None:
    """Let a vehicle that has come to an end go on: to the next link, into a parking place, off the road."""
    car = book.vehicles[i]
    if car.along >= town.links[car.link].length and car.count > 0:
        cross(town, book, i, now)
    arrive(town, book, i)


@kernel
def cross(town: Town, book: Book, i: int, now: int) -> None:
    """Drive on to the links ahead that have been reached; what was not granted cannot be."""
    car = book.vehicles[i]
    length = town.links[car.link].length
    if car.halting or car.committed == 0:
        car.along, car.speed = math.nextafter(length, 0.0), 0.0
        return
    drop(book, i)
    while car.along >= length and car.committed > 0 and not car.halting:
        enter(car, book.queues[car.ahead_queue[0]], now)
        book.queues[car.queue].gone = i
        car.along, car.origin = car.along - length, car.queue
        car.link, car.queue, length = car.ahead[0], car.ahead_queue[0], car.ahead_length[0]
        car.count, car.committed = car.count - 1, car.committed - 1
        for k in range(car.count):
            car.ahead[k], car.ahead_queue[k] = car.ahead[k + 1], car.ahead_queue[k + 1]
            car.ahead_length[k] = car.ahead_length[k + 1]
        car.hop, car.waited = car.hop + 1, False
        car.point = town.links[car.link].first
        extend(town, car)
        foresee(town, car, i)
    if car.along >= length:
        car.along = math.nextafter(length, 0.0)
    join(book, i)


@kernel
def arrive(town: Town, book: Book, i: int) -> None:
    """Stop at a junction or park at a journey's end, and find the point of the line that was passed last."""
    car = book.vehicles[i]
    if car.count == 0 and car.formation != NONE and car.along >= car.end:
        drop(book, i)
        turn_in(town, book, car)
        return
    if car.speed < STILL and car.along >= car.end - FINEST and car.until == 0.0:
        if car.halting:
            car.speed, car.halting, car.waited = 0.0, False, True
            low, high = town.rules[0].wait[0], town.rules[0].wait[1]
            car.timer = int(low + (high - low) * chance(town.rules[0].seed, i, car.hop, WAIT))
            foresee(town, car, i)
        elif car.count == 0:
            park(town, book, i)
    car.stood = car.stood + 1 if car.speed == 0.0 and car.timer == 0 else 0
    if car.stood > town.rules[0].patience and car.formation == NONE and car.status == DRIVING:
        park(town, book, i)


@kernel
def park(town: Town, book: Book, i: int) -> None:
    """Leave the road where the vehicle is, rest, and choose the next destination."""
    car, rules = book.vehicles[i], town.rules[0]
    drop(book, i)
    release(book.queues, car)
    car.status, car.origin, car.speed, car.following, car.stood = PARKED, NONE, 0.0, 0.0, 0
    car.timer = int(rules.rest[0] + (rules.rest[1] - rules.rest[0]) * chance(rules.seed, i, car.trip, REST))
    car.trip += 1
    car.destination = next_destination(town, car, i)
    car.count, car.final, car.halting, car.waited = 0, False, False, False


@kernel
def pull_out(town: Town, book: Book, i: int) -> None:
    """Set off on the road when nobody is near: on to the link's end, or back where that is the way."""
    car = book.vehicles[i]
    link, number = town.links[car.link], car.link
    onward = town.onward[car.destination, link.end]
    turns = onward != NONE and onward // 2 == number // 2
    along = link.length - car.along if turns else car.along
    number = onward if turns else number
    if is_free(town, book, town.links[number], car, along):
        set_off(town, book, i, number, along)


@kernel
def is_free(town: Town, book: Book, link: Row, car: Row, along: float) -> bool:
    """Tell whether a place of a link can be taken: nobody at it, and nobody who could not stop before it."""
    queue = lane_of(link, car)
    lane = book.queues[queue]
    if lane.holders > 0 or NONE != lane.column != car.formation:
        return False
    other = lane.tail
    while other != NONE:
        near = book.vehicles[other]
        if near.along >= along:
            together = near.formation != car.formation and not near.last
            room: bool = near.along - near.length - car.jam > along
            return room and not together
        if near.place > 0 and near.formation != car.formation:
            return False
        behind = along - car.length - near.along - near.jam
        if behind < near.headway * (near.speed + 2.0) + 0.4 * near.speed * near.speed:
            return False
        other = near.leader
    onward = town.onward[car.destination, link.end]
    if onward == NONE:
        return True
    # The rear of one that has just left the link may still be on it.
    other = book.queues[lane_of(town.links[onward], car)].tail
    rear = book.vehicles[other].along - book.vehicles[other].length if other != NONE else math.inf
    clear: bool = link.length + rear - car.jam > along
    return clear


@kernel
def set_off(town: Town, book: Book, i: int, number: int, along: float) -> None:
    """Enter a link from beside it."""
    car, link = book.vehicles[i], town.links[number]
    car.status, car.along, car.speed, car.link = DRIVING, along, 0.0, number
    car.queue, car.point, car.timer, car.stood = lane_of(link, car), link.first, 0, 0
    car.origin = NONE
    car.count, car.committed, car.final, car.waited = 0, 0, False, False
    pass_points(car, link, town.points)
    join(book, i)
    extend(town, car)
    foresee(town, car, i)


@kernel
def turn_in(town: Town, book: Book, car: Row) -> None:
    """Leave the road for the formation's area, each to its own place."""
    release(book.queues, car)
    stop = town.stops[town.formations[car.formation].stop + car.trip]
    car.slot, car.origin = stop.slot + car.place, NONE
    car.status, car.along, car.way = ENTERING, max(car.along - car.end, 0.0), distance_off(town, car)
    book.afloat[car.formation] -= 1


@kernel
def distance_off(town: Town, car: Row) -> float:
    """Give how far a vehicle's place is from the node where it leaves the road."""
    link, slot = town.links[car.link], town.slots[car.slot]
    gate = town.points[link.first + link.count - 1]
    return math.sqrt((slot[0] - gate.east) ** 2 + (slot[1] - gate.north) ** 2 + (slot[2] - gate.up) ** 2)


@kernel
def off_road(town: Town, book: Book, i: int, now: int) -> None:
    """Drive straight to or from a place off the road, and stand there until it is time to leave."""
    car, rules = book.vehicles[i], town.rules[0]
    group = town.formations[car.formation]
    if car.status == STAGED:
        leader = book.vehicles[i - 1] if car.place > 0 else car
        ahead = car.place == 0 or leader.status == DRIVING or (leader.status == LEAVING and leader.along > APART)
        if ahead and now >= town.stops[group.stop + car.trip].leave:
            car.status, car.along, car.speed = LEAVING, 0.0, 0.0
            car.trip = (car.trip + 1) % group.stops
            car.destination = town.stops[group.stop + car.trip].destination
        return
    chosen = min(car.speed + car.acceleration, max(rules.off_road, car.speed - rules.deceleration))
    car.following = approach(car.speed, chosen, 0.0, car.way - car.along, rules.deceleration)
    move(car)
    if car.along < car.way - FINEST or car.speed > STILL:
        return
    if car.status == ENTERING:
        car.status, car.speed, car.along = STAGED, 0.0, car.way
        return
    car.speed = 0.0
    number = town.onward[car.destination, town.links[car.link].end]
    waits = car.place > 0 and book.vehicles[i - 1].status != DRIVING
    if not waits and is_free(town, book, town.links[number], car, 0.0):
        set_off(town, book, i, number, 0.0)
        car.driven = 0.0
        book.afloat[car.formation] += 1
        lane = book.queues[car.queue]
        if not car.last:
            lane.column, lane.column_from, lane.column_at = car.formation, NONE, now
        elif lane.column == car.formation:
            lane.column = NONE


@kernel
def board(town: Town, book: Book) -> None:
    """Put everybody who is on the road at first into order, and look ahead."""
    for i in range(book.vehicles.shape[0]):
        car = book.vehicles[i]
        if car.status == DRIVING:
            set_off(town, book, i, car.link, car.along)


@kernel
def write(town: Town, book: Book, places: Floats) -> None:
    """Write where everybody is, (3, V)."""
    vehicles = book.vehicles
    for i in range(vehicles.shape[0]):
        car = vehicles[i]
        if car.status >= STAGED:
            link = town.links[car.link]
            b, slot = town.points[link.first + link.count - 1], town.slots[car.slot]
            share = car.along / max(car.way, 1e-6)
            share = 1.0 if car.status == STAGED else share
            share = 1.0 - share if car.status == LEAVING else share
            places[0, i] = b.east + share * (slot[0] - b.east)
            places[1, i] = b.north + share * (slot[1] - b.north)
            places[2, i] = b.up + share * (slot[2] - b.up)
        else:
            a, b = town.points[car.point], town.points[car.point + 1]
            share = (car.along - a.chainage) / max(b.chainage - a.chainage, 1e-6)
            places[0, i] = a.east + share * (b.east - a.east)
            places[1, i] = a.north + share * (b.north - a.north)
            places[2, i] = a.up + share * (b.up - a.up)
