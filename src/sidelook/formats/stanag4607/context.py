"""What one must remember of a stream to place its dwells: mission days, job definitions, markings."""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.layouts import HEADER_DTYPE
from sidelook.formats.stanag4607.markings import read_origin
from sidelook.formats.stanag4607.wire import Segment
from sidelook.model.origin import Origin

# Raw header bytes: P3 nationality, then P8 platform and P9 mission, tell whose mission it is.
_NATIONALITY = slice(6, 8)
_PLATFORM_AND_MISSION = slice(14, 28)
_JOB = slice(28, 32)
# Nanoseconds in 64 bits end in 2262; a day before them all would be a fault in the data anyway.
_YEARS = range(1970, 2200)
# A stream has a few missions and jobs; the bound only matters for hostile input.
_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorErrors:
    """What a sensor can do where its reports do not say; NaN says nothing.

    Attributes
    ----------
    sigma_along, sigma_across, sigma_sensor_height : of the sensor's position, m
    sigma_slant_range : m
    sigma_cross_range_angle : cross range over slant range, rad
    sigma_radial_speed, minimum_detectable_speed : m/s
    """

    sigma_along: float = math.nan
    sigma_across: float = math.nan
    sigma_sensor_height: float = math.nan
    sigma_slant_range: float = math.nan
    sigma_cross_range_angle: float = math.nan
    sigma_radial_speed: float = math.nan
    minimum_detectable_speed: float = math.nan

    @property
    def silent(self) -> bool:
        """True where nothing is said."""
        return all(math.isnan(getattr(self, name)) for name in self.__slots__)

    def over(self, other: "SensorErrors") -> "SensorErrors":
        """Take what this one says, and what it leaves open from the other."""
        mine = {name: getattr(self, name) for name in self.__slots__}
        return SensorErrors(**{n: getattr(other, n) if math.isnan(v) else v for n, v in mine.items()})


# Field of the job definition, its step in SI, and the raw value from which on it makes no statement.
JOB_FIELDS = {
    "sigma_along": ("J16", 0.1, 65535),
    "sigma_across": ("J17", 0.1, 65535),
    "sigma_sensor_height": ("J18", 0.1, 65535),
    "sigma_slant_range": ("J21", 0.01, 65535),
    "sigma_cross_range_angle": ("J22", 2.0 * math.pi / 2**16, 0x8000),
    "sigma_radial_speed": ("J23", 0.01, 65535),
    "minimum_detectable_speed": ("J24", 0.1, 255),
}


def read_sensor_errors(job: Segment) -> SensorErrors:
    """Read what a job definition says of errors and of the minimum detectable velocity (J16 to J24)."""
    raw = {name: job.number(symbol) for name, (symbol, _, _) in JOB_FIELDS.items()}
    return SensorErrors(
        **{
            name: math.nan if raw[name] >= nothing else raw[name] * step
            for name, (_, step, nothing) in JOB_FIELDS.items()
        }
    )


def read_mission_day(mission: Segment) -> date | None:
    """Read the day that dwell times count from (M5 to M7); None where it is no date of this epoch."""
    year = mission.number("M5")
    if year not in _YEARS:
        return None
    try:
        return date(year, mission.number("M6"), mission.number("M7"))
    except ValueError:
        return None


class Remembered(OrderedDict[bytes, Any]):
    """A mapping that forgets what was set longest ago beyond a bound."""

    def put(self, key: bytes, value: Any) -> None:  # noqa: ANN401 - whatever is remembered
        """Set a value and forget the oldest, if there are too many."""
        self[key] = value
        self.move_to_end(key)
        if len(self) > _KEPT:
            self.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for a run of dwells.

    Attributes
    ----------
    header : bytes of the packet header they came under
    origin : their marking and source
    day : their mission day, None while unknown
    errors : what their job definition says
    """

    header: bytes
    origin: Origin
    day: date | None
    errors: SensorErrors


@dataclass(slots=True, kw_only=True)
class StreamContext:
    """Mission days and jobs seen so far, by mission.

    Attributes
    ----------
    source : name of the stream or file
    day : for missions that never tell theirs
    bad_dates : mission segments whose date was none
    dated : missions whose day was told since this was last cleared, in order
    """

    source: str
    day: date | None = None
    bad_dates: int = 0
    dated: dict[bytes, None] = field(default_factory=dict)
    _days: Remembered = field(default_factory=Remembered)
    _jobs: Remembered = field(default_factory=Remembered)
    _origins: Remembered = field(default_factory=Remembered)

    def note(self, segment: Segment, header: bytes) -> None:
        """Remember a mission or job definition segment found in a packet with this header."""
        mission = mission_key(header)
        if segment.kind == SegmentKind.MISSION:
            day = read_mission_day(segment)
            self.bad_dates += day is None
            if day is not None:
                self._days.put(mission, day)
                self.dated[mission] = None
        else:
            self._jobs.put(mission + bytes(segment.body["J1"]), read_sensor_errors(segment))

    def setting(self, header: bytes) -> Setting:
        """Tell what holds now for dwells in a packet with this header."""
        mission, marking = mission_key(header), header[:2] + header[6:]
        origin = self._origins.get(marking)
        if origin is None:
            origin = read_origin(np.frombuffer(header, HEADER_DTYPE)[0], self.source)
            self._origins.put(marking, origin)
        return Setting(
            header=header,
            origin=origin,
            day=self._days.get(mission, self.day),
            errors=self._jobs.get(mission + header[_JOB], SensorErrors()),
        )


def mission_key(header: bytes) -> bytes:
    """Tell whose mission a packet belongs to: nationality, platform, mission number."""
    return header[_NATIONALITY] + header[_PLATFORM_AND_MISSION]
