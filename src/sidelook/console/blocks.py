"""Columnar blocks: how rows travel to the page, live and from history alike.

A block is a header of 32 bytes and one little-endian typed array a column, 8-byte columns before 4-byte ones, so
that the page views them in place. Degrees stand only here, at the edge; angles are clockwise from true north.
"""

import struct
from collections.abc import Mapping
from enum import IntEnum, IntFlag
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.archive import Looks
from sidelook.geometry.frames import local_axes
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.columns import Floats
from sidelook.model.formation import FormationTable
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

Columns: TypeAlias = tuple[tuple[str, str], ...]
Values: TypeAlias = Mapping[str, NDArray[Any]]

MAGIC = 0x314B4C53  # "SLK1"
HEADER = struct.Struct("<IHHIIdd")
UNKNOWN_E7 = -(1 << 31)  # a position that is not known: no longitude or latitude reaches it
NANOSECONDS_PER_MS = 1e6


class Kind(IntEnum):
    """What the rows of a block are."""

    DWELLS = 1
    PLOTS = 2
    TRACKS = 3
    FORMATIONS = 4
    TRUTH = 5


class BlockFlag(IntFlag):
    """Of a whole block."""

    SIMULATED = 1


COLUMNS: dict[Kind, Columns] = {
    Kind.DWELLS: (
        ("time_ms", "f64"),
        ("sensor_lon_e7", "i32"),
        ("sensor_lat_e7", "i32"),
        ("sensor_height_m", "f32"),
        ("track_deg", "f32"),
        ("speed_mps", "f32"),
        ("area_lon_e7", "i32"),
        ("area_lat_e7", "i32"),
        ("range_half_extent_m", "f32"),
        ("angle_half_extent_deg", "f32"),
        ("mdv_mps", "f32"),
        ("revisit", "u32"),
        ("dwell", "u32"),
        ("plot_count", "u32"),
    ),
    Kind.PLOTS: (
        ("time_ms", "f64"),
        ("lon_e7", "i32"),
        ("lat_e7", "i32"),
        ("radial_speed_mps", "f32"),
        ("snr_db", "f32"),
        ("sigma_range_m", "f32"),
        ("sigma_cross_m", "f32"),
        ("bearing_deg", "f32"),
        ("track", "u32"),
        ("flags", "u32"),
    ),
    Kind.TRACKS: (
        ("time_ms", "f64"),
        ("supported_ms", "f64"),
        ("track", "u32"),
        ("lon_e7", "i32"),
        ("lat_e7", "i32"),
        ("velocity_east_mps", "f32"),
        ("velocity_north_mps", "f32"),
        ("cov_ee_m2", "f32"),
        ("cov_en_m2", "f32"),
        ("cov_nn_m2", "f32"),
        ("class_probability", "f32"),
        ("same_vehicle", "f32"),
        ("plot_count", "u32"),
        ("formation", "u32"),
        ("flags", "u32"),
    ),
    Kind.FORMATIONS: (
        ("time_ms", "f64"),
        ("supported_ms", "f64"),
        ("formation", "u32"),
        ("other", "u32"),
        ("lon_e7", "i32"),
        ("lat_e7", "i32"),
        ("velocity_east_mps", "f32"),
        ("velocity_north_mps", "f32"),
        ("cov_ee_m2", "f32"),
        ("cov_en_m2", "f32"),
        ("cov_nn_m2", "f32"),
        ("extent_ee_m2", "f32"),
        ("extent_en_m2", "f32"),
        ("extent_nn_m2", "f32"),
        ("length_m", "f32"),
        ("width_m", "f32"),
        ("spacing_m", "f32"),
        ("probability", "f32"),
        ("class_share", "f32"),
        ("members", "u32"),
        ("count", "u32"),
        ("count_low", "u32"),
        ("count_high", "u32"),
        ("flags", "u32"),
    ),
    Kind.TRUTH: (
        ("time_ms", "f64"),
        ("entity", "u32"),
        ("lon_e7", "i32"),
        ("lat_e7", "i32"),
        ("velocity_east_mps", "f32"),
        ("velocity_north_mps", "f32"),
        ("formation", "u32"),
        ("flags", "u32"),
    ),
}
ROWS = frozenset({Kind.DWELLS, Kind.PLOTS, Kind.TRACKS, Kind.FORMATIONS})
"""What a window of a mission consists of, and what goes out live; truth is only shown where it is asked for."""
DTYPES = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u32": "<u4"}
CLASS_SHIFT, TRACK_SIMULATED = 8, 1 << 16  # flags of a track
PLOT_SIMULATED = 1 << 8  # flags of a plot
KIND_SHIFT, FORMATION_CLASS_SHIFT, EVENT_SHIFT = 4, 8, 20  # flags of a formation; simulated as of a track


