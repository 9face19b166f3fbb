"""Tracks on straight ways, places to cross, and dwells that look at them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.columns import Floats
from sidelook.model.origin import Classification, Origin
from sidelook.model.places import PlaceKind, Places
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.timescale import parse_utc

SECOND = 10**9
BEGIN = parse_utc("2026-05-04T06:00:00Z")
LATITUDE, LONGITUDE = 0.66, -0.75
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, platform="TEST", simulated=True)


def degrees_of(east: ArrayLike, north: ArrayLike) -> tuple[Floats, Floats]:
    """Give latitude and longitude, rad, of places east and north of the middle, m."""
    return (
        LATITUDE + np.asarray(north, float) / MEAN_RADIUS,
        LONGITUDE + np.asarray(east, float) / (MEAN_RADIUS * np.cos(LATITUDE)),
    )


def make_places(*outlines: Sequence[tuple[float, float]], line: bool = False, speed: float = np.nan) -> Places:
    """Make places of corners east and north, m; closed ones must come clockwise."""
    points = np.array([corner for outline in outlines for corner in outline], float)
    corners = np.array([len(outline) for outline in outlines], np.int32)
    latitude, longitude = degrees_of(*points.T)
    count = len(outlines)
    return Places(
        kind=np.full(count, PlaceKind.LINE if line else PlaceKind.SITE, np.uint8),
        first=(np.cumsum(corners) - corners).astype(np.int32),
        corners=corners,
        speed=np.full(count, speed),
        number=np.arange(count, dtype=np.int32),
        names=tuple(f"place {number}" for number in range(count)),
        latitude=latitude,
        longitude=longitude,
    )


def make_tracks(
    ways: Sequence[Floats], *, step: float = 30.0, sigma: float = 0.0, first: int = 1, kind: int = 2, **given: object
) -> TrackTable:
    """Make a track of each way, (K, 2) east and north, m, a state every ``step`` s."""
    points = np.concatenate([np.asarray(way, float) for way in ways])
    count = [len(way) for way in ways]
    time = BEGIN + np.concatenate([np.arange(n) for n in count]).astype(np.int64) * round(step * SECOND)
    latitude, longitude = degrees_of(*points.T)
    covariance = np.zeros((len(points), 3), np.float32)
    covariance[:, [0, 2]] = sigma**2
    columns: dict[str, Any] = {
        "track": first + np.repeat(np.arange(len(ways)), count).astype(np.int64),
        "time": time,
        "supported": time,
        "latitude": latitude,
        "longitude": longitude,
        "position_covariance": covariance,
        "state": np.full(len(points), TrackState.CONFIRMED, np.uint8),
        "target_class": np.full(len(points), kind, np.uint8),
        "origins": (ORIGIN,),
    }
    return TrackTable.empty(len(points), **(columns | given))


def make_dwells(seconds: Floats, *, bearing: float = 0.0, speed: float = 1.0, half: float = 20_000.0) -> Dwells:
    """Look at the middle from 100 km away in a direction, rad, at times, s."""
    count = len(seconds)
    latitude, longitude = degrees_of(100e3 * np.sin(bearing), 100e3 * np.cos(bearing))
    return Dwells.empty(
        count,
        time=BEGIN + np.round(np.asarray(seconds) * SECOND).astype(np.int64),
        last_of_revisit=np.ones(count, np.bool_),
        sensor_latitude=np.full(count, latitude),
        sensor_longitude=np.full(count, longitude),
        sensor_height=np.full(count, 12_000.0),
        area_latitude=np.full(count, LATITUDE),
        area_longitude=np.full(count, LONGITUDE),
        range_half_extent=np.full(count, half),
        angle_half_extent=np.full(count, 0.2),
        minimum_detectable_speed=np.full(count, speed, np.float32),
        plots=Plots.empty(),
        origins=(ORIGIN,),
    )


@pytest.fixture
def places() -> Callable[..., Places]:
    """Make places."""
    return make_places


@pytest.fixture
def tracks() -> Callable[..., TrackTable]:
    """Make tracks."""
    return make_tracks


@pytest.fixture
def dwells() -> Callable[..., Dwells]:
    """Make dwells."""
    return make_dwells


@pytest.fixture
def begin() -> int:
    """When it all begins, ns UTC."""
    return BEGIN
