"""How fast STANAG 4607 is read and written, beside the packages ``stanag4607`` and ``grdl`` and the program tshark.

Three recordings of our own, by density: 500 reports a dwell, 15 a dwell, one or two a dwell. Ours is timed to wire
columns and to the model's dwells, from the whole file and from chunks of 64 kB, on one core without Numba; the Python
packages read the first part of the same file (they need minutes for the whole), tshark the whole; its start is measured
on a file of one dwell and taken off. CPU seconds; best of several runs for ours, one run for the peers.

    python benchmarks/stanag4607.py [--reports 600000] [--peer-reports 15000] [--no-peers]
"""

import argparse
import gc
import importlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from grdl.IO.gmti.stanag4607 import STANAG4607Reader
from numpy.typing import NDArray

from sidelook.formats.stanag4607 import (
    DwellAssembler,
    MotionErrors,
    Preset,
    StreamDecoder,
    WriterSettings,
    decode,
    decode_dwells,
    encode_dwells,
)
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

CHUNK = 1 << 16
DENSITIES = ("500 a dwell", "15 a dwell", "1 or 2 a dwell")


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    density: str
    reader: str
    reports: int
    seconds: float

    @property
    def rate(self) -> float:
        """Reports a second."""
        return self.reports / self.seconds


def plots_per_dwell(density: str, reports: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Share reports out to dwells."""
    if density == DENSITIES[2]:
        return rng.integers(1, 3, reports * 2 // 3).astype(np.int32)
    each = int(density.split(maxsplit=1)[0])
    return np.full(max(1, reports // each), each, np.int32)


def make_dwells(count: NDArray[np.int32], rng: np.random.Generator) -> Dwells:
    """Make dwells that say everything, looking at a fictional place in the Atlantic."""
    length, total = len(count), int(count.sum())

    def drawn(low: float, high: float, size: int = total) -> NDArray[np.float32]:
        return rng.uniform(low, high, size).astype(np.float32)

    plots = Plots.empty(
        total, dwell=np.repeat(np.arange(length, dtype=np.int32), count),
        index=(np.arange(total) % 2**16).astype(np.int32), latitude=rng.uniform(0.6, 0.61, total),
        longitude=rng.uniform(-0.6, -0.59, total), height=drawn(0, 500), radial_speed=drawn(-30, 30),
        wrap_speed=drawn(50, 90), snr_db=drawn(8, 40), rcs_dbsm=drawn(0, 30), class_probability=drawn(0, 1),
        target_class=rng.integers(1, 3, total).astype(np.uint8), simulated=np.ones(total, np.bool_),
        sigma_slant_range=drawn(5, 20), sigma_cross_range=drawn(50, 200), sigma_height=drawn(5, 20),
        sigma_radial_speed=drawn(0.3, 1), truth_application=np.ones(total, np.int32),
        truth_entity=rng.integers(1, 1000, total),
    )  # fmt: skip
    singles = {name: drawn(0.1, 1.0, length) for name, kind in Dwells.DTYPES.items() if kind is np.float32}
    return Dwells.empty(
        length, **singles, time=1_795_000_000_000_000_000 + np.arange(length) * 65_000_000,
        revisit=(np.arange(length) // 457).astype(np.int32), dwell=(np.arange(length) % 457).astype(np.int32),
        sensor_latitude=np.full(length, 0.59), sensor_longitude=rng.uniform(-0.6, -0.59, length),
        sensor_height=np.full(length, 12_000.0), track=rng.uniform(0, 6, length),
        area_latitude=np.full(length, 0.605), area_longitude=np.full(length, -0.595),
        range_half_extent=np.full(length, 10_000.0), angle_half_extent=np.full(length, 0.01), plot_count=count,
        plots=plots, origins=(
            Origin(
                source="benchmark", classification=Classification.UNCLASSIFIED, nationality="XN", platform="Fictional",
                mission=1, job=1, version="30", simulated=True,
            ),
        ),
    )  # fmt: skip


def settings(density: str) -> WriterSettings:
    """Write every field; dense dwells need large datagrams to stay whole."""
    return WriterSettings(
        preset=Preset.COMPLETE_WITH_TRUTH, motion_errors=MotionErrors(track=0.01, speed=0.1, climb=0.1),
        max_datagram=65_507 if density == DENSITIES[0] else 1400,
    )  # fmt: skip


def wire_in_chunks(data: bytes) -> int:
    """Decode to wire columns from 64 kB chunks."""
    decoder = StreamDecoder()
    return sum(decoder.feed(data[i : i + CHUNK]).report_count for i in range(0, len(data), CHUNK))


def model_in_chunks(data: bytes) -> int:
    """Decode to the model's dwells from 64 kB chunks."""
    decoder, assembler = StreamDecoder(), DwellAssembler(source="benchmark")
    parts = (assembler.assemble(decoder.feed(data[i : i + CHUNK])) for i in range(0, len(data), CHUNK))
    return sum(len(part.plots) for part in parts) + len(assembler.flush().plots)


OURS: dict[str, Callable[[bytes], int]] = {
    "sidelook, wire columns, whole file": lambda data: decode(data).report_count,
    "sidelook, wire columns, 64 kB chunks": wire_in_chunks,
    "sidelook, dwells, whole file": lambda data: len(decode_dwells(data, source="benchmark").plots),
    "sidelook, dwells, 64 kB chunks": model_in_chunks,
}


def peer_package() -> ModuleType:
    """Import the package that bears the name of this script, which would find itself first."""
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    return importlib.import_module("stanag4607")


def by_package(path: Path) -> int:
    """Read with the package ``stanag4607``, positions and velocities used."""
    package, count = peer_package(), 0
    for packet in package.PacketStreamDecoder().feed(path.read_bytes()):
        for event in package.iter_packet_events(packet):
            if isinstance(event.value, package.DwellSegment):
                for number, target in enumerate(event.value.targets):
                    location = event.value.target_location(number)
                    _ = float(location.latitude.degrees), float(location.longitude.degrees)
                    _ = target.radial_velocity_centimeters_per_second
                    count += 1
    return count


def by_grdl(path: Path) -> int:
    """Read with ``grdl``."""
    reader = STANAG4607Reader(str(path))
    return int(reader.num_target_reports())


def by_tshark(path: Path) -> int:
    """Read latitude, longitude and radial velocity with tshark."""
    command = ["tshark", "-r", str(path), "-T", "fields", "-E", "occurrence=a"]
    for name in ("lat", "lon", "radial"):
        command += ["-e", f"s4607.dwell.rpt.{name}"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"TZ": "UTC"})
    return sum(len(line.split("\t")[0].split(",")) for line in result.stdout.splitlines() if line.strip())


