"""What the radar is to do: jobs that share its time."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from sidelook.errors import UsageError
from sidelook.model.collection import Corner
from sidelook.simulation.schedule.areas import Polygon

HIGHEST, LOWEST = 1, 99


class JobKind(Enum):
    """Kinds of jobs."""

    WIDE_AREA = "wide area surveillance"
    SECTOR = "sector search"
    AIR_SEARCH = "air search"
    SPOT_IMAGE = "spot image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of the radar.

    Attributes
    ----------
    number : by which its dwells and images name it, above zero
    kind : what it is; spot images take time in which no dwell is made
    area : to be watched, or with the image in its middle; None is all that the antenna sees on one flank
    toward : where ``area`` is None, the place whose flank that is; None is the right flank, or the only one
    priority : 1 the highest to 99; jobs of different priority share the time as one over it, where it is short
    revisit : wanted from revisit to revisit, or from image to image, s; infinite for once only
    dwell_time : of each beam, s
    begin, end : between which it is done, ns UTC; no end is None
    resolution : of images, m
    minimum_detectable_speed : said of its dwells, m/s

    Raises
    ------
    UsageError : a value that no job can have
    """

    number: int
    kind: JobKind = JobKind.WIDE_AREA
    area: Polygon | None = None
    toward: Corner | None = None
    priority: int = 50
    revisit: float = 60.0
    dwell_time: float = 0.131
    begin: int = 0
    end: int | None = None
    resolution: float = 1.0
    minimum_detectable_speed: float = 1.5

    def __post_init__(self) -> None:
        """Check the values."""
        checks = {
            "a number above zero": self.number > 0,
            "a priority from 1 to 99": HIGHEST <= self.priority <= LOWEST,
            "a revisit time above zero": self.revisit > 0.0,
            "a dwell time from 1 ms to 10 s": 1e-3 <= self.dwell_time <= 10.0,  # noqa: PLR2004 -- as it says
            "a resolution above zero": 0.0 < self.resolution < np.inf,
            "an area, for its image": self.kind is not JobKind.SPOT_IMAGE or self.area is not None,
            "an end after its beginning": self.end is None or self.end > self.begin,
        }
        for need, met in checks.items():
            if not met:
                message = f"job {self.number} needs {need}: {self}"
                raise UsageError(message)

    @property
    def dwell_ns(self) -> int:
        """Time of a beam, ns."""
        return round(self.dwell_time * 1e9)

    @property
    def images(self) -> bool:
        """It takes images, not dwells."""
        return self.kind is JobKind.SPOT_IMAGE
