"""Places from GeoJSON and KML: what is read, and what is refused in words."""

import json
from typing import Any

import numpy as np
import pytest

from sidelook.formats.places import PlacesError, read_places
from sidelook.model.places import ALWAYS, PlaceKind, RuleKind
from sidelook.timescale import parse_utc

SQUARE = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1], [0.0, 0.0]]
LINE = [[0.0, 0.0], [0.1, 0.0]]


def feature(coordinates: object, drawn: str = "Polygon", **properties: object) -> dict[str, Any]:
    """Make a feature."""
    shape = {"type": drawn, "coordinates": [coordinates] if drawn == "Polygon" else coordinates}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def collection(*features: dict[str, Any]) -> bytes:
    """Make a file."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def moved(by: float) -> list[list[float]]:
    """Move the square east."""
    return [[east + by, north] for east, north in SQUARE]


def test_sites_lines_and_areas_are_read_with_their_rules() -> None:
    places, rules = read_places(
        collection(
            feature(SQUARE, name="depot", rule="declared_content", vehicles=40, **{"from": "2026-05-04"}),
            feature(LINE, "LineString", name="border", speed_kmh=36, rule="no_vehicles_beyond", beyond="left"),
            feature(moved(1.0), name="hills", kind="area", colour="red"),
        )
    )
    assert [PlaceKind(kind) for kind in places.kind] == [PlaceKind.SITE, PlaceKind.LINE, PlaceKind.AREA]
    assert [places.name(row) for row in range(3)] == ["depot", "border", "hills"]
    assert places.find("hills") == 2
    assert places.find("nowhere") is None
    assert places.speed[1] == pytest.approx(10.0)
    assert np.isnan(places.speed[0])
    latitude, longitude = places.outline(0)
    assert len(latitude) == 5  # closed again
    assert (latitude[0], longitude[0]) == (latitude[-1], longitude[-1])
    assert [RuleKind(kind) for kind in rules.kind] == [RuleKind.DECLARED_CONTENT, RuleKind.NO_VEHICLES_BEYOND]
    assert (int(rules.begin[0]), int(rules.end[0])) == (parse_utc("2026-05-04T00:00:00Z"), ALWAYS[1])
    assert rules.vehicles.tolist() == [40, -1]
    assert rules.to_left.tolist() == [False, True]


@pytest.mark.parametrize("ring", [SQUARE, SQUARE[::-1]])
def test_a_closed_place_is_kept_clockwise_however_it_is_drawn(ring: list[list[float]]) -> None:
    places, _ = read_places(collection(feature(ring)))
    latitude, longitude = places.outline(0)
    assert float(np.sum(longitude[:-1] * np.diff(latitude) - latitude[:-1] * np.diff(longitude))) < 0.0


def test_selected_places_keep_their_corners_and_names() -> None:
    places, _ = read_places(collection(feature(SQUARE, name="one"), feature(LINE, "LineString", name="two")))
    chosen = places.take(np.array([1]))
    assert chosen.name(0) == "two"
    assert np.degrees(chosen.outline(0)[1]) == pytest.approx([0.0, 0.1])


def test_kml_gives_the_same_places() -> None:
    ring = " ".join(f"{east},{north},0" for east, north in SQUARE)
    kml = f"""<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <name>not a place</name><!-- nor this -->
    <Placemark><name>depot</name><ExtendedData><Data name="rule"><value>declared_content</value></Data>
    <Data name="vehicles"><value>40</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>
    {ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
    <Placemark><name>border</name><LineString><coordinates>0,0 0.1,0</coordinates></LineString></Placemark>
    </Document></kml>"""
    mine, my_rules = read_places(kml.encode())
    theirs, their_rules = read_places(
        collection(
            feature(SQUARE, name="depot", rule="declared_content", vehicles=40),
            feature(LINE, "LineString", name="border"),
        )
    )
    for name in ("kind", "first", "corners", "latitude", "longitude"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), err_msg=name)
    assert mine.names == theirs.names
    assert my_rules.vehicles.tolist() == their_rules.vehicles.tolist() == [40]


def test_a_place_over_the_antimeridian_is_one_place() -> None:
    ring = [[179.9, 0.0], [-179.9, 0.0], [-179.9, 0.1], [179.9, 0.1]]
    places, _ = read_places(collection(feature(ring)))
    assert len(places) == 1


BOWTIE = [[0.0, 0.0], [0.1, 0.1], [0.1, 0.0], [0.0, 0.1], [0.0, 0.0]]
REFUSED = [
    (b"", "neither a GeoJSON"),
    (b'{"features": [', "neither a GeoJSON"),
    (b"\xff\xfe\x00", "neither a GeoJSON"),
    (b"<kml", "no KML"),
    (b"<html></html>", "no KML"),
    (b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', "document type"),
    (b"<kml/>", "no places"),
    (
        b"<kml><Placemark><name>p</name><Point><coordinates>0,0</coordinates></Point></Placemark></kml>",
        "drawn as Point",
    ),
    (b"<kml><Placemark><LineString><coordinates>a,b</coordinates></LineString></Placemark></kml>", "coordinates"),
    (collection(), "no places"),
    (collection(feature(BOWTIE, name="knot")), "'knot' crosses itself"),
    (collection(feature([[0.0, 0.0], [0.1, 0.0], [0.0, 0.0]])), "2 different corners"),
    (collection(feature([[0.0, 0.0], [0.1, 0.0], [0.05, 0.0]], "LineString", name="back")), "crosses itself"),
    (collection(feature([[200.0, 0.0], [0.1, 0.0], [0.0, 0.1]])), "outside longitude"),
    (collection(feature([[-80.0, -50.0], [80.0, -50.0], [80.0, 50.0], [-80.0, 50.0]])), "larger than"),
    (collection(feature([[0.0, 89.5], [0.1, 89.5], [0.0, 89.6]])), "pole"),
    (collection(feature([], name="nothing")), "no coordinates"),
    (collection(feature([["a", "b"]])), "no coordinates"),
    (collection(feature(None)), "no coordinates"),
    (collection({"type": "Feature", "geometry": None, "properties": None}), "drawn as nothing"),
    (collection(feature([0.0, 0.0], "Point", name="spot")), "drawn as Point"),
    (collection(feature(SQUARE, name="a"), feature(moved(0.05), name="b")), "'a' and 'b' overlap"),
    (collection(feature(SQUARE, name="a"), feature(moved(2.0), name="a")), "two places are called"),
    (collection(feature(SQUARE, kind="line")), "site or area"),
    (collection(feature(SQUARE, rule="no_smoking")), "known are declared_content"),
    (collection(feature(SQUARE, rule="declared_content")), "needs vehicles"),
    (collection(feature(LINE, "LineString", rule="storage_only")), "one of sites"),
    (collection(feature(LINE, "LineString", rule="no_vehicles_beyond", beyond="up")), "left or right"),
    (
        collection(feature(SQUARE, rule="storage_only", until="2026-05-04", **{"from": "2026-05-05"})),
        "before it begins",
    ),
    (collection(feature(SQUARE, rule="storage_only", until="tomorrow")), "a rule of place"),
    (collection(feature(SQUARE, vehicles=-1)), "neither a GeoJSON"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_cannot_be_watched_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(PlacesError, match=words):
        read_places(data)


def test_rules_that_contradict_are_refused_unless_they_are_dated_apart() -> None:
    rules = [{"rule": "storage_only", "until": "2026-05-04"}, {"rule": "convoys_announced", "from": "2026-05-03"}]
    with pytest.raises(PlacesError, match="contradict one another from 2026-05-03"):
        read_places(collection(feature(SQUARE, rules=rules)))
    rules[1]["from"] = "2026-05-04"
    assert len(read_places(collection(feature(SQUARE, rules=rules)))[1]) == 2


def test_a_site_within_another_overlaps_and_an_area_may() -> None:
    inner = [[0.02, 0.02], [0.08, 0.02], [0.08, 0.08], [0.02, 0.08], [0.02, 0.02]]
    with pytest.raises(PlacesError, match="overlap"):
        read_places(collection(feature(SQUARE, name="a"), feature(inner, name="b")))
    assert len(read_places(collection(feature(SQUARE, name="a"), feature(inner, name="b", kind="area")))[0]) == 2


def test_a_thousand_sites_are_checked_in_moments_and_more_are_refused() -> None:
    grid = [feature([[x, y], [x + 0.01, y], [x + 0.01, y + 0.01]]) for x in range(-20, 20) for y in range(25)]
    assert len(read_places(collection(*grid))[0]) == 1_000
    with pytest.raises(PlacesError, match="more than can be watched"):
        read_places(collection(*grid, feature(moved(50.5))))


def test_sites_overlap_over_the_antimeridian_too() -> None:
    one = [[179.9, 0.0], [-179.9, 0.0], [-179.9, 0.1], [179.9, 0.1]]
    other = [[-179.95, 0.0], [-179.8, 0.0], [-179.8, 0.1], [-179.95, 0.1]]
    with pytest.raises(PlacesError, match="overlap"):
        read_places(collection(feature(one, name="a"), feature(other, name="b")))


def test_damaged_files_are_refused_in_words_or_read() -> None:
    """Bytes changed, cut off or doubled by chance: a typed error, or places; nothing else."""
    rng = np.random.default_rng(12)
    ring = " ".join(f"{east},{north},0" for east, north in SQUARE)
    whole = (
        collection(feature(SQUARE, name="depot", rules=[{"rule": "storage_only", "from": "2026-05-04"}])),
        f"<kml><Placemark><name>depot</name><ExtendedData><Data name='vehicles'><value>4</value></Data></ExtendedData>"
        f"<Polygon><coordinates>{ring}</coordinates></Polygon></Placemark></kml>".encode(),
    )
    refused = 0
    for _ in range(1_500):
        data = bytearray(whole[rng.integers(2)])
        for _ in range(rng.integers(1, 4)):
            data[rng.integers(len(data))] = rng.integers(256)
        cut = rng.integers(len(data)) if rng.random() < 0.3 else len(data)
        try:
            read_places(bytes(data[:cut]))
        except PlacesError:
            refused += 1
    assert refused > 500
