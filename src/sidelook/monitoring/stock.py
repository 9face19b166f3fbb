"""How many vehicles are at a site, from what crossed its cordon and from images, over days and weeks.

    stock after = stock before + in - out,    count of an image = binomial of the stock + false alarms

is a state-space model on 0 ... N that is filtered and smoothed exactly (``lattice``): crossings that were counted are
known, those that were not have a distribution (``crossings``) by the site's own traffic (``pattern``), and images say
how likely each number is (``images``). Three unknowns stay all campaign long and are summed over on a few nodes: the
error of the probability of detection that all images share; how much of the turnover out of sight is not balanced; and
by how much in and out are counted unequally. Dail and Madsen (Biometrics 67, 2011) have the same frame for animals.
"""

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, rfft
from scipy.stats import binom

from sidelook.model.columns import Floats, Integers, Octets, stack
from sidelook.model.origin import Origin, join_origins
from sidelook.model.stock import FlowObservation, ImageCount, StockBasis, StockTable
from sidelook.monitoring.crossings import LARGE, Complexes, groups, shifted, steps, uncounted
from sidelook.monitoring.errors import ContradictionError, NothingSeenError, StockTooLargeError
from sidelook.monitoring.images import Count, count_likelihood
from sidelook.monitoring.lattice import Chain, ImpossibleError, Smoothed, ring_angles, smooth
from sidelook.monitoring.pattern import SECOND, Pattern, learn_pattern
from sidelook.monitoring.settings import DAY, StockSettings
from sidelook.monitoring.timeline import Timeline, check_flow, check_images, lay_out

DETECTION_NODES = np.linspace(-2.5, 2.5, 9)  # near enough for a number known to 3 % where the chance is, to 5 %
EXPOSURE_NODES = np.array([-1.0, 0.0, 1.0]) * np.sqrt(3.0)  # of Gauss and Hermite, with their weights
EXPOSURE_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0
HEADROOM = 1.15
WITHOUT_IMAGE = 200  # vehicles asked about where no image says how many stood there
LEAST_STEP = 5.0  # vehicles
LEAST_CHANCE = 1e-9  # of a gain, below which it is not told from rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStock:
    """What is known of one site's stock.

    Attributes
    ----------
    site : its number
    time : (A,) asked for, ns UTC, ascending
    moment : (A,) of ``smoothed`` that answers each
    smoothed : posterior over the whole campaign
    basis : (A,) ``StockBasis``
    watched : (A - 1,) share of the time from one to the next in which the cordon was watched, by exposure
    origin : most protected one of all that was used
    """

    site: int
    time: Integers
    moment: Integers
    smoothed: Smoothed
    basis: Octets
    watched: Floats
    origin: Origin

    def probability(self) -> Floats:
        """Give the probability (A, N + 1) of each number at each time asked for."""
        return self.smoothed.probability()[self.moment]


def estimate_stock(
    flow: FlowObservation, images: ImageCount, times: Integers, settings: StockSettings | None = None
) -> StockTable:
    """Estimate the stock of every site that was observed.

    Parameters
    ----------
    flow, images : of any number of sites, in any order
    times : (A,) ns UTC at which to tell it
    settings : what is believed beforehand

    Raises
    ------
    ObservationError, ClockError, ContradictionError, StockTooLargeError : see ``follow_site``
    """
    settings = settings or StockSettings()
    sites = np.union1d(flow.site, images.site)
    followed = [follow_site(int(site), flow, images, times, settings) for site in sites]
    if not followed:
        return StockTable.empty(origins=())
    parts = [as_table(stock, settings.confidence) for stock in followed]
    columns = stack(parts, StockTable.DTYPES)
    columns["origin"] = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    return StockTable(**columns, origins=tuple(stock.origin for stock in followed))


def as_table(stock: SiteStock, confidence: float) -> StockTable:
    """Give a site's stock with equal-tailed intervals."""
    probability = stock.probability()
    low, high = interval(probability, confidence)
    number = np.arange(probability.shape[1])
    rows = len(stock.time)
    return StockTable(
        site=np.full(rows, stock.site, np.int32),
        time=stock.time,
        mean=probability @ number,
        low=low.astype(np.int32),
        high=high.astype(np.int32),
        basis=stock.basis,
        origin=np.zeros(rows, np.int32),
        origins=(stock.origin,),
    )


