"""The report: the same from the same archive, with what was seen, what changed, and what could not be seen."""

from dataclasses import replace
from pathlib import Path

import pytest

from sidelook.errors import UsageError
from sidelook.mission.monitor import Question
from sidelook.mission.monitor_report import write_report
from sidelook.mission.monitor_stock import Counting

from .test_monitor_stock import kept, yard

__all__ = ["kept", "yard"]  # the archive of a yard that fills


def test_a_report_says_what_changed_and_what_was_not_seen(kept: Path, yard: Path, tmp_path: Path) -> None:
    question, counting = Question(archive=kept, places=yard), Counting(detection=0.95)
    write_report(question, counting, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text()
    assert page.count("UNCLASSIFIED, simulated") >= 2
    assert "<h2>yard</h2>" in page
    assert "undetermined" in page
    assert page.count("data:image/png;base64,") == 2  # the stock over time, the first image and the last
    assert page.count("nobody looked from") == 3
    assert "what terrain hides is not known here" in page
    assert "day 4" in page
    write_report(question, counting, tmp_path / "b.html")
    assert (tmp_path / "b.html").read_text() == page


def test_without_images_that_is_said(kept: Path, yard: Path, tmp_path: Path) -> None:
    write_report(Question(archive=kept, places=yard), Counting(), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text()
    assert "what is parked is not known, images were not counted (--detection)" in page
    assert "neither an image nor a crossing could be seen" in page


def test_one_mission_has_no_trend(kept: Path, yard: Path, tmp_path: Path) -> None:
    write_report(Question(archive=kept, places=yard, missions=(3,)), Counting(detection=0.95), tmp_path / "a.html")
    assert "One mission only" in (tmp_path / "a.html").read_text()


def test_nothing_is_replaced_unasked_or_written_to_another_kind(kept: Path, yard: Path, tmp_path: Path) -> None:
    question = Question(archive=kept, places=yard)
    with pytest.raises(UsageError, match=r"write to \.html"):
        write_report(question, Counting(), tmp_path / "a.pdf")
    (tmp_path / "a.html").write_text("mine")
    with pytest.raises(UsageError, match="--overwrite"):
        write_report(replace(question), Counting(), tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text() == "mine"
