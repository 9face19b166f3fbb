"""Tiles of kept images for the page's map: time each, by the size of the image and how near it is looked at.

``python benchmarks/sar/map_tiles.py``; README.md beside this file has the method and figures.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from sidelook.formats.image_tiles import Tile, draw_tile
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_writing import write_geotiff
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.origin import Origin

LATITUDE, LONGITUDE = 0.66, -0.75
SPACING = 0.5  # m
TILES = 30


def write(path: Path, pixels: int, rng: np.random.Generator) -> None:
    """Keep speckle of so many pixels to a side."""
    image = SarImage(
        pixels=rng.rayleigh(size=(pixels, pixels)).astype(np.float32),
        grid=centred_grid((pixels, pixels), SPACING),
        frame=LocalFrame(latitude=LATITUDE, longitude=LONGITUDE),
        begin=0,
        end=None,
        centre_frequency=9.6e9,
        processing=("speckle",),
        origin=Origin(source="made", simulated=True),
    )
    write_geotiff(image, path)


def tiles_at(zoom: int, reach: float, rng: np.random.Generator) -> list[Tile]:
    """Choose tiles at random within so many metres of the middle."""
    side = 1 << zoom
    east, north = rng.uniform(-reach, reach, (2, TILES)) / 6.4e6
    longitude, latitude = LONGITUDE + east / np.cos(LATITUDE), LATITUDE + north
    columns = ((longitude / (2.0 * np.pi) + 0.5) * side).astype(int)
    rows = ((0.5 - np.arcsinh(np.tan(latitude)) / (2.0 * np.pi)) * side).astype(int)
    return [Tile(zoom=zoom, column=int(c), row=int(r)) for c, r in zip(columns, rows, strict=True)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=int, nargs="+", default=[1024, 4096, 16384])
    pixels = parser.parse_args().pixels
    rng = np.random.default_rng(1)
    print("| pixels | file, MB | zoom | metres a pixel | CPU a tile, ms: median | highest of 30 | kB |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in pixels:
            path = Path(folder) / f"{count}.tif"
            write(path, count, rng)
            whole = round(np.log2(156_543 * np.cos(LATITUDE) / (count * SPACING / 256.0)))
            for zoom in (whole, (whole + 18) // 2, 18, 20):
                spent, size = [], []
                for tile in tiles_at(zoom, 0.4 * count * SPACING, rng):
                    start = time.process_time()
                    with path.open("rb") as file:
                        size.append(len(draw_tile(file, tile, 0.0)))
                    spent.append(1e3 * (time.process_time() - start))
                metres = 156_543 * np.cos(LATITUDE) / 2**zoom
                row = f"| {count} | {path.stat().st_size / 1e6:.0f} | {zoom} | {metres:.2f} "
                print(row + f"| {np.median(spent):.1f} | {max(spent):.1f} | {np.mean(size) / 1e3:.0f} |", flush=True)


if __name__ == "__main__":
    main()
