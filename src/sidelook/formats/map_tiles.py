"""From a map in GeoJSON to vector tiles of all zooms in one PMTiles file.

The map is of the kind that the console draws: features with ``kind`` land, relief, coast, water, river, road or town,
``class`` and ``name``. Layers and their attribute ``kind`` are named as in the Protomaps basemap, where it has them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.formats.clipping import clip_line, clip_ring, ring_area
from sidelook.formats.pmtiles import TileNumber, TileSet, encode_pmtiles
from sidelook.formats.vector_tile import EXTENT, Shape, TileFeature, Value, encode_tile
from sidelook.geometry.lines import simplify

_BUFFER = 64.0 / EXTENT  # of a tile around it, so that lines are not cut at its very edge
_DETAIL = 4.0 / EXTENT  # of a tile: half a pixel of a tile drawn on 512, left out below the deepest zoom
_LAYERS = {
    "land": "earth",
    "relief": "relief",
    "coast": "coastline",
    "water": "water",
    "river": "waterway",
    "road": "roads",
    "town": "places",
}
_FIRST_ZOOM = {
    "secondary": 7,
    "local": 9,
    "town": 7,
    "village": 9,
    "islet": 5,
    "lake": 5,
    "coast": 3,
    "river": 5,
    "stream": 8,
}
_SHAPES = {
    "Point": (Shape.POINT, 0),
    "MultiPoint": (Shape.POINT, 1),
    "LineString": (Shape.LINE, 1),
    "MultiLineString": (Shape.LINE, 2),
    "Polygon": (Shape.POLYGON, 2),
    "MultiPolygon": (Shape.POLYGON, 3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSettings:
    """How a map is cut.

    Attributes
    ----------
    name : of the map
    attribution : to show with it
    deepest : zoom; beyond it programs enlarge its tiles
    """

    name: str
    attribution: str = ""
    deepest: int = 11


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A feature in Web Mercator, the world's sides 1: its layer, shape, first zoom, properties, and parts or holes."""

    layer: str
    shape: Shape
    first_zoom: int
    properties: dict[str, Value]
    parts: list[tuple[NDArray[np.float64], bool]]


def encode_map(collection: Mapping[str, Any], settings: MapSettings) -> bytes:
    """Cut a map into tiles.

    Parameters
    ----------
    collection : a GeoJSON FeatureCollection as above; it does not cross the antimeridian
    settings : how

    Returns
    -------
    a PMTiles file; the same for the same map

    Raises
    ------
    InputError : a feature is not of such a map, or there is none
    """
    drawn = [_project(feature) for feature in collection.get("features", ())]
    if not drawn:
        message = "the map has no features to make tiles of"
        raise InputError(message)
    tiles: dict[TileNumber, bytes] = {}
    for zoom in range(settings.deepest + 1):
        layers: dict[TileNumber, dict[str, list[TileFeature]]] = defaultdict(dict)
        for feature in drawn:
            if zoom >= feature.first_zoom:
                for number, cut in _cut(feature, zoom, deepest=zoom == settings.deepest):
                    layers[number].setdefault(feature.layer, []).append(cut)
        tiles |= {number: encode_tile(layers[number]) for number in sorted(layers)}
    metadata = {
        "name": settings.name,
        "attribution": settings.attribution,
        "type": "overlay",
        "vector_layers": _fields(drawn, settings.deepest),
    }
    return encode_pmtiles(TileSet(tiles=tiles, metadata=metadata, bounds_deg=_bounds(drawn)))


def _project(feature: Mapping[str, Any]) -> _Drawn:
    properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
    layer = _LAYERS.get(properties.get("kind", ""))
    if layer is None or geometry.get("type") not in _SHAPES:
        message = f"no feature of a map: kind {properties.get('kind')!r}, geometry {geometry.get('type')!r}"
        raise InputError(message)
    shape, depth = _SHAPES[geometry["type"]]
    about: dict[str, Value] = {key: value for key, value in properties.items() if key not in ("kind", "class")}
    rank = str(properties.get("class", properties["kind"]))
    return _Drawn(
        layer=layer,
        shape=shape,
        first_zoom=_FIRST_ZOOM.get(rank, 0),
        properties={"kind": rank, **about},
        parts=[(_mercator(part), hole) for part, hole in _parts(geometry["coordinates"], depth, shape)],
    )


def _parts(coordinates: Sequence[Any], depth: int, shape: Shape) -> Iterator[tuple[Sequence[Any], bool]]:
    """Take lists of positions out of the lists that hold them, and tell holes of polygons from their outlines."""
    if depth == 0:
        yield [coordinates], False
    elif depth == 1:
        yield coordinates, False
    elif depth == 2 and shape is Shape.POLYGON:  # noqa: PLR2004 - a list of rings
        yield from ((ring, number > 0) for number, ring in enumerate(coordinates))
    else:
        for inner in coordinates:
            yield from _parts(inner, depth - 1, shape)


