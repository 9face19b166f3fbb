import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.origin import Origin
from sidelook.sensing.coverage import covers
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.orbit import Racetrack, fly
from sidelook.simulation.schedule import Area, Schedule, plan_revisit

FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
AREA = Area(frame=FRAME, west=-60e3, south=-40e3, east=60e3, north=40e3)
START = 1_777_876_200_000_000_000
SCHEDULE = Schedule(area=AREA, start=START)
ORBIT = Racetrack(frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, start=START)
ORIGIN = Origin(source="test", simulated=True)


def test_dwells_share_the_period_evenly() -> None:
    dwells = plan_revisit(SCHEDULE, ORBIT, 3, ORIGIN)
    assert len(dwells) == 40
    assert set(np.diff(dwells.time)) == {750_000_000}
    assert dwells.time[0] == START + 90_000_000_000 + 375_000_000
    assert (dwells.revisit == 3).all()
    assert dwells.dwell.tolist() == list(range(40))
    assert dwells.last_of_revisit.tolist() == [False] * 39 + [True]


def test_each_dwell_has_the_platform_of_its_moment() -> None:
    dwells = plan_revisit(SCHEDULE, ORBIT, 0, ORIGIN)
    platform = fly(ORBIT, dwells.time)
    assert_allclose(dwells.sensor_latitude, platform.latitude)
    assert_allclose(dwells.sensor_height, 12_000.0, atol=0.1)


@pytest.mark.parametrize("revisit", [0, 5, 10])
def test_a_revisit_covers_the_whole_area(revisit: int) -> None:
    """As the platform flies on while the beams step, a corner may slip by: 99 % of the area is asked for."""
    dwells = plan_revisit(SCHEDULE, ORBIT, revisit, ORIGIN)
    east, north = (axis.ravel() for axis in np.meshgrid(np.linspace(-60e3, 60e3, 61), np.linspace(-40e3, 40e3, 41)))
    up = Ellipsoid(frame=FRAME).height(east, north)
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, up], axis=-1), FRAME)
    looks = covers(dwells, latitude, longitude).sum(axis=0)
    assert (looks > 0).mean() > 0.99
    # Footprints overlap by 12 % of a step.
    assert looks.mean() == pytest.approx(1.12, abs=0.05)


def test_the_beams_span_the_area_from_edge_to_edge() -> None:
    dwells = plan_revisit(SCHEDULE, ORBIT, 0, ORIGIN)
    at = dwells.sensor_latitude, dwells.sensor_longitude
    bearing, _ = bearing_and_distance(*at, dwells.area_latitude, dwells.area_longitude)
    corners = np.array([[east, north, 0.0] for east in (-60e3, 60e3) for north in (-40e3, 40e3)])
    latitude, longitude, _ = enu_to_geodetic(corners, FRAME)
    edges, _ = bearing_and_distance(at[0][0], at[1][0], latitude, longitude)
    half = dwells.angle_half_extent[0] / 1.12
    assert bearing[0] - half == pytest.approx(edges.min(), abs=1e-4)
    assert bearing[-1] + half == pytest.approx(edges.max(), abs=1e-4)


def test_the_antenna_looks_where_the_footprint_is() -> None:
    dwells = plan_revisit(SCHEDULE, ORBIT, 18, ORIGIN)
    bearing, _ = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    looking = dwells.heading + dwells.sensor_heading
    assert_allclose(np.angle(np.exp(1j * (looking - bearing))), 0.0, atol=1e-5)
    assert (dwells.sensor_pitch < 0.0).all()


def test_in_a_turn_it_does_not_look_ahead_or_behind() -> None:
    missed = 0
    for revisit in range(30):
        dwells = plan_revisit(SCHEDULE, ORBIT, revisit, ORIGIN)
        off = np.abs(np.abs(np.angle(np.exp(1j * dwells.sensor_heading))) - np.pi / 2)
        assert (off <= np.pi / 3 + 1e-6).all()
        missed += 40 - len(dwells)
    assert 20 < missed < 200
