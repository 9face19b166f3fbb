import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sidelook.formats.stanag4607 import Preset, WriterSettings, encode_dwells
from sidelook.mission.publish import OutputExistsError, OutputIsSourceError
from sidelook.mission.roads import RoadsFileError
from sidelook.mission.track import NoTruthError, report_tracks, truth_tags
from sidelook.model.plots import Plots

from .test_chain import REVISITS, VEHICLES, make_flight


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """Write the flight with truth tags."""
    dwells = make_flight()
    entity = np.tile(np.arange(VEHICLES) + 70, REVISITS).astype(np.int64)
    plots = replace(dwells.plots, truth_entity=entity, truth_application=np.ones(len(entity), np.int32))
    path = tmp_path / "tagged.4607"
    settings = WriterSettings(preset=Preset.COMPLETE_WITH_TRUTH)
    path.write_bytes(b"".join(encode_dwells(replace(dwells, plots=plots), settings)))
    return path


def test_tracks_are_counted_and_compared_with_the_truth(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_tracks(tagged, truth_report=True, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["tracks"], report["tracked_plots"]) == (VEHICLES, VEHICLES * REVISITS)
    assert (report["truth"]["purity"], report["truth"]["least_main_share"]) == (1.0, 1.0)
    assert [row["vehicle"] for row in report["truth"]["by_vehicle"]] == [70, 71, 72]


def test_people_are_told_in_lines(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_tracks(tagged, truth_report=True)
    text = capsys.readouterr().out
    assert "3 tracks from 36 plots in 12 dwells" in text
    assert "purity 1.000, identity switches 0" in text


def test_tracks_can_be_written(tagged: Path, tmp_path: Path) -> None:
    report_tracks(tagged, output=tmp_path / "tracks.geojson")
    assert len(json.loads((tmp_path / "tracks.geojson").read_text())["features"]) > VEHICLES


def test_roads_are_given_to_the_tracker(tagged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roads = tmp_path / "roads.geojson"
    line = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    report_tracks(tagged, roads=roads)
    assert "3 tracks" in capsys.readouterr().out
    with pytest.raises(RoadsFileError):
        report_tracks(tagged, roads=tmp_path / "none.geojson")


def test_a_recording_that_is_cut_off_is_tracked_and_said_to_be(
    tagged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tagged.write_bytes(tagged.read_bytes()[:-20])
    report_tracks(tagged)
    said = capsys.readouterr()
    assert "3 tracks" in said.out
    assert "damaged or cut off: " in said.err
    assert "bytes are in no sound packet and were skipped; see sidelook check" in said.err


def test_the_recording_is_never_replaced_by_its_tracks(tagged: Path, tmp_path: Path) -> None:
    content = tagged.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(tagged)
    with pytest.raises(OutputIsSourceError, match="choose another name"):
        report_tracks(tagged, output=link, overwrite=True)
    assert tagged.read_bytes() == content
    assert link.is_symlink()


def test_what_cannot_be_written_is_said_before_tracking(tmp_path: Path) -> None:
    (tmp_path / "tracks.csv").touch()
    (tmp_path / "broken.4607").touch()
    with pytest.raises(OutputExistsError, match="--overwrite"):
        report_tracks(tmp_path / "broken.4607", output=tmp_path / "tracks.csv")


def test_a_truth_report_needs_a_truth(tagged: Path) -> None:
    tagged.write_bytes(b"".join(encode_dwells(make_flight(), WriterSettings())))
    with pytest.raises(NoTruthError, match="no truth tags"):
        report_tracks(tagged, truth_report=True)


def test_tags_of_several_applications_stay_apart() -> None:
    plots = Plots.empty(
        3, truth_application=np.array([1, 2, -1], np.int32), truth_entity=np.array([5, 5, -1], np.int64)
    )
    assert len(set(truth_tags(plots).tolist())) == 3
    assert truth_tags(plots)[2] == -1
