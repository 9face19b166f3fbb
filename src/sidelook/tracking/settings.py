"""Every setting of the tracker in one record."""

from dataclasses import dataclass, field

import numpy as np

from sidelook.tracking.columns import Constants
from sidelook.tracking.life_cycle.bounds import LifeCycle
from sidelook.tracking.measurement import MeasurementErrors
from sidelook.tracking.motion import MotionModes


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What to expect of the radar.

    Attributes
    ----------
    peak : probability of detection far from the notch
    minimum_detectable_speed : where a dwell says none, m/s
    speed_span : radial speeds of unexplained plots spread over this, m/s
    second_look : two dwells closer in time than this may show one vehicle twice, where they overlap, s
    soft_edge : how far beyond its footprint a dwell still shows vehicles, in halves of the footprint's width
    companion_density : vehicles to expect about a vehicle because some drive together, 1/m2; weighs against taking a
        plot from a dwell that hardly overlaps for a second look
    """

    peak: float = 0.9
    minimum_detectable_speed: float = 1.5
    speed_span: float = 50.0
    second_look: float = 12.0
    soft_edge: float = 0.25
    companion_density: float = 5.0e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Gating:
    """How far to look for plots.

    Attributes
    ----------
    distance : largest squared Mahalanobis distance of a plot from a motion mode
    reach : farthest plot from a track's predicted position, m
    cell : side of a cell of the spatial index, m
    """

    distance: float = 16.0
    reach: float = 3000.0
    cell: float = 3000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Every setting of the tracker.

    Attributes
    ----------
    motion, errors, detection, gating, life_cycle : by subject
    lateness : a dwell older than the newest by more than this is counted and left out, s
    """

    motion: MotionModes = field(default_factory=MotionModes)
    errors: MeasurementErrors = field(default_factory=MeasurementErrors)
    detection: Detection = field(default_factory=Detection)
    gating: Gating = field(default_factory=Gating)
    life_cycle: LifeCycle = field(default_factory=LifeCycle)
    lateness: float = 0.5


def as_constants(settings: TrackerSettings) -> Constants:
    """Lay the settings out as the compiled passes read them."""
    motion, detection, life, gating = settings.motion, settings.detection, settings.life_cycle, settings.gating
    return Constants(
        mobile=np.array(motion.mobile, np.bool_),
        noise=np.array(motion.noise, np.float64),
        sojourn=np.array(motion.sojourn, np.float64),
        share=np.array(motion.share, np.float64),
        start_weight=np.array(motion.start_weight, np.float64),
        restart_share=float(motion.restart_share),
        restart_speed=float(motion.restart_speed),
        tangential_speed=float(motion.tangential_speed),
        peak=float(detection.peak),
        gate=float(gating.distance),
        reach=float(gating.reach),
        speed_span=float(detection.speed_span),
        birth=float(life.birth),
        survival=float(life.survival),
        confirm_existence=float(life.confirm_existence),
        confirm_hits=int(life.confirm_hits),
        show_existence=float(life.show_existence),
        drop_tentative=float(life.drop_tentative),
        drop_confirmed=float(life.drop_confirmed),
        coast_limit=float(life.coast_limit),
        second_look=float(detection.second_look),
        soft_edge=float(detection.soft_edge),
        companion_density=float(detection.companion_density),
        source_memory=float(life.source_memory),
        lateness=float(settings.lateness),
        cell=float(gating.cell),
    )
