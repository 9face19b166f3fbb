"""The questions to an archive on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sidelook import cli
from sidelook.archive import Archive

QUESTIONS = ("flow", "coverage", "counts", "sites", "rules")


def ask(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Ask in a process of its own."""
    code = "from sidelook.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "monitor", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_explained_with_an_example(
    question: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["sidelook", "monitor", question, "--help"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert f"sidelook monitor {question}" in capsys.readouterr().out


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_archive_is_said_in_one_sentence(
    question: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive.open(tmp_path / "empty", "write"):
        pass
    monkeypatch.setattr(sys, "argv", ["sidelook", "monitor", question, str(tmp_path / "empty"), "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (cli.Exit.USAGE, "")
    assert said.err.count("\n") == 1
    assert "no mission yet" in said.err or "no places are kept" in said.err


def test_places_are_kept_and_told_as_json(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "kept", "write"):
        pass
    line = {"type": "LineString", "coordinates": [[0.0, 0.0], [0.1, 0.0]]}
    feature = {"type": "Feature", "properties": {"name": "road"}, "geometry": line}
    (tmp_path / "places.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    kept = ask("sites", str(tmp_path / "kept"), "--places", str(tmp_path / "places.geojson"), "--keep", "--json")
    assert kept.returncode == 0, kept.stderr
    assert [place["name"] for place in json.loads(kept.stdout)] == ["road"]
    (tmp_path / "places.geojson").write_text("{")
    assert (
        ask("sites", str(tmp_path / "kept"), "--places", str(tmp_path / "places.geojson")).returncode == cli.Exit.INPUT
    )
