"""A hundred thousand vehicles: ten areas of ten thousand, on as many processes as are asked for.

    python benchmarks/tracking/load.py [--areas 10] [--vehicles 10000] [--scans 16] [--workers 2] [--dwells 457]

Each area is 200 km x 200 km, seen as the tracking benchmark sees it (30 s revisit, 12 m, 0.7 mrad, 0.7 m/s, detection
probability 0.9 with a notch of 1.5 m/s half width, 1,000 false alarms a scan), and has a tracker of its own. Vehicles
drive to and fro on straight roads of up to 20 km and stop now and then. This is about load; quality is the business of
``compare.py``, whose vehicles have junctions, bends and convoys.

Printed for the last half of the scans: wall clock of a scan over all areas (the slowest process; processes step their
areas one after the other), CPU of the tracker's steps, tracks shown, the share of vehicles out of the notch with a
track within 500 m (at this density a third of them would have one by chance), the memory of all processes together.
"""

import argparse
import multiprocessing
import resource
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from run_sidelook import ORIGIN, on_plane
from scipy.spatial import cKDTree

from sidelook.model.tracks import TrackState
from sidelook.tracking.look import Look, split_look
from sidelook.tracking.tracker import Tracker

SIDE, NEAR, FAR, HALF = 200e3, 50e3, 250e3, np.deg2rad(60.0)
SIGMAS = np.array([12.0, 0.7e-3, 0.7])
PEAK, NOTCH, REVISIT, FALSE_ALARMS = 0.9, 1.5, 30.0, 1000
SENSOR = np.array([0.0, 0.0, 12e3])
STOPPING, STARTING = 0.05, 0.25  # chance a scan
LONGEST_ROAD, SPEEDS = 20e3, (8.0, 30.0)  # m, m/s
ROAD_SHARE = 0.15  # roads a vehicle


