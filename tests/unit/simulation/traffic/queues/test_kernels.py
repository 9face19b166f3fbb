"""Order in queues against sorting, and whose turn it is."""

import numpy as np

from sidelook.simulation.traffic.columns import NONE, QUEUE_COLUMNS, VEHICLE_COLUMNS, Book, Table
from sidelook.simulation.traffic.queues import kernels


def blank(vehicles: int, queues: int) -> Book:
    cars, lanes = np.zeros(vehicles, VEHICLE_COLUMNS), np.zeros(queues, QUEUE_COLUMNS)
    for name in ("leader", "follower", "formation"):
        cars[name] = NONE
    for name in ("head", "tail", "holder", "claim", "column", "column_from", "ring_from"):
        lanes[name] = NONE
    cars["last"] = True
    return Book(vehicles=cars, queues=lanes, afloat=np.zeros(0, np.int32))


def listed(book: Book, queue: int) -> list[int]:
    """Walk a queue from its tail, and see that it is the same from its head."""
    rows, car = [], int(book.queues["tail"][queue])
    while car != NONE:
        rows.append(car)
        car = int(book.vehicles["leader"][car])
    back, car = [], int(book.queues["head"][queue])
    while car != NONE:
        back.append(car)
        car = int(book.vehicles["follower"][car])
    assert rows == back[::-1]
    return rows


def test_vehicles_come_and_go_and_stay_in_order() -> None:
    rng = np.random.default_rng(1)
    book, inside = blank(60, 3), set[int]()
    for _ in range(400):
        i = int(rng.integers(60))
        if i in inside:
            kernels.drop(book, i)
            inside.remove(i)
        else:
            book.vehicles["queue"][i], book.vehicles["along"][i] = rng.integers(3), rng.uniform(0, 500)
            kernels.join(book, i)
            inside.add(i)
        for queue in range(3):
            here = [k for k in inside if book.vehicles["queue"][k] == queue]
            assert listed(book, queue) == sorted(here, key=lambda k: book.vehicles["along"][k])


def admitted(book: Book, car: int, origin: int, now: int) -> bool:
    return bool(kernels.admit(book.vehicles[car], book.queues[0], origin, now))


def test_one_queue_enters_after_another() -> None:
    book = blank(4, 3)
    assert admitted(book, 0, 1, 0)
    assert admitted(book, 1, 1, 1), "others of the same queue come along"
    assert not admitted(book, 2, 2, 2)
    kernels.enter(book.vehicles[0], book.queues[0], 3)
    kernels.enter(book.vehicles[1], book.queues[0], 4)
    assert admitted(book, 2, 2, 5)
    assert not admitted(book, 3, 1, 6)


def test_a_queue_without_end_lets_others_in() -> None:
    """The claim of the other queue is honoured after ``TURN``, and before that as soon as the way is free."""
    book = blank(3, 3)
    assert admitted(book, 0, 1, 0)
    assert not admitted(book, 2, 2, 1)
    assert admitted(book, 1, 1, 5)
    assert not admitted(book, 1, 1, 1 + kernels.TURN), "its turn is over"
    for car in (0, 1):
        kernels.enter(book.vehicles[car], book.queues[0], 20)
    assert not admitted(book, 0, 1, 21)
    assert admitted(book, 2, 2, 22)


def test_a_claim_that_nobody_takes_is_void_after_a_while() -> None:
    book = blank(3, 3)
    assert admitted(book, 0, 1, 0)
    assert not admitted(book, 2, 2, 1)
    kernels.enter(book.vehicles[0], book.queues[0], 2)
    assert not admitted(book, 1, 1, 3)
    assert admitted(book, 1, 1, 2 + kernels.TURN + kernels.STALE)


def column(book: Book, members: list[int]) -> Table:
    book.vehicles["formation"][members], book.vehicles["last"][members[:-1]] = 5, False
    return book.vehicles


def test_a_formation_passes_as_a_whole() -> None:
    book = blank(6, 3)
    cars = column(book, [0, 1, 2])
    assert admitted(book, 0, 1, 0)
    kernels.enter(cars[0], book.queues[0], 1)
    assert not admitted(book, 3, 2, 2), "nobody comes between from the side, though no one is entering"
    assert admitted(book, 4, 1, 2), "one ahead of it on the same road does"
    assert admitted(book, 1, 1, 3)
    assert admitted(book, 2, 1, 4)
    for car in (4, 1, 2):
        kernels.enter(cars[car], book.queues[0], 5)
    assert admitted(book, 3, 2, 6)


def test_the_way_is_not_kept_for_ever() -> None:
    book = blank(4, 3)
    column(book, [0, 1])
    assert admitted(book, 0, 1, 0)
    kernels.enter(book.vehicles[0], book.queues[0], 1)
    assert not admitted(book, 3, 2, kernels.COLUMN_STALE)
    assert admitted(book, 3, 2, 2 + kernels.COLUMN_STALE)


def test_turns_not_taken_are_given_back() -> None:
    book = blank(2, 3)
    car = book.vehicles[0]
    car["committed"], car["ahead_queue"][:2] = 2, (0, 2)
    book.queues["holders"] = [3, 0, 1]
    kernels.release(book.queues, car)
    assert book.queues["holders"].tolist() == [2, 0, 0]
    assert book.vehicles["committed"][0] == 0
