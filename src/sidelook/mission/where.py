"""``sidelook where``: where a kept track was at a time, and with what error."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidelook.archive import Archive, MissionSummary, NotKeptError
from sidelook.errors import UsageError
from sidelook.mission.reporting import answer
from sidelook.model.columns import Floats
from sidelook.model.tracks import TrackTable
from sidelook.release import OPERATOR_HERE, highest_marking, release_tracks
from sidelook.timescale import NANOSECONDS_PER_SECOND, format_utc, parse_utc
from sidelook.tracking.smoothing import smooth, whereabouts

CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?")
METRES_PER_DEGREE = 111_320.0
MPS_TO_KMH = 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a track was, all that came later taken into account.

    Attributes
    ----------
    mission, track : which
    time : UTC
    latitude_deg, longitude_deg : with no more digits than the error allows
    error_m, error_across_m : half axes of the error ellipse, one standard deviation
    error_bearing_deg : of its longer axis, 0 to 180
    speed_kmh, speed_error_kmh, heading_deg : of motion
    plot_before, plot_after : of the plots about that time, UTC
    simulated, marking : as of the track
    """

    mission: int
    track: int
    time: str
    latitude_deg: float
    longitude_deg: float
    error_m: float
    error_across_m: float
    error_bearing_deg: float
    speed_kmh: float
    speed_error_kmh: float
    heading_deg: float
    plot_before: str
    plot_after: str
    simulated: bool
    marking: str


def report_where(folder: Path, track: int, time: str, *, mission: int | None = None, as_json: bool = False) -> None:
    """Say where a track was.

    Parameters
    ----------
    folder : of the archive
    track : identity
    time : UTC, such as 2026-05-04T06:57:23Z, or 06:57:23 on the day that the mission began
    mission : by its number; the last one by default
    as_json : answer with JSON

    Raises
    ------
    UsageError, StorageError, InputError
    """
    with Archive.open(folder, "read") as archive:
        chosen = choose(archive, mission)
        moment = read_time(time, chosen)
        released, decision = release_tracks(archive.track_history(chosen.mission, track).tracks, OPERATOR_HERE)
    decision.refuse_if_withheld()
    if len(released) == 0:
        message = f"mission {chosen.mission} has no track {track}"
        raise NotKeptError(message)
    found = locate(released, moment, chosen.mission)
    answer(found, in_words(found), as_json=as_json)


def choose(archive: Archive, mission: int | None) -> MissionSummary:
    """Find a mission by its number, or take the last one."""
    missions = {one.mission: one for one in archive.missions()}
    if not missions:
        message = f"{archive.folder} holds no mission yet"
        raise UsageError(message)
    if mission is not None and mission not in missions:
        message = f"no mission {mission} is kept; there are {', '.join(map(str, missions))}"
        raise NotKeptError(message)
    return missions[max(missions) if mission is None else mission]


def read_time(text: str, mission: MissionSummary) -> int:
    """Read a time, ns UTC; a time of day is one of the mission's first day, or the day after if it was over then."""
    if not CLOCK.fullmatch(text) or mission.begin is None:
        return parsed(text)
    begin = format_utc(mission.begin, digits=0)
    clock = text if text.count(":") == 2 else f"{text}:00"  # noqa: PLR2004 - hours, minutes, seconds
    moment = parsed(f"{begin[:10]}T{clock.zfill(8)}Z")
    return moment if moment >= parse_utc(begin) else moment + 86_400 * NANOSECONDS_PER_SECOND


def parsed(text: str) -> int:
    """Read a date and time."""
    try:
        return parse_utc(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def locate(states: TrackTable, moment: int, mission: int) -> Where:
    """Say where the track of these states was."""
    course = smooth(states)
    found = whereabouts(course, np.array([moment], np.int64))
    long, across, bearing = ellipse(found.position_covariance[0])
    east, north = found.velocity[0]
    places = max(0, round(np.log10(METRES_PER_DEGREE / max(long, 1.0))))
    last = int(np.searchsorted(course.time, moment, side="right")) - 1
    after = course.time[min(last + int(course.time[last] < moment), len(course.time) - 1)]
    return Where(
        mission=mission,
        track=int(states.track[0]),
        time=format_utc(moment),
        latitude_deg=round(float(np.degrees(found.latitude[0])), places),
        longitude_deg=round(float(np.degrees(found.longitude[0])), places),
        error_m=round(long),
        error_across_m=round(across),
        error_bearing_deg=round(bearing),
        speed_kmh=round(MPS_TO_KMH * float(np.hypot(east, north)), 1),
        speed_error_kmh=round(MPS_TO_KMH * float(np.sqrt(0.5 * np.trace(found.velocity_covariance[0]))), 1),
        heading_deg=round(float(np.degrees(np.arctan2(east, north)) % 360.0)),
        plot_before=format_utc(int(course.time[last])),
        plot_after=format_utc(int(after)),
        simulated=bool(states.simulated.any()),
        marking=highest_marking(states.origins).text,
    )


def ellipse(covariance: Floats) -> tuple[float, float, float]:
    """Give the half axes, m, of a (2, 2) covariance's ellipse, and the bearing of the longer one, 0 to 180 degrees."""
    values, axes = np.linalg.eigh(covariance)
    across, long = np.sqrt(np.maximum(values, 0.0))
    return float(long), float(across), float(np.degrees(np.arctan2(axes[0, 1], axes[1, 1])) % 180.0)


def in_words(where: Where) -> str:
    """Say it for people."""
    named = f"track {where.track} of mission {where.mission} at {where.time}"
    error = f"{where.error_m:g} m along {where.error_bearing_deg:g} degrees, {where.error_across_m:g} m across"
    return (
        f"{named}: {where.latitude_deg:g}, {where.longitude_deg:g}\n"
        f"error {error} (one sigma)\n"
        f"{where.speed_kmh:g} km/h (+- {where.speed_error_kmh:g}) towards {where.heading_deg:g} degrees\n"
        f"between plots at {where.plot_before} and {where.plot_after}\n"
        f"{where.marking}{', simulated' if where.simulated else ''}"
    )
