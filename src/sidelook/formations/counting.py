"""How many vehicles a formation has, from how many of them were seen at each look.

At look t each of n vehicles is seen as a vehicle of its own with a chance q_t, which differs from look to look (the
whole formation comes near the notch, a ridge hides part of it, two fall into one cell), so the number seen is
beta-binomial. Vehicles that drive by are now and then taken for members: their number is Poisson. With a prior of 1/n
the number of vehicles has a posterior on 1 ... N, of which mode and interval are given.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from sidelook.model.columns import Floats, Indices


@dataclass(frozen=True, slots=True, kw_only=True)
class CountModel:
    """Chances behind a count.

    Attributes
    ----------
    seen, seen_weight : mean chance of a vehicle to be seen at a look, and how little it differs between looks: the sum
        of the two parameters of its beta distribution
    strangers : mean number of others taken for members
    window_weight : what each look of the window counts; they are not independent, who is hidden stays so for a while
    largest : most vehicles asked about
    """

    seen: float = 0.75
    seen_weight: float = 4.0
    strangers: float = 0.3
    window_weight: float = 0.7
    largest: int = 80


@lru_cache(maxsize=8)
def log_chances(model: CountModel) -> Floats:
    """Log-probability (N + 1, S) of having seen s of n vehicles, strangers among them; s to twice the largest."""
    most = 2 * model.largest
    n, s = np.arange(model.largest + 1)[:, None], np.arange(most + 1)[None, :]
    a, b = model.seen * model.seen_weight, (1.0 - model.seen) * model.seen_weight
    inside = s <= n
    k = np.where(inside, s, 0)
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    own = np.where(inside, np.exp(ways + betaln(k + a, n - k + b) - betaln(a, b)), 0.0)
    others = np.exp(-model.strangers + s[0] * np.log(model.strangers) - gammaln(s[0] + 1.0))
    both = np.stack([np.convolve(row, others)[: most + 1] for row in own])
    chances: Floats = np.log(np.maximum(both, 1e-300))
    chances.setflags(write=False)
    return chances


def posterior(seen: NDArray[np.int64], model: CountModel) -> Floats:
    """Give the probability (G, N + 1) of each number of vehicles.

    Parameters
    ----------
    seen : (G, W) members seen at each look of the window, -1 where there was no look
    model : chances
    """
    chances = log_chances(model)
    looked = seen >= 0
    at = np.minimum(np.where(looked, seen, 0), chances.shape[1] - 1)
    total = np.where(looked[:, :, None], chances.T[at], 0.0).sum(axis=1) * model.window_weight
    number = np.arange(model.largest + 1)
    total[:, 1:] -= np.log(number[1:])
    total[:, :2] = -np.inf  # one vehicle is no formation
    weight = np.exp(total - total.max(axis=1, keepdims=True))
    share: Floats = weight / weight.sum(axis=1, keepdims=True)
    return share


def count_interval(probability: Floats, level: float = 0.9) -> tuple[Indices, Indices, Indices]:
    """Give the likeliest number (G,) and the shortest interval of numbers that holds ``level`` of the probability."""
    best = probability.argmax(axis=1)
    low, high = best.copy(), best.copy()
    rows = np.arange(len(best))
    held = probability[rows, best]
    padded = np.pad(probability, ((0, 0), (1, 1)), constant_values=-1.0)
    for _ in range(probability.shape[1]):
        short = held < level
        if not short.any():
            break
        below, above = padded[rows, low], padded[rows, high + 2]
        down = short & (below >= above)
        up = short & ~down
        held = held + np.where(down, np.maximum(below, 0.0), 0.0) + np.where(up, np.maximum(above, 0.0), 0.0)
        low, high = low - down, high + up
    return best.astype(np.int32), low.astype(np.int32), high.astype(np.int32)