def encode_looks(looks: Looks, sequence: float = 0.0) -> bytes:
    """Encode dwells and their plots as up to two blocks.

    Parameters
    ----------
    looks : dwells, and the track of each plot (0 none)
    sequence : event log number of the last row
    """
    dwells = looks.dwells
    simulated = bool(dwells.simulated.any())
    return encode(Kind.DWELLS, dwell_values(dwells), sequence, simulated=simulated) + encode(
        Kind.PLOTS, plot_values(looks), sequence, simulated=simulated
    )


def encode_dwells(dwells: Dwells, sequence: float = 0.0) -> bytes:
    """Encode dwells without their plots."""
    return encode(Kind.DWELLS, dwell_values(dwells), sequence, simulated=bool(dwells.simulated.any()))


def encode_plots(looks: Looks, sequence: float = 0.0) -> bytes:
    """Encode plots without their dwells."""
    return encode(Kind.PLOTS, plot_values(looks), sequence, simulated=bool(looks.dwells.simulated.any()))


def encode_tracks(table: TrackTable, sequence: float = 0.0) -> bytes:
    """Encode states of tracks."""
    return encode(Kind.TRACKS, track_values(table), sequence, simulated=bool(table.simulated.any()))


def encode_formations(table: FormationTable, sequence: float = 0.0) -> bytes:
    """Encode states of formations."""
    return encode(Kind.FORMATIONS, formation_values(table), sequence, simulated=bool(table.simulated.any()))


def encode(kind: Kind, values: Values, sequence: float, *, simulated: bool) -> bytes:
    """Lay columns behind a header; no rows, no block.

    Parameters
    ----------
    kind : names the columns, see ``COLUMNS``
    values : (N,) each, cast to the column's type
    sequence : event log number of the last row
    simulated : True where any row is
    """
    columns = COLUMNS[kind]
    count = len(values["time_ms"])
    if not count:
        return b""
    parts = [values[name].astype(DTYPES[dtype], copy=False).tobytes() for name, dtype in columns]
    body = sum(map(len, parts))
    padding = -body % 8
    flags = BlockFlag.SIMULATED if simulated else 0
    base = float(values["time_ms"].min())
    header = HEADER.pack(MAGIC, kind, flags, count, HEADER.size + body + padding, base, sequence)
    return b"".join([header, *parts, bytes(padding)])


def dwell_values(dwells: Dwells) -> Values:
    """Columns of ``Kind.DWELLS``."""
    return {
        "time_ms": milliseconds(dwells.time),
        "sensor_lon_e7": degrees_e7(dwells.sensor_longitude),
        "sensor_lat_e7": degrees_e7(dwells.sensor_latitude),
        "sensor_height_m": dwells.sensor_height,
        "track_deg": np.degrees(dwells.track),
        "speed_mps": dwells.speed,
        "area_lon_e7": degrees_e7(dwells.area_longitude),
        "area_lat_e7": degrees_e7(dwells.area_latitude),
        "range_half_extent_m": dwells.range_half_extent,
        "angle_half_extent_deg": np.degrees(dwells.angle_half_extent),
        "mdv_mps": dwells.minimum_detectable_speed,
        "revisit": np.maximum(dwells.revisit, 0),
        "dwell": np.maximum(dwells.dwell, 0),
        "plot_count": dwells.plot_count,
    }


