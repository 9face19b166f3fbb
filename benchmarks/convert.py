"""How fast does a recording become a file, and in how much memory? Beside the package that also writes GeoJSON.

Encodes a recording (100 reports a dwell, full mask, noise in every value), then converts it to each format in a
process of its own, which tells its CPU time and its peak memory. The package ``stanag4607`` decodes the first
thousand reports of the same bytes and writes its own GeoJSON of them, which has 9 properties a report to our 26.

    python benchmarks/convert.py [--reports 1000000]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import stanag4607

from sidelook.formats.stanag4607 import encode_dwells
from sidelook.mission.convert import convert
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

BEGIN = 1_795_305_600_000_000_000  # 2026-11-22
IN_DWELL = 100
DWELLS = 400  # encoded once; the file repeats them
PEER_REPORTS = 1000
ENDINGS = ("parquet", "arrow", "csv", "geojson", "kml")


def main() -> None:
    """Make the recording, convert it in processes of their own, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        convert_one(*options.one)
        return
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "recording.4607"
        encoded = encode_dwells(recording(np.random.default_rng(1)))
        block = b"".join(encoded)
        repeats = -(-options.reports // (DWELLS * IN_DWELL))
        with source.open("wb") as stream:
            stream.writelines([block] * repeats)
        print(f"{source.stat().st_size / 2**20:.0f} MiB of STANAG 4607, {repeats * DWELLS * IN_DWELL:,} reports")
        print(f"{'to':<28}{'reports/s of CPU':>18}{'MiB written':>13}{'peak MiB':>10}")
        for ending in ENDINGS:
            print_ours(source, Path(scratch) / f"out.{ending}")
        print_peer(encoded, Path(scratch) / "peer.geojson")


def convert_one(source: Path, target: Path) -> None:
    """Convert, and say in JSON what it took; the body of a process of its own."""
    rows, seconds = timed(lambda: convert(source, target).rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "peak": peak}))


def print_ours(source: Path, target: Path) -> None:
    """Print the row of one format."""
    command = [sys.executable, __file__, "--one", str(source), str(target)]
    took = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    size = target.stat().st_size / 2**20
    target.unlink()
    rate = took["rows"] / took["seconds"]
    print(f"{'sidelook ' + target.suffix[1:]:<28}{rate:>18,.0f}{size:>13,.0f}{took['peak']:>10,.0f}")


def print_peer(packets: list[bytes], target: Path) -> None:
    """Print the row of the package ``stanag4607``."""
    rows, seconds = timed(lambda: peer_geojson(packets, target))
    name = f"stanag4607 geojson ({rows:,})"
    print(f"{name:<28}{rows / seconds:>18,.0f}{target.stat().st_size / 2**20:>13,.1f}{'-':>10}")


def peer_geojson(packets: list[bytes], target: Path) -> int:
    """Write the first reports with the package ``stanag4607``."""
    decoder, features = stanag4607.PacketStreamDecoder(), []
    for datagram in packets:
        for packet in decoder.feed(datagram):
            for segment in packet.segments:
                if segment.header.segment_type == stanag4607.DWELL_SEGMENT_TYPE:
                    dwell = stanag4607.decode_dwell_segment(segment)
                    features += stanag4607.dwell_to_geojson(dwell)["features"]
        if len(features) >= PEER_REPORTS:
            break
    target.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return len(features)


def timed(deed: Callable[[], int]) -> tuple[int, float]:
    """Give what a call returns, and the CPU seconds of this process that it took."""
    start = time.process_time()
    result = deed()
    return result, time.process_time() - start


def recording(rng: np.random.Generator) -> Dwells:
    """Make dwells of one minute, reports anywhere in a degree of mid-ocean."""
    count = DWELLS * IN_DWELL

    def noise(low: float, high: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        return rng.uniform(low, high, count).astype(np.float32)

    plots = Plots.empty(
        count,
        dwell=np.repeat(np.arange(DWELLS, dtype=np.int32), IN_DWELL),
        latitude=np.radians(rng.uniform(30, 31, count)),
        longitude=np.radians(rng.uniform(-41, -40, count)),
        height=noise(0, 100),
        radial_speed=noise(-20, 20),
        wrap_speed=noise(50, 51),
        snr_db=noise(5, 30),
        rcs_dbsm=noise(0, 20),
        target_class=rng.integers(0, 13, count).astype(np.uint8),
        class_probability=noise(0, 1),
        sigma_slant_range=noise(1, 20),
        sigma_cross_range=noise(30, 200),
        sigma_height=noise(1, 5),
        sigma_radial_speed=noise(0.1, 1),
    )
    at = {"sensor_latitude": 29.0, "sensor_longitude": -40.0, "area_latitude": 30.5, "area_longitude": -40.5}
    places = {name: np.full(DWELLS, np.radians(value)) for name, value in at.items()}
    lengths = {"sensor_height": 12_000.0, "range_half_extent": 20_000.0, "angle_half_extent": 0.1}
    errors = ("sigma_along", "sigma_across", "sigma_sensor_height")
    return Dwells.empty(
        DWELLS,
        time=BEGIN + np.arange(DWELLS) * 150_000_000,
        revisit=(np.arange(DWELLS) // 20).astype(np.int32),
        dwell=(np.arange(DWELLS) % 20).astype(np.int32),
        plot_count=np.full(DWELLS, IN_DWELL, np.int32),
        plots=plots,
        origins=(Origin(source="benchmark", classification=Classification.UNCLASSIFIED, simulated=True),),
        **places,
        **{name: np.full(DWELLS, value) for name, value in lengths.items()},
        **{name: np.ones(DWELLS, np.float32) for name in errors},
    )


if __name__ == "__main__":
    main()
