"""Which of an area the radar comes to see on its way, and when first."""

from dataclasses import dataclass

import numpy as np

from sidelook.geometry.viewing import EARTH_RADIUS, ground_range, horizon_range
from sidelook.model.columns import Flags, Floats
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import can_look, swath
from sidelook.simulation.orbit import fly
from sidelook.simulation.schedule.areas import Polygon, points_of
from sidelook.simulation.schedule.views import Setting

_STEP = 20_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a radar sees of an area between two times.

    Attributes
    ----------
    latitude, longitude : (P,) of points of the area, rad
    seen : (P,) it can be looked at, some time
    first : when any of it can be looked at first, ns UTC; None never
    beyond_horizon : all of it always lies beyond the horizon
    """

    latitude: Floats
    longitude: Floats
    seen: Flags
    first: int | None
    beyond_horizon: bool


def reach(setting: Setting, area: Polygon, begin: int, end: int) -> Reach:
    """See how much of an area comes into view between two times, ns UTC, looked at every 20 s."""
    latitude, longitude = points_of(area)
    moments = begin + _STEP * np.arange(max((end - begin) // _STEP, 0) + 1)
    flown = fly(setting.path, moments)
    bearing, distance = bearing_and_distance(flown.latitude[:, None], flown.longitude[:, None], latitude, longitude)
    near, far = swath(setting.radar, setting.path.height)
    looked: Flags = (
        can_look(setting.radar.antenna, setting.mount, flown.track[:, None], flown.roll[:, None], bearing)
        & (distance >= near)
        & (distance <= far)
    )
    when = looked.any(axis=1)
    horizon = ground_range(setting.path.height, horizon_range(setting.path.height), EARTH_RADIUS)
    return Reach(
        latitude=latitude,
        longitude=longitude,
        seen=np.asarray(looked.any(axis=0)),
        first=int(moments[np.argmax(when)]) if when.any() else None,
        beyond_horizon=bool((distance > horizon).all()),
    )