@dataclass
class Area:
    """Vehicles on the roads of one area.

    Attributes
    ----------
    start, along : (N, 2) where the road of each begins, unit direction; ``length`` : (N,) m
    run, pace : (N,) m along it, m/s with sign; ``stands`` : (N,)
    """

    rng: np.random.Generator
    start: NDArray[np.float64]
    along: NDArray[np.float64]
    length: NDArray[np.float64]
    run: NDArray[np.float64]
    pace: NDArray[np.float64]
    stands: NDArray[np.bool_]

    def drive(self) -> None:
        """Go on by a revisit, turning at the ends."""
        rng, count = self.rng, len(self.run)
        self.stands = np.where(self.stands, rng.random(count) > STARTING, rng.random(count) < STOPPING)
        run = self.run + REVISIT * np.where(self.stands, 0.0, self.pace)
        beyond = (run < 0.0) | (run > self.length)
        self.run = np.clip(
            np.where(run < 0.0, -run, np.where(run > self.length, 2.0 * self.length - run, run)), 0.0, self.length
        )
        self.pace = np.where(beyond, -self.pace, self.pace)

    def state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give places and velocities, (N, 2)."""
        pace = np.where(self.stands, 0.0, self.pace)
        return self.start + self.run[:, None] * self.along, pace[:, None] * self.along


def make_area(seed: int, vehicles: int) -> Area:
    """Lay out roads and put vehicles on them."""
    rng = np.random.default_rng(seed)
    roads = max(int(ROAD_SHARE * vehicles), 1)
    angle, length = rng.uniform(0.0, 2.0 * np.pi, roads), rng.uniform(2e3, LONGEST_ROAD, roads)
    start = np.column_stack([rng.uniform(-SIDE / 2, SIDE / 2, roads), rng.uniform(NEAR, FAR, roads)])
    on = rng.integers(0, roads, vehicles)
    pace = rng.uniform(*SPEEDS, vehicles) * rng.choice([-1.0, 1.0], vehicles)
    along = np.column_stack([np.sin(angle), np.cos(angle)])[on]
    stands = rng.random(vehicles) < STOPPING / (STOPPING + STARTING)
    return Area(rng, start[on], along, length[on], rng.uniform(0.0, length[on]), pace, stands)


def look_at(area: Area, scan: int, beams: int) -> tuple[Look, NDArray[np.float64]]:
    """Detect what is seen in a scan of ``beams`` dwells; also give where vehicles out of the notch are."""
    place, velocity = area.state()
    rng, flat = area.rng, np.hypot(*(place - SENSOR[:2]).T)
    azimuth, slant = np.arctan2(place[:, 0], place[:, 1]), np.hypot(flat, SENSOR[2])
    speed = (place * velocity).sum(axis=1) / slant
    covered = (slant > NEAR) & (slant < FAR) & (np.abs(azimuth) < HALF)
    chance = PEAK * (1.0 - np.exp(-np.log(2.0) * (speed / NOTCH) ** 2)) * covered
    hit = rng.random(len(chance)) < chance
    true = np.column_stack([slant, azimuth, speed])[hit] + rng.normal(size=(int(hit.sum()), 3)) * SIGMAS
    count = rng.poisson(FALSE_ALARMS)
    false = [np.sqrt(rng.uniform(NEAR**2, FAR**2, count)), rng.uniform(-HALF, HALF, count)]
    false.append(rng.uniform(NOTCH, 25.0, count) * rng.choice([-1.0, 1.0], count))
    measured = np.vstack([true, np.column_stack(false)])
    beam = np.clip(((measured[:, 1] + HALF) / (2.0 * HALF) * beams).astype(int), 0, beams - 1)
    measured = measured[np.argsort(beam, kind="stable")]
    return as_look(measured, np.bincount(beam, minlength=beams), scan), place[chance > 0.5 * PEAK]


def as_look(measured: NDArray[np.float64], plots: NDArray[np.int64], scan: int) -> Look:
    """Lay plots, dwell after dwell, out as a look."""
    beams, rows = len(plots), len(measured)
    centres = -HALF + HALF / beams * (2 * np.arange(beams) + 1)
    flat = np.sqrt(np.maximum(measured[:, 0] ** 2 - SENSOR[2] ** 2, 1.0))
    return Look(
        time=np.full(beams, round(scan * REVISIT * 1e9), np.int64),
        revisit=np.full(beams, scan, np.int64),
        dwell=np.arange(beams, dtype=np.int64),
        sensor=np.tile(SENSOR, (beams, 1)),
        area=on_plane(SENSOR, centres, np.full(beams, 0.5 * (NEAR + FAR))),
        sector=np.stack(np.broadcast_arrays(centres, HALF / beams, NEAR, FAR), axis=-1),
        minimum_detectable_speed=np.full(beams, NOTCH),
        plot_count=plots.astype(np.int64),
        origin=np.zeros(beams, np.int32),
        place=on_plane(SENSOR, measured[:, 1], flat),
        measured=measured,
        variance=np.tile(SIGMAS**2, (rows, 1)),
        wrap_speed=np.full(rows, np.nan),
        target_class=np.zeros(rows, np.uint8),
        class_probability=np.zeros(rows, np.float32),
        simulated=np.ones(rows, np.bool_),
        origins=(ORIGIN,),
    )


def work(areas: list[int], vehicles: int, scans: int, beams: int) -> NDArray[np.float64]:
    """Track some areas; give for each scan wall clock, CPU, tracks and vehicles held, vehicles, then the memory, MB."""
    worlds, tracker = [make_area(area, vehicles) for area in areas], Tracker()
    states, rows = [tracker.init() for _ in areas], np.zeros((scans, 6))
    for scan in range(scans):
        for k, world in enumerate(worlds):
            world.drive()
            look, visible = look_at(world, scan, beams)
            looks = split_look(look) if beams > 1 else [look]
            wall, cpu = time.perf_counter(), time.process_time()
            for one in looks:
                states[k], _ = tracker.step(states[k], one)
            spent = time.perf_counter() - wall, time.process_time() - cpu
            tracks = states[k].tracks[states[k].rows]
            shown = tracks[(tracks["status"] > TrackState.TENTATIVE) & (tracks["status"] < TrackState.LOST)]
            near, _ = (
                cKDTree(shown["estimate"][:, :2]).query(visible) if len(shown) else (np.full(len(visible), np.inf), 0)
            )
            rows[scan, :5] += [*spent, len(shown), (near < 500.0).sum(), len(visible)]  # noqa: PLR2004 - m
    rows[:, 5] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return rows


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, default=10)
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--scans", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dwells", type=int, default=1)
    given = parser.parse_args()
    parts = [list(range(k, given.areas, given.workers)) for k in range(given.workers)]
    jobs = [(part, given.vehicles, given.scans, given.dwells) for part in parts if part]
    with multiprocessing.get_context("spawn").Pool(len(jobs)) as pool:
        results = np.stack(pool.starmap(work, jobs))
    late = results[:, given.scans // 2 :]
    vehicles = given.areas * given.vehicles
    total = late.sum(axis=0).mean(axis=0)
    wall = late[:, :, 0].max(axis=0)
    allowed = 30e-6 * vehicles + 50e-6 * given.dwells * given.areas if given.dwells > 1 else 30e-6 * vehicles
    print(f"{vehicles:,} vehicles in {given.areas} areas, {given.dwells} dwells a scan, {len(jobs)} processes")
    print(f"wall clock of a scan   {wall.mean():.2f} s ({wall.min():.2f} to {wall.max():.2f})")
    each = total[1] / vehicles * 1e6
    print(f"CPU of a scan          {total[1]:.2f} s, {each:.1f} us a vehicle, {allowed:.2f} s allowed")
    print(f"tracks shown           {total[2]:,.0f}; held of those out of the notch {total[3] / total[4]:.3f}")
    print(f"memory, all processes  {late[:, -1, 5].sum():,.0f} MB")


if __name__ == "__main__":
    main()
