"""What the radar calls a target: a table of chances by kind, strength and length of the look, never the truth.

Telling wheels from tracks needs some 20 dB and 50 to 100 ms; rotors show themselves earlier. What is too weak or too
short is unknown, and so are persons, always.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.model.plots import TargetClass
from sidelook.sensing.performance import between

REPORTED = (
    TargetClass.WHEELED,
    TargetClass.TRACKED,
    TargetClass.ROTARY_WING,
    TargetClass.FIXED_WING,
    TargetClass.LOW_SLOW_FLYER,
    TargetClass.MARITIME,
    TargetClass.STATIONARY_ROTATOR,
    TargetClass.UNKNOWN,
)
"""What a radar says; a kind's own class stands where its ``Kind`` says, what has none is unknown."""

_NEEDED_DB = np.array([19.0, 20.0, 14.0, 17.0, 18.0, 18.0, 14.0, np.inf, 26.0])
_STEEPNESS_DB = 2.0
_NEEDED_TIME = 0.1  # s
_RIGHT_AT_WORST, _RIGHT_AT_BEST = 0.6, 0.92
# Whom a kind is taken for when it is not told rightly, row by row as REPORTED without unknown.
_MISTAKEN = np.array(
    [
        [0.0, 0.90, 0.02, 0.03, 0.03, 0.02, 0.0],
        [0.95, 0.0, 0.01, 0.01, 0.01, 0.02, 0.0],
        [0.20, 0.05, 0.0, 0.40, 0.25, 0.0, 0.10],
        [0.30, 0.05, 0.40, 0.0, 0.25, 0.0, 0.0],
        [0.40, 0.05, 0.25, 0.30, 0.0, 0.0, 0.0],
        [0.70, 0.20, 0.0, 0.05, 0.05, 0.0, 0.0],
        [0.30, 0.20, 0.50, 0.0, 0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.60, 0.30, 0.0, 0.0, 0.10, 0.0, 0.0],
    ]
)
_OFTEN = np.array([0.80, 0.08, 0.01, 0.01, 0.01, 0.01, 0.01, 0.0, 0.07])


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Chances of being called something; between the points of the table one interpolates.

    Attributes
    ----------
    snr_db : (S,) rising, dB
    dwell_time : (D,) rising, s
    chance : (S, D, kinds, reported) of each of ``REPORTED`` for each ``Kind``; the last axis sums to 1
    prior : (kinds,) how often the radar thinks to meet each, for the probability that it gives with a name
    """

    snr_db: NDArray[np.float64]
    dwell_time: NDArray[np.float64]
    chance: NDArray[np.float64]
    prior: NDArray[np.float64]


def naming_by_formula() -> Naming:
    """Make a table: chances rise with the signal like a logistic curve, and with time up to a tenth of a second."""
    snr_db, dwell_time = np.linspace(5.0, 40.0, 36), np.array([0.0, 0.5, 1.0]) * _NEEDED_TIME
    rise = 1.0 / (1.0 + np.exp(-(snr_db[:, None] - _NEEDED_DB) / _STEEPNESS_DB))
    told = rise[:, None, :] * (dwell_time / _NEEDED_TIME)[None, :, None]
    right = _RIGHT_AT_WORST + (_RIGHT_AT_BEST - _RIGHT_AT_WORST) * told
    right[..., len(REPORTED) - 1 :] = 0.0  # persons and clutter have no name of their own
    chance = np.zeros((*told.shape, len(REPORTED)))
    chance[..., :-1] = (told * (1.0 - right))[..., None] * _MISTAKEN
    own = np.arange(len(REPORTED) - 1)
    chance[..., own, own] = (told * right)[..., own]
    chance[..., -1] = 1.0 - told
    return Naming(snr_db=snr_db, dwell_time=dwell_time, chance=chance, prior=_OFTEN)


def chances(
    naming: Naming,
    snr_db: NDArray[np.float64],
    dwell_time: NDArray[np.float64],
    kind: NDArray[np.intp] | slice,
    said: NDArray[np.intp] | slice,
) -> NDArray[np.float64]:
    """Interpolate the table.

    Parameters
    ----------
    naming : the table
    snr_db, dwell_time : (K,) dB, s
    kind, said : (K,) ``Kind`` and row of ``REPORTED``, or ``slice(None)`` for all of them

    Returns
    -------
    (K, ...) as the table, what is chosen left out
    """
    row, down = between(naming.snr_db, snr_db)
    column, along = between(naming.dwell_time, dwell_time)
    parts: list[NDArray[np.float64]] = []
    for lower, vertical in ((0, 1.0 - down), (1, down)):
        for right, horizontal in ((0, 1.0 - along), (1, along)):
            part = naming.chance[row + lower, column + right, kind, said]
            parts.append(part * (vertical * horizontal).reshape(-1, *[1] * (part.ndim - 1)))
    return np.asarray(sum(parts))


def name(
    naming: Naming,
    kind: NDArray[np.intp],
    snr_db: NDArray[np.float64],
    dwell_time: NDArray[np.float64],
    number: NDArray[np.float64],
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Give plots classes.

    Parameters
    ----------
    naming : the table
    kind : (K,) true ``Kind``
    snr_db : (K,) dB
    dwell_time : (K,) s
    number : (K,) by chance, 0..1

    Returns
    -------
    target_class : (K,) ``TargetClass``
    probability : (K,) that it is right, as the radar sees it; 0 where it is unknown
    """
    own = chances(naming, snr_db, dwell_time, kind, slice(None))
    said = np.sum(number[:, None] > np.cumsum(own, axis=-1)[:, :-1], axis=-1)
    joint = chances(naming, snr_db, dwell_time, slice(None), said) * naming.prior
    whole = joint.sum(axis=-1)
    known = (said < len(REPORTED) - 1) & (whole > 0.0)
    probability = np.where(known, joint[np.arange(len(kind)), said] / np.where(whole > 0.0, whole, 1.0), 0.0)
    return np.array(REPORTED, np.uint8)[said], probability
