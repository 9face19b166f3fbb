"""How well are classes told, and what flies tracked? On simulated recordings with their truth.

    python benchmarks/tracking/classes.py [--seeds 6] [--minutes 30]

The scenario is ``wide_area`` with 1,500 vehicles, 50 helicopters and light aircraft and 15 low slow flyers, played anew
for each seed. For each kind of entity: the share of its reports that its main track took, and how many tracks took
some. For all tracks with three reports of one entity or more: how often the class named is right, by what was stated.
"""

import argparse
import csv
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from sidelook.console.rows import Rows
from sidelook.mission.simulate import SimulateOptions, simulate
from sidelook.mission.track import track_recording
from sidelook.model.plots import TargetClass
from sidelook.tracking.metrics import truth_report

SCENARIO = """
seed = {seed}
duration_s = {seconds}

[ground]
island = "full"

[traffic]
vehicles = 1500

[[convoys]]
vehicles = 8

[[convoys]]
vehicles = 10
tracked = true
speed_kmh = 45

[[aircraft]]
kind = "helicopter"
count = 25

[[aircraft]]
kind = "fixed_wing"
count = 25

[[aircraft]]
kind = "low_slow"
count = 15

[platform]
stand_off_km = 55
leg_km = 160

[[jobs]]
whole_view = true
revisit_s = 60
"""
STATED = (0.5, 0.7, 0.9, 0.97, 0.995, 1.01)
LEAST = 3
FLIES = (TargetClass.FIXED_WING, TargetClass.LOW_SLOW_FLYER)


def played(seed: int, seconds: int, folder: Path) -> tuple[Rows, dict[int, TargetClass]]:
    """Play the scenario, track its recording; give the rows and the class of each entity."""
    scenario = folder / "scenario.toml"
    scenario.write_text(SCENARIO.format(seed=seed, seconds=seconds))
    simulate(str(scenario), folder / "made", SimulateOptions())
    rows, _ = track_recording(folder / "made" / "recording.4607", lambda _: None)
    with (folder / "made" / "entities.csv").open(encoding="utf-8") as stream:
        return rows, {int(row["entity"]): TargetClass[row["class"].upper()] for row in csv.DictReader(stream)}


def print_held(rows: Rows, kinds: dict[int, TargetClass]) -> None:
    """Print how entities of each class were held."""
    tags = rows.looks.dwells.plots.truth_entity
    found = truth_report(tags, rows.looks.plot_track, np.unique(rows.tracks.track))
    kind = np.array([kinds[entity] for entity in found.vehicle.tolist()])
    enough = found.reports >= LEAST
    for one in np.unique(kind):
        mine = enough & (kind == one)
        share, tracks = found.main_share[mine].mean(), found.track_count[mine].mean()
        print(f"  {TargetClass(one).name.lower():>15}: {mine.sum():5d}, main track {share:.3f}, tracks {tracks:.2f}")


def print_named(rows: Rows, kinds: dict[int, TargetClass]) -> None:
    """Print how right the names of tracks were; low slow flyers are sent as fixed wing by edition 3."""
    plots, table = rows.looks.dwells.plots, rows.tracks
    seen: dict[int, Counter[int]] = {}
    own = (rows.looks.plot_track > 0) & (plots.truth_entity > 0)
    for track, entity in zip(rows.looks.plot_track[own].tolist(), plots.truth_entity[own].tolist(), strict=True):
        seen.setdefault(track, Counter())[entity] += 1
    _, last = np.unique(table.track[::-1], return_index=True)
    stated: list[float] = []
    right: list[bool] = []
    tracks = 0
    for row in (len(table) - 1 - last).tolist():
        reports = seen.get(int(table.track[row]), Counter())
        tracks += sum(reports.values()) >= LEAST
        if sum(reports.values()) >= LEAST and table.class_probability[row] > 0.0:
            true, named = kinds[reports.most_common(1)[0][0]], int(table.target_class[row])
            stated.append(float(table.class_probability[row]))
            right.append(named == true or (true in FLIES and named in FLIES))
    chance = np.array(stated)
    hit = np.array(right)
    print(f"  named {len(hit)} of {tracks} tracks; right {hit.mean():.3f}, stated {chance.mean():.3f}")
    for low, high in pairwise(STATED):
        inside = (chance >= low) & (chance < high)
        if inside.any():
            mean, share = chance[inside].mean(), hit[inside].mean()
            print(f"    stated {low} to {min(high, 1.0)}: {inside.sum():5d}, {mean:.3f}, right {share:.3f}")


def main() -> None:
    """Print both for each seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[6])
    parser.add_argument("--minutes", type=int, default=30)
    chosen = parser.parse_args()
    for seed in chosen.seeds:
        with tempfile.TemporaryDirectory() as folder:
            rows, kinds = played(seed, 60 * chosen.minutes, Path(folder))
        print(f"seed {seed}")
        print_held(rows, kinds)
        print_named(rows, kinds)


if __name__ == "__main__":
    main()
