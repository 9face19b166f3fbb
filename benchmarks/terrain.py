"""How fast does terrain hide? Shadow masks and exact lines of sight: ``python benchmarks/terrain.py [TILE]``.

Ground of 200 x 200 km in cells of 90 m, mirrored from an elevation tile or, without one, made from noise; a sensor
100 km outside its west edge, 12 km up. CPU seconds of one process, the best of five runs, one for the NumPy reference;
the first call, which compiles or loads the kernels, is not counted. Exact lines once more over the whole fictional
island, from 60 km off its south coast, all at once and as one scan line after another asks for them.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
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
from sidelook.simulation.island.grids import terrain_of
from sidelook.simulation.island.making import FULL, make_island

SIDE, CELL = 2223, 90.0 / SEMI_MAJOR_AXIS
TARGETS, REFERENCE_TARGETS = 20_000, 1_000
LOOK, OFF_COAST = 200, 60e3
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


def island() -> tuple[HeightGrid, Points, Points]:
    """Make the fictional island, targets anywhere on its land, 2 m up, and a sensor off its south coast, 12 km up."""
    south, west, step, heights = terrain_of(make_island(FULL))
    grid = HeightGrid(south=south, west=west, latitude_step=step, longitude_step=step, heights=heights)
    land = np.argwhere(heights > 0.0)
    i, j = land[np.random.default_rng(2).integers(0, len(land), TARGETS)].T
    off = grid.latitude[land[:, 0].min()] - OFF_COAST / SEMI_MAJOR_AXIS
    sensor = Points(latitude=off, longitude=grid.west + 0.5 * grid.width, height=12e3)
    return grid, sensor, on_ground(grid, grid.latitude[i], grid.longitude[j], 2.0)


def parts(points: Points) -> list[Points]:
    """Split targets into as many as one look of an antenna may hold."""
    columns = (np.asarray(column) for column in (points.latitude, points.longitude, points.height))
    split = zip(*(np.split(column, TARGETS // LOOK) for column in columns), strict=True)
    return [Points(latitude=a, longitude=b, height=c) for a, b, c in split]


def island_rows() -> list[str]:
    """Time exact lines over the island, and lines laid and followed in NumPy."""
    grid, sensor, targets = island()
    looks = parts(targets)
    spread = {name: np.full(LOOK, getattr(sensor, name)) for name in ("latitude", "longitude", "height")}
    rows = []
    for ceiling in (0.0, 9_000.0):
        rules = SightRules(ceiling=ceiling)
        seen = np.mean(line_of_sight(grid, sensor, targets, rules) == Sight.VISIBLE)
        whole = cpu_seconds(partial(line_of_sight, grid, sensor, targets, rules))
        apart = cpu_seconds(lambda: [line_of_sight(grid, sensor, look, rules) for look in looks])  # noqa: B023 - run at once
        slow = cpu_seconds(lambda: follow(grid, sightlines(grid, Points(**spread), looks[0], rules), rules), runs=1)  # noqa: B023 - run at once
        for name, took in (("at once", whole), (f"{LOOK} at a time", apart)):
            text = f"line of sight, island, ceiling {ceiling:.0f} m ({seen:.0%} seen), {name}, us"
            rows.append(f"| {text} | {took / TARGETS * 1e6:.2f} | {slow / LOOK * 1e6:.0f} |")
    return rows


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
    print(f"| line of sight, us | {line_time / TARGETS * 1e6:.2f} | {line_reference / REFERENCE_TARGETS * 1e6:.0f} |")
    print("\n".join(island_rows()))


if __name__ == "__main__":
    main()
