"""Every cause of the standard that the radar can have, and that what is granted is done."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame
from sidelook.model.collection import JobAnswer, JobRequest, RadarMode, RequestStatus
from sidelook.model.radar import Radar
from sidelook.simulation.schedule import (
    Area,
    Job,
    JobKind,
    RequestPolicy,
    Setting,
    Timeline,
    TimelineState,
    answer,
    rectangle,
)
from sidelook.simulation.schedule.areas import area_of

START = 1_777_876_200_000_000_000
SECOND = 1_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
NORTH = (FRAME.latitude, FRAME.longitude)
WIDE = Job(number=7, toward=NORTH, priority=50)


def corners(half: float, east: float = 0.0, north: float = 0.0) -> tuple[tuple[float, float], ...]:
    area = Area(frame=FRAME, west=east - half, south=north - half, east=east + half, north=north + half)
    return rectangle(area).corners


SECTOR = JobRequest(requestor="GROUND 1", task="A", corners=corners(4e3), earliest=START, priority=9, revisit=10.0)
IMAGE = replace(SECTOR, task="B", mode=RadarMode.FIXED_TARGETS, cross_range_resolution=1.0, revisit=0.0)


@pytest.fixture
def state(timeline: Timeline) -> TimelineState:
    return timeline.init((WIDE,), START)


def ask(timeline: Timeline, state: TimelineState, request: JobRequest, **policy: object) -> JobAnswer:
    return answer(timeline, state, request, RequestPolicy(**policy))[1]  # type: ignore[arg-type]


def test_what_is_granted_is_done(timeline: Timeline, state: TimelineState) -> None:
    state, said = answer(timeline, state, SECTOR)
    assert said.status is RequestStatus.APPROVED
    assert said.granted
    assert (said.job, said.priority, said.revisit, said.start) == (8, 9, 10.0, START)
    assert said.corners == SECTOR.corners
    _, dwells, _ = timeline.step(state, START + 100 * SECOND)
    mine = np.array([origin.job for origin in dwells.origins])[dwells.origin] == said.job
    assert dwells.revisit[mine].max() == 9


def test_defaults_are_the_radars(timeline: Timeline) -> None:
    said = ask(timeline, timeline.init((), START), replace(SECTOR, priority=0, revisit=0.0, mode=RadarMode.UNSPECIFIED))
    assert (said.status, said.priority, said.revisit) == (RequestStatus.APPROVED, 50, 10.0)
    wide = ask(timeline, timeline.init((), START), replace(SECTOR, corners=corners(40e3), revisit=0.0))
    assert (wide.status, wide.revisit) == (RequestStatus.APPROVED, 60.0)


def test_a_job_has_its_duration(timeline: Timeline, state: TimelineState) -> None:
    state, said = answer(timeline, state, replace(SECTOR, duration=30.0))
    state, dwells, _ = timeline.step(state, START + 100 * SECOND)
    mine = np.array([origin.job for origin in dwells.origins])[dwells.origin] == said.job
    assert dwells.time[mine].max() < START + 30 * SECOND
    assert [kept.job.number for kept in state.jobs] == [7]
    # The name is free again.
    assert ask(timeline, state, replace(SECTOR, earliest=state.time)).granted


@pytest.mark.parametrize("mode", [2, 3, 4, 11, 12, 13, 14, 15, 20, 21, 31, 99, 255, -1])
def test_only_surveillance_is_granted(timeline: Timeline, state: TimelineState, mode: int) -> None:
    after, said = answer(timeline, state, replace(SECTOR, mode=mode))
    assert said.status is RequestStatus.DENIED_ILLEGAL_REQUEST
    assert "surveillance" in said.reason
    assert not said.granted
    assert after == state


@pytest.mark.parametrize(
    "changes",
    [
        {"corners": ()},
        {"corners": ((0.66, -0.75),) * 4},
        {"corners": ((np.nan, 0.0),) * 4},
        {"corners": ((66.0, 7.0), (66.0, 8.0), (67.0, 8.0), (67.0, 7.0))},
        {"priority": 100},
        {"priority": -1},
        {"revisit": -1.0},
        {"duration": np.inf},
        {"allowed_delay": np.nan},
    ],
)
def test_what_makes_no_sense_is_illegal(timeline: Timeline, state: TimelineState, changes: dict[str, object]) -> None:
    assert ask(timeline, state, replace(SECTOR, **changes)).status is RequestStatus.DENIED_ILLEGAL_REQUEST  # type: ignore[arg-type]


def test_beyond_the_horizon_there_is_no_line_of_sight(timeline: Timeline, state: TimelineState) -> None:
    said = ask(timeline, state, replace(SECTOR, corners=corners(4e3, north=500e3)))
    assert said.status is RequestStatus.DENIED_LINE_OF_SIGHT


def test_out_of_range_it_is_the_orbit(timeline: Timeline, state: TimelineState) -> None:
    said = ask(timeline, state, replace(SECTOR, corners=corners(4e3, north=150e3)))
    assert said.status is RequestStatus.DENIED_ORBIT


def test_what_comes_into_view_too_late_is_the_orbit_too(timeline: Timeline, state: TimelineState) -> None:
    """An area east of the racetrack's end: abeam enough only after some minutes."""
    late = replace(SECTOR, corners=corners(3e3, east=150e3, north=-40e3))
    assert ask(timeline, state, replace(late, allowed_delay=30.0)).status is RequestStatus.DENIED_ORBIT
    patient = ask(timeline, state, replace(late, allowed_delay=500.0))
    assert patient.granted
    assert START + 60 * SECOND < patient.start <= START + 500 * SECOND


