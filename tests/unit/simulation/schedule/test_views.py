import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import off_broadside
from sidelook.simulation.orbit import fly
from sidelook.simulation.schedule import Area, Job, JobKind, Setting, rectangle
from sidelook.simulation.schedule.areas import points_of
from sidelook.simulation.schedule.views import STEP, steady_moments, view

START = 1_777_876_200_000_000_000
SECOND = 1_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
AREA = rectangle(Area(frame=FRAME, west=-10e3, south=-60e3, east=30e3, north=20e3))
JOB = Job(number=1, kind=JobKind.SECTOR, area=AREA)


def test_between_moments_it_is_as_if_looked_at_then(setting: Setting) -> None:
    """Angles of all points of the area, straight from the geometry, at odd times on both legs."""
    rng = np.random.default_rng(3)
    seen = view(setting, JOB, START, START + 1_400 * SECOND)
    for begin, end in ((150.0, 450.0), (900.0, 1_200.0)):
        times = START + np.rint(rng.uniform(begin, end, 50) * SECOND).astype(np.int64)
        window = seen.between(times)
        platform = fly(setting.path, times)
        bearing, distance = bearing_and_distance(
            platform.latitude[:, None], platform.longitude[:, None], *points_of(AREA)
        )
        flank, angle = off_broadside(platform.track[:, None], bearing)
        assert (flank == window.flank[:, None]).all()
        wider = [np.sin(angle).min(axis=1) - window.low, window.high - np.sin(angle).max(axis=1)]
        # Where another corner becomes the outermost one, it is seen a third of a beam too wide, never too narrow.
        assert np.min(wider) > -1e-4
        assert np.max(wider) < 2e-3
        assert np.median(np.abs(wider)) < 1e-5
        assert_allclose(window.near, distance.min(axis=1), atol=20.0)
        assert_allclose(window.far, distance.max(axis=1), atol=20.0)


def test_it_lies_on_the_flank_that_faces_it(setting: Setting) -> None:
    seen = view(setting, JOB, START, START + 1_400 * SECOND)
    second = (seen.begin - START + STEP * np.arange(len(seen.flank))) / SECOND
    assert (seen.flank[(second > 0.0) & (second < 590.0)] == -1).all()
    assert (seen.flank[(second > 760.0) & (second < 1_340.0)] == 1).all()


def test_what_lies_beyond_the_swath_is_cut(setting: Setting) -> None:
    """From 140 km north of the leg on: the radar reaches to about 249.5 km of ground."""
    far = Job(number=1, area=rectangle(Area(frame=FRAME, west=-10e3, south=60e3, east=10e3, north=200e3)))
    seen = view(setting, far, START + 250 * SECOND, START + 350 * SECOND)
    cell = (START + 300 * SECOND - seen.begin) // STEP
    assert seen.seen[cell]
    assert seen.far[cell] == pytest.approx(249.5e3, abs=200.0)
    assert seen.near[cell] == pytest.approx(200e3, rel=5e-3)


def test_the_roll_is_looked_at_twice_a_second(setting: Setting) -> None:
    first, steady = steady_moments(setting, START, START + 1_500 * SECOND)
    times = first + 500_000_000 * np.arange(len(steady))
    assert (steady == (np.abs(fly(setting.path, times).roll) <= setting.mount.roll_limit)).all()
    assert 0.1 < (~steady[(times >= START) & (times < START + 1_488 * SECOND)]).mean() < 0.25
