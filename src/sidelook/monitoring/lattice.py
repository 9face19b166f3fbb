"""Exact forward filter and backward smoother of a number 0 ... N that changes by independent steps.

The state is the number itself; a step adds what is given by its characteristic function, and what would leave 0 ... N
is impossible. What is unknown and stays (nuisance) is a few nodes, each filtered alone and weighed by its evidence.
Sums over the lattice are circular convolutions on a ring long enough not to meet itself; as with a hidden Markov model
the smoothed probabilities are forward times backward ones (Rabiner, Proc. IEEE 77, 1989; Durbin and Koopman, Time
Series Analysis by State Space Methods, 2012, for the frame).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from sidelook.model.columns import Floats
from sidelook.monitoring.crossings import Complexes

Nodes: TypeAlias = tuple[NDArray[np.intp], ...]

NEGLIGIBLE = 1e-7  # probability that is left out of joint distributions
IMPOSSIBLE = 1e-13  # below this only rounding is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A number over T moments, laid out on a lattice.

    Attributes
    ----------
    prior : (N + 1,) of the number at the first moment
    nodes : (...) prior weights of the nuisance nodes
    step : (T - 1) characteristic functions (..., L / 2 + 1) of what the number gains; axes of nodes broadcast
    likelihood : (T) of what is seen at each moment, (..., N + 1), or None
    length : L of the ring
    """

    prior: Floats
    nodes: Floats
    step: Sequence[Complexes]
    likelihood: Sequence[Floats | None]
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """What all that is seen says of a chain.

    Attributes
    ----------
    chain : of which
    weight : (...) posterior of the nodes
    before, after : (T, ..., N + 1) forward and backward probabilities, each scaled to sum or mean as it may
    """

    chain: Chain
    weight: Floats
    before: Floats
    after: Floats

    def probability(self) -> Floats:
        """Give the posterior (T, N + 1) of the number at each moment."""
        both = self.before * self.after
        both /= both.sum(axis=-1, keepdims=True)
        axes = "abcdef"[: self.weight.ndim]
        return np.asarray(np.einsum(f"t{axes}n,{axes}->tn", both, self.weight), np.float64)


class ImpossibleError(Exception):
    """What is seen has no probability from ``moment`` on; who knows the site says it in words."""

    def __init__(self, moment: int) -> None:
        super().__init__(moment)
        self.moment = moment


def ring_angles(largest: int, spread: float) -> tuple[Floats, int]:
    """Give the angles (L / 2 + 1,) and the length L of a ring.

    Parameters
    ----------
    largest : number N
    spread : of a step, beyond which it is negligible
    """
    length = int(next_fast_len(2 * (largest + 1) + int(np.ceil(spread)), real=True))
    length += length % 2
    angle: Floats = -2.0 * np.pi * np.arange(length // 2 + 1) / length  # NumPy's forward transform has the minus
    return angle, length


def smooth(chain: Chain) -> Smoothed:
    """Filter forwards, smooth backwards.

    Raises
    ------
    ImpossibleError : nothing explains what is seen
    """
    moments, shape = len(chain.likelihood), (*chain.nodes.shape, len(chain.prior))
    before, after = np.empty((moments, *shape)), np.empty((moments, *shape))
    evidence = np.zeros(chain.nodes.shape)
    state = np.broadcast_to(chain.prior / chain.prior.sum(), shape)
    for moment in range(moments):
        if moment:
            state = _advance(state, chain.step[moment - 1], chain.length)
        state = _weighed(state, chain.likelihood[moment])
        total = state.sum(axis=-1, keepdims=True)
        if total.max() < IMPOSSIBLE:
            raise ImpossibleError(moment)
        evidence += np.log(np.maximum(total[..., 0], 1e-300))
        state = before[moment] = state / np.maximum(total, 1e-300)
    after[-1] = 1.0
    for moment in range(moments - 2, -1, -1):
        state = _weighed(after[moment + 1], chain.likelihood[moment + 1])
        state = _advance(state, chain.step[moment].conj(), chain.length)
        after[moment] = state / np.maximum(state.max(axis=-1, keepdims=True), 1e-300)
    weight = chain.nodes * np.exp(evidence - evidence.max())
    return Smoothed(chain=chain, weight=weight / weight.sum(), before=before, after=after)


def joint(smoothed: Smoothed, first: int, last: int) -> tuple[Floats, int, int]:
    """Give the joint posterior of the number at two moments.

    Returns
    -------
    (A, B) probabilities, and the number that the first row and the first column stand for
    """
    chain = smoothed.chain
    marginal = smoothed.probability()[first : last + 1]
    rows, window = _support(marginal[:1]), _support(marginal)
    nodes = np.nonzero(smoothed.weight > NEGLIGIBLE)
    paths = np.zeros((len(nodes[0]), rows.stop - rows.start, window.stop - window.start))
    row = np.arange(paths.shape[1])
    paths[:, row, row + rows.start - window.start] = smoothed.before[first][nodes][:, rows]
    for moment in range(first, last):
        paths = paths @ _matrices(chain, moment, nodes, paths.shape[2])
        seen = chain.likelihood[moment + 1]
        if seen is not None:
            paths *= _at(seen, nodes)[:, None, window]
        paths /= paths.sum(axis=(1, 2), keepdims=True)
    paths *= smoothed.after[last][nodes][:, None, window]
    paths *= (smoothed.weight[nodes] / paths.sum(axis=(1, 2)))[:, None, None]
    both = paths.sum(axis=0)
    return both / both.sum(), rows.start, window.start


def _support(probability: Floats) -> slice:
    """Cut off what is negligible at every moment."""
    held = np.flatnonzero(probability.max(axis=0) > NEGLIGIBLE)
    return slice(int(held[0]), int(held[-1]) + 1)


def _advance(state: Floats, step: Complexes, length: int) -> Floats:
    moved = irfft(rfft(state, length, axis=-1) * step, length, axis=-1)[..., : state.shape[-1]]
    return np.maximum(np.asarray(moved, np.float64), 0.0)  # rounding may leave less than nothing


def _weighed(state: Floats, likelihood: Floats | None) -> Floats:
    return state if likelihood is None else np.asarray(state * likelihood, np.float64)


def _places(shape: tuple[int, ...], nodes: Nodes) -> Nodes:
    """Give where nodes stand in an array of which some axes of nodes have one entry for all."""
    return tuple(np.minimum(k, size - 1) for k, size in zip(nodes, shape, strict=True))


def _at(values: Floats, nodes: Nodes) -> Floats:
    return np.asarray(values[_places(values.shape[:-1], nodes)], np.float64)


def _matrices(chain: Chain, moment: int, nodes: Nodes, size: int) -> Floats:
    """Give the matrices (G, size, size) of a step from one number to another, one a node."""
    step = chain.step[moment]
    kinds = step.shape[:-1]
    gain = np.maximum(irfft(step.reshape(-1, step.shape[-1]), chain.length, axis=-1), 0.0)
    number = np.arange(size)
    kind = np.ravel_multi_index(_places(kinds, nodes), kinds)
    return np.asarray(gain[:, (number[None, :] - number[:, None]) % chain.length][kind], np.float64)
