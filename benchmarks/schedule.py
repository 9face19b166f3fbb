"""How fast is the radar's timeline planned, and a revisit mapped? ``python benchmarks/schedule.py``.

CPU seconds of one process. Planning: an hour of 131 ms dwells, cold (the first time in the process) and warm (the best
of five, views of the flight kept), with platform, pointing and footprint of every dwell. Then how coverage suffers.
"""

import time
from collections.abc import Callable
from dataclasses import astuple

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.model.origin import Origin
from sidelook.model.radar import Radar
from sidelook.simulation.coverage import contention, dwells_of, map_of, scan_km2, sector_km2
from sidelook.simulation.orbit import CircularOrbit, FlightPath, Racetrack
from sidelook.simulation.schedule import Area, Job, JobKind, Setting, Timeline, rectangle

START = 1_777_876_200_000_000_000
SECOND = 1_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
NORTH = (FRAME.latitude, FRAME.longitude)


def box(half: float, east: float = 0.0) -> Area:
    """Give a square around a place."""
    return Area(frame=FRAME, west=east - half, south=-half, east=east + half, north=half)


WIDE = Job(number=1, toward=NORTH, priority=50)
SPOT = Job(number=2, kind=JobKind.SPOT_IMAGE, area=rectangle(box(1e3)), priority=5, revisit=60.0)
SECTOR = Job(number=3, kind=JobKind.SECTOR, area=rectangle(box(6e3)), priority=5, revisit=10.0)
AIR = Job(number=4, kind=JobKind.AIR_SEARCH, toward=NORTH, priority=30, revisit=60.0, dwell_time=0.02)
MANY = [
    Job(number=10 + n, kind=JobKind.SECTOR, area=rectangle(box(3e3, -1e5 + 5e3 * n)), priority=1 + n, revisit=30.0)
    for n in range(40)
]


def timeline_over(path: FlightPath) -> Timeline:
    """Fly the radar along a path."""
    return Timeline(setting=Setting(path=path, radar=Radar()), origin=Origin(source="bench", simulated=True))


def cpu(work: Callable[[], object]) -> float:
    """Give the CPU time of one run."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def plan(timeline: Timeline, jobs: list[Job]) -> None:
    """Print the cost of an hour."""

    def hour() -> int:
        state = timeline.init(jobs, START)
        return len(timeline.step(state, START + 3_600 * SECOND)[1])

    def in_minutes() -> int:
        state = timeline.init(jobs, START)
        return sum(len(dwells) for _, dwells, _ in timeline.follow(state, START + 3_600 * SECOND, 60.0))

    cold, warm, minutes = cpu(hour), min(cpu(hour) for _ in range(5)), min(cpu(in_minutes) for _ in range(3))
    print(f"| {len(jobs)} | {hour():,} | {cold:.2f} | {warm:.2f} | {minutes:.2f} |")


def main() -> None:
    """Print the tables."""
    circle = timeline_over(CircularOrbit(frame=FRAME, east=0.0, north=0.0, radius=60e3, speed=220.0, start=START))
    track = Racetrack(frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, leg=132e3, speed=220.0, start=START)
    racetrack = timeline_over(track)
    print("| jobs | dwells in an hour | cold, CPU s | warm, CPU s | in 60 steps, CPU s |\n|--:|--:|--:|--:|--:|")
    plan(circle, [Job(number=1, priority=50)])
    plan(racetrack, [WIDE])
    plan(racetrack, [WIDE, SPOT, SECTOR, AIR])
    plan(racetrack, [WIDE, *MANY])
    _, dwells, _ = racetrack.step(racetrack.init([WIDE], START), START + 120 * SECOND)
    revisit = dwells_of(dwells, 1, 1)
    found = map_of(revisit)
    seconds = (revisit.time[-1] - revisit.time[0]) / SECOND
    mapping = min(cpu(lambda: map_of(revisit)) for _ in range(5))
    print(
        f"\nOne revisit of {len(revisit)} dwells in {seconds:.1f} s, cells of 1 km: "
        f"{found.scanned_km2:,.0f} km2 scanned\n(closed form {scan_km2(racetrack.setting, 59.9):,.0f}, "
        f"whole sector {sector_km2(racetrack.setting):,.0f}), mapped in {mapping:.2f} CPU s\n"
    )
    mixes = {"alone": (), "spot": (SPOT,), "sector": (SECTOR,), "air": (AIR,), "all": (SPOT, SECTOR, AIR)}
    print("| beside it | share | expected | revisit s | expected | km2 in 60 s | expected | images |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for row in contention(racetrack, WIDE, mixes, (START + 10 * SECOND, START + 590 * SECOND)):
        name, *figures, images = astuple(row)
        share, revisits, area = figures[:2], figures[2:4], figures[4:]
        cells = [*(f"{x:.3f}" for x in share), *(f"{x:.1f}" for x in revisits), *(f"{x:,.0f}" for x in area)]
        print(f"| {name} | " + " | ".join(cells) + f" | {images} |")


if __name__ == "__main__":
    main()
