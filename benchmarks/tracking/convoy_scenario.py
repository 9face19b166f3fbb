"""Scenarios of the tracking benchmark with large convoys that are not rigid: 4 to 40 vehicles each.

Roads, routes, the drive of a leader and the aircraft are those of the benchmark's own generator, whose place is an
argument; convoys, their order, detections and false alarms are drawn here. Each vehicle has a gap of its own, between
0.7 and 1.3 of its convoy's (40 to 150 m), and a column stretches and shrinks by a tenth every dozen minutes.
"""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST, MOST = 4, 40
GAPS = (40.0, 150.0)
SLOWEST, FASTEST = 10.0, 22.0  # m/s, of convoys
FALSE_ALARMS = 200  # a scan
BREATH, PERIOD = 0.1, 120.0  # of a column's length; s a radian

Scenario = dict[str, NDArray[Any]]


def load_generator(bench: Path) -> ModuleType:
    """Load the benchmark's own generator."""
    spec = importlib.util.spec_from_file_location("scenario", bench / "scenario.py")
    if spec is None or spec.loader is None:
        message = f"no scenario.py in {bench}"
        raise SystemExit(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def generate(base: ModuleType, seed: int, convoys: int, singles: int) -> Scenario:
    """Draw a scenario of so many convoys among so many single vehicles."""
    settings, rng = dict(base.DEFAULTS), np.random.default_rng([seed, 77])
    nodes, edges, limit, lines = base.make_roads(rng, settings)
    at_node: list[list[int]] = [[] for _ in nodes]
    for edge, ends in enumerate(edges):
        for end in ends:
            at_node[end].append(edge)
    times = np.arange(0.0, settings["duration_s"] + 1e-6, settings["revisit_s"])
    sizes = np.exp(rng.uniform(np.log(LEAST), np.log(MOST + 0.99), convoys)).astype(int)
    sizes = np.concatenate([sizes, np.ones(singles, int)])
    place, velocity = np.zeros((2, len(times), sizes.sum(), 2))
    first = np.concatenate([[0], np.cumsum(sizes)])
    for k, size in enumerate(sizes):
        route, limits, junctions = base.make_route(rng, at_node, lines, edges, limit, 66e3)
        gap = np.exp(rng.uniform(*np.log(GAPS)))
        behind = np.concatenate([[0.0], np.cumsum(gap * rng.uniform(0.7, 1.3, size - 1))])
        if size > 1:
            limits = np.minimum(limits, rng.uniform(SLOWEST, FASTEST))
        start, end = 1500.0 + rng.uniform(0.0, 4000.0) + behind[-1], settings["duration_s"] + 1
        run, along = base.drive(rng, route, limits, junctions, settings, end, start)
        length = 1.0 + BREATH * np.sin(np.arange(len(run)) / PERIOD + rng.uniform(0.0, 2.0 * np.pi))
        runs = np.clip(run[:, None] - behind * length[:, None], 0.0, along[-1] - 1.0)
        track = np.stack([np.interp(runs, along, route[:, axis]) for axis in (0, 1)], axis=-1)
        rows, seconds = slice(first[k], first[k + 1]), times.astype(int)
        place[:, rows], velocity[:, rows] = track[seconds], track[seconds + 1] - track[seconds]
    convoy = np.repeat(np.where(sizes > 1, np.arange(len(sizes)), -1), sizes)
    seen = looked_at(base, times, place, velocity, settings)
    return {
        "times": times,
        "truth_xy": place,
        "truth_vel": velocity,
        "truth_convoy": convoy,
        **seen,
        **detections(rng, seen, settings),
        "road_edges": edges,
        "road_limit": limit,
        "road_pts": np.vstack(lines),
        "road_ptr": np.cumsum([0] + [len(line) for line in lines]),
        "params": np.array(json.dumps({**settings, "n": len(convoy), "seed": seed})),
    }


def looked_at(
    base: ModuleType,
    times: NDArray[np.float64],
    place: NDArray[np.float64],
    velocity: NDArray[np.float64],
    settings: dict[str, Any],
) -> Scenario:
    """Say what the radar could see of the truth."""
    position, motion = base.platform_state(times, settings)
    line = np.concatenate([place, np.zeros((*place.shape[:2], 1))], axis=2) - position[:, None, :]
    slant, azimuth = np.linalg.norm(line, axis=2), np.arctan2(line[..., 1], line[..., 0])
    speed = (line[..., :2] * velocity).sum(axis=2) / slant
    covered = (slant >= settings["r_min"]) & (slant <= settings["r_max"])
    covered &= np.abs(azimuth - np.pi / 2) <= np.deg2rad(settings["half_sector_deg"])
    chance = settings["pd0"] * (1.0 - np.exp(-np.log(2.0) * (speed / settings["mdv"]) ** 2)) * covered
    return {
        "platform_pos": position,
        "platform_vel": motion,
        "truth_slant": slant,
        "truth_azimuth": azimuth,
        "truth_covered": covered,
        "truth_range_rate": speed,
        "truth_pd": chance,
    }


def detections(rng: np.random.Generator, seen: Scenario, settings: dict[str, Any]) -> Scenario:
    """Draw what the radar reports, false alarms among it, in no order."""
    half = np.deg2rad(settings["half_sector_deg"])
    ground = [np.sqrt(settings[name] ** 2 - settings["altitude_m"] ** 2) for name in ("r_min", "r_max")]
    sigma = np.array([settings[name] for name in ("sigma_r", "sigma_az", "sigma_rr")])
    parts = []
    for scan, chance in enumerate(seen["truth_pd"]):
        hit = np.flatnonzero(rng.random(len(chance)) < chance)
        truth = [seen[name][scan, hit] for name in ("truth_slant", "truth_azimuth", "truth_range_rate")]
        measured = np.column_stack(truth) + rng.normal(size=(len(hit), 3)) * sigma
        count = rng.poisson(FALSE_ALARMS)
        flat = np.sqrt(rng.uniform(ground[0] ** 2, ground[1] ** 2, count))
        speed = rng.uniform(settings["mdv"], 25.0, count) * rng.choice([-1.0, 1.0], count)
        angle = rng.uniform(np.pi / 2 - half, np.pi / 2 + half, count)
        alarms = np.column_stack([np.hypot(flat, settings["altitude_m"]), angle, speed])
        vehicle = np.concatenate([hit, np.full(count, -1)])
        rows = np.column_stack([np.full(len(vehicle), scan), np.vstack([measured, alarms]), vehicle])
        parts.append(rng.permutation(rows))
    reported = np.vstack(parts)
    names = ("det_scan", "det_range", "det_az", "det_rr", "det_truth")
    kinds = (np.int32, np.float64, np.float64, np.float64, np.int32)
    return {name: reported[:, k].astype(kind) for k, (name, kind) in enumerate(zip(names, kinds, strict=True))}
