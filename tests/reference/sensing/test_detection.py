"""Detection against published values, SciPy's distributions, and closed forms that the sums must meet."""

from math import log10

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from sidelook.sensing.detection import (
    albersheim_db,
    cfar_multiplier,
    found_in,
    steady,
    swerling_1,
    swerling_1_needed,
)


def test_albersheim() -> None:
    assert albersheim_db(0.9, 1e-6) == pytest.approx(13.1145, abs=1e-4)
    assert albersheim_db(0.9, 1e-6, looks=10) == pytest.approx(4.9904, abs=1e-4)


def test_swerling_1_and_cfar() -> None:
    assert 10 * log10(swerling_1_needed(0.9, 1e-6)) == pytest.approx(21.1436, abs=1e-4)
    multipliers = [cfar_multiplier(1e-6, cells) for cells in (16, 32, 64)]
    assert_allclose(multipliers, [21.9420, 17.2776, 15.4200], atol=1e-4)
    known = swerling_1_needed(0.9, 1e-6)
    losses = [10 * log10(swerling_1_needed(0.9, 1e-6, cells) / known) for cells in (8, 16, 32, 64)]
    assert_allclose(losses, [4.269, 2.007, 0.971, 0.477], atol=1e-3)


def test_needed_is_the_other_way_round() -> None:
    for cells in (None, 24):
        assert swerling_1(swerling_1_needed(0.7, 1e-5, cells), 1e-5, cells) == pytest.approx(0.7)


def test_steady_target_in_known_noise_is_marcums_q() -> None:
    snr = 10.0 ** (np.linspace(-10.0, 20.0, 61) / 10.0)
    for false_alarm in (1e-3, 1e-6, 1e-8):
        expected = stats.ncx2.sf(-2.0 * np.log(false_alarm), 2, 2.0 * snr)
        assert_allclose(steady(snr, false_alarm), expected, rtol=1e-6, atol=1e-12)


def test_noise_alone_passes_as_often_as_said() -> None:
    for cells in (None, 16, 64):
        assert steady(0.0, 1e-4, cells) == pytest.approx(1e-4)


def test_albersheim_agrees_with_the_steady_target() -> None:
    assert steady(10.0 ** (albersheim_db(0.9, 1e-6) / 10.0), 1e-6) == pytest.approx(0.9, abs=0.01)


def test_a_steady_target_of_exponential_power_is_swerling_1() -> None:
    """Averaged over its fluctuation, the sum has to give the closed form, with and without cell averaging."""
    for cells in (None, 16, 32):
        mean, over = 30.0, np.linspace(0.0, 30.0, 4001)
        averaged = integrate.simpson(steady(mean * over, 1e-6, cells) * np.exp(-over), x=over)
        assert averaged == pytest.approx(float(swerling_1(mean, 1e-6, cells)), abs=2e-5)


def test_two_of_three() -> None:
    chance = np.array([0.2, 0.5, 0.9])
    all_three, two = 0.2 * 0.5 * 0.9, 0.2 * 0.5 * 0.1 + 0.2 * 0.5 * 0.9 + 0.8 * 0.5 * 0.9
    assert found_in(chance, 2) == pytest.approx(two + all_three)
    assert found_in(chance, 3) == pytest.approx(all_three)
    assert_allclose(found_in(np.full((5, 3), 0.4), 3), stats.binom.sf(2, 5, 0.4))