def interval(probability: Floats, confidence: float) -> tuple[Integers, Integers]:
    """Give the ends (A,), themselves in it, of the equal-tailed interval of numbers 0 ... N.

    Parameters
    ----------
    probability : (A, N + 1)
    """
    tail = 0.5 * (1.0 - confidence)
    below = np.cumsum(probability, axis=1)
    high = np.minimum((below < 1.0 - tail).sum(axis=1), probability.shape[1] - 1)
    low = np.minimum((below <= tail).sum(axis=1), high)
    return low.astype(np.int64), high.astype(np.int64)


def follow_site(
    site: int, flow: FlowObservation, images: ImageCount, times: Integers, settings: StockSettings
) -> SiteStock:
    """Follow one site's stock through all that was seen of it.

    Parameters
    ----------
    site : its number
    flow, images : rows of other sites are left out
    times : (A,) ns UTC at which to tell it

    Raises
    ------
    ObservationError : a row that cannot be
    ClockError : spans overlap, or end before they begin
    ContradictionError : no number of vehicles explains what was seen
    StockTooLargeError : there may be more than ``settings.largest``
    NothingSeenError : of this site there is no row
    """
    check_flow(flow)
    check_images(images)
    flow, images = flow.take(flow.site == site), images.take(images.site == site)
    origins = [flow.origins[k] for k in np.unique(flow.origin)] + [images.origins[k] for k in np.unique(images.origin)]
    if not origins:
        message = f"site {site}: nothing was observed of it; give its flow, or counts of its images"
        raise NothingSeenError(message)
    times = np.unique(np.asarray(times, np.int64))
    line = lay_out(flow, images, times)
    try:
        smoothed = smooth(build_chain(line, images, settings))
    except ImpossibleError as impossible:
        raise ContradictionError(site=site, time=int(line.time[impossible.moment])) from impossible
    return SiteStock(
        site=site,
        time=times,
        moment=line.asked,
        smoothed=smoothed,
        basis=_basis(flow, images, times, settings.fresh),
        watched=_watched(flow, times),
        origin=join_origins(origins),
    )


def build_chain(line: Timeline, images: ImageCount, settings: StockSettings) -> Chain:
    """Lay what was seen of one site out on its lattice.

    Raises
    ------
    StockTooLargeError
    """
    largest = _largest(line, images, settings)
    detection = np.exp(-0.5 * DETECTION_NODES**2)
    nodes = np.multiply.outer(detection / detection.sum(), EXPOSURE_WEIGHTS / len(settings.unbalanced))
    step, length = _gains(line, largest, max(LEAST_STEP, settings.step_share * _typical(images)), settings)
    return Chain(
        prior=1.0 / (1.0 + np.arange(largest + 1.0)),  # the scale of a number is unknown: Raftery, Biometrika 75, 1988
        nodes=np.repeat(nodes[:, None, :], len(settings.unbalanced), axis=1),
        step=step,
        likelihood=_likelihoods(line, images, largest, settings),
        length=length,
    )


def _typical(images: ImageCount) -> float:
    """Give the vehicles that images show in the middle; none without images."""
    if not len(images):
        return 0.0
    found = np.maximum(images.counted - images.false_alarms, 0.0)
    return float(np.median(found / (images.detection_probability * images.share)))


def _largest(line: Timeline, images: ImageCount, settings: StockSettings) -> int:
    """Choose the lattice: what images show and what was seen to come and go, with room above."""
    moved = _swing(line)
    if not len(images):
        return min(settings.largest, WITHOUT_IMAGE + int(2.0 * moved))
    likely, error = images.detection_probability, images.detection_error
    chance = np.maximum(likely - 2.0 * error, 0.3 * likely) * images.share
    most = float(((images.counted + 3.0 * np.sqrt(images.counted + 1.0)) / chance).max())
    needed = int(np.ceil(HEADROOM * most + moved)) + 10
    if needed > settings.largest:
        raise StockTooLargeError(site=int(images.site[0]), needed=needed, largest=settings.largest)
    return needed


def _swing(line: Timeline) -> float:
    """Give by how much the stock was seen to swing while it was watched without a gap, at most."""
    flow = line.flow
    chance_in, chance_out = np.maximum(flow.exposure_in, 0.1), np.maximum(flow.exposure_out, 0.1)
    gained = flow.seen_in / chance_in - flow.seen_out / chance_out
    stretches = np.split(gained, np.flatnonzero(flow.start[1:] != flow.end[:-1]) + 1)
    return max(float(np.ptp(np.append(0.0, np.cumsum(stretch)))) for stretch in stretches)


