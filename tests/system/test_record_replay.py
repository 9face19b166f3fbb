"""What is replayed and recorded again is the same, byte for byte."""

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
        [*SIDELOOK, "record", "udp://127.0.0.1:0", "-o", str(path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert path.read_text() == "precious"


def test_recording_ends_by_itself_after_the_time_given(tmp_path: Path) -> None:
    path = tmp_path / "none.4607"
    command = [*SIDELOOK, "record", "udp://127.0.0.1:0", "-o", str(path), "--seconds", "0.3"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0
    assert "0 bytes" in result.stdout
