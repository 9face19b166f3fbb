from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.model.radar import Antenna, Radar
from sidelook.sensing.clutter import LandClass, wind_spectrum
from sidelook.sensing.detection import steady
from sidelook.sensing.performance import Performance, at_snr, detectable_speed, loss_db, performance_by_formula


@pytest.fixture(scope="module")
def calm() -> Performance:
    return performance_by_formula(Radar(), wind_spectrum(1.0, 9.6e9), 220.0)


def test_accuracy_is_that_of_the_generic_design(calm: Performance) -> None:
    """Monopulse cross range at 100, 150 and 250 km for 13, 20 and 25 dB; range 1.6 m at 13 dB."""
    slant = np.array([100e3, 150e3, 250e3])
    for snr, expected in ((13.0, [38, 56, 94]), (20.0, [17, 25, 42]), (25.0, [9, 14, 24])):
        assert_allclose(at_snr(calm, calm.sigma_azimuth, snr) * slant, expected, atol=0.9)
    assert at_snr(calm, calm.sigma_slant_range, 13.0) == pytest.approx(1.6, abs=0.02)
    assert at_snr(calm, calm.sigma_slant_range, 60.0) == at_snr(calm, calm.sigma_slant_range, 25.0)


def test_error_ellipses_are_twenty_to_sixty_times_longer_than_wide(calm: Performance) -> None:
    for slant in (100e3, 150e3, 250e3):
        longer = calm.sigma_azimuth * slant / calm.sigma_slant_range
        assert (longer > 20.0).all()
        assert (longer < 60.0).all()


def test_between_points_one_interpolates(calm: Performance) -> None:
    assert_allclose(loss_db(calm, calm.speed, calm.clutter_db[8]), calm.loss_db[8])
    assert_allclose(loss_db(calm, -calm.speed, calm.clutter_db[8]), calm.loss_db[8])
    halfway = loss_db(calm, calm.speed[7], 0.5 * (calm.clutter_db[3] + calm.clutter_db[4]))
    assert halfway == pytest.approx(0.5 * (calm.loss_db[3, 7] + calm.loss_db[4, 7]))
    assert loss_db(calm, 1e3, 200.0) == pytest.approx(calm.loss_db[-1, -1])
    snr = np.linspace(3.0, 20.0, 57)
    assert_allclose(at_snr(calm, calm.detection, snr), steady(10.0 ** (snr / 10.0), 1e-6, 32), atol=1e-3)


def test_the_notch_is_a_metre_a_second_wide_and_wind_widens_it(calm: Performance) -> None:
    assert detectable_speed(calm, 40.0) == pytest.approx(1.0, abs=0.3)
    windy = performance_by_formula(Radar(), wind_spectrum(12.0, 9.6e9), 220.0)
    assert detectable_speed(windy, 40.0) > 1.4 * detectable_speed(calm, 40.0)
    assert detectable_speed(calm, 50.0) > detectable_speed(calm, 30.0)


def test_a_short_array_needs_fast_targets(calm: Performance) -> None:
    short = performance_by_formula(Radar(antenna=Antenna(length=1.5)), wind_spectrum(1.0, 9.6e9), 220.0)
    assert detectable_speed(short, 40.0) > 2.0 * detectable_speed(calm, 40.0)
    slow = performance_by_formula(Radar(antenna=Antenna(length=1.5)), wind_spectrum(1.0, 9.6e9), 60.0)
    assert detectable_speed(slow, 40.0) < detectable_speed(short, 40.0)


def test_rough_ground_gives_more_false_alarms(calm: Performance) -> None:
    flat, farm, woods, rough, _ = calm.false_alarms
    assert flat < farm < woods < rough
    assert calm.false_alarms[LandClass.FARMLAND] * 50_000e6 == pytest.approx(60.0)


def test_tables_that_do_not_fit_are_refused(calm: Performance) -> None:
    for wrong in (
        {"detection": calm.detection[:-1]},
        {"detection": calm.detection * 2.0},
        {"speed": calm.speed[::-1]},
        {"loss_db": calm.loss_db.T},
        {"false_alarms": calm.false_alarms[:2]},
    ):
        with pytest.raises(UsageError, match="rising axes"):
            replace(calm, **wrong)
