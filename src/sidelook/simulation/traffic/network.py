"""Roads as traffic drives on them: edges in the directions that are open, on the ground, with what slows a vehicle."""

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.geometry.ground import Ground
from sidelook.simulation.traffic.columns import LINK_COLUMNS, POINT_COLUMNS, SLOWEST_BEND, Table
from sidelook.simulation.traffic.driving.laws import bend_speed
from sidelook.simulation.traffic.settings import Handling

_JUNCTION = 3  # ways that meet
_CURVE = 8.0  # lines with points nearer to one another than this are not bent more sharply for it, m


def lay_out(roads: RoadNetwork, frame: LocalFrame, ground: Ground, handling: Handling) -> tuple[Table, Table]:
    """Lay a road network out for driving.

    Parameters
    ----------
    roads : the network
    frame : of the positions
    ground : on which the roads lie, in the same frame
    handling : says how fast bends are taken

    Returns
    -------
    links : (2 E,) edge *e* forwards is link 2 *e*, backwards 2 *e* + 1, not open where the edge is driven one way
    points : (2 P,) of their lines

    Raises
    ------
    InputError : there are no roads, or the ground is not known under them
    """
    if not len(roads):
        message = "the road network is empty: traffic needs roads; check the area of the extract"
        raise InputError(message)
    count = np.repeat(np.diff(roads.offset), 2)
    first = np.cumsum(count) - count
    take = _both_ways(roads, first, count)
    points = np.zeros(len(take), POINT_COLUMNS)
    for name, column in zip(("east", "north", "up"), _on_ground(roads, frame, ground).T, strict=True):
        points[name] = column[take]
    links = np.zeros(2 * len(roads), LINK_COLUMNS)
    links["first"], links["count"] = first, count
    links["start"] = np.stack([roads.edge_start, roads.edge_end], axis=-1).ravel()
    links["end"] = np.stack([roads.edge_end, roads.edge_start], axis=-1).ravel()
    links["limit"], links["rank"] = np.repeat(roads.speed_limit, 2), np.repeat(roads.edge_class, 2)
    links["open"] = True
    links["open"][1::2] = ~roads.one_way
    links["lanes"] = np.where(links["rank"] == RoadClass.MOTORWAY, 2, 1)
    links["queue"] = np.cumsum(links["lanes"]) - links["lanes"]
    ways = _ways(links, len(roads.node_latitude))
    links["junction"] = ways[links["end"], -1] >= _JUNCTION
    links["crossing"] = ways[links["end"], links["rank"]] >= _JUNCTION
    links["crossing"] &= links["rank"] != RoadClass.MOTORWAY
    _measure(links, points)
    points["ceiling"] = _ceilings(links, points, handling)
    links["entry"] = points["ceiling"][first]
    return links, points


def _on_ground(roads: RoadNetwork, frame: LocalFrame, ground: Ground) -> NDArray[np.float64]:
    """Give the (P, 3) points of the lines, each where its vertical through the frame meets the ground."""
    places = geodetic_to_enu(roads.latitude, roads.longitude, 0.0, frame)
    for _ in range(2):
        # Up in the frame is not up at the place: once the height is known, so is the place.
        up = ground.height(places[:, 0], places[:, 1])
        level = geodetic_to_enu(roads.latitude, roads.longitude, 0.0, frame)
        above = np.where(np.isfinite(up), up, 0.0) - level[:, 2]
        places = geodetic_to_enu(roads.latitude, roads.longitude, above, frame)
    places[:, 2] = ground.height(places[:, 0], places[:, 1])
    unknown = int((~np.isfinite(places[:, 2])).sum())
    if unknown:
        message = f"the ground is not known under {unknown} of {len(places)} points of the roads; add the terrain there"
        raise InputError(message)
    return places


def _ways(links: Table, nodes: int) -> NDArray[np.int64]:
    """Count the ways that meet at each node, (N, R), of each rank or greater.

    Parallel edges between two nodes, or an edge for each direction, are one way of the greatest rank. An edge that is
    driven one way counts at both of its ends.
    """
    order = np.lexsort((links["rank"], links["end"], links["start"]))
    ordered = links[order]
    new = (np.diff(ordered["start"], prepend=-1) != 0) | (np.diff(ordered["end"], prepend=-1) != 0)
    count = np.zeros((nodes, int(links["rank"].max()) + 1), np.int64)
    np.add.at(count, (ordered["start"][new], ordered["rank"][new]), 1)
    return np.cumsum(count, axis=1)


def _both_ways(roads: RoadNetwork, first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give for each point of the links its point of the network."""
    link = np.repeat(np.arange(len(count)), count)
    inside = np.arange(len(link)) - first[link]
    begin = roads.offset[link // 2]
    along: NDArray[np.int64] = begin + np.where(link % 2, count[link] - 1 - inside, inside)
    return along


def _measure(links: Table, points: Table) -> None:
    """Fill in chainages, lengths and headings."""
    places = np.stack([points["east"], points["north"], points["up"]], axis=-1)
    step = np.diff(places, axis=0, prepend=places[:1])
    span = np.linalg.norm(step, axis=-1)
    span[links["first"]] = 0.0
    run = np.cumsum(span)
    points["chainage"] = run - np.repeat(run[links["first"]], links["count"])
    last = links["first"] + links["count"] - 1
    links["length"] = points["chainage"][last]
    flat = step[:, :2] / np.maximum(np.linalg.norm(step[:, :2], axis=-1), 1e-9)[:, None]
    links["heading"] = np.concatenate([flat[links["first"] + 1], flat[last]], axis=-1)


def _ceilings(links: Table, points: Table, handling: Handling) -> NDArray[np.float64]:
    """Give the square of the greatest speed at each point by the limit, its bend, and the bends that come after."""
    places = np.stack([points["east"], points["north"]], axis=-1)
    before = np.diff(places, axis=0, prepend=places[:1])
    after = np.diff(places, axis=0, append=places[-1:])
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turn = np.arctan2(np.abs(cross), np.sum(before * after, axis=-1))
    curve = np.maximum(0.5 * (np.linalg.norm(before, axis=-1) + np.linalg.norm(after, axis=-1)), _CURVE)
    bend = bend_speed(turn, curve, handling.lateral_acceleration, SLOWEST_BEND)
    limit = np.repeat(links["limit"], links["count"])
    ends = np.concatenate([links["first"], links["first"] + links["count"] - 1])
    bend[ends] = np.inf
    squared = np.minimum(bend, limit) ** 2
    return _braked(squared, points["chainage"], links, 2.0 * handling.deceleration)


def _braked(
    squared: NDArray[np.float64], chainage: NDArray[np.float64], links: Table, twice: float
) -> NDArray[np.float64]:
    """Lower squares of speeds so that what comes later on the same link can be met; all links at once.

    With ``g = squared + twice chainage`` the bound is the running minimum of *g* from each link's end, which is one
    pass over all points when links are told apart by an offset that grows with their number.
    """
    level = squared + twice * chainage
    link = np.repeat(np.arange(len(links)), links["count"])
    # Each link's levels lie in a band of their own, higher ones later, so that no minimum reaches over a border.
    band = (level.max() + 1.0) * link
    lowest = np.minimum.accumulate((level + band)[::-1])[::-1] - band
    braked: NDArray[np.float64] = np.minimum(lowest - twice * chainage, squared)
    return np.maximum(braked, 0.0)
