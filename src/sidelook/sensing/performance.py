"""How well a radar finds and measures, as tables: made from formulas here, or measured and put in their place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.errors import UsageError
from sidelook.model.radar import Radar
from sidelook.sensing.ambiguity import blind_speed
from sidelook.sensing.clutter import LandClass, Spectrum, range_cell
from sidelook.sensing.detection import steady
from sidelook.sensing.notch import Suppression, minimum_detectable_speed, sinr_loss
from sidelook.sensing.radar_equation import decibels, ratio
from sidelook.sensing.resolution import beam_width

_MONOPULSE_SLOPE = 1.6  # Skolnik: of the difference pattern over a beam's width
_SQUARE_KILOMETRE = 1e6
# Order of size only: some tens in a revisit of 50,000 km2 over farmland, more where the ground is rough.
_FALSE_ALARMS = {
    LandClass.FLAT: 0.6e-3,
    LandClass.FARMLAND: 1.2e-3,
    LandClass.WOODED_HILLS: 2.0e-3,
    LandClass.MOUNTAINS: 4.0e-3,
    LandClass.SEA: 0.6e-3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Tables of a radar; between their points one interpolates, beyond their ends the last value holds.

    Attributes
    ----------
    speed : (V,) radial, m/s, rising from 0: to either side of the clutter
    clutter_db : (C,) ratio of clutter to noise with the whole coherent gain, rising, dB
    loss_db : (C, V) what is left of a signal, zero or below, dB
    snr_db : (S,) signal over what is left of noise and clutter, of one coherent interval, rising, dB
    detection : (S,) probability that a coherent interval finds an echo of just that strength
    sigma_slant_range : (S,) m
    sigma_azimuth : (S,) straight ahead, rad
    sigma_doppler : (S,) of the radial speed against the clutter in the same direction, m/s
    false_alarms : (L,) mean number by ``LandClass``, per m2 of footprint and dwell

    Raises
    ------
    UsageError : tables do not fit one another, do not rise, or hold what is no probability
    """

    speed: NDArray[np.float64]
    clutter_db: NDArray[np.float64]
    loss_db: NDArray[np.float64]
    snr_db: NDArray[np.float64]
    detection: NDArray[np.float64]
    sigma_slant_range: NDArray[np.float64]
    sigma_azimuth: NDArray[np.float64]
    sigma_doppler: NDArray[np.float64]
    false_alarms: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse tables that cannot be looked up."""
        by_snr = (self.detection, self.sigma_slant_range, self.sigma_azimuth, self.sigma_doppler)
        axes = (self.speed, self.clutter_db, self.snr_db)
        fitting = all(len(axis) > 1 and bool((np.diff(axis) > 0.0).all()) for axis in axes)
        fitting &= self.loss_db.shape == (len(self.clutter_db), len(self.speed))
        fitting &= all(table.shape == self.snr_db.shape for table in by_snr)
        fitting &= self.false_alarms.shape == (len(LandClass),) and bool((self.false_alarms >= 0.0).all())
        if not fitting or not bool(((self.detection >= 0.0) & (self.detection <= 1.0)).all()):
            message = "tables of performance need rising axes, one value for each of their points, probabilities 0 to 1"
            raise UsageError(message)


def performance_by_formula(
    radar: Radar, motion: Spectrum, platform_speed: float, dwell_time: float | None = None
) -> Performance:
    """Make the tables from formulas.

    Parameters
    ----------
    radar : whose tables they are
    motion : of the clutter in the day's wind
    platform_speed : m/s
    dwell_time : s; None for the detector's own
    """
    waveform, detector = radar.waveform, radar.detector
    interval = (detector.dwell_time if dwell_time is None else dwell_time) / len(waveform.pulse_rates)
    pulse_rate = float(np.mean(waveform.pulse_rates))
    array = Suppression(
        wavelength=waveform.wavelength,
        length=radar.antenna.length,
        channels=radar.antenna.channels,
        platform_speed=platform_speed,
        pulse_rate=pulse_rate,
        pulses=max(round(interval * pulse_rate), 2),
        motion=motion,
    )
    # Dense where the notch is steep.
    speed = 0.5 * float(blind_speed(pulse_rate, waveform.wavelength)) * np.linspace(0.0, 1.0, 65) ** 2
    clutter_db, snr_db = np.linspace(0.0, 70.0, 15), np.linspace(-10.0, 40.0, 201)
    root = np.sqrt(2.0 * ratio(np.minimum(snr_db, detector.best_snr_db)))
    return Performance(
        speed=speed,
        clutter_db=clutter_db,
        loss_db=decibels(np.maximum(sinr_loss(array, speed, ratio(clutter_db)), 1e-9)),
        snr_db=snr_db,
        detection=steady(ratio(snr_db), detector.false_alarm_probability, detector.reference_cells),
        sigma_slant_range=range_cell(waveform.bandwidth) / root,
        sigma_azimuth=beam_width(radar.antenna, waveform.wavelength) / (_MONOPULSE_SLOPE * root),
        sigma_doppler=waveform.wavelength / (2.0 * interval) / (_MONOPULSE_SLOPE * root),
        false_alarms=np.array([_FALSE_ALARMS[land] for land in LandClass]) / _SQUARE_KILOMETRE,
    )


def loss_db(performance: Performance, speed: ArrayLike, clutter_db: ArrayLike) -> NDArray[np.float64]:
    """Look up what clutter leaves of signals.

    Parameters
    ----------
    performance : the tables
    speed : (...) radial, folded, m/s, of either sign
    clutter_db : (...) dB

    Returns
    -------
    (...) dB, zero or below
    """
    row, down = between(performance.clutter_db, clutter_db)
    column, along = between(performance.speed, np.abs(np.asarray(speed, np.float64)))
    table = performance.loss_db
    upper = table[row, column] * (1.0 - along) + table[row, column + 1] * along
    lower = table[row + 1, column] * (1.0 - along) + table[row + 1, column + 1] * along
    return np.asarray(upper * (1.0 - down) + lower * down)


def at_snr(performance: Performance, table: NDArray[np.float64], snr_db: ArrayLike) -> NDArray[np.float64]:
    """Look up one of the (S,) tables at ratios of signal to noise, (...) dB."""
    return np.interp(np.asarray(snr_db, np.float64), performance.snr_db, table)


def detectable_speed(
    performance: Performance, clutter_db: ArrayLike, limit_db: ArrayLike = -5.0
) -> NDArray[np.float64]:
    """Give the speeds, (...) m/s, at which clutter of (...) dB takes no more than a limit, (...) dB, from a signal."""
    losses = loss_db(performance, performance.speed, np.asarray(clutter_db, np.float64)[..., None])
    return minimum_detectable_speed(performance.speed, losses, limit_db)


def between(points: NDArray[np.float64], value: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find where in a table values lie.

    Parameters
    ----------
    points : (N,) rising
    value : (...); beyond the ends they count as there

    Returns
    -------
    before : (...) row of the point before each, the last but one at most
    on : (...) how far on to the next point it lies, 0..1
    """
    inside = np.clip(np.asarray(value, np.float64), points[0], points[-1])
    before = np.clip(np.searchsorted(points, inside, side="right") - 1, 0, len(points) - 2)
    return before, (inside - points[before]) / (points[before + 1] - points[before])
