"""``sidelook monitor stock`` and ``compare``: vehicles parked in a yard, from images that an archive keeps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidelook.archive import Archive
from sidelook.errors import UsageError
from sidelook.formats.places import read_places
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_keeping import keep_image
from sidelook.mission.monitor import Question
from sidelook.mission.monitor_sites import report_rules
from sidelook.mission.monitor_stock import Counting, Periods, cut_to, report_changes, report_stock
from sidelook.mission.site_images import area_of, count_at
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image
from sidelook.timescale import SystemClock, parse_utc

SECOND, DAY = 10**9, 86_400 * 10**9
BEGIN = parse_utc("2026-05-04T06:00:00Z")
FRAME = LocalFrame(latitude=float(np.radians(38.0)), longitude=float(np.radians(-43.0)))
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)
COUNTS = (12, 12, 30, 30)  # vehicles in the yard, a mission a day
BESIDE = 5  # vehicles outside of it, every day
METRE = np.degrees(1.0 / 6_371_000.0)  # degrees of latitude
Output = pytest.CaptureFixture[str]


def photograph(inside: int, day: int) -> SarImage:
    """Image a field of 240 m: vehicles 20 m apart about its middle, and some at its western rim."""
    rng = np.random.default_rng(day)
    grid = centred_grid((480, 480), 0.5)
    number = np.arange(inside)
    yard = np.stack([20.0 * (number % 6) - 50.0, 20.0 * (number // 6) - 50.0, np.zeros(inside)], axis=1)
    rim = np.stack([np.full(BESIDE, -100.0), 20.0 * np.arange(BESIDE) - 40.0, np.zeros(BESIDE)], axis=1)
    places = np.concatenate([yard, rim])
    points = park_vehicles(places, rng.uniform(0.0, 6.0, len(places)), (6.0, 2.4), 30.0, rng)
    image = simulate_image(Imager(grid=grid, resolution=1.0), np.full(grid.shape, 10**-2.0), points, rng)
    return replace(image, frame=FRAME, begin=BEGIN + day * DAY + 600 * SECOND, origin=ORIGIN)


def make_dwells(begin: int) -> Dwells:
    """Look elsewhere: the yard is known by its images alone."""
    count = 60
    return Dwells.empty(
        count,
        time=begin + np.arange(count) * 30 * SECOND,
        last_of_revisit=np.ones(count, np.bool_),
        sensor_latitude=np.full(count, FRAME.latitude + 0.015),
        sensor_longitude=np.full(count, FRAME.longitude),
        sensor_height=np.full(count, 12_000.0),
        area_latitude=np.full(count, FRAME.latitude + 0.01),
        area_longitude=np.full(count, FRAME.longitude),
        range_half_extent=np.full(count, 3_000.0),
        angle_half_extent=np.full(count, 0.01),
        plots=Plots.empty(),
        origins=(ORIGIN,),
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep a mission a day, with one image each."""
    folder = tmp_path_factory.mktemp("kept")
    with Archive.open(folder, "write") as archive:
        for day, count in enumerate(COUNTS):
            begin = BEGIN + day * DAY
            writer = archive.begin_mission(f"day {day + 1}", kind="simulation", received=begin)
            writer.append_dwells(make_dwells(begin), np.zeros(0, np.int64))
            writer.end(begin)
            keep_image(archive, writer.mission, photograph(count, day), f"day-{day}.tif", SystemClock())
    return folder


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw the yard, 150 m to a side, and a line."""
    east = METRE / np.cos(FRAME.latitude)
    ring = [[-43.0 + x * east, 38.0 + y * METRE] for x, y in ((-75, -75), (75, -75), (75, 75), (-75, 75), (-75, -75))]
    shapes = [
        ("yard", {"type": "Polygon", "coordinates": [ring]}),
        ("line", {"type": "LineString", "coordinates": ring[:2]}),
    ]
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": shape} for name, shape in shapes]
    path = tmp_path_factory.mktemp("places") / "yard.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def told(capsys: Output) -> Any:  # noqa: ANN401 - whatever JSON says
    """Read the answer."""
    return json.loads(capsys.readouterr().out)


def test_only_what_stands_in_the_yard_is_counted(kept: Path, yard: Path) -> None:
    places, _ = read_places(yard.read_bytes())
    with Archive.open(kept) as archive:
        for image, count in zip(archive.images(), COUNTS, strict=True):
            found = count_at(archive, image, places, 0)
            assert found is not None
            assert abs(found[0] - count) <= 2
            assert found[1] == pytest.approx(150.0**2 / 1e6, rel=0.02)  # one false alarm a km2
            assert found[2] == pytest.approx(1.0, abs=0.01)


def test_stock_is_told_after_each_mission(kept: Path, yard: Path, capsys: Output) -> None:
    report_stock(Question(archive=kept, places=yard, as_json=True), Counting(detection=0.95))
    report = told(capsys)
    assert (report["marking"], report["simulated"], report["images"]) == ("UNCLASSIFIED", True, 4)
    assert [row["site"] for row in report["rows"]] == ["yard"] * 4
    for row, count in zip(report["rows"], COUNTS, strict=True):
        assert row["low"] <= count <= row["high"] <= count + 15
        assert row["basis"] == "images"
    report_stock(Question(archive=kept, places=yard), Counting(detection=0.95))
    words = capsys.readouterr().out
    assert "2026-05-06 06:29" in words
    assert "UNCLASSIFIED, simulated" in words


def test_a_site_that_fills_is_growing(kept: Path, yard: Path, capsys: Output) -> None:
    spans = ("2026-05-04/2026-05-06", "2026-05-06/2026-05-08")
    report_changes(Question(archive=kept, places=yard, as_json=True), Counting(detection=0.95), Periods(spans=spans))
    (row,) = told(capsys)["rows"]
    assert row["verdict"] == "growing"
    assert row["low"] <= 18 <= row["high"]
    again = Periods(spans=("2026-05-04/2026-05-05", "2026-05-05/2026-05-06"), announced=10)
    report_changes(Question(archive=kept, places=yard, as_json=True), Counting(detection=0.95), again)
    (row,) = told(capsys)["rows"]
    assert row["verdict"] != "growing"
    assert row["withdrawal"] == "no"


def test_without_images_and_looks_nothing_is_concluded(kept: Path, yard: Path, capsys: Output) -> None:
    report_changes(Question(archive=kept, places=yard, as_json=True), Counting(), Periods())
    (row,) = told(capsys)["rows"]
    assert row["verdict"] == "undetermined"
    assert "neither an image nor a crossing could be seen" in row["reason"]
    report_stock(Question(archive=kept, places=yard), Counting())
    assert "not counted without --detection" in capsys.readouterr().out


def test_wrong_questions_are_refused(kept: Path, yard: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="twice"):
        Periods(spans=("2026-05-04/2026-05-05",))
    with pytest.raises(UsageError, match="twice"):
        Periods(announced=3)
    with pytest.raises(UsageError, match="no probability"):
        Counting(detection=1.5)
    question = Question(archive=kept, places=yard)
    with pytest.raises(UsageError, match="no mission ended then"):
        report_changes(question, Counting(), Periods(spans=("2020-01-01/2020-01-02", "2026-05-06/2026-05-07")))
    with pytest.raises(UsageError, match="BEGIN/END"):
        report_changes(question, Counting(), Periods(spans=("2026-05-04", "2026-05-06/2026-05-07")))
    with pytest.raises(UsageError, match="no mission ended in that time"):
        report_stock(replace(question, during="2030-01-01/2030-01-02"), Counting())
    line = json.loads(yard.read_text())
    line["features"] = line["features"][1:]
    (tmp_path / "line.geojson").write_text(json.dumps(line))
    with pytest.raises(UsageError, match="no place is a site"):
        report_stock(replace(question, places=tmp_path / "line.geojson"), Counting())


def test_the_area_of_a_ring() -> None:
    ring = np.array([[0.0, 0.0], [0.0, 3.0], [4.0, 3.0], [4.0, 0.0], [0.0, 0.0]])
    assert area_of(ring) == 12.0


@pytest.mark.parametrize(
    ("declared", "until", "answer"), [(30, "2026-05-08", "yes"), (12, "2026-05-08", "no"), (12, "2026-05-06", "yes")]
)
def test_what_was_declared_is_held_against_the_images(
    kept: Path, yard: Path, tmp_path: Path, capsys: Output, declared: int, until: str, answer: str
) -> None:
    drawn = json.loads(yard.read_text())
    said = {"rule": "declared_content", "vehicles": declared, "from": "2026-05-04", "until": until}
    drawn["features"][0]["properties"] |= said
    (tmp_path / "yard.geojson").write_text(json.dumps(drawn))
    question = Question(archive=kept, places=tmp_path / "yard.geojson", as_json=True)
    report_rules(question, Counting(detection=0.95))
    (row,) = told(capsys)["rules"]
    assert (row["rule"].startswith("declared content"), row["answer"]) == (True, answer)
    report_rules(question)
    (row,) = told(capsys)["rules"]
    assert row["answer"] == "undetermined"


def test_an_hour_is_cut_to_the_one_mission_in_it() -> None:
    begin, end = np.array([0, 10, 20, 30]), np.array([10, 20, 30, 40])
    flown = [(4, 7), (18, 23), (25, 26)]  # within the first hour; over two; and a second one in the third
    start, stop = cut_to(begin, end, flown)
    assert start.tolist() == [4, 18, 20, 30]  # the third hour has two missions and the fourth none: as they were
    assert stop.tolist() == [8, 20, 30, 40]
    unflown = cut_to(begin, end, [])
    assert unflown[0].tolist() == begin.tolist()
    assert unflown[1].tolist() == end.tolist()


@pytest.mark.parametrize(("detection", "spread"), [(None, 0.05), (0.6, 0.05), (0.98, 0.01), (1.0, 0.0)])
def test_a_probability_near_one_is_not_far_off(detection: float | None, spread: float) -> None:
    assert Counting(detection=detection).spread == pytest.approx(spread)
