"""Images laid onto terrain: how fast, beside plain NumPy, and how far apart the two are.

``python benchmarks/sar/geocoding.py [--pixels 2000]``; README.md beside this file has the method and figures.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.terrain import HeightGrid
from sidelook.model.geocoded import GroundFlag
from sidelook.model.image import Aperture, SarImage, centred_grid
from sidelook.model.origin import Origin
from sidelook.sar.geocoding import GroundPlan, geocode_bands, kernels, plan_geocoding, reference
from sidelook.sar.geocoding.projection import ELLIPSOID

FRAME = LocalFrame(latitude=0.74, longitude=0.03, height=900.0)
CELL = 30.0  # m, of the terrain
SPACING = 1.0  # m, of the image
STAND_OFF = 40e3  # m
GRAZINGS = (15.0, 45.0, 70.0)  # degrees


def mountains(extent: float) -> HeightGrid:
    """Raise mountains of 1,000 m with slopes up to 45 degrees."""
    step = CELL / 6_371_000.0
    across = step / np.cos(FRAME.latitude)
    count = int(extent / CELL)
    north, east = np.meshgrid(np.arange(count) * CELL, np.arange(count) * CELL, indexing="ij")
    heights = 900.0 + 350.0 * np.sin(east / 450.0) * np.cos(north / 700.0) + 150.0 * np.sin((east + north) / 333.0)
    return HeightGrid(
        south=FRAME.latitude - 0.5 * count * step,
        west=FRAME.longitude - 0.5 * count * across,
        latitude_step=step,
        longitude_step=across,
        heights=heights.astype(np.float32),
    )


def image_of(pixels: int, grazing: float) -> SarImage:
    """Give speckle, seen from the south-west."""
    rng, turn = np.random.default_rng(1), np.radians(grazing)
    time_s = np.linspace(0.0, 20.0, 100)
    middle = STAND_OFF * np.array([-0.7 * np.cos(turn), -0.714 * np.cos(turn), np.sin(turn)])
    path = middle + np.multiply.outer(150.0 * (time_s - 10.0), [0.714, -0.7, 0.0])
    return SarImage(
        pixels=rng.rayleigh(size=(pixels, pixels)).astype(np.float32),
        grid=centred_grid((pixels, pixels), SPACING),
        frame=FRAME,
        begin=None,
        end=None,
        centre_frequency=9.6e9,
        processing=("speckle",),
        origin=Origin(source="benchmark", simulated=True),
        aperture=Aperture(time=time_s, places=path, band=(9.3e9, 9.9e9)),
    )


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Give the least processor seconds of a few runs."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


def lay(plan: GroundPlan) -> tuple[np.ndarray, np.ndarray]:
    """Resample alone, without shadow."""
    laid = tuple(np.empty(plan.grid.shape, kind) for kind in (np.float32, np.uint8, np.float32))
    sides = (plan.grid.latitude, plan.grid.longitude)
    terrain = (plan.terrain.heights, plan.layout, ELLIPSOID)
    kernels.lay_rows(sides, terrain, plan.view, plan.circle, plan.image.pixels, (plan.folds, plan.marks), laid)
    return laid[0], laid[1]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=int, default=2000, help="to a side of the image")
    given = parser.parse_args()
    terrain = mountains(given.pixels * SPACING * 4.0 + 8_000.0)
    print(
        "| grazing, deg | M pixels | layover | shadow | resampling, M/s | NumPy, M/s | ratio | apart |"
        " layover found, s | all, M/s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    plan_geocoding(image_of(200, 45.0), terrain)  # compiles
    for grazing in GRAZINGS:
        image = image_of(given.pixels, grazing)
        planning = seconds(lambda image=image: plan_geocoding(image, terrain), 2)
        plan = plan_geocoding(image, terrain)
        count = plan.grid.shape[0] * plan.grid.shape[1] / 1e6
        ours = seconds(lambda plan=plan: lay(plan))
        numpy_s = seconds(lambda image=image, plan=plan: reference.lay(image, terrain, plan.grid), 1)
        amplitude, _ = lay(plan)
        exact = reference.lay(image, terrain, plan.grid)
        both = np.isfinite(exact) & (amplitude > 0.0)
        apart = np.abs(amplitude[both] - exact[both]).max() / exact[both].max()
        whole = seconds(lambda plan=plan: list(geocode_bands(plan)), 2) + planning
        flags = np.concatenate([band.flags.ravel() for band in geocode_bands(plan)])
        imaged = (flags != GroundFlag.OUTSIDE).sum()
        print(
            f"| {grazing:g} | {count:.1f} | {(flags == GroundFlag.LAYOVER).sum() / imaged:.1%} |"
            f" {(flags == GroundFlag.SHADOW).sum() / imaged:.1%} | {count / ours:.1f} | {count / numpy_s:.2f} |"
            f" {numpy_s / ours:.0f} | {apart:.0e} | {planning:.2f} | {count / whole:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
