"""The map of a fictional island as GeoJSON (RFC 7946): shore, relief, waters, roads and towns."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.geography.roads import RoadClass, in_frame
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.lines import simplify
from sidelook.simulation.contours import smooth_line, smooth_ring, trace_rings
from sidelook.simulation.first_island import Island

Feature = dict[str, Any]

_DIGITS = 5  # of a degree: a metre
_TOLERANCE = 40.0  # by which shores and rivers may be simplified, m
_ROAD_TOLERANCE = 8.0  # roads are looked at from nearer, m
_CONTOURS = (250, 600, 1000)
_CITY, _TOWN = 40_000, 8_000
_SPRING_WIDTH, _MOUTH_WIDTH = 60.0, 240.0


def island_map(island: Island) -> Feature:
    """Draw an island.

    Every feature has ``kind`` (land, relief, coast, water, road or town), ``class`` and, where it has one, ``name``.

    Parameters
    ----------
    island : to draw

    Returns
    -------
    a GeoJSON FeatureCollection of plain dictionaries, lists and numbers, in the order to paint it
    """
    features = [*_shores(island), *_relief(island), *_waters(island), *_roads(island), *_towns(island)]
    return {"type": "FeatureCollection", "features": features}


def _shores(island: Island) -> Iterator[Feature]:
    rings = [_ring(island, ring) for ring in trace_rings(island.relief.height, 0.0)]
    rings.sort(key=len, reverse=True)
    for number, ring in enumerate(rings):
        first = number == 0
        about = {"kind": "land", "class": "island" if first else "islet"}
        yield _feature("Polygon", [ring], about | ({"name": island.name} if first else {}))
    for ring in rings:
        yield _feature("LineString", ring, {"kind": "coast", "class": "coast"})


def _relief(island: Island) -> Iterator[Feature]:
    for level in _CONTOURS:
        for ring in trace_rings(island.relief.height, level):
            if len(ring) > 12 and _area(ring) > 0.0:  # noqa: PLR2004 - hills worth drawing, and no hollows
                yield _feature("Polygon", [_ring(island, ring)], {"kind": "relief", "class": f"above {level} m"})


def _waters(island: Island) -> Iterator[Feature]:
    for ring in trace_rings(island.relief.lake.astype(float), 0.5):
        yield _feature("Polygon", [_ring(island, ring, rounds=2)], {"kind": "water", "class": "lake"})
    for course in island.rivers:
        bed = _bed(simplify(smooth_line(course, 2), _TOLERANCE))
        yield _feature("Polygon", [_closed(_degrees(bed, island.frame))], {"kind": "water", "class": "river"})


def _bed(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a river its width, from spring to mouth."""
    along = np.gradient(course, axis=0)
    aside = np.stack([-along[:, 1], along[:, 0]], axis=-1) / np.linalg.norm(along, axis=-1, keepdims=True)
    width = np.linspace(_SPRING_WIDTH, _MOUTH_WIDTH, len(course))[:, None]
    return np.concatenate([course - 0.5 * width * aside, (course + 0.5 * width * aside)[::-1]])


def _roads(island: Island) -> Iterator[Feature]:
    roads, points = island.roads, in_frame(island.roads, island.frame).points[:, :2]
    for edge in np.argsort(-roads.edge_class.astype(int), kind="stable").tolist():
        line = _degrees(simplify(points[roads.line(edge)], _ROAD_TOLERANCE), island.frame)
        rank = RoadClass(roads.edge_class[edge]).name.lower()
        limit = round(roads.speed_limit[edge] * 3.6)
        yield _feature("LineString", line, {"kind": "road", "class": rank, "limit_kmh": limit})


def _towns(island: Island) -> Iterator[Feature]:
    towns = island.towns
    places = _degrees(island.relief.place(towns.row, towns.column), island.frame)
    for place, name, population in zip(places, towns.names, towns.population.tolist(), strict=True):
        if name:
            rank = "city" if population > _CITY else "town" if population > _TOWN else "village"
            about = {"kind": "town", "class": rank, "name": name, "population": population // 100 * 100}
            yield _feature("Point", place, about)


def _ring(island: Island, ring: NDArray[np.float64], rounds: int = 1) -> list[list[float]]:
    """Smooth a ring of grid cells and give it as a closed line of degrees."""
    smooth = island.relief.place(*smooth_ring(ring, rounds).T)
    return _closed(_degrees(simplify(np.concatenate([smooth, smooth[:1]]), _TOLERANCE)[:-1], island.frame))


def _area(ring: NDArray[np.float64]) -> float:
    """Give twice the area of a ring of rows and columns, positive around high ground."""
    row, column = ring.T
    return float(np.sum(column * np.roll(row, -1) - np.roll(column, -1) * row))


def _degrees(plane: NDArray[np.float64], frame: LocalFrame) -> list[list[float]]:
    """Turn (K, 2) east and north, m, into longitudes and latitudes in degrees."""
    up = Ellipsoid(frame=frame).height(plane[:, 0], plane[:, 1])
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([plane, up]), frame)
    return _rounded(np.degrees(np.stack([longitude, latitude], axis=-1)))


def _rounded(points: NDArray[np.float64]) -> list[list[float]]:
    rounded: list[list[float]] = np.round(points, _DIGITS).tolist()
    return rounded


def _closed(ring: list[list[float]]) -> list[list[float]]:
    return [*ring, ring[0]]


def _feature(shape: str, coordinates: object, properties: Mapping[str, object]) -> Feature:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}
