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
from scipy.special import roots_hermitenorm
from scipy.stats import binom

from sidelook.model.columns import Floats, Integers, Octets, stack
from sidelook.model.origin import Origin, join_origins
from sidelook.model.stock import FlowObservation, ImageCount, StockBasis, StockTable
from sidelook.monitoring.crossings import Complexes, groups, shifted, steps, uncounted
from sidelook.monitoring.errors import ContradictionError, NothingSeenError, StockTooLargeError
from sidelook.monitoring.images import Count, count_likelihood
from sidelook.monitoring.lattice import Chain, ImpossibleError, Smoothed, ring_angles, smooth
from sidelook.monitoring.pattern import SECOND, Pattern, learn_pattern
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.timeline import NOBODY, Timeline, check_flow, check_images, lay_out

DETECTION_NODES, EXPOSURE_NODES = 7, 3
HEADROOM = 1.3
WITHOUT_IMAGE = 200  # vehicles asked about where no image says how many stood there
LEAST_STEP = 5.0  # vehicles


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
        smoothed = smooth(build_chain(line, flow, images, settings))
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


def build_chain(line: Timeline, flow: FlowObservation, images: ImageCount, settings: StockSettings) -> Chain:
    """Lay what was seen of one site out on its lattice.

    Raises
    ------
    StockTooLargeError
    """
    largest = _largest(line, flow, images, settings)
    pattern = learn_pattern(flow, settings)
    mean, weight = pattern.expected(line.time[:-1], line.time[1:])
    # Of what is out of sight the difference counts, and it is some ten standard deviations at most.
    spread = 10.0 * np.sqrt(pattern.dispersion * mean.sum(axis=1).max(initial=0.0))
    angle, length = ring_angles(largest, spread)
    detection, detection_weight = _nodes(DETECTION_NODES)
    exposure, exposure_weight = _nodes(EXPOSURE_NODES)
    balance = np.array(settings.unbalanced)
    nodes = detection_weight[:, None, None] * exposure_weight / len(balance)
    size = max(LEAST_STEP, settings.step_share * _typical(images))
    return Chain(
        prior=1.0 / (1.0 + np.arange(largest + 1.0)),  # the scale of a number is unknown: Raftery, Biometrika 75, 1988
        nodes=np.broadcast_to(nodes, (len(detection), len(balance), len(exposure))),
        step=[
            _step(line, span, (flow, pattern, settings), (mean[span], weight[span]), (angle, size, exposure))
            for span in range(len(mean))
        ],
        likelihood=_likelihoods(line, flow, images, (np.arange(largest + 1.0), detection), settings),
        length=length,
    )


def _nodes(count: int) -> tuple[Floats, Floats]:
    """Nodes and weights of a standard normal variable (Gauss and Hermite)."""
    places, weights = roots_hermitenorm(count)
    return np.asarray(places, np.float64), np.asarray(weights / weights.sum(), np.float64)


def _typical(images: ImageCount) -> float:
    """Give the vehicles that images show in the middle; none without images."""
    if not len(images):
        return 0.0
    found = np.maximum(images.counted - images.false_alarms, 0.0)
    return float(np.median(found / (images.detection_probability * images.share)))


def _largest(line: Timeline, flow: FlowObservation, images: ImageCount, settings: StockSettings) -> int:
    """Choose the lattice: what images show and what was seen to come and go, with room above."""
    moved = _swing(line, flow)
    if not len(images):
        return min(settings.largest, WITHOUT_IMAGE + int(2.0 * moved))
    likely, error = images.detection_probability, images.detection_error
    chance = np.maximum(likely - 2.0 * error, 0.3 * likely) * images.share
    most = float(((images.counted + 3.0 * np.sqrt(images.counted + 1.0)) / chance).max())
    needed = int(np.ceil(HEADROOM * (most + moved))) + 10
    if needed > settings.largest:
        raise StockTooLargeError(site=int(images.site[0]), needed=needed, largest=settings.largest)
    return needed


def _swing(line: Timeline, flow: FlowObservation) -> float:
    """Give by how much the stock was seen to swing while it was watched without a gap, at most."""
    chance_in, chance_out = np.maximum(flow.exposure_in, 0.1), np.maximum(flow.exposure_out, 0.1)
    net = flow.seen_in / chance_in - flow.seen_out / chance_out
    gained = np.where(line.row == NOBODY, 0.0, net[line.row] if len(net) else 0.0)
    stretches = np.split(gained, np.flatnonzero(line.row == NOBODY))
    return max(float(np.ptp(np.append(0.0, np.cumsum(stretch)))) for stretch in stretches)


def _step(
    line: Timeline,
    span: int,
    known: tuple[FlowObservation, Pattern, StockSettings],
    expected: tuple[Floats, Floats],
    places: tuple[Floats, float, Floats],
) -> Complexes:
    """Characteristic function of what the stock gains in a span; axes: detection, balance, exposure, angle."""
    flow, pattern, settings = known
    mean, weight = expected
    angle, size, exposure = places
    row, duration = line.row[span], (line.time[span + 1] - line.time[span]) / SECOND
    if row == NOBODY:
        share = np.array(settings.unbalanced)[None, :, None, None]
        gained = groups(angle, share * mean[0], pattern.dispersion) * groups(
            -angle, share * mean[1], pattern.dispersion
        )
        unwatched = 1.0
    else:
        tilt = settings.exposure_error * exposure[None, None, :, None]
        shape = 1.0 / ((pattern.dispersion - 1.0) / mean + 1.0 / weight)
        seen = (int(flow.seen_in[row]), int(flow.seen_out[row]))
        chance = (flow.exposure_in[row], flow.exposure_out[row])
        gained = np.exp(1j * angle * (seen[0] - seen[1]))
        for way, (along, odds) in enumerate(((angle, tilt), (-angle, -tilt))):
            gained = gained * uncounted(
                along, counted=seen[way], exposure=shifted(chance[way], odds), shape=shape[way], mean=mean[way]
            )
        unwatched = 1.0 - 0.5 * (chance[0] + chance[1])
    return np.asarray(gained * steps(angle, unwatched * duration / settings.step_interval, size), np.complex128)


def _likelihoods(
    line: Timeline, flow: FlowObservation, images: ImageCount, lattice: tuple[Floats, Floats], settings: StockSettings
) -> list[Floats | None]:
    """Say how likely what images show is at each moment: (Z, 1, 1, N + 1), or None where there is none."""
    number, nodes = lattice
    likelihoods: list[Floats | None] = [None] * len(line.time)
    for row, (moment, ahead) in enumerate(zip(line.image, line.ahead, strict=True)):
        count = Count(
            counted=int(images.counted[row]),
            false_alarms=float(images.false_alarms[row]),
            detection_probability=float(images.detection_probability[row]),
            detection_error=float(images.detection_error[row]),
            share=float(images.share[row]),
        )
        likely = count_likelihood(count, number, nodes, settings)
        if ahead:
            likely = _blurred(likely, ahead, flow, int(line.row[moment if ahead > 0.0 else moment - 1]))
        before = likelihoods[moment]
        likely = likely[:, None, None, :]
        likelihoods[moment] = likely if before is None else before * likely
    return likelihoods


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
