"""How likely an image's count is for each number of vehicles at a site.

Each vehicle is counted with a chance that is itself uncertain, and false alarms come on top: the N-mixture model of
Royle (Biometrics 60, 2004), its binomial a beta-binomial. One part of the uncertainty is common to all images of the
site, and is what the caller's nodes stand for; the other is each image's own.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, betaln, gammaln, ndtr
from scipy.stats import nbinom, poisson

from sidelook.model.columns import Floats, Integers
from sidelook.monitoring.settings import StockSettings

LEAST = 1e-9  # chance of a number of false alarms below which it is left out
SMALL = 1e-6  # variance, as a share of the largest possible, below which a chance is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One image's count.

    Attributes
    ----------
    counted, false_alarms : found; expected to be false
    detection_probability, detection_error : of a vehicle that the image shows
    share : of the site that it shows
    """

    counted: int
    false_alarms: float
    detection_probability: float
    detection_error: float
    share: float


def count_likelihood(count: Count, largest: int, nodes: Floats, settings: StockSettings) -> Floats:
    """Give the probability (Z, N + 1) of a count, for each number 0 ... N of vehicles at the site.

    Parameters
    ----------
    largest : N
    nodes : (Z,) standard normal deviates of the common part of the error
    """
    common = settings.common_error * count.detection_error**2
    chance = _chances(count.detection_probability, common, nodes)
    own = (1.0 - settings.common_error) * (count.detection_error * count.share) ** 2
    own_of_share = settings.patchiness * count.share * (1.0 - count.share) * chance**2
    false = np.arange(count.counted + 1)
    likely = _false_alarms(false, count.false_alarms, settings.false_alarm_spread)
    kept = (likely > LEAST) | (likely == likely.max())
    variance = own + own_of_share
    seen = _detected(count.counted - false[kept], largest, chance * count.share, variance)
    nothing = settings.bad_image / (1.0 + max(largest, count.counted))
    likelihood: Floats = (1.0 - settings.bad_image) * (seen @ likely[kept]) + nothing
    return likelihood


def _chances(mean: float, variance: float, nodes: Floats) -> Floats:
    """Quantiles (Z,) of a beta distribution at standard normal deviates."""
    spread = variance / (mean * (1.0 - mean)) if mean < 1.0 else 0.0
    if spread < SMALL:
        return np.full(nodes.shape, mean)
    weight = 1.0 / spread - 1.0
    chance: Floats = betaincinv(mean * weight, (1.0 - mean) * weight, ndtr(nodes))
    return np.clip(chance, 1e-6, 1.0)


def _false_alarms(number: Integers, mean: float, spread: float) -> Floats:
    if mean == 0.0:
        return np.where(number == 0, 1.0, 0.0)
    if spread**2 * mean < SMALL:
        return np.asarray(poisson.pmf(number, mean))
    shape = spread**-2
    return np.asarray(nbinom.pmf(number, shape, shape / (shape + mean)))


def _detected(seen: Integers, largest: int, chance: Floats, variance: Floats) -> Floats:
    """Probability (Z, N + 1, J) of so many seen, of 0 ... N: beta-binomial, binomial where the chance is known.

    Parameters
    ----------
    seen : (J,)
    chance, variance : (Z,) of a vehicle to be seen
    """
    number = np.arange(largest + 1)
    rest = number[:, None] - seen
    possible, rest = rest >= 0, np.maximum(rest, 0)
    factorial = gammaln(number + 1.0)
    ways = factorial[:, None] - gammaln(seen + 1.0) - factorial[rest]
    spread = variance / np.maximum(chance * (1.0 - chance), 1e-12)
    weight = 1.0 / np.clip(spread, SMALL, 0.5) - 1.0
    a, b = (chance * weight)[:, None], np.maximum((1.0 - chance) * weight, 1e-9)[:, None]
    unsure = (
        gammaln(seen + a)[:, None, :]
        + gammaln(number + b)[:, rest]
        - gammaln(number + a + b)[:, :, None]
        - betaln(a, b)[:, :, None]
    )
    missed = np.log(np.maximum(1.0 - chance, 1e-300))
    sure = seen * np.log(np.maximum(chance, 1e-300))[:, None, None] + rest * missed[:, None, None]
    log = ways + np.where((spread < SMALL)[:, None, None], sure, unsure)
    return np.asarray(np.where(possible, np.exp(np.minimum(log, 0.0)), 0.0), np.float64)
