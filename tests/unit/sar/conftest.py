from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.origin import Origin
from sidelook.simulation.phase_history import (
    Flight,
    Scatterers,
    Waveform,
    simulate_phase_history,
    straight_flight,
)

PLACE = (3.21, -4.57, 0.0)
Echoes = Callable[..., PhaseHistory]
Ground = Callable[..., SarImage]


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


@pytest.fixture
def ground() -> Ground:
    """Give a maker of complex images of fully developed speckle over ground of a given mean intensity."""

    def make(mean: object, rng: np.random.Generator, *, spacing: float = 0.5) -> SarImage:
        power = np.asarray(mean, np.float64)
        pixels = np.sqrt(0.5 * power) * (rng.standard_normal((*power.shape, 2)) @ np.array([1.0, 1j]))
        return image_of(pixels, spacing)

    return make


def image_of(pixels: object, spacing: float = 0.5) -> SarImage:
    values = np.asarray(pixels)
    rows, columns = values.shape
    return SarImage(
        pixels=values.astype(np.complex64 if np.iscomplexobj(values) else np.float32),
        grid=centred_grid((rows, columns), spacing),
        frame=None,
        begin=None,
        end=None,
        centre_frequency=9.6e9,
        processing=("speckle",),
        origin=Origin(source="test", simulated=True),
    )
