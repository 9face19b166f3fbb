"""Rate and error of factorised backprojection beside the exact one and FastSAR's, on Gotcha and a simulated scene.

``python benchmarks/sar/factorised.py FOLDER [--fastsar PYTHON] [--pixels 2048 4096] [--wide 2048]``; README.md beside
this file has the method and figures.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from backprojection import EXTENT, SEED, error_db, form_ours, form_theirs, grid_of, load
from numpy.typing import NDArray

from sidelook.model.echoes import PhaseHistory
from sidelook.sar.backprojection import Forming
from sidelook.sar.factorised import Factorised, backproject_factorised
from sidelook.sar.reference import exact_sum
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

ASKED = (-50.0, -60.0, -70.0)
PLACES = {"gotcha": 400, "simulated": 60}
SPACING = 0.25  # m, of the simulated scene
RUNS = 5


def simulate(pixels: int, pulses: int, stand_off: float) -> PhaseHistory:
    """Scatter 64 points over a scene as wide as the image: 3 degrees, 600 MHz, as many frequencies as pixels."""
    rng = np.random.default_rng(SEED)
    half = 0.45 * pixels * SPACING
    points = Scatterers(
        places=rng.uniform(-half, half, (64, 3)) * (1, 1, 0), amplitudes=np.exp(2j * np.pi * rng.random(64))
    )
    flight = straight_flight(stand_off=stand_off, grazing=0.5, aperture=0.0524 * stand_off, pulses=pulses, speed=100.0)
    return simulate_phase_history(flight, Waveform(frequencies=pixels), points, rng)


def form_factorised(
    history: PhaseHistory, pixels: int, extent: float, asked: float
) -> tuple[NDArray[np.complex64], float]:
    """Form an image and give it with the processor seconds it took, the best of a few."""
    grid, settings = grid_of(pixels, extent), Factorised(error_db=asked)
    backproject_factorised(history, grid_of(8, 8 * extent / pixels), settings)
    seconds = []
    for _ in range(RUNS):
        begin = time.process_time()
        image = backproject_factorised(history, grid, settings)
        seconds.append(time.process_time() - begin)
    return image.pixels.astype(np.complex64), min(seconds)


def compare(name: str, history: PhaseHistory, pixels: int, extent: float, fastsar: str | None) -> None:
    """Print the rows of one scene and size."""
    grid = grid_of(pixels, extent)
    rows, columns = np.random.default_rng(SEED).integers(0, pixels, (2, PLACES[name]))
    weights = (np.ones(len(history)), np.ones(history.samples.shape[1]))
    exact = exact_sum(history, weights, grid.positions(rows, columns))

    def row(program: str, method: str, formed: tuple[NDArray[np.complex64], float]) -> None:
        rate = pixels * pixels * len(history) / formed[1] / 1e6
        error = error_db(formed[0], exact, rows, columns)
        cost = f"{rate:.0f} | {formed[1]:.2f} | {error:.1f}"
        print(f"| {name} | {program} | {method} | {pixels} | {len(history)} | {cost} |", flush=True)

    for asked in ASKED:
        row("Sidelook", f"factorised {asked:g} dB", form_factorised(history, pixels, extent, asked))
    if fastsar:
        row("FastSAR", "factorised", form_theirs(fastsar, history, pixels, ("factorised", 0), extent))
    if pixels * pixels * len(history) < 4e9:  # noqa: PLR2004 - ten seconds
        row("Sidelook", "exact, cubic 8", form_ours(history, grid, Forming()))


def main() -> None:
    """Print a table of rates and errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fastsar", metavar="PYTHON", help="an interpreter that has FastSAR")
    parser.add_argument("--pixels", type=int, nargs="*", default=[1024, 2048, 4096])
    parser.add_argument("--wide", type=int, nargs="*", default=[2048])
    parser.add_argument("--pulses", type=int, default=4096)
    parser.add_argument("--stand-off", type=float, default=10e3, help="of the simulated flight, m")
    given = parser.parse_args()
    print("| scene | program | method | pixels | pulses | M pixel-pulses / core-second | CPU s | error, dB |")
    print("|---|---|---|---|---|---|---|---|")
    history = load(given.folder)
    for pixels in given.pixels:
        compare("gotcha", history, pixels, EXTENT, given.fastsar)
    for pixels in given.wide:
        wide = simulate(pixels, given.pulses, given.stand_off)
        compare("simulated", wide, pixels, SPACING * pixels, given.fastsar)


if __name__ == "__main__":
    main()
