"""Random numbers that belong to a look: the same however looks are cut into windows or spread over workers.

They come from a counter instead of a state (Philox 4x32 with 10 rounds: Salmon et al., Parallel Random Numbers: As
Easy as 1, 2, 3, 2011). The counter says what is drawn, for which item, in which dwell; the key is the seed. So each
number can be asked for alone, and many are drawn at once.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.model.plots import Dwells

_ROUNDS = 10
_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_MASK = 0xFFFFFFFF
# A Poisson count is drawn by adding up its probabilities; larger means are split so that none of them vanishes.
_LARGEST_MEAN = 200.0


class Draw(IntEnum):
    """What a number is for; no two uses share numbers."""

    LOOK = 1
    MEASUREMENT = 2
    ROTOR = 3
    ROTOR_MEASUREMENT = 4
    NAVIGATION = 5
    FALSE_COUNT = 6
    FALSE_PLACE = 7
    FALSE_MEASUREMENT = 8
    POINT = 9
    POINT_MEASUREMENT = 10
    ORDER = 11
    BLOCK = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """A source of chance.

    Attributes
    ----------
    seed : 64 bits of it count
    """

    seed: int

    def uniform(self, draw: Draw, dwell: ArrayLike, item: ArrayLike, count: int = 1) -> NDArray[np.float64]:
        """Draw numbers evenly between 0 and 1, neither of them included.

        Parameters
        ----------
        draw : what for
        dwell : (K,) number of the dwell, as ``dwell_numbers``
        item : (K,) number within it
        count : how many for each

        Returns
        -------
        (count, K)
        """
        dwells, items = np.broadcast_arrays(np.asarray(dwell, np.uint64), np.asarray(item).astype(np.uint64))
        blocks = (count + 1) // 2
        block = np.arange(blocks, dtype=np.uint64)[:, None] + np.uint64(int(draw) << 16)
        shape = (blocks, len(dwells))
        counter = [np.broadcast_to(word, shape) for word in (block, items & _LOW, dwells & _LOW, dwells >> _HALF)]
        words = philox(counter, (self.seed & _MASK, (self.seed >> 32) & _MASK))
        numbers = np.stack([_fraction(words[0], words[1]), _fraction(words[2], words[3])], axis=1)
        return numbers.reshape(2 * blocks, -1)[:count]

    def normal(self, draw: Draw, dwell: ArrayLike, item: ArrayLike, count: int = 1) -> NDArray[np.float64]:
        """Draw standard normal numbers, arguments and shape as ``uniform``, whose numbers they use up."""
        return normal_from(self.uniform(draw, dwell, item, 2 * ((count + 1) // 2)))[:count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How dwells are told apart, and how long they look.

    Attributes
    ----------
    number : (M,) of each, for chance
    dwell_time : (M,) s
    interval : (M,) of that, in one coherent interval, s
    """

    number: NDArray[np.uint64]
    dwell_time: NDArray[np.float64]
    interval: NDArray[np.float64]


def dwell_numbers(dwells: Dwells) -> NDArray[np.uint64]:
    """Give each dwell, (M,), a number of its own: its job, revisit and dwell index, as STANAG 4607 counts them."""
    job = np.array([origin.job for origin in dwells.origins] or [0], np.int64)[dwells.origin]
    parts = (job & 0xFFFF) << 48 | (dwells.revisit.astype(np.int64) & _MASK) << 16 | (dwells.dwell & 0xFFFF)
    return parts.astype(np.uint64)


def normal_from(uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn numbers from between 0 and 1, (2 N, ...), into as many standard normal ones (Box and Muller)."""
    half = len(uniform) // 2
    radius, angle = np.sqrt(-2.0 * np.log(uniform[:half])), 2.0 * np.pi * uniform[half:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])


def poisson(chance: Chance, draw: Draw, dwell: NDArray[np.uint64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw Poisson counts of means, (K,), for dwells, (K,)."""
    if not len(mean):
        return np.zeros(0, np.int64)
    parts = max(1, int(np.ceil(mean.max() / _LARGEST_MEAN)))
    share = mean / parts
    number = chance.uniform(draw, dwell, np.uint64(0), parts)
    count = np.zeros(number.shape, np.int64)
    term = np.broadcast_to(np.exp(-share), number.shape).copy()
    below = term.copy()
    while True:
        over = (number > below) & (term > 0.0)
        if not over.any():
            return np.asarray(count.sum(axis=0))
        count[over] += 1
        term[over] *= np.broadcast_to(share, number.shape)[over] / count[over]
        below[over] += term[over]


def philox(counter: list[NDArray[np.uint64]], key: tuple[int, int]) -> list[NDArray[np.uint64]]:
    """Scramble counters.

    Parameters
    ----------
    counter : four words of 32 bits, each (...)
    key : two words of 32 bits

    Returns
    -------
    four words of 32 bits, each (...)
    """
    first, second, third, fourth = counter
    for number in range(_ROUNDS):
        keys = [np.uint64((word + number * step) & _MASK) for word, step in zip(key, _WEYL, strict=True)]
        left, right = _MULTIPLIERS[0] * first, _MULTIPLIERS[1] * third
        first, second, third, fourth = (
            (right >> _HALF) ^ second ^ keys[0],
            right & _LOW,
            (left >> _HALF) ^ fourth ^ keys[1],
            left & _LOW,
        )
    return [first, second, third, fourth]


def _fraction(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Join two words to the middle of one of 2^53 equal parts of 0 to 1."""
    whole = (high >> np.uint64(5)) * np.uint64(1 << 26) + (low >> np.uint64(6))
    return np.asarray((np.minimum(whole.astype(np.float64) + 0.5, 2.0**53 - 1.0)) * 2.0**-53)
