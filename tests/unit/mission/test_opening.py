import os
import socket
from pathlib import Path

import pytest

from sidelook.mission.opening import NoRecordingError, NotARecordingError, open_recording, refuse_without_packets


def test_a_file_is_opened_at_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.4607"
    path.write_bytes(b"30" + bytes(1000))
    with open_recording(path) as stream:
        assert stream.read(2) == b"30"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG image"),
        (b"PK\x03\x04", "unpack it first"),
        (b"\xd4\xc3\xb2\xa1", "network capture"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.4607"
    path.write_bytes(content)
    with pytest.raises(NotARecordingError, match=words), open_recording(path):
        pass


def test_what_is_no_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NoRecordingError, match="is a folder"), open_recording(tmp_path):
        pass
    with pytest.raises(NoRecordingError, match="No such file"), open_recording(tmp_path / "none"):
        pass


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoRecordingError, match="is a pipe; write what comes out of it to a file"):
        open_recording(tmp_path / "pipe").__enter__()


def test_devices_and_sockets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoRecordingError, match="/dev/zero is a device, not a file"):
        open_recording(Path("/dev/zero")).__enter__()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        with pytest.raises(NoRecordingError, match="is a socket"):
            open_recording(tmp_path / "socket").__enter__()


def test_a_file_without_packets_is_refused() -> None:
    refuse_without_packets("a.4607", 1)
    with pytest.raises(NotARecordingError, match=r"a\.4607 holds no STANAG 4607 packet"):
        refuse_without_packets("a.4607", 0)
