"""The image as its definition says, in float64 and without any interpolation: slow, and what the others are held to."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory

Waves: TypeAlias = NDArray[np.complex128]

LIGHT = 299_792_458.0  # m/s


def path_lengths(history: PhaseHistory, pulse: int, places: Floats) -> Floats:
    """Give half the way from transmitter over (..., 3) places to receiver at a pulse, (...) m."""
    out = np.linalg.norm(places - history.transmit[pulse], axis=-1)
    back = np.linalg.norm(places - history.receive[pulse], axis=-1)
    return np.asarray(0.5 * (out + back), np.float64)


def exact_sum(history: PhaseHistory, weights: tuple[Floats, Floats], places: Floats) -> Waves:
    """Sum all samples at places, each turned by the phase it would have from there.

    Parameters
    ----------
    weights : (P,) of the pulses and (K,) of the frequencies
    places : (N, 3) east, north, up of the scene reference, m

    Returns
    -------
    (N,) sum over p, k of ``w_p w_k s_pk exp(4j pi f_k (R_p - reference_p) / c)``
    """
    frequency = history.frequency_start + history.frequency_step * np.arange(history.samples.shape[1])
    total = np.zeros(len(places), np.complex128)
    for pulse in range(len(history)):
        way = path_lengths(history, pulse, places) - history.reference_range[pulse] - history.range_correction[pulse]
        turned = np.exp(4j * math.pi / LIGHT * np.multiply.outer(way, frequency))
        corrected = np.exp(1j * history.phase_correction[pulse]) * weights[0][pulse] * weights[1]
        total += turned @ (corrected * history.samples[pulse].astype(np.complex128))
    return total
