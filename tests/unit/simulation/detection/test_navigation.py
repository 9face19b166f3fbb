from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.plots import Dwells
from sidelook.simulation.detection.chance import Chance
from sidelook.simulation.detection.navigation import navigate
from sidelook.simulation.detection.scene import Imperfections

from .conftest import stare

SETTINGS = Imperfections(sigma_heading=1e-3, heading_time=100.0, position_time=50.0, navigation_step=10.0)


def hours(count: int = 6_000, step: int = 10) -> Dwells:
    dwells = stare(count)
    columns = {name: getattr(dwells, name) for name in Dwells.DTYPES}
    columns["time"] = dwells.time[0] + np.arange(count) * step * 1_000_000_000
    columns["sigma_along"], columns["sigma_across"] = (np.full(count, sigma, np.float32) for sigma in (4.0, 2.0))
    columns["sigma_sensor_height"] = np.full(count, 6.0, np.float32)
    return Dwells(**columns, plots=dwells.plots, origins=dwells.origins)


def test_errors_are_as_large_as_stated_and_fade_with_their_times() -> None:
    dwells = hours()
    found = navigate(Chance(seed=1), SETTINGS, dwells)
    # Flying east: along is east, across (to the right) south.
    east = (found.longitude - dwells.sensor_longitude) * MEAN_RADIUS * np.cos(dwells.sensor_latitude)
    south = -(found.latitude - dwells.sensor_latitude) * MEAN_RADIUS
    up = found.height - dwells.sensor_height
    for error, sigma, step in (
        (east, 4.0, 50.0),
        (south, 2.0, 50.0),
        (up, 6.0, 50.0),
        (found.heading_error, 1e-3, 100.0),
    ):
        # As many of them are independent as times of forgetting go, twice, into the whole.
        independent = 60_000.0 / (2.0 * step)
        assert error.std() == pytest.approx(sigma, rel=3.0 / np.sqrt(2.0 * independent))
        assert np.corrcoef(error[1:], error[:-1])[0, 1] == pytest.approx(np.exp(-10.0 / step), abs=0.03)
    assert abs(np.corrcoef(east, found.heading_error)[0, 1]) < 0.15


def test_a_group_of_dwells_shares_its_errors() -> None:
    dwells = hours(100, step=1)
    found = navigate(Chance(seed=1), SETTINGS, dwells)
    assert len(np.unique(found.heading_error)) <= 11


def test_when_one_begins_to_ask_does_not_matter() -> None:
    dwells = hours(300)
    whole = navigate(Chance(seed=1), SETTINGS, dwells)
    part = navigate(Chance(seed=1), SETTINGS, dwells.take(slice(200, 210)))
    np.testing.assert_allclose(part.heading_error, whole.heading_error[200:210], rtol=1e-9, atol=1e-15)


def test_a_perfect_platform_has_no_errors_and_no_dwells_are_none() -> None:
    dwells = stare(3)
    found = navigate(Chance(seed=1), replace(SETTINGS, sigma_heading=0.0), dwells)
    assert (found.latitude == dwells.sensor_latitude).all()
    assert (found.heading_error == 0.0).all()
    assert len(navigate(Chance(seed=1), SETTINGS, stare(0)).height) == 0
