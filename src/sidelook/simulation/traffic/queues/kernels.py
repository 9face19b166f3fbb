"""Compiled queues: the vehicles of each lane in order, and whose turn it is at a junction.

The vehicles of one queue after another may enter the next; others wait at their stop lines, and after a while it is
their turn. Formations pass as a whole.
"""

from sidelook.compiling import kernel
from sidelook.simulation.traffic.columns import NONE, Book, Row, Table

TURN = 15  # a queue lets others in after so long, s
STALE = 30  # a claim that nobody takes is void, s
COLUMN_STALE = 120  # nor is the way kept for a formation that does not come, s


@kernel
def join(book: Book, i: int) -> None:
    """Put a vehicle into its queue by how far it is; nearly always that is its tail."""
    vehicles = book.vehicles
    car = vehicles[i]
    lane = book.queues[car.queue]
    leader, follower = lane.tail, NONE
    while leader != NONE and vehicles[leader].along < car.along:
        follower, leader = leader, vehicles[leader].leader
    car.leader, car.follower = leader, follower
    if leader == NONE:
        lane.head = i
    else:
        vehicles[leader].follower = i
    if follower == NONE:
        lane.tail = i
    else:
        vehicles[follower].leader = i


@kernel
def drop(book: Book, i: int) -> None:
    """Take a vehicle out of its queue."""
    vehicles = book.vehicles
    car = vehicles[i]
    lane = book.queues[car.queue]
    if car.leader == NONE:
        lane.head = car.follower
    else:
        vehicles[car.leader].follower = car.follower
    if car.follower == NONE:
        lane.tail = car.leader
    else:
        vehicles[car.follower].leader = car.leader
    car.leader = car.follower = NONE


@kernel
def admit(car: Row, lane: Row, origin: int, now: int) -> bool:
    """Let a vehicle from a queue into the next, or note that it waits."""
    if lane.column != NONE and now - lane.column_at > COLUMN_STALE:
        lane.column = NONE
    if NONE != lane.column != car.formation and lane.column_from != origin:
        return False
    if lane.holders > 0 and lane.holder != origin:
        if lane.claim == NONE or now - lane.claimed > STALE + TURN:
            lane.claim, lane.claimed = origin, now
        return False
    if NONE != lane.claim != origin != lane.ring_from and lane.column == NONE:
        waiting = now - lane.claimed
        if TURN <= waiting <= STALE + TURN or (lane.holders == 0 and waiting < TURN):
            return False
    if lane.claim == origin:
        lane.claim = NONE
    lane.holder = origin
    lane.holders += 1
    if not car.last:
        lane.column, lane.column_from, lane.column_at = car.formation, origin, now
    return True


@kernel
def enter(car: Row, lane: Row, now: int) -> None:
    """Note that a vehicle that was let in has come."""
    lane.holders -= 1
    if car.formation != NONE and lane.column == car.formation:
        lane.column_at = now
        if car.last:
            lane.column = NONE


@kernel
def release(queues: Table, car: Row) -> None:
    """Give back the turns of a vehicle that has come to rest before it took them."""
    for k in range(car.committed):
        queues[car.ahead_queue[k]].holders -= 1
    car.committed = 0
