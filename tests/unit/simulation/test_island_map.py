import json

import numpy as np
import pytest

from sidelook.simulation.first_island import Island
from sidelook.simulation.island_map import island_map


@pytest.fixture(scope="module")
def features(island: Island) -> list[dict[str, dict[str, object]]]:
    return json.loads(json.dumps(island_map(island), allow_nan=False))["features"]


def of_kind(features: list, kind: str) -> list:
    return [feature for feature in features if feature["properties"]["kind"] == kind]


def test_all_kinds_are_there_and_have_a_class(features: list) -> None:
    assert {f["properties"]["kind"] for f in features} == {"land", "relief", "coast", "water", "road", "town"}
    assert all(f["properties"]["class"] for f in features)


def test_rings_are_closed_and_land_runs_anticlockwise(features: list) -> None:
    for feature in features:
        if feature["geometry"]["type"] == "Polygon":
            (ring,) = feature["geometry"]["coordinates"]
            assert ring[0] == ring[-1]
            assert len(ring) >= 4
    for feature in of_kind(features, "land"):
        x, y = np.array(feature["geometry"]["coordinates"][0]).T
        assert np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0.0


def test_the_largest_land_bears_the_name_and_lies_in_mid_ocean(features: list, island: Island) -> None:
    named = [f for f in of_kind(features, "land") if "name" in f["properties"]]
    assert [f["properties"]["name"] for f in named] == [island.name]
    x, y = np.array(named[0]["geometry"]["coordinates"][0]).T
    assert (x > -44.5).all()
    assert (x < -41.5).all()
    assert (y > 37.0).all()
    assert (y < 39.0).all()
    assert 110e3 < (x.max() - x.min()) * 111.2e3 * np.cos(np.radians(38.0)) < 190e3


def test_towns_and_roads_are_on_the_map(features: list, island: Island) -> None:
    assert len(of_kind(features, "town")) == sum(bool(name) for name in island.towns.names)
    roads = of_kind(features, "road")
    assert len(roads) == len(island.roads)
    assert {f["properties"]["class"] for f in roads} == {"motorway", "primary", "secondary", "local"}
    assert {f["properties"]["limit_kmh"] for f in roads} == {110, 90, 70, 50}
