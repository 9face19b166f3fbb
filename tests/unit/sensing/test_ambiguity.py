import numpy as np
from numpy.testing import assert_allclose

from sidelook.model.radar import SPEED_OF_LIGHT, Waveform
from sidelook.sensing.ambiguity import blind, blind_speed, fold, folded_speeds, unambiguous_range

WAVELENGTH = SPEED_OF_LIGHT / 9.6e9


def test_range_and_blind_speed_of_three_pulse_rates() -> None:
    rates = np.array([1e3, 2e3, 3e3])
    assert_allclose(unambiguous_range(rates), [150e3, 75e3, 50e3], rtol=1e-3)
    assert_allclose(blind_speed(rates, WAVELENGTH), [15.6, 31.2, 46.8], atol=0.05)
    product = unambiguous_range(rates) * blind_speed(rates, WAVELENGTH)
    assert_allclose(product, SPEED_OF_LIGHT * WAVELENGTH / 4.0)


def test_folding_keeps_speeds_within_half_a_period() -> None:
    assert_allclose(fold([0.0, 39.0, 41.0, -41.0, 80.0, 200.0], 80.0), [0.0, 39.0, -39.0, 39.0, 0.0, -40.0])


def test_pulse_rates_fold_differently() -> None:
    folded = folded_speeds([[10.0], [40.0]], Waveform().pulse_rates, WAVELENGTH)
    assert folded.shape == (3, 2, 1)
    assert_allclose(folded[:, 0, 0], 10.0)
    assert_allclose(folded[:, 1, 0], 40.0 - blind_speed(Waveform().pulse_rates, WAVELENGTH))


def test_at_a_blind_speed_one_rate_is_blind_and_the_others_see() -> None:
    rates = Waveform().pulse_rates
    for row, speed in enumerate(blind_speed(rates, WAVELENGTH)):
        seen = blind(np.array([speed, -speed, 2.0 * speed]), rates, WAVELENGTH, 1.0)
        assert (seen.sum(axis=0) == 1).all()
        assert seen[row].all()
    assert blind(0.5, rates, WAVELENGTH, 1.0).all()
    assert not blind(10.0, rates, WAVELENGTH, 1.0).any()


def test_no_speed_below_the_unfolding_is_blind_for_two_of_three() -> None:
    """With the default pulse rates one may fail and the dwell still finds, all the way to the wrap speed."""
    speed = np.linspace(1.5, 40.0, 4_000)
    assert blind(speed, Waveform().pulse_rates, WAVELENGTH, 1.0).sum(axis=0).max() <= 1
