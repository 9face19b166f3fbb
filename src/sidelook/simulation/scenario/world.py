"""From settings and a country to the world of one mission: what moves, how the aircraft flies, what the radar does."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from sidelook.geometry.frames import enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.visibility import Points, Sight, SightRules, line_of_sight
from sidelook.model.origin import Classification, Origin
from sidelook.model.radar import Antenna, Detector, Radar, Waveform
from sidelook.sensing.performance import Performance
from sidelook.simulation.detection.points import scatter_points
from sidelook.simulation.detection.scene import (
    Imperfections,
    Surroundings,
    Visible,
    Weather,
    all_visible,
    usual_performance,
)
from sidelook.simulation.orbit import CircularOrbit, FlightPath, Racetrack, Waypoints, fly
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.movers import make_movers
from sidelook.simulation.scenario.settings import (
    Degrees,
    JobSection,
    PathKind,
    PlatformSection,
    RadarSection,
    Scenario,
    ScenarioError,
)
from sidelook.simulation.schedule import Area, Job, JobKind, Polygon, Setting, Timeline, rectangle
from sidelook.simulation.trajectories import Traffic, Trajectories

GRAVITY = 9.80665
_VEHICLE = 1.5  # height at which a vehicle sends back most, m


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All of one mission.

    Attributes
    ----------
    start, end : of the mission, ns UTC
    country : where it plays
    traffic : what moves, asked forward in time
    timeline, jobs : what the radar does
    performance, imperfections, surroundings : how well it does
    seed : of the radar's chance
    """

    start: int
    end: int
    country: Country
    traffic: Traffic
    timeline: Timeline
    jobs: tuple[Job, ...]
    performance: Performance
    imperfections: Imperfections
    surroundings: Surroundings
    seed: int

    @property
    def path(self) -> FlightPath:
        """That the aircraft flies."""
        return self.timeline.setting.path

    @property
    def radar(self) -> Radar:
        """It bears."""
        return self.timeline.setting.radar


def make_world(scenario: Scenario, country: Country, truth: Sequence[Trajectories] = (), day: int = 0) -> World:
    """Make the world of one mission.

    Parameters
    ----------
    scenario : what is wanted
    country : where it plays
    truth : recorded elsewhere, to move besides what is built in; in the country's frame, its time shifted to the start
    day : which mission of a scenario of several days, from 0

    Raises
    ------
    ScenarioError : a convoy's town or a job's kind is not known, or the path cannot be flown
    InputError : there is nothing to drive on
    """
    start = scenario.begins(day)
    end = start + round(scenario.duration_s * 1e9)
    chance = [np.random.default_rng(seed) for seed in SeedSequence([scenario.seed, day]).spawn(3)]
    radar = make_radar(scenario.radar)
    weather = Weather(wind=scenario.weather.wind_mps, rain_rate=scenario.weather.rain_mm_h)
    path = make_path(scenario.platform, country, start)
    fly(path, [start])  # a path that cannot be flown is said at once
    box = country.box
    points = scatter_points(chance[2], box, country.ground, scenario.errors.fixed_discretes, scenario.errors.rotators)
    return World(
        start=start,
        end=end,
        country=country,
        traffic=make_movers((chance[0], chance[1]), scenario, country, truth, day),
        timeline=Timeline(setting=Setting(path=path, radar=radar), origin=_origin(scenario, day)),
        jobs=tuple(make_job(number, section, country, start) for number, section in enumerate(scenario.jobs, 1)),
        performance=usual_performance(radar, weather, path.speed),
        imperfections=Imperfections(
            heavy_tail_share=scenario.errors.heavy_tail_share, sigma_heading=scenario.errors.heading_mrad * 1e-3
        ),
        surroundings=Surroundings(
            visible=_sight(country), land=country.land, ground=country.ground, weather=weather, points=points
        ),
        seed=int(SeedSequence([scenario.seed, day, 1]).generate_state(1, np.uint64)[0] >> 1),
    )


def make_radar(section: RadarSection) -> Radar:
    """Turn a section into the radar it describes."""
    return Radar(
        antenna=Antenna(
            length=section.antenna_length_m,
            height=section.antenna_height_m,
            field_of_view=radians(section.field_of_view_deg) / 2.0,
        ),
        waveform=Waveform(
            frequency=section.frequency_ghz * 1e9,
            bandwidth=section.bandwidth_mhz * 1e6,
            pulse_rates=section.pulse_rates_hz,
            average_power=section.average_power_w,
        ),
        detector=Detector(false_alarm_probability=section.false_alarm_probability),
        noise_figure_db=section.noise_figure_db,
        losses_db=section.losses_db,
        nearest=section.nearest_km * 1e3,
        farthest=section.farthest_km * 1e3,
    )


