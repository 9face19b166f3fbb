"""Alerts of an archive: what to look at, where to replay it, and what was acknowledged."""

import json
from pathlib import Path
from typing import Any

import pytest

from sidelook.archive import Archive
from sidelook.errors import UsageError
from sidelook.mission.monitor import Question
from sidelook.mission.monitor_alerts import report_alerts
from sidelook.mission.monitor_stock import Counting
from sidelook.timescale import SystemClock

from .test_monitor_stock import kept, yard

__all__ = ["kept", "yard"]  # the archive of a yard that fills
Output = pytest.CaptureFixture[str]
COUNTING = Counting(detection=0.95)


@pytest.fixture
def declared(yard: Path, tmp_path: Path) -> Path:
    """Say of the yard that it holds twelve."""
    drawn = json.loads(yard.read_text())
    drawn["features"][0]["properties"] |= {"rule": "declared_content", "vehicles": 15}
    (tmp_path / "yard.geojson").write_text(json.dumps(drawn))
    return tmp_path / "yard.geojson"


def told(capsys: Output) -> Any:  # noqa: ANN401 - whatever JSON says
    """Read the answer."""
    return json.loads(capsys.readouterr().out)["alerts"]


def test_more_than_was_declared_is_an_alert_until_it_is_acknowledged(
    kept: Path, declared: Path, capsys: Output
) -> None:
    question = Question(archive=kept, places=declared, as_json=True)
    report_alerts(question, COUNTING, SystemClock())
    (alert,) = (one for one in told(capsys) if one["kind"] == "content")
    assert (alert["site"], alert["acknowledged"]) == ("yard", False)
    assert alert["low"] > 15
    assert alert["replay"] == "#mission=4&t=2026-05-07T06:29:30Z&play=0"
    report_alerts(question, COUNTING, SystemClock(), acknowledge=[alert["key"]])
    assert [one["acknowledged"] for one in told(capsys) if one["kind"] == "content"] == [True]
    report_alerts(question, COUNTING, SystemClock())
    again = [one for one in told(capsys) if one["kind"] == "content"]
    assert [one["key"] for one in again if one["acknowledged"]] == [alert["key"]]
    with Archive.open(kept) as archive:
        assert [entry.subject for entry in archive.audit_log() if entry.action == "acknowledge"] == [alert["key"]]


def test_an_alert_that_is_not_there_cannot_be_acknowledged(kept: Path, declared: Path) -> None:
    with pytest.raises(UsageError, match="no alert change:nowhere"):
        report_alerts(
            Question(archive=kept, places=declared), COUNTING, SystemClock(), acknowledge=["change:nowhere:2026"]
        )


def test_without_evidence_there_is_nothing_to_look_at(kept: Path, yard: Path, capsys: Output) -> None:
    report_alerts(Question(archive=kept, places=yard), Counting(), SystemClock())
    assert "nothing to look at, of what could be seen" in capsys.readouterr().out
