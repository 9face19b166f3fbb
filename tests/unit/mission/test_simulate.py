"""A scenario played into a folder: what lies there, that it is the same again, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sidelook.errors import UsageError
from sidelook.formats.stanag4607 import decode_dwells
from sidelook.formats.truth.parquet import read_looks
from sidelook.mission.simulate import OccupiedError, SimulateOptions, list_scenarios, simulate
from sidelook.simulation.scenario.playing import join_looks

from .test_scenario import ROADS

TINY = """
name = "tiny"
duration_s = 130
[ground]
kind = "smooth"
roads = "roads.osm"
[traffic]
vehicles = 25
[platform]
stand_off_km = 70
[[jobs]]
revisit_s = 40
[[jobs]]
kind = "spot_image"
corners_deg = [[37.79, -43.1], [37.81, -43.1], [37.81, -43.08], [37.79, -43.08]]
revisit_s = 60
priority = 10
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenario")
    (folder / "roads.osm").write_text(ROADS)
    (folder / "tiny.toml").write_text(TINY)
    return folder / "tiny.toml"


@pytest.fixture(scope="module")
def made(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "out"
    simulate(str(scenario), folder, SimulateOptions())
    return folder


def test_the_folder_holds_recording_truth_schedule_coverage_and_scenario(made: Path) -> None:
    names = {path.name for path in made.iterdir()}
    assert names >= {
        "recording.4607", "truth.parquet", "schedule.parquet", "images.parquet", "coverage.csv", "scenario.toml",
        "scenario.json", "summary.json",
    }  # fmt: skip
    summary = json.loads((made / "summary.json").read_bytes())
    (mission,) = summary["missions"]
    dwells = decode_dwells((made / "recording.4607").read_bytes(), source="tiny")
    assert (mission["dwells"], mission["plots"]) == (len(dwells), len(dwells.plots))
    assert mission["octets"] == (made / "recording.4607").stat().st_size
    assert mission["images"] == 3
    assert sorted(path.name for path in made.glob("*.tif")) == [f"image-02-{number:03d}.tif" for number in (1, 2, 3)]
    assert 0 < mission["visible_km2"] == mission["scanned_km2"]
    assert pq.read_table(made / "schedule.parquet").num_rows == len(dwells)
    assert (
        (made / "coverage.csv").read_text().startswith("job,revisit,begin,end,scanned_km2,visible_km2,simulated\n1,0,")
    )


def test_all_of_it_is_marked_as_simulated(made: Path) -> None:
    assert decode_dwells((made / "recording.4607").read_bytes(), source="tiny").simulated.all()
    for name in ("truth", "schedule", "images"):
        table = pq.read_table(made / f"{name}.parquet")
        assert table["simulated"].to_pylist() == [True] * table.num_rows
        assert any(b"simulated" in key + value for key, value in (table.schema.metadata or {}).items()), name
    assert json.loads((made / "summary.json").read_bytes())["simulated"] is True
    assert "simulated" in (made / "coverage.csv").read_text().splitlines()[0]


def test_every_tagged_plot_lies_where_the_truth_says_within_its_errors(made: Path) -> None:
    """Normalised: distance over the plot's own cross range and slant range errors, for nine of ten plots."""
    dwells = decode_dwells((made / "recording.4607").read_bytes(), source="tiny")
    with (made / "truth.parquet").open("rb") as stream:
        truth = join_looks(list(read_looks(stream)))
    truth = truth.take(truth.detected)
    plots = dwells.plots
    tagged = np.flatnonzero(plots.truth_entity > 0)
    assert len(tagged) > 20
    # The recording counts milliseconds, the truth nanoseconds.
    looked = dwells.time[plots.dwell[tagged]][:, None]
    same = (np.abs(looked - truth.time) < 2_000_000) & (plots.truth_entity[tagged][:, None] == truth.entity)
    assert (same.sum(axis=1) == 1).all()
    rows = same.argmax(axis=1)
    north = (plots.latitude[tagged] - truth.latitude[rows]) * 6.37e6
    east = (plots.longitude[tagged] - truth.longitude[rows]) * 6.37e6 * np.cos(truth.latitude[rows])
    sigma = np.hypot(plots.sigma_slant_range[tagged], plots.sigma_cross_range[tagged])
    # The sensor is believed to be where its navigation says, some metres off.
    off = np.hypot(east, north) / np.hypot(sigma, 30.0)
    assert np.quantile(off, 0.9) < 2.5


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(scenario: Path, made: Path, tmp_path: Path) -> None:
    simulate(str(scenario), tmp_path / "again", SimulateOptions())
    simulate(str(scenario), tmp_path / "other", SimulateOptions(changes=("seed=9",)))
    for name in ("recording.4607", "truth.parquet", "schedule.parquet", "coverage.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes(), name
    assert (tmp_path / "other" / "recording.4607").read_bytes() != (made / "recording.4607").read_bytes()


def test_without_truth_tags_no_report_bears_one(scenario: Path, tmp_path: Path) -> None:
    simulate(str(scenario), tmp_path / "blind", SimulateOptions(changes=("truth_tags=false",)))
    plots = decode_dwells((tmp_path / "blind" / "recording.4607").read_bytes(), source="tiny").plots
    assert len(plots) > 20
    assert (plots.truth_entity == -1).all()


def test_a_folder_that_holds_something_is_left_alone(scenario: Path, made: Path) -> None:
    with pytest.raises(OccupiedError, match="or empty it"):
        simulate(str(scenario), made, SimulateOptions())
    with pytest.raises(OccupiedError, match="is a file"):
        simulate(str(scenario), made / "summary.json", SimulateOptions())


def test_who_says_nothing_is_told_what_to_say() -> None:
    with pytest.raises(UsageError, match="-o which folder convoy is to fill"):
        simulate("convoy", None, SimulateOptions())


def test_days_are_missions_of_their_own(scenario: Path, tmp_path: Path) -> None:
    days = scenario.with_name("days.toml")
    days.write_text(TINY.replace("duration_s = 130", "duration_s = 60\ndays = 2"))
    simulate(str(days), tmp_path / "days", SimulateOptions())
    first, second = (
        decode_dwells((tmp_path / "days" / f"day-0{n}-recording.4607").read_bytes(), source="days") for n in (1, 2)
    )
    assert {o.mission for o in first.origins} == {1}
    assert {o.mission for o in second.origins} == {2}
    assert 86_300e9 < second.time[0] - first.time[0] < 86_500e9


def test_scenarios_are_listed_with_their_words(capsys: pytest.CaptureFixture[str]) -> None:
    list_scenarios(as_json=True)
    assert "convoy" in json.loads(capsys.readouterr().out)
