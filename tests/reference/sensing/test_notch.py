"""The notch against Ward's standard case (TR-1015): 18 channels and pulses, 450 MHz, 300 Hz, 50 m/s, CNR 47 dB."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.model.radar import SPEED_OF_LIGHT
from sidelook.sensing.clutter import Spectrum, gaussian_spectrum
from sidelook.sensing.notch import Suppression, sinr_loss

WAVELENGTH = SPEED_OF_LIGHT / 450e6
DOPPLER = np.array([0.028, 0.056, 0.1])  # in pulse rates
AT_REST = Spectrum(speed=np.zeros(1), weight=np.ones(1))


def ward(motion: Spectrum = AT_REST, bins: int = 3, slope: float = 1.0) -> Suppression:
    return Suppression(
        wavelength=WAVELENGTH,
        length=9.0 * WAVELENGTH,
        channels=18,
        platform_speed=50.0 * slope,
        pulse_rate=300.0,
        pulses=18,
        motion=motion,
        bins=bins,
    )


def loss(case: Suppression, doppler: np.ndarray = DOPPLER) -> np.ndarray:
    speed = doppler * 300.0 * WAVELENGTH / 2.0
    return np.asarray(10.0 * np.log10(sinr_loss(case, speed, [10.0**4.7 * 18 * 18]))[0])


def test_three_bins_untapered() -> None:
    assert_allclose(loss(ward()), [-5.46, -1.67, -0.81], atol=0.4)


def test_many_bins_come_to_the_optimum() -> None:
    assert_allclose(loss(ward(bins=9)), [-4.82, -1.25, -0.45], atol=0.25)


def test_a_steeper_ridge_is_wider() -> None:
    assert_allclose(loss(ward(bins=9, slope=2.0)), [-8.50, -3.38, -0.77], atol=0.25)


def test_clutter_motion_widens_the_notch() -> None:
    """Of the optimum, with 0.2 m/s: few bins do worse, and never better."""
    few = loss(ward(motion=gaussian_spectrum(0.2), bins=9))
    assert (few < np.array([-24.6, -10.3, -2.25]) + 0.3).all()
    assert_allclose(few, [-24.6, -10.3, -2.25], atol=2.5)


def test_half_widths() -> None:
    """Minimum detectable speeds for four limits; the published ones lie on a grid of 0.33 m/s."""
    limit, width = np.array([-3.0, -5.0, -10.0, -12.0]), np.array([3.66, 2.66, 1.33, 1.00])
    inside, outside = (loss(ward(bins=9), speed / (300.0 * WAVELENGTH / 2.0)) for speed in (width - 0.2, width + 0.2))
    assert (inside < limit).all()
    assert (outside > limit).all()


def test_without_motion_the_bottom_is_as_deep_as_the_clutter_is_strong() -> None:
    assert loss(ward(bins=9), np.zeros(1))[0] == pytest.approx(-67.59, abs=1.0)
