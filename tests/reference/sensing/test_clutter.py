"""Clutter against MATLAB's documentation, and the curved-earth table and cancellation limits of B.1's formulas."""

from math import radians

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.viewing import grazing_angle
from sidelook.model.radar import SPEED_OF_LIGHT
from sidelook.sensing.clutter import (
    LandClass,
    beam_cross_section,
    beam_spread,
    canceller_improvement,
    reflectivity,
    two_channel_cancellation,
    wind_spectrum,
)
from sidelook.sensing.radar_equation import Link, decibels, ratio, signal_to_noise

WAVELENGTH = SPEED_OF_LIGHT / 9.6e9


def test_beam_limited_clutter() -> None:
    area = beam_cross_section(1.0, 1e3, radians(1.0), radians(3.0), radians(10.0))
    assert area == pytest.approx(5262.7, abs=0.05)
    gain = float(ratio(20.0))
    chain = Link(power=5e3, duration=10e-6, wavelength=0.01, transmit_gain=gain, receive_gain=gain)
    assert decibels(signal_to_noise(chain, area, 1e3)) == pytest.approx(75.2006, abs=1e-4)


def test_delay_line_canceller() -> None:
    wavelength = SPEED_OF_LIGHT / 300e6
    improvement = canceller_improvement(3, spread=2.0, wavelength=wavelength, pulse_rate=200.0)
    assert decibels(improvement) == pytest.approx(55.3986, abs=1e-4)


def test_reflectivity_over_a_curved_earth() -> None:
    """Constant gamma of -15 dB, referred to 10 GHz, from 10, 12.8 and 20 km."""
    height = np.array([10e3] * 5 + [12.8e3] * 2 + [20e3] * 2)
    slant = np.array([50e3, 100e3, 150e3, 200e3, 250e3, 150e3, 250e3, 150e3, 250e3])
    surface = reflectivity(LandClass.FARMLAND, grazing_angle(height, slant), 10e9)
    expected = [-22.1, -25.3, -27.4, -29.2, -31.0, -26.2, -29.4, -24.0, -26.8]
    assert_allclose(decibels(surface), expected, atol=0.06)


def test_gamma_by_land_class() -> None:
    """Barton's figures, straight down at 10 GHz."""
    given = decibels(reflectivity(np.arange(4), np.pi / 2, 10e9))
    assert_allclose(given, [-20.0, -15.0, -10.0, 0.0])


def test_gamma_grows_with_the_root_of_frequency() -> None:
    at_3_ghz = decibels(reflectivity(LandClass.FARMLAND, np.pi / 2, 3e9))
    assert at_3_ghz == pytest.approx(-15.0 + 5.0 * np.log10(0.3))


def test_clutter_motion_limits_cancellation() -> None:
    spread = np.array([0.05, 0.1, 0.2])
    long, short = (
        decibels([float(two_channel_cancellation(lag, s, WAVELENGTH)) for s in spread]) for lag in (5.5e-3, 0.5e-3)
    )
    assert_allclose(long, [19.1, 13.1, 7.3], atol=0.1)
    assert_allclose(short, [39.9, 33.9, 27.9], atol=0.1)


def test_main_lobe_spread() -> None:
    """Of arrays of 7.3, 4.8 and 1.5 m at 220 m/s: the scan angle does not matter."""
    for length, spread in ((7.3, 0.83), (4.8, 1.27), (1.5, 4.06)):
        width = 0.886 * WAVELENGTH / length
        assert beam_spread(width, 220.0) == pytest.approx(spread, abs=0.006)
        assert beam_spread(width, 220.0, scan=1.0) == pytest.approx(beam_spread(width, 220.0))


def test_windblown_clutter() -> None:
    """Billingsley's shape factors by name of the wind: 12 light air, 8 breezy, 5.7 windy, 4.3 gale, within a tenth.

    The variance of what moves is 2 over the factor's square; what rests is 489.8 w^-1.55 f^-1.21 times that.
    """
    for miles, factor in ((11.0, 6.9), (22.0, 5.7), (60.0, 4.3)):
        spectrum = wind_spectrum(miles / 2.2369362920544025, 9.6e9)
        rest = spectrum.weight[spectrum.speed == 0.0].sum()
        assert rest / (1.0 - rest) == pytest.approx(489.8 * miles**-1.55 * 9.6**-1.21)
        assert np.sqrt(2.0 * (1.0 - rest)) / spectrum.spread == pytest.approx(factor, rel=0.1)
        assert spectrum.weight.sum() == pytest.approx(1.0)
    spreads = [wind_spectrum(wind, 9.6e9).spread for wind in (0.0, 2.0, 5.0, 10.0, 20.0)]
    assert (np.diff(spreads) > 0.0).all()
    assert spreads[0] > 0.01
    assert spreads[-1] < 0.5
