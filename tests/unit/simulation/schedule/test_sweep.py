"""No holes: every cell of an area is looked at in each of its revisits, though the aircraft flies on meanwhile."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.sensing.coverage_map import CoverageMap, add_looks
from sidelook.sensing.equal_area import EqualAreaGrid, grid_over
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import Mount, field_of_view, off_broadside, sine_width, swath
from sidelook.simulation.coverage import dwells_of
from sidelook.simulation.orbit import CircularOrbit, fly
from sidelook.simulation.schedule import Area, Job, JobKind, Polygon, Setting, Timeline, rectangle
from sidelook.simulation.schedule.areas import contains
from sidelook.simulation.schedule.load import beams_of
from sidelook.simulation.schedule.views import view
from sidelook.timescale import NANOSECONDS_PER_SECOND as SECOND

START = 1_777_876_200_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
CELL = 1_000.0
# Of what is promised: where another corner becomes the outermost one, a view errs by less.
MARGIN, MARGIN_ANGLE = 200.0, 2e-3


def box(west: float, south: float, east: float, north: float) -> Area:
    return Area(frame=FRAME, west=west, south=south, east=east, north=north)


def shrunk(area: Area) -> Polygon:
    return rectangle(box(area.west + MARGIN, area.south + MARGIN, area.east - MARGIN, area.north - MARGIN))


LARGE = box(-45e3, -40e3, 35e3, 45e3)
"""Which the revisit of a minute takes all of."""
DEEP = box(-10e3, -90e3, 10e3, 90e3)
"""From near the aircraft to far away: its near and far sides drift at different rates."""
AHEAD = box(10e3, -80e3, 230e3, 60e3)
"""Which the field of view cuts at one end, or at both."""
BESIDE = (
    Job(number=2, kind=JobKind.SECTOR, area=rectangle(box(-8e3, -8e3, 8e3, 8e3)), priority=20, revisit=8.0),
    Job(number=3, kind=JobKind.AIR_SEARCH, toward=(0.66, -0.75), priority=40, revisit=60.0, dwell_time=0.02),
)


def watching(area: Area, **changes: float) -> Job:
    job = Job(number=1, kind=JobKind.WIDE_AREA, area=rectangle(area), priority=50, revisit=60.0)
    return replace(job, **changes)  # type: ignore[arg-type]


def whole_revisits(timeline: Timeline, dwells: Dwells) -> list[Dwells]:
    """Select revisits that are complete, each on one leg or one circle."""
    last = dwells.revisit[dwells.last_of_revisit]
    each = [dwells.take(dwells.revisit == revisit) for revisit in last.tolist()]
    return [one for one in each if np.ptp(np.unwrap(off_the_leg(timeline, one))) < np.pi / 2.0]


def off_the_leg(timeline: Timeline, dwells: Dwells) -> np.ndarray:
    path = timeline.setting.path
    return fly(path, dwells.time).track if not isinstance(path, CircularOrbit) else np.zeros(len(dwells))


def promised(setting: Setting, dwells: Dwells, area: Area, grid: EqualAreaGrid) -> np.ndarray:
    """Tell which cells lie in the area, and in field of view and swath from beginning to end of some dwells."""
    latitude, longitude = grid.places(np.arange(len(grid)))
    inside = contains(shrunk(area), latitude, longitude)
    near, far = swath(setting.radar, 12_000.0)
    for time in dwells.time[np.unique(np.linspace(0, len(dwells) - 1, 9).astype(int))]:
        flown = fly(setting.path, time[None])
        bearing, distance = bearing_and_distance(flown.latitude, flown.longitude, latitude, longitude)
        _, angle = off_broadside(flown.track, bearing)
        inside &= np.abs(angle) < field_of_view(setting.radar.antenna) - MARGIN_ANGLE
        inside &= (distance > near + MARGIN) & (distance < far - MARGIN)
    return inside


def missed(timeline: Timeline, jobs: tuple[Job, ...], area: Area, seconds: float = 1_488.0) -> dict[int, float]:
    """Give the share of the promised cells that each whole revisit of the first job never looked at."""
    _, dwells, _ = timeline.step(timeline.init(jobs, START), START + round(seconds * SECOND))
    corners = np.array(rectangle(area).corners).T
    grid = grid_over(corners[0], corners[1], CELL)
    shares = {}
    for mine in whole_revisits(timeline, dwells_of(dwells, jobs[0].number)):
        cells = promised(timeline.setting, mine, area, grid)
        looks = add_looks(CoverageMap.blank(grid), mine).looks
        if cells.any():
            shares[int(mine.revisit[0])] = float(np.mean(looks[cells] == 0))
    return shares


@pytest.mark.parametrize("beside", [(), BESIDE])
@pytest.mark.parametrize("area", [LARGE, DEEP, AHEAD])
def test_an_area_is_looked_at_without_holes_on_both_legs(
    timeline: Timeline, area: Area, beside: tuple[Job, ...]
) -> None:
    shares = missed(timeline, (watching(area), *beside), area)
    assert len(shares) >= 10
    assert max(shares.values()) == 0.0, shares


def test_a_polygon_is_looked_at_without_holes_from_a_circle(setting: Setting) -> None:
    """All round, with the radar shared: no edge of it is the first one for long."""
    orbit = CircularOrbit(frame=FRAME, east=30e3, north=-110e3, radius=55e3, speed=220.0, start=START)
    round_it = replace(setting, path=orbit, mount=Mount(roll_limit=np.radians(15.0)))
    timeline = Timeline(setting=round_it, origin=Origin(source="test", simulated=True))
    shares = missed(timeline, (watching(LARGE), *BESIDE), LARGE, 1_000.0)
    assert len(shares) >= 10
    assert max(shares.values()) == 0.0, shares


def test_after_a_turn_a_revisit_leaves_no_holes_forward_either(timeline: Timeline) -> None:
    """Half done when the turn begins, the rest is scanned from aft to forward, where drift opens gaps."""
    slow = watching(LARGE, revisit=1_000.0, dwell_time=0.4)
    start = START + 560 * SECOND
    _, dwells, _ = timeline.step(timeline.init((slow,), start), start + 400 * SECOND)
    assert set(np.sign(np.angle(np.exp(1j * dwells.sensor_heading.astype(float))))) == {-1.0, 1.0}
    assert dwells.last_of_revisit.sum() == 1
    corners = np.array(rectangle(LARGE).corners).T
    grid = grid_over(corners[0], corners[1], CELL)
    latitude, longitude = grid.places(np.arange(len(grid)))
    looks = add_looks(CoverageMap.blank(grid), dwells).looks[contains(shrunk(LARGE), latitude, longitude)]
    assert np.mean(looks == 0) < 0.02


@pytest.mark.parametrize("area", [LARGE, DEEP, AHEAD])
def test_alone_a_revisit_takes_the_beams_of_the_closed_form(timeline: Timeline, area: Area) -> None:
    _, dwells, _ = timeline.step(timeline.init((watching(area),), START), START + 590 * SECOND)
    for mine in whole_revisits(timeline, dwells):
        expected = beams_of(timeline.setting, watching(area), int(mine.time[0]))
        assert len(mine) == pytest.approx(expected, rel=0.02, abs=1.0)


def test_beams_close_up_on_the_far_edge_alone(timeline: Timeline) -> None:
    """No beam is wasted: 2 v T / (R w) more than still ground would take, at most, for what drifts by v T meanwhile."""
    _, dwells, _ = timeline.step(timeline.init((watching(LARGE),), START), START + 590 * SECOND)
    width = sine_width(timeline.setting.radar)
    for mine in whole_revisits(timeline, dwells):
        seen = view(timeline.setting, watching(LARGE), int(mine.time[0]), int(mine.time[0]))
        window = seen.between(mine.time[:1])
        still = float(window.high[0] - window.low[0]) / width
        flown = 220.0 * float(np.ptp(mine.time)) / SECOND
        assert 0.9 * still < len(mine) < still + flown / float(window.near[0]) / width + 1.0


def test_who_has_no_time_to_keep_up_with_the_ground_comes_to_an_end_nevertheless(timeline: Timeline) -> None:
    """One dwell in four seconds or so, in which the near side drifts by more than a beam against the far one."""
    greedy = watching(LARGE, number=2, priority=1, revisit=1.0)
    poor = watching(box(-3e3, -95e3, 3e3, 60e3), priority=30)
    _, dwells, _ = timeline.step(timeline.init((poor, greedy), START), START + 3_600 * SECOND)
    mine = dwells_of(dwells, 1)
    assert np.diff(mine.time).mean() > 3.0 * SECOND
    assert mine.last_of_revisit.any()
    begun = mine.time[mine.dwell == 0] - poor.dwell_ns // 2
    taken = np.flatnonzero(mine.last_of_revisit) - np.flatnonzero(mine.dwell == 0)[: mine.last_of_revisit.sum()] + 1
    most = [3 * beams_of(timeline.setting, poor, int(time)) for time in begun]
    assert (taken <= most[: len(taken)]).all()
    assert (taken == most[: len(taken)]).any()
