"""What is replayed and recorded again is the same, byte for byte."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

SIDELOOK = [sys.executable, "-c", "from sidelook.cli import main; main()"]


def record(address: str, output: Path) -> "subprocess.Popen[bytes]":
    """Start recording, and wait until the file is there."""
    process = subprocess.Popen([*SIDELOOK, "record", address, "-o", str(output), "--json"], stdout=subprocess.PIPE)
    while not output.exists():
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.5)  # the socket is bound right after the file is made
    return process


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("udp://127.0.0.1:{port}", "udp://127.0.0.1:{port}"),
        ("udp://239.46.7.2:{port}?interface=127.0.0.1", "udp://239.46.7.2:{port}?interface=127.0.0.1"),
        ("tcp://127.0.0.1:{port}?listen", "tcp://127.0.0.1:{port}"),
    ],
)
def test_replay_and_record_give_the_same_bytes(
    flight: Path, tmp_path: Path, udp_port: int, source: str, target: str
) -> None:
    output = tmp_path / "again.4607"
    recorder = record(source.format(port=udp_port), output)
    replay = [*SIDELOOK, "replay", str(flight), "--to", target.format(port=udp_port), "--speed", "600"]
    sent = subprocess.run(replay, capture_output=True, text=True, timeout=60, check=True)
    assert "packets" in sent.stdout
    deadline = time.monotonic() + 20
    while output.stat().st_size < flight.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.05)
    recorder.send_signal(2)
    said, _ = recorder.communicate(timeout=20)
    assert recorder.returncode == 0
    assert output.read_bytes() == flight.read_bytes()
    assert f'"octets":{flight.stat().st_size}'.encode() in said


def test_a_replay_does_not_run_ahead_of_its_speed(flight: Path, udp_port: int) -> None:
    """570 s of flight at 300 times real time take 1.9 s."""
    replay = [*SIDELOOK, "replay", str(flight), "--to", f"udp://127.0.0.1:{udp_port}", "--speed", "300"]
    begun = time.monotonic()
    subprocess.run(replay, capture_output=True, timeout=60, check=True)
    assert time.monotonic() - begun > 1.9


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "precious.4607"
    path.write_text("precious")
    result = subprocess.run(
        [*SIDELOOK, "record", "udp://127.0.0.1:9", "-o", str(path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "replaces nothing: choose another name" in result.stderr
    assert path.read_text() == "precious"


def test_recording_nothing_ends_after_the_time_given_and_is_a_failure(tmp_path: Path, udp_port: int) -> None:
    path = tmp_path / "none.4607"
    source = f"tcp://127.0.0.1:{udp_port}"
    command = [*SIDELOOK, "record", source, "-o", str(path), "--seconds", "1.2"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 5
    assert result.stdout == ""
    assert result.stderr.count("Connection refused; trying again") == 1
    assert f"not one byte came from {source}" in result.stderr
    assert not path.exists()


def test_a_disk_that_fills_up_keeps_what_was_recorded(flight: Path, tmp_path: Path, udp_port: int) -> None:
    """No file may grow beyond half the flight: to a program that is a disk that fills up."""
    room, output = flight.stat().st_size // 2, tmp_path / "part.4607"
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room})); "
    code = limit + "from sidelook.cli import main; main()"
    source = f"tcp://127.0.0.1:{udp_port}?listen"
    command = [sys.executable, "-c", code, "record", source, "-o", str(output)]
    recorder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not output.exists():
        assert recorder.poll() is None
        time.sleep(0.02)
    time.sleep(0.5)  # the socket is bound right after the file is made
    replay = [*SIDELOOK, "replay", str(flight), "--to", f"tcp://127.0.0.1:{udp_port}", "--speed", "inf"]
    subprocess.run(replay, capture_output=True, timeout=60, check=False)
    _, said = recorder.communicate(timeout=20)
    assert recorder.returncode == 4
    assert f"the {room:,} bytes written before are kept in it" in said
    assert output.read_bytes() == flight.read_bytes()[:room]


def test_an_interrupted_replay_says_so(flight: Path, udp_port: int) -> None:
    command = [*SIDELOOK, "replay", str(flight), "--to", f"udp://127.0.0.1:{udp_port}"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", udp_port))
        receiver.settimeout(30)
        replay = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        receiver.recv(65_535)
    replay.send_signal(2)
    said, _ = replay.communicate(timeout=20)
    assert replay.returncode == 130
    assert "then interrupted" in said
