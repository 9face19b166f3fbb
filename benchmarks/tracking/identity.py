"""Is a track the vehicle it was ten minutes ago? What it says of that, beside the truth.

    python benchmarks/tracking/identity.py BENCH_FOLDER [--vehicles 200 600 2000] [--revisits 10 30 60] [--seed 401]

Scenarios of the tracking benchmark's own generator, without roads and with them. At each scan every track that took a
plot is asked; it is right where the vehicle of its last true plot is the one of its plot ten minutes before. Printed
are the mean stated and the share that was right, by scenario and by what was stated, and Brier's score beside that of
who only knows the share.
"""

import argparse
from pathlib import Path

import numpy as np
from convoy_scenario import load_generator
from numpy.typing import NDArray
from run_sidelook import scan_look, with_roads

from sidelook.model.tracks import TrackState
from sidelook.tracking.identity.doubt import same_vehicle
from sidelook.tracking.tracker import Tracker

BACK = 600.0  # s
Answers = NDArray[np.float64]


def answers(scenario: dict[str, NDArray[np.generic]], tracker: Tracker) -> Answers:
    """Give (K, 2) what was stated and whether it was right, of all tracks updated at all scans."""
    state, plots, found = tracker.init(), {}, []
    revisit = float(np.diff(scenario["times"][:2])[0])
    for scan, seconds in enumerate(scenario["times"].tolist()):
        rows = np.flatnonzero(scenario["det_scan"] == scan)
        state, result = tracker.step(state, scan_look(scenario, scan, 1))
        for track, vehicle in zip(result.assigned.tolist(), scenario["det_truth"][rows].tolist(), strict=True):
            if track and vehicle >= 0:
                plots.setdefault(track, []).append((seconds, vehicle))
        tracks = state.tracks[state.rows]
        shown = (tracks["status"] > TrackState.TENTATIVE) & (tracks["status"] < TrackState.LOST)
        tracks = tracks[shown & (tracks["supported"] >= round(seconds * 1e9))]
        stated = same_vehicle(tracks, round(seconds * 1e9))
        for track, probability in zip(tracks["identity"].tolist(), stated.tolist(), strict=True):
            own = plots.get(track, [])
            then = [(abs(time - seconds + BACK), vehicle) for time, vehicle in own if time - seconds + BACK < revisit]
            if then and min(then)[0] < 3.0 * revisit:
                found.append((probability, float(min(then)[1] == own[-1][1])))
    return np.array(found).reshape(-1, 2)


def describe(found: Answers) -> str:
    """Sum answers up: number, stated, right, mean difference over tenths, Brier's score and that of the share alone."""
    stated, right = found.T
    tenth = np.minimum(stated * 10.0, 9.0).astype(int)
    apart = sum(abs((stated - right)[tenth == k].sum()) for k in range(10)) / len(found)
    brier, alone = np.mean((stated - right) ** 2), right.mean() * (1.0 - right.mean())
    return f"{len(found):,} | {stated.mean():.3f} | {right.mean():.3f} | {apart:.3f} | {brier:.3f} / {alone:.3f}"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--vehicles", type=int, nargs="+", default=[200, 600, 2000])
    parser.add_argument("--revisits", type=float, nargs="+", default=[10.0, 30.0, 60.0])
    parser.add_argument("--seed", type=int, default=401)
    given = parser.parse_args()
    base = load_generator(given.bench)
    print("| vehicles | revisit s | roads | tracks asked | stated | right | apart, over tenths | Brier / share alone |")
    print("|--:|--:|---|--:|--:|--:|--:|--:|")
    everything = []
    for vehicles in given.vehicles:
        for revisit in given.revisits:
            scenario = base.generate(vehicles, given.seed, revisit_s=revisit)
            for name, tracker in (("no", Tracker()), ("yes", with_roads(scenario))):
                everything.append(answers(scenario, tracker))
                print(f"| {vehicles:,} | {revisit:g} | {name} | {describe(everything[-1])} |", flush=True)
    found = np.concatenate(everything)
    print("\n| stated | tracks | mean stated | right |\n|---|--:|--:|--:|")
    for low in np.arange(0.0, 1.0, 0.1):
        inside = (found[:, 0] >= low) & (found[:, 0] < low + 0.1)
        if inside.any():
            stated, right = found[inside].mean(axis=0)
            print(f"| {low:.1f} to {low + 0.1:.1f} | {inside.sum():,} | {stated:.3f} | {right:.3f} |")


if __name__ == "__main__":
    main()
