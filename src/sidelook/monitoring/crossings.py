"""What the stock of a site gained over a span of time, as characteristic functions.

Sums of what is independent are products here, so spans add up and may be cut anywhere. Of crossings that were not
counted:

- A span watched with the chance p: the rate is gamma (shape a, mean m), the counted k are Poisson of p times it, and
  the rest given k is negative binomial: shape a + k, mean (a + k) (1 - p) / (a / m + p).
- A span not watched: in and out are negative binomial, of which only a share is not balanced by the other.
- Steps that no turnover explains: compound Poisson, Laplace distributed, as far as nobody looked.
"""

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats

Complexes = NDArray[np.complex128]

LARGE, LARGE_SHARE = 5.0, 0.2  # steps that are larger than others, by what; and their share


def shifted(exposure: Floats, log_odds: Floats) -> Floats:
    """Give chances whose odds are off by a factor; none stays none and certainty certainty."""
    odds = np.exp(log_odds)
    shifted: Floats = exposure * odds / (1.0 - exposure + exposure * odds)
    return shifted


def uncounted(angle: Floats, *, counted: int, exposure: Floats, shape: Floats, mean: Floats) -> Complexes:
    """Characteristic function of the crossings that were not counted.

    Parameters
    ----------
    angle : (..., L)
    counted, exposure, shape, mean : of the span, with the last axis of one; shape and mean are those of the gamma
        distributed number of crossings to expect
    """
    scale = (1.0 - exposure) / (shape / mean + exposure)
    return np.asarray(np.exp(-(shape + counted) * np.log1p(scale * (1.0 - np.exp(1j * angle)))), np.complex128)


def groups(angle: Floats, mean: Floats, dispersion: float) -> Complexes:
    """Characteristic function of a negative binomial number with this mean, and variance over mean.

    Parameters
    ----------
    angle : (..., L)
    mean : with the last axis of one
    """
    gap = 1.0 - np.exp(1j * angle)
    excess = dispersion - 1.0
    if excess < 1e-9:  # noqa: PLR2004 - Poisson, its limit
        return np.asarray(np.exp(-mean * gap), np.complex128)
    return np.asarray(np.exp(-mean / excess * np.log1p(excess * gap)), np.complex128)


def steps(angle: Floats, number: Floats, size: float) -> Floats:
    """Characteristic function of the sum of a Poisson number of steps, either way, of this mean size.

    One in five is of another kind, five times as large: a site that fills or empties.

    Parameters
    ----------
    angle : (..., L)
    number : of steps in the mean, with the last axis of one
    """
    one = (1.0 - LARGE_SHARE) * _laplace(angle, size) + LARGE_SHARE * _laplace(angle, LARGE * size)
    several: Floats = np.exp(-number * (1.0 - one))
    return several


def _laplace(angle: Floats, size: float) -> Floats:
    ratio = np.exp(-1.0 / size)
    one: Floats = (1.0 - ratio) ** 2 / (1.0 - 2.0 * ratio * np.cos(angle) + ratio**2)
    return one
