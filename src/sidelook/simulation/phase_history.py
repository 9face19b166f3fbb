"""Echoes of points and of ground as a phase history: spotlight or strip map, any stand-off, motion and error of it.

The antenna's true path makes the echoes, the path as navigated is what the record says; their difference is what an
autofocus has to find. The noise, the points and their amplitudes are the caller's.
"""

from dataclasses import dataclass, replace
from math import isqrt, pi

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid
from sidelook.model.origin import Origin
from sidelook.model.radar import SPEED_OF_LIGHT

HALF_POWER = 0.8859  # of an even aperture: where sinc is the root of a half, twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """What is sent, and how much noise comes with what is received.

    Attributes
    ----------
    centre_frequency, bandwidth : Hz
    frequencies : samples of the band; their step bounds the extent in range, c / 2 step
    noise : standard deviation of the complex samples, in amplitudes of a scatterer
    beam_width : in azimuth between the half-power places of one way, rad; as wide as can be where infinite
    """

    centre_frequency: float = 9.6e9
    bandwidth: float = 600e6
    frequencies: int = 256
    noise: float = 0.0
    beam_width: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatterers:
    """Points that scatter alike in all directions.

    Attributes
    ----------
    places : (N, 3) east, north, up of the scene reference, m; of those that move, at time 0 of the flight
    amplitudes : (N,) complex
    velocities : (N, 3) m/s; all stand where None
    """

    places: Floats
    amplitudes: np.ndarray[tuple[int], np.dtype[np.complex128]]
    velocities: Floats | None = None

    def places_at(self, time: float) -> Floats:
        """Give where they are, (N, 3) m, at a time of the flight, s."""
        return self.places if self.velocities is None else self.places + time * self.velocities


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """Where the antenna is at each pulse.

    Attributes
    ----------
    time : (P,) s after the begin
    navigated : (P, 3) east, north, up of the scene reference, m, as the record will say
    error : (P, 3) true place less navigated, m
    looked_at : (P, 3) places that the beam is on, and whose range the receiver takes out, m; the scene reference
        where None
    """

    time: Floats
    navigated: Floats
    error: Floats
    looked_at: Floats | None = None


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


def strip_flight(*, stand_off: float, grazing: float, length: float, pulses: int, speed: float) -> Flight:
    """Fly as ``straight_flight`` does, ``length`` metres, the beam always abeam: a strip map."""
    flight = straight_flight(stand_off=stand_off, grazing=grazing, aperture=length, pulses=pulses, speed=speed)
    return replace(flight, looked_at=flight.navigated * np.array([0.0, 1.0, 0.0]))


def texture(ground: PlaneGrid, brightness: Floats, rng: Generator) -> Scatterers:
    """Strew ground with scatterers, one to a cell: what they send back together is fully developed speckle.

    Parameters
    ----------
    ground : cells, smaller than what is to be resolved; scatterers lie anywhere in theirs
    brightness : (rows, columns) mean power of a cell's scatterer; 0 is shadow
    rng : for places and circular Gaussian amplitudes
    """
    rows, columns = np.nonzero(brightness > 0.0)
    off = rng.uniform(-0.5, 0.5, (2, len(rows)))
    amplitudes = rng.standard_normal((len(rows), 2)) @ np.array([1.0, 1j]) * np.sqrt(0.5 * brightness[rows, columns])
    return Scatterers(places=ground.positions(rows + off[0], columns + off[1]), amplitudes=amplitudes)


def simulate_phase_history(
    flight: Flight,
    waveform: Waveform,
    scatterers: Scatterers,
    rng: Generator,
    *,
    frame: LocalFrame | None = None,
    begin: int | None = None,
) -> PhaseHistory:
    """Compute what points send back, exactly, in float64; the record is marked as simulated.

    Points that move are heard from where they are at each pulse: while it is under way, they stand.
    """
    step = waveform.bandwidth / waveform.frequencies
    start = waveform.centre_frequency - 0.5 * (waveform.frequencies - 1) * step
    looked_at = np.zeros_like(flight.navigated) if flight.looked_at is None else flight.looked_at
    reference = np.linalg.norm(flight.navigated - looked_at, axis=1)
    samples = np.zeros((len(reference), waveform.frequencies), np.complex128)
    for pulse, place in enumerate(flight.navigated + flight.error):
        line = scatterers.places_at(float(flight.time[pulse])) - place
        way = np.linalg.norm(line, axis=1) - reference[pulse]
        gain = _gain(line, looked_at[pulse] - place, waveform.beam_width)
        samples[pulse] = _sum_of_waves(scatterers.amplitudes * gain, way, (start, step, waveform.frequencies))
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


def _gain(line: Floats, looked: Floats, width: float) -> Floats:
    """Give amplitudes of both ways through the pattern of an even aperture, by how far to the side a point is."""
    if not np.isfinite(width):
        return np.ones(len(line))
    bearing = np.arctan2(line[:, 0], line[:, 1]) - np.arctan2(looked[0], looked[1])
    aside = np.mod(bearing + pi, 2.0 * pi) - pi
    return np.asarray(np.sinc(HALF_POWER * aside / width) ** 2)


def _sum_of_waves(
    amplitudes: NDArray[np.complex128], way: Floats, band: tuple[float, float, int]
) -> NDArray[np.complex128]:
    """Sum exp(-4j pi f way / c) over points, at each frequency ``start + step * k``.

    With k = coarse * q + fine each wave is a product of two, and the sum a product of matrices: waves are computed at
    twice the root of the number of frequencies, not at each.
    """
    start, step, count = band
    fine = isqrt(count - 1) + 1
    coarse = -(-count // fine)
    turn = -4j * pi / SPEED_OF_LIGHT * way[:, None]
    rough = amplitudes[:, None] * np.exp(turn * (start + step * fine * np.arange(coarse)))
    return np.asarray((rough.T @ np.exp(turn * step * np.arange(fine))).reshape(-1)[:count])
