"""How fast is a window of a large archive read? Ten million plots of a day, by time, box and track.

Builds one mission of 24 hours (2,000 movers seen every 30 s and tracked for an hour each, nearly as many other
plots, 15 plots a dwell, noise in every float), sealed and merged as a live mission would leave it, then asks at
random; and a live mission of five minutes, sealed every 10 s and not merged yet. Prints a table of wall and CPU
time, and the memory used. ``--folder`` keeps the archive for another run.

    python benchmarks/archive.py [--plots 10000000] [--folder DIR]
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from sidelook.archive import Archive, Box, MissionWriter
from sidelook.archive.tables import BRIEF_PLOTS
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable

SECOND = 10**9
BEGIN = 1_767_225_600 * SECOND  # 2026-01-01
PLOTS_IN_DWELL = 15
REVISIT = 30.0
ORIGIN = Origin(source="benchmark", classification=Classification.UNCLASSIFIED, system="XN", simulated=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Movers on straight lines, and how many plots a second are seen."""

    hours: float
    plots: int
    movers: int = 2_000

    @property
    def rate(self) -> float:
        """Plots a second."""
        return self.plots / (self.hours * 3600)


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plots", type=int, default=10_000_000)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    world = World(hours=options.hours, plots=options.plots)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch) / "archive"
        if not (folder / "catalog.sqlite").exists():
            build(folder, world)
        ask(folder, world, options.queries)
        live(Path(scratch) / "live", world)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\npeak memory of this process: {peak:.0f} MB")


def build(folder: Path, world: World) -> None:
    """Write the mission in seals of ten minutes, merge, and say what it cost."""
    rng = np.random.default_rng(4607)
    wall, processor = time.perf_counter(), time.process_time()
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("benchmark", kind="simulation", received=BEGIN)
        for start in np.arange(0.0, world.hours * 3600, 600.0):
            write_ten_minutes(writer, world, float(start), rng)
            writer.seal()
        writer.end(BEGIN)
        sealed = time.process_time() - processor
        archive.compact()
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    print(f"built {world.plots:,} plots: {wall:.0f} s wall, {processor:.0f} s CPU ({sealed:.0f} s before merging),")
    print(f"  {size / 1e6:.0f} MB of Parquet, {size / world.plots:.0f} B a plot, dwells and tracks included")


def write_ten_minutes(writer: MissionWriter, world: World, start: float, rng: np.random.Generator) -> None:
    """Append ten minutes of dwells and track states."""
    dwells, track = synthetic_dwells(world, start, 600.0, rng)
    writer.append_dwells(dwells, track)
    for at in np.arange(start, start + 600.0, REVISIT):
        writer.append_tracks(synthetic_tracks(world, float(at), rng))


