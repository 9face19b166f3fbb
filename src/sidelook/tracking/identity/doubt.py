"""How likely a track is still the vehicle that it was ten minutes ago, and the float64 reference of the doubts.

A pairing that could as well have been the other way round leaves a doubt: for two tracks and two plots the chance of
the exchange is 1 / (1 + exp(g)), g being what the pairing chosen gains over it (the log-odds of ``association``).
Doubts of ten minutes are added up. Vehicles that drive together change plots again and again, and after many exchanges
either may be either, so the sum counts by a power below one. That law and its numbers were fitted on scenarios of 200
to 2,000 vehicles looked at every 10, 30 and 60 s, with roads and without, and hold on others
(``benchmarks/tracking/identity.py``).
"""

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats, Integers
from sidelook.tracking.columns import MINUTES, NONE, Table
from sidelook.tracking.identity.kernels import MINUTE, NOBODY, STRANGER

POWER = 0.615  # of the sum of exchanges
SUREST = 0.9925  # nothing is surer


def same_vehicle(tracks: Table, now: Integers | int) -> NDArray[np.float32]:
    """Give the probability that tracks are of the vehicle that they were of ten minutes ago.

    Parameters
    ----------
    tracks : (K,) of a tracker's state
    now : ns UTC, one or (K,)

    Returns
    -------
    (K,) since its first plot for a track that is younger
    """
    minute = np.asarray(now) // MINUTE
    number = np.arange(MINUTES)
    # The minute that each place of the ring holds: the last one with that remainder, up to the one doubted last.
    last = tracks["doubted"][:, None]
    held = last - (last - number) % MINUTES
    kept = held > np.broadcast_to(minute, (len(tracks),))[:, None] - MINUTES
    exchanged, taken = np.where(kept[..., None], tracks["doubt"], 0.0).sum(axis=1).T
    return np.asarray(SUREST * np.exp(-taken) / (1.0 + exchanged**POWER), np.float32)


def pairing_doubts(gain: Floats, partner: NDArray[np.integer]) -> Floats:
    """Give the doubts (R, 2) of a pairing from a full table of gains: the reference of the compiled ``doubts``.

    Parameters
    ----------
    gain : (R, C) of each track by each plot, zero or below where there is none
    partner : (R,) plot of each track, ``NONE`` for none
    """
    rows = len(gain)
    owner = {int(plot): row for row, plot in enumerate(partner) if plot != NONE}
    own = [max(gain[row, plot], 0.0) if plot != NONE else 0.0 for row, plot in enumerate(partner)]
    doubt = np.zeros((rows, 2))
    for row in range(rows):
        for plot in np.flatnonzero(gain[row] > 0.0).tolist():
            other = owner.get(plot)
            if other == row:
                doubt[row, 1] += NOBODY / (1.0 + np.exp(own[row]))
            elif other is not None:
                back = max(gain[other, partner[row]], 0.0) if partner[row] != NONE else 0.0
                exchange = 1.0 / (1.0 + np.exp(own[row] + own[other] - gain[row, plot] - back))
                doubt[other, 0] += exchange
                doubt[row, 0] += exchange if partner[row] != NONE else 0.0
            elif partner[row] != NONE:
                doubt[row, 1] += STRANGER / (1.0 + np.exp(own[row] - gain[row, plot]))
    return doubt
