"""What a radar is asked to do and answers, and the images it spends its time on.

Requests and answers hold what matters of the job request and job acknowledge segments of STANAG 4607 (R1 to R26, A1 to
A25), in SI units. Corners are (latitude, longitude), rad; times are int64 nanoseconds UTC.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, TypeAlias

import numpy as np

from sidelook.model.columns import Columnar, Floats, Indices, Integers, Octets

Corner: TypeAlias = tuple[float, float]
"""Latitude and longitude, rad."""


class RadarMode(IntEnum):
    """Radar modes that may be asked for (STANAG 4607 J14, R12): surveillance only; any other number is refused."""

    UNSPECIFIED = 0
    MOVING_TARGETS = 1
    FIXED_TARGETS = 5
    MEDIUM_RESOLUTION_SECTOR = 16
    LOW_RESOLUTION_SECTOR = 17
    WIDE_AREA_GROUND_REFERENCED = 18
    WIDE_AREA_RADAR_REFERENCED = 19


class RequestStatus(IntEnum):
    """What becomes of a request (STANAG 4607 A18)."""

    REQUEST = 0
    APPROVED = 1
    MODIFIED = 2
    DENIED_LINE_OF_SIGHT = 3
    DENIED_TIMELINE = 4
    DENIED_ORBIT = 5
    DENIED_PRIORITY = 6
    DENIED_AREA_OF_INTEREST = 7
    DENIED_ILLEGAL_REQUEST = 8
    DENIED_FUNCTION_INOPERATIVE = 9
    DENIED_OTHER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """Somebody asks the radar for a job.

    Attributes
    ----------
    requestor, task : who asks, and their name for it (R1, R2)
    priority : 1 the highest to 99, 0 the radar's default (R3)
    corners : of the area, in order around it (R4 to R11)
    mode : number of the radar mode (R12), whatever was sent
    range_resolution, cross_range_resolution : m, 0 no matter (R13, R14)
    earliest : start, ns UTC (R15 to R20)
    allowed_delay : of the start, s (R21)
    duration : s, 0 without end (R22)
    revisit : s, 0 the radar's default (R23)
    cancel : this ends the job that the same requestor and task once asked for (R26)
    nationality : of the requestor, as sent (P3)
    """

    requestor: str
    task: str
    corners: tuple[Corner, ...]
    earliest: int
    priority: int = 0
    mode: int = RadarMode.MOVING_TARGETS
    range_resolution: float = 0.0
    cross_range_resolution: float = 0.0
    allowed_delay: float = 0.0
    duration: float = 0.0
    revisit: float = 0.0
    cancel: bool = False
    nationality: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAnswer:
    """What the radar makes of a request.

    Attributes
    ----------
    request : that is answered
    status : approved, modified or denied with its cause (A18)
    reason : in words
    job : its number (A1), 0 where none was made
    priority, corners, duration, revisit : as the job will be done (A6 to A17)
    start : ns UTC (A19 to A24)
    """

    request: JobRequest
    status: RequestStatus
    reason: str
    job: int = 0
    priority: int = 0
    corners: tuple[Corner, ...] = ()
    duration: float = 0.0
    revisit: float = 0.0
    start: int = 0

    @property
    def granted(self) -> bool:
        """The job is done, as asked for or changed."""
        return self.status in (RequestStatus.APPROVED, RequestStatus.MODIFIED)


class CollectionOutcome(IntEnum):
    """What became of an image that was due."""

    TAKEN = 0
    POSTPONED = 1
    DENIED = 2


class CollectionObstacle(IntEnum):
    """Why an image could not be taken when it was due."""

    NONE = 0
    TURNING = 1
    RANGE = 2
    SQUINT = 3
    FLANK = 4
    APERTURE_TOO_LONG = 5
    NO_RADAR_TIME = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Collections(Columnar):
    """Images taken, postponed and denied, one row each, in order of time.

    Attributes
    ----------
    time : (N,) when the aperture begins, or when it was put off or given up, ns UTC
    duration : (N,) s, 0 where nothing was taken
    latitude, longitude : (N,) centre of the image, rad
    resolution : (N,) along and across, m
    slant_range : (N,) at the beginning, m; ``squint`` : (N,) from broadside, forward above zero, rad
    job : (N,) its number; ``number`` : (N,) of the image within the job
    outcome : (N,) ``CollectionOutcome``; ``obstacle`` : (N,) ``CollectionObstacle``
    """

    time: Integers
    duration: Floats
    latitude: Floats
    longitude: Floats
    resolution: Floats
    slant_range: Floats
    squint: Floats
    job: Indices
    number: Indices
    outcome: Octets
    obstacle: Octets

    DTYPES: ClassVar = {
        "time": np.int64,
        "duration": np.float64,
        "latitude": np.float64,
        "longitude": np.float64,
        "resolution": np.float64,
        "slant_range": np.float64,
        "squint": np.float64,
        "job": np.int32,
        "number": np.int32,
        "outcome": np.uint8,
        "obstacle": np.uint8,
    }
