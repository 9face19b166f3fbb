"""Every setting of the tracker in one record."""

from dataclasses import dataclass, field, replace

import numpy as np

from sidelook.model.columns import Floats
from sidelook.tracking.columns import CONSTANT_NAMES, Table, constant_columns
from sidelook.tracking.life_cycle.bounds import LifeCycle
from sidelook.tracking.measurement import MeasurementErrors
from sidelook.tracking.motion import LEAST_SHARE, MotionModes
from sidelook.tracking.registration.offset import Registration
from sidelook.tracking.roads.motion import RoadMotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What to expect of the radar.

    Attributes
    ----------
    peak : probability of detection far from the notch
    minimum_detectable_speed : where a dwell says none, m/s
    speed_span : radial speeds of unexplained plots spread over this, m/s
    second_look : within this time, in one revisit, dwells share one look: a plot after a track's last is a second look
        at its vehicle only as far as the vehicle may be in that footprint too, and misses beside one another add up to
        one, s
    soft_edge : how far beyond its footprint a dwell still shows vehicles, in halves of the footprint's width
    companion_density : vehicles to expect about a vehicle because some drive together, 1/m2; weighs against taking the
        plot of a dwell that hardly covers a vehicle for a second look at it
    tail_share : of plots whose azimuth is off three times as far as its standard deviation says
    """

    peak: float = 0.9
    minimum_detectable_speed: float = 1.5
    speed_span: float = 50.0
    second_look: float = 6.0
    soft_edge: float = 0.25
    companion_density: float = 5.0e-6
    tail_share: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Gating:
    """How far to look for plots.

    Attributes
    ----------
    gate : largest squared Mahalanobis distance of a plot from a motion mode
    reach : farthest plot from a track's predicted position, m
    cell : side of a cell of the spatial index, m
    """

    gate: float = 16.0
    reach: float = 3000.0
    cell: float = 3000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads(RoadMotion):
    """What to expect of vehicles where roads are known, beside how they drive there.

    Attributes
    ----------
    on_road : share of vehicles that drive on them
    entry : chance that a vehicle off the roads is on one by its next plot
    leave_time : mean time on roads before leaving them, s
    map_error : of a road's line, and half its width, m
    junction_reach : distance from a junction at which vehicles slow down for it, m
    junction_slowing : standard deviation of the speed there, in units of the speed
    """

    on_road: float = 0.95
    entry: float = 0.3
    leave_time: float = 3600.0
    map_error: float = 8.0
    junction_reach: float = 120.0
    junction_slowing: float = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """What to expect of what flies, in place of what holds for vehicles.

    Attributes
    ----------
    motion : light aircraft and helicopters: fast, turning at will, and seen while they hover, by their rotors
    reach : farthest plot from a track's predicted position, m
    height_error : standard deviation of the height above the ground, which the radar does not measure, m
    coast_limit : time after which one that is not seen is given up, s
    """

    motion: MotionModes = field(
        default_factory=lambda: MotionModes(
            noise=(0.5, 15.0, 0.0, 1.0),
            sojourn=(300.0, 30.0, 20.0, 60.0),
            share=((0.0, 0.88, 0.02, 0.1), (0.88, 0.0, 0.02, 0.1), (0.2, 0.7, 0.0, 0.1), (0.6, 0.38, 0.02, 0.0)),
            start_weight=(0.8, 0.2, 0.0, 0.0),
            restart_speed=25.0,
            turn_speed=40.0,
            tangential_speed=45.0,
        )
    )
    reach: float = 6000.0
    height_error: float = 800.0
    coast_limit: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Every setting of the tracker.

    Attributes
    ----------
    motion, errors, detection, gating, life_cycle, roads, registration : by subject
    flight : what differs of what flies
    lateness : a dwell older than the newest by more than this is counted and left out, s
    """

    motion: MotionModes = field(default_factory=MotionModes)
    errors: MeasurementErrors = field(default_factory=MeasurementErrors)
    detection: Detection = field(default_factory=Detection)
    gating: Gating = field(default_factory=Gating)
    life_cycle: LifeCycle = field(default_factory=LifeCycle)
    roads: Roads = field(default_factory=Roads)
    registration: Registration = field(default_factory=Registration)
    flight: Flight = field(default_factory=Flight)
    lateness: float = 0.5


def as_constants(settings: TrackerSettings) -> Table:
    """Lay the settings out as the compiled passes read them: a row for what drives, and one for what flies.

    Where the motion of what flies has another number of modes, it moves as what drives.
    """
    flight = settings.flight
    if len(flight.motion.mobile) != len(settings.motion.mobile):
        flight = replace(flight, motion=settings.motion)
    flying = replace(
        settings,
        motion=flight.motion,
        gating=replace(settings.gating, reach=flight.reach),
        life_cycle=replace(settings.life_cycle, coast_limit=flight.coast_limit),
    )
    return np.concatenate([_as_row(settings), _as_row(flying)])


def _as_row(settings: TrackerSettings) -> Table:
    motion, life = settings.motion, settings.life_cycle
    constants = np.zeros(1, constant_columns(len(motion.mobile)))
    for name in ("mobile", "turning", "noise", "sojourn", "share", "start_weight"):
        constants[name] = getattr(motion, name)
    share = np.where(np.asarray(motion.turning), 0.0, np.asarray(motion.share))
    constants["road_share"] = share / np.maximum(share.sum(axis=1, keepdims=True), LEAST_SHARE)
    constants["road_noise"] = fitted(settings.roads.road_noise, motion)
    constants["road_relaxation"] = fitted(settings.roads.road_relaxation, motion)
    parts = (motion, settings.detection, settings.gating, life, settings.roads, settings.registration, settings)
    for name in CONSTANT_NAMES:
        home = next(part for part in parts if hasattr(part, name))
        constants[name] = getattr(home, name)
    return constants


def fitted(values: tuple[float, ...], motion: MotionModes) -> Floats:
    """Give the values for as many modes as there are: the last one again where they are more."""
    modes = len(motion.mobile)
    return np.array([values[min(k, len(values) - 1)] for k in range(modes)], np.float64)
