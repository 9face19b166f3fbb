"""From what is found to what is reported: errors of measurement, and where the plot is placed.

Slant range, azimuth and Doppler are measured, each with an error of its own. The radial speed is the Doppler less
what the platform's motion puts into it at the measured azimuth, so that an azimuth error of d comes back in the
radial speed as -v cos(depression) sin(bearing - track) d. With s for standard deviations the covariance of azimuth
and radial speed is then

    [ s_azimuth^2      c s_azimuth^2                 ]
    [ c s_azimuth^2    s_doppler^2 + c^2 s_azimuth^2 ],    c = -v cos(depression) sin(bearing - track).

A plot has no column for the correlation: its ``sigma_radial_speed`` is the root of the lower right, and who knows the
platform's motion (the dwell has it) can compose the rest. Errors of heading shift the place of a plot only: clutter
shows the Doppler of every direction of the array, wherever north is.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.model.plots import Dwells
from sidelook.sensing.ambiguity import fold
from sidelook.sensing.location import locate
from sidelook.sensing.performance import at_snr
from sidelook.simulation.detection.chance import Chance, Draw, Timing, normal_from
from sidelook.simulation.detection.naming import name
from sidelook.simulation.detection.navigation import Navigation
from sidelook.simulation.detection.scene import Scene

TRUTH_APPLICATION = 1
_NORMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a radar found, before its errors, one row each.

    Attributes
    ----------
    dwell : (K,) row of the dwell
    item : (K,) number within its dwell, for chance
    kind : (K,) ``Kind`` it truly is
    slant_range, bearing, radial_speed : (K,) m, rad, m/s
    scan : (K,) angle from broadside, rad
    snr_db : (K,) signal over what is left of noise and clutter, dB
    rcs_dbsm : (K,) as it looked, dB over one square metre
    height : (K,) where the plot is placed, above the ellipsoid, m
    smeared : (K,) its echo fills the Doppler spectrum: the radial speed says nothing
    truth : (K,) entity, -1 none
    """

    dwell: NDArray[np.intp]
    item: NDArray[np.integer]
    kind: NDArray[np.intp]
    slant_range: NDArray[np.float64]
    bearing: NDArray[np.float64]
    radial_speed: NDArray[np.float64]
    scan: NDArray[np.float64]
    snr_db: NDArray[np.float64]
    rcs_dbsm: NDArray[np.float64]
    height: NDArray[np.float64]
    smeared: NDArray[np.bool_]
    truth: NDArray[np.int64]

    def take(self, rows: NDArray[Any]) -> "Found":
        """Select rows by index or mask."""
        return Found(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How found things are reported, for all dwells at once.

    Attributes
    ----------
    scene : its radar, tables and imperfections
    dwells : M of them, their sensor positions true
    navigation : where the radar believes to be
    timing : of the dwells
    slowest : (M,) minimum detectable speed, m/s
    """

    scene: Scene
    dwells: Dwells
    navigation: Navigation
    timing: Timing
    slowest: NDArray[np.float64]


def measure(report: Report, found: Found, draw: Draw) -> dict[str, NDArray[Any]]:
    """Give the columns of plots.

    Parameters
    ----------
    report : how
    found : K things
    draw : for the errors' numbers
    """
    scene, dwell = report.scene, found.dwell
    tables, imperfect = scene.performance, scene.imperfections
    chance, number = Chance(seed=scene.seed), report.timing.number[dwell]
    drawn = chance.uniform(draw, number, found.item, _NORMALS + 2)
    error, tail = normal_from(drawn[:_NORMALS]), drawn[_NORMALS] < imperfect.heavy_tail_share
    depression = np.clip(report.dwells.sensor_height[dwell] / found.slant_range, 0.0, 0.99)
    level = np.sqrt(1.0 - depression**2)
    sigma_range = at_snr(tables, tables.sigma_slant_range, found.snr_db)
    sigma_azimuth = at_snr(tables, tables.sigma_azimuth, found.snr_db) / (np.cos(found.scan) * level)
    # Longer looks tell Doppler better; the tables are for the usual ones.
    usual = scene.radar.detector.dwell_time / report.timing.dwell_time[dwell]
    sigma_doppler = at_snr(tables, tables.sigma_doppler, found.snr_db) * usual
    coupling = coupled(report.dwells, dwell, found.bearing, level)
    azimuth_error = sigma_azimuth * error[1] * np.where(tail, imperfect.heavy_tail_factor, 1.0)
    speed = found.radial_speed + sigma_doppler * error[2] + coupling * azimuth_error
    wrap = scene.radar.detector.wrap_speed
    height = found.height + imperfect.sigma_height * error[3]
    place = report.navigation
    latitude, longitude = locate(
        (place.latitude[dwell], place.longitude[dwell], place.height[dwell]),
        found.slant_range + sigma_range * error[0],
        found.bearing + azimuth_error + place.heading_error[dwell],
        height,
    )
    target_class, probability = name(
        scene.naming, found.kind, found.snr_db, report.timing.dwell_time[dwell], drawn[_NORMALS + 1]
    )
    return {
        "dwell": dwell,
        "latitude": latitude,
        "longitude": longitude,
        "height": height,
        "radial_speed": fold(speed, 2.0 * wrap),
        "wrap_speed": np.full(len(dwell), wrap),
        "snr_db": found.snr_db,
        "rcs_dbsm": found.rcs_dbsm,
        "target_class": target_class,
        "class_probability": probability,
        "simulated": np.ones(len(dwell), bool),
        "sigma_slant_range": sigma_range,
        "sigma_cross_range": sigma_azimuth * found.slant_range,
        "sigma_height": np.full(len(dwell), imperfect.sigma_height),
        "sigma_radial_speed": np.where(
            found.smeared, wrap / np.sqrt(3.0), np.hypot(sigma_doppler, coupling * sigma_azimuth)
        ),
        "truth_application": np.where(found.truth > 0, TRUTH_APPLICATION, -1),
        "truth_entity": found.truth,
    }


def coupled(
    dwells: Dwells, dwell: NDArray[np.intp], bearing: NDArray[np.float64], level: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give by how much an azimuth error changes the radial speed, (K,) m/s per rad.

    Parameters
    ----------
    dwells : M of them
    dwell : (K,) rows of them
    bearing : (K,) rad
    level : (K,) cosine of the depression angle
    """
    speed, track = np.nan_to_num(dwells.speed)[dwell], np.nan_to_num(dwells.track)[dwell]
    return np.asarray(-speed * level * np.sin(bearing - track))
