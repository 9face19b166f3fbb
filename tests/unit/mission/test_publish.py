import stat
from pathlib import Path

import pytest

from sidelook.mission.publish import OutputExistsError, OutputFailedError, published


def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with published(target) as stream:
        stream.write(b"half ")
        assert not target.exists()
        stream.write(b"and half")
    assert target.read_bytes() == b"half and half"
    assert list(tmp_path.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) & 0o600 == 0o600


def test_nothing_is_left_of_a_file_that_failed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), published(tmp_path / "out.csv"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_what_exists_is_kept_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    with pytest.raises(OutputExistsError, match="overwrite"), published(target):
        pytest.fail("opened")
    assert target.read_bytes() == b"old"
    with published(target, overwrite=True) as stream:
        stream.write(b"new")
    assert target.read_bytes() == b"new"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputFailedError, match="No such file"), published(tmp_path / "none" / "out.csv"):
        pytest.fail("opened")


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputFailedError, match="No space left"), published(tmp_path / "out.csv"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())
