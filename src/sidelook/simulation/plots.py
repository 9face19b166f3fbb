"""What the radar reports of the truth, at detection level: no echoes, but their statistics."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import enu_to_ecef, rotate_enu_to_ecef
from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef, wrap_longitude
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots, TargetClass, concatenate_dwells
from sidelook.sensing.location import Observation, Place, bearing_and_distance, locate, locate_ground, observe
from sidelook.sensing.notch import detection_probability
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Schedule, plan_revisit
from sidelook.simulation.trajectories import Timetable

_FASTEST = 60.0  # no vehicle on a road is faster, m/s
_TRUTH_APPLICATION = 1
_REFERENCE_RANGE = 150_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """How well a radar detects and measures.

    Attributes
    ----------
    peak_probability : of detection, far from the notch
    sigma_slant_range : m
    sigma_bearing : of a plot at the threshold, rad; it falls with the root of the signal-to-noise ratio, to a third
    sigma_radial_speed : m/s
    sigma_height : of the ground where a plot is placed, m
    threshold_db : signal-to-noise ratio of the faintest plot
    mean_snr_db : of a vehicle above the threshold at 150 km, Swerling 1, falling with the fourth power of range
    wrap_speed : half the aliasing period of radial speeds, m/s
    false_alarms : mean number in a revisit that looks everywhere
    fastest_false : greatest radial speed of a false alarm, m/s
    classified_db : signal-to-noise ratio above which the radar tells a class
    class_probability : with which that class is right
    """

    peak_probability: float = 0.9
    sigma_slant_range: float = 10.0
    sigma_bearing: float = 0.7e-3
    sigma_radial_speed: float = 0.5
    sigma_height: float = 3.0
    threshold_db: float = 13.0
    mean_snr_db: float = 20.0
    wrap_speed: float = 40.0
    false_alarms: float = 60.0
    fastest_false: float = 25.0
    classified_db: float = 18.0
    class_probability: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that a simulated radar meets.

    Attributes
    ----------
    timetable : the true traffic
    orbit : of the platform
    schedule : of the scan
    radar : how it measures
    origin : of the data; always marked as simulated
    ground_height : of false alarms above the ellipsoid, m

    Raises
    ------
    UsageError : ``origin`` calls simulated data real
    """

    timetable: Timetable
    orbit: Racetrack
    schedule: Schedule
    radar: Radar
    origin: Origin
    ground_height: float = 0.0

    def __post_init__(self) -> None:
        """Refuse to call simulated data real."""
        if not self.origin.simulated:
            message = "simulated plots need an origin that says so: Origin(..., simulated=True)"
            raise UsageError(message)


def simulate(rng: Generator, world: World, revisits: int) -> Iterator[Dwells]:
    """Scan again and again; yield the dwells of each revisit with their plots.

    Parameters
    ----------
    rng : source of chance
    world : what the radar meets
    revisits : how many
    """
    number = 0
    for cycle in range(revisits):
        dwells = plan_revisit(world.schedule, world.orbit, cycle, world.origin)
        if len(dwells):
            # Revisits in which the antenna sees nothing are not counted: the index rises by one (STANAG 4607, D2).
            dwells.revisit[:] = number
            number += 1
            yield look(rng, world, dwells)


def simulate_all(rng: Generator, world: World, revisits: int) -> Dwells:
    """Scan again and again, and join the dwells of all revisits."""
    return concatenate_dwells(list(simulate(rng, world, revisits)))


def look(rng: Generator, world: World, dwells: Dwells) -> Dwells:
    """Fill the dwells of one revisit with plots of vehicles and false alarms.

    Parameters
    ----------
    rng : source of chance
    world : what the radar meets
    dwells : M without plots
    """
    plots = [_vehicles(rng, world, dwells), _false_alarms(rng, world, dwells)]
    columns = {name: np.concatenate([part[name] for part in plots]) for name in plots[0]}
    # Within a dwell plots come by chance, so that their order tells nothing of the truth.
    order = np.lexsort((rng.random(len(columns["dwell"])), columns["dwell"]))
    columns = {name: column[order] for name, column in columns.items()}
    count = np.bincount(columns["dwell"], minlength=len(dwells)).astype(np.int32)
    columns["index"] = (np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)).astype(np.int32)
    shared = {name: getattr(dwells, name) for name in Dwells.DTYPES} | {"plot_count": count}
    filled = Plots.empty(len(order), **{name: column.astype(Plots.DTYPES[name]) for name, column in columns.items()})
    return Dwells(**shared, plots=filled, origins=dwells.origins)


