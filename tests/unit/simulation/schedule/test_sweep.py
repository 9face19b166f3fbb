"""No holes: every cell of an area is looked at in each of its revisits, though the aircraft flies on meanwhile."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame
from sidelook.model.plots import Dwells
from sidelook.sensing.coverage_map import CoverageMap, add_looks
from sidelook.sensing.equal_area import EqualAreaGrid, grid_over
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import field_of_view, off_broadside, swath
from sidelook.simulation.coverage import dwells_of
from sidelook.simulation.orbit import CircularOrbit, fly
from sidelook.simulation.schedule import Area, Job, JobKind, Polygon, Setting, Timeline, rectangle
from sidelook.simulation.schedule.areas import contains
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
