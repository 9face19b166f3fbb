"""Where a kept track was: from the archive, in words and figures, and clear errors."""

import json
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive, NotKeptError
from sidelook.errors import UsageError
from sidelook.mission.where import ellipse, report_where
from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackTable
from sidelook.timescale import parse_utc
from sidelook.tracking.smoothing import NotThereError

BEGIN = parse_utc("2026-11-22T23:59:00Z")
SPEED, METRES_PER_RADIAN = 15.0, 6_371_000.0


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Keep a track that drives north for two minutes over midnight, a plot every 30 s but one."""
    seconds = np.array([0, 30, 90, 120])
    origin = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)
    time = BEGIN + seconds * 10**9
    table = TrackTable.empty(
        4,
        track=np.full(4, 7),
        time=time,
        supported=time,
        latitude=0.8 + seconds * SPEED / METRES_PER_RADIAN,
        longitude=np.full(4, 0.2),
        velocity_east=np.zeros(4, np.float32),
        velocity_north=np.full(4, SPEED, np.float32),
        position_covariance=np.tile(np.float32([900.0, 0.0, 400.0]), (4, 1)),
        velocity_covariance=np.tile(np.float32([1.0, 0.0, 1.0]), (4, 1)),
        cross_covariance=np.zeros((4, 4), np.float32),
        state=np.ones(4, np.uint8),
        origins=(origin,),
    )
    with Archive.open(tmp_path / "kept", "write") as opened:
        writer = opened.begin_mission("flight", kind="recording", received=BEGIN)
        writer.append_tracks(table)
        writer.end(BEGIN)
    return tmp_path / "kept"


def test_between_two_plots_a_track_is_where_both_put_it(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_where(archive, 7, "00:00:00", as_json=True)  # of the day after the mission began
    found = json.loads(capsys.readouterr().out)
    north = np.radians(found["latitude_deg"]) - 0.8
    assert north * METRES_PER_RADIAN == pytest.approx(60.0 * SPEED, abs=60.0)  # digits as the error has them
    assert (found["time"], found["simulated"], found["marking"]) == ("2026-11-23T00:00:00.000Z", True, "UNCLASSIFIED")
    assert (found["plot_before"][11:19], found["plot_after"][11:19]) == ("23:59:30", "00:00:30")
    assert found["speed_kmh"] == pytest.approx(54.0, abs=2.0)
    assert found["heading_deg"] in (0, 360)
    assert 20 < found["error_m"] < 200
    report_where(archive, 7, "2026-11-23T00:00:00Z", mission=1)
    assert "one sigma" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("track", "time", "mission", "error", "words"),
    [
        (7, "00:05:00", None, NotThereError, "not extrapolated"),
        (8, "00:00:00", None, NotKeptError, "no track 8"),
        (7, "00:00:00", 4, NotKeptError, "no mission 4"),
        (7, "at noon", None, UsageError, "not a time"),
        (7, "25:00", None, UsageError, "not a time"),
    ],
)
def test_what_cannot_be_answered_is_said(
    archive: Path, track: int, time: str, mission: int | None, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        report_where(archive, track, time, mission=mission)


def test_an_archive_without_a_mission_is_said(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "empty", "write"):
        pass
    with pytest.raises(UsageError, match="no mission yet"):
        report_where(tmp_path / "empty", 1, "12:00")


def test_an_ellipse_is_named_by_its_longer_axis() -> None:
    assert ellipse(np.array([[900.0, 0.0], [0.0, 400.0]])) == pytest.approx((30.0, 20.0, 90.0))
    turned = np.array([[650.0, 250.0], [250.0, 650.0]])
    assert ellipse(turned) == pytest.approx((30.0, 20.0, 45.0))