def synthetic_dwells(world: World, start: float, length: float, rng: np.random.Generator) -> tuple[Dwells, np.ndarray]:
    """Make dwells with plots of movers and of nothing, and the track of each plot."""
    count = round(world.rate * length / PLOTS_IN_DWELL)
    n = count * PLOTS_IN_DWELL
    seconds = start + (np.arange(count) + rng.random(count) * 0.5) * (length / count)
    owner = np.repeat(np.arange(count, dtype=np.int32), PLOTS_IN_DWELL)
    share = world.movers / REVISIT / world.rate
    mover = np.where(rng.random(n) < share, rng.integers(1, world.movers + 1, n), 0)
    latitude, longitude = places(mover, seconds[owner], rng)

    def noise(scale: float) -> np.ndarray:
        return rng.normal(0, scale, n).astype(np.float32)

    plots = Plots.empty(
        n,
        dwell=owner,
        index=np.arange(n, dtype=np.int32) % PLOTS_IN_DWELL,
        latitude=latitude,
        longitude=longitude,
        height=noise(30),
        radial_speed=noise(8),
        snr_db=noise(6),
        rcs_dbsm=noise(6),
        sigma_slant_range=noise(1),
        sigma_cross_range=noise(50),
        sigma_height=noise(10),
        sigma_radial_speed=noise(0.2),
    )
    dwells = Dwells.empty(
        count,
        time=BEGIN + (seconds * SECOND).astype(np.int64),
        dwell=np.arange(count, dtype=np.int32),
        revisit=(seconds // REVISIT).astype(np.int32),
        sensor_latitude=0.9 + rng.normal(0, 0.01, count),
        sensor_longitude=0.1 + rng.normal(0, 0.01, count),
        sensor_height=np.full(count, 12_000.0),
        area_latitude=0.91 + rng.normal(0, 0.005, count),
        area_longitude=0.12 + rng.normal(0, 0.005, count),
        range_half_extent=np.full(count, 20_000.0),
        angle_half_extent=np.full(count, 0.02),
        minimum_detectable_speed=np.full(count, 1.5, np.float32),
        plot_count=np.full(count, PLOTS_IN_DWELL, np.int32),
        plots=plots,
        origins=(ORIGIN,),
    )
    return dwells, identities(world, mover, seconds[owner])


def synthetic_tracks(world: World, at: float, rng: np.random.Generator) -> TrackTable:
    """Make one state of every mover."""
    n = world.movers
    mover = np.arange(1, n + 1)
    latitude, longitude = places(mover, np.full(n, at), rng)
    time_ns = np.full(n, BEGIN + int(at * SECOND))
    covariance = rng.normal(100, 10, (n, 3)).astype(np.float32)
    return TrackTable.empty(
        n,
        track=identities(world, mover, np.full(n, at)),
        time=time_ns,
        supported=time_ns,
        latitude=latitude,
        longitude=longitude,
        velocity_east=rng.normal(0, 10, n).astype(np.float32),
        velocity_north=rng.normal(0, 10, n).astype(np.float32),
        position_covariance=covariance,
        velocity_covariance=covariance,
        state=np.ones(n, np.uint8),
        simulated=np.ones(n, np.bool_),
        origins=(ORIGIN,),
    )


def identities(world: World, mover: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Give each mover a new track every hour, not all at once; 0 stays nobody."""
    turn = (seconds / 3600 + mover * 0.618 % 1.0).astype(np.int64)
    return np.where(mover > 0, mover + world.movers * turn, 0)


def places(mover: np.ndarray, seconds: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Place movers along lines of their own, and what is nobody's anywhere, rad."""
    phase = mover * 0.618 % 1.0
    along = (phase + seconds / 86_400.0 * 3) % 1.0
    latitude = np.where(mover > 0, 0.9 + 0.02 * phase, rng.uniform(0.9, 0.92, len(mover)))
    longitude = np.where(mover > 0, 0.1 + 0.04 * along, rng.uniform(0.1, 0.14, len(mover)))
    return latitude + rng.normal(0, 3e-6, len(mover)), longitude + rng.normal(0, 3e-6, len(mover))


def ask(folder: Path, world: World, queries: int) -> None:
    """Ask at random and print the table."""
    rng = np.random.default_rng(7)
    end = int(world.hours * 3600 * SECOND)
    box = Box(west=0.11, east=0.112, south=0.905, north=0.906)

    def window(minutes: float) -> tuple[int, int]:
        start = BEGIN + int(rng.integers(0, end - int(minutes * 60 * SECOND)))
        return start, start + int(minutes * 60 * SECOND)

    opened = time.perf_counter()
    with Archive.open(folder) as archive:
        first = archive.dwells(1, window(5))
        print(f"open and first window of 5 min, pyarrow loaded for it: {(time.perf_counter() - opened) * 1e3:.0f} ms")
        print(f"  ({len(first.dwells.plots):,} plots, {len(first.dwells):,} dwells)\n")
        print(f"{'query':42}{'rows':>10}{'wall p50':>10}{'p95':>8}{'CPU p50':>10}{'p95':>8}  ms")
        cases: dict[str, Callable[[], int]] = {
            "5 min, plots and dwells, map columns": lambda: len(archive.dwells(1, window(5), brief=True).plot_track),
            "5 min, plots and dwells, all columns": lambda: len(archive.dwells(1, window(5)).plot_track),
            "5 min, tracks": lambda: len(archive.tracks(1, window(5))),
            "1 min, plots and dwells, map columns": lambda: len(archive.dwells(1, window(1), brief=True).plot_track),
            "30 min in a box, map columns": lambda: len(archive.dwells(1, window(30), box, brief=True).plot_track),
            "activity of the day in 500 bins": lambda: int(archive.activity(1, 500).plots.sum()),
            "list of missions": lambda: len(archive.missions()),
        }
        for name, query in cases.items():
            print(measure(name, query, queries))
        tracks = round(world.movers * max(world.hours - 1, 1))
        track = "one track, 1 h: states, plots, dwells"
        print(measure(track, lambda: _history(archive, int(rng.integers(1, tracks))), max(queries // 3, 3)))
        print(measure("peer: DuckDB, all files, 5 min, plots only", lambda: _duckdb(folder, window(5)), queries // 3))
        sql = "SELECT track, count(*) FROM plots GROUP BY track"
        print(measure("SQL: plots by track, all", lambda: archive.sql(sql).num_rows, 3))


def _duckdb(folder: Path, window: tuple[int, int]) -> int:
    """Read the map columns of plots with DuckDB alone, which knows no catalog and opens every footer."""
    plots = duckdb.read_parquet(str(folder / "plots" / "**" / "*.parquet"))
    begin, end = (f"make_timestamp_ns({time})::TIMESTAMPTZ_NS" for time in window)
    wanted = plots.filter(f"time >= {begin} AND time < {end}")
    return len(wanted.select(*BRIEF_PLOTS).to_arrow_table())


def live(folder: Path, world: World) -> None:
    """Write five minutes as a live mission does; print what a seal of 10 s costs and how the rest reads."""
    rng = np.random.default_rng(8)
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("live", kind="live", received=BEGIN)
        starts = iter(np.arange(0.0, 300.0, 10.0).tolist())

        def seal_ten_seconds() -> int:
            start = next(starts)
            dwells, track = synthetic_dwells(world, start, 10.0, rng)
            writer.append_dwells(dwells, track)
            writer.append_tracks(synthetic_tracks(world, start, rng))
            writer.append_raw(bytes(40 * len(track)), BEGIN + int(start * SECOND), "live")
            writer.seal()
            return len(track) + world.movers

        print(measure("live: make and seal 10 s", seal_ten_seconds, 30))
        print(
            measure("5 min from 30 files each, map columns", lambda: len(archive.dwells(1, brief=True).plot_track), 20)
        )
        print(measure("merging them", archive.compact, 1))


def _history(archive: Archive, track: int) -> int:
    """Count the rows of one track's life."""
    found = archive.track_history(1, track)
    return len(found.tracks) + len(found.looks.plot_track)


def measure(name: str, query: Callable[[], int], times: int) -> str:
    """Ask several times; one line of the table."""
    walls, processors, rows = [], [], []
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        rows.append(query())
        walls.append((time.perf_counter() - wall) * 1e3)
        processors.append((time.process_time() - processor) * 1e3)
    wall_50, wall_95 = np.percentile(walls, [50, 95])
    cpu_50, cpu_95 = np.percentile(processors, [50, 95])
    return f"{name:42}{np.mean(rows):10,.0f}{wall_50:10.1f}{wall_95:8.1f}{cpu_50:10.1f}{cpu_95:8.1f}"


if __name__ == "__main__":
    main()
