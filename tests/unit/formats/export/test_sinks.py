"""Every format, read back by a reader that is not ours: json, csv, an XML parser, PyArrow, DuckDB, Shapely."""

import csv
import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from sidelook.formats.export.arrow_file import ArrowSink
from sidelook.formats.export.delimited import CsvSink
from sidelook.formats.export.geojson import GeoJsonSink
from sidelook.formats.export.geoparquet import GeoParquetSink
from sidelook.formats.export.kml import KmlSink
from sidelook.formats.export.kml_tracks import write_tracks_kml
from sidelook.formats.export.shapes import points_of
from sidelook.formats.export.sink import TableSink
from sidelook.formats.tables import plots_table
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

KML = "{http://www.opengis.net/kml/2.2}"
GX = "{http://www.google.com/kml/ext/2.2}"


def kml_sink(stream: io.BytesIO) -> KmlSink:
    return KmlSink(stream, tempfile.TemporaryFile)


def written(make: type[TableSink], dwells: Dwells) -> bytes:
    """Write the dwells one by one, so that every sink sees several blocks of differing origins."""
    stream = io.BytesIO()
    sink = make(stream)
    for row in range(len(dwells)):
        table = plots_table(dwells.take(slice(row, row + 1)))
        sink.write(table, points_of(table))
    sink.close()
    return stream.getvalue()


def test_geojson_is_read_by_json(hard_dwells: Dwells) -> None:
    collection = json.loads(written(GeoJsonSink, hard_dwells), parse_constant=pytest.fail)
    first, _, unplaced, *_ = collection["features"]
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == 5
    assert first["geometry"] == {"type": "Point", "coordinates": [179.9999999, 10.1234568]}
    assert first["properties"]["time"] == "2010-11-17T13:20:00.123Z"
    assert first["properties"]["source"] == hard_dwells.origins[0].source
    assert unplaced["geometry"] is None


def test_geojson_leaves_out_what_is_not_known_and_digits_nobody_measured(hard_dwells: Dwells) -> None:
    speeds = [
        f["properties"].get("radial_speed_mps") for f in json.loads(written(GeoJsonSink, hard_dwells))["features"]
    ]
    assert speeds == [1.235, None, 0, None, 3]


def test_geojson_box_crosses_the_antimeridian_the_short_way(hard_dwells: Dwells) -> None:
    west, _, east, _ = json.loads(written(GeoJsonSink, hard_dwells))["bbox"]
    assert (west, east) == (170.0, -170.0)


def test_geojson_file_carries_the_highest_marking_and_the_flag(hard_dwells: Dwells) -> None:
    collection = json.loads(written(GeoJsonSink, hard_dwells))
    assert collection["sidelook"]["classification"] == "SECRET"
    assert collection["sidelook"]["simulated"] is True
    assert [f["properties"]["simulated"] for f in collection["features"]] == [False, True, False, True, True]


def test_csv_is_read_by_csv(hard_dwells: Dwells) -> None:
    rows = list(csv.DictReader(io.StringIO(written(CsvSink, hard_dwells).decode(), newline="")))
    assert len(rows) == 5
    assert rows[0]["latitude_deg"] == "10.1234568"
    assert rows[0]["time"] == "2010-11-17T13:20:00.123Z"
    assert rows[0]["platform"] == "UNIT, 1"
    assert rows[0]["source"] == "a<b>&\"'],\\n\\x01;é"
    assert rows[1]["radial_speed_mps"] == ""
    assert [row["classification"] for row in rows] == ["SECRET"] * 3 + ["UNCLASSIFIED"] * 2


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        *((f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@"),
        ("\t=1", "'\\t=1"),
        ("\r1", "'\\r1"),
        ("a\x1b[31m\x07\x9b\u202e", "a\\x1b[31m\\x07\\x9b\\u202e"),
        ("Unit-1 é=", "Unit-1 é="),
    ],
)
def test_csv_holds_no_formula_and_no_control(hard_dwells: Dwells, word: str, cell: str) -> None:
    """CSV Injection, OWASP; negative numbers stay numbers."""
    origins = tuple(replace(origin, platform=word) for origin in hard_dwells.origins)
    rows = list(csv.DictReader(io.StringIO(written(CsvSink, replace(hard_dwells, origins=origins)).decode())))
    assert {row["platform"] for row in rows} == {cell}
    assert float(rows[1]["latitude_deg"]) == -20.5


def test_arrow_is_read_by_pyarrow(hard_dwells: Dwells) -> None:
    read = pa.ipc.open_file(written(ArrowSink, hard_dwells)).read_all()
    assert read.num_rows == 5
    assert read.column("source").to_pylist() == [hard_dwells.origins[0].source] * 3 + ["b"] * 2
    assert read.column("latitude_deg").to_pylist()[0] == pytest.approx(10.123456789, abs=1e-12)


