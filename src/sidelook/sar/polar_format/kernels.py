"""Compiled gridding of polar samples; its plain counterpart is the exact sum over plane waves in its test."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.compiling import fused_kernel as kernel

Floats: TypeAlias = NDArray[np.float64]
Waves: TypeAlias = NDArray[np.complex64]

WIDTH = 7  # cells that a sample is spread over, each way
STEEP = 14.4  # of the bump, pi WIDTH (1 - 1 / (2 * 1.5)) 0.98 (Barnett, Magland, af Klinteberg 2019, eq. 8)


@kernel
def bump(place: float) -> float:
    """Give the exponential of a semicircle, 1 at 0 and nothing beyond half the width."""
    rest = 1.0 - (2.0 * place / WIDTH) ** 2
    return math.exp(STEEP * (math.sqrt(rest) - 1.0)) if rest > 0.0 else 0.0


@kernel
def spread(samples: Waves, turns: tuple[Floats, Floats], band: tuple[float, float], grid: Waves) -> None:
    """Lay the samples of pulses on a periodic grid of spatial frequencies.

    Parameters
    ----------
    samples : (P, K)
    turns : (P,) cycles that a pixel's step down a row, and across a column, is at 1 Hz
    band : first frequency and step, Hz
    grid : (M, N) cycles of 1 / M and 1 / N a pixel; added to
    """
    rows, columns = grid.shape
    along, across = np.empty(WIDTH, np.float32), np.empty(WIDTH, np.float32)
    at = np.empty(WIDTH, np.int64)
    for pulse in range(samples.shape[0]):
        for k in range(samples.shape[1]):
            frequency = band[0] + k * band[1]
            y = (turns[0][pulse] * frequency) % 1.0 * rows
            x = (turns[1][pulse] * frequency) % 1.0 * columns
            top, left = math.ceil(y - 0.5 * WIDTH), math.ceil(x - 0.5 * WIDTH)
            for n in range(WIDTH):
                along[n], across[n] = bump(top + n - y), bump(left + n - x)
                at[n] = (left + n) % columns
            for m in range(WIDTH):
                row = (top + m) % rows
                value = samples[pulse, k] * along[m]
                for n in range(WIDTH):
                    grid[row, at[n]] += value * across[n]
