"""Echoes of point scatterers as a phase history: spotlight, any stand-off, any motion and any error of the motion.

The antenna's true path makes the echoes, the path as navigated is what the record says; their difference is what an
autofocus has to find. The noise, the points and their amplitudes are the caller's.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.random import Generator

from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.origin import Origin

LIGHT = 299_792_458.0  # m/s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """What is sent, and how much noise comes with what is received.

    Attributes
    ----------
    centre_frequency, bandwidth : Hz
    frequencies : samples of the band; their step bounds the extent in range, c / 2 step
    noise : standard deviation of the complex samples, in amplitudes of a scatterer
    """

    centre_frequency: float = 9.6e9
    bandwidth: float = 600e6
    frequencies: int = 256
    noise: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatterers:
    """Points that scatter alike in all directions.

    Attributes
    ----------
    places : (N, 3) east, north, up of the scene reference, m
    amplitudes : (N,) complex
    """

    places: Floats
    amplitudes: np.ndarray[tuple[int], np.dtype[np.complex128]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """Where the antenna is at each pulse.

    Attributes
    ----------
    time : (P,) s after the begin
    navigated : (P, 3) east, north, up of the scene reference, m, as the record will say
    error : (P, 3) true place less navigated, m
    """

    time: Floats
    navigated: Floats
    error: Floats


def straight_flight(*, stand_off: float, grazing: float, aperture: float, pulses: int, speed: float) -> Flight:
    """Fly north to south past a scene that lies west, the aperture's middle abeam, without error.

    Parameters
    ----------
    stand_off : slant range at the middle, m
    grazing : angle at which the scene is seen, rad
    aperture : length of the flight, m
    speed : m/s
    """
    along = np.linspace(0.5 * aperture, -0.5 * aperture, pulses)
    east = np.full(pulses, stand_off * np.cos(grazing))
    navigated = np.stack([east, along, np.full(pulses, stand_off * np.sin(grazing))], axis=1)
    return Flight(time=(along[0] - along) / speed, navigated=navigated, error=np.zeros_like(navigated))


def simulate_phase_history(
    flight: Flight,
    waveform: Waveform,
    scatterers: Scatterers,
    rng: Generator,
    *,
    frame: LocalFrame | None = None,
    begin: int | None = None,
) -> PhaseHistory:
    """Compute what points send back, exactly, in float64; the record is marked as simulated."""
    step = waveform.bandwidth / waveform.frequencies
    start = waveform.centre_frequency - 0.5 * (waveform.frequencies - 1) * step
    frequency = start + step * np.arange(waveform.frequencies)
    reference = np.linalg.norm(flight.navigated, axis=1)
    samples = np.zeros((len(reference), waveform.frequencies), np.complex128)
    for pulse, place in enumerate(flight.navigated + flight.error):
        way = np.linalg.norm(scatterers.places - place, axis=1) - reference[pulse]
        samples[pulse] = scatterers.amplitudes @ np.exp(-4j * pi / LIGHT * np.multiply.outer(way, frequency))
    noise = rng.standard_normal((*samples.shape, 2)) @ np.array([1.0, 1j])
    samples += waveform.noise / np.sqrt(2.0) * noise
    nothing = np.zeros(len(reference))
    return PhaseHistory(
        samples=samples.astype(np.complex64),
        frequency_start=start,
        frequency_step=step,
        transmit=flight.navigated,
        receive=flight.navigated,
        reference_range=reference,
        time=flight.time,
        range_correction=nothing,
        phase_correction=nothing.copy(),
        frame=frame,
        begin=begin,
        origin=Origin(source="simulated phase history", simulated=True),
    )
