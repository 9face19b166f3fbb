"""Track a scenario of the tracking benchmark and write the tracks in its format.

    python benchmarks/tracking/run_sidelook.py SCENARIO.npz TRACKS.npz [--roads] [--dwells 457] [--scans N] [--json F]

A scan is one look of one dwell, or comes as so many dwells side by side in azimuth, each stepped alone as a live stream
would be. Timed is the CPU of the tracker's steps, one scan at a time; laying out the scenario's detections is not (nor
is it for the other trackers). The first scan, which loads the compiled code, is left out of the mean.
The estimates written are the tracker's own at the time of the scan, for tracks it shows and that were looked at lately;
``updated`` says which took a plot in that scan. With ``--roads`` the tracker knows the scenario's roads.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.model.origin import Origin
from sidelook.model.tracks import TrackState
from sidelook.tracking.look import Look, split_look
from sidelook.tracking.roads.network import road_map
from sidelook.tracking.state import TrackerState
from sidelook.tracking.tracker import Tracker

ORIGIN = Origin(source="benchmark", simulated=True)
COLUMNS = ("scan", "id", "x", "y", "vx", "vy", "updated")
LOOKED_LATELY = 45.0  # s, a revisit and a half


def scan_look(scenario: Mapping[str, NDArray[Any]], scan: int, beams: int) -> Look:
    """Lay one scan out as a look of ``beams`` dwells side by side; truth is not copied."""
    params = json.loads(str(scenario["params"]))
    half = np.deg2rad(params["half_sector_deg"])
    sensor = scenario["platform_pos"][scan]
    rows = np.flatnonzero(scenario["det_scan"] == scan)
    azimuth = np.pi / 2 - scenario["det_az"][rows]
    beam = np.clip(((azimuth + half) / (2 * half) * beams).astype(int), 0, beams - 1)
    order = np.argsort(beam, kind="stable")
    rows, azimuth, beam = rows[order], azimuth[order], beam[order]
    slant = scenario["det_range"][rows]
    flat = np.sqrt(np.maximum(slant**2 - sensor[2] ** 2, 1.0))
    centres = -half + half / beams * (2 * np.arange(beams) + 1)
    middle = 0.5 * (params["r_min"] + params["r_max"])
    sigmas = np.array([params["sigma_r"], params["sigma_az"], params["sigma_rr"]])
    return Look(
        time=np.full(beams, round(scenario["times"][scan] * 1e9), np.int64),
        revisit=np.full(beams, scan, np.int64),
        dwell=np.arange(beams, dtype=np.int64),
        sensor=np.tile(sensor, (beams, 1)),
        area=on_plane(sensor, centres, np.full(beams, middle)),
        sector=np.stack(np.broadcast_arrays(centres, half / beams, params["r_min"], params["r_max"]), axis=-1),
        minimum_detectable_speed=np.full(beams, params["mdv"]),
        plot_count=np.bincount(beam, minlength=beams).astype(np.int64),
        origin=np.zeros(beams, np.int32),
        place=on_plane(sensor, azimuth, flat),
        measured=np.stack([slant, azimuth, scenario["det_rr"][rows]], axis=-1),
        variance=np.tile(sigmas**2, (len(rows), 1)),
        wrap_speed=np.full(len(rows), np.nan),
        target_class=np.zeros(len(rows), np.uint8),
        class_probability=np.zeros(len(rows), np.float32),
        simulated=np.ones(len(rows), np.bool_),
        origins=(ORIGIN,),
    )


def on_plane(
    sensor: NDArray[np.float64], azimuth: NDArray[np.float64], flat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Place points at azimuths and ground ranges from the sensor on the plane of the scenario."""
    east, north = sensor[0] + flat * np.sin(azimuth), sensor[1] + flat * np.cos(azimuth)
    return np.stack([east, north, np.zeros_like(flat)], axis=-1)


def shown(state: TrackerState, scan: int, seconds: float) -> NDArray[np.float64]:
    """Give the tracks to write for a scan: rows of scan, identity, x, y, vx, vy, updated in the scan."""
    tracks = state.tracks[state.rows]
    visible = (tracks["status"] > TrackState.TENTATIVE) & (tracks["status"] < TrackState.LOST)
    visible &= tracks["looked"] > (seconds - LOOKED_LATELY) * 1e9
    tracks = tracks[visible]
    age = np.where(tracks["status"] == TrackState.STOPPED, 0.0, seconds - tracks["time"] / 1e9)
    estimate = tracks["estimate"]
    position = estimate[:, :2] + age[:, None] * estimate[:, 2:]
    updated = tracks["supported"] >= round(seconds * 1e9)
    return np.column_stack([np.full(len(tracks), scan), tracks["identity"], position, estimate[:, 2:], updated])


def follow(
    scenario: Mapping[str, NDArray[Any]], tracker: Tracker, beams: int, scans: int
) -> Iterator[tuple[NDArray[np.float64], float]]:
    """Step the tracker through the scans; give the tracks shown and the CPU seconds of each scan."""
    state = tracker.init()
    for scan in range(min(scans, len(scenario["times"]))):
        look = scan_look(scenario, scan, beams)
        looks = split_look(look) if beams > 1 else [look]
        before = time.process_time()
        for one in looks:
            state, _ = tracker.step(state, one)
        spent = time.process_time() - before
        yield shown(state, scan, float(scenario["times"][scan])), spent


def with_roads(scenario: Mapping[str, NDArray[Any]]) -> Tracker:
    """Give a tracker that knows the scenario's roads."""
    offset, ends = scenario["road_ptr"].astype(np.int64), scenario["road_edges"].astype(np.int64)
    return Tracker(roads=road_map(scenario["road_pts"], offset, ends, scenario["road_limit"]))


def run(
    scenario: Mapping[str, NDArray[Any]], tracker: Tracker, beams: int, scans: int
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Track a scenario; give the tracks file's arrays and the result's figures."""
    steps = list(follow(scenario, tracker, beams, scans))
    rows = np.concatenate([shown_rows for shown_rows, _ in steps])
    cpu = np.array([spent for _, spent in steps])
    vehicles = json.loads(str(scenario["params"]))["n"]
    mean = float(cpu[1:].mean()) if len(cpu) > 1 else float(cpu.mean())
    tracks = {name: rows[:, k] for k, name in enumerate(COLUMNS)}
    figures = {
        "tracker": "sidelook",
        "n": vehicles,
        "dwells_per_scan": beams,
        "scans_run": len(cpu),
        "cpu_s_per_scan_mean": mean,
        "cpu_s_per_scan_max": float(cpu[1:].max()) if len(cpu) > 1 else mean,
        "cpu_us_per_vehicle": mean / vehicles * 1e6,
        "allowed_cpu_s_per_scan": 30e-6 * vehicles + 50e-6 * beams,
    }
    return tracks | {"scan": tracks["scan"].astype(int), "id": tracks["id"].astype(int)}, figures


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("tracks", type=Path)
    parser.add_argument("--dwells", type=int, default=1, help="dwells a scan comes as")
    parser.add_argument("--roads", action="store_true", help="let the tracker know the scenario's roads")
    parser.add_argument("--scans", type=int, default=1_000_000, help="stop after so many")
    parser.add_argument("--json", type=Path, help="write the figures here")
    given = parser.parse_args()
    scenario = dict(np.load(given.scenario))
    tracks, figures = run(scenario, with_roads(scenario) if given.roads else Tracker(), given.dwells, given.scans)
    np.savez_compressed(given.tracks, **tracks)
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
