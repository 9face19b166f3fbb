"""The typed tree of a scenario file; units stand in the keys.

Everything has a default, so that a scenario says only what is its own. ``docs/reference/scenarios.md`` lists the keys.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from sidelook.errors import UsageError
from sidelook.model.collection import RadarMode

Degrees = tuple[float, float]
"""Latitude and longitude."""

_LONGEST_DAYS = 400
_LONGEST_NAME = 10  # R1, R2
_CORNERS = (3, 4)
_MOST = 65_535.0  # of a field of 16 bits
_DAY_S = 86_400.0


class ScenarioError(UsageError):
    """A scenario says something that cannot be; the message names the key and what to do."""


def check(section: str, **bounds: tuple[float, float, float]) -> None:
    """Raise for the first value that is not within its bounds, (value, lowest, highest)."""
    for key, (value, lowest, highest) in bounds.items():
        if not lowest <= value <= highest:
            message = f"{section}{key} is {value}: it must lie between {lowest:g} and {highest:g}"
            raise ScenarioError(message)


class GroundKind(StrEnum):
    """What a scenario plays on."""

    ISLAND = "island"
    TILES = "tiles"
    SMOOTH = "smooth"


class IslandSize(StrEnum):
    """Which of the fictional islands."""

    FULL = "full"
    SMALL = "small"


class TilesDatum(StrEnum):
    """What the heights of terrain files are above."""

    EGM96 = "egm96"
    ELLIPSOID = "ellipsoid"


class PathKind(StrEnum):
    """How the aircraft flies."""

    RACETRACK = "racetrack"
    CIRCLE = "circle"
    WAYPOINTS = "waypoints"


class TruthForm(StrEnum):
    """Forms of truth that can be read: vehicle tables, SUMO floating-car data, ADS-B tables, DIS entity states."""

    TABLE = "table"
    FCD = "fcd"
    ADSB = "adsb"
    DIS = "dis"


class AircraftKind(StrEnum):
    """What flies."""

    HELICOPTER = "helicopter"
    FIXED_WING = "fixed_wing"
    LOW_SLOW = "low_slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundSettings:
    """What lies below.

    Attributes
    ----------
    kind : ``island`` is made here; ``tiles`` are read, roads too; ``smooth`` is the ellipsoid with roads that are read
    island, island_seed : which island
    tiles : terrain files (HGT, GeoTIFF, DTED), relative to the scenario
    tiles_datum : what their heights are above
    outside_hides : ground outside the tiles, and voids in them, may hide what lies behind; otherwise they hide nothing
    roads : OpenStreetMap extract, relative to the scenario
    """

    kind: GroundKind = GroundKind.ISLAND
    island: IslandSize = IslandSize.FULL
    island_seed: int = 3
    tiles: tuple[str, ...] = ()
    tiles_datum: TilesDatum = TilesDatum.EGM96
    outside_hides: bool = False
    roads: str = ""

    def __post_init__(self) -> None:
        """Refuse files that would not be read, and ground without roads to come."""
        if self.kind is GroundKind.ISLAND and (self.tiles or self.roads):
            message = 'ground: an island brings its own terrain and roads; for tiles and roads say kind = "tiles"'
            raise ScenarioError(message)
        if self.kind is GroundKind.TILES and not self.tiles:
            message = 'ground: kind = "tiles" needs tiles, a list of terrain files; without any say kind = "smooth"'
            raise ScenarioError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSection:
    """What drives alone.

    Attributes
    ----------
    vehicles : of the built-in model
    tracked_share, truck_share : of them
    """

    vehicles: int = 300
    tracked_share: float = 0.03
    truck_share: float = 0.15

    def __post_init__(self) -> None:
        """Refuse what cannot drive."""
        shares = {name: (getattr(self, name), 0.0, 1.0) for name in ("tracked_share", "truck_share")}
        check("traffic.", vehicles=(self.vehicles, 0, 1_000_000), **shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthSection:
    """What was recorded or simulated elsewhere, and moves here besides.

    Attributes
    ----------
    file : relative to the scenario
    form : what it is
    from_s : so far into it the mission begins
    longest_gap_s : between samples of one entity; a longer one ends it. Where not given, what is usual for the form
    fastest_mps : what moved faster between two samples was set down elsewhere, and is another from there on; likewise
    """

    file: str
    form: TruthForm = TruthForm.TABLE
    from_s: float = 0.0
    longest_gap_s: float | None = None
    fastest_mps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoySection:
    """Vehicles that drive in column.

    Attributes
    ----------
    vehicles : in it
    vehicles_by_day : in it on each day of a scenario of several; where given, in place of ``vehicles``. Staged, it is
        how many the day ends with: those of the day before stand there, what is more arrives, what is less leaves
    stops : towns of the island that it drives between, over and over; empty: large places, as chance wills
    staged : it drives from the first of the stops to the last, leaves the road there and stands in a grid
    leaves_s : staged, it stands there from the start and leaves so long after it; with ``vehicles_by_day`` those that
        leave do, at once where not given
    speed_kmh, spacing_m : on the road
    tracked : its vehicles are tracked
    halt_every_s, halt_s : it halts on the road so often and so long; 0 never
    """

    vehicles: int = 10
    vehicles_by_day: tuple[int, ...] = ()
    stops: tuple[str, ...] = ()
    staged: bool = False
    leaves_s: float | None = None
    speed_kmh: float = 68.0
    spacing_m: float = 45.0
    tracked: bool = False
    halt_every_s: float = 0.0
    halt_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot drive."""
        sizes = (self.vehicles, *self.vehicles_by_day)
        check("convoys.", vehicles=(min(sizes), 0, 10_000), speed_kmh=(self.speed_kmh, 1.0, 200.0))
        check("convoys.", spacing_m=(self.spacing_m, 0.0, 2_000.0), halt_s=(self.halt_s, 0.0, self.halt_every_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class AircraftSection:
    """What flies: ``count`` of a kind."""

    kind: AircraftKind
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot fly."""
        check("aircraft.", count=(self.count, 0, 10_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSection:
    """The aircraft with the radar.

    Attributes
    ----------
    path : how it flies
    height_m, speed_mps, bank_deg : of the flight; turns are as wide as the bank makes them
    heading_deg : of a racetrack's first leg, clockwise from north; the ground lies to its left
    leg_km : of a racetrack
    stand_off_km : from the near edge of the watched area to the path, where ``middle_deg`` is not given
    middle_deg : of a racetrack or circle
    radius_km : of a circle
    waypoints_deg : of a path through waypoints
    """

    path: PathKind = PathKind.RACETRACK
    height_m: float = 12_000.0
    speed_mps: float = 200.0
    bank_deg: float = 25.0
    heading_deg: float = 90.0
    leg_km: float = 120.0
    stand_off_km: float = 80.0
    middle_deg: Degrees | None = None
    radius_km: float = 20.0
    waypoints_deg: tuple[Degrees, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot fly."""
        check("platform.", height_m=(self.height_m, 100.0, 30_000.0), speed_mps=(self.speed_mps, 10.0, 1_000.0))
        check("platform.", bank_deg=(self.bank_deg, 1.0, 75.0), leg_km=(self.leg_km, 1.0, 5_000.0))
        check("platform.", radius_km=(self.radius_km, 1.0, 1_000.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarSection:
    """The radar; the defaults are the generic design of the open literature."""

    antenna_length_m: float = 7.3
    antenna_height_m: float = 0.6
    field_of_view_deg: float = 120.0
    frequency_ghz: float = 9.6
    bandwidth_mhz: float = 15.0
    pulse_rates_hz: tuple[float, ...] = (1_900.0, 2_300.0, 2_700.0)
    average_power_w: float = 1_000.0
    noise_figure_db: float = 5.0
    losses_db: float = 8.0
    nearest_km: float = 50.0
    farthest_km: float = 250.0
    false_alarm_probability: float = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSection:
    """A job of the radar.

    Attributes
    ----------
    kind : ``wide_area``, ``sector``, ``air_search`` or ``spot_image``
    corners_deg : of its area; without them it is the traffic's area, and for ``wide_area`` with ``whole_view`` all that
        the antenna sees on that side
    whole_view : look at the whole field of view
    priority : 1 the highest to 99
    revisit_s, dwell_ms : of each look
    begin_s, end_s : after the start; without an end to the end
    resolution_m : of images
    """

    kind: str = "wide_area"
    corners_deg: tuple[Degrees, ...] = ()
    whole_view: bool = False
    priority: int = 50
    revisit_s: float = 60.0
    dwell_ms: float = 131.0
    begin_s: float = 0.0
    end_s: float | None = None
    resolution_m: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSection:
    """A job that somebody asks for while the mission goes on.

    Attributes
    ----------
    requestor, task : who asks, and their name for it, ten characters each
    corners_deg : three or four, in order around the area; none are needed to cancel
    mode : ``moving_targets``, ``fixed_targets`` (an image) or another of ``RadarMode``, or a number of the standard's
    priority : 1 the highest to 99, 0 the radar's default
    at_s : when it is asked, and to begin at the earliest, after the start
    delay_s : by which it may begin later, 0 any
    duration_s : 0 to the end
    revisit_s, resolution_m : 0 the radar's default
    cancel : end the job of the same requestor and task
    """

    requestor: str
    task: str
    corners_deg: tuple[Degrees, ...] = ()
    mode: int | str = "moving_targets"
    priority: int = 0
    at_s: float = 0.0
    delay_s: float = 0.0
    duration_s: float = 0.0
    revisit_s: float = 0.0
    resolution_m: float = 0.0
    cancel: bool = False

    def __post_init__(self) -> None:
        """Refuse what a job request of STANAG 4607 could not say."""
        numbers = (self.delay_s, self.duration_s, self.revisit_s, self.resolution_m)
        known = isinstance(self.mode, int) or self.mode.upper() in RadarMode.__members__
        angles = np.array(self.corners_deg, np.float64).reshape(-1, 2)
        checks = {
            "a requestor and a task of one to ten ASCII characters": all(
                0 < len(name) <= _LONGEST_NAME and name.isascii() for name in (self.requestor, self.task)
            ),
            f"a mode that is a number or one of {', '.join(RadarMode.__members__).lower()}": known,
            "three or four corners": self.cancel or len(self.corners_deg) in _CORNERS,
            "corners on earth, in degrees": bool((np.abs(angles) <= (90.0, 360.0)).all()),
            "at_s on the same day": 0.0 <= self.at_s <= _DAY_S,
            "delay, duration, revisit and resolution from 0 to 65,535": all(0.0 <= each <= _MOST for each in numbers),
        }
        for need, met in checks.items():
            if not met:
                message = f"request {self.task!r} of {self.requestor!r} needs {need}"
                raise ScenarioError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherSection:
    """The day's weather: wind moves the clutter, rain weakens echoes."""

    wind_mps: float = 3.0
    rain_mm_h: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no weather is."""
        check("weather.", wind_mps=(self.wind_mps, 0.0, 100.0), rain_mm_h=(self.rain_mm_h, 0.0, 500.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSection:
    """What the radar does not know of its own errors.

    Attributes
    ----------
    heading_mrad : standard deviation of the slow wandering of the heading
    heavy_tail_share : of plots whose azimuth error is larger than the radar believes
    fixed_discretes, rotators : points of the ground that give plots again and again, in the watched area
    """

    heading_mrad: float = 0.1
    heavy_tail_share: float = 0.03
    fixed_discretes: int = 20
    rotators: int = 4

    def __post_init__(self) -> None:
        """Refuse what no error is."""
        check(
            "errors.", heading_mrad=(self.heading_mrad, 0.0, 100.0), heavy_tail_share=(self.heavy_tail_share, 0.0, 1.0)
        )
        check("errors.", fixed_discretes=(self.fixed_discretes, 0, 1_000_000), rotators=(self.rotators, 0, 1_000_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario.

    Attributes
    ----------
    name, description : in words
    seed : of all chance
    start : UTC
    duration_s : of the mission, or of each mission
    days : one mission a day for so long
    truth_tags : each report says whose it is (STANAG 4607 D32.16, D32.17)
    """

    name: str = "scenario"
    description: str = ""
    seed: int = 1
    start: datetime = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
    duration_s: float = 1_800.0
    days: int = 1
    truth_tags: bool = True
    ground: GroundSettings = field(default_factory=GroundSettings)
    traffic: TrafficSection = field(default_factory=TrafficSection)
    convoys: tuple[ConvoySection, ...] = ()
    aircraft: tuple[AircraftSection, ...] = ()
    truth: tuple[TruthSection, ...] = ()
    platform: PlatformSection = field(default_factory=PlatformSection)
    radar: RadarSection = field(default_factory=RadarSection)
    jobs: tuple[JobSection, ...] = (JobSection(),)
    requests: tuple[RequestSection, ...] = ()
    weather: WeatherSection = field(default_factory=WeatherSection)
    errors: ErrorSection = field(default_factory=ErrorSection)

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        if not (0.0 < self.duration_s <= 86_400.0):  # noqa: PLR2004 - a day
            message = f"duration_s is {self.duration_s}: a mission lasts up to 86,400 s; for more say days"
            raise ScenarioError(message)
        if not 1 <= self.days <= _LONGEST_DAYS:
            message = f"days is {self.days}: from 1 to {_LONGEST_DAYS}"
            raise ScenarioError(message)
        if self.start.tzinfo is None:
            message = "start needs a zone: write it as 2026-05-04T06:30:00Z"
            raise ScenarioError(message)
        for number, convoy in enumerate(self.convoys):
            if convoy.vehicles_by_day and len(convoy.vehicles_by_day) != self.days:
                message = f"convoys[{number}].vehicles_by_day has {len(convoy.vehicles_by_day)} days of {self.days}"
                raise ScenarioError(message)

    def begins(self, day: int) -> int:
        """Give the start of the mission of a day, counted from 0, ns UTC."""
        since = np.datetime64(self.start.astimezone(UTC).replace(tzinfo=None), "ns").astype(np.int64)
        return int(since) + day * 86_400_000_000_000
