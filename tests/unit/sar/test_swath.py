"""The swath of echoes: c / 2 step wide, and what lies outside is not made up."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import centred_grid
from sidelook.sar.swath import OutsideSwathError, share_in_swath, swath_width
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

STEP = 600e6 / 256


@pytest.fixture(scope="module")
def history() -> PhaseHistory:
    """Echoes from the east, far away and level, so that range is west."""
    flight = straight_flight(stand_off=500e3, grazing=0.0, aperture=10.0, pulses=20, speed=100.0)
    nothing = Scatterers(places=np.zeros((1, 3)), amplitudes=np.zeros(1, np.complex128))
    return simulate_phase_history(flight, Waveform(), nothing, np.random.default_rng(1))


def test_the_swath_is_half_the_speed_of_light_by_the_step(history: PhaseHistory) -> None:
    assert swath_width(history) == pytest.approx(299_792_458.0 / 2.0 / STEP)  # 63.96 m


@pytest.mark.parametrize(("east", "expected"), [(0.0, 1.0), (32.0, 0.5), (-32.0, 0.5), (40.0, 0.0)])
def test_the_share_of_an_image_in_it(history: PhaseHistory, east: float, expected: float) -> None:
    grid = centred_grid((100, 100), 0.2, centre=(east, 0.0, 0.0))
    if expected:
        assert share_in_swath(history, grid) == pytest.approx(expected, abs=0.02)
    else:
        shift = replace(history, range_correction=np.full(len(history), -east))
        assert share_in_swath(shift, grid) == pytest.approx(1.0)


def test_an_image_outside_is_refused(history: PhaseHistory) -> None:
    with pytest.raises(OutsideSwathError, match="64 m wide") as caught:
        share_in_swath(history, centred_grid((100, 100), 0.2, centre=(60.0, 0.0, 0.0)))
    assert caught.value.nearest == pytest.approx(50.0, abs=0.5)
