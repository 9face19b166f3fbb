"""The filter on the lattice: equal to adding up every path, and to a crowd of particles."""

import itertools

import numpy as np
import pytest
from scipy.fft import rfft

from sidelook.monitoring.lattice import Chain, ImpossibleError, draw_paths, ring_angles, smooth

LARGEST, MOMENTS = 5, 4
SHAPE = (2, 1, 3)


def tiny_chain(seed: int) -> tuple[Chain, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Give a chain of any steps and likelihoods, and both written out: gains (T - 1, 2, 1, 3, 2 N + 1)."""
    rng = np.random.default_rng(seed)
    gain = rng.dirichlet(np.ones(2 * LARGEST + 1), (MOMENTS - 1, 1, *SHAPE[1:]))
    _, length = ring_angles(LARGEST, 2 * LARGEST)
    ring = np.zeros((*gain.shape[:-1], length))
    ring[..., np.arange(-LARGEST, LARGEST + 1) % length] = gain
    likelihood = rng.uniform(0.0, 1.0, (MOMENTS, SHAPE[0], 1, 1, LARGEST + 1))
    chain = Chain(
        prior=rng.dirichlet(np.ones(LARGEST + 1)),
        nodes=rng.dirichlet(np.ones(6)).reshape(SHAPE),
        step=list(rfft(ring, axis=-1)),
        likelihood=[likelihood[0], None, *likelihood[2:]],
        length=length,
    )
    likelihood[1] = 1.0
    return chain, np.broadcast_to(gain, (MOMENTS - 1, *SHAPE, 2 * LARGEST + 1)), likelihood


def every_path(chain: Chain, gain: np.ndarray, likelihood: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Add up all paths and nodes: the joint probability (N + 1, ..., N + 1) of the number at all moments."""
    total = np.zeros((LARGEST + 1,) * MOMENTS)
    for node in np.ndindex(SHAPE):
        for path in itertools.product(range(LARGEST + 1), repeat=MOMENTS):
            chance = chain.nodes[node] * chain.prior[path[0]]
            for moment, number in enumerate(path):
                if moment:
                    chance *= gain[(moment - 1, *node, number - path[moment - 1] + LARGEST)]
                chance *= likelihood[(moment, node[0], 0, 0, number)]
            total[path] += chance
    return total / total.sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_smoothed_numbers_are_those_of_all_paths_added_up(seed: int) -> None:
    chain, gain, likelihood = tiny_chain(seed)
    paths = every_path(chain, gain, likelihood)
    smoothed = smooth(chain)
    for moment, probability in enumerate(smoothed.probability()):
        others = tuple(k for k in range(MOMENTS) if k != moment)
        np.testing.assert_allclose(probability, paths.sum(axis=others), atol=1e-12)


def test_drawn_paths_come_as_often_as_they_are_likely() -> None:
    chain, gain, likelihood = tiny_chain(5)
    paths = every_path(chain, gain, likelihood)
    count = 200_000
    drawn = draw_paths(smooth(chain), count, np.random.default_rng(1))
    often = np.zeros_like(paths)
    np.add.at(often, tuple(drawn), 1.0 / count)
    np.testing.assert_allclose(often, paths, atol=5.0 * np.sqrt(paths.max() / count))
    chi_square = (count * (often - paths) ** 2 / paths)[paths * count > 5.0]
    assert abs(chi_square.mean() - 1.0) < 5.0 * np.sqrt(2.0 / len(chi_square))


def test_a_crowd_of_particles_agrees() -> None:
    """Drawn forwards, weighed and drawn again: no lattice, no transform, no backward pass."""
    chain, gain, likelihood = tiny_chain(3)
    rng = np.random.default_rng(0)
    crowd = 400_000
    node = np.array(np.unravel_index(rng.choice(6, crowd, p=chain.nodes.ravel()), SHAPE))
    paths = rng.choice(LARGEST + 1, (1, crowd), p=chain.prior)
    for moment in range(MOMENTS):
        if moment:
            odds = gain[moment - 1][tuple(node)].cumsum(axis=1)
            step = (rng.uniform(size=(crowd, 1)) > odds).sum(axis=1) - LARGEST
            paths = np.vstack([paths, paths[-1] + step])
        inside = (paths[-1] >= 0) & (paths[-1] <= LARGEST)
        weight = np.where(inside, likelihood[moment][node[0], 0, 0, np.clip(paths[-1], 0, LARGEST)], 0.0)
        kept = rng.choice(crowd, crowd, p=weight / weight.sum())
        node, paths = node[:, kept], paths[:, kept]
    for moment, probability in enumerate(smooth(chain).probability()):
        drawn = np.bincount(paths[moment], minlength=LARGEST + 1) / crowd
        np.testing.assert_allclose(drawn, probability, atol=0.006)


def test_what_nothing_explains_is_said_where_it_happens() -> None:
    chain, _, _ = tiny_chain(4)
    seen = [*chain.likelihood]
    seen[2] = np.zeros((1, 1, 1, LARGEST + 1))
    with pytest.raises(ImpossibleError) as caught:
        smooth(Chain(prior=chain.prior, nodes=chain.nodes, step=chain.step, likelihood=seen, length=chain.length))
    assert caught.value.moment == 2
