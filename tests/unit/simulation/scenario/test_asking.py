"""Requests while a mission is played, on a crossing of two roads."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest

from sidelook.model.collection import JobRequest, RadarMode, RequestStatus
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.simulation.scenario.asking import make_requests, waiting_at
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.playing import STRETCH, Stretch, play
from sidelook.simulation.scenario.settings import RequestSection, Scenario, ScenarioError
from sidelook.simulation.scenario.world import World, make_world

from .conftest import FRAME

MakeWorld: TypeAlias = Callable[[], World]

SECOND = 1_000_000_000
START = Scenario().begins(0)
SPOT = tuple(
    (FRAME.latitude + a, FRAME.longitude + b) for a, b in ((-3e-4, -3e-4), (3e-4, -3e-4), (3e-4, 3e-4), (-3e-4, 3e-4))
)
ASKED = JobRequest(
    requestor="GROUND", task="A", corners=SPOT, earliest=START + 70 * SECOND, priority=5, revisit=5.0,
)  # fmt: skip


@pytest.fixture
def world(flat: Country, scenario: Scenario) -> MakeWorld:
    """Make the same world again and again: traffic is asked forward in time, once."""
    shorter = replace(scenario, duration_s=150.0)
    return lambda: make_world(shorter, flat)


def jobs_of(dwells: Dwells) -> list[int]:
    return [dwells.origins[number].job for number in dwells.origin.tolist()]


def joined(stretches: list[Stretch]) -> Dwells:
    return concatenate_dwells([stretch.dwells for stretch in stretches])


def test_a_job_that_is_granted_is_done_from_then_on(world: MakeWorld) -> None:
    played = list(play(world(), (ASKED,)))
    (answered,) = [stretch for stretch in played if stretch.answers]
    (said,) = answered.answers
    assert said.status is RequestStatus.APPROVED
    assert (said.job, said.request) == (2, ASKED)
    assert answered.begin == ASKED.earliest <= said.start
    dwells = joined(played)
    mine = dwells.time[np.array(jobs_of(dwells)) == 2]
    assert ASKED.earliest <= mine.min() < ASKED.earliest + 2 * SECOND
    assert mine.max() > START + 140 * SECOND
    assert dwells.plot_count[np.array(jobs_of(dwells)) == 2].sum() > 0


def test_without_requests_nothing_changes_and_a_denied_one_only_cuts_a_stretch(world: MakeWorld) -> None:
    alone = list(play(world()))
    assert [stretch.begin for stretch in alone] == [START, START + STRETCH, START + 2 * STRETCH]
    assert not any(stretch.answers for stretch in alone)
    denied = replace(ASKED, mode=12)
    beside = list(play(world(), (denied,)))
    edges = [START, START + STRETCH, ASKED.earliest, START + 2 * STRETCH]
    assert [stretch.begin for stretch in beside] == edges
    assert [stretch.end for stretch in beside] == [*edges[1:], START + 150 * SECOND]
    assert [said.status for stretch in beside for said in stretch.answers] == [RequestStatus.DENIED_ILLEGAL_REQUEST]
    one, other = joined(alone), joined(beside)
    for name in Dwells.DTYPES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in Plots.DTYPES:
        np.testing.assert_array_equal(getattr(one.plots, name), getattr(other.plots, name), err_msg=name)


def test_a_job_ends_when_it_is_cancelled(world: MakeWorld) -> None:
    cancel = replace(ASKED, earliest=ASKED.earliest + 20 * SECOND, cancel=True, corners=())
    played = list(play(world(), (cancel, ASKED)))
    assert [(said.status, said.job) for stretch in played for said in stretch.answers] == [(1, 2), (1, 2)]
    dwells = joined(played)
    mine = dwells.time[np.array(jobs_of(dwells)) == 2]
    assert cancel.earliest - 6 * SECOND < mine.max() < cancel.earliest + SECOND


def test_images_are_taken_too(world: MakeWorld) -> None:
    image = replace(ASKED, mode=RadarMode.FIXED_TARGETS, revisit=0.0)
    played = list(play(world(), (image,)))
    taken = [(row.job, row.outcome) for stretch in played for row in [stretch.collections] if len(row)]
    assert len(taken) == 1
    assert taken[0][0].tolist() == [2]
    assert taken[0][1].tolist() == [0]


def test_requests_close_together_leave_stretches_without_a_dwell(world: MakeWorld) -> None:
    many = [replace(ASKED, mode=99, earliest=ASKED.earliest + number * 1_000) for number in range(5)]
    played = list(play(world(), many))
    assert [len(stretch.answers) for stretch in played] == [0, 0, 1, 1, 1, 1, 1, 0]
    assert min(len(stretch.dwells) for stretch in played) == 0


def test_a_request_is_asked_at_its_time_or_at_the_start_or_never() -> None:
    early, late = replace(ASKED, earliest=START - SECOND), replace(ASKED, earliest=START + 150 * SECOND)
    timeless = replace(ASKED, earliest=0, task="B")
    waiting = waiting_at([early, late, ASKED, timeless], START, START + 150 * SECOND)
    assert waiting == {START: [early, replace(timeless, earliest=START)], ASKED.earliest: [ASKED]}


SECTION = RequestSection(
    requestor="GROUND", task="A", corners_deg=((28.0, 11.0), (28.1, 11.0), (28.1, 11.1)), mode="fixed_targets",
    priority=4, at_s=12.5, delay_s=60.0, duration_s=300.0, revisit_s=30.0, resolution_m=2.0,
)  # fmt: skip


def test_a_section_becomes_a_request() -> None:
    (made,) = make_requests([SECTION], START)
    assert made == JobRequest(
        requestor="GROUND", task="A", corners=tuple((np.radians(a), np.radians(b)) for a, b in SECTION.corners_deg),
        earliest=START + 12_500_000_000, priority=4, mode=RadarMode.FIXED_TARGETS, range_resolution=2.0,
        cross_range_resolution=2.0, allowed_delay=60.0, duration=300.0, revisit=30.0, nationality="XN",
    )  # fmt: skip
    assert make_requests([replace(SECTION, mode=12)], START)[0].mode == 12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"requestor": ""}, "ten ASCII characters"),
        ({"task": "much too long"}, "ten ASCII characters"),
        ({"task": "Brücke"}, "ten ASCII characters"),
        ({"mode": "sideways"}, "a mode that is a number or one of unspecified, moving_targets"),
        ({"corners_deg": ()}, "three or four corners"),
        ({"corners_deg": SECTION.corners_deg * 2}, "three or four corners"),
        ({"corners_deg": ((91.0, 0.0), *SECTION.corners_deg)}, "corners on earth"),
        ({"corners_deg": ((float("nan"), 0.0), *SECTION.corners_deg)}, "corners on earth"),
        ({"at_s": -1.0}, "on the same day"),
        ({"at_s": 90_000.0}, "on the same day"),
        ({"duration_s": float("inf")}, "from 0 to 65,535"),
        ({"revisit_s": float("nan")}, "from 0 to 65,535"),
    ],
)
def test_what_nobody_could_ask_for_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        replace(SECTION, **change)  # type: ignore[arg-type]


def test_to_cancel_needs_no_corners() -> None:
    assert replace(SECTION, corners_deg=(), cancel=True).cancel