def _vehicles(rng: Generator, world: World, dwells: Dwells) -> dict[str, NDArray[Any]]:
    dwell, vehicle = _looks(world, dwells)
    states = world.timetable.at(vehicle, dwells.time[dwell])
    frame = world.timetable.trajectories.frame
    position = enu_to_ecef(states.position, frame)
    true = observe(_sensor(dwells, dwell), position, rotate_enu_to_ecef(states.velocity, frame))
    chance = detection_probability(
        true.radial_speed, dwells.minimum_detectable_speed[dwell], world.radar.peak_probability
    )
    hit = np.flatnonzero(rng.random(len(dwell)) < chance)
    found = Observation(
        slant_range=true.slant_range[hit], bearing=true.bearing[hit], radial_speed=true.radial_speed[hit]
    )
    height = ecef_to_geodetic(position[hit])[2]
    columns = _measure(rng, world.radar, found, _sensor(dwells, dwell[hit]), height)
    vehicles = world.timetable.trajectories.entities
    kind = vehicles.target_class[vehicle[hit]]
    return (
        columns
        | _classify(rng, world.radar, kind, columns["snr_db"])
        | {
            "dwell": dwell[hit],
            "truth_application": np.full(len(hit), _TRUTH_APPLICATION),
            "truth_entity": vehicles.entity[vehicle[hit]],
        }
    )


def _looks(world: World, dwells: Dwells) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair dwells with the vehicles in their footprints."""
    dwell, vehicle = _candidates(world, dwells)
    states = world.timetable.at(vehicle, dwells.time[dwell])
    latitude, longitude, _ = ecef_to_geodetic(enu_to_ecef(states.position, world.timetable.trajectories.frame))
    seen = states.present & _inside(dwells, dwell, latitude, longitude)
    return dwell[seen], vehicle[seen]


def _candidates(world: World, dwells: Dwells) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair dwells with vehicles that may be in their footprints, judged by where all are halfway through."""
    middle = len(dwells) // 2
    vehicle = np.arange(len(world.timetable.trajectories.entities))
    states = world.timetable.at(vehicle, np.full(len(vehicle), dwells.time[middle]))
    latitude, longitude, _ = ecef_to_geodetic(enu_to_ecef(states.position, world.timetable.trajectories.frame))
    at = dwells.sensor_latitude[middle], dwells.sensor_longitude[middle]
    bearing, _ = bearing_and_distance(*at, latitude, longitude)
    toward, distance = bearing_and_distance(*at, dwells.area_latitude, dwells.area_longitude)
    # From the middle to either end of the revisit, platform and vehicle pass one another by no more than this.
    passed = (dwells.speed.max() + _FASTEST) * np.abs(dwells.time - dwells.time[middle]) * 1e-9
    reach = (dwells.angle_half_extent + passed / (distance - dwells.range_half_extent))[:, None]
    dwell, near = np.nonzero(np.abs(wrap_longitude(bearing - toward[:, None])) < reach)
    return dwell, near


def _inside(
    dwells: Dwells, dwell: NDArray[np.intp], latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which vehicles are in the footprints of their dwells."""
    toward, middle = _pointing(dwells)
    bearing, distance = bearing_and_distance(
        dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], latitude, longitude
    )
    off = np.abs(wrap_longitude(bearing - toward[dwell]))
    return (off <= dwells.angle_half_extent[dwell]) & (
        np.abs(distance - middle[dwell]) <= dwells.range_half_extent[dwell]
    )


def _pointing(dwells: Dwells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give bearing, rad, and ground distance, m, of each footprint's centre."""
    return bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )


def _sensor(dwells: Dwells, dwell: NDArray[np.intp]) -> Place:
    return dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], dwells.sensor_height[dwell]


