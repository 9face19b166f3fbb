"""The map of a fictional island as GeoJSON (RFC 7946): shore, relief, waters, roads and towns."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sidelook.geography.roads import RoadClass, in_frame
from sidelook.geometry.lines import simplify
from sidelook.simulation.contours import smooth_ring, trace_rings
from sidelook.simulation.island.making import Island
from sidelook.simulation.island.names import name_lakes
from sidelook.simulation.island.network import to_geodetic

Feature = dict[str, Any]

_DIGITS = 5  # of a degree: a metre
_TOLERANCE = 50.0  # by which shores and rivers may be simplified, m
_ROAD_TOLERANCE = 12.0  # roads are looked at from nearer, m
_RELIEF_TOLERANCE = 140.0
_LEVELS = (250, 600, 1000, 1600)
_HILL = 3e6  # least area of a hill worth drawing, m2
_RIVER = 500.0  # drained area from which a stream is a river, km2
_CITY, _TOWN = 60_000, 9_000
_ROUNDED = 2.0  # cells over which the relief is evened out for drawing


def island_map(island: Island, *, river_lines: bool = False) -> Feature:
    """Draw an island.

    Every feature has ``kind`` (land, relief, coast, water, road or town), ``class`` and, where it has one, ``name``.
    All roads of a class are one feature of many lines.

    Parameters
    ----------
    island : to draw
    river_lines : draw rivers as lines of the kind river, for tiles, rather than as water as wide as they are

    Returns
    -------
    a GeoJSON FeatureCollection of plain dictionaries, lists and numbers, in the order to paint it
    """
    rivers = _river_lines(island) if river_lines else _river_beds(island)
    features = [*_shores(island), *_relief(island), *rivers, *_lakes(island), *_roads(island), *_towns(island)]
    return {"type": "FeatureCollection", "features": features}


def _shores(island: Island) -> Iterator[Feature]:
    shore = np.clip(island.relief.height.astype(np.float64), -60.0, 60.0)
    rings = [_ring(island, ring, _TOLERANCE) for ring in trace_rings(shore, 0.0)]
    rings.sort(key=len, reverse=True)
    for number, ring in enumerate(rings):
        about = {"kind": "land", "class": "islet" if number else "island"}
        yield _feature("Polygon", [ring], about if number else about | {"name": island.name})
    for ring in rings:
        yield _feature("LineString", ring, {"kind": "coast", "class": "coast"})


def _relief(island: Island) -> Iterator[Feature]:
    even = ndimage.gaussian_filter(np.maximum(island.relief.height, 0.0).astype(np.float64), _ROUNDED)
    for level in _LEVELS:
        hills = [ring for ring in trace_rings(even, level) if _area(ring) * island.relief.spacing**2 > _HILL]
        polygons = [[_ring(island, ring, _RELIEF_TOLERANCE)] for ring in hills]
        if polygons:
            yield _feature("MultiPolygon", polygons, {"kind": "relief", "class": f"above {level} m"})


def _lakes(island: Island) -> Iterator[Feature]:
    rings = [ring for ring in trace_rings(island.relief.lake.astype(float), 0.5) if _area(ring) > 0.0]
    rings.sort(key=_area, reverse=True)
    for ring, name in zip(rings, name_lakes(len(rings)), strict=True):
        about = {"kind": "water", "class": "lake"}
        yield _feature(
            "Polygon", [_ring(island, ring, 0.5 * _TOLERANCE, rounds=2)], about | ({"name": name} if name else {})
        )


def _river_lines(island: Island) -> Iterator[Feature]:
    for river in island.rivers:
        about = {"kind": "river", "class": "river" if river.drained[-1] > _RIVER else "stream"}
        line = _degrees(simplify(river.course, _TOLERANCE), island)
        yield _feature("LineString", line, about | ({"name": river.name} if river.name else {}))


def _river_beds(island: Island) -> Iterator[Feature]:
    for river in island.rivers:
        kept = simplify(np.column_stack([river.course, river.drained]), _TOLERANCE)
        bed = _bed(kept[:, :2], 3.0 * np.sqrt(kept[:, 2]))
        about = {"kind": "water", "class": "river"}
        ring = _closed(_degrees(bed, island))
        yield _feature("Polygon", [ring], about | ({"name": river.name} if river.name else {}))


def _bed(course: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a river its width, m, from spring to mouth."""
    along = np.gradient(course, axis=0)
    aside = np.stack([-along[:, 1], along[:, 0]], axis=-1) / np.linalg.norm(along, axis=-1, keepdims=True)
    half = 0.5 * np.clip(width, 20.0, 260.0)[:, None] * aside
    return np.concatenate([course - half, (course + half)[::-1]])


def _roads(island: Island) -> Iterator[Feature]:
    # Rounded to millimetres: the last bits of a sine must not decide which points a line keeps.
    roads, points = island.roads, np.round(in_frame(island.roads, island.frame).points[:, :2], 3)
    lines = [simplify(points[roads.line(edge)], _ROAD_TOLERANCE) for edge in range(len(roads))]
    for road_class in reversed(RoadClass):
        edges = np.flatnonzero(roads.edge_class == road_class)
        if len(edges):
            about = {
                "kind": "road",
                "class": road_class.name.lower(),
                "limit_kmh": round(3.6 * float(roads.speed_limit[edges[0]])),
            }
            yield _feature("MultiLineString", _split(island, [lines[edge] for edge in edges.tolist()]), about)


def _split(island: Island, lines: list[NDArray[np.float64]]) -> list[list[list[float]]]:
    """Turn lines into degrees, all at once."""
    degrees = _degrees(np.concatenate(lines), island)
    ends = np.cumsum([len(line) for line in lines]).tolist()
    return [degrees[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _towns(island: Island) -> Iterator[Feature]:
    towns = island.towns
    places = _degrees(island.relief.place(towns.row, towns.column), island)
    for place, name, population in zip(places, towns.names, towns.population.tolist(), strict=True):
        if name:
            rank = "city" if population > _CITY else "town" if population > _TOWN else "village"
            about = {"kind": "town", "class": rank, "name": name, "population": population // 100 * 100}
            yield _feature("Point", place, about)


def _ring(island: Island, ring: NDArray[np.float64], tolerance: float, rounds: int = 1) -> list[list[float]]:
    """Smooth a ring of grid cells and give it as a closed line of degrees."""
    smooth = np.round(island.relief.place(*smooth_ring(ring, rounds).T), 3)
    closed = simplify(np.concatenate([smooth, smooth[:1]]), tolerance)
    if len(closed) < 4:  # noqa: PLR2004 - a ring has three corners
        closed = np.concatenate([smooth, smooth[:1]])
    return _closed(_degrees(closed[:-1], island))


def _area(ring: NDArray[np.float64]) -> float:
    """Give the area of a ring of rows and columns, in cells, positive around high ground."""
    row, column = ring.T
    return 0.5 * float(np.sum(column * np.roll(row, -1) - np.roll(column, -1) * row))


def _degrees(places: NDArray[np.float64], island: Island) -> list[list[float]]:
    """Turn (K, 2) east and north, m, into longitudes and latitudes in degrees."""
    latitude, longitude = to_geodetic(places, island.frame)
    rounded: list[list[float]] = np.round(np.degrees(np.stack([longitude, latitude], axis=-1)), _DIGITS).tolist()
    return rounded


def _closed(ring: list[list[float]]) -> list[list[float]]:
    return [*ring, ring[0]]


def _feature(shape: str, coordinates: object, properties: Mapping[str, object]) -> Feature:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}
