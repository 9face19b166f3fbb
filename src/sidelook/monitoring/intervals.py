"""From what was seen to what truly was: the number of events behind those that a sensor caught.

Each event is seen with a chance, the exposure e; events come as a Poisson process of unknown rate. With Jeffreys' prior
of that rate, a number N of events behind s seen ones is s plus a negative binomial number of missed ones, of shape
s + 1/2 and success chance e (Gelman and others, Bayesian Data Analysis, 2013, sections 2.6 and 2.8: a gamma posterior,
and its negative binomial predictive). The exposure is itself known no better than its model is: it is spread as a
beta distribution about its value. Some of what was seen never was: each seen event is true with a chance of its own.

Counts are whole, and an interval of whole numbers holds more than 90 % or less; its ends lie where half of the end's
own chance is counted within (mid-P: Lancaster, J. Am. Stat. Assoc. 56, 1961), so that over many intervals nearer to
90 % hold than if each held 90 % at least.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.model.columns import Floats

Masses: TypeAlias = NDArray[np.float64]
"""Chance of each number from 0 on."""

_NODES = 9  # of the exposure's spread
_LEAST = 1e-3  # of a spread exposure
_MOST = 200_000
_TAIL = 12.0  # standard deviations beyond which nothing is left


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSettings:
    """How far seen counts and exposures are believed.

    Attributes
    ----------
    level : of the intervals
    true_share : chance that what was seen truly was
    exposure_weight : as many trials would tell an exposure as well as its model does; infinite for exactly
    least_exposure : below which nothing is concluded
    """

    level: float = 0.9
    true_share: float = 0.97
    exposure_weight: float = 8.0
    least_exposure: float = 0.1


USUAL = CountSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """True numbers.

    Attributes
    ----------
    low, high : (N,) ends of the intervals, whole numbers; NaN where nothing is concluded
    mean : (N,)
    """

    low: Floats
    mean: Floats
    high: Floats


def true_counts(
    seen: ArrayLike, exposure: ArrayLike, looked: ArrayLike = 1.0, settings: CountSettings = USUAL
) -> Counts:
    """Estimate true numbers of events.

    Parameters
    ----------
    seen : (N,) whole numbers
    exposure : (N,) chance that an event is seen, 0..1
    looked : (N,) share of the time looked at, which is known: what the exposure may be wrong in is the rest of it

    Returns
    -------
    (N,) of each; NaN where the exposure is below the least
    """
    columns = np.broadcast_arrays(*(np.asarray(given, np.float64) for given in (seen, exposure, looked)))
    rounded = np.round(np.stack(columns, axis=-1).reshape(-1, 3), 3)
    cases, back = np.unique(rounded, axis=0, return_inverse=True)
    found = np.array([_one(int(case[0]), (float(case[1]), float(case[2])), settings) for case in cases]).reshape(-1, 3)
    low, mean, high = found[back.reshape(-1)].T
    return Counts(low=low, mean=mean, high=high)


def total_count(
    seen: ArrayLike, exposure: ArrayLike, looked: ArrayLike = 1.0, settings: CountSettings = USUAL
) -> tuple[float, float, float]:
    """Estimate the true number of events in several times together, each with an exposure of its own.

    What is wrong with an exposure is taken to be wrong with all of them alike, so it does not average out. The
    number missed in all is negative binomial with their mean and variance.

    Returns
    -------
    low, mean, high : NaN where one of the exposures is below the least, or there is none
    """
    columns = (np.asarray(given, np.float64) for given in (seen, exposure, looked))
    count, chance, share = np.broadcast_arrays(*columns)
    if not len(chance) or (chance < settings.least_exposure).any():
        return np.nan, np.nan, np.nan
    truly = _thinned(int(count.sum()), settings.true_share)
    shapes = (count + 0.5 / len(count)) * (settings.true_share if count.sum() else 1.0)
    parts = []
    for node in _spread_nodes(chance, share, settings.exposure_weight):
        missed = shapes * (1.0 - node) / node
        variance = missed / node
        parts.append(_fitted(float(missed.sum()), float(variance.sum())))
    return _ends(_sum_of(truly, _average(parts)), settings.level)


def posterior(seen: int, exposure: float, looked: float = 1.0, settings: CountSettings = USUAL) -> Masses:
    """Give the chance of each true number of events, from 0 on, behind ``seen`` ones of an exposure above zero."""
    nodes = _spread_nodes(np.array([exposure]), np.array([looked]), settings.exposure_weight)[:, 0]
    truly = _thinned(seen, settings.true_share)
    missed = (seen + 0.5) * (1.0 - nodes) / nodes
    length = max(_length(*pair) for pair in zip(missed.tolist(), (missed / nodes).tolist(), strict=True))
    whole = np.zeros(seen + length)
    for count in np.flatnonzero(truly).tolist():
        masses = np.mean([_negative_binomial(count + 0.5, float(node), length) for node in nodes], axis=0)
        whole[count : count + length] += truly[count] * masses
    return np.asarray(whole / whole.sum())


def _one(seen: int, chances: tuple[float, float], settings: CountSettings) -> tuple[float, float, float]:
    """Estimate one number from an exposure and the share of the time looked at."""
    exposure, looked = chances
    if not exposure >= settings.least_exposure:
        return np.nan, np.nan, np.nan
    return _ends(posterior(seen, exposure, looked, settings), settings.level)


def _ends(masses: Masses, level: float) -> tuple[float, float, float]:
    """Give the ends of an interval, and the mean, of a distribution over 0, 1, 2, ..."""
    middle = np.cumsum(masses) - 0.5 * masses
    tail = 0.5 * (1.0 - level)
    low = int(np.searchsorted(middle, tail))
    high = max(int(np.searchsorted(middle, 1.0 - tail, side="right")) - 1, low)
    return float(low), float(np.arange(len(masses)) @ masses), float(high)


def _spread_nodes(exposure: Floats, looked: Floats, weight: float) -> NDArray[np.float64]:
    """Spread exposures, (N,), over (K, N) values of equal chance: all up together, or all down.

    In the mean one over them is one over the exposure, so that estimates are not raised by not knowing it.
    """
    if not np.isfinite(weight):
        return exposure[None]
    from scipy.special import betaincinv  # noqa: PLC0415 - heavy

    share = (np.arange(_NODES) + 0.5)[:, None] / _NODES
    reach = np.clip(np.maximum(looked, exposure), 1e-3, 1.0)
    inner = np.clip(exposure / reach, 1e-6, 1.0 - 1e-6)
    spread = reach * betaincinv(inner * weight, (1.0 - inner) * weight, share)
    spread = np.maximum(spread, _LEAST)
    return np.asarray(np.clip(spread * exposure * np.mean(1.0 / spread, axis=0), _LEAST, 1.0))


def _thinned(seen: int, share: float) -> Masses:
    """Give the chance of each number of true ones among the seen."""
    if share >= 1.0:
        return np.append(np.zeros(seen), 1.0)
    counts = np.arange(seen + 1)
    log = _log_factorial(seen)
    masses: Masses = np.exp(
        log[seen] - log[counts] - log[seen - counts] + counts * np.log(share) + (seen - counts) * np.log1p(-share)
    )
    masses[masses < masses.max() * 1e-9] = 0.0
    return masses


def _log_factorial(most: int) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def _negative_binomial(shape: float, chance: float, length: int) -> Masses:
    """Give the chance of each number of failures before the ``shape``-th success, up to a length."""
    counts = np.arange(1, length)
    log = shape * np.log(chance) + np.concatenate(
        [[0.0], np.cumsum(np.log((shape + counts - 1.0) / counts) + np.log1p(-min(chance, 1.0 - 1e-12)))]
    )
    return np.asarray(np.exp(log))


def _length(mean: float, variance: float) -> int:
    """Give how many numbers from 0 on hold all of a distribution."""
    return int(min(mean + _TAIL * np.sqrt(variance) + 20.0, _MOST))


def _fitted(mean: float, variance: float) -> Masses:
    """Give a negative binomial distribution of a mean and a variance, which is larger."""
    if mean < 1e-9:  # noqa: PLR2004 - nothing is missed
        return np.ones(1)
    chance = min(mean / variance, 1.0 - 1e-9)
    return _negative_binomial(mean * chance / (1.0 - chance), chance, _length(mean, variance))


def _average(parts: list[Masses]) -> Masses:
    """Average distributions of different lengths."""
    whole = np.zeros(max(map(len, parts)))
    for part in parts:
        whole[: len(part)] += part
    return np.asarray(whole / whole.sum())


def _sum_of(one: Masses, other: Masses) -> Masses:
    """Give the distribution of the sum of two numbers."""
    return np.convolve(one, other)
