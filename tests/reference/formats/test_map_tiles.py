"""What others read in our map tiles: the PMTiles reader of Protomaps and the tile decoder of Tilezen."""

import gzip
import json
import math
from collections import defaultdict

import numpy as np
import pytest

from sidelook.formats.map_tiles import MapSettings, encode_map
from sidelook.formats.pmtiles import TileSet, encode_pmtiles, tile_id
from sidelook.formats.vector_tile import Shape, TileFeature, encode_tile

pmtiles_reader = pytest.importorskip("pmtiles.reader")
pmtiles_tile = pytest.importorskip("pmtiles.tile")
mapbox_vector_tile = pytest.importorskip("mapbox_vector_tile")

HOUSE = [[-44.0, 37.0], [-42.0, 37.0], [-42.0, 39.0], [-44.0, 39.0], [-44.0, 37.0]]
YARD = [[-43.5, 37.5], [-43.5, 38.5], [-42.5, 38.5], [-42.5, 37.5], [-43.5, 37.5]]


def feature(kind: str, rank: str, shape: str, coordinates: list, **more: object) -> dict:
    properties = {"kind": kind, "class": rank, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": shape, "coordinates": coordinates}}


ROAD = [[-44.0 + 0.01 * k, 38.0 + 0.2 * math.sin(0.05 * k)] for k in range(200)]
MAP = {
    "features": [
        feature("land", "island", "Polygon", [HOUSE, YARD], name="Isle"),
        feature("road", "motorway", "MultiLineString", [ROAD, ROAD[50:60]], limit_kmh=110),
        feature("town", "city", "Point", [-43.25, 38.125], name="Mørk", population=-5, share=0.25, port=True),
    ]
}


@pytest.fixture(scope="module")
def file() -> bytes:
    return encode_map(MAP, MapSettings(name="Isle", attribution="nobody", deepest=9))


def tiles_of(file: bytes) -> dict:
    source = pmtiles_reader.MemorySource(file)
    return {number: gzip.decompress(tile) for number, tile in pmtiles_reader.all_tiles(source)}


def degrees(points: list, number: tuple[int, int, int]) -> np.ndarray:
    """Longitude and latitude of a tile's units, y downward."""
    zoom, x, y = number
    across = (np.array(points) / 4096.0 + [x, y]) / 2.0**zoom
    return np.stack(
        [360.0 * across[:, 0] - 180.0, np.degrees(np.arctan(np.sinh(np.pi - 2.0 * np.pi * across[:, 1])))], axis=-1
    )


def decoded(tile: bytes) -> dict:
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})


def test_tile_numbers_agree() -> None:
    rng = np.random.default_rng(1)
    for zoom in range(20):
        for x, y in rng.integers(0, 2**zoom, (20, 2)).tolist():
            assert tile_id((zoom, x, y)) == pmtiles_tile.zxy_to_tileid(zoom, x, y)


def test_header_and_metadata_are_understood(file: bytes) -> None:
    reader = pmtiles_reader.Reader(pmtiles_reader.MemorySource(file))
    header = reader.header()
    assert header["tile_type"] == pmtiles_tile.TileType.MVT
    assert (header["min_zoom"], header["max_zoom"]) == (0, 9)
    assert (header["min_lon_e7"], header["max_lat_e7"]) == (-440000000, 390000000)
    assert header["addressed_tiles_count"] == len(tiles_of(file))
    metadata = reader.metadata()
    assert metadata["name"] == "Isle"
    assert {layer["id"] for layer in metadata["vector_layers"]} == {"earth", "roads", "places"}


def test_each_tile_is_found_by_its_number(file: bytes) -> None:
    reader = pmtiles_reader.Reader(pmtiles_reader.MemorySource(file))
    for number, tile in tiles_of(file).items():
        assert gzip.decompress(reader.get(*number)) == tile
    assert reader.get(9, 0, 0) is None


