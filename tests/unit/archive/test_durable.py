import os
from pathlib import Path

import pytest

from sidelook.archive.durable import make_folder, writing_aside


def test_a_file_appears_whole_under_its_name(tmp_path: Path) -> None:
    final = tmp_path / "new" / "deep" / "file"
    with writing_aside(final, tmp_path) as aside:
        aside.write_bytes(b"whole")
        assert not final.exists()
    assert final.read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_failure_leaves_nothing_and_the_old_file_as_it_was(tmp_path: Path) -> None:
    final = tmp_path / "file"
    final.write_bytes(b"old")

    def fail() -> None:
        with writing_aside(final, tmp_path) as aside:
            aside.write_bytes(b"ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert final.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_content_is_flushed_before_the_name_and_the_name_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut cannot be tried here; the order of the calls is what protects from it."""
    steps: list[str] = []
    real_sync, real_rename = os.fsync, Path.rename

    def sync(descriptor: int) -> None:
        steps.append("flush " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_sync(descriptor)

    def rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return real_rename(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", rename)
    with writing_aside(tmp_path / "final" / "file", tmp_path) as aside:
        aside.write_bytes(b"x")
    assert steps == ["flush file.partial", f"flush {tmp_path.name}", "rename", "flush final"]


def test_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
