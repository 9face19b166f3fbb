"""Clutter: the echo of the ground, how strong it is and how much it moves.

Strength is the constant-gamma model with the figures of Barton, Radar System Analysis and Modeling; motion is
Billingsley's, Low-Angle Radar Land Clutter, 2002, as Richards gives it (section 2.3), with the older Gaussian form
beside it.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import log10, pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.model.radar import SPEED_OF_LIGHT

_MILES_PER_HOUR = 2.2369362920544025
_LEAST_WIND = 0.9  # m/s; in less, Billingsley's formulas leave the data they were fitted to


class LandClass(IntEnum):
    """What the ground is to a radar."""

    FLAT = 0
    FARMLAND = 1
    WOODED_HILLS = 2
    MOUNTAINS = 3
    SEA = 4


GAMMA_DB = np.array([-20.0, -15.0, -10.0, 0.0, -30.0])
"""Gamma at 10 GHz by ``LandClass``, dB; cities are as mountains. The sea's is of a light breeze, an order of size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum:
    """How the power of clutter is spread over radial speeds.

    Attributes
    ----------
    speed : (K,) m/s
    weight : (K,) shares of the power, sum 1
    """

    speed: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def spread(self) -> float:
        """Standard deviation, m/s."""
        return float(np.sqrt(np.sum(self.weight * self.speed**2)))


def reflectivity(land: ArrayLike, grazing: ArrayLike, frequency: float) -> NDArray[np.float64]:
    """Give cross section per area of ground, ``gamma sin(psi)``.

    Parameters
    ----------
    land : (...) ``LandClass``
    grazing : (...) angle psi, rad; below zero gives zero
    frequency : Hz; gamma grows with its root

    Returns
    -------
    (...) m2 per m2
    """
    gamma = 10.0 ** (GAMMA_DB[np.asarray(land)] / 10.0) * np.sqrt(frequency / 10e9)
    return np.asarray(gamma * np.maximum(np.sin(grazing), 0.0))


def cell_cross_section(
    normalized: ArrayLike, slant_range: ArrayLike, beam_width: ArrayLike, range_cell: float, grazing: ArrayLike
) -> NDArray[np.float64]:
    """Give the cross section of a cell as wide as the beam and as deep as the range cell.

    Parameters
    ----------
    normalized : (...) cross section per area
    slant_range : (...) m
    beam_width : (...) rad
    range_cell : in slant range, m
    grazing : (...) rad

    Returns
    -------
    (...) m2
    """
    width = np.asarray(slant_range, np.float64) * np.asarray(beam_width, np.float64)
    return np.asarray(np.asarray(normalized, np.float64) * width * range_cell / np.cos(grazing))


def beam_cross_section(
    normalized: float, slant_range: float, azimuth_width: float, elevation_width: float, grazing: float
) -> float:
    """Give the cross section, m2, of a cell that the beam alone bounds, widths in rad."""
    return normalized * slant_range**2 * azimuth_width * elevation_width / float(np.sin(grazing))


def wind_spectrum(wind: float, frequency: float, nodes: int = 4) -> Spectrum:
    """Give the spectrum of windblown vegetation: some power at rest, the rest exponential to both sides.

    Parameters
    ----------
    wind : m/s
    frequency : Hz
    nodes : number of speeds to each side, placed as Gauss and Laguerre would, so that moments are exact

    Returns
    -------
    2 nodes + 1 speeds
    """
    miles = max(wind, _LEAST_WIND) * _MILES_PER_HOUR
    resting = 489.8 * miles**-1.55 * (frequency * 1e-9) ** -1.21
    beta = 1.0 / (0.1048 * (log10(miles) + 0.4147))
    point, weight = np.polynomial.laguerre.laggauss(nodes)
    moving = 0.5 * weight / (1.0 + resting)
    return Spectrum(
        speed=np.concatenate([-point[::-1] / beta, [0.0], point / beta]),
        weight=np.concatenate([moving[::-1], [resting / (1.0 + resting)], moving]),
    )


def gaussian_spectrum(spread: float, nodes: int = 9) -> Spectrum:
    """Give the Gaussian spectrum of a spread, m/s, at as many speeds as said."""
    point, weight = np.polynomial.hermite_e.hermegauss(nodes)
    return Spectrum(speed=spread * point, weight=weight / weight.sum())


def gaussian_correlation(lag: ArrayLike, spread: float, wavelength: float) -> NDArray[np.float64]:
    """Give the correlation of clutter with itself after a lag, (...) s, for a Gaussian spectrum of a spread, m/s."""
    phase = 4.0 * pi * spread * np.asarray(lag, np.float64) / wavelength
    return np.asarray(np.exp(-0.5 * phase**2))


def two_channel_cancellation(lag: ArrayLike, spread: float, wavelength: float) -> NDArray[np.float64]:
    """Give by how much the difference of two looks a lag apart, (...) s, lowers clutter that moves: 1/(2 (1 - rho))."""
    return np.asarray(0.5 / (1.0 - gaussian_correlation(lag, spread, wavelength)))


def canceller_improvement(delays: int, spread: float, wavelength: float, pulse_rate: float) -> float:
    """Give the improvement of a delay-line canceller with binomial weights over clutter of a Gaussian spectrum.

    Parameters
    ----------
    delays : number of delays
    spread : of the clutter's speed, m/s
    wavelength : m
    pulse_rate : Hz

    Returns
    -------
    ratio of signal to clutter behind over before, signals averaged over speed
    """
    weight = np.array([1.0])
    for _ in range(delays):
        weight = np.convolve(weight, [1.0, -1.0])
    lag = np.subtract.outer(np.arange(delays + 1), np.arange(delays + 1)) / pulse_rate
    return float(np.sum(weight**2) / (weight @ gaussian_correlation(lag, spread, wavelength) @ weight))


def beam_spread(beam_width: float, platform_speed: float, scan: float = 0.0) -> float:
    """Give how far the speeds of the ground within a beam lie apart, m/s.

    Parameters
    ----------
    beam_width : at broadside, rad; it grows with one over the cosine of the scan angle
    platform_speed : m/s
    scan : angle from broadside, rad; it cancels: the beam widens as the ridge flattens
    """
    widened = beam_width / np.cos(scan)
    return float(platform_speed * np.cos(scan) * widened)


def range_cell(bandwidth: float) -> float:
    """Give the depth of a range cell, m, of a bandwidth, Hz."""
    return SPEED_OF_LIGHT / (2.0 * bandwidth)
