"""A small flight of our own, and ``sidelook run`` as a process of its own."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidelook.formats.stanag4607 import Preset, WriterSettings, encode_dwells
from sidelook.formats.truth.parquet import TruthParquetWriter
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.truth import TruthLooks
from sidelook.timescale import parse_utc

SECOND = 1_000_000_000
BEGIN = parse_utc("2026-11-22T12:00:00Z")
REVISITS, REVISIT, VEHICLES = 20, 30, 5
SPEED = 15.0  # m/s, due north
METRES_PER_RADIAN = 6_371_000.0
PATIENCE = 120.0  # s: the very first start compiles the tracker
ORIGIN = Origin(
    source="flight", classification=Classification.UNCLASSIFIED, system="XN", nationality="XN", platform="TEST",
    mission=7, job=1, version="30", simulated=True, exercise=True,
)  # fmt: skip


def make_flight(*, column: bool = False) -> Dwells:
    """Five vehicles drive north in mid-ocean; a radar 100 km south looks every 30 s.

    They drive side by side, a kilometre apart, or as a column with gaps of 100 m.
    """
    seconds = np.arange(REVISITS) * REVISIT
    vehicle = np.tile(np.arange(VEHICLES), REVISITS)
    latitude = np.radians(30.0) + np.repeat(seconds, VEHICLES) * SPEED / METRES_PER_RADIAN
    aside, behind = (0.0, 100.0) if column else (1000.0, 0.0)
    latitude -= vehicle * behind / METRES_PER_RADIAN
    longitude = np.radians(-40.0) + vehicle * aside / (METRES_PER_RADIAN * np.cos(np.radians(30.0)))
    every = VEHICLES * REVISITS

    def same(value: float) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.full(every, value, np.float32)

    plots = Plots.empty(
        every,
        dwell=np.repeat(np.arange(REVISITS, dtype=np.int32), VEHICLES),
        index=vehicle.astype(np.int32),
        latitude=latitude,
        longitude=longitude,
        height=same(0.0),
        radial_speed=same(SPEED),
        snr_db=same(20.0),
        target_class=np.full(every, 2, np.uint8),
        class_probability=same(0.9),
        simulated=np.ones(every, np.bool_),
        sigma_slant_range=same(10.0),
        sigma_cross_range=same(100.0),
        sigma_height=same(50.0),
        sigma_radial_speed=same(0.5),
        truth_application=np.full(every, -1, np.int32),
        truth_entity=np.full(every, -1, np.int64),
    )

    def each(value: float, dtype: type = np.float32) -> np.ndarray[Any, Any]:
        return np.full(REVISITS, value, dtype)

    return Dwells.empty(
        REVISITS,
        time=BEGIN + seconds * SECOND,
        revisit=np.arange(REVISITS, dtype=np.int32),
        dwell=np.zeros(REVISITS, np.int32),
        last_of_revisit=np.ones(REVISITS, np.bool_),
        sensor_latitude=each(np.radians(29.1), np.float64),
        sensor_longitude=each(np.radians(-40.0), np.float64),
        sensor_height=each(10_000.0, np.float64),
        track=each(np.pi / 2, np.float64),
        speed=each(150.0),
        climb=each(0.0),
        area_latitude=each(np.radians(30.0), np.float64),
        area_longitude=each(np.radians(-40.0), np.float64),
        range_half_extent=each(20_000.0, np.float64),
        angle_half_extent=each(np.radians(10.0), np.float64),
        minimum_detectable_speed=each(1.5),
        plot_count=each(VEHICLES, np.int32),
        plots=plots,
        origins=(ORIGIN,),
    )


def make_truth(dwells: Dwells) -> TruthLooks:
    """Tell where the vehicles were at each look: it saw all of them but the first, which was masked."""
    plots = dwells.plots
    seen = plots.index > 0
    count = len(plots)
    return TruthLooks.empty(
        count,
        time=dwells.time[plots.dwell],
        dwell=plots.dwell,
        entity=plots.index.astype(np.int64) + 1,
        latitude=plots.latitude,
        longitude=plots.longitude,
        height=np.zeros(count),
        speed=np.full(count, SPEED, np.float32),
        heading=np.zeros(count, np.float32),
        in_view=np.ones(count, np.bool_),
        visible=seen,
        masked=~seen,
        detected=seen,
        formation=np.zeros(count, np.int32),
    )


@pytest.fixture(scope="session")
def packets() -> list[bytes]:
    """Encode the flight, packet by packet."""
    return encode_dwells(make_flight(), WriterSettings(preset=Preset.COMPLETE))


@pytest.fixture(scope="session")
def flight(packets: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put the flight in a file."""
    path = tmp_path_factory.mktemp("flight") / "flight.4607"
    path.write_bytes(b"".join(packets))
    return path


