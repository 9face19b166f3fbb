"""A mission as one thing: what flew where and when, from how far it looked, and how often."""

from dataclasses import dataclass

import numpy as np

from sidelook.errors import UsageError
from sidelook.model.columns import Floats, Integers
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.sensing.location import bearing_and_distance

_LONGEST_PAUSE = 300 * 10**9
"""Between looks, ns; after a longer one the radar is back on station."""
_ORBIT_STEP = 60 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """A mission as its dwells tell it.

    Attributes
    ----------
    platforms : that sent data
    stations : (S, 2) begin and end of each time on station, ns UTC
    time, latitude, longitude, height : (K,) the orbit flown, a point a minute: ns UTC, rad, rad, m
    dwells : how many; ``revisit`` : median time between ends of revisits, s, NaN not known
    stand_off : (3,) least, median and greatest ground distance to what was looked at, m
    minimum_detectable_speed : median, m/s, NaN where none is said
    """

    platforms: tuple[str, ...]
    stations: Integers
    time: Integers
    latitude: Floats
    longitude: Floats
    height: Floats
    dwells: int
    revisit: float
    stand_off: Floats
    minimum_detectable_speed: float

    @property
    def on_station(self) -> float:
        """How long it was on station, s."""
        return float(np.diff(self.stations, axis=1).sum() * 1e-9)


def mission_flown(dwells: Dwells) -> Flown:
    """Sum up a mission.

    Parameters
    ----------
    dwells : of one mission, in order of time; their plots do not matter

    Raises
    ------
    UsageError : there are none
    """
    if not len(dwells):
        message = "no dwells are kept of this mission: what was looked at is not known"
        raise UsageError(message)
    time = dwells.time
    pauses = np.flatnonzero(np.diff(time) > _LONGEST_PAUSE)
    begins, ends = np.append(0, pauses + 1), np.append(pauses, len(time) - 1)
    _, point = np.unique(time // _ORBIT_STEP, return_index=True)
    _, distance = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    between = np.diff(np.unique(time[dwells.last_of_revisit])) * 1e-9
    speed = dwells.minimum_detectable_speed[dwells.minimum_detectable_speed > 0.0]
    return Flown(
        platforms=_platforms(dwells.origins),
        stations=np.stack([time[begins], time[ends]], axis=1),
        time=time[point],
        latitude=dwells.sensor_latitude[point],
        longitude=dwells.sensor_longitude[point],
        height=dwells.sensor_height[point],
        dwells=len(dwells),
        revisit=float(np.median(between)) if len(between) else np.nan,
        stand_off=np.quantile(distance, [0.0, 0.5, 1.0]),
        minimum_detectable_speed=float(np.median(speed)) if len(speed) else np.nan,
    )


def _platforms(origins: tuple[Origin, ...]) -> tuple[str, ...]:
    """Name the platforms that sent data, each once."""
    return tuple(dict.fromkeys(origin.platform or origin.source for origin in origins))
