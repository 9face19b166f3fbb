"""What the radar reports: plots, and the dwells that looked for them.

Angles are radians (longitude -pi..pi, bearings clockwise from true north), lengths metres above or along the
WGS-84 ellipsoid, speeds metres a second, times int64 nanoseconds UTC. NaN says "not reported".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, Octets, Singles, stack
from sidelook.model.origin import Origin, merge_origins


class TargetClass(IntEnum):
    """Target classification, STANAG 4607 D32.10 (edition A's additions from 14 on)."""

    NO_INFORMATION = 0
    TRACKED = 1
    WHEELED = 2
    ROTARY_WING = 3
    FIXED_WING = 4
    STATIONARY_ROTATOR = 5
    MARITIME = 6
    BEACON = 7
    AMPHIBIOUS = 8
    PERSON = 9
    VEHICLE = 10
    ANIMAL = 11
    LARGE_LAND = 12
    LARGE_MARITIME = 13
    CLUTTER = 14
    PHANTOM = 15
    GROUND_ROTATOR = 16
    SMALL_VEHICLE = 17
    LOW_SLOW_FLYER = 18
    OTHER = 126
    UNKNOWN = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Plots(Columnar):
    """Target reports, one row each.

    Attributes
    ----------
    dwell : (N,) row of the dwell that saw it, in the ``Dwells`` that hold these plots
    index : (N,) report index, -1 none
    latitude, longitude : (N,) geodetic, rad
    height : (N,) above the ellipsoid, m
    radial_speed : (N,) m/s, positive away from the sensor, platform motion removed
    wrap_speed : (N,) m/s, half the aliasing period, NaN unknown
    snr_db, rcs_dbsm : (N,) dB, dB over one square metre
    target_class : (N,) ``TargetClass``
    class_probability : (N,) 0..1
    simulated : (N,) the report itself is marked as simulated
    sigma_slant_range, sigma_cross_range, sigma_height : (N,) standard deviations, m
    sigma_radial_speed : (N,) m/s
    truth_application, truth_entity : (N,) truth tag, -1 none; never shown to a tracker
    """

    dwell: Indices
    index: Indices
    latitude: Floats
    longitude: Floats
    height: Singles
    radial_speed: Singles
    wrap_speed: Singles
    snr_db: Singles
    rcs_dbsm: Singles
    target_class: Octets
    class_probability: Singles
    simulated: Flags
    sigma_slant_range: Singles
    sigma_cross_range: Singles
    sigma_height: Singles
    sigma_radial_speed: Singles
    truth_application: Indices
    truth_entity: Integers

    DTYPES: ClassVar = {
        "dwell": np.int32,
        "index": np.int32,
        "latitude": np.float64,
        "longitude": np.float64,
        "height": np.float32,
        "radial_speed": np.float32,
        "wrap_speed": np.float32,
        "snr_db": np.float32,
        "rcs_dbsm": np.float32,
        "target_class": np.uint8,
        "class_probability": np.float32,
        "simulated": np.bool_,
        "sigma_slant_range": np.float32,
        "sigma_cross_range": np.float32,
        "sigma_height": np.float32,
        "sigma_radial_speed": np.float32,
        "truth_application": np.int32,
        "truth_entity": np.int64,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwells(Columnar):
    """Looks of the radar, one row each, in order of time as sent, with the plots they gave.

    Attributes
    ----------
    time : (M,) centre of the dwell, ns UTC
    revisit, dwell : (M,) indices as sent
    last_of_revisit : (M,)
    sensor_latitude, sensor_longitude, sensor_height : (M,) rad, rad, m over the ellipsoid
    sigma_along, sigma_across, sigma_sensor_height : (M,) position error of the sensor, m
    track : (M,) direction of motion over ground, rad; ``speed``, ``climb`` : (M,) m/s
    heading, pitch, roll : (M,) platform attitude, rad
    sensor_heading, sensor_pitch, sensor_roll : (M,) sensor relative to platform, rad
    area_latitude, area_longitude : (M,) centre of the footprint, rad
    range_half_extent : (M,) m; ``angle_half_extent`` : (M,) rad
    minimum_detectable_speed : (M,) m/s
    plot_count : (M,) plots of each dwell; ``plots`` holds them dwell after dwell
    origin : (M,) row of ``origins``
    """

    time: Integers
    revisit: Indices
    dwell: Indices
    last_of_revisit: Flags
    sensor_latitude: Floats
    sensor_longitude: Floats
    sensor_height: Floats
    sigma_along: Singles
    sigma_across: Singles
    sigma_sensor_height: Singles
    track: Floats
    speed: Singles
    climb: Singles
    heading: Singles
    pitch: Singles
    roll: Singles
    sensor_heading: Singles
    sensor_pitch: Singles
    sensor_roll: Singles
    area_latitude: Floats
    area_longitude: Floats
    range_half_extent: Floats
    angle_half_extent: Floats
    minimum_detectable_speed: Singles
    plot_count: Indices
    origin: Indices
    plots: Plots
    origins: tuple[Origin, ...]

    DTYPES: ClassVar = {
        "time": np.int64,
        "revisit": np.int32,
        "dwell": np.int32,
        "last_of_revisit": np.bool_,
        "sensor_latitude": np.float64,
        "sensor_longitude": np.float64,
        "sensor_height": np.float64,
        "sigma_along": np.float32,
        "sigma_across": np.float32,
        "sigma_sensor_height": np.float32,
        "track": np.float64,
        "speed": np.float32,
        "climb": np.float32,
        "heading": np.float32,
        "pitch": np.float32,
        "roll": np.float32,
        "sensor_heading": np.float32,
        "sensor_pitch": np.float32,
        "sensor_roll": np.float32,
        "area_latitude": np.float64,
        "area_longitude": np.float64,
        "range_half_extent": np.float64,
        "angle_half_extent": np.float64,
        "minimum_detectable_speed": np.float32,
        "plot_count": np.int32,
        "origin": np.int32,
    }

    @property
    def plot_offset(self) -> Integers:
        """(M + 1,) where each dwell's plots begin in ``plots``, and the end."""
        return np.concatenate([[0], np.cumsum(self.plot_count, dtype=np.int64)])

    @property
    def simulated(self) -> Flags:
        """(M,) True where the origin or any plot of the dwell says so: sticky."""
        by_origin = np.array([origin.simulated for origin in self.origins] or [False])[self.origin]
        by_origin[self.plots.dwell[self.plots.simulated]] = True
        return by_origin

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """Select dwells by index, mask or slice, and the plots that belong to them."""
        chosen = np.arange(len(self), dtype=np.int32)[rows]
        count, offset = self.plot_count[chosen], self.plot_offset[:-1][chosen]
        inside = np.arange(count.sum(), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
        plots = self.plots.take(np.repeat(offset, count) + inside)
        columns = {name: getattr(self, name)[chosen] for name in self.DTYPES}
        owner = np.repeat(np.arange(len(chosen), dtype=np.int32), count)
        kept = {name: getattr(plots, name) for name in Plots.DTYPES} | {"dwell": owner}
        return type(self)(**columns, plots=Plots(**kept), origins=self.origins)


def concatenate_dwells(parts: Sequence[Dwells]) -> Dwells:
    """Join dwells in the order given, renumbering the plots' dwell rows and the origins."""
    if not parts:
        return Dwells.empty(plots=Plots.empty(), origins=())
    origins, origin = merge_origins([(part.origins, part.origin) for part in parts])
    columns = stack(parts, Dwells.DTYPES) | {"origin": origin}
    plots = stack([part.plots for part in parts], Plots.DTYPES)
    plots["dwell"] = np.repeat(np.arange(len(origin), dtype=np.int32), columns["plot_count"])
    return Dwells(**columns, plots=Plots(**plots), origins=origins)
