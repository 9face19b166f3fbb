"""The Doppler notch: slow radial motion drowns in the clutter of the ground.

Two forms. ``detection_probability`` is Koch and Klemm's (IEE Proc. Radar, Sonar Navig. 148(3), 2001; Koch, Tracking
and Sensor Data Fusion, 2014, section 7.1), scaled so that half the peak is left at the minimum detectable speed.
``sinr_loss`` is what adaptive processing after the Doppler filter leaves of a signal: Ward, Space-Time Adaptive
Processing for Airborne Radar, Lincoln Laboratory TR-1015, 1994, section 5.3 (extended factored processing).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.sensing.clutter import Spectrum

_PATCHES = 401
_LOBES = 8.0  # of the beam to each side that hold the clutter worth counting


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A side-looking array that cancels clutter.

    Attributes
    ----------
    wavelength : m
    length : of the array, m; all of it sends
    channels : equal parts of it that receive
    platform_speed : m/s
    pulse_rate : Hz
    pulses : in a coherent interval
    motion : of the clutter itself
    bins : neighbouring Doppler cells that are combined, odd
    """

    wavelength: float
    length: float
    channels: int
    platform_speed: float
    pulse_rate: float
    pulses: int
    motion: Spectrum
    bins: int = 3


def detection_probability(
    radial_speed: ArrayLike, minimum_detectable_speed: ArrayLike, peak: ArrayLike
) -> NDArray[np.float64]:
    """Give the probability of detection, ``peak (1 - exp(-ln 2 (v / v_min)^2))``.

    Parameters
    ----------
    radial_speed : (...) m/s, the target's own, platform motion removed
    minimum_detectable_speed : (...) m/s, above zero
    peak : (...) probability far from the notch, 0..1

    Returns
    -------
    (...) 0 at rest, half the peak at the minimum detectable speed
    """
    ratio = np.asarray(radial_speed, np.float64) / np.asarray(minimum_detectable_speed, np.float64)
    probability: NDArray[np.float64] = -np.asarray(peak, np.float64) * np.expm1(-np.log(2.0) * ratio**2)
    return probability


def sinr_loss(suppression: Suppression, radial_speed: ArrayLike, clutter_to_noise: ArrayLike) -> NDArray[np.float64]:
    """Give what is left of the ratio of signal to noise once clutter has been cancelled as well as can be.

    The scan angle does not appear: in direction cosines the ridge of the clutter, the beam and the notch are the same
    wherever the beam points; what scanning costs is in the ratio of clutter to noise.

    Parameters
    ----------
    suppression : the array
    radial_speed : (V,) of targets, m/s
    clutter_to_noise : (C,) ratios, with the whole coherent gain, as that of a target

    Returns
    -------
    (C, V) 0..1
    """
    speed = np.asarray(radial_speed, np.float64)
    power = np.asarray(clutter_to_noise, np.float64)
    clutter = np.stack([_covariance(suppression, float(value)) for value in speed])
    size = clutter.shape[-1]
    whole = np.eye(size) + power[:, None, None, None] * clutter
    signal = np.zeros((suppression.channels, suppression.bins))
    signal[:, suppression.bins // 2] = suppression.channels**-0.5
    steering = signal.ravel()
    weights = np.linalg.solve(whole, np.broadcast_to(steering[:, None], (*whole.shape[:-1], 1)))[..., 0]
    return np.asarray(np.clip((weights @ steering).real, 0.0, 1.0))


def minimum_detectable_speed(
    speed: NDArray[np.float64], loss_db: NDArray[np.float64], limit_db: ArrayLike = -5.0
) -> NDArray[np.float64]:
    """Give the speeds at which losses have risen to a limit for good.

    Parameters
    ----------
    speed : (V,) rising from 0 to half the blind speed, m/s
    loss_db : (..., V) dB, zero or below
    limit_db : (...) dB

    Returns
    -------
    (...) m/s, where the limit is crossed for the last time; 0 where the loss is never below it, the last speed where
    it always is
    """
    limit = np.asarray(limit_db, np.float64)[..., None]
    low = np.broadcast_to(loss_db < limit, np.broadcast_shapes(loss_db.shape, limit.shape))
    last = low.shape[-1] - 1 - np.argmax(low[..., ::-1], axis=-1)
    before = np.minimum(last, low.shape[-1] - 2)[..., None]
    table = np.broadcast_to(loss_db, low.shape)
    lower, upper = (np.take_along_axis(table, before + step, axis=-1) for step in (0, 1))
    rise = np.clip((limit - lower) / np.where(upper > lower, upper - lower, 1.0), 0.0, 1.0)
    crossed = (speed[before] + rise * (speed[before + 1] - speed[before]))[..., 0]
    crossed = np.where(last == low.shape[-1] - 1, speed[-1], crossed)
    return np.asarray(np.where(low.any(axis=-1), crossed, 0.0))


def _covariance(suppression: Suppression, speed: float) -> NDArray[np.complex128]:
    """Give the clutter's covariance over channels and Doppler cells around a target's speed, for a power of one."""
    s = suppression
    reach = min(1.0, _LOBES * s.wavelength / s.length)
    cosine = np.linspace(-reach, reach, _PATCHES)
    part = s.length / s.channels
    pattern = np.sinc(s.length * cosine / s.wavelength) ** 2 * np.sinc(part * cosine / s.wavelength) ** 2
    place = part * (np.arange(s.channels) - 0.5 * (s.channels - 1))
    space = np.exp(2j * np.pi * np.outer(cosine, place) / s.wavelength)
    # A patch ahead closes in as a target behind it that comes: seen from the target, speeds differ by this.
    slip = s.platform_speed * cosine[:, None] + s.motion.speed - speed
    cells = np.arange(s.bins) - s.bins // 2
    doppler = 2.0 * slip[..., None] / s.wavelength / s.pulse_rate - cells / s.pulses
    time = _dirichlet(doppler, s.pulses)
    # Over the motion first: channels do not see it.
    spectrum = np.einsum("pwa,pwb,w->pab", time, time.conj(), s.motion.weight, optimize=True)
    shares = pattern / pattern.sum()
    between = (shares[:, None, None] * space[:, :, None] * space[:, None, :].conj()).reshape(_PATCHES, -1)
    full = (between.T @ spectrum.reshape(_PATCHES, -1)).reshape(s.channels, s.channels, s.bins, s.bins)
    size = s.channels * s.bins
    # A target's gain over channels and pulses is their number: in that unit a patch has one over the channels here.
    return np.asarray(full.swapaxes(1, 2).reshape(size, size) / s.channels)


def _dirichlet(cycles: NDArray[np.float64], pulses: int) -> NDArray[np.complex128]:
    """Answer of a Doppler cell to a line that many cycles a pulse away, one at its middle."""
    turn = np.pi * cycles
    sine = np.sin(turn)
    flat = np.abs(sine) < 1e-12  # noqa: PLR2004 - where the quotient is its limit
    shape = np.where(flat, 1.0, np.sin(pulses * turn) / np.where(flat, 1.0, pulses * sine))
    return np.asarray(shape * np.exp(1j * (pulses - 1) * turn))
