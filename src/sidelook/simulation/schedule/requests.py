"""Requests for jobs, as ground stations send them, and the radar's answers: approved, changed, or denied with a cause.

Only surveillance is granted: a mode that is not in ``RadarMode`` is denied, whatever its number means elsewhere.
"""

from dataclasses import dataclass, replace

import numpy as np

from sidelook.errors import UsageError
from sidelook.model.collection import Corner, JobAnswer, JobRequest, RadarMode, RequestStatus
from sidelook.simulation.schedule.areas import Polygon, area_of, box_around, contains
from sidelook.simulation.schedule.imaging import plan_aperture, possible_starts
from sidelook.simulation.schedule.jobs import LOWEST, Job, JobKind
from sidelook.simulation.schedule.load import allot, demand
from sidelook.simulation.schedule.reach import reach
from sidelook.simulation.schedule.state import TimelineState
from sidelook.simulation.schedule.timeline import Timeline, add_job, remove_job
from sidelook.simulation.schedule.views import STEP, view

_KINDS = {
    RadarMode.FIXED_TARGETS: JobKind.SPOT_IMAGE,
    RadarMode.MEDIUM_RESOLUTION_SECTOR: JobKind.SECTOR,
    RadarMode.LOW_RESOLUTION_SECTOR: JobKind.SECTOR,
    RadarMode.WIDE_AREA_GROUND_REFERENCED: JobKind.WIDE_AREA,
    RadarMode.WIDE_AREA_RADAR_REFERENCED: JobKind.WIDE_AREA,
}
# What may be out of view for ever without a change of the area: corners between two samples of the flight.
_SLIVER = 0.02
_LONGEST_SEARCH = 6 * 3_600.0
# An interval is sent in tenths of a second.
_TENTH = 0.1
_FINEST_SHARE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """What requests may come to.

    Attributes
    ----------
    priority : of requests that name none
    wide_revisit, sector_revisit : of requests that name none, s
    largest_sector : area from which on moving targets are a matter for wide area surveillance, m^2
    dwell_time : of a beam, s
    resolution : of images that name none, m
    area_of_interest : outside of which nothing is granted; None grants it anywhere
    longest_stretch : by which a revisit may be lengthened; beyond it the request is denied
    patience : how far ahead an area must come into view where the request allows any delay, s
    most_jobs : at one time
    """

    priority: int = 50
    wide_revisit: float = 60.0
    sector_revisit: float = 10.0
    largest_sector: float = 2_500e6
    dwell_time: float = 0.131
    resolution: float = 1.0
    area_of_interest: Polygon | None = None
    longest_stretch: float = 6.0
    patience: float = 1_800.0
    most_jobs: int = 64


