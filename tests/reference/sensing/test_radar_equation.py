"""Against the values that MATLAB's documentation prints for the same calls, and a link budget of our own facts."""

from math import cos, pi, radians, sin

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.viewing import depression_angle, grazing_angle
from sidelook.model.radar import SPEED_OF_LIGHT, Radar
from sidelook.sensing.clutter import LandClass, cell_cross_section, range_cell, reflectivity
from sidelook.sensing.radar_equation import (
    Link,
    decibels,
    needed_power,
    radar_link,
    ratio,
    reach,
    search_signal_to_noise,
    signal_to_noise,
)
from sidelook.sensing.resolution import beam_width


def link(frequency: float, duration: float, gains_db: tuple[float, float], **given: float) -> Link:
    transmit, receive = (float(ratio(gain)) for gain in gains_db)
    wavelength = SPEED_OF_LIGHT / frequency
    rest = {"power": 1e6} | given
    return Link(duration=duration, wavelength=wavelength, transmit_gain=transmit, receive_gain=receive, **rest)


def test_signal_to_noise() -> None:
    first = signal_to_noise(link(1e9, 0.2e-6, (20, 20)), 1.0, 50e3)
    second = signal_to_noise(link(10e9, 1e-6, (40, 40), temperature=300.0, losses=float(ratio(3.0))), 0.5, 100e3)
    bistatic = signal_to_noise(link(10e9, 1e-6, (40, 20)), 1.0, 50e3, 75e3)
    assert_allclose(decibels([first, second, bistatic]), [5.5868, 14.3778, 9.0547], atol=1e-4)


def test_power() -> None:
    first = needed_power(link(1e9, 1e-6, (20, 20)), ratio(6.0), 1.0, 50e3)
    weaker = link(10e9, 1e-6, (30, 30), temperature=300.0, losses=float(ratio(3.0)))
    assert_allclose([first, needed_power(weaker, ratio(10.0), 0.5, 50e3)], [2.1996e5, 2.2809e6], rtol=3e-5)


def test_range() -> None:
    first = reach(link(10e9, 10e-6, (20, 20)), ratio(6.0), 1.0)
    second = reach(link(10e9, 10e-6, (40, 40), losses=float(ratio(3.0))), ratio(6.0), 0.1)
    assert_allclose([first, second], [4.1057e4, 1.9426e5], rtol=3e-5)


def test_search() -> None:
    receiver = link(1e9, 1.0, (0, 0), power=3e6, temperature=487.0, losses=float(ratio(6.0)))
    solid = radians(30.0) * sin(radians(45.0))  # 30 degrees wide, from the horizon up to 45
    unit = search_signal_to_noise(receiver, aperture=1.0, solid_angle=solid, scan=10.0)
    assert decibels(unit * ratio(-10.0) / 1e6**4) == pytest.approx(13.8182, abs=1e-4)


def test_link_budget_of_the_generic_design() -> None:
    """10 m2 seen for 64 ms by the default radar, and the clutter in its cell, over a 4/3 earth from 10 km."""
    radar = Radar()
    slant = np.array([50e3, 100e3, 150e3, 200e3, 250e3])
    chain = radar_link(radar, 64e-3)
    assert decibels(chain.transmit_gain) == pytest.approx(44.5, abs=0.05)
    snr = decibels(signal_to_noise(chain, 10.0, slant))
    assert_allclose(snr, [57.0, 45.0, 37.9, 32.9, 29.0], atol=0.06)
    graze = grazing_angle(10e3, slant)
    surface = reflectivity(LandClass.FARMLAND, graze, radar.waveform.frequency)
    width = beam_width(radar.antenna, radar.waveform.wavelength)
    clutter = cell_cross_section(surface, slant, width, range_cell(15e6), graze)
    assert decibels(clutter).min() == pytest.approx(8.8, abs=0.1)
    assert decibels(clutter).max() == pytest.approx(10.8, abs=0.1)
    assert_allclose(decibels(signal_to_noise(chain, clutter, slant)), [57.8, 45.5, 38.1, 32.5, 27.8], atol=0.15)


def test_effective_area_and_gain_agree() -> None:
    antenna = Radar().antenna
    area = antenna.efficiency * antenna.length * antenna.height
    chain = radar_link(Radar(), 1.0)
    assert chain.transmit_gain * chain.wavelength**2 / (4.0 * pi) == pytest.approx(area)


def test_angles_of_a_low_sensor() -> None:
    """MATLAB's depression and grazing angle for 300 m above the ground at 1 km."""
    assert np.degrees(depression_angle(300.0, 1000.0)) == pytest.approx(17.4608, abs=1e-4)
    assert np.degrees(grazing_angle(300.0, 1000.0)) == pytest.approx(17.4544, abs=1e-4)
    assert cos(radians(60.0)) == pytest.approx(0.5)
