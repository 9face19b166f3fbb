"""Echoes against their sum written out, the width of a strip map's points against the beam, and speckle's law."""

import numpy as np
import pytest
from scipy.optimize import brentq

from sidelook.model.image import centred_grid
from sidelook.sar.backprojection import backproject
from sidelook.sar.quality import measure_point
from sidelook.simulation.phase_history import (
    Scatterers,
    Waveform,
    simulate_phase_history,
    straight_flight,
    strip_flight,
    texture,
)

LIGHT = 299_792_458.0


@pytest.mark.parametrize("frequencies", [2, 16, 37, 100])
def test_the_sum_of_points_is_what_it_is_written_out(frequencies: int) -> None:
    rng = np.random.default_rng(1)
    points = Scatterers(places=rng.uniform(-50, 50, (9, 3)), amplitudes=rng.normal(size=9) + 1j * rng.normal(size=9))
    flight = straight_flight(stand_off=150e3, grazing=0.3, aperture=500.0, pulses=5, speed=100.0)
    made = simulate_phase_history(flight, Waveform(frequencies=frequencies), points, rng)
    frequency = made.frequency_start + made.frequency_step * np.arange(frequencies)
    for pulse, place in enumerate(flight.navigated):
        way = np.linalg.norm(points.places - place, axis=1) - made.reference_range[pulse]
        waves = np.exp(-4j * np.pi / LIGHT * np.multiply.outer(way, frequency))
        np.testing.assert_allclose(made.samples[pulse], points.amplitudes @ waves, atol=2e-6)


def test_a_strip_map_is_as_fine_as_its_beam_is_wide() -> None:
    width, stand_off = 0.04, 8e3
    flight = strip_flight(stand_off=stand_off, grazing=0.2, length=2400.0, pulses=2400, speed=100.0)
    place = np.array([[4.0, 300.0, 0.0]])  # far from the scene reference: no spotlight would have to look there
    points = Scatterers(places=place, amplitudes=np.ones(1, np.complex128))
    waveform = Waveform(bandwidth=200e6, frequencies=128, beam_width=width)
    history = simulate_phase_history(flight, waveform, points, np.random.default_rng(1))
    image = backproject(history, centred_grid((64, 64), 0.05, centre=(4.0, 300.0, 0.0)))
    point = measure_point(image)
    assert point.place[:2] == pytest.approx([4.0, 300.0], abs=0.02)

    # Bearings under the pattern of both ways; what they make of a point is their transform. The slant counts.
    angle = np.linspace(-3 * width, 3 * width, 20_001)
    weight = np.sinc(0.8859 * angle / width) ** 2
    slope = np.sin(angle) * np.cos(0.2)

    def above_half(x: float) -> float:
        return abs(np.sum(weight * np.exp(4j * np.pi * 9.6e9 / LIGHT * slope * x))) / weight.sum() - np.sqrt(0.5)

    expected = 2.0 * brentq(above_half, 0.0, LIGHT / 9.6e9 / 2.0 / width)
    assert point.along_rows.width == pytest.approx(expected, rel=0.01)


def test_ground_makes_speckle_and_shadow_none() -> None:
    rng = np.random.default_rng(3)
    ground = centred_grid((120, 120), 0.4)
    brightness = np.ones(ground.shape)
    brightness[:, 60:] = 0.0
    scatterers = texture(ground, brightness, rng)
    assert len(scatterers.places) == 7200
    flight = straight_flight(stand_off=10e3, grazing=0.3, aperture=200.0, pulses=160, speed=100.0)
    history = simulate_phase_history(flight, Waveform(bandwidth=150e6, frequencies=128), scatterers, rng)
    image = backproject(history, centred_grid((40, 40), 1.0))
    power = np.abs(image.pixels) ** 2
    bright, dark = power[5:-5, 4:16], power[5:-5, 26:36]
    # Of fully developed speckle the intensity is exponential: its standard deviation is its mean (Goodman 1976).
    assert bright.std() / bright.mean() == pytest.approx(1.0, abs=0.15)
    assert dark.mean() < 0.05 * bright.mean()
