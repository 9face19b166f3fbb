"""Requests while a mission is played: when each is asked, and what the radar says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import radians

from sidelook.model.collection import JobAnswer, JobRequest, RadarMode
from sidelook.simulation.scenario.settings import RequestSection
from sidelook.simulation.schedule import Timeline, TimelineState, answer

_NATIONALITY = "XN"  # as the simulated platform's


def waiting_at(requests: Iterable[JobRequest], start: int, end: int) -> Mapping[int, Sequence[JobRequest]]:
    """Say when requests are asked.

    Parameters
    ----------
    requests : those that name no earliest time are asked at the start
    start, end : of the mission, ns UTC

    Returns
    -------
    requests by the time, ns UTC, from ``start`` to before ``end``, in the order given where times are equal; those that
    come later are in none of them
    """
    waiting: dict[int, list[JobRequest]] = {}
    for request in requests:
        asked = request if request.earliest else replace(request, earliest=start)
        if asked.earliest < end:
            waiting.setdefault(max(asked.earliest, start), []).append(asked)
    return waiting


def ask(
    timeline: Timeline, state: TimelineState, requests: Sequence[JobRequest]
) -> tuple[TimelineState, tuple[JobAnswer, ...]]:
    """Have requests answered one after the other, each knowing what the ones before came to."""
    answers = []
    for request in requests:
        state, said = answer(timeline, state, request)
        answers.append(said)
    return state, tuple(answers)


def make_requests(sections: Iterable[RequestSection], start: int) -> tuple[JobRequest, ...]:
    """Turn the sections of a scenario into requests of a mission that begins at ``start``, ns UTC."""
    return tuple(_make_request(section, start) for section in sections)


def _make_request(section: RequestSection, start: int) -> JobRequest:
    mode = section.mode
    return JobRequest(
        requestor=section.requestor,
        task=section.task,
        corners=tuple((radians(latitude), radians(longitude)) for latitude, longitude in section.corners_deg),
        earliest=start + round(section.at_s * 1e9),
        priority=section.priority,
        mode=mode if isinstance(mode, int) else RadarMode[mode.upper()],
        range_resolution=section.resolution_m,
        cross_range_resolution=section.resolution_m,
        allowed_delay=section.delay_s,
        duration=section.duration_s,
        revisit=section.revisit_s,
        cancel=section.cancel,
        nationality=_NATIONALITY,
    )
