"""Tracks to look for formations in, made by hand about a place."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackState, TrackTable

FRAME = LocalFrame(latitude=0.85, longitude=0.2)
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)

MakeTracks = Callable[..., TrackTable]


def make_tracks(
    seconds: float,
    place: np.ndarray,
    velocity: np.ndarray,
    *,
    first: int = 1,
    sigma: tuple[float, float] = (30.0, 1.0),
    silent: float = 0.0,
    state: TrackState = TrackState.CONFIRMED,
) -> TrackTable:
    """Give tracks, (K, 2) east and north and velocity, with errors of place and speed an axis, m, m/s."""
    place, count = np.atleast_2d(place), len(np.atleast_2d(place))
    velocity = np.broadcast_to(velocity, (count, 2))
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([place, np.zeros(count)]), FRAME)
    return TrackTable.empty(
        count,
        track=first + np.arange(count, dtype=np.int64),
        time=np.full(count, round(seconds * 1e9), np.int64),
        supported=np.full(count, round((seconds - silent) * 1e9), np.int64),
        latitude=latitude,
        longitude=longitude,
        velocity_east=velocity[:, 0].astype(np.float32),
        velocity_north=velocity[:, 1].astype(np.float32),
        position_covariance=np.tile(np.float32([sigma[0] ** 2, 0.0, sigma[0] ** 2]), (count, 1)),
        velocity_covariance=np.tile(np.float32([sigma[1] ** 2, 0.0, sigma[1] ** 2]), (count, 1)),
        state=np.full(count, state, np.uint8),
        target_class=np.full(count, 2, np.uint8),
        simulated=np.ones(count, np.bool_),
        origins=(ORIGIN,),
    )


@pytest.fixture
def tracks_at() -> MakeTracks:
    """Make tracks."""
    return make_tracks


@pytest.fixture
def frame() -> LocalFrame:
    """Give the frame that the tracks are laid out in."""
    return FRAME
