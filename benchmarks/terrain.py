"""How fast does terrain hide? Shadow masks and exact lines of sight: ``python benchmarks/terrain.py [TILE]``.

Ground of 200 x 200 km in cells of 90 m, mirrored from an elevation tile or, without one, made from noise; a sensor
100 km outside its west edge, 12 km up. CPU seconds of one process, the best of five runs, one for the NumPy reference;
the first call, which compiles or loads the kernels, is not counted.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sidelook.geography.tiles import Datum, read_tile
from sidelook.geometry import shadows
from sidelook.geometry.sightlines import follow, sightlines
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.visibility import (
    Points,
    Sight,
    SightRules,
    Viewpoint,
    line_of_sight,
    on_ground,
    shadow_mask,
)
from sidelook.geometry.wgs84 import SEMI_MAJOR_AXIS

SIDE, CELL = 2223, 90.0 / SEMI_MAJOR_AXIS
TARGETS, REFERENCE_TARGETS = 20_000, 1_000
SENSOR = Viewpoint(latitude=0.0, longitude=0.1 - 100e3 / SEMI_MAJOR_AXIS, height=12e3)
OPEN = SightRules(ceiling=-np.inf)


def cpu_seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Give the CPU time of the fastest of some runs."""
    best = np.inf
    for _ in range(runs):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return float(best)


def noise() -> np.ndarray:
    """Make heights with ridges at all scales, 500 m from their mean in the root mean square."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(np.random.default_rng(1).normal(size=(SIDE, SIDE))) / frequency**1.9
    heights = np.fft.irfft2(spectrum, s=(SIDE, SIDE))
    return 1_200.0 + 500.0 * heights / heights.std()


def ground(tile: Path | None) -> HeightGrid:
    """Lay the ground along the equator."""
    if tile is None:
        heights = noise()
    else:
        with tile.open("rb") as stream:
            heights = read_tile(stream, tile.name, Datum.EGM96).heights
        while min(heights.shape) < SIDE:
            heights = np.vstack([heights, heights[::-1][1:]])
            heights = np.hstack([heights, heights[:, ::-1][:, 1:]])
    return HeightGrid(
        south=-(SIDE // 2) * CELL,
        west=0.1,
        latitude_step=CELL,
        longitude_step=CELL,
        heights=np.ascontiguousarray(heights[:SIDE, :SIDE], np.float32),
    )


def reference_mask(grid: HeightGrid) -> np.ndarray:
    """Make the mask in NumPy."""
    view = shadows.view_from(SENSOR, grid.highest, OPEN)
    fans = [fan for quadrant in range(4) if (fan := shadows.fan(grid, SENSOR, quadrant, view)) is not None]
    return shadows.shade(grid, SENSOR, 0.0, view, [(fan, shadows.sweep(grid, fan, view)) for fan in fans])


def main() -> None:
    """Print one row for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tile", nargs="?", type=Path)
    grid = ground(parser.parse_args().tile)
    sensor = Points(latitude=SENSOR.latitude, longitude=SENSOR.longitude, height=SENSOR.height)
    i, j = np.random.default_rng(2).integers(0, SIDE, (2, TARGETS))
    targets = on_ground(grid, grid.latitude[i], grid.longitude[j])
    few = on_ground(grid, grid.latitude[i[:REFERENCE_TARGETS]], grid.longitude[j[:REFERENCE_TARGETS]])
    mask, exact = shadow_mask(grid, SENSOR, 0.0, OPEN), line_of_sight(grid, sensor, targets, OPEN)
    lines = sightlines(
        grid, Points(latitude=np.zeros(1), longitude=np.full(1, SENSOR.longitude), height=np.full(1, 12e3)), few, OPEN
    )
    mask_time = cpu_seconds(lambda: shadow_mask(grid, SENSOR, 0.0, OPEN))
    line_time = cpu_seconds(lambda: line_of_sight(grid, sensor, targets, OPEN))
    mask_reference = cpu_seconds(lambda: reference_mask(grid), runs=1)
    line_reference = cpu_seconds(lambda: follow(grid, lines, OPEN), runs=1)
    print(f"visible {np.mean(mask == Sight.VISIBLE):.1%}; mask and lines agree on {np.mean(mask[i, j] == exact):.2%}\n")
    print("| | compiled | NumPy |\n|---|---:|---:|")
    print(f"| mask of {SIDE} x {SIDE} cells, s | {mask_time:.2f} | {mask_reference:.1f} |")
    print(f"| line of sight, us | {line_time / TARGETS * 1e6:.1f} | {line_reference / REFERENCE_TARGETS * 1e6:.0f} |")


if __name__ == "__main__":
    main()
