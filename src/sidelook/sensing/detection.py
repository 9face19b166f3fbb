"""Detection in noise: thresholds, and the probability to pass them.

Richards, Fundamentals of Radar Signal Processing, chapters 6 and 7. A cell's power is compared with a threshold; with
cell averaging (CA-CFAR) the threshold is a multiple of the mean power of reference cells, which are noise alone.
"""

from math import exp, log, log10, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The chance that a Poisson count lies this many roots of its mean, and as many more, above it is below 1e-16.
_TAIL_ROOTS = 9.0
_TAIL_COUNTS = 40


def cfar_multiplier(false_alarm: float, cells: int) -> float:
    """Give the multiple of the reference cells' mean that noise passes with a probability.

    Parameters
    ----------
    false_alarm : probability
    cells : number of reference cells
    """
    return cells * float(np.expm1(-log(false_alarm) / cells))


def swerling_1(snr: ArrayLike, false_alarm: float, cells: int | None = None) -> NDArray[np.float64]:
    """Give the probability that one look finds a target whose power is exponentially distributed.

    Parameters
    ----------
    snr : (...) mean ratio of signal to noise
    false_alarm : probability
    cells : number of reference cells; None where the noise is known
    """
    mean = 1.0 + np.asarray(snr, np.float64)
    if cells is None:
        return np.asarray(np.exp(log(false_alarm) / mean))
    return np.asarray((1.0 + cfar_multiplier(false_alarm, cells) / (cells * mean)) ** -cells)


def swerling_1_needed(detection: float, false_alarm: float, cells: int | None = None) -> float:
    """Give the mean ratio of signal to noise for a probability of detection: ``swerling_1`` backwards."""
    if cells is None:
        return log(false_alarm) / log(detection) - 1.0
    over = cfar_multiplier(false_alarm, cells) / cells
    return over / float(np.expm1(-log(detection) / cells)) - 1.0


def steady(snr: ArrayLike, false_alarm: float, cells: int | None = None) -> NDArray[np.float64]:
    """Give the probability that one look finds a target that does not fluctuate (Swerling 0).

    Signal in noise is a mixture of gamma distributions with Poisson weights, so that the probability is a sum of
    products: of Poisson probabilities of the signal and distribution functions of the threshold. These are Poisson
    where the noise is known (then the sum is Marcum's Q) and negative binomial with cell averaging.

    Parameters
    ----------
    snr : (S,) or () ratio of signal to noise
    false_alarm : probability
    cells : number of reference cells; None where the noise is known
    """
    signal = np.atleast_1d(np.asarray(snr, np.float64))
    most = float(signal.max(initial=0.0))
    terms = int(most + _TAIL_ROOTS * sqrt(most)) + _TAIL_COUNTS
    below = np.cumsum(_threshold_terms(false_alarm, cells, terms))
    weight = np.exp(-signal)
    logarithm = np.log(np.where(signal > 0.0, signal, 1.0))
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, terms)))])
    count = np.arange(1, terms)
    rest = np.exp(count * logarithm[:, None] - signal[:, None] - factorial[1:]) * (signal > 0.0)[:, None]
    found = weight * below[0] + rest @ below[1:]
    return np.asarray(np.minimum(found, 1.0).reshape(np.shape(snr)))


def _threshold_terms(false_alarm: float, cells: int | None, terms: int) -> NDArray[np.float64]:
    """Give the first probabilities of the count below the threshold: Poisson, or negative binomial."""
    count = np.arange(1, terms)
    if cells is None:
        threshold = -log(false_alarm)
        factors = threshold / count
        first = exp(-threshold)
    else:
        # The odds of one count more: the threshold's multiplier over itself and the number of cells.
        multiplier = cfar_multiplier(false_alarm, cells)
        share = multiplier / (multiplier + cells)
        factors = share * (cells + count - 1) / count
        first = (1.0 - share) ** cells
    return first * np.concatenate([[1.0], np.cumprod(factors)])


def albersheim_db(detection: float, false_alarm: float, looks: int = 1) -> float:
    """Give the ratio of signal to noise, dB, that a steady target needs in each of some looks added up.

    Albersheim, Proc. IEEE 69(7), 1981; within 0.2 dB for 1 to 8096 looks, detection 0.1 to 0.9 and false alarms
    1e-7 to 1e-3.
    """
    a, b = log(0.62 / false_alarm), log(detection / (1.0 - detection))
    spread = 6.2 + 4.54 / sqrt(looks + 0.44)
    return -5.0 * log10(looks) + spread * log10(a + 0.12 * a * b + 1.7 * b)


def found_in(detection: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """Give the probability that a target is found in some of several independent looks or more.

    Parameters
    ----------
    detection : (L, ...) probability in each look
    least : number of looks that have to find it
    """
    shape = detection.shape[1:]
    exactly = np.zeros((least + 1, *shape))
    exactly[0] = 1.0
    for probability in detection:
        gained = exactly[:-1] * probability
        exactly[:-1] *= 1.0 - probability
        exactly[1:] += gained
    return np.asarray(exactly[-1])
