"""The time of one site, cut where watching begins or ends, and where an image or a question falls."""

from dataclasses import dataclass

import numpy as np

from sidelook.model.columns import Flags, Floats, Integers
from sidelook.model.stock import FlowObservation, ImageCount
from sidelook.monitoring.errors import BACKWARDS, OUT_OF_TIME, OVERLAPPING, ClockError, ObservationError

LATEST = 1 << 61  # ns from 1970 either way, 73 years: differences must fit into 64 bits
MOST_CROSSINGS = 50_000  # in a span: more than an hour of any road


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Moments of a site and the stretches between them.

    Attributes
    ----------
    time : (T,) ns UTC, ascending
    flow : spans in which crossings could be seen, in order of time; none of them is cut
    row : (T,) first row of ``flow`` from each moment on: those up to the next one are the stretch's, none where nobody
        watched
    image : (I,) moment at which each image counts: where it was taken within a span, of which it is not known who
        crossed before it, the nearer end
    span, ahead : (I,) that row of ``flow``, and how far, as a share of it, the image was taken after (or, negative,
        before) the moment; 0 where it was taken at one
    asked : (A,) moment that answers each time asked for, likewise
    """

    time: Integers
    flow: FlowObservation
    row: Integers
    image: Integers
    span: Integers
    ahead: Floats
    asked: Integers


def lay_out(flow: FlowObservation, images: ImageCount, times: Integers) -> Timeline:
    """Cut the time of one site.

    Parameters
    ----------
    flow, images : of one site
    times : (A,) asked for, ns UTC

    Raises
    ------
    ClockError : spans end before they begin, or overlap, or a time is centuries away
    """
    events = np.concatenate([images.time, times])
    away = np.concatenate([events, flow.start, flow.end])
    away = away[(away < -LATEST) | (away > LATEST)]
    if len(away):
        raise ClockError(OUT_OF_TIME, site=int(np.append(flow.site, images.site)[0]), time=int(away[0]))
    flow = _in_order(flow)
    span, first, last = _around(flow, events)
    nearer = np.where(events - first <= last - events, first, last)
    ahead = (events - nearer) / np.maximum(last - first, 1)
    begins = np.append(True, flow.start[1:] != flow.end[:-1])[: len(flow)]
    time = np.unique(np.concatenate([flow.start[begins], flow.end[np.roll(begins, -1)], nearer]))
    place, pictures = np.searchsorted(time, nearer), len(images)
    return Timeline(
        time=time,
        flow=flow,
        row=np.searchsorted(flow.start, time),
        image=place[:pictures],
        span=span[:pictures],
        ahead=ahead[:pictures],
        asked=place[pictures:],
    )


def _around(flow: FlowObservation, events: Integers) -> tuple[Integers, Integers, Integers]:
    """Give the span that each event falls into, and its ends; itself twice where it falls into none."""
    span = np.searchsorted(flow.start, events, side="right") - 1
    if not len(flow):
        return span, events, events
    inside = (span >= 0) & (events > flow.start[span]) & (events < flow.end[span])
    return span, np.where(inside, flow.start[span], events), np.where(inside, flow.end[span], events)


def _in_order(flow: FlowObservation) -> FlowObservation:
    """Sort spans, and leave out those in which nothing could be seen.

    Raises
    ------
    ClockError : they end before they begin, or overlap
    """
    backwards = np.flatnonzero(flow.end <= flow.start)
    if len(backwards):
        row = int(backwards[0])
        raise ClockError(BACKWARDS, site=int(flow.site[row]), time=int(flow.start[row]))
    flow = flow.take((flow.exposure_in > 0.0) | (flow.exposure_out > 0.0))
    flow = flow.take(np.argsort(flow.start, kind="stable"))
    overlapping = np.flatnonzero(flow.start[1:] < flow.end[:-1])
    if len(overlapping):
        raise ClockError(OVERLAPPING, site=int(flow.site[0]), time=int(flow.start[overlapping[0] + 1]))
    return flow


def check_flow(flow: FlowObservation) -> None:
    """Refuse counts that cannot be.

    Raises
    ------
    ObservationError : names the first such row
    """
    for seen, exposure in ((flow.seen_in, flow.exposure_in), (flow.seen_out, flow.exposure_out)):
        _refuse(~((exposure >= 0.0) & (exposure <= 1.0)), "the chance of counting a crossing is not from 0 to 1")
        _refuse(seen < 0, "fewer crossings than none were counted")
        _refuse(seen > MOST_CROSSINGS, f"more than {MOST_CROSSINGS} crossings were counted in one span")
        _refuse((seen > 0) & (exposure == 0.0), "crossings were counted where nothing could be seen")


def check_images(images: ImageCount) -> None:
    """Refuse counts of images that cannot be.

    Raises
    ------
    ObservationError : names the first such row
    """
    chance, error = images.detection_probability, images.detection_error
    _refuse(images.counted < 0, "fewer vehicles than none were counted")
    _refuse(~((chance > 0.0) & (chance <= 1.0)), "a probability of detection is not above 0 and up to 1")
    _refuse(~((images.share > 0.0) & (images.share <= 1.0)), "the share of the site seen is not above 0 and up to 1")
    _refuse(~((images.false_alarms >= 0.0) & np.isfinite(images.false_alarms)), "false alarms are not 0 or more")
    # A chance of mean p has a variance of p (1 - p) where it is only ever 0 or 1.
    _refuse(~((error >= 0.0) & (error**2 <= 0.5 * chance * (1.0 - chance))), "a detection error cannot be")


def _refuse(wrong: Flags, what: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise ObservationError(what, row=int(rows[0]))
