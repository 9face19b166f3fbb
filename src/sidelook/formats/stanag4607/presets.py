"""Which fields are written, and how a writer behaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntFlag, StrEnum

from sidelook.formats.stanag4607.context import SensorErrors
from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.framing import VERSIONS

LARGEST_DATAGRAM = 65_507
_SMALLEST_DATAGRAM = 256
END_OF_JOB = 255
"""J5 that says so."""


class Preset(StrEnum):
    """Choices of fields.

    The first three are the exploitation classes of the standard's guide, annex C; ``FULL_PRECISION`` is the one that
    the guide names after its use, with the mask that matches its table (the printed one does not). None of them
    carries errors, which a tracker needs: our own recordings use the last two.
    """

    SITUATION_AWARENESS = "situation-awareness"
    FULL_PRECISION = "full-precision"
    WITH_HRR = "with-hrr"
    COMPLETE = "complete"
    COMPLETE_WITH_TRUTH = "complete-with-truth"


MASKS = {
    Preset.SITUATION_AWARENESS: 0xFFC7_1FC2_6000_0000,
    Preset.FULL_PRECISION: 0xFF07_1FFB_9F80_0000,
    Preset.WITH_HRR: 0xFF07_1FFB_9F80_0000,
    Preset.COMPLETE: 0xFF3F_FFFF_9FF9_0000,
    Preset.COMPLETE_WITH_TRUTH: 0xFF3F_FFFF_9FFF_0000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionNotes:
    """What the mission segment says besides the day: ``platform_type`` 255 is "other"."""

    plan: str = ""
    flight_plan: str = ""
    platform_type: int = 255
    configuration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNotes:
    """What the job definition says.

    Attributes
    ----------
    sensor_type, sensor_model : J2 (255: no statement), J3
    filtering, priority, radar_mode : J4, J5, J14
    corners : four (latitude, longitude), rad; None takes the box around the first dwells written
    revisit_interval : s
    errors : nominal errors and minimum detectable speed
    heading_error_deg, speed_error : J19 deg, J20 m/s; None makes no statement
    detection_probability : 0..1, None makes no statement
    false_alarm_density : J26, -10 log10 of alarms a square metre, None makes no statement
    terrain_model, geoid : J27 (0: none), J28 (0: none, 3: flat earth)
    """

    sensor_type: int = 255
    sensor_model: str = ""
    filtering: int = 0
    priority: int = 1
    radar_mode: int = 0
    corners: tuple[tuple[float, float], ...] | None = None
    revisit_interval: float = 0.0
    errors: SensorErrors = field(default_factory=SensorErrors)
    heading_error_deg: float | None = None
    speed_error: float | None = None
    detection_probability: float | None = None
    false_alarm_density: int | None = None
    terrain_model: int = 0
    geoid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionErrors:
    """Errors of the platform's motion, which no column holds: ``track`` rad, ``speed``, ``climb`` m/s."""

    track: float
    speed: float
    climb: float


class ProcessingFlag(IntFlag):
    """What may be done to data before it is sent on (C6.6)."""

    AREA_FILTERING = 0x0001
    CLASS_FILTERING = 0x0002
    RADIAL_SPEED_FILTERING = 0x0004
    SNR_FILTERING = 0x0008
    DECLUTTERING = 0x0010
    BANDWIDTH_FILTERING = 0x0020
    REVISIT_FILTERING = 0x0040
    LOCATION_ADJUSTMENT = 0x0080
    GEOID_ADJUSTMENT = 0x0100
    LOCATION_REGISTRATION = 0x0200
    TIME_FILTERING = 0x0400
    SECURITY_FILTERING = 0x0800
    AUGMENTATION = 0x1000
    COORDINATE_CONVERSION = 0x2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingStep:
    """What was done to data before it was sent on (C6).

    Attributes
    ----------
    flags : what was done
    nationality, platform, mission, job : of who did it
    """

    flags: ProcessingFlag
    nationality: str
    platform: str
    mission: int = 0
    job: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterSettings:
    """How dwells are written.

    Attributes
    ----------
    preset : which fields; a field that a dwell does not know is left out of its mask, never made up
    version : edition, as text; 40 and above are edition A
    max_datagram : largest packet, bytes
    mission_interval : mission and job definition are repeated after this many seconds of data; the standard asks
        for the former at least every 2 minutes
    history_interval : likewise for the processing history, at most 3 minutes
    day : mission day; None takes the day of the first dwell
    default_job : job number for data that has none: packets with dwells must bear one
    mission, job : what the segments say
    jobs : what they say, by job number, of those of which ``job`` does not hold
    motion_errors : None leaves D18 to D20 out
    history : steps done before sending, oldest first; empty for data as the sensor gave it
    """

    preset: Preset = Preset.COMPLETE
    version: str = "30"
    max_datagram: int = 1400
    mission_interval: float = 60.0
    history_interval: float = 150.0
    day: date | None = None
    default_job: int = 1
    mission: MissionNotes = field(default_factory=MissionNotes)
    job: JobNotes = field(default_factory=JobNotes)
    jobs: Mapping[int, JobNotes] = field(default_factory=dict)
    motion_errors: MotionErrors | None = None
    history: tuple[ProcessingStep, ...] = ()

    def __post_init__(self) -> None:
        """Check version and size."""
        if self.version.encode() not in VERSIONS:
            raise ValueRangeError(form="version", value=self.version, low=20, high=41)
        if not _SMALLEST_DATAGRAM <= self.max_datagram <= LARGEST_DATAGRAM:
            raise ValueRangeError(
                form="max_datagram", value=self.max_datagram, low=_SMALLEST_DATAGRAM, high=LARGEST_DATAGRAM
            )

    def notes_of(self, job: int) -> JobNotes:
        """Give what is said of a job."""
        return self.jobs.get(job, self.job)

    @property
    def edition_a(self) -> bool:
        """True where the version is of edition A, which knows more target classes."""
        return self.version >= "40"
