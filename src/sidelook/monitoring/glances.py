"""Glances: when a radar looked at gates, from where, with what minimum detectable speed, and what terrain hid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sidelook.geometry.flat import flat
from sidelook.geometry.wgs84 import MEAN_RADIUS, wrap_longitude
from sidelook.model.columns import Columnar, Flags, Floats, Indices, Integers, stack
from sidelook.model.plots import Dwells
from sidelook.monitoring.gates import Gates
from sidelook.sensing.coverage import covers
from sidelook.sensing.coverage_map import Visibility
from sidelook.sensing.location import bearing_and_distance

STATIONS = 7
"""Points along the way through a gate at which it is asked what terrain hides; the middle one is the gate."""
STATION_APART = 500.0  # m
_ONE_LOOK = 6.0  # s: footprints that overlap within one revisit look once
_SIGHT_LASTS = 60.0  # s, in which the aircraft moves too little to see behind another ridge
_AT_ONCE = 2_000_000
_BENT = 0.03  # rad, by which bearings on a flat map are wrong at most, as far as a radar sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Glances(Columnar):
    """Looks at gates, one row a gate and look, in order of gate, then time.

    Attributes
    ----------
    gate : (K,) row of the gates
    time : (K,) ns UTC
    bearing : (K,) of the line of sight at the gate, rad
    minimum_detectable_speed : (K,) m/s, NaN where the radar does not say
    visible : (K, ``STATIONS``) what terrain lets the radar see, from before the gate to behind it on the way in
    """

    gate: Indices
    time: Integers
    bearing: Floats
    minimum_detectable_speed: Floats
    visible: Flags

    DTYPES: ClassVar[Mapping[str, Any]] = {
        "gate": np.int32,
        "time": np.int64,
        "bearing": np.float64,
        "minimum_detectable_speed": np.float64,
        "visible": (np.bool_, STATIONS),
    }


def glances_at(gates: Gates, dwells: Dwells, visible: Visibility | None = None) -> Glances:
    """Find the looks of dwells at gates.

    Parameters
    ----------
    gates : to be looked at
    dwells : of one mission, in order of time; their plots do not matter
    visible : what hides, asked once a minute of each gate; None hides nothing
    """
    parts = [_at_place(gates, np.flatnonzero(gates.place == place), dwells) for place in np.unique(gates.place)]
    if not parts:
        return Glances.empty()
    found = Glances(**stack(parts, Glances.DTYPES))
    row = np.searchsorted(dwells.time, found.time)
    return found if visible is None else _hidden(gates, found, dwells, row, visible)


def _at_place(gates: Gates, rows: Integers, dwells: Dwells) -> Glances:
    """Find the looks at the gates of one place."""
    latitude, longitude = gates.latitude[rows], gates.longitude[rows]
    size = MEAN_RADIUS * max(np.ptp(latitude), np.ptp(wrap_longitude(longitude - longitude[0])))
    near = np.flatnonzero(_near(dwells, float(latitude[0]), float(longitude[0]), float(size)))
    pairs: list[tuple[Integers, Integers]] = []
    step = max(_AT_ONCE // len(rows), 1)
    for start in range(0, len(near), step):
        part = near[start : start + step]
        dwell, gate = np.nonzero(covers(dwells.take(part), latitude, longitude))
        pairs.append((part[dwell], rows[gate]))
    dwell = np.concatenate([pair[0] for pair in pairs] or [np.zeros(0, np.int64)])
    gate = np.concatenate([pair[1] for pair in pairs] or [np.zeros(0, np.int64)])
    order = np.lexsort((dwells.time[dwell], gate))
    dwell, gate = dwell[order], gate[order]
    first = _begins(gate, dwells.time[dwell])
    dwell, gate = dwell[first], gate[first]
    bearing, _ = bearing_and_distance(
        gates.latitude[gate], gates.longitude[gate], dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell]
    )
    speed = dwells.minimum_detectable_speed[dwell].astype(np.float64)
    return Glances(
        gate=gate.astype(np.int32),
        time=dwells.time[dwell],
        bearing=bearing,
        minimum_detectable_speed=np.where(speed > 0.0, speed, np.nan),
        visible=np.ones((len(gate), STATIONS), np.bool_),
    )


def _near(dwells: Dwells, latitude: float, longitude: float, size: float) -> Flags:
    """Tell which dwells may look at a place that reaches ``size`` m from a point: on a flat map, and generously."""
    origin = (latitude, longitude)
    area = flat(dwells.area_latitude, dwells.area_longitude, origin)
    sensor = flat(dwells.sensor_latitude, dwells.sensor_longitude, origin)
    beam, away = area - sensor, np.hypot(*sensor.T)
    half = dwells.range_half_extent
    in_range = np.abs(np.hypot(*beam.T) - away) <= 1.1 * (half + size) + 0.05 * away
    aside = np.abs(wrap_longitude(np.arctan2(*beam.T) - np.arctan2(*-sensor.T)))
    return np.asarray(in_range & (aside <= dwells.angle_half_extent + 1.1 * size / np.maximum(away, 1.0) + _BENT))


def _begins(gate: Integers, time: Integers) -> Integers:
    """Give the rows with which a look at a gate begins; those that follow within moments are the same look."""
    if not len(gate):
        return np.zeros(0, np.int64)
    new = np.append(True, (np.diff(gate) != 0) | (np.diff(time) > _ONE_LOOK * 1e9))
    return np.flatnonzero(new)


def _hidden(gates: Gates, found: Glances, dwells: Dwells, row: Integers, visible: Visibility) -> Glances:
    """Ask what is hidden, once a minute, at each station of the ways through the gates looked at in it."""
    minute = found.time // round(_SIGHT_LASTS * 1e9)
    keys = np.stack([minute, found.gate.astype(np.int64)], axis=1)
    _, asked, same = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    latitude, longitude = stations_of(gates)
    seen = np.empty((len(asked), STATIONS), np.bool_)
    gate = found.gate[asked]
    for part in np.split(np.arange(len(asked)), np.flatnonzero(np.diff(minute[asked])) + 1) if len(asked) else ():
        one = row[asked[part[0]]]
        sensor = (dwells.sensor_latitude[one], dwells.sensor_longitude[one], dwells.sensor_height[one])
        where = latitude[gate[part]].ravel(), longitude[gate[part]].ravel()
        seen[part] = visible(*where, sensor).reshape(-1, STATIONS)
    columns = {name: getattr(found, name) for name in Glances.DTYPES} | {"visible": seen[same.reshape(-1)]}
    return Glances(**columns)


def stations_of(gates: Gates) -> tuple[Floats, Floats]:
    """Give the points along the ways through gates, from before to behind, (G, ``STATIONS``) rad."""
    along = STATION_APART * (np.arange(STATIONS) - STATIONS // 2)
    north = along * np.cos(gates.heading)[:, None] / MEAN_RADIUS
    east = along * np.sin(gates.heading)[:, None] / MEAN_RADIUS
    latitude = gates.latitude[:, None] + north
    return latitude, wrap_longitude(gates.longitude[:, None] + east / np.cos(gates.latitude)[:, None])
