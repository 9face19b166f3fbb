"""How well crossings are counted: the simulator's truth against what tracks and looks of its radar say.

    python benchmarks/monitoring/flow.py SCRATCH_FOLDER --seeds 41 42 [--hours 2] [--minutes 30] [--blind | --roads]

Each seed plays four scenarios on the small island (plain, hills, twice as far off, looks two minutes apart), 400
vehicles each; recordings go through the chain into an archive. Lines of 2 km are laid across roads, squarely; the
truth, taken every ten seconds, is cut by the same lines. For each line, direction and time:

- held : share of the true crossings that tracks show
- exposure : what the method takes that share to be, weighed by true crossings
- false : crossings that tracks show where the truth, within two minutes, has none in that direction, of those shown
- 90 % : share of the times with an exposure of 0.1 or more whose interval holds the true number; and by exposure
- estimate over truth, seen over exposure : sums of both beside the sum of the true numbers
- seen is the number : share of the times with crossings in which what was seen is the true number, for comparison
- 90 % of totals : likewise of the sums over all times of a line and direction with crossings
- undetermined : share of times of which nothing is concluded

``--blind`` keeps terrain from the method, ``--roads`` tells it the roads. Folders that were played before are used
again.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sidelook.archive import Archive
from sidelook.formats.truth.parquet import read_looks
from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.mission.chain import Chain
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.roads import load_roads
from sidelook.mission.simulate import SimulateOptions, simulate
from sidelook.mission.terrain_sight import sight_over
from sidelook.model.flow import Crossings, FlowTable
from sidelook.model.origin import Origin
from sidelook.model.places import PlaceKind, Places
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.monitoring.edge_crossings import CrossingSettings, find_crossings
from sidelook.monitoring.flow import FlowMeter, FlowSettings
from sidelook.monitoring.intervals import total_count

SCENARIOS = {
    "plain": ("convoy", ()),
    "hills": ("border_road", ()),
    "far": ("convoy", ("platform.stand_off_km=140",)),
    "slow": ("convoy", ('jobs=[{kind="wide_area",revisit_s=120}]',)),
}
HALF_LINE = 1_000.0  # m
LINES = 60
EXACTLY = CrossingSettings(clear_sigmas=0.0)
BANDS = (0.1, 0.3, 0.5, 0.7, 1.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One scenario, its truth and what was made of it."""

    name: str
    true: Crossings
    shown: Crossings
    flow: FlowTable
    count: np.ndarray[Any, np.dtype[np.int64]]


def play(folder: Path, scenario: str, seed: int, changes: tuple[str, ...], hours: float) -> Path:
    """Play a scenario and keep it, unless that was done before; give the archive."""
    archive = folder / "archive"
    if archive.is_dir():
        return archive
    said = (f"seed={seed}", f"duration_s={hours * 3600:.0f}", "traffic.vehicles=400", *changes)
    simulate(scenario, folder / "played", SimulateOptions(changes=said), as_json=True)
    chain = Chain(dwelling=Dwelling(source="recording.4607"))
    with Archive.open(archive, "write") as opened, (folder / "played" / "recording.4607").open("rb") as stream:
        writer = opened.begin_mission(scenario, kind="simulation", received=0)

        def keep(rows: Any) -> None:  # noqa: ANN401 - rows of the picture
            writer.append_dwells(rows.looks.dwells, rows.looks.plot_track)
            writer.append_tracks(rows.tracks)

        while data := stream.read(1 << 16):
            keep(chain.feed([data]))
        keep(chain.cut())
        writer.end(0)
    return archive


def truth_of(path: Path) -> TrackTable:
    """Give the truth at regular moments as tracks without error."""
    with path.open("rb") as stream:
        parts = [looks.take(looks.dwell < 0) for looks in read_looks(stream)]
    names = ("entity", "time", "latitude", "longitude", "target_class")
    entity, time, latitude, longitude, kind = (np.concatenate([getattr(p, name) for p in parts]) for name in names)
    return TrackTable.empty(
        len(time),
        track=entity,
        time=time,
        supported=time,
        latitude=latitude,
        longitude=longitude,
        position_covariance=np.zeros((len(time), 3), np.float32),
        state=np.full(len(time), TrackState.CONFIRMED, np.uint8),
        target_class=kind,
        origins=(Origin(source="truth", simulated=True),),
    )


def lines_across(roads: RoadNetwork, rng: np.random.Generator) -> Places:
    """Lay lines squarely across the middles of roads, the longer the likelier."""
    middles = roads.offset[:-1] + np.diff(roads.offset) // 2
    edges = np.flatnonzero(np.diff(roads.offset) > 3)  # noqa: PLR2004 - a bend to lie in
    at = middles[rng.choice(edges, min(LINES, len(edges)), replace=False)]
    latitude, longitude = roads.latitude[at], roads.longitude[at]
    north = roads.latitude[at + 1] - roads.latitude[at - 1]
    east = (roads.longitude[at + 1] - roads.longitude[at - 1]) * np.cos(latitude)
    square = np.arctan2(east, north) + 0.5 * np.pi
    reach = HALF_LINE / MEAN_RADIUS * np.array([1.0, -1.0])
    count = len(at)
    return Places(
        kind=np.full(count, PlaceKind.LINE, np.uint8),
        first=2 * np.arange(count, dtype=np.int32),
        corners=np.full(count, 2, np.int32),
        speed=np.full(count, np.nan),
        number=np.arange(count, dtype=np.int32),
        names=tuple(f"line {number}" for number in range(count)),
        latitude=(latitude[:, None] + reach * np.cos(square)[:, None]).ravel(),
        longitude=(longitude[:, None] + reach * (np.sin(square) / np.cos(latitude))[:, None]).ravel(),
    )


