"""What questions to a month of missions cost: 14 missions, 20 million plots, 1 million points of tracks.

    python benchmarks/monitoring/questions.py SCRATCH_FOLDER

Missions of eight hours, one every other day: 457 beams a revisit of 60 s, 3 million dwells in all, over 120 degrees
out to 200 km; vehicles drive straight roads and cross four lines and a site. All of it is made by chance and marked as
simulated; the archive is kept in the folder and used again. Each question is a process of its own: wall clock, CPU and
the most memory it held. ``counts`` is asked twice: the first time makes the counts by cell and hour, which are then
kept.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from sidelook.archive import Archive
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.sensing.location import locate_ground
from sidelook.timescale import parse_utc

MISSIONS, HOURS, BEAMS, REVISIT = 14, 8, 457, 60
PLOTS, STATES = 20_000_000, 1_000_000
SECOND = 10**9
LATITUDE, LONGITUDE = np.radians(38.0), np.radians(-43.0)
NEAR, FAR = 50e3, 200e3
ORIGIN = Origin(source="month", classification=Classification.UNCLASSIFIED, platform="MONTH", simulated=True)
QUESTIONS = (
    ("counts, made", ["counts"]),
    ("counts, kept", ["counts"]),
    ("counts of a day, JSON", ["counts", "--during", "2026-05-05/2026-05-06", "--json"]),
    ("coverage", ["coverage"]),
    ("flow, 4 lines and a site", ["flow", "--places", "places.geojson"]),
    ("flow of a day", ["flow", "--places", "places.geojson", "--during", "2026-05-05/2026-05-06"]),
)


def hour_of_dwells(rng: np.random.Generator, begin: int) -> Dwells:
    """Make an hour of dwells with their plots."""
    revisits = 3600 // REVISIT
    count = revisits * BEAMS
    number = np.arange(count)
    beam = number % BEAMS
    seconds = number * (3600.0 / count)
    sensor = LONGITUDE + np.radians(0.5) * np.sin(seconds / 600.0)
    south = np.full(count, LATITUDE - np.radians(1.0))
    bearing = np.radians(-60.0 + 120.0 * (beam + 0.5) / BEAMS)
    latitude, longitude = locate_ground(south, sensor, bearing, np.full(count, 0.5 * (NEAR + FAR)))
    each = PLOTS // (MISSIONS * HOURS)
    plot_count = rng.multinomial(each, np.full(count, 1.0 / count)).astype(np.int32)
    owner = np.repeat(np.arange(count, dtype=np.int32), plot_count)
    plot_latitude, plot_longitude = locate_ground(
        south[owner], sensor[owner], bearing[owner], rng.uniform(NEAR, FAR, each)
    )
    same = {"snr_db": 15.0, "sigma_slant_range": 12.0, "sigma_cross_range": 100.0, "sigma_radial_speed": 0.7}
    plots = Plots.empty(
        each,
        dwell=owner,
        latitude=plot_latitude,
        longitude=plot_longitude,
        radial_speed=rng.uniform(-20.0, 20.0, each).astype(np.float32),
        simulated=np.ones(each, np.bool_),
        **{name: np.full(each, value, np.float32) for name, value in same.items()},
    )
    return Dwells.empty(
        count,
        time=begin + (seconds * SECOND).astype(np.int64),
        revisit=(number // BEAMS).astype(np.int32),
        dwell=beam.astype(np.int32),
        last_of_revisit=beam == BEAMS - 1,
        sensor_latitude=south,
        sensor_longitude=sensor,
        sensor_height=np.full(count, 12_000.0),
        area_latitude=latitude,
        area_longitude=longitude,
        range_half_extent=np.full(count, 0.5 * (FAR - NEAR)),
        angle_half_extent=np.full(count, np.radians(0.2)),
        minimum_detectable_speed=np.full(count, 1.5, np.float32),
        plot_count=plot_count,
        plots=plots,
        origins=(ORIGIN,),
    )


def hour_of_tracks(rng: np.random.Generator, begin: int, first: int) -> TrackTable:
    """Make an hour of tracks: vehicles that drive straight on for the hour, a state a revisit."""
    each = STATES // (MISSIONS * HOURS) // (3600 // REVISIT)
    moments = np.arange(3600 // REVISIT) * REVISIT
    course, speed = rng.choice([0.0, 0.5, 1.0, 1.5], each) * np.pi, rng.uniform(8.0, 25.0, each)
    north0, east0 = rng.uniform(-60e3, 60e3, each), rng.uniform(-60e3, 60e3, each)
    north = north0[:, None] + np.outer(speed * np.cos(course), moments)
    east = east0[:, None] + np.outer(speed * np.sin(course), moments)
    count = north.size
    times = np.tile(begin + moments * SECOND, each)
    covariance = np.zeros((count, 3), np.float32)
    covariance[:, [0, 2]] = 900.0
    return TrackTable.empty(
        count,
        track=first + np.repeat(np.arange(each), len(moments)),
        time=times,
        supported=times,
        latitude=LATITUDE + north.ravel() / MEAN_RADIUS,
        longitude=LONGITUDE + east.ravel() / (MEAN_RADIUS * np.cos(LATITUDE)),
        position_covariance=covariance,
        state=np.full(count, TrackState.CONFIRMED, np.uint8),
        target_class=np.full(count, 2, np.uint8),
        simulated=np.ones(count, np.bool_),
        origins=(ORIGIN,),
    )


def make(folder: Path) -> None:
    """Make the archive and the places."""
    rng = np.random.default_rng(14)
    with Archive.open(folder / "archive", "write") as archive:
        for mission in range(MISSIONS):
            start = parse_utc("2026-05-01T06:00:00Z") + 2 * mission * 86_400 * SECOND
            writer = archive.begin_mission(f"day {2 * mission + 1}", kind="recording", received=start)
            for hour in range(HOURS):
                begin = start + hour * 3600 * SECOND
                dwells = hour_of_dwells(rng, begin)
                writer.append_dwells(dwells, np.zeros(len(dwells.plots), np.int64))
                writer.append_tracks(hour_of_tracks(rng, begin, 1 + 10_000 * hour))
                writer.seal()
            writer.end(start + HOURS * 3600 * SECOND)
    lines = {
        "north road": [[-43.2, 38.1], [-42.8, 38.1]],
        "south road": [[-43.2, 37.9], [-42.8, 37.9]],
        "east road": [[-42.8, 37.9], [-42.8, 38.1]],
        "west road": [[-43.2, 37.9], [-43.2, 38.1]],
    }
    features = [feature(name, "LineString", points) for name, points in lines.items()]
    features.append(
        feature(
            "depot", "Polygon", [[[-43.05, 37.97], [-42.95, 37.97], [-42.95, 38.03], [-43.05, 38.03], [-43.05, 37.97]]]
        )
    )
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "places.geojson").write_text(json.dumps(collection), encoding="utf-8")


def feature(name: str, kind: str, coordinates: list[Any]) -> dict[str, Any]:
    """Make a feature of GeoJSON."""
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": kind, "coordinates": coordinates}}


def ask(folder: Path, words: list[str]) -> tuple[float, float, float]:
    """Ask in a process of its own; give wall clock and CPU, s, and the most memory, MB."""
    program = "from sidelook.cli import main; main()"
    command = [sys.executable, "-c", program, "monitor", words[0], "archive", *words[1:]]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status:
        message = f"{' '.join(words)} failed"
        raise SystemExit(message)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Make the archive where it is not there, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scratch", type=Path)
    folder = parser.parse_args().scratch
    if not (folder / "places.geojson").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        began = time.process_time()
        make(folder)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"made in {time.process_time() - began:.0f} s of CPU, {most:.0f} MB", flush=True)
    print("| question | wall s | CPU s | memory MB |\n|---|--:|--:|--:|")
    for name, words in QUESTIONS:
        print("| {} | {:.2f} | {:.2f} | {:.0f} |".format(name, *ask(folder, words)), flush=True)


if __name__ == "__main__":
    main()
