"""What a track is, by Bayes' rule: the float64 reference, and the classes of tracks for whoever reads them.

A report names a class with a probability (STANAG 4607, D32.10 and D32.11); "unknown" and "no information" say nothing.
"""

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats, Octets
from sidelook.model.plots import TargetClass
from sidelook.tracking.classes.kernels import SUREST_REPORT, TRUST
from sidelook.tracking.columns import CLASSES

LIKELY = 0.5
"""A class that is less likely is not named: the track is then unknown."""

CODES = np.array([*range(CLASSES - 1), TargetClass.OTHER], np.uint8)
"""(K,) the class at each place; the first, no information, is what is none of the others."""

AIR = np.isin(CODES, [TargetClass.ROTARY_WING, TargetClass.FIXED_WING, TargetClass.LOW_SLOW_FLYER])


def class_probabilities(weights: NDArray[np.floating]) -> Floats:
    """Give the probability of each of ``CODES``.

    Parameters
    ----------
    weights : (..., K) logarithms, as a track holds them

    Returns
    -------
    (..., K) summing to 1
    """
    raised = np.exp(np.asarray(weights, np.float64) - np.max(weights, axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def after_report(probabilities: Floats, code: int, probability: float, *, first: bool) -> Floats:
    """Give the probabilities, (K,), after a report: the reference of the compiled ``hear``."""
    if code not in CODES or code == TargetClass.NO_INFORMATION or probability <= 0.0:
        return probabilities
    p = float(np.clip(probability, 1.0 / CLASSES, SUREST_REPORT))
    likelihood = np.where(code == CODES, p, (1.0 - p) / (CLASSES - 1)) ** (1.0 if first else TRUST)
    return np.asarray(probabilities * likelihood / (probabilities * likelihood).sum())


def named(weights: NDArray[np.floating]) -> tuple[Octets, NDArray[np.float32]]:
    """Name tracks.

    Parameters
    ----------
    weights : (N, K) logarithms, as tracks hold them

    Returns
    -------
    target_class : (N,) the likeliest; unknown where none is likely, no information where nothing was heard
    probability : (N,) of it; 0 where none is named
    """
    chance = class_probabilities(weights)
    best = np.argmax(chance, axis=-1)
    probability = np.take_along_axis(chance, best[:, None], axis=-1)[:, 0]
    heard = np.any(weights != 0.0, axis=-1)
    likely = heard & (probability >= LIKELY) & (best > 0)
    unnamed = np.where(heard, TargetClass.UNKNOWN, TargetClass.NO_INFORMATION)
    target_class = np.where(likely, CODES[best], unnamed).astype(np.uint8)
    return target_class, np.where(likely, probability, 0.0).astype(np.float32)
