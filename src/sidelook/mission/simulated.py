"""What a simulation writes beside its recording: the schedule as it was flown, and what a revisit covers."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sidelook.formats.stanag4607 import (
    JobNotes,
    MissionNotes,
    MotionErrors,
    Preset,
    SensorErrors,
    WriterSettings,
)
from sidelook.geometry.frames import ecef_to_enu
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.collection import CollectionObstacle, CollectionOutcome, Corner, JobAnswer, RadarMode
from sidelook.model.columns import Flags, Floats
from sidelook.model.plots import Dwells, concatenate_dwells
from sidelook.sensing.coverage_map import CoverageMap
from sidelook.sensing.location import Place
from sidelook.sensing.performance import at_snr, detectable_speed
from sidelook.simulation.coverage import dwells_of, map_of
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.settings import Scenario
from sidelook.simulation.scenario.world import World
from sidelook.simulation.schedule import Job, JobKind, Polygon
from sidelook.simulation.schedule.areas import box_around
from sidelook.timescale import format_utc

CELL = 1_000.0
"""Side of the cells of coverage, m."""
_NAMED_SNR_DB, _NAMED_CLUTTER_DB = 20.0, 30.0
"""At which the job definition names errors and minimum detectable speed; reports and dwells bear their own."""
_MODES = {
    JobKind.WIDE_AREA: RadarMode.WIDE_AREA_GROUND_REFERENCED,
    JobKind.SECTOR: RadarMode.MEDIUM_RESOLUTION_SECTOR,
    JobKind.AIR_SEARCH: RadarMode.MOVING_TARGETS,
    JobKind.SPOT_IMAGE: RadarMode.FIXED_TARGETS,
}
_WHOLE_VIEW = {JobKind.WIDE_AREA: RadarMode.WIDE_AREA_RADAR_REFERENCED}
# J15 counts tenths of a second in 16 bits.
_LONGEST_INTERVAL = 6_000.0
_CORNERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One revisit of a job, and the map of what it looked at."""

    job: int
    revisit: int
    begin: int
    end: int
    coverage: CoverageMap


class Ledger:
    """Notes the schedule of a mission, and the first whole revisit of each job.

    Parameters
    ----------
    world : of the mission
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._schedule: list[pa.Table] = []
        self._images: list[pa.Table] = []
        self._open: dict[int, list[Dwells]] = {}
        self.covered: list[Covered] = []

    def note(self, stretch: Stretch) -> None:
        """Take note of a stretch."""
        self._schedule.append(_schedule_table(stretch.dwells))
        self._images.append(_image_table(stretch))
        # Jobs that are asked for come later than the world's own.
        for job in sorted({origin.job for origin in stretch.dwells.origins} - {one.job for one in self.covered}):
            mine = dwells_of(stretch.dwells, job)
            if not len(mine):
                continue
            self._open.setdefault(job, []).append(mine)
            whole = concatenate_dwells(self._open[job])
            done = whole.revisit[whole.last_of_revisit]
            if len(done):
                self.covered.append(self._cover(job, whole.take(whole.revisit == done[0])))
                del self._open[job]

    def write(self, folder: Path, stem: str) -> None:
        """Write schedule and coverage into a folder."""
        pq.write_table(pa.concat_tables(self._schedule), folder / f"{stem}schedule.parquet")
        pq.write_table(pa.concat_tables(self._images), folder / f"{stem}images.parquet")
        with (folder / f"{stem}coverage.csv").open("w", newline="", encoding="utf-8") as stream:
            rows = csv.writer(stream)
            rows.writerow(["job", "revisit", "begin", "end", "scanned_km2", "visible_km2", "simulated"])
            for one in self.covered:
                area = [round(one.coverage.scanned_km2), round(one.coverage.visible_km2)]
                rows.writerow([one.job, one.revisit, format_utc(one.begin), format_utc(one.end), *area, True])

    def best_revisit(self) -> tuple[float, float]:
        """Give the area scanned, and of it visible, in a revisit of the job that scans most, km2; zeros without any."""
        areas = [(one.coverage.scanned_km2, one.coverage.visible_km2) for one in self.covered]
        return max(areas, default=(0.0, 0.0))

    def _cover(self, job: int, dwells: Dwells) -> Covered:
        return Covered(
            job=job,
            revisit=int(dwells.revisit[0]),
            begin=int(dwells.time[0]),
            end=int(dwells.time[-1]),
            coverage=map_of(dwells, CELL, self._visible),
        )

    def _visible(self, latitude: Floats, longitude: Floats, sensor: Place) -> Flags:
        """Tell which places on the ground a sensor sees; unknown ground is not, but round an island it is sea."""
        frame, ground = self._world.country.frame, self._world.country.ground
        flat = ecef_to_enu(geodetic_to_ecef(latitude, longitude, 0.0), frame)
        up = ground.height(flat[:, 0], flat[:, 1])
        known = np.isfinite(up) | (self._world.country.island is not None)
        positions = np.column_stack([flat[:, :2], np.where(np.isfinite(up), up, flat[:, 2])])
        eye = np.broadcast_to(ecef_to_enu(geodetic_to_ecef(*sensor), frame), positions.shape)
        return np.asarray(self._world.surroundings.visible(eye, positions) & known)


def writer_settings(scenario: Scenario, world: World) -> WriterSettings:
    """Say in the mission and job segments what the world is; every report bears errors of its own."""
    tables = world.performance
    to_speed = world.radar.waveform.wavelength / 2.0
    errors = SensorErrors(
        sigma_slant_range=float(at_snr(tables, tables.sigma_slant_range, _NAMED_SNR_DB)),
        sigma_cross_range_angle=float(at_snr(tables, tables.sigma_azimuth, _NAMED_SNR_DB)),
        sigma_radial_speed=float(at_snr(tables, tables.sigma_doppler, _NAMED_SNR_DB)) * to_speed,
        minimum_detectable_speed=float(detectable_speed(tables, _NAMED_CLUTTER_DB)),
    )
    usual = JobNotes(sensor_model="SIM", errors=errors)
    return WriterSettings(
        preset=Preset.COMPLETE_WITH_TRUTH if scenario.truth_tags else Preset.COMPLETE,
        mission=MissionNotes(plan="FICTION", flight_plan=scenario.platform.path.name),
        job=usual,
        jobs={job.number: _notes_of_job(job, usual) for job in world.jobs},
        motion_errors=MotionErrors(track=1e-3, speed=0.1, climb=0.1),
    )


def notes_of_answer(answer: JobAnswer, usual: JobNotes) -> JobNotes:
    """Say in a job definition what was granted, in the mode that was asked for; ``usual`` holds for the rest."""
    return replace(
        usual,
        priority=answer.priority,
        radar_mode=answer.request.mode,
        revisit_interval=_interval(answer.revisit),
        corners=_four_corners(Polygon(corners=answer.corners)),
    )


def _notes_of_job(job: Job, usual: JobNotes) -> JobNotes:
    return replace(
        usual,
        priority=job.priority,
        radar_mode=_MODES[job.kind] if job.area is not None else _WHOLE_VIEW.get(job.kind, _MODES[job.kind]),
        revisit_interval=_interval(job.revisit),
        # All that the antenna sees is nowhere in particular: the writer takes the box around what it saw first.
        corners=None if job.area is None else _four_corners(job.area),
    )


def _interval(revisit: float) -> float:
    """Give J15 for a wish, s: 0 for once only."""
    return min(revisit, _LONGEST_INTERVAL) if np.isfinite(revisit) else 0.0


def _four_corners(area: Polygon) -> tuple[Corner, ...]:
    """Give the four corners that a job definition has room for: the area's own, or those of a box around it."""
    if len(area.corners) == _CORNERS:
        return area.corners
    latitude, longitude = np.asarray(area.corners, np.float64).T
    return box_around(latitude, longitude, area).corners


