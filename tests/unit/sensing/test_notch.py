import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.sensing.notch import detection_probability


def test_half_the_peak_at_the_minimum_detectable_speed() -> None:
    assert detection_probability(1.5, 1.5, 0.9) == pytest.approx(0.45)
    assert detection_probability(-1.5, 1.5, 0.9) == pytest.approx(0.45)


def test_nothing_at_rest_and_the_peak_far_away() -> None:
    assert_allclose(detection_probability([0.0, 30.0], 1.5, 0.9), [0.0, 0.9], atol=1e-15)


def test_koch_klemm_form() -> None:
    speed = np.linspace(-4, 4, 33)
    assert_allclose(detection_probability(speed, 2.0, 1.0), 1.0 - 2.0 ** -((speed / 2.0) ** 2))
