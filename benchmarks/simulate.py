"""How fast is a mission simulated? ``wide_area`` with many vehicles: times real time, CPU, memory.

What is timed is what ``sidelook simulate`` does minute by minute: traffic, schedule, detection, masking, the truth at
every look and every ten seconds, and writing recording and truth to a file. Making the country (island, terrain,
routing) is told apart. Each figure is of a process of its own.

    python benchmarks/simulate.py [--vehicles 10000] [--minutes 20] [--workers 2]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sidelook.formats.stanag4607 import DwellWriter
from sidelook.formats.truth.parquet import TruthParquetWriter
from sidelook.mission.scenario import bring_country, find_scenario, read_scenario
from sidelook.mission.simulated import writer_settings
from sidelook.simulation.scenario.playing import play
from sidelook.simulation.scenario.world import make_world


def main() -> None:
    """Run from the command line; each number of workers in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--workers", type=int, action="append")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    workers = chosen.workers or [1, 2]
    if chosen.here:
        measure(chosen.vehicles, chosen.minutes, workers[0])
        return
    print(f"load {os.getloadavg()[0]:.1f}; {chosen.vehicles:,} vehicles, {chosen.minutes} minutes at 60 s revisit")
    for count in workers:
        given = ["--vehicles", chosen.vehicles, "--minutes", chosen.minutes, "--workers", count, "--here"]
        subprocess.run([sys.executable, __file__, *map(str, given)], check=True)


def measure(vehicles: int, minutes: int, workers: int) -> None:
    """Play and print a row."""
    scenario = read_scenario(find_scenario("wide_area"))
    traffic = replace(scenario.traffic, vehicles=vehicles)
    scenario = replace(scenario, traffic=traffic, duration_s=60.0 * (minutes + 1))
    began = time.process_time()
    country = bring_country(scenario, Path())
    island = time.process_time()
    world = make_world(scenario, country)
    made = time.process_time()
    plots = looks = 0
    with tempfile.TemporaryFile() as recording, tempfile.TemporaryFile() as table:
        writer, truth = DwellWriter(writer_settings(scenario, world)), TruthParquetWriter(table)
        stretches = play(world, workers=workers)
        next(stretches)  # the first minute loads and compiles
        wall, cpu = time.perf_counter(), time.process_time()
        for stretch in stretches:
            for packet in writer.write(stretch.dwells):
                recording.write(packet)
            truth.write(stretch.truth)
            plots += len(stretch.dwells.plots)
            looks += len(stretch.truth)
        truth.close()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{workers} workers: {60 * minutes / wall:6.1f} times real time (wall), {60 * minutes / cpu:6.1f} by CPU; "
        f"{cpu / minutes:.2f} s of CPU a minute; {plots:,} plots, {looks:,} rows of truth; {memory:,.0f} MiB at most; "
        f"CPU before: island {island - began:.1f} s, world {made - island:.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
