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


def count_likelihood(count: Count, number: Floats, nodes: Floats, settings: StockSettings) -> Floats:
    """Give the probability (Z, N) of a count.

    Parameters
    ----------
    number : (N,) vehicles at the site
    nodes : (Z,) standard normal deviates of the common part of the error
    """
    common = settings.common_error * count.detection_error**2
    chance = _chances(count.detection_probability, common, nodes)
    own = (1.0 - settings.common_error) * (count.detection_error * count.share) ** 2
    own_of_share = settings.patchiness * count.share * (1.0 - count.share) * chance**2
    false = np.arange(count.counted + 1)
    likely = _false_alarms(false, count.false_alarms, settings.false_alarm_spread)
    kept = (likely > LEAST) | (likely == likely.max())
    seen = _detected(
        (count.counted - false[kept])[None, None, :],
        number[None, :, None],
        (chance * count.share)[:, None, None],
        (own + own_of_share)[:, None, None],
    )
    nothing = settings.bad_image / (1.0 + max(float(number[-1]), count.counted))
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


def _detected(seen: Integers, number: Floats, chance: Floats, variance: Floats) -> Floats:
    """Probability of so many seen, of so many: beta-binomial, binomial where the chance is known."""
    possible = (seen <= number) & (seen >= 0)
    k, rest = np.where(possible, seen, 0), np.where(possible, number - seen, 0)
    ways = gammaln(k + rest + 1.0) - gammaln(k + 1.0) - gammaln(rest + 1.0)
    spread = variance / np.maximum(chance * (1.0 - chance), 1e-12)
    known = spread < SMALL
    weight = 1.0 / np.clip(spread, SMALL, 0.5) - 1.0
    a, b = chance * weight, np.maximum((1.0 - chance) * weight, 1e-9)
    sure = np.clip(chance, 1e-12, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        binomial = k * np.log(sure) + np.where(rest > 0, rest * np.log1p(-sure), 0.0)
    log = ways + np.where(known, binomial, betaln(k + a, rest + b) - betaln(a, b))
    return np.asarray(np.where(possible, np.exp(log), 0.0), np.float64)
