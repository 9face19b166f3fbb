from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.echoes import PhaseHistory
from sidelook.simulation.phase_history import (
    Flight,
    Scatterers,
    Waveform,
    simulate_phase_history,
    straight_flight,
)

PLACE = (3.21, -4.57, 0.0)
Echoes = Callable[..., PhaseHistory]


def flight_at(stand_off: float, pulses: int = 96) -> Flight:
    """Cross 3.0 degrees of the scene, whatever the distance."""
    return straight_flight(
        stand_off=stand_off, grazing=np.radians(20.0), aperture=0.0524 * stand_off, pulses=pulses, speed=150.0
    )


@pytest.fixture
def echoes() -> Echoes:
    """Give a maker of echoes of points at a stand-off."""

    def make(
        stand_off: float = 10e3, places: object = (PLACE,), error: object = 0.0, **waveform: float
    ) -> PhaseHistory:
        points = np.asarray(places, np.float64)
        flight = flight_at(stand_off)
        flight = Flight(time=flight.time, navigated=flight.navigated, error=flight.error + error)
        scatterers = Scatterers(places=points, amplitudes=np.ones(len(points), np.complex128))
        return simulate_phase_history(flight, Waveform(**waveform), scatterers, np.random.default_rng(5))

    return make