def make_path(section: PlatformSection, country: Country, start: int) -> FlightPath:
    """Lay the path of the aircraft; without a place given it flies off the side of the country's box."""
    frame, height, speed = country.frame, section.height_m, section.speed_mps
    if section.path is PathKind.WAYPOINTS:
        places = tuple(_local(country, place) for place in section.waypoints_deg)
        return Waypoints(
            frame=frame,
            places=places,
            bank=radians(section.bank_deg),
            closed=True,
            height=height,
            speed=speed,
            start=start,
        )
    east, north = _path_middle(section, country)
    if section.path is PathKind.CIRCLE:
        return CircularOrbit(
            frame=frame, east=east, north=north, radius=section.radius_km * 1e3, height=height, speed=speed, start=start
        )
    return Racetrack(
        frame=frame, east=east, north=north, heading=radians(section.heading_deg), leg=section.leg_km * 1e3,
        radius=speed**2 / (GRAVITY * np.tan(radians(section.bank_deg))), height=height, speed=speed, start=start,
    )  # fmt: skip


def make_job(number: int, section: JobSection, country: Country, start: int) -> Job:
    """Turn a section into a job of the radar."""
    try:
        kind = JobKind[section.kind.upper()]
    except KeyError:
        message = f"jobs: no kind {section.kind!r}; known are {', '.join(kind.name.lower() for kind in JobKind)}"
        raise ScenarioError(message) from None
    corners = tuple((radians(latitude), radians(longitude)) for latitude, longitude in section.corners_deg)
    west, south, east, north = country.box
    everything = rectangle(Area(frame=country.frame, west=west, south=south, east=east, north=north))
    return Job(
        number=number,
        kind=kind,
        area=Polygon(corners=corners) if corners else None if section.whole_view else everything,
        toward=_middle_of(country) if section.whole_view else None,
        priority=section.priority,
        revisit=section.revisit_s,
        dwell_time=section.dwell_ms * 1e-3,
        begin=start + round(section.begin_s * 1e9),
        end=None if section.end_s is None else start + round(section.end_s * 1e9),
        resolution=section.resolution_m,
    )


def _origin(scenario: Scenario, day: int) -> Origin:
    return Origin(
        source=scenario.name,
        classification=Classification.UNCLASSIFIED,
        nationality="XN",
        platform="SIDELOOK",
        mission=day + 1,
        job=1,
        version="30",
        simulated=True,
        exercise=True,
    )


def _path_middle(section: PlatformSection, country: Country) -> tuple[float, float]:
    if section.middle_deg is not None:
        return _local(country, section.middle_deg)
    west, south, east, north = country.box
    right = radians(section.heading_deg + 90.0)
    toward = np.array([np.sin(right), np.cos(right)])
    half = 0.5 * np.array([east - west, north - south])
    away = float(np.abs(toward) @ half) + section.stand_off_km * 1e3
    middle = np.array([0.5 * (west + east), 0.5 * (south + north)]) + away * toward
    return float(middle[0]), float(middle[1])


def _local(country: Country, place: Degrees) -> tuple[float, float]:
    east, north, _ = geodetic_to_enu(radians(place[0]), radians(place[1]), 0.0, country.frame)
    return float(east), float(north)


def _middle_of(country: Country) -> tuple[float, float]:
    west, south, east, north = country.box
    across, along = 0.5 * (west + east), 0.5 * (south + north)
    up = float(Ellipsoid(frame=country.frame).height(across, along))
    latitude, longitude, _ = enu_to_geodetic(np.array([across, along, up]), country.frame)
    return float(latitude), float(longitude)


def _sight(country: Country) -> Visible:
    """Give the function that tells what terrain masks."""
    if country.grid is None:
        return all_visible
    grid, rules = country.grid, SightRules(ceiling=country.ceiling)

    def visible(sensors: NDArray[np.float64], positions: NDArray[np.float64]) -> NDArray[np.bool_]:
        eye, target = (enu_to_geodetic(ends, country.frame) for ends in (sensors, positions))
        # Roads are straight between their points, the ground is not: who drives is never below it.
        height = np.fmax(target[2], grid.height_at(target[0], target[1])) + _VEHICLE
        ends = [
            Points(latitude=latitude, longitude=longitude, height=above)
            for latitude, longitude, above in (eye, (target[0], target[1], height))
        ]
        return np.asarray(line_of_sight(grid, ends[0], ends[1], rules) == Sight.VISIBLE)

    return visible