class _DeniedError(Exception):
    """A request is denied: status and reason."""

    def __init__(self, status: RequestStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def answer(
    timeline: Timeline, state: TimelineState, request: JobRequest, policy: RequestPolicy | None = None
) -> tuple[TimelineState, JobAnswer]:
    """Grant, change or deny a request.

    Parameters
    ----------
    timeline, state : of the radar, now
    request : what is asked for
    policy : what it may come to; None is the default

    Returns
    -------
    state : with the job, where one is granted, or without the one that is cancelled
    answer : to be sent back
    """
    rules = policy or RequestPolicy()
    try:
        if request.cancel:
            return _cancel(state, request)
        job = _wanted(state, request, rules)
        job, start, changes = _fit(timeline, state, job, request, rules)
    except _DeniedError as denied:
        return state, JobAnswer(request=request, status=denied.status, reason=str(denied))
    added = add_job(state, job)
    added = replace(added, requested=(*added.requested, (request.requestor, request.task, job.number)))
    return added, JobAnswer(
        request=request,
        status=RequestStatus.MODIFIED if changes else RequestStatus.APPROVED,
        reason="; ".join(changes) or "as requested",
        job=job.number,
        priority=job.priority,
        corners=job.area.corners if job.area is not None else (),
        duration=request.duration,
        revisit=job.revisit if np.isfinite(job.revisit) else 0.0,
        start=start,
    )


def _cancel(state: TimelineState, request: JobRequest) -> tuple[TimelineState, JobAnswer]:
    number = _number_of(state, request)
    if number is None:
        raise _DeniedError(RequestStatus.DENIED_ILLEGAL_REQUEST, "no job of this requestor and task to cancel")
    done = JobAnswer(request=request, status=RequestStatus.APPROVED, reason="cancelled", job=number, start=state.time)
    return remove_job(state, number), done


def _number_of(state: TimelineState, request: JobRequest) -> int | None:
    asked = (request.requestor, request.task)
    return next((number for *who, number in state.requested if tuple(who) == asked), None)


def _wanted(state: TimelineState, request: JobRequest, rules: RequestPolicy) -> Job:
    """Turn a request into a job, or deny it for what it is."""
    illegal = RequestStatus.DENIED_ILLEGAL_REQUEST
    if request.mode not in list(RadarMode):
        raise _DeniedError(illegal, f"mode {request.mode} is not one of the surveillance modes that are granted")
    if _number_of(state, request) is not None:
        raise _DeniedError(illegal, "this requestor and task have a job already: cancel it first")
    area = _area(request.corners)
    numbers = (
        request.range_resolution, request.cross_range_resolution, request.allowed_delay, request.duration,
        request.revisit,
    )  # fmt: skip
    if not (np.isfinite(numbers).all() and min(numbers) >= 0.0 and 0 <= request.priority <= LOWEST):
        raise _DeniedError(illegal, "resolution, delay, duration, revisit or priority is not a number that can be")
    if len(state.jobs) >= rules.most_jobs:
        raise _DeniedError(RequestStatus.DENIED_TIMELINE, f"the radar has {rules.most_jobs} jobs already")
    kind = _KINDS.get(RadarMode(request.mode))
    if kind is None:
        kind = JobKind.SECTOR if area_of(area) <= rules.largest_sector else JobKind.WIDE_AREA
    usual = {
        JobKind.SECTOR: rules.sector_revisit,
        JobKind.WIDE_AREA: rules.wide_revisit,
    }.get(kind, np.inf)
    begin = max(request.earliest, state.time)
    end = begin + round(request.duration * 1e9) if request.duration else None
    if kind is JobKind.SPOT_IMAGE and not request.revisit:
        # One image: its duration is its own, and it is given up when the delay is over.
        end = request.earliest + round(request.allowed_delay * 1e9) if request.allowed_delay else None
    if (request.allowed_delay and request.earliest + request.allowed_delay * 1e9 < state.time) or (
        end or begin + 1
    ) <= begin:
        raise _DeniedError(RequestStatus.DENIED_TIMELINE, "the time asked for is over")
    return Job(
        number=state.highest_number + 1,
        kind=kind,
        area=area,
        priority=request.priority or rules.priority,
        revisit=request.revisit or usual,
        dwell_time=rules.dwell_time,
        begin=begin,
        end=end,
        resolution=max(request.range_resolution, request.cross_range_resolution) or rules.resolution,
    )


def _area(corners: tuple[Corner, ...]) -> Polygon:
    try:
        area = Polygon(corners=corners)
    except (UsageError, ValueError, TypeError) as error:
        raise _DeniedError(RequestStatus.DENIED_ILLEGAL_REQUEST, str(error)) from error
    if not area_of(area) > 0.0:
        raise _DeniedError(RequestStatus.DENIED_ILLEGAL_REQUEST, "the corners enclose no area")
    return area


def _fit(
    timeline: Timeline, state: TimelineState, job: Job, request: JobRequest, rules: RequestPolicy
) -> tuple[Job, int, list[str]]:
    """Fit a job to what the orbit shows and the radar has time for; give it, its start, and what was changed."""
    latest = job.begin + round(rules.patience * 1e9)
    if request.allowed_delay:
        latest = request.earliest + round(min(request.allowed_delay, _LONGEST_SEARCH) * 1e9)
    if job.end is not None:
        latest = min(latest, job.end)
    job, start, changes = _in_view(timeline, job, latest, rules)
    if job.images:
        job, start, more = _imaged(timeline, job, start, latest)
    else:
        job, more = _in_time(timeline, state, job, start, rules)
    return job, start, changes + more


def _in_view(timeline: Timeline, job: Job, latest: int, rules: RequestPolicy) -> tuple[Job, int, list[str]]:
    """Cut an area to what the orbit shows of it."""
    assert job.area is not None  # noqa: S101 -- for the type checker: requests have corners
    interest = rules.area_of_interest
    found = reach(timeline.setting, job.area, job.begin, latest)
    if interest is not None and not contains(interest, found.latitude, found.longitude).any():
        raise _DeniedError(RequestStatus.DENIED_AREA_OF_INTEREST, "the area lies outside the area of interest")
    if found.first is None:
        if found.beyond_horizon:
            raise _DeniedError(RequestStatus.DENIED_LINE_OF_SIGHT, "the area lies beyond the horizon")
        raise _DeniedError(RequestStatus.DENIED_ORBIT, "the orbit does not bring the area into view in time")
    if job.images or np.mean(~found.seen) <= _SLIVER:
        return job, found.first, []
    cut = box_around(found.latitude[found.seen], found.longitude[found.seen], job.area)
    if not area_of(cut) > 0.0:
        raise _DeniedError(RequestStatus.DENIED_ORBIT, "the orbit brings no more than an edge of the area into view")
    return replace(job, area=cut), found.first, ["area cut to what the orbit brings into view"]


def _in_time(
    timeline: Timeline, state: TimelineState, job: Job, start: int, rules: RequestPolicy
) -> tuple[Job, list[str]]:
    """Lengthen a revisit to what the radar has time for."""
    others = [kept.job for kept in state.jobs]
    jobs = [*others, job]
    wanted = [demand(timeline.setting, timeline.limits, each, start) for each in jobs]
    granted = allot(wanted, [each.priority for each in jobs])
    share = float(granted[-1]) / wanted[-1] if wanted[-1] > 0.0 else 1.0
    if share >= 1.0 - _FINEST_SHARE:
        return job, []
    if share * rules.longest_stretch < 1.0:
        pressed = any(each.priority < job.priority for each in others)
        status = RequestStatus.DENIED_PRIORITY if pressed else RequestStatus.DENIED_TIMELINE
        raise _DeniedError(status, f"the radar has time for {100 * share:.0f} % of what this takes")
    revisit = float(np.ceil(job.revisit / share / _TENTH)) * _TENTH
    return replace(job, revisit=revisit), [f"revisit every {revisit:.1f} s: the radar has no time for more"]


def _imaged(timeline: Timeline, job: Job, start: int, latest: int) -> tuple[Job, int, list[str]]:
    """Find the first time at which an image can be taken, as fine as the radar can."""
    changes = []
    if job.resolution < timeline.limits.finest:
        job = replace(job, resolution=timeline.limits.finest)
        changes.append(f"resolution {job.resolution:g} m: the radar has no finer one")
    seen = view(timeline.setting, job, start, latest + 300_000_000_000)
    possible = np.flatnonzero(possible_starts(timeline.setting, timeline.limits, job, seen))
    moments = seen.begin + possible * STEP
    moments = moments[(moments >= job.begin) & (moments <= latest)]
    for moment in [job.begin, *moments.tolist()]:
        if not plan_aperture(timeline.setting, timeline.limits, job, moment).obstacle:
            return job, moment, changes
    obstacle = plan_aperture(timeline.setting, timeline.limits, job, start).obstacle
    why = obstacle.name.lower().replace("_", " ")
    raise _DeniedError(RequestStatus.DENIED_ORBIT, f"no image can be taken in time: {why}")