def cpu_seconds() -> float:
    """CPU time of this process and the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(work: Callable[[], int], *, runs: int = 1) -> tuple[int, float]:
    """Run; give the result and the least CPU seconds."""
    best, result = float("inf"), 0
    for _ in range(runs):
        began = cpu_seconds()
        result = work()
        best = min(best, cpu_seconds() - began)
    return result, best


def measure(density: str, reports: int, peer_reports: int) -> Iterator[Result]:
    """Measure one density."""
    rng = np.random.default_rng(4607)
    dwells = make_dwells(plots_per_dwell(density, reports, rng), rng)
    packets, seconds = timed_write(dwells, density)
    yield Result(density, "sidelook, writing", len(dwells.plots), seconds)
    data = b"".join(packets)
    for name, read in OURS.items():
        count, seconds = timed(lambda read=read: read(data), runs=5)  # type: ignore[misc]
        check(count, len(dwells.plots), name)
        yield Result(density, name, count, seconds)
    if not peer_reports:
        return
    part = dwells.take(slice(0, int(np.searchsorted(np.cumsum(dwells.plot_count), peer_reports)) + 1))
    with tempfile.TemporaryDirectory() as folder:
        path, empty = Path(folder, "part.4607"), Path(folder, "empty.4607")
        path.write_bytes(b"".join(encode_dwells(part, settings(density))))
        empty.write_bytes(b"".join(encode_dwells(part.take(slice(0, 1)), settings(density))))
        for name, peer in {"stanag4607": by_package, "grdl": by_grdl}.items():
            count, seconds = timed(lambda peer=peer: peer(path))  # type: ignore[misc]
            check(count, len(part.plots), name)
            yield Result(density, name, count, seconds)
        if shutil.which("tshark"):
            path.write_bytes(data)
            count, seconds = timed(lambda: by_tshark(path))
            check(count, len(dwells.plots), "tshark")
            yield Result(density, "tshark", count, seconds - timed(lambda: by_tshark(empty), runs=3)[1])


def timed_write(dwells: Dwells, density: str) -> tuple[list[bytes], float]:
    """Write; give the packets and the CPU seconds."""
    packets: list[bytes] = []

    def write() -> int:
        packets[:] = encode_dwells(dwells, settings(density))
        return len(packets)

    return packets, timed(write, runs=3)[1]


def check(found: int, expected: int, reader: str) -> None:
    """Refuse a reader that finds another number of reports: it has not done the work."""
    if found != expected:
        message = f"{reader} found {found} reports of {expected}"
        raise SystemExit(message)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reports", type=int, default=600_000)
    parser.add_argument("--peer-reports", type=int, default=15_000)
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    peer_package()
    # The garbage collector would walk the peers' many modules again and again in our time.
    gc.freeze()
    sys.stdout.write(
        "| recording | reader | reports | CPU s | reports a second | of ours |\n|---|---|--:|--:|--:|--:|\n"
    )
    for density in DENSITIES:
        ours = 0.0
        for result in measure(density, given.reports, 0 if given.no_peers else given.peer_reports):
            if result.reader == "sidelook, dwells, 64 kB chunks":
                ours = result.rate
            share = f"1/{ours / result.rate:,.0f}" if not result.reader.startswith("sidelook") else ""
            sys.stdout.write(
                f"| {result.density} | {result.reader} | {result.reports:,} | {result.seconds:.3f} "
                f"| {result.rate:,.0f} | {share} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
