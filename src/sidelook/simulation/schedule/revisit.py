"""One rectangle scanned evenly, revisit after revisit: the plainest schedule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.viewing import depression_angle
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.sensing.location import bearing_and_distance, locate_ground
from sidelook.simulation.orbit import FlightPath, fly
from sidelook.simulation.schedule.areas import Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How an area is scanned.

    Attributes
    ----------
    area : to be watched
    start : of the first revisit, ns UTC
    period : from revisit to revisit, s
    beams : dwells in a revisit; they share its time evenly
    overlap : of neighbouring footprints, in shares of a step
    field_of_view : half angle either side of broadside within which the antenna can look, rad
    nearest, farthest : slant ranges that the radar looks at, m
    minimum_detectable_speed : m/s
    """

    area: Area
    start: int
    period: float = 30.0
    beams: int = 40
    overlap: float = 0.12
    field_of_view: float = float(np.radians(60.0))
    nearest: float = 40_000.0
    farthest: float = 250_000.0
    minimum_detectable_speed: float = 1.5


def plan_revisit(schedule: Schedule, orbit: FlightPath, revisit: int, origin: Origin) -> Dwells:
    """Lay the dwells of one revisit; they hold no plots yet.

    The sector spans the area as seen when the revisit begins; beams that the antenna cannot reach in a turn are left
    out, and with them that part of the area is not looked at.

    Parameters
    ----------
    schedule : how to scan
    orbit : of the platform
    revisit : number, from 0
    origin : of the data
    """
    step = round(schedule.period * 1e9 / schedule.beams)
    beam = np.arange(schedule.beams)
    time = schedule.start + round(revisit * schedule.period * 1e9) + beam * step + step // 2
    bearing, half_angle, near, far = _sector(schedule, orbit, int(time[0]))
    platform = fly(orbit, time)
    toward = bearing + (2.0 * beam + 1.0) * half_angle
    relative = wrap_longitude(toward - platform.track)
    seen = np.abs(np.abs(relative) - np.pi / 2.0) <= schedule.field_of_view
    middle = 0.5 * (near + far)
    latitude, longitude = locate_ground(platform.latitude, platform.longitude, toward, middle)
    slant = np.sqrt(middle**2 + platform.height**2)
    dwells = Dwells.empty(
        schedule.beams,
        time=time,
        revisit=np.full(schedule.beams, revisit, np.int32),
        dwell=beam.astype(np.int32),
        sensor_latitude=platform.latitude,
        sensor_longitude=platform.longitude,
        sensor_height=platform.height,
        sigma_along=np.full(schedule.beams, 5.0, np.float32),
        sigma_across=np.full(schedule.beams, 5.0, np.float32),
        sigma_sensor_height=np.full(schedule.beams, 5.0, np.float32),
        track=platform.track,
        speed=platform.speed.astype(np.float32),
        climb=np.zeros(schedule.beams, np.float32),
        heading=platform.track.astype(np.float32),
        pitch=np.zeros(schedule.beams, np.float32),
        roll=platform.roll.astype(np.float32),
        sensor_heading=np.mod(relative, 2.0 * np.pi).astype(np.float32),
        sensor_pitch=-depression_angle(platform.height, slant).astype(np.float32),
        sensor_roll=np.zeros(schedule.beams, np.float32),
        area_latitude=latitude,
        area_longitude=longitude,
        range_half_extent=np.full(schedule.beams, 0.5 * (far - near)),
        angle_half_extent=np.full(schedule.beams, half_angle * (1.0 + schedule.overlap)),
        minimum_detectable_speed=np.full(schedule.beams, schedule.minimum_detectable_speed, np.float32),
        plots=Plots.empty(),
        origins=(origin,),
    ).take(seen)
    dwells.last_of_revisit[-1:] = True
    return dwells


def _sector(schedule: Schedule, orbit: FlightPath, time: int) -> tuple[float, float, float, float]:
    """Give the first edge's bearing, half a beam's width, and the nearest and farthest ground range of the area."""
    platform = fly(orbit, np.array([time]))
    bearing, distance = bearing_and_distance(platform.latitude, platform.longitude, *_outline(schedule.area))
    middle = np.angle(np.exp(1j * bearing).mean())
    across = wrap_longitude(bearing - middle)
    half = (across.max() - across.min()) / (2.0 * schedule.beams)
    height = float(platform.height[0])
    bounds = np.sqrt(np.array([schedule.nearest, schedule.farthest]) ** 2 - height**2)
    near, far = np.clip([distance.min(), distance.max()], *bounds)
    return float(middle + across.min()), float(half), float(near), float(far)


def _outline(area: Area, points: int = 9) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give latitudes and longitudes, rad, of points around the area."""
    share = np.linspace(0.0, 1.0, points)
    east = np.concatenate(
        [area.west + share * (area.east - area.west)] * 2 + [np.full(points, area.west), np.full(points, area.east)]
    )
    side = area.south + share * (area.north - area.south)
    north = np.concatenate([np.full(points, area.south), np.full(points, area.north), side, side])
    up = Ellipsoid(frame=area.frame).height(east, north)
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, up], axis=-1), area.frame)
    return latitude, longitude
