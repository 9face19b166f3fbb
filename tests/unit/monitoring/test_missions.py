"""A mission as one thing."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.model.plots import Dwells
from sidelook.monitoring.missions import mission_flown


def test_times_on_station_are_told_apart_by_pauses(dwells: Callable[..., Dwells], begin: int) -> None:
    seconds = np.concatenate([np.arange(0.0, 1_800.0, 30.0), np.arange(7_200.0, 9_000.0, 30.0)])
    flown = mission_flown(dwells(seconds))
    assert ((flown.stations - begin) / 1e9).tolist() == [[0.0, 1_770.0], [7_200.0, 8_970.0]]
    assert flown.on_station == pytest.approx(3_540.0)
    assert flown.revisit == pytest.approx(30.0)
    assert flown.platforms == ("TEST",)
    assert flown.stand_off == pytest.approx([100e3] * 3, rel=0.01)
    assert flown.minimum_detectable_speed == pytest.approx(1.0)
    assert len(flown.time) == 60  # a point a minute


def test_without_dwells_nothing_is_known(dwells: Callable[..., Dwells]) -> None:
    with pytest.raises(UsageError, match="no dwells are kept"):
        mission_flown(dwells(np.zeros(0)))
