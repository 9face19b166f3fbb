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


def test_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