def test_a_directory_of_many_tiles_has_leaves() -> None:
    rng = np.random.default_rng(2)
    tiles = {(8, x, y): rng.bytes(rng.integers(1, 30)) for x in range(256) for y in range(0, 256, 2)}
    file = encode_pmtiles(TileSet(tiles=tiles, metadata={}, bounds_deg=(-180.0, -85.0, 180.0, 85.0)))
    reader = pmtiles_reader.Reader(pmtiles_reader.MemorySource(file))
    assert reader.header()["leaf_directory_length"] > 0
    assert reader.header()["root_offset"] + reader.header()["root_length"] <= 16_384
    assert tiles_of(file) == tiles
    assert gzip.decompress(reader.get(8, 77, 100)) == tiles[8, 77, 100]
    assert reader.get(8, 77, 101) is None


def test_properties_come_back_with_their_types(file: bytes) -> None:
    (place,) = decoded(tiles_of(file)[0, 0, 0])["places"]["features"]
    assert place["properties"] == {"kind": "city", "name": "Mørk", "population": -5, "share": 0.25, "port": True}
    (road,) = decoded(tiles_of(file)[0, 0, 0])["roads"]["features"]
    assert road["properties"] == {"kind": "motorway", "limit_kmh": 110}


def test_places_are_where_they_were(file: bytes) -> None:
    for number, tile in tiles_of(file).items():
        for place in decoded(tile).get("places", {"features": []})["features"]:
            at = degrees([place["geometry"]["coordinates"]], number)[0]
            # Half a unit of the tile, and the sphere's widest degree.
            np.testing.assert_allclose(at, [-43.25, 38.125], atol=360.0 / 2 ** number[0] / 4096)


def test_roads_are_whole_and_follow_their_line(file: bytes) -> None:
    along = np.array(ROAD)
    for number, tile in tiles_of(file).items():
        if number[0] != 9:
            continue
        for road in decoded(tile).get("roads", {"features": []})["features"]:
            shape, coordinates = road["geometry"]["type"], road["geometry"]["coordinates"]
            for line in [coordinates] if shape == "LineString" else coordinates:
                at = degrees(line, number)
                np.testing.assert_allclose(at[:, 1], np.interp(at[:, 0], *along.T), atol=2e-3)
    columns = {x for (zoom, x, _), tile in tiles_of(file).items() if zoom == 9 and "roads" in decoded(tile)}
    first, last = ((np.array([-44.0, -42.01]) / 360.0 + 0.5) * 512).astype(int).tolist()
    assert columns >= set(range(first, last + 1))


def area(ring: list) -> float:
    x, y = np.array(ring, float).T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def test_polygons_keep_their_holes_and_their_area(file: bytes) -> None:
    """The decoder tells holes from outlines by the sign of their area (MVT 4.3.4.4); the tiles overlap by 1/32."""
    found: dict[int, float] = defaultdict(float)
    holes = 0
    for number, tile in tiles_of(file).items():
        for land in decoded(tile).get("earth", {"features": []})["features"]:
            shape, coordinates = land["geometry"]["type"], land["geometry"]["coordinates"]
            for polygon in [coordinates] if shape == "Polygon" else coordinates:
                holes += len(polygon) - 1
                rings = [abs(area(ring[:-1])) for ring in polygon]
                found[number[0]] += rings[0] - sum(rings[1:])
    world = {zoom: total / 4.0**zoom for zoom, total in found.items()}
    mercator = np.degrees(np.arcsinh(np.tan(np.radians([37.0, 39.0, 37.5, 38.5]))))
    expected = (2.0 * (mercator[1] - mercator[0]) - (mercator[3] - mercator[2])) / 360.0**2 * 4096.0**2
    assert world[5] == pytest.approx(expected, rel=0.05)
    assert world[9] == pytest.approx(expected, rel=0.08)
    assert world[9] > expected
    assert holes >= 6


def test_any_tile_is_read_back() -> None:
    rng = np.random.default_rng(3)
    lines = [rng.integers(-64, 4160, (rng.integers(2, 90), 2)) for _ in range(40)]
    tile = encode_tile({"l": [TileFeature(shape=Shape.LINE, parts=lines, properties={"n": 2**40})]})
    (back,) = decoded(tile)["l"]["features"]
    assert json.dumps(back["geometry"]["coordinates"]) == json.dumps([line.tolist() for line in lines])
    assert back["properties"] == {"n": 2**40}
