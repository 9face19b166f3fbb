"""How likely an image's count is for each number of vehicles at a site.

Each vehicle is counted with a chance that is itself uncertain, and false alarms come on top: the N-mixture model of
Royle (Biometrics 60, 2004), its binomial a beta-binomial. One part of the uncertainty is common to all images of the
site, and is what the nodes stand for; the other is each image's own.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, betaln, gammaln, ndtr
from scipy.stats import binom, nbinom, poisson

from sidelook.model.columns import Floats, Integers
from sidelook.model.stock import FlowObservation, ImageCount
from sidelook.monitoring.pattern import SECOND
from sidelook.monitoring.settings import DAY, StockSettings
from sidelook.monitoring.timeline import Timeline

DETECTION_NODES = np.linspace(-2.5, 2.5, 9)  # near enough for a number known to 3 % where the chance is, to 5 %
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


def image_likelihoods(line: Timeline, images: ImageCount, largest: int, settings: StockSettings) -> list[Floats | None]:
    """Say how likely what images show is at each moment: (Z, 1, 1, N + 1), or None where there is none."""
    likelihoods: list[Floats | None] = [None] * len(line.time)
    weight = _image_weights(images, settings.same_missed)
    for row, moment in enumerate(line.image):
        count = Count(
            counted=int(images.counted[row]),
            false_alarms=float(images.false_alarms[row]),
            detection_probability=float(images.detection_probability[row]),
            detection_error=float(images.detection_error[row]),
            share=float(images.share[row]),
        )
        likely = count_likelihood(count, largest, DETECTION_NODES, settings) ** weight[row]
        if line.ahead[row]:
            likely = _blurred(likely, float(line.ahead[row]), line.flow, int(line.span[row]))
        before = likelihoods[moment]
        likely = likely[:, None, None, :]
        likelihoods[moment] = likely if before is None else before * likely
    return likelihoods


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


def _image_weights(images: ImageCount, correlation: float) -> Floats:
    """Give what each image counts: n that miss alike are worth n / (1 + (n - 1) correlation) (Kish, 1965)."""
    within_a_day = 2.0 * np.abs(images.time[:, None] - images.time) <= DAY * SECOND
    weight: Floats = 1.0 / (1.0 + (within_a_day.sum(axis=1) - 1.0) * correlation)
    return weight


def _blurred(likely: Floats, ahead: float, flow: FlowObservation, row: int) -> Floats:
    """Give the likelihood of the number at the end of a span of what was imaged ``ahead`` of it, within the span.

    Who was counted in the span crossed in that part of it with a chance that is the part's share.
    """
    came = binom.pmf(np.arange(flow.seen_in[row] + 1), flow.seen_in[row], abs(ahead))
    left = binom.pmf(np.arange(flow.seen_out[row] + 1), flow.seen_out[row], abs(ahead))
    gain = np.convolve(came, left[::-1])  # from -seen_out to seen_in
    lowest = -int(flow.seen_out[row])
    if ahead < 0.0:
        gain, lowest = gain[::-1], -int(flow.seen_in[row])
    padded = np.pad(likely, ((0, 0), (max(-lowest, 0), lowest + len(gain) - 1)), mode="edge")
    blurred: Floats = np.stack([np.correlate(line, gain, mode="valid") for line in padded])
    return blurred
