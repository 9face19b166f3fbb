"""What becomes of tracks when the radar is not what the tracker was told.

    python benchmarks/tracking/robustness.py BENCH_FOLDER SCENARIO.npz ... [--stone-soup]

Each scenario's detections are made anew from its truth, once as they should be and once each with

- the minimum detectable speed twice or half of what the tracker is told
- azimuth errors of a t distribution of three degrees of freedom, as wide at the quartiles as the normal one
- 100 fixed false alarms that come back at the same place with a chance of 0.6 a scan
- vehicles that fall into one resolution cell (30 m, 0.7 mrad, 1 m/s) merged into one plot
- a bias of azimuth (0.5 mrad) and range (20 m) that is drawn anew for each revisit
- the same, wandering slowly (it forgets itself in five minutes)

Scored by the benchmark's own code at 500 m; with ``--stone-soup`` beside Stone Soup's expert set-up. A Markdown table:
mean over the scenarios, without roads / with roads (Stone Soup has none).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from compare import run_stone_soup
from numpy.typing import NDArray
from run_sidelook import run, with_roads

from sidelook.tracking.tracker import Tracker

Scenario = dict[str, NDArray[Any]]
CELL = np.array([30.0, 0.7e-3, 1.0])  # m, rad, m/s
BIAS = np.array([20.0, 0.5e-3])  # of range, m, and azimuth, rad
FORGETS = 300.0  # s, the bias that wanders
FIXED, SHOWN = 100, 0.6
FIGURES = {
    "gospa": "GOSPA m",
    "siap_completeness": "completeness",
    "siap_spuriousness": "spuriousness",
    "comp_moving": "moving held",
    "id_switches_per_truth_hour": "switches / h",
    "main_id_frac": "main identity",
    "updated": "RMSE of those updated, m",
}
VARIANTS = (
    "as told",
    "notch doubled",
    "notch halved",
    "heavy tails",
    "fixed alarms",
    "merged",
    "bias",
    "wandering bias",
)
ALL_SCANS = 10**6
QUARTILE_OF_T3 = 0.7649 / 0.6745  # of Student's t with three degrees of freedom, by that of the normal distribution


def detect(scenario: Scenario, rng: np.random.Generator, variant: str) -> Scenario:
    """Draw the detections of a scenario anew, as a variant has them."""
    settings = json.loads(str(scenario["params"]))
    notch = settings["mdv"] * {"notch doubled": 2.0, "notch halved": 0.5}.get(variant, 1.0)
    fixed, bias, rows = false_alarms(rng, settings, FIXED), np.zeros(2), []
    for scan in range(len(scenario["times"])):
        position = scenario["platform_pos"][scan]
        line = np.column_stack([scenario["truth_xy"][scan], np.zeros(len(scenario["truth_xy"][scan]))]) - position
        slant, azimuth = np.linalg.norm(line, axis=1), np.arctan2(line[:, 1], line[:, 0])
        speed = scenario["truth_range_rate"][scan]
        chance = settings["pd0"] * (1.0 - np.exp(-np.log(2.0) * (speed / notch) ** 2)) * scenario["truth_covered"][scan]
        hit = np.flatnonzero(rng.random(len(chance)) < chance)
        error = rng.normal(size=(len(hit), 3))
        if variant == "heavy tails":
            error[:, 1] = rng.standard_t(3.0, len(hit)) / QUARTILE_OF_T3
        sigma = np.array([settings["sigma_r"], settings["sigma_az"], settings["sigma_rr"]])
        measured = np.column_stack([slant, azimuth, speed])[hit] + error * sigma
        if variant == "merged":
            measured, hit = merge(measured, hit)
        alarms = false_alarms(rng, settings, rng.poisson(settings["fa_per_scan"]))
        if variant == "fixed alarms":
            alarms = np.vstack([alarms, fixed[rng.random(FIXED) < SHOWN]])
        every = np.vstack([measured, alarms])
        if variant in {"bias", "wandering bias"}:
            kept = np.exp(-settings["revisit_s"] / FORGETS) if variant == "wandering bias" and scan else 0.0
            bias = kept * bias + np.sqrt(1.0 - kept**2) * BIAS * rng.normal(size=2)
            every[:, :2] += bias
        vehicle = np.concatenate([hit, np.full(len(alarms), -1)])
        rows.append(rng.permutation(np.column_stack([np.full(len(every), scan), every, vehicle])))
    found = np.vstack(rows)
    names = ("det_scan", "det_range", "det_az", "det_rr", "det_truth")
    kinds = (np.int32, np.float64, np.float64, np.float64, np.int32)
    return scenario | {name: found[:, k].astype(kind) for k, (name, kind) in enumerate(zip(names, kinds, strict=True))}


def false_alarms(rng: np.random.Generator, settings: Mapping[str, Any], count: int) -> NDArray[np.float64]:
    """Draw false alarms (N, 3), even over the ground."""
    half, height = np.deg2rad(settings["half_sector_deg"]), settings["altitude_m"]
    near, far = (np.sqrt(settings[name] ** 2 - height**2) for name in ("r_min", "r_max"))
    flat = np.sqrt(rng.uniform(near**2, far**2, count))
    angle = rng.uniform(np.pi / 2 - half, np.pi / 2 + half, count)
    speed = rng.uniform(settings["mdv"], 25.0, count) * rng.choice([-1.0, 1.0], count)
    return np.column_stack([np.hypot(flat, height), angle, speed])


def merge(measured: NDArray[np.float64], hit: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Make one plot, their mean, of those in one cell; it is the first one's."""
    _, first, cell = np.unique(np.floor(measured / CELL).astype(int), axis=0, return_index=True, return_inverse=True)
    cell = cell.ravel()
    count = np.bincount(cell)
    mean = np.column_stack([np.bincount(cell, column) / count for column in measured.T])
    return mean, hit[first]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("scenario", type=Path, nargs="+")
    parser.add_argument("--stone-soup", action="store_true")
    parser.add_argument("--variant", choices=VARIANTS, action="append")
    given = parser.parse_args()
    sys.path.insert(0, str(given.bench))
    from metrics import evaluate  # noqa: PLC0415 - its place is an argument

    head = ["", *(f"{name}: {part}" for name in FIGURES.values() for part in ("Sidelook", "Stone Soup"))]
    print("| " + " | ".join(head if given.stone_soup else ["", *FIGURES.values()]) + " |")
    for variant in given.variant or VARIANTS:
        rows: dict[str, list[list[float]]] = {"free": [], "roads": [], "stone": []}
        for path in given.scenario:
            drawn = dict(np.load(path))
            seed = json.loads(str(drawn["params"]))["seed"]
            scenario = detect(drawn, np.random.default_rng([seed, 5]), variant)
            tracked = {"free": run(scenario, Tracker(), 1, ALL_SCANS)[0]}
            tracked["roads"] = run(scenario, with_roads(scenario), 1, ALL_SCANS)[0]
            if given.stone_soup:
                with tempfile.TemporaryDirectory() as folder:
                    np.savez(Path(folder) / "scenario.npz", **scenario)
                    tracked["stone"] = run_stone_soup(given.bench, Path(folder) / "scenario.npz", "expert", ALL_SCANS)[
                        0
                    ]
            for name, tracks in tracked.items():
                figures = dict(evaluate(scenario, tracks, 500.0, 6))
                fresh = {key: column[tracks["updated"] > 0] for key, column in tracks.items() if "updated" in tracks}
                figures["updated"] = evaluate(scenario, fresh, 500.0, 6)["pos_rmse"] if fresh else np.nan
                rows[name].append([figures[figure] for figure in FIGURES])
        means = {name: np.mean(values, axis=0) for name, values in rows.items() if values}
        cells = []
        for k in range(len(FIGURES)):
            cells.append(f"{means['free'][k]:.4g} / {means['roads'][k]:.4g}")
            cells += [f"{means['stone'][k]:.4g}"] if "stone" in means else []
        print(f"| {variant} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
