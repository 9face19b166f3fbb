import csv
import io
import json
import os
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from sidelook.errors import UsageError
from sidelook.mission import recording
from sidelook.mission.convert import convert, render_report, write_tracks
from sidelook.mission.publish import OutputIsSourceError
from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackTable
from sidelook.release import Recipient

ENDINGS = (".parquet", ".geojson", ".json", ".csv", ".kml", ".arrow")


def tracks() -> TrackTable:
    origin = Origin(source="s", classification=Classification.UNCLASSIFIED)
    return TrackTable.empty(
        2,
        track=np.array([1, 1]),
        time=np.array([0, 10**9]),
        latitude=np.zeros(2),
        longitude=np.zeros(2),
        origins=(origin,),
    )


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("kind", "rows"), [("plots", 2), ("dwells", 2)])
def test_every_format_takes_both_kinds(recording_file: Path, tmp_path: Path, ending: str, kind: str, rows: int) -> None:
    report = convert(recording_file, tmp_path / f"out{ending}", kind=kind)
    assert report.rows == rows
    assert report.describe()["classification"] == "UNCLASSIFIED"
    assert report.describe()["simulated"] is True
    assert report.target.stat().st_size > 0


def test_plots_are_where_the_reports_said(recording_file: Path, tmp_path: Path) -> None:
    convert(recording_file, tmp_path / "out.geojson")
    features = json.loads((tmp_path / "out.geojson").read_bytes())["features"]
    assert [feature["geometry"]["coordinates"] for feature in features] == [[20.0, 10.0], [20.0, 10.001]]
    assert [feature["properties"]["radial_speed_mps"] for feature in features] == [1.5, 1.51]
    assert [feature["properties"]["target_class"] for feature in features] == ["wheeled", "wheeled"]


def test_dwells_are_drawn_as_their_footprint_also_without_plots(recording_file: Path, tmp_path: Path) -> None:
    convert(recording_file, tmp_path / "out.parquet", kind="dwells")
    geo = json.loads(pq.read_metadata(tmp_path / "out.parquet").metadata[b"geo"])
    assert geo["columns"]["geometry"]["geometry_types"] == ["Polygon"]
    with duckdb.connect() as connection:
        query = f"select plot_count, ST_AsText(geometry) from '{tmp_path}/out.parquet'"  # noqa: S608 - our own path
        rows = connection.execute(query).fetchall()
    assert [row[0] for row in rows] == [2, 0]
    assert all(row[1].startswith("POLYGON") for row in rows)


def test_a_folder_becomes_one_file(tmp_path: Path, recording_bytes: bytes) -> None:
    folder = tmp_path / "flights"
    folder.mkdir()
    for name in ("1.4607", "2.gmti"):
        (folder / name).write_bytes(recording_bytes)
    report = convert(folder, tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert [row["source"] for row in rows] == ["1.4607"] * 2 + ["2.gmti"] * 2
    assert [path.name for path in report.files] == ["1.4607", "2.gmti"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_without_plots_gives_a_whole_file(tmp_path: Path, recording_bytes: bytes, ending: str) -> None:
    (tmp_path / "empty.4607").write_bytes(recording_bytes[:76])
    report = convert(tmp_path / "empty.4607", tmp_path / f"out{ending}")
    assert report.rows == 0
    assert report.target.exists()
    if ending == ".csv":
        assert report.target.read_text().startswith('"time","latitude_deg"')


def test_the_report_says_what_was_skipped(tmp_path: Path, recording_bytes: bytes) -> None:
    (tmp_path / "damaged.4607").write_bytes(recording_bytes + b"\xee" * 50)
    text = render_report(convert(tmp_path / "damaged.4607", tmp_path / "out.csv"))
    assert "2 plots" in text
    assert "simulated" in text
    assert "skipped 50 bytes" in text


def test_security_codes_are_said_beside_the_classification(tmp_path: Path, recording_bytes: bytes) -> None:
    (tmp_path / "coded.4607").write_bytes(recording_bytes.replace(b"XN\x05XN\0\0", b"XN\x05XN\0\x41"))
    report = convert(tmp_path / "coded.4607", tmp_path / "out.geojson")
    assert "UNCLASSIFIED, under security codes" in render_report(report)
    assert json.loads(report.target.read_bytes())["sidelook"]["security_codes"] is True


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("out.shp", "plots", "no format for out.shp"),
        ("out", None, "end the name"),
        ("out.csv", "ships", "called ships"),
    ],
)
def test_what_cannot_be_written_is_said_first(recording_file: Path, name: str, kind: str | None, says: str) -> None:
    target = recording_file.with_name(name)
    with pytest.raises(UsageError, match=says):
        convert(recording_file, target, kind=kind)
    assert not target.exists()


