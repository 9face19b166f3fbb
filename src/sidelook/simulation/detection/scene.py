"""All that a simulated radar meets, and how imperfect it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid, Ground
from sidelook.model.radar import Radar
from sidelook.model.truth import Entities
from sidelook.sensing.clutter import LandClass, wind_spectrum
from sidelook.sensing.performance import Performance, performance_by_formula
from sidelook.simulation.detection.naming import Naming, naming_by_formula
from sidelook.simulation.detection.points import FixedPoints
from sidelook.simulation.trajectories import Timetable

Visible: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Tells whether sensors see positions: both (K, 3) east, north, up in the frame of the truth, m; gives (K,)."""

Land: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.integer]]
"""Gives the ``LandClass``, (K,), at east and north, (K,) m, in the frame of the truth."""


def all_visible(sensors: NDArray[np.float64], positions: NDArray[np.float64]) -> NDArray[np.bool_]:  # noqa: ARG001
    """See everything: a world without hills."""
    return np.ones(len(positions), bool)


def farmland(east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.integer]:  # noqa: ARG001
    """Call all land farmland."""
    return np.full(len(east), int(LandClass.FARMLAND))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The day's weather.

    Attributes
    ----------
    wind : m/s; it moves what grows, and with it the clutter
    rain_rate : mm/h
    rain_depth : of the rain along the line of sight at most, m
    rain_height : above which no rain falls, m
    """

    wind: float = 3.0
    rain_rate: float = 0.0
    rain_depth: float = 30_000.0
    rain_height: float = 4_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Imperfections:
    """What a radar does not know of its own errors, and what the formulas leave out.

    Attributes
    ----------
    heavy_tail_share : of plots whose azimuth error is larger than the radar believes
    heavy_tail_factor : by which it is larger
    sigma_heading : of the slow wandering of the heading, rad
    heading_time, position_time : in which heading and position errors forget themselves, s
    navigation_step : for which navigation errors stay as they are, s
    sigma_height : of the ground where a plot is placed, m
    rotor_loss_db : by which a rotor's echo is weaker than its helicopter's; it fills all of the Doppler spectrum
    flash_rate : of rotor blades, Hz; a dwell shorter than a flash's period may miss it
    fastest_false : greatest radial speed of a false alarm, m/s
    false_excess_db : mean of what lifts a false alarm over the threshold, dB
    """

    heavy_tail_share: float = 0.03
    heavy_tail_factor: float = 3.0
    sigma_heading: float = 1e-4
    heading_time: float = 600.0
    position_time: float = 300.0
    navigation_step: float = 10.0
    sigma_height: float = 3.0
    rotor_loss_db: float = 12.0
    flash_rate: float = 20.0
    fastest_false: float = 25.0
    false_excess_db: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the ground does to a radar.

    Attributes
    ----------
    visible : tells what terrain masks; the curve of the earth is seen to besides
    land : tells what the ground is
    ground : its height in the frame of the truth; None for the ellipsoid
    weather : of the day
    points : that give plots again and again; None for none
    """

    visible: Visible = all_visible
    land: Land = farmland
    ground: Ground | None = None
    weather: Weather = field(default_factory=Weather)
    points: FixedPoints | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Truth, radar, and what lies between them.

    Attributes
    ----------
    timetable : the true traffic
    radar : that looks at it
    performance : how well; tables made by formula, or measured
    naming : how it tells classes
    imperfections : of the radar
    surroundings : of the traffic
    seed : of chance
    fastest_ground, fastest_air : no entity is faster, m/s
    """

    timetable: Timetable
    radar: Radar
    performance: Performance
    naming: Naming = field(default_factory=naming_by_formula)
    imperfections: Imperfections = field(default_factory=Imperfections)
    surroundings: Surroundings = field(default_factory=Surroundings)
    seed: int = 0
    fastest_ground: float = 90.0
    fastest_air: float = 350.0

    @property
    def frame(self) -> LocalFrame:
        """The local frame of the truth."""
        return self.timetable.trajectories.frame

    @property
    def entities(self) -> Entities:
        """Who is there."""
        return self.timetable.trajectories.entities

    @property
    def ground(self) -> Ground:
        """Where plots of what flies are placed, and false alarms."""
        return self.surroundings.ground or Ellipsoid(frame=self.frame)


def usual_performance(radar: Radar, weather: Weather, platform_speed: float) -> Performance:
    """Make the tables of a radar by formula, for the wind of the day and a platform's speed, m/s."""
    motion = wind_spectrum(weather.wind, radar.waveform.frequency)
    return performance_by_formula(radar, motion, platform_speed)


def rain_loss_db(
    weather: Weather, frequency: float, slant_range: NDArray[np.float64], grazing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the two-way loss in rain, (K,) dB.

    The specific loss is k R^a, with k = 0.0122 and a = 1.26 at 10 GHz (ITU-R P.838-3, rounded), k going with the
    frequency to the power of 2.6 around there; the way through the rain ends at its height and its depth.

    Parameters
    ----------
    weather : of the day
    frequency : Hz, 8 to 12 GHz
    slant_range : (K,) m
    grazing : (K,) rad
    """
    if weather.rain_rate <= 0.0:
        return np.zeros(len(slant_range))
    per_kilometre = 0.0122 * (frequency / 10e9) ** 2.6 * weather.rain_rate**1.26
    below = weather.rain_height / np.maximum(np.sin(grazing), 1e-3)
    return np.asarray(2.0 * per_kilometre * np.minimum(np.minimum(slant_range, below), weather.rain_depth) / 1e3)


def heavy_tail_growth(imperfections: Imperfections) -> float:
    """Give by how much the standard deviation of azimuth errors is larger than the radar believes."""
    share, factor = imperfections.heavy_tail_share, imperfections.heavy_tail_factor
    return sqrt(1.0 - share + share * factor**2)
