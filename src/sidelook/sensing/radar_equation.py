"""The radar equation: how strong the echo of a target is against the receiver's noise.

Skolnik, Introduction to Radar Systems, chapters 1 and 2; Richards, Fundamentals of Radar Signal Processing, section
2.1. Ratios are plain numbers here; ``decibels`` and ``ratio`` go between.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.model.radar import Radar

BOLTZMANN = 1.380649e-23
REFERENCE_TEMPERATURE = 290.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """All of the radar equation that is not the target.

    Attributes
    ----------
    power : peak or average, W
    duration : of the pulse where the power is the peak, of the coherent integration where it is the average, s
    wavelength : m
    transmit_gain, receive_gain : of the antennas
    temperature : of the receiver, noise figure included, K
    losses : all of them, 1 for none
    """

    power: float
    duration: float
    wavelength: float
    transmit_gain: float
    receive_gain: float
    temperature: float = REFERENCE_TEMPERATURE
    losses: float = 1.0


def decibels(value: ArrayLike) -> NDArray[np.float64]:
    """Turn ratios, (...), into dB; zero becomes minus infinity."""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(value, np.float64)))


def ratio(value_db: ArrayLike) -> NDArray[np.float64]:
    """Turn dB, (...), into ratios."""
    return np.asarray(10.0 ** (np.asarray(value_db, np.float64) / 10.0))


def radar_link(radar: Radar, duration: float) -> Link:
    """Take a radar's share of the equation: the whole aperture sends and receives, straight ahead.

    Parameters
    ----------
    radar : whose average power is used
    duration : of the coherent integration, s
    """
    antenna, waveform = radar.antenna, radar.waveform
    gain = 4.0 * pi * antenna.efficiency * antenna.length * antenna.height / waveform.wavelength**2
    return Link(
        power=waveform.average_power,
        duration=duration,
        wavelength=waveform.wavelength,
        transmit_gain=gain,
        receive_gain=gain,
        temperature=REFERENCE_TEMPERATURE * float(ratio(radar.noise_figure_db)),
        losses=float(ratio(radar.losses_db)),
    )


def signal_to_noise(
    link: Link, cross_section: ArrayLike, slant_range: ArrayLike, receive_range: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Give the ratio of signal to noise.

    Parameters
    ----------
    link : the radar
    cross_section : (...) m2
    slant_range : (...) to the target, m
    receive_range : (...) from the target to a receiver that stands elsewhere, m; None for the same way back

    Returns
    -------
    (...) ratio
    """
    there = np.asarray(slant_range, np.float64)
    back = there if receive_range is None else np.asarray(receive_range, np.float64)
    return _strength(link) * np.asarray(cross_section, np.float64) / (there * back) ** 2


def reach(link: Link, needed: ArrayLike, cross_section: ArrayLike) -> NDArray[np.float64]:
    """Give the slant range, (...) m, at which a target of a cross section, m2, has the ratio that is needed."""
    return np.asarray(
        (_strength(link) * np.asarray(cross_section, np.float64) / np.asarray(needed, np.float64)) ** 0.25
    )


def needed_power(
    link: Link, needed: ArrayLike, cross_section: ArrayLike, slant_range: ArrayLike
) -> NDArray[np.float64]:
    """Give the power, (...) W, with which a target has the ratio that is needed; the link's own is not used."""
    return np.asarray(needed, np.float64) * link.power / signal_to_noise(link, cross_section, slant_range)


def search_signal_to_noise(link: Link, aperture: float, solid_angle: float, scan: float) -> float:
    """Give the ratio in searching, times range to the fourth over cross section, m2.

    Parameters
    ----------
    link : power, temperature and losses are used
    aperture : effective area, m2
    solid_angle : searched, sr
    scan : time for it, s
    """
    return link.power * aperture * scan / (4.0 * pi * BOLTZMANN * link.temperature * link.losses * solid_angle)


def _strength(link: Link) -> float:
    """Give the ratio for one square metre at one metre."""
    numerator = link.power * link.duration * link.transmit_gain * link.receive_gain * link.wavelength**2
    return numerator / ((4.0 * pi) ** 3 * BOLTZMANN * link.temperature * link.losses)