@dataclass
class Running:
    """A running ``sidelook`` and what one may ask it."""

    process: "subprocess.Popen[str]"
    log: Path
    address: str = ""
    token: str = field(default="", repr=False)

    def find_address(self) -> None:
        """Read the address from the first line, and the token from the page."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        assert found, (line, self.log.read_text())
        self.address = found[0]
        _, page = self.ask("", accept="text/html")
        if written := re.search(rb'"sidelook-token" content="([^"]+)"', page):
            self.token = written[1].decode()

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        """GET a path with this run's token, unless other headers are given."""
        given = headers or {"authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.address + path, headers=given)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310 - likewise
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def tell(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON says
        """GET JSON."""
        status, body = self.ask(path)
        assert status == 200, (path, status, body, self.log.read_text())
        return json.loads(body)

    def blocks(self, path: str) -> bytes:
        """GET blocks, again and again while the server says that they are not there yet."""

        def answer() -> bytes:
            status, body = self.ask(path)
            assert status in (200, 503), (status, body)
            return body if status == 200 else b""

        return bytes(self.wait(answer))

    def missions(self, least: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Wait until the last mission is as wanted."""
        return self.wait(lambda: (found := self.tell("api/missions")) and least(found[-1]) and found)

    def wait(self, question: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the question gives
        """Ask until the answer is true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            if answer := question():
                return answer
            time.sleep(0.1)
        pytest.fail(f"waited {PATIENCE} s in vain; log: {self.log.read_text()}")

    def stop(self) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(2)
        return self.process.wait(30)


Start = Callable[..., Running]


@contextmanager
def starter(folder: Path) -> Iterator[Start]:
    """Start ``sidelook COMMAND ...`` on a free port; what still runs in the end is killed."""
    started: list[Running] = []

    def begin(*arguments: str, archive: Path | None = None, largest_file: int | None = None) -> Running:
        log = folder / f"log{len(started)}"
        place = ["--archive", str(archive or folder / "archive"), "--port", "0"]
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest_file},) * 2); "
        code = (limit if largest_file else "") + "from sidelook.cli import main; main()"
        command = [sys.executable, "-c", code, *arguments, *place]
        with log.open("w") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        started.append(Running(process, log))
        started[-1].find_address()
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes that live no longer than a test."""
    with starter(tmp_path) as begin:
        yield begin


@pytest.fixture(scope="session")
def shown(flight: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Show the flight, worked through, to all tests that only look."""
    with starter(tmp_path_factory.mktemp("shown")) as begin:
        running = begin("run", str(flight))
        running.missions(lambda mission: mission["complete"])
        yield running


@pytest.fixture(scope="session")
def shown_column(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Show the vehicles as a column, with the truth about them, worked through."""
    folder = tmp_path_factory.mktemp("column")
    dwells = make_flight(column=True)
    packets = encode_dwells(dwells, WriterSettings(preset=Preset.COMPLETE))
    (folder / "column-recording.4607").write_bytes(b"".join(packets))
    with (folder / "column-truth.parquet").open("wb") as stream:
        writer = TruthParquetWriter(stream)
        writer.write(make_truth(dwells))
        writer.close()
    with starter(folder) as begin:
        running = begin("run", str(folder / "column-recording.4607"))
        running.missions(lambda mission: mission["complete"])
        yield running


@pytest.fixture
def udp_port() -> int:
    """Find a port nobody receives at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