def test_outside_the_area_of_interest(timeline: Timeline, state: TimelineState) -> None:
    interest = rectangle(Area(frame=FRAME, west=-9e3, south=-9e3, east=9e3, north=9e3))
    assert ask(timeline, state, SECTOR, area_of_interest=interest).granted
    away = ask(timeline, state, replace(SECTOR, corners=corners(4e3, east=40e3)), area_of_interest=interest)
    assert away.status is RequestStatus.DENIED_AREA_OF_INTEREST


def test_an_area_that_reaches_too_far_is_cut(timeline: Timeline, state: TimelineState) -> None:
    """The far edge of the radar's range is 110 km north of the frame's origin."""
    said = ask(timeline, state, replace(SECTOR, corners=corners(20e3, north=105e3)))
    assert said.status is RequestStatus.MODIFIED
    assert "area cut" in said.reason
    cut, asked = (rectangle(Area(frame=FRAME, west=-2e4, south=85e3, east=2e4, north=n)) for n in (112e3, 125e3))
    assert 0.3 * area_of(asked) < area_of(replace(cut, corners=said.corners)) < 0.8 * area_of(asked)


def test_a_revisit_that_takes_too_much_is_lengthened_to_what_is_left(timeline: Timeline, state: TimelineState) -> None:
    """Against 100 % that a wide area of priority 50 wants: 9 against 50 leaves 50/59 of the time."""
    asked = replace(SECTOR, corners=corners(20e3), revisit=3.0)
    after, said = answer(timeline, state, asked)
    assert said.status is RequestStatus.MODIFIED
    assert "revisit" in said.reason
    assert said.revisit > 3.0
    _, dwells, _ = timeline.step(after, START + 300 * SECOND)
    mine = dwells.take(np.array([origin.job for origin in dwells.origins])[dwells.origin] == said.job)
    interval = np.diff(mine.time[mine.dwell == 0]) / SECOND
    assert interval.mean() == pytest.approx(said.revisit, rel=0.1)
    assert len(mine) * 0.131 / 300.0 == pytest.approx(50.0 / 59.0, abs=0.03)


def test_no_time_is_denied_by_priority_or_by_the_timeline(timeline: Timeline) -> None:
    much = replace(SECTOR, corners=corners(20e3), revisit=0.5)
    pressed = timeline.init((replace(WIDE, priority=1),), START)
    assert ask(timeline, pressed, replace(much, priority=90)).status is RequestStatus.DENIED_PRIORITY
    low = timeline.init((replace(WIDE, priority=90),), START)
    assert ask(timeline, low, replace(much, revisit=0.1)).status is RequestStatus.DENIED_TIMELINE