@pytest.mark.parametrize("name", ["same.csv", "hard.csv", "soft.csv", "up/../same.csv"])
def test_a_recording_is_never_replaced_by_its_own_conversion(tmp_path: Path, recording_bytes: bytes, name: str) -> None:
    source = tmp_path / "same.csv"
    source.write_bytes(recording_bytes)
    os.link(source, tmp_path / "hard.csv")
    (tmp_path / "soft.csv").symlink_to(source)
    (tmp_path / "up").mkdir()
    with pytest.raises(OutputIsSourceError, match="choose another name"):
        convert(source, tmp_path / name, overwrite=True)
    assert source.read_bytes() == recording_bytes


def test_nor_is_a_file_of_a_folder(tmp_path: Path, recording_bytes: bytes) -> None:
    folder = tmp_path / "flights"
    folder.mkdir()
    for file in ("1.4607", "2.4607"):
        (folder / file).write_bytes(recording_bytes)
    (tmp_path / "out.csv").symlink_to(folder / "2.4607")
    with pytest.raises(OutputIsSourceError, match=r"2\.4607"):
        convert(folder, tmp_path / "out.csv", overwrite=True)
    assert (tmp_path / "out.csv").is_symlink()
    assert (folder / "2.4607").read_bytes() == recording_bytes


def test_a_source_that_fails_leaves_no_target(tmp_path: Path) -> None:
    (tmp_path / "bad.4607").write_bytes(b"nothing of the kind" * 20)
    with pytest.raises(Exception, match="no STANAG 4607 packet"):
        convert(tmp_path / "bad.4607", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_tracks_are_written_too(tmp_path: Path, ending: str) -> None:
    write_tracks(tracks(), tmp_path / f"tracks{ending}")
    content = (tmp_path / f"tracks{ending}").read_bytes()
    if ending == ".kml":
        assert ET.fromstring(content).tag == "{http://www.opengis.net/kml/2.2}kml"  # noqa: S314 - our own
    if ending == ".geojson":
        assert [feature["properties"]["track"] for feature in json.loads(content)["features"]] == [1, 1]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_a_recipient_may_not_see_is_left_out(recording_file: Path, tmp_path: Path, ending: str) -> None:
    secret = recording_file.read_bytes()
    recording_file.write_bytes(secret[:76] + secret[76:].replace(b"XN\x05", b"XN\x02"))
    guest = Recipient(name="guest")
    report = convert(recording_file, tmp_path / f"out{ending}", recipient=guest)
    assert (report.rows, report.withheld) == (0, 4)
    assert "withheld 4" in render_report(report)
    assert b"SECRET" not in report.target.read_bytes()


def test_tracks_pass_the_same_filter(tmp_path: Path) -> None:
    decision = write_tracks(tracks(), tmp_path / "out.csv", recipient=Recipient(name="guest"))
    assert (decision.released, decision.complete) == (2, True)


def test_memory_does_not_grow_with_the_recording(
    tmp_path: Path, recording_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is alive at once is a block: ten times as many blocks need no more, but for noise."""
    monkeypatch.setattr(recording, "CHUNK", 20 * len(recording_bytes))
    peaks = []
    for blocks in (10, 100):
        (tmp_path / "long.4607").write_bytes(recording_bytes * (20 * blocks))
        tracemalloc.start()
        convert(tmp_path / "long.4607", tmp_path / f"{blocks}.csv")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def test_the_afrl_recording(shared_data: Path, tmp_path: Path) -> None:
    """218 reports of 154 dwells, all simulated; extent and times as its provenance says."""
    report = convert(shared_data / "gmti" / "afrl_10_targets.4607", tmp_path / "afrl.parquet")
    table = pq.read_table(tmp_path / "afrl.parquet")
    seconds = np.ptp(table.column("time").to_numpy().astype(np.int64)) / 1e9
    assert report.rows == 218
    assert report.skipped_octets == 0
    assert seconds == pytest.approx(591, abs=10)
    assert set(table.column("truth_entity").to_pylist()) == set(range(1, 11))
    assert table.column("simulated").to_pylist() == [True] * 218
