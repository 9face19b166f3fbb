import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.simulation.detection.scene import Imperfections, Weather, heavy_tail_growth, rain_loss_db


def test_rain_costs_what_the_itu_says() -> None:
    """0.5 dB/km one way at 20 mm/h and 10 GHz, over what of the way is below the rain's height and within it."""
    weather = Weather(rain_rate=20.0, rain_height=4_000.0, rain_depth=30_000.0)
    slant, grazing = np.array([10e3, 150e3, 150e3]), np.radians([5.0, 5.0, 30.0])
    loss = rain_loss_db(weather, 10e9, slant, grazing)
    per_kilometre = 0.0122 * 20.0**1.26
    assert per_kilometre == pytest.approx(0.53, abs=0.01)
    assert_allclose(loss, 2.0 * per_kilometre * np.array([10.0, 30.0, 8.0]))
    assert (rain_loss_db(Weather(), 10e9, slant, grazing) == 0.0).all()


def test_growth_of_a_mixture() -> None:
    assert heavy_tail_growth(Imperfections(heavy_tail_share=0.1, heavy_tail_factor=4.0)) == pytest.approx(np.sqrt(2.5))
    assert heavy_tail_growth(Imperfections(heavy_tail_share=0.0)) == 1.0
