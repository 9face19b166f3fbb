"""What a simulation writes beside its recording: the schedule as it was flown, and what a revisit covers."""

import csv
from dataclasses import dataclass
from pathlib import Path

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
from sidelook.geometry.frames import ecef_to_enu, enu_to_geodetic
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.columns import Flags, Floats
from sidelook.model.plots import Dwells, concatenate_dwells
from sidelook.sensing.coverage_map import CoverageMap
from sidelook.sensing.location import Place
from sidelook.simulation.coverage import dwells_of, map_of
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.settings import Scenario
from sidelook.simulation.scenario.world import World
from sidelook.timescale import format_utc

CELL = 1_000.0
"""Side of the cells of coverage, m."""
_REPORTED_SNR_DB = 20.0
"""At which the job definition names the errors; every report bears its own."""


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
        self._open: dict[int, list[Dwells]] = {job.number: [] for job in world.jobs if not job.images}
        self.covered: list[Covered] = []

    def note(self, stretch: Stretch) -> None:
        """Take note of a stretch."""
        self._schedule.append(_schedule_table(stretch.dwells))
        self._images.append(_image_table(stretch))
        for job in sorted(self._open):
            mine = dwells_of(stretch.dwells, job)
            if not len(mine):
                continue
            self._open[job].append(mine)
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
            rows.writerow(["job", "revisit", "begin", "end", "scanned_km2", "visible_km2"])
            for one in self.covered:
                area = [round(one.coverage.scanned_km2), round(one.coverage.visible_km2)]
                rows.writerow([one.job, one.revisit, format_utc(one.begin), format_utc(one.end), *area])

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
        """Tell which places on the ground a sensor sees; unknown ground is not seen."""
        frame, ground = self._world.country.frame, self._world.country.ground
        flat = ecef_to_enu(geodetic_to_ecef(latitude, longitude, 0.0), frame)
        up = ground.height(flat[:, 0], flat[:, 1])
        known = np.isfinite(up)
        positions = np.column_stack([flat[:, :2], np.where(known, up, 0.0)])
        eye = np.broadcast_to(ecef_to_enu(geodetic_to_ecef(*sensor), frame), positions.shape)
        return np.asarray(self._world.surroundings.visible(eye, positions) & known)


def writer_settings(scenario: Scenario, world: World, *, truth_tags: bool) -> WriterSettings:
    """Say in the mission and job segments what the world is."""
    job, radar = world.jobs[0], world.radar
    slowest = float(np.nanmedian(world.performance.slowest)) if hasattr(world.performance, "slowest") else 1.5
    errors = SensorErrors(
        sigma_slant_range=radar.waveform.bandwidth and 3e8 / (2.0 * radar.waveform.bandwidth) / 3.5,
        sigma_cross_range_angle=0.886 * radar.waveform.wavelength / radar.antenna.length / (1.6 * 10.0),
        sigma_radial_speed=0.3,
        minimum_detectable_speed=slowest,
    )
    return WriterSettings(
        preset=Preset.COMPLETE_WITH_TRUTH if truth_tags else Preset.COMPLETE,
        mission=MissionNotes(plan="FICTION", flight_plan=scenario.platform.path.name),
        job=JobNotes(sensor_model="SIM", revisit_interval=min(job.revisit, 6_000.0), errors=errors),
        motion_errors=MotionErrors(track=1e-3, speed=0.1, climb=0.1),
    )
