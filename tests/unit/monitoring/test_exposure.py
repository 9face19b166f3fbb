"""Why nothing is concluded, and what of an hour counts."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.flow import Crossings, Reason
from sidelook.model.places import Places
from sidelook.model.plots import Dwells
from sidelook.monitoring.exposure import exposure_of, reason_for
from sidelook.monitoring.gates import gates_of
from sidelook.monitoring.glances import glances_at
from sidelook.monitoring.holding import HoldingSettings

EASTWARD = [(-500.0, 0.0), (500.0, 0.0)]
HOUR = 3_600 * 10**9
NONE = Crossings.empty(origins=())
SETTINGS = HoldingSettings(headings=(0.0,), speeds=(1.0,))


def test_half_an_hour_of_looks_exposes_half_of_an_hour(
    places: Callable[..., Places], dwells: Callable[..., Dwells], begin: int
) -> None:
    line = places(EASTWARD, line=True)
    gates = gates_of(line)
    edges = begin + np.arange(3) * HOUR
    half = glances_at(gates, dwells(np.arange(0.0, 1_800.0, 20.0)))
    found = exposure_of(line, gates, half, edges, NONE, SETTINGS)
    assert found.counted.shape == (1, 2, 2)
    assert found.counted[0, :, 0] == pytest.approx([0.5, 0.5], abs=0.05)
    assert found.counted[0, :, 1] == pytest.approx([0.0, 0.0], abs=0.01)
    assert found.looked[0, 0] == pytest.approx(0.5, abs=0.05)
    assert found.clear[0, 0] == pytest.approx(1.0, abs=0.01)


def test_across_the_line_of_sight_little_is_exposed(
    places: Callable[..., Places], dwells: Callable[..., Dwells], begin: int
) -> None:
    line = places(EASTWARD, line=True)
    gates = gates_of(line)
    aside = glances_at(gates, dwells(np.arange(0.0, 3_600.0, 20.0), bearing=0.5 * np.pi))
    found = exposure_of(line, gates, aside, begin + np.arange(2) * HOUR, NONE, SETTINGS)
    assert found.looked[0, 0] > 0.95
    assert found.counted.max() < 0.05
    assert found.clear[0, 0] < 0.05


@pytest.mark.parametrize(
    ("exposure", "shares", "reason"),
    [
        (0.5, (1.0, 1.0, 1.0), Reason.NONE),
        (0.02, (0.1, np.nan, np.nan), Reason.NOT_LOOKED_AT),
        (0.0, (0.0, np.nan, np.nan), Reason.NOT_LOOKED_AT),
        (0.02, (1.0, 0.1, 0.9), Reason.HIDDEN),
        (0.02, (1.0, 0.9, 0.1), Reason.ALONG_THE_NOTCH),
        (0.02, (1.0, np.nan, 0.9), Reason.TOO_FEW_LOOKS),
    ],
)
def test_what_takes_most_is_the_reason(exposure: float, shares: tuple[float, float, float], reason: Reason) -> None:
    assert reason_for(exposure, shares, 0.1) is reason
