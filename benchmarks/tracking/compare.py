"""Track a scenario with Sidelook and with Stone Soup, set up by people who know it, in one run, and score both.

    python benchmarks/tracking/compare.py BENCH_FOLDER SCENARIO.npz [--scans 12] [--dwells 457] [--stone-soup expert]

BENCH_FOLDER holds the tracker-neutral benchmark: ``metrics.py`` scores, ``run_stonesoup.py`` runs Stone Soup. Both
trackers see the same scans; CPU is that of the tracker's steps in one process and one thread. Short runs flatter both:
compare runs of equal length only. ``--scans 0 --stone-soup none`` scores Sidelook alone over all scans.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from run_sidelook import run

SHOWN = {
    "GOSPA m": "gospa",
    "OSPA m": "ospa",
    "completeness": "siap_completeness",
    "ambiguity": "siap_ambiguity",
    "spuriousness": "siap_spuriousness",
    "moving held": "comp_moving",
    "convoy held": "convoy_comp",
    "switches / vehicle h": "id_switches_per_truth_hour",
    "main identity": "main_id_frac",
    "position RMSE m": "pos_rmse",
    "velocity RMSE m/s": "vel_rmse",
}
ALL_SCANS = 1_000_000
WARMUP = 6


def run_stone_soup(bench: Path, scenario: Path, config: str, scans: int) -> dict[str, Any]:
    """Run Stone Soup on a scenario and give its result."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        options = ["--config", config, "--max-scans", str(scans), "--json", str(result)]
        command = [sys.executable, str(bench / "run_stonesoup.py"), str(scenario), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return dict(json.loads(result.read_text()))


def score(bench: Path, scenario: dict[str, Any], tracks: dict[str, Any], scans: int) -> dict[str, Any]:
    """Score tracks with the benchmark's own metrics."""
    sys.path.insert(0, str(bench))
    from metrics import evaluate  # noqa: PLC0415 - its place is an argument

    return dict(evaluate(scenario, tracks, last_scan=scans - 1, warmup=min(WARMUP, max(0, scans - 2))))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--scans", type=int, default=12, help="scans to compare over; 0 for all")
    parser.add_argument("--dwells", type=int, default=457, help="dwells a scan comes as, in the second of our runs")
    parser.add_argument("--stone-soup", default="expert", help="configuration of run_stonesoup.py, or none")
    given = parser.parse_args()
    scenario = dict(np.load(given.scenario))
    scans = min(given.scans or ALL_SCANS, len(scenario["times"]))
    columns: dict[str, tuple[float, dict[str, Any]]] = {}
    for beams in (1, given.dwells):
        tracks, figures = run(scenario, beams, scans)
        columns[f"Sidelook, {beams} dwell{'s' if beams > 1 else ''}"] = (
            figures["cpu_s_per_scan_mean"],
            score(given.bench, scenario, tracks, scans),
        )
    if given.stone_soup != "none":
        result = run_stone_soup(given.bench, given.scenario, given.stone_soup, scans)
        columns[f"Stone Soup {result['version']}, {given.stone_soup}"] = (
            float(np.mean(result["cpu_s_by_scan"][1:])),
            result["metrics"],
        )
    print_table(columns, json.loads(str(scenario["params"]))["n"], scans)


def print_table(columns: dict[str, tuple[float, dict[str, Any]]], vehicles: int, scans: int) -> None:
    """Print one column a tracker, and how many times faster the first is than each."""
    first = next(iter(columns.values()))[0]
    rows = {"CPU ms a scan": [cpu * 1e3 for cpu, _ in columns.values()]}
    rows["CPU us a vehicle"] = [cpu / vehicles * 1e6 for cpu, _ in columns.values()]
    rows["times the first's CPU"] = [cpu / first for cpu, _ in columns.values()]
    rows |= {label: [metrics[key] for _, metrics in columns.values()] for label, key in SHOWN.items()}
    print(f"{vehicles} vehicles, {scans} scans\n")
    print("| | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for label, values in rows.items():
        print(f"| {label} | " + " | ".join(f"{value:.4g}" for value in values) + " |")


if __name__ == "__main__":
    main()
