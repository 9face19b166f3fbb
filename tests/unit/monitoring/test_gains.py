"""What a stretch gains: the usual where nobody watched, the count where nobody is missed, else both by Bayes."""

import numpy as np
from scipy.fft import irfft
from scipy.stats import binom, nbinom

from sidelook.monitoring.gains import gains_of
from sidelook.monitoring.pattern import learn_pattern
from sidelook.monitoring.settings import HOUR, StockSettings
from sidelook.monitoring.timeline import lay_out

from .observed import hours, make_flow, make_images

NO_STEPS = StockSettings(unbalanced=(0.2,), step_interval=1e15, exposure_error=0.0, prior_rate=8.0 / HOUR)
LARGEST = 60


def test_a_gain_half_seen_is_that_of_weighed_draws() -> None:
    """Draw both numbers of crossings independently, weigh by who was counted and by how balanced they are."""
    flow = make_flow([(8.0, 9.0, 6, 2)], exposure=0.6)
    gains, length = gains_of(lay_out(flow, make_images([]), hours(8, 9)), LARGEST, 5.0, NO_STEPS)
    chance = irfft(gains[0], length)[0, 0, 1]

    pattern = learn_pattern(flow, NO_STEPS)
    mean, weight = (part[0] for part in pattern.expected(flow.start, flow.end))
    excess = pattern.dispersion - 1.0
    shape = 1.0 / (excess / mean + 1.0 / weight)
    rng = np.random.default_rng(8)
    came, left = rng.poisson(rng.gamma(shape, mean / shape, (1_000_000, 2))).T
    gain = came - left
    number = np.arange(200)
    usual = [nbinom.pmf(number, 0.2 * m / excess, 1.0 / pattern.dispersion) for m in mean]
    balanced = np.convolve(usual[0], usual[1][::-1])[gain + 199]
    independent = (np.bincount(gain + 500, minlength=1000) / len(gain))[gain + 500]
    likely = binom.pmf(6, came, 0.6) * binom.pmf(2, left, 0.6) * balanced / independent
    drawn = np.bincount(gain % length, likely, minlength=length) / likely.sum()
    np.testing.assert_allclose(chance, drawn, atol=0.01)
    assert np.abs(chance - drawn).sum() < 0.05


def test_where_nobody_is_missed_the_gain_is_what_was_counted() -> None:
    flow = make_flow([(8.0, 9.0, 6, 2), (9.0, 10.0, 1, 4)])
    gains, length = gains_of(lay_out(flow, make_images([]), hours(8, 10)), LARGEST, 5.0, StockSettings())
    chance = irfft(gains[0], length)
    np.testing.assert_allclose(chance[..., 1], 1.0, atol=1e-9)


def test_where_nobody_watched_the_gain_is_usual_and_even() -> None:
    flow = make_flow([(8.0, 9.0, 6, 2)], exposure=0.6)
    gains, length = gains_of(lay_out(flow, make_images([]), hours(8, 9, 24)), LARGEST, 5.0, StockSettings())
    chance = irfft(gains[1], length)
    number = np.concatenate([np.arange(length - length // 2), np.arange(-(length // 2), 0)])
    assert chance.shape == (1, 3, 1, length)
    np.testing.assert_allclose((chance * number).sum(axis=-1), 0.0, atol=0.3)
    spread = np.sqrt((chance * number**2).sum(axis=-1)).ravel()
    assert spread[0] < spread[1] < spread[2]


def test_a_stretch_too_wild_for_its_lattice_keeps_the_ring_short() -> None:
    wild = StockSettings(prior_rate=1e4)
    _, length = gains_of(lay_out(make_flow([]), make_images([]), hours(0, 5000)), LARGEST, 5.0, wild)
    assert length < 9.5 * (LARGEST + 1)
