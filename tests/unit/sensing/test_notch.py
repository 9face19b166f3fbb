import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.sensing.clutter import Spectrum
from sidelook.sensing.notch import Suppression, detection_probability, minimum_detectable_speed, sinr_loss


def test_half_the_peak_at_the_minimum_detectable_speed() -> None:
    assert detection_probability(1.5, 1.5, 0.9) == pytest.approx(0.45)
    assert detection_probability(-1.5, 1.5, 0.9) == pytest.approx(0.45)


def test_nothing_at_rest_and_the_peak_far_away() -> None:
    assert_allclose(detection_probability([0.0, 30.0], 1.5, 0.9), [0.0, 0.9], atol=1e-15)


def test_koch_klemm_form() -> None:
    speed = np.linspace(-4, 4, 33)
    assert_allclose(detection_probability(speed, 2.0, 1.0), 1.0 - 2.0 ** -((speed / 2.0) ** 2))


def suppression(**changed: float) -> Suppression:
    given = {"length": 7.3, "platform_speed": 220.0, "channels": 3} | changed
    rest = Spectrum(speed=np.zeros(1), weight=np.ones(1))
    return Suppression(wavelength=0.0312, pulse_rate=2_300.0, pulses=100, motion=rest, **given)


def test_no_clutter_costs_nothing_and_more_costs_more() -> None:
    loss = sinr_loss(suppression(), np.linspace(0.0, 15.0, 16), [0.0, 1e2, 1e4, 1e6])
    assert_allclose(loss[0], 1.0)
    assert (np.diff(loss, axis=0) <= 1e-12).all()
    assert loss[-1, 0] < 1e-3
    assert loss[2, -1] > 0.5


def test_the_notch_is_symmetric_and_returns_at_the_blind_speed() -> None:
    speed = np.array([0.3, 1.0, 2.5])
    ahead, behind, folded = (
        sinr_loss(suppression(), v, [1e4]) for v in (speed, -speed, speed + 0.5 * 0.0312 * 2_300.0)
    )
    assert_allclose(ahead, behind, rtol=1e-6)
    assert_allclose(ahead, folded, rtol=1e-6)


def test_width_scales_with_platform_speed_over_length() -> None:
    speed = np.linspace(0.0, 15.0, 301)
    width = [
        minimum_detectable_speed(speed, 10.0 * np.log10(sinr_loss(suppression(**changed), speed, [1e4])[0]))
        for changed in ({}, {"length": 3.65}, {"platform_speed": 110.0})
    ]
    assert width[1] > 1.5 * width[0]
    assert width[2] < 0.8 * width[0]


def test_no_notch_no_minimum() -> None:
    assert minimum_detectable_speed(np.linspace(0.0, 10.0, 11), np.zeros(11)) == 0.0
