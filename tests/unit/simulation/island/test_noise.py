import numpy as np
import pytest

from sidelook.simulation.island.noise import fine_noise, fractal_noise, refine


def test_noise_is_standard_and_its_amplitude_falls_as_asked() -> None:
    noise = fractal_noise(np.random.default_rng(1), (256, 256), 1.5, 64.0)
    assert noise.mean() == pytest.approx(0.0, abs=1e-6)
    assert noise.std() == pytest.approx(1.0, abs=1e-6)
    power = np.abs(np.fft.fft2(noise)) ** 2
    frequency = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256))
    octaves = [power[(frequency > low) & (frequency < 1.2 * low)].mean() for low in (0.05, 0.2)]
    # Four times the frequency at an exponent of 1.5 is 4^3 less power.
    assert octaves[0] / octaves[1] == pytest.approx(64.0, rel=0.3)


def test_fine_noise_is_standard_too() -> None:
    for width in (0.8, 1.2, 3.0):
        assert fine_noise(np.random.default_rng(2), (400, 400), width).std() == pytest.approx(1.0, rel=0.05)


def test_refining_keeps_the_points_and_puts_a_cubic_between() -> None:
    row, column = np.indices((9, 11), float)
    field = 0.02 * row**3 - row * column + 0.3 * column**2
    fine_row, fine_column = np.indices((17, 21)) / 2.0
    expected = 0.02 * fine_row**3 - fine_row * fine_column + 0.3 * fine_column**2
    finer = refine(field)
    np.testing.assert_array_equal(finer[::2, ::2], field)
    np.testing.assert_allclose(finer[2:-2, 2:-2], expected[2:-2, 2:-2], atol=1e-12)
