"""A part of an image larger than memory: how much of it is needed, how long it takes, and whether it is the right part.

``python benchmarks/sar/parts.py FOLDER [--gigapixels 10]``; README.md beside this file has the method and figures. The
files are sparse: they take little room on a disk whose file system knows holes, and as much to read as others would.
"""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import sarkit.sicd as sksicd
import sarkit.sidd as sksidd
from rasterio.shutil import copy
from rasterio.transform import from_origin
from rasterio.windows import Window

from sidelook.formats.sicd import write_sicd
from sidelook.formats.sidd import write_sidd
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, enu_to_geodetic
from sidelook.mission.image_reading import aperture_of
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.origin import Classification
from sidelook.sar.backprojection import Forming, backproject
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

if TYPE_CHECKING:
    from collections.abc import Callable

FRAME = LocalFrame(latitude=np.radians(39.78), longitude=np.radians(-84.1), height=250.0)
SPACING = 0.5  # m
TARGET = np.array([4_000.0, -3_000.0, 0.0])  # east, north, m
SIZE = 500  # m, of the part
GIGA = 1e9
WITHIN = 1.0  # m, of where the target is found
PEER = "import rasterio, sys; from rasterio.windows import Window as W; \
d = rasterio.open(sys.argv[1]); print(d.read(1, window=W(*map(int, sys.argv[2:]))).max())"


def small_image() -> SarImage:
    """Form the small image whose description the large ones have."""
    flight = straight_flight(stand_off=50e3, grazing=np.radians(20), aperture=1000.0, pulses=200, speed=200)
    points = Scatterers(places=np.zeros((1, 3)), amplitudes=np.ones(1, np.complex128))
    rng = np.random.default_rng(1)
    history = simulate_phase_history(
        flight, Waveform(bandwidth=250e6), points, rng, frame=FRAME, begin=1_700_000_000 * 10**9
    )
    image = backproject(history, centred_grid((64, 64), SPACING), Forming())
    origin = replace(image.origin, classification=Classification.UNCLASSIFIED, nationality="NLD")
    return replace(image, origin=origin, aperture=aperture_of(history))


def geotiff(path: Path, side: int, driver: str = "GTiff") -> None:
    """Write tiles of nothing, but about the target."""
    latitude, longitude, _ = np.degrees(np.stack(enu_to_geodetic(np.zeros(3), FRAME)))
    step = np.degrees(SPACING / 6.37e6)
    corner = longitude - 0.5 * side * step / np.cos(np.radians(latitude)), latitude + 0.5 * side * step
    transform = from_origin(*corner, step / np.cos(np.radians(latitude)), step)
    plain = path.with_suffix(".plain.tif")
    shape = {"height": side, "width": side, "count": 1, "dtype": "float32"}
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "bigtiff": "yes", "sparse_ok": True}
    with rasterio.open(plain, "w", driver="GTiff", crs="EPSG:4326", transform=transform, **layout, **shape) as file:
        there = np.degrees(np.stack(enu_to_geodetic(TARGET, FRAME)))
        row, column = file.index(there[1], there[0])
        file.write(np.full((3, 3), 100.0, np.float32), 1, window=Window(column - 1, row - 1, 3, 3))
    if driver == "GTiff":
        plain.replace(path)
        return
    copy(plain, path, driver="COG", compress="deflate", bigtiff="yes", sparse_ok="yes")
    plain.unlink()


