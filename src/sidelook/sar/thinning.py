"""Fewer pulses for a small tile: which to keep, and how the others are added to them.

Seen from a tile's centre, a point of the tile adds to pulse ``p`` the wave ``h(u_p)``, ``u`` the way flown, whose
frequency in ``u`` is no higher than the tile is wide. Such waves are known everywhere from a few places, within an
error: ``h(u_p) = sum_q w_pq h(u_q)``. Then also ``sum_p s_p h(u_p) = sum_q (sum_p w_pq s_p) h(u_q)``: the echoes of all
pulses are added into a few (interpolation turned about), and nothing is asked of the echoes themselves. The places are
chosen one by one where the waves are known least (a Cholesky factor with pivots), among the pulses there are, so a
kept pulse has a true place of the flight.

Sources: Yegulalp, Fast backprojection algorithm for synthetic aperture radar, IEEE Radar Conf. 1999; McCorkle and
Rofheart, An order N^2 log N backprojector algorithm, SPIE 2747, 1996, for tiles and re-referenced pulses; Bach and
Jordan, Kernel independent component analysis, J. Mach. Learn. Res. 3, 2002, for the factor with pivots.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import pi
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats

Numbers: TypeAlias = NDArray[np.int64]

BLOCK_WAVES = 48.0  # half waves to a block: more pulses a block save nothing and cost products
TAPS = 6  # samples that a shifted sample is made of
DEGREE = 7  # of the polynomial of each, in the part of a cell it is shifted
ALL = 4  # pulses to a block where all are kept
RIDGE = 1e-13  # of the matrix of waves: what rounding leaves of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinning:
    """How the pulses of a larger tile, or of the flight, become those of a smaller one.

    Attributes
    ----------
    kept : (Q,) numbers of the pulses kept, among those that come in
    blocks : (B + 1,) where each block of pulses coming in begins
    groups : (B + 1,) where the pulses kept of each begin
    weights : (P, most kept of a block) by pulse coming in
    """

    kept: Numbers
    blocks: Numbers
    groups: Numbers
    weights: NDArray[np.float32]

    def spans(self) -> list[tuple[int, int, int, int]]:
        """Go through the blocks: first pulse, the one after the last, and the same of those kept."""
        edges = (self.blocks[:-1], self.blocks[1:], self.groups[:-1], self.groups[1:])
        return [(int(a), int(b), int(c), int(d)) for a, b, c, d in zip(*edges, strict=True)]

    def error_of(self, waves: NDArray[np.complex128]) -> float:
        """Give the largest root mean square error over the pulses of (W, P) waves put together from the pulses kept."""
        total = np.zeros(len(waves))
        for begin, end, first, after in self.spans():
            kept = self.kept[first:after]
            made = waves[:, kept] @ self.weights[begin:end, : len(kept)].T.astype(np.float64)
            total += (np.abs(made - waves[:, begin:end]) ** 2).sum(axis=1)
        return float(np.sqrt(total.max() / waves.shape[1]))


def keep_all(count: int) -> Thinning:
    """Spare no pulse."""
    blocks = np.append(np.arange(0, count, ALL), count).astype(np.int64)
    weights = np.eye(ALL, dtype=np.float32)[np.arange(count) % ALL]
    return Thinning(kept=np.arange(count), blocks=blocks, groups=blocks, weights=weights)


def thin(way: Floats, fastest: float, error: float) -> Thinning:
    """Choose which pulses to keep, so that waves up to a frequency are known at all.

    Parameters
    ----------
    way : (P,) place of each pulse along the flight, m, not falling
    fastest : highest frequency of a wave, rad/m
    error : of a wave of amplitude 1 anywhere, root mean square over frequency
    """
    count = max(1, round(float(way[-1] - way[0]) * fastest / pi / BLOCK_WAVES))
    blocks = np.unique(np.searchsorted(way, np.linspace(way[0], way[-1], count + 1)[1:-1]))
    blocks = np.concatenate([[0], blocks[(blocks > 0) & (blocks < len(way))], [len(way)]]).astype(np.int64)
    kept, factors = [], []
    for begin, end in pairwise(blocks.tolist()):
        chosen, weights = keep(way[begin:end] * fastest, error)
        kept.append(begin + chosen)
        factors.append(weights)
    groups = np.cumsum([0, *(len(chosen) for chosen in kept)]).astype(np.int64)
    table = np.zeros((len(way), max(len(chosen) for chosen in kept)), np.float32)
    for begin, weights in zip(blocks, factors, strict=False):
        table[begin : begin + len(weights), : weights.shape[1]] = weights
    return Thinning(kept=np.concatenate(kept), blocks=blocks, groups=groups, weights=table)


def keep(angle: Floats, error: float) -> tuple[Numbers, Floats]:
    """Choose places that the waves of frequencies -1 to 1 are known from, and how.

    Parameters
    ----------
    angle : (P,) places, rad of the fastest wave
    error : as for ``thin``

    Returns
    -------
    (Q,) numbers of the places, rising, and (P, Q) weights: a wave is ``weights @`` its values there
    """
    unknown = np.ones(len(angle))
    factor = np.zeros((len(angle), len(angle)))
    chosen: list[int] = []
    while len(chosen) < len(angle) and unknown.max() > max(error**2, RIDGE):
        pivot = int(np.argmax(unknown))
        step = len(chosen)
        column = np.sinc((angle - angle[pivot]) / pi) - factor[:, :step] @ factor[pivot, :step]
        factor[:, step] = column / np.sqrt(unknown[pivot])
        unknown = np.maximum(unknown - factor[:, step] ** 2, 0.0)
        unknown[pivot] = 0.0
        chosen.append(pivot)
    factor = factor[:, : len(chosen)]
    weights = np.linalg.solve(factor[chosen].T, factor.T).T
    order = np.argsort(chosen)
    return np.array(chosen, np.int64)[order], np.asarray(weights[:, order], np.float64)


def shift_taps(oversampling: float) -> Floats:
    """Give the polynomials by which a profile is read between its samples.

    Returns
    -------
    (TAPS, DEGREE + 1) coefficients, lowest power first, in the part of a cell beyond sample ``TAPS // 2 - 1``: best in
    the mean over the band
    """
    parts = 0.5 - 0.5 * np.cos(pi * (np.arange(4 * DEGREE) + 0.5) / (4 * DEGREE))
    at = np.arange(TAPS) - (TAPS // 2 - 1.0)
    among = np.sinc(np.subtract.outer(at, at) / oversampling) + RIDGE * np.eye(TAPS)
    between = np.sinc(np.subtract.outer(at, parts) / oversampling)
    powers = np.vander(parts, DEGREE + 1, increasing=True)
    return np.asarray(np.linalg.lstsq(powers, np.linalg.solve(among, between).T, rcond=None)[0].T, np.float64)
