"""Track scenarios with Sidelook and with Stone Soup, set up by people who know it, in one run, and score both.

    python benchmarks/tracking/compare.py BENCH_FOLDER SCENARIO.npz ... [--scans 12] [--cutoff 150]

BENCH_FOLDER holds the tracker-neutral benchmark: ``metrics.py`` scores, ``run_stonesoup.py`` runs Stone Soup. All see
the same scans; CPU is that of the tracker's steps in one process and one thread. Beside the trackers stand the oracle
(``oracle.py``), which is told the associations, and as many random points on the roads as there are covered vehicles.
Printed is the mean over the scenarios with the least and the most, and how much of the gap between Stone Soup and the
oracle Sidelook closes. Short runs flatter: compare runs of equal length only. ``--stone-soup none`` leaves it out.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from oracle import oracle
from run_sidelook import COLUMNS, run, with_roads

from sidelook.tracking.tracker import Tracker

SHOWN = {
    "CPU us a vehicle and scan": "cpu",
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
    "of those updated": "updated_rmse",
    "velocity RMSE m/s": "vel_rmse",
}
GAPS = ("gospa", "siap_completeness", "siap_spuriousness", "comp_moving", "id_switches_per_truth_hour", "main_id_frac")
ALL_SCANS = 1_000_000
WARMUP = 6

Scenario = Mapping[str, NDArray[Any]]
Figures = dict[str, float]
Score = Callable[[Mapping[str, NDArray[Any]]], Figures]


def run_stone_soup(bench: Path, scenario: Path, config: str, scans: int) -> tuple[dict[str, NDArray[Any]], float]:
    """Run Stone Soup on a scenario; give its tracks and the CPU seconds of a scan."""
    with tempfile.TemporaryDirectory() as folder:
        result, tracks = Path(folder) / "result.json", Path(folder) / "tracks.npz"
        options = ["--config", config, "--max-scans", str(scans), "--json", str(result), "--out", str(tracks)]
        command = [sys.executable, str(bench / "run_stonesoup.py"), str(scenario), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spent = json.loads(result.read_text())["cpu_s_by_scan"][1:]
        return dict(np.load(tracks)), float(np.mean(spent))


def scorer(bench: Path, scenario: Scenario, scans: int, cutoff: float) -> Score:
    """Give what scores tracks with the benchmark's own metrics; tracks updated in the scan are scored alone too."""
    sys.path.insert(0, str(bench))
    from metrics import evaluate  # noqa: PLC0415 - its place is an argument

    def score(tracks: Mapping[str, NDArray[Any]]) -> Figures:
        span = {"c": cutoff, "last_scan": scans - 1, "warmup": min(WARMUP, max(0, scans - 2))}
        figures = dict(evaluate(scenario, tracks, **span))
        if tracks.get("updated", np.zeros(1)).any():
            fresh = {name: column[tracks["updated"] > 0] for name, column in tracks.items()}
            figures["updated_rmse"] = evaluate(scenario, fresh, **span)["pos_rmse"]
        return figures

    return score


def random_points(scenario: Scenario, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Give as many points on the roads, each scan, as there are covered vehicles."""
    points, offset = scenario["road_pts"], scenario["road_ptr"].astype(np.int64)
    inside = np.ones(len(points) - 1, np.bool_)
    inside[offset[1:-1] - 1] = False
    begin, step = points[:-1][inside], np.diff(points, axis=0)[inside]
    length = np.hypot(*step.T)
    rows = []
    for scan, covered in enumerate(scenario["truth_covered"]):
        piece = rng.choice(len(step), int(covered.sum()), p=length / length.sum())
        place = begin[piece] + rng.random((len(piece), 1)) * step[piece]
        still = np.zeros(len(piece))
        rows.append(
            np.column_stack([np.full(len(piece), scan), np.arange(1, len(piece) + 1), place, still, still, still])
        )
    table = np.concatenate(rows)
    tracks = {name: table[:, k] for k, name in enumerate(COLUMNS)}
    return tracks | {"scan": tracks["scan"].astype(int), "id": tracks["id"].astype(int)}


def measure(path: Path, given: argparse.Namespace) -> dict[str, Figures]:
    """Run everything on one scenario; give a column of figures for each."""
    scenario = dict(np.load(path))
    scans = min(given.scans or ALL_SCANS, len(scenario["times"]))
    vehicles = json.loads(str(scenario["params"]))["n"]
    score = scorer(given.bench, scenario, scans, given.cutoff)
    columns: dict[str, Figures] = {}
    if given.stone_soup != "none":
        tracks, spent = run_stone_soup(given.bench, path, given.stone_soup, scans)
        columns[f"Stone Soup, {given.stone_soup}"] = score(tracks) | {"cpu": spent / vehicles * 1e6}
    for label, tracker in (("", Tracker()), (" with roads", with_roads(scenario))):
        for beams in dict.fromkeys((1, given.dwells)):
            tracks, figures = run(scenario, tracker, beams, scans)
            name = f"Sidelook{label}" + (f", {beams} dwells" if beams > 1 else "")
            columns[name] = score(tracks) | {"cpu": figures["cpu_us_per_vehicle"]}
        columns[f"oracle{label}"] = score(oracle(scenario, tracker))
    columns["random points"] = score(random_points(scenario, np.random.default_rng(1)))
    return columns


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("scenario", type=Path, nargs="+")
    parser.add_argument("--scans", type=int, default=0, help="scans to compare over; 0 for all")
    parser.add_argument("--dwells", type=int, default=1, help="dwells a scan comes as in a further run of ours")
    parser.add_argument("--cutoff", type=float, default=500.0, help="m")
    parser.add_argument("--stone-soup", default="expert", help="configuration of run_stonesoup.py, or none")
    given = parser.parse_args()
    print_table([measure(path, given) for path in given.scenario], given.cutoff)


def print_table(runs: list[dict[str, Figures]], cutoff: float) -> None:
    """Print one column a tracker, and the share of the gap to the oracle that is closed."""
    names = list(runs[0])
    print(f"{len(runs)} scenarios, cut-off {cutoff:g} m: mean (least to most)\n")
    print("| | " + " | ".join(names) + " |")
    print("|---|" + "---|" * len(names))
    for label, key in SHOWN.items():
        print(f"| {label} | " + " | ".join(spread([run[name].get(key) for run in runs]) for name in names) + " |")
    peer = next((name for name in names if name.startswith("Stone Soup")), None)
    if peer is None:
        return
    print("\nShare of the gap between Stone Soup and the oracle that is closed, %: mean (least to most)\n")
    for label in ("", " with roads"):
        ours, bound = f"Sidelook{label}", f"oracle{label}"
        for key in GAPS:
            closed = [100.0 * (run[peer][key] - run[ours][key]) / (run[peer][key] - run[bound][key]) for run in runs]
            print(f"{ours:22s} {key:28s} {spread(closed)}")


def spread(values: list[float | None]) -> str:
    """Give mean, least and most of what is there."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    return f"{np.mean(known):.4g}" + (f" ({min(known):.4g} to {max(known):.4g})" if len(known) > 1 else "")


if __name__ == "__main__":
    main()