def test_geoparquet_metadata_is_that_of_the_specification(hard_dwells: Dwells) -> None:
    metadata = pq.read_metadata(io.BytesIO(written(GeoParquetSink, hard_dwells))).metadata
    geo = json.loads(metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0"
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    assert column["bbox"] == pytest.approx([170.0, -20.5, -170.0, 10.123456789])
    assert json.loads(metadata[b"sidelook"])["classification"] == "SECRET"


def test_geoparquet_points_are_read_by_shapely(hard_dwells: Dwells) -> None:
    read = pq.read_table(io.BytesIO(written(GeoParquetSink, hard_dwells)))
    points = shapely.from_wkb(read.column("geometry").to_pylist())
    placed = shapely.get_coordinates(points[[0, 1, 3, 4]])
    expected = np.degrees([hard_dwells.plots.longitude, hard_dwells.plots.latitude]).T[[0, 1, 3, 4]]
    np.testing.assert_array_equal(placed, expected)


def test_duckdb_sees_a_geometry(hard_dwells: Dwells, tmp_path: Path) -> None:
    path = tmp_path / "plots.parquet"
    path.write_bytes(written(GeoParquetSink, hard_dwells))
    with duckdb.connect() as connection:
        query = "select typeof(geometry), ST_AsText(geometry), simulated from read_parquet(?) where revisit = 0"
        rows = connection.execute(query, [str(path)]).fetchall()
    assert rows[0][0].startswith("GEOMETRY")
    assert rows[1][1:] == ("POINT (-180 -20.5)", True)


def test_kml_has_a_folder_for_each_class(hard_dwells: Dwells) -> None:
    document = ET.fromstring(written(kml_sink, hard_dwells)).find(f"{KML}Document")  # noqa: S314 - our own
    folders = {
        folder.findtext(f"{KML}name"): folder.findall(f"{KML}Placemark") for folder in document.iter(f"{KML}Folder")
    }
    assert {name: len(marks) for name, marks in folders.items()} == {"reserved_55": 1, "tracked": 1, "wheeled": 3}
    mark = folders["wheeled"][0]
    assert mark.findtext(f"{KML}TimeStamp/{KML}when") == "2010-11-17T13:20:00.123Z"
    assert mark.findtext(f"{KML}Point/{KML}coordinates") == "179.9999999,10.1234568"
    assert folders["wheeled"][1].find(f"{KML}Point") is None


def test_kml_carries_marking_and_flag_in_sight_and_as_data(hard_dwells: Dwells) -> None:
    document = ET.fromstring(written(kml_sink, hard_dwells)).find(f"{KML}Document")  # noqa: S314 - our own
    assert document.findtext(f"{KML}description").startswith("SECRET. SIMULATED. From a<b>&\"'],\n\ufffd;é, b.")
    marks = list(document.iter(f"{KML}Placemark"))
    for mark in marks:
        data = {item.get("name"): item.text for item in mark.iter(f"{KML}SimpleData")}
        assert data["classification"] in {"SECRET", "UNCLASSIFIED"}
        assert mark.findtext(f"{KML}styleUrl") == ("#simulated" if data["simulated"] == "true" else "#reported")
    assert len(marks) == 5


def test_kml_declares_every_field_it_uses(hard_dwells: Dwells) -> None:
    root = ET.fromstring(written(kml_sink, hard_dwells))  # noqa: S314 - our own
    declared = {field.get("name") for field in root.iter(f"{KML}SimpleField")}
    assert {item.get("name") for item in root.iter(f"{KML}SimpleData")} <= declared


def test_tracks_move_in_kml(hard_tracks: TrackTable) -> None:
    stream = io.BytesIO()
    write_tracks_kml(stream, hard_tracks)
    marks = list(ET.fromstring(stream.getvalue()).iter(f"{KML}Placemark"))  # noqa: S314 - our own
    assert [mark.findtext(f"{KML}name") for mark in marks] == ["1", "2"]
    assert [when.text for when in marks[1].iter(f"{KML}when")] == [
        "1970-01-01T00:00:10.000Z",
        "1970-01-01T00:00:20.000Z",
    ]
    assert [place.text for place in marks[1].iter(f"{GX}coord")] == ["6 3 0", "4 1 0"]
    assert [mark.findtext(f"{KML}styleUrl") for mark in marks] == ["#simulated", "#simulated"]


def test_tracks_of_nothing_are_a_whole_document(hard_tracks: TrackTable) -> None:
    stream = io.BytesIO()
    write_tracks_kml(stream, hard_tracks.take(slice(0, 0)))
    assert not list(ET.fromstring(stream.getvalue()).iter(f"{KML}Placemark"))  # noqa: S314 - our own


@pytest.mark.parametrize("make", [GeoJsonSink, GeoParquetSink, ArrowSink, kml_sink])
def test_a_document_without_rows_is_whole(make: type[TableSink], hard_dwells: Dwells) -> None:
    content = written(make, hard_dwells.take(slice(0, 0)))
    if make is GeoJsonSink:
        assert json.loads(content)["features"] == []
    elif make is GeoParquetSink:
        assert pq.read_table(io.BytesIO(content)).num_rows == 0
    elif make is ArrowSink:
        assert pa.ipc.open_file(content).read_all().num_rows == 0
    else:
        assert ET.fromstring(content).tag == f"{KML}kml"  # noqa: S314 - our own
