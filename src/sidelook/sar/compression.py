"""Range compression: pulses by frequency become profiles by range."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.fft import ifft

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory

Waves: TypeAlias = NDArray[np.complex64]


def compress_range(history: PhaseHistory, chosen: slice, weights: tuple[Floats, Floats], cells: int) -> Waves:
    """Compress pulses, with their weights and the phase that the motion solution adds.

    Parameters
    ----------
    chosen : pulses
    weights : (P,) of all pulses and (K,) of the frequencies
    cells : of a profile, at least as many as there are frequencies

    Returns
    -------
    (B, cells) profiles, periodic, cell 0 at the reference range; sample ``K // 2`` of the band at frequency 0
    """
    turns = weights[0][chosen] * np.exp(1j * history.phase_correction[chosen])
    weighted = history.samples[chosen] * (turns[:, None] * weights[1]).astype(np.complex64)
    pulses, count = weighted.shape
    half = count // 2
    spectrum = np.zeros((pulses, cells), np.complex64)
    spectrum[:, : count - half] = weighted[:, half:]
    spectrum[:, cells - half :] = weighted[:, :half]
    return np.asarray(ifft(spectrum, axis=1, norm="forward", overwrite_x=True), np.complex64)