def _gains(line: Timeline, largest: int, size: float, settings: StockSettings) -> tuple[list[Complexes], int]:
    """Give characteristic functions of what the stock gains in each stretch, and the length of the ring.

    Axes: detection, balance, exposure, angle.
    """
    flow, pattern = line.flow, learn_pattern(line.flow, settings)
    mean, _ = pattern.expected(line.time[:-1], line.time[1:])
    of_span = pattern.expected(flow.start, flow.end)
    seen = np.diff(np.append(0, np.cumsum(flow.seen_in - flow.seen_out))[line.row])
    spread = 10.0 * np.sqrt(pattern.dispersion * mean.sum(axis=1).max(initial=1.0))
    angle, length = ring_angles(largest, max(4.0 * LARGE * size, spread + np.abs(seen).max(initial=0)))
    days = (line.time[1:] - line.time[:-1]) / (SECOND * settings.step_interval)
    share = np.array(settings.unbalanced)[None, :, None, None]
    gains: list[Complexes] = []
    for stretch, rows in enumerate(zip(line.row[:-1], line.row[1:], strict=True)):
        came, left = (share * mean[stretch, way] for way in range(2))
        usual = groups(angle, came, pattern.dispersion) * groups(-angle, left, pattern.dispersion)
        usual = usual * steps(angle, days[stretch], size)
        if rows[0] < rows[1]:
            counted = _counted(flow, range(*rows), (pattern, of_span), angle, settings)
            usual = _weighed(usual, counted, length)
        gains.append(usual)
    return gains, length


def _counted(
    flow: FlowObservation,
    rows: range,
    traffic: tuple[Pattern, tuple[Floats, Floats]],
    angle: Floats,
    settings: StockSettings,
) -> tuple[Complexes, Complexes]:
    """Give the gain (1, 1, X, L / 2 + 1) of watched spans after and before counting, were in and out independent."""
    pattern, (mean, weight) = traffic
    tilt = settings.exposure_error * EXPOSURE_NODES[None, None, :, None]
    shape = 1.0 / ((pattern.dispersion - 1.0) / mean + 1.0 / weight)
    after, before = np.ones((1, 1, 1, 1), np.complex128), np.ones((1, 1, 1, 1), np.complex128)
    for row in rows:
        ways = (
            (angle, int(flow.seen_in[row]), shifted(flow.exposure_in[row], tilt)),
            (-angle, int(flow.seen_out[row]), shifted(flow.exposure_out[row], -tilt)),
        )
        for way, (along, seen, exposure) in enumerate(ways):
            prior = {"shape": shape[row, way], "mean": mean[row, way]}
            rest = uncounted(along, counted=seen, exposure=exposure, **prior)
            after = after * np.exp(1j * along * seen) * rest
            before = before * uncounted(along, counted=0, exposure=np.zeros(1), **prior)
    return after, before


def _weighed(usual: Complexes, counted: tuple[Complexes, Complexes], length: int) -> Complexes:
    """Join what a stretch usually gains with what its counts say.

    How likely the counts are for each gain is what they make of independent in and out, over what that was before.
    """
    after, before = (np.maximum(irfft(part, length, axis=-1), 0.0) for part in counted)
    gain = after / np.maximum(before, LEAST_CHANCE) * np.maximum(irfft(usual, length, axis=-1), 0.0)
    return np.asarray(rfft(gain / gain.sum(axis=-1, keepdims=True), axis=-1), np.complex128)


def _likelihoods(line: Timeline, images: ImageCount, largest: int, settings: StockSettings) -> list[Floats | None]:
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


def _basis(flow: FlowObservation, images: ImageCount, times: Integers, fresh: float) -> Octets:
    """Say what was seen near each time."""
    watched = (flow.exposure_in > 0.0) | (flow.exposure_out > 0.0)
    start, end = flow.start[watched], flow.end[watched]
    crossing = ((start <= times[:, None]) & (times[:, None] <= end)).any(axis=1)
    near = (np.abs(images.time - times[:, None]) <= fresh * SECOND).any(axis=1)
    return np.asarray(StockBasis.FLOW * crossing + StockBasis.IMAGE * near, np.uint8)


def _watched(flow: FlowObservation, times: Integers) -> Floats:
    """Give the share of the time between times asked for in which a crossing would have been counted."""
    begin, finish = times[:-1, None], times[1:, None]
    overlap = np.clip(np.minimum(flow.end, finish) - np.maximum(flow.start, begin), 0, None)
    exposure = 0.5 * (flow.exposure_in + flow.exposure_out)
    share: Floats = (overlap * exposure).sum(axis=1) / np.maximum(times[1:] - times[:-1], 1)
    return share
