"""What pulses cannot tell apart: ranges that repeat, speeds that fold, and speeds at which a radar is blind."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.model.radar import SPEED_OF_LIGHT


def unambiguous_range(pulse_rate: ArrayLike) -> NDArray[np.float64]:
    """Give the slant range, (...) m, after which echoes of the next pulse come, for pulse rates, (...) Hz."""
    return np.asarray(SPEED_OF_LIGHT / (2.0 * np.asarray(pulse_rate, np.float64)))


def blind_speed(pulse_rate: ArrayLike, wavelength: float) -> NDArray[np.float64]:
    """Give the first radial speed, (...) m/s, at which a target looks like one at rest, for pulse rates, (...) Hz."""
    return np.asarray(0.5 * wavelength * np.asarray(pulse_rate, np.float64))


def fold(speed: ArrayLike, period: ArrayLike) -> NDArray[np.float64]:
    """Fold radial speeds, (...) m/s, into one period, m/s: from minus half of it up to half of it."""
    value, whole = np.asarray(speed, np.float64), np.asarray(period, np.float64)
    return np.asarray(value - whole * np.floor(value / whole + 0.5))


def folded_speeds(speed: ArrayLike, pulse_rates: ArrayLike, wavelength: float) -> NDArray[np.float64]:
    """Give the speeds that the coherent intervals of a dwell see.

    Parameters
    ----------
    speed : (...) radial, m/s
    pulse_rates : (P,) Hz
    wavelength : m

    Returns
    -------
    (P, ...) m/s
    """
    value = np.asarray(speed, np.float64)
    period = blind_speed(pulse_rates, wavelength).reshape(-1, *[1] * value.ndim)
    return fold(value, period)


def blind(speed: ArrayLike, pulse_rates: ArrayLike, wavelength: float, notch: ArrayLike) -> NDArray[np.bool_]:
    """Tell which intervals see a target no faster than a notch, (...) m/s: (P, ...), as ``folded_speeds``."""
    return np.asarray(np.abs(folded_speeds(speed, pulse_rates, wavelength)) < np.asarray(notch, np.float64))
