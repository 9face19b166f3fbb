import json

import numpy as np
import pytest

from sidelook.simulation.island.drawing import island_map
from sidelook.simulation.island.making import Island


@pytest.fixture(scope="module")
def features(island: Island) -> list:
    return json.loads(json.dumps(island_map(island), allow_nan=False))["features"]


def of_kind(features: list, kind: str) -> list:
    return [feature for feature in features if feature["properties"]["kind"] == kind]


def test_all_kinds_are_there_and_have_a_class(features: list) -> None:
    assert {f["properties"]["kind"] for f in features} == {"land", "relief", "coast", "water", "road", "town"}
    assert all(f["properties"]["class"] for f in features)
    assert {f["properties"]["class"] for f in of_kind(features, "water")} == {"lake", "river"}


def test_rings_are_closed_and_land_runs_anticlockwise(features: list) -> None:
    for feature in features:
        shape, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        for polygon in {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(shape, []):
            for ring in polygon:
                assert ring[0] == ring[-1]
                assert len(ring) >= 4
    for feature in of_kind(features, "land"):
        x, y = np.array(feature["geometry"]["coordinates"][0]).T
        assert np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0.0


def test_the_largest_land_bears_the_name_and_lies_in_mid_ocean(features: list, island: Island) -> None:
    named = [f for f in of_kind(features, "land") if "name" in f["properties"]]
    assert [f["properties"]["name"] for f in named] == [island.name]
    x, y = np.array(named[0]["geometry"]["coordinates"][0]).T
    assert (np.abs(x + 43.0) < 1.5).all()
    assert (np.abs(y - 38.0) < 1.0).all()
    assert (x.max() - x.min()) * 111.2e3 * np.cos(np.radians(38.0)) == pytest.approx(132e3, rel=0.03)


def test_towns_and_roads_are_on_the_map(features: list, island: Island) -> None:
    assert len(of_kind(features, "town")) == sum(bool(name) for name in island.towns.names)
    roads = of_kind(features, "road")
    assert [f["properties"]["class"] for f in roads] == ["local", "secondary", "primary", "motorway"]
    assert [f["properties"]["limit_kmh"] for f in roads] == [50, 70, 90, 110]
    assert sum(len(f["geometry"]["coordinates"]) for f in roads) == len(island.roads)


def test_rivers_can_be_lines(island: Island) -> None:
    rivers = of_kind(island_map(island, river_lines=True)["features"], "river")
    assert len(rivers) == len(island.rivers)
    assert {f["properties"]["class"] for f in rivers} <= {"river", "stream"}
    assert all(f["geometry"]["type"] == "LineString" for f in rivers)
