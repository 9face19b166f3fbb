"""How well formations are found, counted and kept, and how many are none.

    python benchmarks/tracking/formations.py BENCH_FOLDER --seeds 101 102 ... [--recording FILE.4607 [--roads FILE]]

BENCH_FOLDER is the tracking benchmark with its generator. Per seed 20 convoys of 4 to 40 vehicles among 400 others are
tracked, without and with roads, and formations looked for at every scan. Who a track is, is the vehicle of its last
plot; a formation is of the convoy that more than half of its members are of, else a false one.

- found: share of convoys found within three revisits after the first of which, and of those until then, three of its
  vehicles or more had a detection probability above 0.6
- held: share of the scans with three such vehicles in which the convoy has a formation
- count: share of these scans in which the interval of the largest formation of a convoy that drives holds the number of
  its vehicles in view; ratio of the likeliest number to it; width of the interval in it
- identities: formations that a convoy was over 30 minutes
- false: formations that were of no convoy for most of their life, a thousand vehicle minutes

With a recording that bears truth tags of a table with vehicles ``convoy_*`` (``make_recordings.py`` makes one of Lower
Saxony) the formations in it are listed.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from convoy_scenario import Scenario, generate, load_generator
from numpy.typing import NDArray
from run_sidelook import scan_look, with_roads

from sidelook.formations.group_tracker import FormationsSeen, FormationTracker
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.model.formation import FormationKind, FormationState
from sidelook.model.tracks import TrackTable
from sidelook.tracking.bridge import track_table
from sidelook.tracking.tracker import Tracker

FRAME = LocalFrame(latitude=0.8, longitude=0.3)
VISIBLE, ENOUGH, SETTLED = 0.6, 3, 6  # chance, vehicles, scans
LATEST = 3  # revisits
FIGURES = ("found", "held", "count", "ratio", "width", "identities", "false", "CPU ms a look")


@dataclass
class Score:
    """What is gathered over the scans of a scenario."""

    found: dict[int, int] = field(default_factory=dict)
    lives: dict[int, list[int]] = field(default_factory=dict)
    identities: dict[int, set[int]] = field(default_factory=dict)
    held: list[bool] = field(default_factory=list)
    counts: list[tuple[float, float, float]] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def track(scenario: Scenario, tracker: Tracker) -> Iterator[tuple[int, TrackTable, dict[int, int]]]:
    """Track a scenario; give time, rows of tracks, and the vehicle of each track's last plot, scan by scan."""
    state, vehicle = tracker.init(), {}
    for scan, seconds in enumerate(scenario["times"]):
        rows = np.flatnonzero(scenario["det_scan"] == scan)
        state, result = tracker.step(state, scan_look(scenario, scan, 1))
        vehicle.update(zip(result.assigned.tolist(), scenario["det_truth"][rows].tolist(), strict=True))
        yield round(seconds * 1e9), track_table(state, result.rows, FRAME, Plane()), vehicle


def convoys_of(seen: FormationsSeen, vehicle: dict[int, int], convoy: NDArray[Any]) -> dict[int, tuple[int, int]]:
    """Say of which convoy each formation is, -1 none, and how many of its members are."""
    found = {}
    for formation in np.unique(seen.members.formation).tolist():
        members = seen.members.track[seen.members.formation == formation].tolist()
        of = [int(convoy[vehicle[one]]) if vehicle.get(one, -1) >= 0 else -1 for one in members]
        main = max(set(of), key=of.count)
        found[formation] = (main, of.count(main)) if 2 * of.count(main) > len(of) else (-1, len(of))
    return found


def score(scenario: Scenario, tracker: Tracker) -> dict[str, float]:
    """Track, look for formations and give the figures of a scenario."""
    convoy, minutes = scenario["truth_convoy"], scenario["times"][-1] / 60.0
    formations, gathered = FormationTracker(frame=FRAME), Score()
    every = range(convoy.max() + 1)
    visible = np.array([(scenario["truth_pd"][:, convoy == one] > VISIBLE).sum(axis=1) for one in every]).T >= ENOUGH
    known = formations.init()
    for scan, (now, tracks, vehicle) in enumerate(track(scenario, tracker)):
        before = time.process_time()
        known, seen = formations.look(formations.take(known, tracks), now)
        gathered.cpu.append(time.process_time() - before)
        largest: dict[int, tuple[int, int]] = {}
        for formation, (one, members) in convoys_of(seen, vehicle, convoy).items():
            gathered.lives.setdefault(formation, []).append(one)
            if one >= 0:
                gathered.identities.setdefault(one, set()).add(formation)
                gathered.found.setdefault(one, scan)
                largest[one] = max(largest.get(one, (0, 0)), (members, formation))
        gathered.held += [one in largest for one in every if visible[scan, one] and scan > SETTLED]
        present = {one: int(scenario["truth_covered"][scan, convoy == one].sum()) for one in largest}
        gathered.counts += counted(seen, largest, present, visible[scan])
    return summarise(gathered, visible, len(convoy) * minutes)


