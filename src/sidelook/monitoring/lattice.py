"""Exact forward filter and backward smoother of a number 0 ... N that changes by independent steps.

The state is the number itself; a step adds what is given by its characteristic function, and what would leave 0 ... N
is impossible. What is unknown and stays (nuisance) is a few nodes, each filtered alone and weighed by its evidence.
Sums over the lattice are circular convolutions on a ring long enough not to meet itself; as with a hidden Markov model
the smoothed probabilities are forward times backward ones (Rabiner, Proc. IEEE 77, 1989; Durbin and Koopman, Time
Series Analysis by State Space Methods, 2012, for the frame).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from sidelook.model.columns import Floats, Integers
from sidelook.monitoring.crossings import Complexes

Nodes: TypeAlias = tuple[NDArray[np.intp], ...]
Values = TypeVar("Values", Floats, Complexes)

NEGLIGIBLE = 1e-7  # probability that is left out
IMPOSSIBLE = 1e-13  # below this only rounding is left
TINY = 1e-300


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
    nodes : of the nuisance whose evidence is not negligible, K of them: an index array (K,) for each axis
    weight : (K,) their posterior
    before, after : (T, K, N + 1) forward and backward probabilities, scaled anyhow
    """

    chain: Chain
    nodes: Nodes
    weight: Floats
    before: Floats
    after: Floats

    def probability(self) -> Floats:
        """Give the posterior (T, N + 1) of the number at each moment."""
        both = self.before * self.after
        both *= (self.weight / both.sum(axis=-1))[..., None]
        return np.asarray(both.sum(axis=1), np.float64)


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
    spread : gain of a step beyond which it is negligible
    """
    length = int(next_fast_len(largest + 1 + int(np.ceil(spread)), real=True))
    length += length % 2
    angle: Floats = -2.0 * np.pi * np.arange(length // 2 + 1) / length  # NumPy's forward transform has the minus
    return angle, length


def smooth(chain: Chain) -> Smoothed:
    """Filter forwards, smooth backwards.

    Raises
    ------
    ImpossibleError : nothing explains what is seen
    """
    before, evidence = _forward(chain)
    weight = chain.nodes * np.exp(evidence - evidence.max())
    weight /= weight.sum()
    nodes = np.nonzero(weight > NEGLIGIBLE)
    kept = weight[nodes]
    return Smoothed(
        chain=chain,
        nodes=nodes,
        weight=kept / kept.sum(),
        before=before.reshape(len(before), weight.size, len(chain.prior))[:, np.ravel_multi_index(nodes, weight.shape)],
        after=_backward(chain, nodes),
    )


def _forward(chain: Chain) -> tuple[Floats, Floats]:
    """Give the forward probabilities (T, ..., N + 1) of all nodes and their log-evidence (...)."""
    shape = (*chain.nodes.shape, len(chain.prior))
    before, evidence = np.empty((len(chain.likelihood), *shape)), np.zeros(chain.nodes.shape)
    state = np.broadcast_to(chain.prior / chain.prior.sum(), shape)
    for moment, seen in enumerate(chain.likelihood):
        if moment:
            state = _advance(state, chain.step[moment - 1], chain.length)
        if seen is not None:
            state = state * seen
        total = state.sum(axis=-1, keepdims=True)
        if total.max() < IMPOSSIBLE:
            raise ImpossibleError(moment)
        total = np.maximum(total, TINY)  # a node may be impossible where others are not
        evidence += np.log(total[..., 0])
        state = before[moment] = state / total
    return before, evidence


def _backward(chain: Chain, nodes: Nodes) -> Floats:
    """Give the backward probabilities (T, K, N + 1) of some nodes."""
    after = np.ones((len(chain.likelihood), len(nodes[0]), len(chain.prior)))
    for moment in range(len(after) - 2, -1, -1):
        state, seen = after[moment + 1], chain.likelihood[moment + 1]
        if seen is not None:
            state = state * _at(seen, nodes)
        state = _advance(state, _at(chain.step[moment], nodes).conj(), chain.length)
        after[moment] = state / np.maximum(state.max(axis=-1, keepdims=True), TINY)
    return after


def draw_paths(smoothed: Smoothed, count: int, rng: np.random.Generator) -> Integers:
    """Draw numbers over all moments from their joint posterior: filtered forwards, drawn backwards.

    Carter and Kohn (Biometrika 81, 1994).

    Returns
    -------
    (T, count)
    """
    chain = smoothed.chain
    node = rng.choice(len(smoothed.weight), count, p=smoothed.weight)
    paths = np.empty((len(chain.likelihood), count), np.int64)
    number = np.zeros(count, np.int64)
    for moment in range(len(paths) - 1, -1, -1):
        # Many paths are at one number of one node: what was before is laid out once for each.
        kinds, kind = np.unique(node * len(chain.prior) + number, return_inverse=True)
        at, after = np.divmod(kinds, len(chain.prior))
        window = _support(smoothed.before[moment])
        chance = smoothed.before[moment][at, window]
        if moment < len(paths) - 1:
            step, kept = chain.step[moment], tuple(axis[at] for axis in smoothed.nodes)
            gain, row = _gain(step, kept, chain.length)
            came_from = np.arange(window.start, window.stop)
            chance = chance * gain[row[:, None], (after[:, None] - came_from) % chain.length]
        number = paths[moment] = window.start + _draw(chance, kind, rng)
    return paths


def _draw(chance: Floats, row: NDArray[np.intp], rng: np.random.Generator) -> Integers:
    """Draw a column for each of some rows of a table of chances."""
    below = np.cumsum(chance, axis=1)
    below /= below[:, -1:]
    ladder = (below + np.arange(len(below))[:, None]).ravel()  # one ascending scale, a unit a row
    place = np.searchsorted(ladder, row + rng.uniform(size=len(row)), side="right")
    return np.asarray(np.clip(place - row * chance.shape[1], 0, chance.shape[1] - 1), np.int64)


def _gain(step: Complexes, nodes: Nodes, length: int) -> tuple[Floats, NDArray[np.intp]]:
    """Give chances (C, L) of each gain of a step, one row a kind of it, and the row of each node."""
    kinds = step.shape[:-1]
    gain = np.maximum(irfft(step.reshape(-1, step.shape[-1]), length, axis=-1), 0.0)
    return np.asarray(gain, np.float64), np.ravel_multi_index(_places(kinds, nodes), kinds)


def _support(probability: Floats) -> slice:
    """Cut off what is negligible at every moment."""
    held = np.flatnonzero(probability.max(axis=0) > NEGLIGIBLE)
    return slice(int(held[0]), int(held[-1]) + 1)


def _advance(state: Floats, step: Complexes, length: int) -> Floats:
    moved = irfft(rfft(state, length, axis=-1) * step, length, axis=-1)[..., : state.shape[-1]]
    return np.maximum(np.asarray(moved, np.float64), 0.0)  # rounding may leave less than nothing


def _places(shape: tuple[int, ...], nodes: Nodes) -> Nodes:
    """Give where nodes stand in an array of which some axes of nodes have one entry for all."""
    return tuple(np.minimum(k, size - 1) for k, size in zip(nodes, shape, strict=True))


def _at(values: Values, nodes: Nodes) -> Values:
    return values[_places(values.shape[:-1], nodes)]
