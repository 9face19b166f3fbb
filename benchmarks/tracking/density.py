"""How identities hold as vehicles grow denser and looks rarer: switches, and life under the main identity.

    python benchmarks/tracking/density.py BENCH_FOLDER [--vehicles 200 600 2000] [--revisits 10 30 60] [--seed 71]

Scenarios of the tracking benchmark's own generator, without roads and with them. Density is told by how far a vehicle
drives between two looks in units of the mean distance to its nearest neighbour in view: at a good fraction of one,
position and speed alone do not tell neighbours apart.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from convoy_scenario import load_generator
from run_sidelook import run, with_roads
from scipy.spatial import cKDTree

from sidelook.tracking.tracker import Tracker

ALL_SCANS = 10**6
WARM_UP = 180.0  # s


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--vehicles", type=int, nargs="+", default=[200, 600, 2000])
    parser.add_argument("--revisits", type=float, nargs="+", default=[10.0, 30.0, 60.0])
    parser.add_argument("--seed", type=int, default=71)
    given = parser.parse_args()
    sys.path.insert(0, str(given.bench))
    from metrics import evaluate  # noqa: PLC0415 - its place is an argument

    base = load_generator(given.bench)
    print(
        "| vehicles | revisit s | driven by distance between | switches / h | with roads | main identity | with roads |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for vehicles in given.vehicles:
        for revisit in given.revisits:
            scenario = base.generate(vehicles, given.seed, revisit_s=revisit)
            warm_up = max(round(WARM_UP / revisit), 1)
            trackers = (Tracker(), with_roads(scenario))
            tracks = [run(scenario, tracker, 1, ALL_SCANS)[0] for tracker in trackers]
            figures = [evaluate(scenario, one, 500.0, warm_up) for one in tracks]
            middle = len(scenario["times"]) // 2
            place = scenario["truth_xy"][middle][scenario["truth_covered"][middle]]
            apart = np.median(cKDTree(place).query(place, k=2)[0][:, 1])
            speed = np.linalg.norm(scenario["truth_vel"][middle], axis=1).mean()
            cells = [f"{one['id_switches_per_truth_hour']:.2f}" for one in figures]
            cells += [f"{one['main_id_frac']:.3f}" for one in figures]
            print(f"| {vehicles:,} | {revisit:g} | {speed * revisit / apart:.2f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