def _measure(
    rng: Generator,
    radar: Radar,
    true: Observation,
    sensor: Place,
    height: NDArray[np.float64],
) -> dict[str, NDArray[Any]]:
    """Add the errors of measurement and place the plots where the radar believes them to be."""
    count = len(height)
    snr = _signal(rng, radar, true.slant_range)
    sigma_bearing = radar.sigma_bearing * np.maximum(np.sqrt(_ratio(radar.threshold_db) / snr), 1.0 / 3.0)
    error = rng.standard_normal((4, count))
    slant_range = true.slant_range + radar.sigma_slant_range * error[0]
    found_height = height + radar.sigma_height * error[3]
    latitude, longitude = locate(sensor, slant_range, true.bearing + sigma_bearing * error[1], found_height)
    snr_db = 10.0 * np.log10(snr)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "height": found_height,
        "radial_speed": true.radial_speed + radar.sigma_radial_speed * error[2],
        "wrap_speed": np.full(count, radar.wrap_speed),
        "snr_db": snr_db,
        "rcs_dbsm": snr_db - radar.mean_snr_db + 40.0 * np.log10(true.slant_range / _REFERENCE_RANGE) + 10.0,
        "simulated": np.ones(count, bool),
        "sigma_slant_range": np.full(count, radar.sigma_slant_range),
        "sigma_cross_range": sigma_bearing * true.slant_range,
        "sigma_height": np.full(count, radar.sigma_height),
        "sigma_radial_speed": np.full(count, radar.sigma_radial_speed),
    }


def _ratio(decibel: float) -> float:
    return float(10.0 ** (decibel / 10.0))


def _signal(rng: Generator, radar: Radar, slant_range: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw signal-to-noise ratios of plots: Swerling 1 is exponential, and so is what of it passes the threshold."""
    mean = _ratio(radar.mean_snr_db) * (_REFERENCE_RANGE / slant_range) ** 4
    return _ratio(radar.threshold_db) + rng.exponential(mean)


def _classify(
    rng: Generator, radar: Radar, kind: NDArray[np.uint8], snr_db: NDArray[np.float64]
) -> dict[str, NDArray[Any]]:
    """Say what strong plots are, sometimes wrongly; weak ones stay unknown."""
    other = np.where(kind == TargetClass.TRACKED, TargetClass.WHEELED, TargetClass.TRACKED)
    right = rng.random(len(kind)) < radar.class_probability
    told = snr_db > radar.classified_db
    return {
        "target_class": np.where(told, np.where(right, kind, other), TargetClass.UNKNOWN),
        "class_probability": np.where(told, radar.class_probability, 0.0),
    }


def _false_alarms(rng: Generator, world: World, dwells: Dwells) -> dict[str, NDArray[Any]]:
    """Scatter false alarms evenly over the ground of each footprint, as fast as what the notch lets through."""
    radar = world.radar
    dwell = np.repeat(np.arange(len(dwells)), rng.poisson(radar.false_alarms / world.schedule.beams, len(dwells)))
    count = len(dwell)
    toward, middle = _pointing(dwells)
    half = dwells.range_half_extent
    near, far = (middle - half)[dwell], (middle + half)[dwell]
    distance = np.sqrt(rng.uniform(near**2, far**2))
    bearing = toward[dwell] + dwells.angle_half_extent[dwell] * rng.uniform(-1.0, 1.0, count)
    at_rest = locate_ground(dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], bearing, distance)
    position = geodetic_to_ecef(*at_rest, np.full(count, world.ground_height))
    place = observe(_sensor(dwells, dwell), position, np.zeros((count, 3)))
    speed = rng.uniform(dwells.minimum_detectable_speed[dwell], radar.fastest_false) * rng.choice([-1.0, 1.0], count)
    true = Observation(slant_range=place.slant_range, bearing=place.bearing, radial_speed=speed)
    none = np.full(count, -1)
    kind = {
        "target_class": np.full(count, TargetClass.UNKNOWN),
        "class_probability": np.zeros(count),
        "dwell": dwell,
        "truth_application": none,
        "truth_entity": none,
    }
    return _measure(rng, radar, true, _sensor(dwells, dwell), np.full(count, world.ground_height)) | kind
