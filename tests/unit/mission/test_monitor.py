"""``sidelook monitor`` on a small archive: vehicles drive north over a line, and into a yard."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidelook.archive import Archive, NotKeptError
from sidelook.errors import InputError, UsageError
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.mission.monitor import Question
from sidelook.mission.monitor_cells import report_counts, report_coverage
from sidelook.mission.monitor_flow import report_flow
from sidelook.mission.monitor_sites import report_rules, report_sites
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.timescale import parse_utc

SECOND, HOUR = 10**9, 3_600 * 10**9
BEGIN = parse_utc("2026-05-04T06:00:00Z")
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, platform="TEST", simulated=True)
VEHICLES, STATES, STEP, SPEED = 8, 20, 30, 15.0
LATITUDE, LONGITUDE = np.radians(38.0), np.radians(-43.0)
Output = pytest.CaptureFixture[str]


def make_tracks(begin: int) -> TrackTable:
    """Make vehicles that drive north, side by side, from two kilometres before the middle."""
    vehicle, step = np.repeat(np.arange(VEHICLES), STATES), np.tile(np.arange(STATES), VEHICLES)
    north = -2_000.0 + SPEED * STEP * step
    time = begin + 600 * SECOND + step * STEP * SECOND
    count = len(vehicle)
    return TrackTable.empty(
        count,
        track=vehicle.astype(np.int64) + 1,
        time=time,
        supported=time,
        latitude=LATITUDE + north / MEAN_RADIUS,
        longitude=LONGITUDE + (vehicle - 3.5) * 50.0 / (MEAN_RADIUS * np.cos(LATITUDE)),
        position_covariance=np.tile(np.float32([100.0, 0.0, 100.0]), (count, 1)),
        state=np.full(count, TrackState.CONFIRMED, np.uint8),
        target_class=np.full(count, 2, np.uint8),
        origins=(ORIGIN,),
    )


def make_dwells(begin: int) -> Dwells:
    """Look every half minute for an hour, from the north."""
    count = 120
    return Dwells.empty(
        count,
        time=begin + np.arange(count) * STEP * SECOND,
        last_of_revisit=np.ones(count, np.bool_),
        sensor_latitude=np.full(count, LATITUDE + 100e3 / MEAN_RADIUS),
        sensor_longitude=np.full(count, LONGITUDE),
        sensor_height=np.full(count, 12_000.0),
        area_latitude=np.full(count, LATITUDE),
        area_longitude=np.full(count, LONGITUDE),
        range_half_extent=np.full(count, 15_000.0),
        angle_half_extent=np.full(count, 0.15),
        minimum_detectable_speed=np.full(count, 1.0, np.float32),
        plots=Plots.empty(),
        origins=(ORIGIN,),
    )


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Keep two missions on one day, with an hour between them; in the second nobody drives."""
    with Archive.open(tmp_path / "kept", "write") as archive:
        for begin, tracks in ((BEGIN, make_tracks(BEGIN)), (BEGIN + 2 * HOUR, None)):
            writer = archive.begin_mission("flight", kind="recording", received=begin)
            writer.append_dwells(make_dwells(begin), np.zeros(0, np.int64))
            if tracks is not None:
                writer.append_tracks(tracks)
            writer.end(begin + HOUR)
    return tmp_path / "kept"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Draw a line across the way, and a yard in which it ends; nobody may enter the yard."""
    line = {"type": "LineString", "coordinates": [[-43.02, 38.0], [-42.98, 38.0]]}
    ring = [[-43.03, 38.015], [-42.97, 38.015], [-42.97, 38.1], [-43.03, 38.1], [-43.03, 38.015]]
    features = [
        {"type": "Feature", "properties": {"name": "road"}, "geometry": line},
        {
            "type": "Feature",
            "properties": {"name": "yard", "rule": "no_vehicles_beyond"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        },
    ]
    path = tmp_path / "places.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def told(capsys: Output) -> Any:  # noqa: ANN401 - whatever JSON says
    """Read the answer."""
    return json.loads(capsys.readouterr().out)


def test_flow_says_how_many_crossed_and_how_sure_that_is(kept: Path, places: Path, capsys: Output) -> None:
    report_flow(Question(archive=kept, places=places, as_json=True))
    report = told(capsys)
    assert (report["simulated"], report["marking"], report["missions"]) == (True, "UNCLASSIFIED", [1, 2])
    northward = [row for row in report["rows"] if row["direction"] == "to the north"]
    assert [row["begin"] for row in northward] == ["2026-05-04T06:00:00Z", "2026-05-04T08:00:00Z"]
    assert [row["seen"] for row in northward] == [VEHICLES, 0]
    assert northward[0]["low"] <= VEHICLES <= northward[0]["high"] <= 2 * VEHICLES
    into = [row for row in report["rows"] if (row["place"], row["direction"]) == ("yard", "in")]
    assert into[0]["seen"] == VEHICLES
    total = next(one for one in report["sums"] if one["direction"] == "to the north")
    assert (total["seen"], total["times"], total["of"]) == (VEHICLES, 2, 2)
    report_flow(Question(archive=kept, places=places))
    words = capsys.readouterr().out
    assert "nothing is taken to be hidden" in words
    assert words.endswith("UNCLASSIFIED, simulated\n")


def test_an_hour_without_a_mission_is_undetermined(kept: Path, places: Path, capsys: Output) -> None:
    report_flow(Question(archive=kept, places=places, during="2026-05-04T07:00:00Z/2026-05-04T09:00:00Z", as_json=True))
    rows = [row for row in told(capsys)["rows"] if row["direction"] == "to the north"]
    assert [row["undetermined"] for row in rows] == ["not looked at", ""]
    assert (rows[0]["low"], rows[0]["mean"], rows[0]["high"]) == (None, None, None)


def test_rules_are_answered_with_the_moments_to_replay(kept: Path, places: Path, capsys: Output) -> None:
    report_rules(Question(archive=kept, places=places, as_json=True))
    rule = told(capsys)["rules"][0]
    assert (rule["answer"], rule["seen"], rule["place"]) == ("no", VEHICLES, "yard")
    assert {(one["mission"], one["direction"]) for one in rule["evidence"]} == {(1, "in")}
    assert rule["evidence"][0]["time"].startswith("2026-05-04T06:1")
    report_rules(Question(archive=kept, places=places, missions=(2,)))
    assert "yes" in capsys.readouterr().out


def test_places_are_kept_and_listed(kept: Path, places: Path, capsys: Output) -> None:
    report_sites(Question(archive=kept, places=places), keep=True)
    capsys.readouterr()
    report_sites(Question(archive=kept, as_json=True))
    road, yard = told(capsys)
    assert (road["kind"], road["size"]) == ("line", pytest.approx(3.5, abs=0.1))
    assert (yard["kind"], yard["rules"]) == ("site", ["no vehicles beyond"])
    assert yard["size"] == pytest.approx(49.8, rel=0.02)  # 5.26 by 9.45 km
    report_flow(Question(archive=kept, as_json=True))
    assert len(told(capsys)["rows"]) == 8


def test_counts_are_made_once_and_remain_when_the_rows_are_gone(kept: Path, capsys: Output) -> None:
    report_counts(Question(archive=kept, as_json=True))
    first = told(capsys)
    assert [row["mission"] for row in first["hours"]] == [1, 2]
    assert [row["most"] for row in first["hours"]] == [VEHICLES, None]
    assert all(row["vehicles"] is None or row["vehicles"] >= 5 for row in first["cells"])
    assert {row["minutes"] for row in first["cells"] if row["level"] == 0} == {60}
    with Archive.open(kept) as archive:
        kept_rows = archive.sql("SELECT count(*) AS n FROM cells").to_pylist()[0]["n"]
        assert archive.check() == ()
    assert kept_rows == len(first["cells"])
    report_counts(Question(archive=kept, as_json=True))
    assert told(capsys) == first


def test_coverage_lays_missions_side_by_side(kept: Path, capsys: Output) -> None:
    report_coverage(Question(archive=kept, as_json=True))
    one, two = told(capsys)
    assert (one["platforms"], one["on_station_h"], one["revisit_s"]) == (["TEST"], 0.99, 30.0)
    assert one["stations"] == [["2026-05-04T06:00:00Z", "2026-05-04T06:59:30Z"]]
    assert one["looked_km2"] == pytest.approx(0.3 * 100.0 * 30.0, rel=0.1)  # a sector: angle, distance, depth
    assert one["hidden"] is None
    assert two["begin"] == "2026-05-04T08:00:00Z"
    report_coverage(Question(archive=kept))
    assert "what terrain hid is not known" in capsys.readouterr().out


def test_who_asked_for_what_is_in_the_audit_log(kept: Path, places: Path, capsys: Output) -> None:
    report_flow(Question(archive=kept, places=places, missions=(1,)))
    capsys.readouterr()
    with Archive.open(kept) as archive:
        entry = archive.audit_log()[-1]
    assert (entry.action, entry.subject, entry.actor) == ("query", "monitor flow", "operator here")
    assert (entry.detail["missions"], entry.detail["places"]) == ("1", "places.geojson")


def test_a_question_is_answered_while_another_process_writes(kept: Path, places: Path, capsys: Output) -> None:
    with Archive.open(kept, "write"):
        report_flow(Question(archive=kept, places=places, as_json=True))
        assert told(capsys)["rows"]
        report_counts(Question(archive=kept, as_json=True))
    said = capsys.readouterr()
    assert json.loads(said.out)["hours"]
    assert "not kept for the next question" in said.err


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"places": None}, UsageError, "no places are kept"),
        ({"places": Path("nowhere.kml")}, UsageError, "cannot read the places"),
        ({"missions": (7,)}, NotKeptError, "no mission 7"),
        ({"during": "2026-05-04"}, UsageError, "BEGIN/END"),
        ({"during": "2026-05-05/2026-05-04"}, UsageError, "not after"),
        ({"during": "noon/midnight"}, UsageError, "not a time"),
        ({"during": "2027-05-04/2027-05-05"}, UsageError, "nothing was looked at"),
        ({"ground": (Path("nowhere.hgt"),)}, UsageError, "cannot be read"),
        ({"ground": (Path("nowhere.geojson"),)}, UsageError, "no file of roads"),
        ({"archive": Path("nowhere")}, UsageError, "holds no archive"),
    ],
)
def test_what_cannot_be_answered_is_said(
    kept: Path, places: Path, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        report_flow(Question(**{"archive": kept, "places": places, **given}))


def test_a_width_of_times_that_is_none_and_a_damaged_file_are_refused(kept: Path, places: Path) -> None:
    with pytest.raises(UsageError, match="from 10 to 1440"):
        report_flow(Question(archive=kept, places=places), minutes=5.0)
    places.write_bytes(places.read_bytes()[:40])
    with pytest.raises(InputError, match="neither a GeoJSON"):
        report_sites(Question(archive=kept, places=places), keep=True)
    with pytest.raises(UsageError, match="--keep needs --places"):
        report_sites(Question(archive=kept), keep=True)
