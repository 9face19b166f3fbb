import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame
from sidelook.model.collection import CollectionObstacle
from sidelook.simulation.schedule import Area, ImagingLimits, Job, JobKind, Setting, rectangle
from sidelook.simulation.schedule.imaging import aperture_time, plan_aperture, possible_starts
from sidelook.simulation.schedule.views import STEP, view

START = 1_777_876_200_000_000_000
SECOND = 1_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
LIMITS = ImagingLimits()


def spot(east: float, north: float, resolution: float = 1.0) -> Job:
    area = Area(frame=FRAME, west=east - 500.0, south=north - 500.0, east=east + 500.0, north=north + 500.0)
    return Job(number=1, kind=JobKind.SPOT_IMAGE, area=rectangle(area), resolution=resolution)


def test_a_metre_at_150_km_takes_11_seconds() -> None:
    """9.6 GHz at 220 m/s, abeam; at 60 degrees of squint twice that, at half the resolution likewise."""
    time = float(aperture_time(0.03123, 150e3, 220.0, 1.0, 0.0))
    assert time == pytest.approx(10.65, abs=0.01)
    assert_allclose(aperture_time(0.03123, 150e3, 220.0, 0.5, 0.0), 2.0 * time)
    assert_allclose(aperture_time(0.03123, 150e3, 220.0, 1.0, np.radians(60.0)), 2.0 * time)


def test_an_aperture_gives_the_resolution_it_is_for(setting: Setting) -> None:
    """Independently: cross range is lam / (2 x the change of the line of sight's angle) for small changes."""
    job = spot(20e3, 0.0)
    begin = START + 250 * SECOND
    aperture = plan_aperture(setting, LIMITS, job, begin)
    assert aperture.obstacle is CollectionObstacle.NONE
    after = plan_aperture(setting, LIMITS, job, begin + round(aperture.duration * SECOND))
    change = abs(after.squint - aperture.squint)
    assert setting.radar.waveform.wavelength / (2.0 * change) == pytest.approx(1.0, rel=0.03)


def test_possible_starts_agree_with_full_plans_where_no_turn_is_near(setting: Setting) -> None:
    """Every five seconds of a leg, for places all around: no more than one moment at either end differs."""
    for east, north, resolution in ((0.0, 0.0, 1.0), (90e3, -20e3, 1.0), (-80e3, 30e3, 0.5), (0.0, 120e3, 1.0)):
        job = spot(east, north, resolution)
        seen = view(setting, job, START, START + 900 * SECOND)
        coarse = possible_starts(setting, LIMITS, job, seen)
        moments = seen.begin + STEP * np.arange(len(coarse))
        leg = (moments >= START) & (moments < START + 550 * SECOND)
        full = [not plan_aperture(setting, LIMITS, job, int(moment)).obstacle for moment in moments[leg]]
        assert np.count_nonzero(coarse[leg] != np.array(full)) <= 2