def _mercator(positions: Sequence[Any]) -> NDArray[np.float64]:
    try:
        longitude, latitude = np.asarray(positions, np.float64).reshape(len(positions), -1)[:, :2].T
    except ValueError as error:
        message = "a position of the map is not a longitude and a latitude"
        raise InputError(message) from error
    south = 0.5 - np.arcsinh(np.tan(np.radians(latitude))) / (2.0 * np.pi)
    return np.stack([longitude / 360.0 + 0.5, south], axis=-1)


def _cut(feature: _Drawn, zoom: int, *, deepest: bool) -> Iterator[tuple[TileNumber, TileFeature]]:
    """Give a feature's share of every tile that it is on."""
    shares: dict[tuple[int, int], list[NDArray[np.int64]]] = defaultdict(list)
    for part, hole in feature.parts:
        scaled = part * 2.0**zoom
        if feature.shape is not Shape.POINT and not deepest:
            scaled = simplify(scaled, _DETAIL)
        for place, piece in _pieces(scaled, feature.shape, 2**zoom):
            whole = _whole(piece, feature.shape, place)
            if whole is not None:
                shares[place].append(whole[::-1] if hole else whole)
    for (x, y), parts in shares.items():
        yield (zoom, x, y), TileFeature(shape=feature.shape, parts=parts, properties=feature.properties)


def _pieces(
    part: NDArray[np.float64], shape: Shape, side: int
) -> Iterator[tuple[tuple[int, int], NDArray[np.float64]]]:
    """Cut a part by columns and those by rows; a tile takes a little of its neighbours' ground too."""
    clip = {Shape.POINT: _clip_points, Shape.LINE: clip_line, Shape.POLYGON: clip_ring}[shape]
    margin = 0.0 if shape is Shape.POINT else _BUFFER
    for x in _reach(part[:, 0], margin, side):
        for strip in clip(part, 0, x - margin, x + 1.0 + margin):
            for y in _reach(strip[:, 1], margin, side):
                for piece in clip(strip, 1, y - margin, y + 1.0 + margin):
                    yield (x, y), piece


def _reach(along: NDArray[np.float64], margin: float, side: int) -> range:
    first, last = int(np.floor(along.min() - margin)), int(np.floor(along.max() + margin))
    return range(max(first, 0), min(last, side - 1) + 1)


def _clip_points(points: NDArray[np.float64], axis: int, low: float, high: float) -> list[NDArray[np.float64]]:
    kept = points[(points[:, axis] >= low) & (points[:, axis] < high)]
    return [kept] if len(kept) else []


def _whole(piece: NDArray[np.float64], shape: Shape, place: tuple[int, int]) -> NDArray[np.int64] | None:
    """Round to units of the tile; nothing is left of what is smaller."""
    units: NDArray[np.int64] = np.rint((piece - np.array(place)) * EXTENT).astype(np.int64)
    if shape is Shape.POINT:
        return units
    moved = np.r_[True, np.any(np.diff(units, axis=0) != 0, axis=1)]
    units = units[moved]
    if shape is Shape.LINE:
        return units if len(units) > 1 else None
    if len(units) > 1 and (units[0] == units[-1]).all():
        units = units[:-1]
    area = ring_area(units) if len(units) > 2 else 0.0  # noqa: PLR2004 - a ring has three corners
    outline: NDArray[np.int64] = units if area > 0.0 else units[::-1]
    return outline if area else None


def _fields(drawn: list[_Drawn], deepest: int) -> list[dict[str, Any]]:
    """Describe the layers, as TileJSON does."""
    words = {str: "String", int: "Number", float: "Number", bool: "Boolean"}
    layers: dict[str, dict[str, Any]] = {}
    for feature in drawn:
        layer = layers.setdefault(feature.layer, {"id": feature.layer, "fields": {}, "minzoom": deepest})
        layer["fields"] |= {key: words.get(type(value), "String") for key, value in feature.properties.items()}
        layer |= {"minzoom": min(layer["minzoom"], feature.first_zoom), "maxzoom": deepest}
    return list(layers.values())


def _bounds(drawn: list[_Drawn]) -> tuple[float, float, float, float]:
    points = np.concatenate([part for feature in drawn for part, _ in feature.parts])
    west, east = 360.0 * (points[:, 0].min() - 0.5), 360.0 * (points[:, 0].max() - 0.5)
    south, north = (_latitude_deg(points[:, 1].max()), _latitude_deg(points[:, 1].min()))
    return float(west), south, float(east), north


def _latitude_deg(down: float) -> float:
    return float(np.degrees(np.arctan(np.sinh(np.pi - 2.0 * np.pi * down))))
