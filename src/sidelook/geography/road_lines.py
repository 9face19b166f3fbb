"""Roads from GeoJSON lines: any map's, such as the one that comes with a simulated island."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.geography.roads import RoadClass, RoadNetwork

USUAL_LIMIT = 50.0 / 3.6  # m/s, of a road that says none
CLASSES = {"motorway": RoadClass.MOTORWAY, "primary": RoadClass.PRIMARY, "secondary": RoadClass.SECONDARY}
KILOMETRES_AN_HOUR = 1.0 / 3.6
LEAST_LIMIT, GREATEST_LIMIT = 1.0, 100.0  # m/s


class RoadLinesError(InputError):
    """These are no roads in GeoJSON."""


def read_road_lines(data: bytes) -> RoadNetwork:
    """Read roads from a GeoJSON collection (RFC 7946).

    Taken are lines whose ``kind`` is ``road``, or that have no ``kind`` at all. ``limit_kmh`` or ``maxspeed`` is their
    limit, km/h, ``class`` their class, and a true ``oneway`` means that they are driven as they are drawn. Lines meet
    where they share a point, and are cut there.

    Raises
    ------
    RoadLinesError : no GeoJSON, or without such lines
    """
    try:
        features = json.loads(data)["features"]
        lines = [line for feature in features for line in _lines_of(feature)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = "these roads are no GeoJSON FeatureCollection of lines; give one, or an OpenStreetMap extract"
        raise RoadLinesError(message) from error
    lines = [line for line in lines if len(line[0]) > 1]
    if not lines:
        message = 'no roads in this GeoJSON: lines with "kind": "road", or lines without a kind, are taken for roads'
        raise RoadLinesError(message)
    return _network(lines)


Line = tuple[NDArray[np.float64], dict[str, Any]]  # (K, 2) longitude, latitude, deg; properties


def _lines_of(feature: dict[str, Any]) -> list[Line]:
    properties, geometry = feature.get("properties") or {}, feature["geometry"] or {}
    if properties.get("kind", "road") != "road":
        return []
    kind = geometry.get("type")
    if kind not in ("LineString", "MultiLineString"):
        return []
    parts = [geometry["coordinates"]] if kind == "LineString" else geometry["coordinates"]
    return [(np.array([point[:2] for point in part], np.float64).reshape(-1, 2), properties) for part in parts]


def _network(lines: list[Line]) -> RoadNetwork:
    points = np.concatenate([line for line, _ in lines])
    if not np.isfinite(points).all() or (np.abs(points) > [180.0, 90.0]).any():
        message = "roads in GeoJSON lie outside longitude -180..180, latitude -90..90"
        raise RoadLinesError(message)
    _, place = np.unique(np.round(points * 1e7).astype(np.int64), axis=0, return_inverse=True)
    place = place.reshape(-1)
    count = np.array([len(line) for line, _ in lines])
    end = np.cumsum(count)
    start = end - count
    meeting = np.bincount(place) > 1
    meeting[place[start]] = meeting[place[end - 1]] = True
    # A line is cut at each of its points where lines meet; each piece repeats the point at which it begins.
    breaks = meeting[place]
    inner = breaks.copy()
    inner[start] = inner[end - 1] = False
    index = np.repeat(np.arange(len(points)), 1 + inner)
    line_of = np.repeat(np.arange(len(lines)), count)[index]
    first = np.concatenate([[True], (line_of[1:] != line_of[:-1]) | (index[1:] == index[:-1])])
    offset = np.append(np.flatnonzero(first), len(index))
    node, number = np.unique(place[breaks]), np.zeros(place.max() + 1, np.int32)
    number[node] = np.arange(len(node))
    where = np.zeros((place.max() + 1, 2))
    where[place] = points
    edge_line = line_of[offset[:-1]]
    return RoadNetwork(
        node_latitude=np.radians(where[node, 1]),
        node_longitude=np.radians(where[node, 0]),
        edge_start=number[place[index[offset[:-1]]]],
        edge_end=number[place[index[offset[1:] - 1]]],
        edge_class=np.array([_class(properties) for _, properties in lines], np.uint8)[edge_line],
        speed_limit=np.array([_limit(properties) for _, properties in lines])[edge_line],
        offset=offset.astype(np.int64),
        latitude=np.radians(points[index, 1]),
        longitude=np.radians(points[index, 0]),
        one_way=np.array([bool(properties.get("oneway", False)) for _, properties in lines])[edge_line],
    )


def _class(properties: dict[str, Any]) -> RoadClass:
    return CLASSES.get(str(properties.get("class")), RoadClass.LOCAL)


def _limit(properties: dict[str, Any]) -> float:
    value = properties.get("limit_kmh", properties.get("maxspeed"))
    try:
        limit = float(value) * KILOMETRES_AN_HOUR  # type: ignore[arg-type]  # what is no number is caught
    except (TypeError, ValueError):
        return USUAL_LIMIT
    return limit if LEAST_LIMIT <= limit <= GREATEST_LIMIT else USUAL_LIMIT
