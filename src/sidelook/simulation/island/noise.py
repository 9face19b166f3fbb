"""Noise that the land is made of; rounded, so that the last bits of a processor do not decide where a river runs."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

_GRAIN = 2.0**20


def fractal_noise(rng: Generator, shape: tuple[int, int], exponent: float, longest: float) -> NDArray[np.float64]:
    """Make noise whose amplitude falls with spatial frequency, as land's relief does.

    Parameters
    ----------
    rng : source of chance
    shape : of the grid
    exponent : amplitude goes with frequency to the power of minus this; 1 is rugged, 2 smooth
    longest : wavelength above which the amplitude rises no more, in cells

    Returns
    -------
    shape, zero mean, unit variance
    """
    rows, columns = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    frequency = np.maximum(np.hypot(rows, columns), 1.0 / longest)
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * frequency**-exponent, s=shape)
    return rounded((noise - noise.mean()) / noise.std())


def fine_noise(rng: Generator, shape: tuple[int, int], width: float = 0.8) -> NDArray[np.float64]:
    """Make noise of the shortest waves that a grid holds.

    Parameters
    ----------
    rng : source of chance
    shape : of the grid
    width : standard deviation of the Gaussian that rounds it, in cells

    Returns
    -------
    shape, zero mean, unit variance
    """
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), width)
    return rounded(noise * (2.0 * width * np.sqrt(np.pi)))


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep about six digits after the point."""
    kept: NDArray[np.float64] = np.round(values * _GRAIN) / _GRAIN
    return kept


def refine(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Halve the spacing of a grid, (R, C) to (2 R - 1, 2 C - 1): its points stay, cubic splines lie between."""
    finer = np.empty((2 * field.shape[0] - 1, 2 * field.shape[1] - 1))
    finer[::2, ::2] = field
    finer[::2, 1::2] = _between(field)
    finer[1::2] = _between(finer[::2].T).T
    return finer


def _between(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the cubic through four points, halfway between the middle two, along the rows of (R, C)."""
    wide = np.pad(field, ((0, 0), (1, 1)), mode="edge")
    middle: NDArray[np.float64] = (9.0 * (wide[:, 1:-2] + wide[:, 2:-1]) - wide[:, :-3] - wide[:, 3:]) / 16.0
    return middle
