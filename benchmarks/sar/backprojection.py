"""Rate and error of backprojection on Gotcha phase history, beside FastSAR where an interpreter with it is named.

``python benchmarks/sar/backprojection.py FOLDER [--fastsar PYTHON]`` with the folder of the collection's files
``data_3dsar_pass1_az00[1-4]_HH.mat``; README.md beside this file has the method and figures.
"""

import argparse
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.gotcha import read_gotcha
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.reference import exact_sum
from sidelook.sar.windows import even, taylor

EXTENT = 100.0  # m
SEED = 1
PLACES = 400  # where the exact sum is computed
COLUMNS = ("samples", "transmit", "receive", "reference_range", "time", "range_correction", "phase_correction")
OURS = (("linear", 8), ("linear", 16), ("cubic", 4), ("cubic", 8), ("cubic", 16))
THEIRS = (("linear", 16), ("cubic", 8), ("cubic", 16), ("factorised", 0))


def load(folder: Path) -> PhaseHistory:
    """Read all files of the folder as one collection, motion solution applied and weights on, for both programs."""
    parts = []
    for path in sorted(folder.glob("data_3dsar_pass1_az00[1-4]_HH.mat")):
        with path.open("rb") as file:
            parts.append(read_gotcha(file, source=path.name))
    whole = replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})
    turns = np.exp(1j * whole.phase_correction) * taylor(len(whole))
    weighted = whole.samples * turns[:, None] * taylor(whole.samples.shape[1])
    nothing = np.zeros(len(whole))
    return replace(
        whole,
        samples=weighted.astype(np.complex64),
        reference_range=whole.reference_range + whole.range_correction,
        range_correction=nothing,
        phase_correction=nothing,
    )


def grid_of(pixels: int, extent: float = EXTENT) -> PlaneGrid:
    """Lay the grid as FastSAR does: pixel 0 at minus half the extent."""
    spacing = extent / pixels
    half = -0.5 * extent
    return PlaneGrid(first=(half, half, 0.0), row_spacing=spacing, column_spacing=spacing, shape=(pixels, pixels))


def error_db(image: NDArray[np.complex64], exact: NDArray[np.complex128], rows: object, columns: object) -> float:
    """Error of an image at places against the exact sum, after the best common gain, dB."""
    got = image[rows, columns].astype(np.complex128)  # type: ignore[index]
    got *= np.vdot(got, exact) / np.vdot(got, got)
    return float(10.0 * np.log10((np.abs(got - exact) ** 2).sum() / (np.abs(exact) ** 2).sum()))


def form_ours(history: PhaseHistory, grid: PlaneGrid, settings: Forming) -> tuple[NDArray[np.complex64], float]:
    """Form an image and give it with the processor seconds it took, the best of three."""
    backproject(history, replace(grid, shape=(8, 8)), settings)
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        image = backproject(history, grid, settings)
        seconds.append(time.process_time() - begin)
    return image.pixels.astype(np.complex64), min(seconds)


def form_theirs(
    python: str, history: PhaseHistory, pixels: int, method: tuple[str, int], extent: float = EXTENT
) -> tuple[NDArray[np.complex64], float]:
    """Have FastSAR form the image: its first axis is east, ours is north."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(
            source,
            samples=history.samples,
            antenna=history.transmit,
            reference=history.reference_range,
            start=history.frequency_start,
            step=history.frequency_step,
            pixels=pixels,
            spacing=extent / pixels,
        )
        script = Path(__file__).with_name("run_fastsar.py")
        command = [python, str(script), str(source), str(target), method[0], str(method[1])]
        subprocess.run(command, check=True, timeout=300)
        made = np.load(target)
        return made["image"].T, float(made["seconds"])


def main() -> None:
    """Print a table of rates and errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fastsar", metavar="PYTHON", help="an interpreter that has FastSAR")
    parser.add_argument("--pixels", type=int, nargs="+", default=[512, 1024])
    given = parser.parse_args()
    history = load(given.folder)
    print(f"{len(history)} pulses of {history.samples.shape[1]} frequencies, {EXTENT:g} m")
    print("| program | method | oversampling | pixels | M pixel-pulses / core-second | CPU s | error, dB |")
    print("|---|---|---|---|---|---|---|")
    for pixels in given.pixels:
        grid = grid_of(pixels)
        rows, columns = np.random.default_rng(SEED).integers(0, pixels, (2, PLACES))
        weights = (even(len(history)), even(history.samples.shape[1]))
        exact = exact_sum(history, weights, grid.positions(rows, columns))

        def row(
            program: str,
            method: tuple[str, int],
            formed: tuple[NDArray[np.complex64], float],
            place: tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.complex128]],
        ) -> None:
            size, down, across, truth = place
            rate = size * size * len(history) / formed[1] / 1e6
            error = error_db(formed[0], truth, down, across)
            print(f"| {program} | {method[0]} | {method[1]} | {size} | {rate:.0f} | {formed[1]:.2f} | {error:.1f} |")

        place = (pixels, rows, columns, exact)
        for interpolation, oversampling in OURS:
            settings = Forming(interpolation=interpolation, oversampling=oversampling)  # type: ignore[arg-type]
            row("Sidelook", (interpolation, oversampling), form_ours(history, grid, settings), place)
        for method in THEIRS if given.fastsar else ():
            row("FastSAR", method, form_theirs(given.fastsar, history, pixels, method), place)


if __name__ == "__main__":
    main()