def plot_values(looks: Looks) -> Values:
    """Columns of ``Kind.PLOTS``; a plot is as simulated as the dwell that holds it."""
    dwells, plots = looks.dwells, looks.dwells.plots
    simulated = plots.simulated | dwells.simulated[plots.dwell]
    return {
        "time_ms": milliseconds(dwells.time)[plots.dwell],
        "lon_e7": degrees_e7(plots.longitude),
        "lat_e7": degrees_e7(plots.latitude),
        "radial_speed_mps": plots.radial_speed,
        "snr_db": plots.snr_db,
        "sigma_range_m": plots.sigma_slant_range,
        "sigma_cross_m": plots.sigma_cross_range,
        "bearing_deg": np.degrees(bearing_from_sensor(dwells)),
        "track": looks.plot_track,
        "flags": plots.target_class + simulated * np.uint32(PLOT_SIMULATED),
    }


def track_values(table: TrackTable) -> Values:
    """Columns of ``Kind.TRACKS``."""
    covariance = table.position_covariance
    flags = table.state.astype(np.uint32) + (table.target_class.astype(np.uint32) << CLASS_SHIFT)
    return {
        "time_ms": milliseconds(table.time),
        "supported_ms": milliseconds(table.supported),
        "track": table.track,
        "lon_e7": degrees_e7(table.longitude),
        "lat_e7": degrees_e7(table.latitude),
        "velocity_east_mps": table.velocity_east,
        "velocity_north_mps": table.velocity_north,
        "cov_ee_m2": covariance[:, 0],
        "cov_en_m2": covariance[:, 1],
        "cov_nn_m2": covariance[:, 2],
        "class_probability": table.class_probability,
        "same_vehicle": table.same_vehicle,
        "plot_count": table.plot_count,
        "formation": table.formation,
        "flags": flags + table.simulated * np.uint32(TRACK_SIMULATED),
    }


def formation_values(table: FormationTable) -> Values:
    """Columns of ``Kind.FORMATIONS``; flags are state, kind, class, simulated and event."""
    flags = table.state.astype(np.uint32) + (table.kind.astype(np.uint32) << KIND_SHIFT)
    flags += (table.target_class.astype(np.uint32) << FORMATION_CLASS_SHIFT) + table.simulated * np.uint32(
        TRACK_SIMULATED
    )
    flags += table.event.astype(np.uint32) << EVENT_SHIFT
    parts = [("cov", table.position_covariance), ("extent", table.extent)]
    matrices = {
        f"{name}_{suffix}_m2": matrix[:, k] for name, matrix in parts for k, suffix in enumerate(("ee", "en", "nn"))
    }
    plain = ("formation", "other", "members", "count", "count_low", "count_high", "probability", "class_share")
    return {
        "time_ms": milliseconds(table.time),
        "supported_ms": milliseconds(table.supported),
        "lon_e7": degrees_e7(table.longitude),
        "lat_e7": degrees_e7(table.latitude),
        "velocity_east_mps": table.velocity_east,
        "velocity_north_mps": table.velocity_north,
        "length_m": table.length,
        "width_m": table.width,
        "spacing_m": table.spacing,
        "flags": flags,
        **matrices,
        **{name: getattr(table, name) for name in plain},
    }


def milliseconds(time: NDArray[np.int64]) -> Floats:
    """Turn ns UTC into Unix milliseconds."""
    return time / NANOSECONDS_PER_MS


def degrees_e7(angle: Floats) -> NDArray[np.int32]:
    """Turn (N,) rad into 1e-7 degree, NaN into ``UNKNOWN_E7``."""
    scaled = np.rint(np.degrees(angle) * 1e7)
    return np.where(np.isfinite(scaled), scaled, UNKNOWN_E7).astype(np.int32)


def bearing_from_sensor(dwells: Dwells) -> Floats:
    """Bearing, at each plot, of the line of sight from the sensor on through the plot: the range axis of its ellipse.

    Returns
    -------
    (N,) rad, 0..2 pi clockwise from true north; at 250 km this differs by degrees from the bearing at the sensor
    """
    plots = dwells.plots
    height = np.nan_to_num(plots.height.astype(np.float64))
    sensor = geodetic_to_ecef(dwells.sensor_latitude, dwells.sensor_longitude, dwells.sensor_height)[plots.dwell]
    outward = geodetic_to_ecef(plots.latitude, plots.longitude, height) - sensor
    east, north, _ = np.einsum("nij,nj->in", local_axes(plots.latitude, plots.longitude), outward)
    bearing: Floats = np.arctan2(east, north) % (2 * np.pi)
    return bearing
