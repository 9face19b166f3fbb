"""The time of one site, cut where something begins, ends, is imaged or asked for."""

from dataclasses import dataclass

import numpy as np

from sidelook.model.columns import Flags, Floats, Indices, Integers
from sidelook.model.stock import FlowObservation, ImageCount
from sidelook.monitoring.errors import ClockError, ObservationError

NOBODY = -1  # row of a span in which nothing was watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Moments of a site and the spans between them.

    Attributes
    ----------
    time : (T,) ns UTC, ascending
    row : (T - 1,) of the flow in the span that follows, ``NOBODY`` where it was not watched
    image : (I,) moment at which each image counts: where it was taken within a watched span, of which it is not known
        who crossed before it, the nearer end
    ahead : (I,) how far, as a share of that span, the image was taken after (or, negative, before) that moment
    asked : (A,) moment that answers each time asked for, likewise
    """

    time: Integers
    row: Indices
    image: Integers
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
    ClockError : spans end before they begin, or overlap
    """
    watched = np.flatnonzero((flow.exposure_in > 0.0) | (flow.exposure_out > 0.0))
    order = watched[np.argsort(flow.start[watched], kind="stable")]
    start, end = flow.start[order], flow.end[order]
    _check_clocks(flow, start, end)
    events = np.concatenate([images.time, times])
    span = np.searchsorted(start, events, side="right") - 1
    if len(order):
        inside = (span >= 0) & (events > start[span]) & (events < end[span])
        first = np.where(inside, start[span], events)
        last = np.where(inside, end[span], events)
    else:
        first = last = events
    nearer = np.where(events - first <= last - events, first, last)
    ahead = (events - nearer) / np.maximum(last - first, 1)
    time = np.unique(np.concatenate([start, end, nearer]))
    row = np.full(max(len(time) - 1, 0), NOBODY, np.int32)
    row[np.searchsorted(time, start)] = order
    place = np.searchsorted(time, nearer)
    pictures = len(images)
    return Timeline(time=time, row=row, image=place[:pictures], ahead=ahead[:pictures], asked=place[pictures:])


def _check_clocks(flow: FlowObservation, start: Integers, end: Integers) -> None:
    backwards = np.flatnonzero(flow.end <= flow.start)
    if len(backwards):
        row = int(backwards[0])
        raise ClockError(site=int(flow.site[row]), time=int(flow.start[row]), backwards=True)
    overlapping = np.flatnonzero(start[1:] < end[:-1])
    if len(overlapping):
        raise ClockError(site=int(flow.site[0]), time=int(start[overlapping[0] + 1]), backwards=False)


def check_flow(flow: FlowObservation) -> None:
    """Refuse counts that cannot be.

    Raises
    ------
    ObservationError : names the first such row
    """
    for seen, exposure in ((flow.seen_in, flow.exposure_in), (flow.seen_out, flow.exposure_out)):
        _refuse(~((exposure >= 0.0) & (exposure <= 1.0)), "the chance of counting a crossing is not from 0 to 1")
        _refuse(seen < 0, "fewer crossings than none were counted")
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