def sicd(path: Path, side: int) -> None:
    """Write a large SICD of nothing, but the target: its pixels are a hole in the file."""
    with (path.with_suffix(".small")).open("w+b") as file:
        write_sicd(small_image(), file)
        file.seek(0)
        with sksicd.NitfReader(file) as reader:
            metadata = reader.metadata
    told = sksicd.ElementWrapper(metadata.xmltree.getroot())
    told["ImageData"]["NumRows"] = told["ImageData"]["NumCols"] = side
    told["ImageData"]["FullImage"]["NumRows"] = told["ImageData"]["FullImage"]["NumCols"] = side
    told["ImageData"]["SCPPixel"] = np.array([side // 2, side // 2])
    with path.open("w+b") as file, sksicd.NitfWriter(file, metadata):
        pass
    there, _, _ = sksicd.scene_to_image(metadata.xmltree, enu_to_ecef(TARGET, FRAME))
    pixel = np.round(np.asarray(there) / SPACING).astype(int) + side // 2
    with path.open("rb") as file, sksicd.NitfReader(file) as reader:
        segments = [part for part in reader.jbp["ImageSegments"] if part["subheader"]["IID1"].value.startswith("SICD")]
        places = [(part["subheader"]["NROWS"].value, part["Data"].get_offset()) for part in segments]
    poke(path, places, (pixel, side), np.full(3, 100.0, ">c8"))


def sidd(path: Path, side: int) -> None:
    """Write a large SIDD of nothing, but the target."""
    with (path.with_suffix(".small")).open("w+b") as file:
        write_sidd(small_image(), file, now=datetime(2026, 11, 27, tzinfo=UTC))
        file.seek(0)
        metadata = sksidd.NitfReader(file).metadata
    told = sksidd.ElementWrapper(metadata.images[0].xmltree.getroot())
    told["Measurement"]["PixelFootprint"] = [side, side]
    told["Measurement"]["PlaneProjection"]["ReferencePoint"]["Point"] = [side // 2, side // 2]
    with path.open("w+b") as file, sksidd.NitfWriter(file, metadata):
        pass
    pixel = np.round(sksidd.ecef_to_pixel(metadata.images[0].xmltree, enu_to_ecef(TARGET, FRAME))).astype(int)
    with path.open("rb") as file:
        jbp = sksidd.NitfReader(file).jbp
        places = [(part["subheader"]["NROWS"].value, part["Data"].get_offset()) for part in jbp["ImageSegments"]]
    poke(path, places, (pixel, side), np.full(3, 65_535, ">u2"))


def poke(path: Path, segments: list[tuple[int, int]], where: tuple[np.ndarray, int], line: np.ndarray) -> None:
    """Write three lines about a pixel into the hole."""
    (row, column), side = where
    with path.open("r+b") as file:
        for wanted in (row - 1, row, row + 1):
            first = 0
            for rows, offset in segments:
                if first <= wanted < first + rows:
                    file.seek(offset + ((wanted - first) * side + column - 1) * line.itemsize)
                    file.write(line.tobytes())
                first += rows


def timed(command: list[str]) -> tuple[str, float, float]:
    """Run a command; give what it said, its peak of memory, MB, and its CPU time, s."""
    done = subprocess.run(["/usr/bin/time", "-v", *command], capture_output=True, text=True, check=True)
    peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
    spent = re.findall(r"(?:User|System) time \(seconds\): ([\d.]+)", done.stderr)
    if peak is None or not spent:
        message = f"/usr/bin/time said something else:\n{done.stderr}"
        raise ValueError(message)
    return done.stdout, int(peak[1]) / 1e3, sum(map(float, spent))


def measure(name: str, path: Path, side: int) -> None:
    """Read the part about the target, and print a row of the table."""
    latitude, longitude, _ = np.degrees(np.stack(enu_to_geodetic(TARGET, FRAME)))
    tool = [sys.executable, "-c", "from sidelook.cli import main; main()", "image", str(path), "--json", "--overwrite"]
    asked = ["-o", str(path.with_suffix(".png")), "--center", f"{latitude},{longitude}", "--size", str(SIZE)]
    said, peak, spent = timed([*tool, *asked, "--spacing", str(SPACING)])
    report = json.loads(said)
    off = float(np.hypot(report["strongest"]["east_m"], report["strongest"]["north_m"]))
    right = "yes" if off < WITHIN and report["rows"] == SIZE / SPACING else f"NO, {off:.1f} m off"
    size = path.stat().st_size / GIGA
    print(f"| {name} | {side**2 / GIGA:.1f} | {size:.1f} | {peak:.0f} | {spent:.1f} | {right} |", flush=True)


def main() -> None:
    """Make the files, read a part of each, and remove them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gigapixels", type=float, default=10.0)
    options = parser.parse_args()
    print("| image | gigapixels | GB | peak memory, MB | CPU s | the right part? |\n|---|--:|--:|--:|--:|---|")
    large, small = round(np.sqrt(options.gigapixels * GIGA)), 20_000
    makers: list[tuple[str, str, Callable[[Path, int], None], int]] = [
        ("GeoTIFF, small", ".tif", geotiff, small),
        ("GeoTIFF, tiled", ".tif", geotiff, large),
        ("Cloud-Optimised GeoTIFF", ".tif", lambda path, side: geotiff(path, side, "COG"), large // 2),
        ("SICD, small", ".sicd", sicd, small),
        ("SICD, complex of 64 bits", ".sicd", sicd, large),
        ("SIDD, small", ".sidd", sidd, small),
        ("SIDD, 16 bits", ".sidd", sidd, large),
    ]
    for name, suffix, make, side in makers:
        path = options.folder / f"part{suffix}"
        make(path, side)
        measure(name, path, side)
        if (name, suffix) == ("GeoTIFF, tiled", ".tif"):
            window = [str(side // 2), str(side // 2), *[str(round(SIZE / SPACING))] * 2]
            _, peak, spent = timed([sys.executable, "-c", PEER, str(path), *window])
            print(f"| the same window by rasterio alone | | | {peak:.0f} | {spent:.1f} | |", flush=True)
        path.unlink()


if __name__ == "__main__":
    main()
