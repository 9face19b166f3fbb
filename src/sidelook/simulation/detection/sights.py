"""The geometry of looks: what stands where before the radar, and how strong its echo is on average."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import enu_to_ecef, geodetic_to_enu, rotate_enu_to_ecef
from sidelook.geometry.viewing import grazing_angle, horizon_range
from sidelook.geometry.wgs84 import ecef_to_geodetic, wrap_longitude
from sidelook.model.plots import Dwells
from sidelook.sensing.clutter import cell_cross_section, range_cell, reflectivity
from sidelook.sensing.location import Place, bearing_and_distance, observe
from sidelook.sensing.radar_equation import decibels, radar_link, signal_to_noise
from sidelook.sensing.resolution import beam_width
from sidelook.simulation.detection.scene import Scene, rain_loss_db
from sidelook.simulation.trajectories import States

_WIDEST_SCAN = 1.5  # rad; beyond, an array does not form a beam


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """Looks at things, one row each.

    Attributes
    ----------
    dwell : (K,) row of the dwell
    position : (K, 3) in the frame of the truth, m
    height : (K,) above the ellipsoid, m
    slant_range, bearing, radial_speed : (K,) m, rad, m/s
    speed : (K,) m/s
    grazing : (K,) of the ray on the ground at that range, rad
    scan : (K,) angle of the beam from broadside, rad
    visible : (K,)
    """

    dwell: NDArray[np.intp]
    position: NDArray[np.float64]
    height: NDArray[np.float64]
    slant_range: NDArray[np.float64]
    bearing: NDArray[np.float64]
    radial_speed: NDArray[np.float64]
    speed: NDArray[np.float64]
    grazing: NDArray[np.float64]
    scan: NDArray[np.float64]
    visible: NDArray[np.bool_]


def sensors(dwells: Dwells, dwell: NDArray[np.intp]) -> Place:
    """Give the places of the sensor in dwells of (K,) rows."""
    return dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], dwells.sensor_height[dwell]


def sight(scene: Scene, dwells: Dwells, dwell: NDArray[np.intp], states: States) -> Sights:
    """Work out the geometry of looks.

    Parameters
    ----------
    scene : for its frame and what it masks
    dwells : M of them
    dwell : (K,) rows of them
    states : of what each looks at
    """
    position = enu_to_ecef(states.position, scene.frame)
    place = sensors(dwells, dwell)
    seen = observe(place, position, rotate_enu_to_ecef(states.velocity, scene.frame))
    height = ecef_to_geodetic(position)[2]
    local = geodetic_to_enu(dwells.sensor_latitude, dwells.sensor_longitude, dwells.sensor_height, scene.frame)
    above = np.maximum(np.asarray(place[2]) - height, 1.0)
    heading = np.where(np.isfinite(dwells.heading), dwells.heading, dwells.track)[dwell]
    off = np.abs(np.abs(wrap_longitude(seen.bearing - heading)) - 0.5 * np.pi)
    beyond = seen.slant_range > horizon_range(above) + horizon_range(np.maximum(height, 0.0))
    return Sights(
        dwell=dwell,
        position=states.position,
        height=height,
        slant_range=seen.slant_range,
        bearing=seen.bearing,
        radial_speed=seen.radial_speed,
        speed=np.linalg.norm(states.velocity, axis=-1),
        grazing=np.nan_to_num(grazing_angle(above, seen.slant_range), nan=0.5 * np.pi),
        scan=np.minimum(off, _WIDEST_SCAN),
        visible=~beyond & scene.surroundings.visible(local[dwell], states.position) if len(dwell) else ~beyond,
    )


def unit_snr_db(scene: Scene, dwells: Dwells, sights: Sights, interval: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the signal-to-noise ratio of one square metre in one coherent interval.

    Parameters
    ----------
    scene : its radar and weather
    dwells : M of them
    sights : K of them
    interval : (M,) length of a coherent interval, s

    Returns
    -------
    (K,) dB: scan loss, the beam's fall to its edge and rain are counted
    """
    radar, weather = scene.radar, scene.surroundings.weather
    snr_db = decibels(signal_to_noise(radar_link(radar, 1.0), 1.0, sights.slant_range) * interval[sights.dwell])
    toward, _ = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    off = wrap_longitude(sights.bearing - toward[sights.dwell]) / dwells.angle_half_extent[sights.dwell]
    fall_db = radar.detector.edge_loss_db * np.minimum(off**2, 1.0)
    rain_db = rain_loss_db(weather, radar.waveform.frequency, sights.slant_range, sights.grazing)
    return np.asarray(snr_db + scan_gain_db(sights.scan) - fall_db - rain_db)


def clutter_to_noise_db(scene: Scene, sights: Sights, interval: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the ratio of clutter to noise, (K,) dB, in the resolution cell of each look; arguments as above."""
    radar, weather = scene.radar, scene.surroundings.weather
    land = scene.surroundings.land(sights.position[:, 0], sights.position[:, 1])
    surface = reflectivity(land, sights.grazing, radar.waveform.frequency)
    width = beam_width(radar.antenna, radar.waveform.wavelength) / np.cos(sights.scan)
    cell = cell_cross_section(
        surface, sights.slant_range, width, range_cell(radar.waveform.bandwidth), np.minimum(sights.grazing, 1.5)
    )
    ratio = signal_to_noise(radar_link(radar, 1.0), cell, sights.slant_range) * interval[sights.dwell]
    rain_db = rain_loss_db(weather, radar.waveform.frequency, sights.slant_range, sights.grazing)
    return np.asarray(decibels(np.maximum(ratio, 1e-6)) + scan_gain_db(sights.scan) - rain_db)


def scan_gain_db(scan: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what of the two-way gain is left, dB, when the aperture is seen aslant: its cosine, squared."""
    return np.asarray(20.0 * np.log10(np.cos(scan)))