def _schedule_table(dwells: Dwells) -> pa.Table:
    """Spell dwells as they were looked: time, job, place, footprint."""
    jobs = np.array([origin.job for origin in dwells.origins] or [0], np.int32)
    sensor = (dwells.sensor_latitude, dwells.sensor_longitude)
    area = (dwells.area_latitude, dwells.area_longitude)
    columns: dict[str, pa.Array[Any]] = {
        "time": pa.array(dwells.time).cast(pa.timestamp("ns", tz="UTC")),
        "job": pa.array(jobs[dwells.origin]),
        "revisit": pa.array(dwells.revisit),
        "dwell": pa.array(dwells.dwell),
        "last_of_revisit": pa.array(dwells.last_of_revisit),
        "sensor_latitude_deg": pa.array(np.degrees(sensor[0])),
        "sensor_longitude_deg": pa.array(np.degrees(sensor[1])),
        "sensor_height_m": pa.array(dwells.sensor_height),
        "track_deg": pa.array(np.degrees(dwells.track)),
        "roll_deg": pa.array(np.degrees(dwells.roll)),
        "area_latitude_deg": pa.array(np.degrees(area[0])),
        "area_longitude_deg": pa.array(np.degrees(area[1])),
        "range_half_extent_m": pa.array(dwells.range_half_extent),
        "angle_half_extent_deg": pa.array(np.degrees(dwells.angle_half_extent)),
        "minimum_detectable_speed_mps": pa.array(dwells.minimum_detectable_speed),
        "plots": pa.array(dwells.plot_count),
    }
    return _marked(columns)


def _image_table(stretch: Stretch) -> pa.Table:
    """Spell images as they were taken, put off or given up, and why."""
    images = stretch.collections
    outcome, obstacle = images.outcome.tolist(), images.obstacle.tolist()
    columns: dict[str, pa.Array[Any]] = {
        "time": pa.array(images.time).cast(pa.timestamp("ns", tz="UTC")),
        "duration_s": pa.array(images.duration),
        "job": pa.array(images.job),
        "number": pa.array(images.number),
        "latitude_deg": pa.array(np.degrees(images.latitude)),
        "longitude_deg": pa.array(np.degrees(images.longitude)),
        "resolution_m": pa.array(images.resolution),
        "slant_range_m": pa.array(images.slant_range),
        "squint_deg": pa.array(np.degrees(images.squint)),
        "outcome": pa.array([CollectionOutcome(value).name.lower() for value in outcome], pa.string()),
        "obstacle": pa.array([CollectionObstacle(value).name.lower() for value in obstacle], pa.string()),
    }
    return _marked(columns)


def _marked(columns: "dict[str, pa.Array[Any]]") -> pa.Table:
    """Mark a table as simulated, as a whole and in each row."""
    rows = len(next(iter(columns.values())))
    return pa.table({**columns, "simulated": pa.array([True] * rows, pa.bool_())}, metadata={"simulated": "true"})
