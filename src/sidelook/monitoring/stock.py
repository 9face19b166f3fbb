"""How many vehicles are at a site, from what crossed its cordon and from images, over days and weeks.

    stock after = stock before + in - out,    count of an image = binomial of the stock + false alarms

is a state-space model on 0 ... N that is filtered and smoothed exactly (``lattice``): crossings that were counted are
known, those that were not have a distribution (``gains``, ``crossings``) by the site's own traffic (``pattern``), and
images say how likely each number is (``images``). Three unknowns stay all campaign long and are summed over on a few
nodes: the error of the probability of detection that all images share; how much of the turnover out of sight is not
balanced; and by how much in and out are counted unequally. Dail and Madsen (Biometrics 67, 2011) have the same frame
for animals.
"""

from dataclasses import dataclass

import numpy as np

from sidelook.model.columns import Floats, Integers, Octets, stack
from sidelook.model.origin import Origin, join_origins
from sidelook.model.stock import FlowObservation, ImageCount, StockBasis, StockTable
from sidelook.monitoring.errors import ContradictionError, NothingSeenError, StockTooLargeError
from sidelook.monitoring.gains import EXPOSURE_WEIGHTS, gains_of
from sidelook.monitoring.images import DETECTION_NODES, image_likelihoods
from sidelook.monitoring.lattice import Chain, ImpossibleError, Smoothed, smooth
from sidelook.monitoring.pattern import SECOND
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.timeline import Timeline, check_flow, check_images, lay_out

HEADROOM = 1.15
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
    origin : most protected one of all that was used
    """

    site: int
    time: Integers
    moment: Integers
    smoothed: Smoothed
    basis: Octets
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
    times : (A,) ns UTC at which to tell it; within a span that was watched its nearer end answers
    settings : what is believed beforehand

    Returns
    -------
    sites in order of their numbers, each with its times in order, once each

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
    step, length = gains_of(line, largest, max(LEAST_STEP, settings.step_share * _typical(images)), settings)
    return Chain(
        prior=1.0 / (1.0 + np.arange(largest + 1.0)),  # the scale of a number is unknown: Raftery, Biometrika 75, 1988
        nodes=np.repeat(nodes[:, None, :], len(settings.unbalanced), axis=1),
        step=step,
        likelihood=image_likelihoods(line, images, largest, settings),
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
        if moved > settings.largest:
            raise StockTooLargeError(site=int(line.flow.site[0]), needed=int(moved), largest=settings.largest)
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


def _basis(flow: FlowObservation, images: ImageCount, times: Integers, fresh: float) -> Octets:
    """Say what was seen near each time."""
    watched = (flow.exposure_in > 0.0) | (flow.exposure_out > 0.0)
    start, end = flow.start[watched], flow.end[watched]
    crossing = ((start <= times[:, None]) & (times[:, None] <= end)).any(axis=1)
    near = (np.abs(images.time - times[:, None]) <= fresh * SECOND).any(axis=1)
    return np.asarray(StockBasis.FLOW * crossing + StockBasis.IMAGE * near, np.uint8)
