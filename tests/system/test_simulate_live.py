"""A mission that is sent while it is played, as a process of its own."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sidelook.formats.stanag4607 import decode

SIDELOOK = [sys.executable, "-c", "from sidelook.cli import main; main()"]
ROADS = """<osm version="0.6">
 <node id="1" lat="37.80" lon="-43.20"/><node id="2" lat="37.80" lon="-43.00"/><node id="3" lat="37.95" lon="-43.00"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
 <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
</osm>"""
SCENARIO = """
duration_s = 3600
[ground]
kind = "smooth"
roads = "roads.osm"
[traffic]
vehicles = 25
[platform]
stand_off_km = 70
[[jobs]]
revisit_s = 20
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "roads.osm").write_text(ROADS)
    (tmp_path / "hour.toml").write_text(SCENARIO)
    return tmp_path / "hour.toml"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_mission_says_so_and_leaves_whole_files(
    scenario: Path, tmp_path: Path, udp_port: int, number: signal.Signals
) -> None:
    to = f"udp://127.0.0.1:{udp_port}"
    command = [*SIDELOOK, "simulate", str(scenario), "-o", str(tmp_path / "out"), "--to", to, "--speed", "10"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", udp_port))
        receiver.settimeout(120)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        first = [receiver.recv(65_535) for _ in range(3)]
    process.send_signal(number)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert f"to {to}, then interrupted" in said
    data = (tmp_path / "out" / "recording.4607").read_bytes()
    assert data.startswith(b"".join(first))
    played = decode(data, strict=True)
    # An hour would be sixty stretches: playing stays a few ahead.
    seconds = max(int(group.body["D6"].max()) for group in played.dwells) / 1000 - (6 * 3_600 + 30 * 60)
    assert 50 < seconds < 250
    for name in ("truth", "schedule"):
        assert pq.read_table(tmp_path / "out" / f"{name}.parquet").num_rows > 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["sent"]["complete"] is False
    assert summary["missions"][0]["octets"] == len(data)


def test_nobody_at_the_other_end_is_an_error_of_the_feed(scenario: Path, udp_port: int) -> None:
    command = [*SIDELOOK, "simulate", str(scenario), "--to", f"tcp://127.0.0.1:{udp_port}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 5
    assert "is something listening there?" in result.stderr
    assert "Traceback" not in result.stderr
