"""Plots of nothing: false alarms over the ground, and fixed points that give plots again and again."""

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import geodetic_to_enu
from sidelook.sensing.location import bearing_and_distance, locate_ground
from sidelook.simulation.detection.chance import Chance, Draw, poisson
from sidelook.simulation.detection.measuring import Found, Report
from sidelook.simulation.detection.pairing import pair
from sidelook.simulation.detection.scene import Scene
from sidelook.simulation.detection.sights import Sights, sight, unit_snr_db
from sidelook.simulation.detection.signatures import Kind
from sidelook.simulation.trajectories import States

_POINT_NOTCHES = 3.0  # a fixed point looks no faster than this many times the minimum detectable speed
# On average over the threshold: a discrete is as strong as clutter that leaks, an antenna's edge a strong target.
_DISCRETE_EXCESS_DB, _ROTATOR_EXCESS_DB = 3.0, 10.0


def scattered(report: Report) -> Found:
    """Scatter false alarms over footprints, at the rate of the ground they fall on.

    More than enough are drawn evenly, and those stay whose ground is bad enough: a Poisson process whose density is
    that of the land class. What terrain masks gives none.
    """
    scene, dwells, number = report.scene, report.dwells, report.timing.number
    chance, density = Chance(seed=scene.seed), scene.performance.false_alarms
    toward, middle = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    near, far = np.maximum(middle - dwells.range_half_extent, 0.0), middle + dwells.range_half_extent
    area = dwells.angle_half_extent * (far**2 - near**2)
    count = poisson(chance, Draw.FALSE_COUNT, number, area * density.max())
    dwell = np.repeat(np.arange(len(dwells)), count)
    item = np.arange(len(dwell)) - np.repeat(np.cumsum(count) - count, count)
    drawn = chance.uniform(Draw.FALSE_PLACE, number[dwell], item, 6)
    distance = np.sqrt(near[dwell] ** 2 + drawn[0] * (far**2 - near**2)[dwell])
    bearing = toward[dwell] + dwells.angle_half_extent[dwell] * (2.0 * drawn[1] - 1.0)
    place = locate_ground(dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], bearing, distance)
    level = geodetic_to_enu(*place, 0.0, scene.frame)
    land = scene.surroundings.land(level[:, 0], level[:, 1])
    kept = np.flatnonzero(drawn[2] * density.max() < density[land])
    position = np.column_stack([level[kept, :2], scene.ground.height(level[kept, 0], level[kept, 1])])
    sights = sight(scene, dwells, dwell[kept], _at_rest(position))
    slowest = report.slowest[dwell[kept]]
    fastest = np.maximum(scene.imperfections.fastest_false, slowest)
    speed = (slowest + drawn[3, kept] * (fastest - slowest)) * np.sign(drawn[4, kept] - 0.5)
    excess_db = -scene.imperfections.false_excess_db * np.log(drawn[5, kept])
    found = _clutter(report, sights, item[kept], speed, threshold_db(scene) + excess_db)
    return found.take(sights.visible)


def pointed(report: Report) -> Found:
    """Find fixed discretes, again and again, and antennas that flash as they turn."""
    scene, dwells = report.scene, report.dwells
    points = scene.surroundings.points
    if points is None or not len(points):
        nothing = sight(scene, dwells, np.zeros(0, np.intp), _at_rest(np.zeros((0, 3))))
        return _clutter(report, nothing, np.zeros(0, np.intp), np.zeros(0), np.zeros(0))
    dwell, point, states = pair(dwells, points, scene.frame, np.arange(len(points)), 0.0)
    sights = sight(scene, dwells, dwell, states)
    drawn = Chance(seed=scene.seed).uniform(Draw.POINT, report.timing.number[dwell], point, 3)
    seen = sights.visible & (drawn[0] < points.probability[point])
    seen &= points.flashing(point, dwells.time[dwell], report.timing.dwell_time[dwell])
    # To either side of the notch, the more seldom the faster.
    aside = np.abs(2.0 * drawn[1] - 1.0)
    speed = report.slowest[dwell] * (1.0 + (_POINT_NOTCHES - 1.0) * aside**2) * np.sign(drawn[1] - 0.5)
    turning = np.isfinite(points.period[point])
    excess_db = np.where(turning, _ROTATOR_EXCESS_DB, _DISCRETE_EXCESS_DB) * -np.log(drawn[2])
    found = _clutter(report, sights, point, speed, threshold_db(scene) + excess_db)
    found.kind[turning] = Kind.ROTATOR
    return found.take(seen)


def threshold_db(scene: Scene) -> float:
    """Give the strength, dB, of an echo that a coherent interval finds as often as not."""
    tables = scene.performance
    first = int(np.searchsorted(tables.detection, 0.5))
    return float(tables.snr_db[min(first, len(tables.snr_db) - 1)])


def _at_rest(position: NDArray[np.float64]) -> States:
    return States(present=np.ones(len(position), bool), position=position, velocity=np.zeros_like(position))


def _clutter(
    report: Report,
    sights: Sights,
    item: NDArray[np.integer],
    speed: NDArray[np.float64],
    snr_db: NDArray[np.float64],
) -> Found:
    """Say what is found where clutter passes for a target."""
    count = len(sights.dwell)
    return Found(
        dwell=sights.dwell,
        item=item,
        kind=np.full(count, int(Kind.CLUTTER)),
        slant_range=sights.slant_range,
        bearing=sights.bearing,
        radial_speed=speed,
        scan=sights.scan,
        snr_db=snr_db,
        rcs_dbsm=snr_db - unit_snr_db(report.scene, report.dwells, sights, report.timing.interval),
        height=sights.height,
        smeared=np.zeros(count, bool),
        truth=np.full(count, -1, np.int64),
    )