def cases(arguments: argparse.Namespace) -> Iterator[Case]:
    """Give each scenario of each seed."""
    settings = FlowSettings(width=round(arguments.minutes * 60e9))
    for seed in arguments.seeds:
        for name in arguments.scenarios:
            scenario, changes = SCENARIOS[name]
            folder = arguments.scratch / f"{name}-{seed}"
            archive = play(folder, scenario, seed, changes, arguments.hours)
            played = folder / "played"
            roads = load_roads(played / "island.geojson")
            places = lines_across(roads, np.random.default_rng(seed))
            ground = None if arguments.blind else sight_over([Path(scenario)])
            meter = FlowMeter.over(places, settings, roads if arguments.roads else None, terrain=ground is not None)
            true = find_crossings(truth_of(played / "truth.parquet"), places, settings=EXACTLY)
            with Archive.open(archive) as opened:
                watched = meter.watch(1, opened.tracks(1), opened.dwells(1).dwells, ground)
            flow = meter.count([watched])
            yield Case(name=name, true=true, shown=watched.crossings, flow=flow, count=count(true, flow))


def count(true: Crossings, flow: FlowTable) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Count the true crossings of each row of the flow."""
    keys = {
        key: row
        for row, key in enumerate(zip(flow.place.tolist(), flow.direction.tolist(), flow.begin.tolist(), strict=True))
    }
    width = int(flow.end[0] - flow.begin[0])
    numbers = np.zeros(len(flow), np.int64)
    for key in zip(true.place.tolist(), true.direction.tolist(), (true.time // width * width).tolist(), strict=True):
        if key in keys:
            numbers[keys[key]] += 1
    return numbers


def false_share(case: Case) -> float:
    """Give the share of shown crossings that no true one is near to."""
    lost = 0
    for row in range(len(case.shown)):
        alike = (case.true.place == case.shown.place[row]) & (case.true.direction == case.shown.direction[row])
        lost += not (np.abs(case.true.time[alike] - case.shown.time[row]) < 120e9).any()  # noqa: PLR2004 - two minutes
    return lost / max(len(case.shown), 1)


def totals(case: Case) -> list[bool]:
    """Tell of each line and direction whether the interval of its total holds the true one; all times must be told."""
    flow, held = case.flow, []
    for place in np.unique(flow.place).tolist():
        for direction in (0, 1):
            mine = (flow.place == place) & (flow.direction == direction)
            low, _, high = total_count(flow.seen[mine], flow.exposure[mine], flow.looked[mine])
            if np.isfinite(low) and case.count[mine].any():
                held.append(bool(low <= case.count[mine].sum() <= high))
    return held


def figures(name: str, group: list[Case]) -> dict[str, Any]:
    """Sum up cases of one scenario."""
    seen, exposure, low, high, mean = (
        np.concatenate([getattr(case.flow, column) for case in group])
        for column in ("seen", "exposure", "low", "high", "mean")
    )
    true = np.concatenate([case.count for case in group])
    told = np.isfinite(low)
    holds = (low <= true) & (true <= high)
    bands = {}
    for least, most in pairwise(BANDS):
        inside = told & (exposure >= least) & (exposure < most) & (true > 0)
        if inside.any():
            bands[f"{least:g} on"] = {
                "times": int(inside.sum()),
                "90 %": round(float(holds[inside].mean()), 3),
                "held": round(float(seen[inside].sum() / true[inside].sum()), 2),
                "exposure": round(float(exposure[inside] @ true[inside] / true[inside].sum()), 2),
            }
    return {
        "scenario": name,
        "true": int(true.sum()),
        "held": round(float(seen[told].sum() / max(true[told].sum(), 1)), 3),
        "exposure": round(float(exposure[told] @ true[told] / max(true[told].sum(), 1)), 3),
        "false": round(float(np.mean([false_share(case) for case in group])), 3),
        "90 %": round(float(holds[told].mean()), 3),
        "90 % where any": round(float(holds[told & (true > 0)].mean()), 3),
        "estimate over truth": round(float(mean[told].sum() / max(true[told].sum(), 1)), 3),
        "seen over exposure, to truth": round(float((seen[told] / exposure[told]).sum() / max(true[told].sum(), 1)), 3),
        "seen is the number": round(float((seen == true)[told & (true > 0)].mean()), 3),
        "90 % of totals": round(float(np.mean([held for case in group for held in totals(case)] or [np.nan])), 3),
        "width": round(float((high - low)[told & (true > 0)].mean()), 2),
        "undetermined": round(1.0 - float(told.mean()), 3),
        "by exposure": bands,
    }


def main() -> None:
    """Measure, and print a line of JSON a scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[41, 42])
    parser.add_argument("--scenarios", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--blind", action="store_true")
    parser.add_argument("--roads", action="store_true")
    arguments = parser.parse_args()
    found = list(cases(arguments))
    for name in (*arguments.scenarios, "all"):
        print(json.dumps(figures(name, [case for case in found if name in (case.name, "all")])))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