def counted(
    seen: FormationsSeen, largest: dict[int, tuple[int, int]], present: dict[int, int], visible: NDArray[np.bool_]
) -> list[tuple[float, float, float]]:
    """Compare counts with the truth: in the interval, ratio, width of it."""
    row_of, rows = {int(name): row for row, name in enumerate(seen.table.formation)}, []
    for one, (_, formation) in largest.items():
        row, table, truth = row_of[formation], seen.table, present[one]
        drives = table.kind[row] != FormationKind.STANDING and table.state[row] == FormationState.HELD
        if visible[one] and drives:
            low, high = int(table.count_low[row]), int(table.count_high[row])
            rows.append((float(low <= truth <= high), table.count[row] / truth, (high - low) / truth))
    return rows


def summarise(gathered: Score, visible: NDArray[np.bool_], vehicle_minutes: float) -> dict[str, float]:
    """Turn what was gathered into figures."""
    late = []
    for one in range(visible.shape[1]):
        runs = np.convolve(visible[:, one], np.ones(LATEST + 1), "valid") == LATEST + 1
        if runs.any():
            first = int(runs.argmax())
            late.append(gathered.found.get(one, 10**6) <= first + LATEST)
    false = sum(np.mean(np.array(life) < 0) > 0.5 for life in gathered.lives.values())  # noqa: PLR2004 - most of it
    counts = np.array(gathered.counts)
    return {
        "found": float(np.mean(late)),
        "held": float(np.mean(gathered.held)),
        "count": float(counts[:, 0].mean()),
        "ratio": float(np.median(counts[:, 1])),
        "width": float(counts[:, 2].mean()),
        "identities": float(np.mean([len(names) for names in gathered.identities.values()])),
        "false": false / vehicle_minutes * 1e3,
        "CPU ms a look": float(np.mean(gathered.cpu)) * 1e3,
    }


def list_recording(recording: Path, roads: Path | None) -> None:
    """List how many formations there are in a recording, and those of its convoys by the truth tags of their plots."""
    from sidelook.mission.track import track_recording, truth_tags  # noqa: PLC0415 - half a second, where it is wanted

    rows, _ = track_recording(recording, lambda _: None, roads)
    plots, dwells = rows.looks.dwells.plots, rows.looks.dwells
    tracks = rows.tracks.take(np.argsort(rows.tracks.time, kind="stable"))
    when, tags = dwells.time[plots.dwell], truth_tags(plots)
    formations = FormationTracker(
        frame=LocalFrame(latitude=float(np.median(tracks.latitude)), longitude=float(np.median(tracks.longitude)))
    )
    known, vehicle, lives = formations.init(), {}, {}
    looks = np.arange(tracks.time.min() + 30 * 10**9, tracks.time.max() + 1, 30 * 10**9)
    spent, begin, at = 0.0, 0, 0
    for now in looks.tolist():
        end, until = np.searchsorted(tracks.time, now, "right"), np.searchsorted(when, now, "right")
        vehicle.update(zip(rows.looks.plot_track[at:until].tolist(), tags[at:until].tolist(), strict=True))
        before = time.process_time()
        known, seen = formations.look(formations.take(known, tracks.take(slice(begin, end))), now)
        spent, begin, at = spent + time.process_time() - before, int(end), int(until)
        for formation in np.unique(seen.members.formation).tolist():
            members = seen.members.track[seen.members.formation == formation].tolist()
            row = int(np.flatnonzero(seen.table.formation == formation)[0])
            said = tuple(int(getattr(seen.table, name)[row]) for name in ("count", "count_low", "count_high"))
            lives.setdefault(formation, []).append(({vehicle.get(one, -1) for one in members}, said))
    print(f"{len(lives)} formations in {len(looks)} looks, {spent / len(looks) * 1e3:.0f} ms of CPU a look")
    for formation, life in sorted(lives.items(), key=lambda item: -len(item[1]) * max(len(one[0]) for one in item[1])):
        members, said = life[len(life) // 2]
        print(f"{formation:6d}: {len(life):3d} looks, vehicles {said[0]} ({said[1]} to {said[2]}), tags {members}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--seeds", type=int, nargs="*", default=[])
    parser.add_argument("--convoys", type=int, default=20)
    parser.add_argument("--singles", type=int, default=400)
    parser.add_argument("--recording", type=Path)
    parser.add_argument("--roads", type=Path)
    given = parser.parse_args()
    base, rows = load_generator(given.bench), {"": [], "roads": []}
    for seed in given.seeds:
        scenario = generate(base, seed, given.convoys, given.singles)
        rows[""].append(score(scenario, Tracker()))
        rows["roads"].append(score(scenario, with_roads(scenario)))
    for label, figures in rows.items():
        for name in FIGURES if figures else ():
            values = [one[name] for one in figures]
            print(f"{label:6s} {name:14s} {np.mean(values):8.3f}  ({min(values):.3f} to {max(values):.3f})")
    if given.recording:
        list_recording(given.recording, given.roads)


if __name__ == "__main__":
    main()
