import pytest

from sidelook.errors import InputError
from sidelook.formats.map_tiles import MapSettings, encode_map

SETTINGS = MapSettings(name="Test", deepest=4)


def collection(*features: dict) -> dict:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(kind: str, shape: str, coordinates: list) -> dict:
    return {"properties": {"kind": kind, "class": "x"}, "geometry": {"type": shape, "coordinates": coordinates}}


def test_a_map_becomes_the_same_file_each_time() -> None:
    town = feature("town", "Point", [-43.0, 38.0])
    first = encode_map(collection(town), SETTINGS)
    assert first.startswith(b"PMTiles\x03")
    assert encode_map(collection(town), SETTINGS) == first


@pytest.mark.parametrize(
    "wrong",
    [
        collection(),
        {},
        collection(feature("dragon", "Point", [0.0, 0.0])),
        collection(feature("town", "GeometryCollection", [])),
        collection(feature("road", "LineString", [[1.0, 2.0], ["a", "b"]])),
        collection(feature("road", "LineString", [])),
        collection(feature("road", "LineString", [[1.0], [2.0]])),
        collection({"properties": None, "geometry": None}),
    ],
)
def test_what_is_no_map_is_refused(wrong: dict) -> None:
    with pytest.raises(InputError):
        encode_map(wrong, SETTINGS)
