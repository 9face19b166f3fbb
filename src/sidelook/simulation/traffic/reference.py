"""The speeds that drivers choose, in plain float64: what the compiled step is compared with.

Order is found by sorting, not kept in lists; ways ahead are walked anew.
"""

import numpy as np
from numpy.typing import NDArray

from sidelook.simulation.traffic.columns import DRIVING, FINEST, JAM, NONE, Book, Row, Town
from sidelook.simulation.traffic.driving.laws import approach_speed, column_speed, equilibrium_gap, following_speed


def choose_speeds(
    town: Town, book: Book, committed: NDArray[np.int32], bound: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the speed that each vehicle on the road has a second later.

    Parameters
    ----------
    town : roads, ways and rules
    book : vehicles now
    committed : (V,) links ahead that each may enter in this second
    bound : (V,) greatest speed of each, m/s

    Returns
    -------
    (V,) m/s, NaN for those not on the road
    """
    cars = book.vehicles
    on = np.flatnonzero(cars["status"] == DRIVING)
    order = on[np.lexsort((cars["along"][on], cars["queue"][on]))]
    same = np.diff(cars["queue"][order]) == 0
    leader = np.full(len(cars), NONE)
    leader[order[:-1][same]] = order[1:][same]
    tail = dict(zip(cars["queue"][order][::-1].tolist(), order[::-1].tolist(), strict=True))
    chosen = np.full(len(cars), np.nan)
    for i in on.tolist():
        chosen[i] = _choose(town, book, i, (int(leader[i]), tail), int(committed[i]), float(bound[i]))
    return chosen


def column_bounds(town: Town, book: Book, now: int) -> NDArray[np.float64]:
    """Give the (V,) greatest speeds of all by what they are and by the order of their columns, m/s."""
    cars = book.vehicles
    bound = cars["cap"].copy()
    for number, group in enumerate(town.formations):
        first, last = int(group["first"]), int(group["first"] + group["size"]) - 1
        since, halts = now - int(group["halt_first"]), int(group["halt_every"]) > 0
        if halts and since >= 0 and since % int(group["halt_every"]) < int(group["halt_time"]):
            bound[first] = 0.0
        elif book.afloat[number] < group["size"]:
            bound[first] = min(bound[first], group["forming_speed"])
        own, behind = cars[first:last], cars[first + 1 : last + 1]
        gap = own["driven"] - own["length"] - behind["driven"]
        wanted = equilibrium_gap(cars["cap"][first], behind["headway"], behind["jam"])
        kept = np.where(behind["status"] == DRIVING, column_speed(behind["speed"], gap, wanted), np.inf)
        bound[first:last] = np.minimum(bound[first:last], kept)
        column = slice(first, last + 1)
        bound[column] = np.maximum(bound[column], cars["speed"][column] - town.rules[0]["deceleration"])
    return bound


def _choose(town: Town, book: Book, i: int, others: tuple[int, dict[int, int]], committed: int, bound: float) -> float:
    car, rule = book.vehicles[i], town.rules[0]
    if car["timer"] > 0:
        return 0.0
    link, comfort, hard = town.links[car["link"]], float(rule["deceleration"]), float(rule["braking"])
    speed = float(car["speed"])
    limits = [speed + car["acceleration"], car["temper"] * link["limit"], bound, *_bends(town, car, comfort)]
    limits.append(float(approach_speed(speed, np.sqrt(car["until"]), car["end"] - car["along"], comfort)))
    limits += _safe(book, car, link, others, hard)
    if min(limits) <= 0.05 and speed <= 0.05:  # noqa: PLR2004 - as in the step
        return 0.0
    line = _refused(car, link, committed)
    if line < 0.5 * speed**2 / comfort + 2.5 * speed + 5.0:
        limits.append(float(approach_speed(speed, 0.0, line - min(FINEST, 0.5 * link["length"]), comfort)))
    return max(float(min(limits)), speed - hard, 0.0)


def _bends(town: Town, car: Row, comfort: float) -> list[float]:
    link = town.links[car["link"]]
    points = town.points[link["first"] + 1 : link["first"] + link["count"] - 1]
    ahead = points[points["chainage"] > car["along"]]
    distance = ahead["chainage"] - car["along"]
    near = 1 + int((distance <= car["speed"] + car["acceleration"]).sum())
    passing = car["temper"] * np.sqrt(ahead["ceiling"][:near])
    found: list[float] = approach_speed(car["speed"], passing, distance[:near], comfort).tolist()
    return found


def _safe(book: Book, car: Row, link: Row, others: tuple[int, dict[int, int]], hard: float) -> list[float]:
    """Give the speeds that are safe behind the vehicle ahead and behind a rear that stands over."""
    leader, tail = others
    if leader != NONE:
        return [_behind(book, car, leader, -float(car["along"]), hard)]
    distance, found = float(link["length"] - car["along"]), []
    gone = int(book.queues["gone"][car["queue"]])
    over = gone != NONE and book.vehicles["along"][gone] < book.vehicles["length"][gone]
    if over and book.vehicles["origin"][gone] == car["queue"]:
        found.append(_behind(book, car, gone, distance, hard))
    for k in range(int(car["count"])):
        if (other := tail.get(int(car["ahead_queue"][k]), NONE)) != NONE:
            return [*found, _behind(book, car, other, distance, hard)]
        distance += float(car["ahead_length"][k])
    return found


def _behind(book: Book, car: Row, other: int, distance: float, hard: float) -> float:
    ahead = book.vehicles[other]
    jam = float(car["jam"])
    if car["formation"] != NONE and (ahead["formation"] != car["formation"] or ahead["place"] > car["place"]):
        jam = min(jam, JAM)
    gap = distance + float(ahead["along"] - ahead["length"]) - jam
    return float(following_speed(car["speed"], ahead["speed"], gap, car["headway"], hard))


def _refused(car: Row, link: Row, committed: int) -> float:
    """Give how far the first junction is that may not be entered."""
    if committed >= car["count"]:
        return np.inf
    return float(link["length"] - car["along"] + car["ahead_length"][:committed].sum())
