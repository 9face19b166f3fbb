"""Weights over frequency or over pulses: what they cost in width they save in side lobes."""

import math

import numpy as np

from sidelook.model.columns import Floats


def taylor(count: int, *, side_lobe_db: float = 35.0, equal_lobes: int = 4) -> Floats:
    """Taylor weights, largest in the middle and there 1.

    Parameters
    ----------
    count : of weights
    side_lobe_db : how far the nearest side lobes stand below the peak, above 0
    equal_lobes : how many lobes, the main one counted, are kept that high ("n bar")

    Returns
    -------
    (count,) weights, symmetric

    Source: Carrara, Goodman, Majewski, Spotlight Synthetic Aperture Radar, 1995, appendix D.2.
    """
    a = math.acosh(10.0 ** (side_lobe_db / 20.0)) / math.pi
    spread = equal_lobes**2 / (a**2 + (equal_lobes - 0.5) ** 2)
    orders = np.arange(1, equal_lobes)
    weights = np.ones(count)
    place = (np.arange(count) - 0.5 * (count - 1)) / count
    for m in orders:
        above = np.prod(1.0 - m**2 / spread / (a**2 + (orders - 0.5) ** 2))
        below = np.prod([1.0 - m**2 / other**2 for other in orders if other != m])
        weights += (-1.0) ** (m + 1) * above / below * np.cos(2.0 * math.pi * m * place)
    return np.asarray(weights / weights.max(), np.float64)


def even(count: int) -> Floats:
    """No weighting at all: the narrowest peak, and side lobes of -13.3 dB."""
    return np.ones(count)