def test_what_is_over_is_denied(timeline: Timeline, state: TimelineState) -> None:
    past = replace(SECTOR, earliest=START - 100 * SECOND)
    assert ask(timeline, state, past).granted
    assert ask(timeline, state, replace(past, allowed_delay=50.0)).status is RequestStatus.DENIED_TIMELINE


def test_not_more_jobs_than_the_radar_takes(timeline: Timeline, state: TimelineState) -> None:
    for number in range(5):
        state, said = answer(
            timeline, state, replace(SECTOR, task=str(number), revisit=60.0), RequestPolicy(most_jobs=4)
        )
        assert said.granted == (number < 3)
    assert said.status is RequestStatus.DENIED_TIMELINE
    assert len(state.jobs) == 4


def test_cancelling(timeline: Timeline, state: TimelineState) -> None:
    granted, said = answer(timeline, state, SECTOR)
    twice = ask(timeline, granted, SECTOR)
    assert twice.status is RequestStatus.DENIED_ILLEGAL_REQUEST
    other = ask(timeline, granted, replace(SECTOR, requestor="GROUND 2", cancel=True))
    assert other.status is RequestStatus.DENIED_ILLEGAL_REQUEST
    gone, done = answer(timeline, granted, replace(SECTOR, cancel=True))
    assert (done.status, done.job) == (RequestStatus.APPROVED, said.job)
    assert [kept.job.number for kept in gone.jobs] == [7]
    # Numbers are not used again.
    assert ask(timeline, gone, SECTOR).job == said.job + 1


def test_an_image_is_granted_and_taken_when_it_was_said(timeline: Timeline, state: TimelineState) -> None:
    ahead = replace(IMAGE, corners=corners(1e3, east=100e3, north=-40e3))
    after, said = answer(timeline, state, ahead)
    assert said.status is RequestStatus.APPROVED
    assert said.start > START
    _, _, collections = timeline.step(after, START + 500 * SECOND)
    taken = collections.take(collections.duration > 0.0)
    assert taken.job.tolist() == [said.job]
    assert abs(int(taken.time[0]) - said.start) < 2 * SECOND


def test_an_image_finer_than_the_radar_can_is_made_coarser(timeline: Timeline, state: TimelineState) -> None:
    said = ask(timeline, state, replace(IMAGE, cross_range_resolution=0.1))
    assert said.status is RequestStatus.MODIFIED
    assert "0.3 m" in said.reason


def test_an_image_that_cannot_be_taken_in_time_is_denied_with_its_reason(
    timeline: Timeline, state: TimelineState
) -> None:
    ahead = replace(IMAGE, corners=corners(1e3, east=100e3, north=-40e3), allowed_delay=60.0)
    said = ask(timeline, state, ahead)
    assert said.status is RequestStatus.DENIED_ORBIT
    assert "squint" in said.reason
    far = ask(timeline, state, replace(IMAGE, corners=corners(1e3, north=200e3)))
    assert far.status is RequestStatus.DENIED_ORBIT


def test_an_image_that_loses_its_chance_is_given_up_at_the_end_of_its_delay(timeline: Timeline) -> None:
    """Granted when it was free; then a job of the highest priority takes all the time."""
    state, said = answer(timeline, timeline.init((), START), replace(IMAGE, allowed_delay=5.0, priority=99))
    assert said.granted
    job = state.jobs[0].job
    assert job.kind is JobKind.SPOT_IMAGE
    assert job.end == START + 5 * SECOND


def test_a_radar_that_looks_to_one_side_has_no_other(timeline: Timeline) -> None:
    one_eyed = replace(timeline.setting.radar.antenna, left=False)
    setting = Setting(path=timeline.setting.path, radar=Radar(antenna=one_eyed))
    blind = replace(timeline, setting=setting)
    state = blind.init((), START)
    assert ask(blind, state, replace(SECTOR, allowed_delay=300.0)).status is RequestStatus.DENIED_ORBIT
    # After the turn the right flank looks north.
    assert ask(blind, state, replace(SECTOR, allowed_delay=900.0)).granted
