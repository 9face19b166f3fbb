"""Draw the vehicles that were tracked best and worst: truth, plots and tracks.

    python benchmarks/tracking/pictures.py BENCH_FOLDER SCENARIO.npz -o PICTURE.png [--roads] [--each 3]

Best and worst by the share of a vehicle's covered life that its main track was within 500 m, among vehicles covered for
at least half of the scenario. Each panel shows the vehicle's way (grey), where it stood (squares), its plots (dots),
and the tracks near it, a colour each; below it, which track held it when.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from run_sidelook import run, with_roads

from sidelook.tracking.tracker import Tracker

CUTOFF = 500.0
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK, QUIET = "#222222", "#999999"
STANDS = 0.3  # m/s
MARGIN_KM = 0.6
LEAST_COVERED = 0.5


def held_by(scenario: dict[str, NDArray[np.generic]], tracks: dict[str, NDArray[np.generic]]) -> NDArray[np.int64]:
    """Give (scans, vehicles) the track nearest to each vehicle within the cut-off, -1 for none."""
    truth = scenario["truth_xy"]
    held = np.full(truth.shape[:2], -1, np.int64)
    for scan in range(len(truth)):
        here = tracks["scan"] == scan
        place, names = np.column_stack([tracks["x"][here], tracks["y"][here]]), tracks["id"][here]
        if not len(names):
            continue
        apart = np.linalg.norm(truth[scan][:, None] - place[None], axis=-1)
        nearest = apart.argmin(axis=1)
        close = apart[np.arange(len(nearest)), nearest] < CUTOFF
        held[scan, close] = names[nearest[close]]
    return held


def main_share(held: NDArray[np.int64], covered: NDArray[np.bool_]) -> float:
    """Share of the covered scans at which the main track held the vehicle."""
    names = Counter(held[covered & (held >= 0)].tolist())
    return names.most_common(1)[0][1] / covered.sum() if names else 0.0


def draw(
    axes: tuple[Axes, Axes],
    scenario: dict[str, NDArray[np.generic]],
    tracks: dict[str, NDArray[np.generic]],
    held: NDArray[np.int64],
    vehicle: int,
) -> None:
    """Draw a vehicle's way with its tracks, and which track held it when."""
    way, when = axes
    place, minutes = scenario["truth_xy"][:, vehicle] / 1e3, scenario["times"] / 60.0
    covered, stands = (
        scenario["truth_covered"][:, vehicle],
        np.linalg.norm(scenario["truth_vel"][:, vehicle], axis=-1) < STANDS,
    )
    way.plot(*place.T, color=QUIET, linewidth=4, alpha=0.5, zorder=1)
    way.plot(*place[stands].T, "s", color=INK, markersize=3, zorder=2)
    mine = scenario["det_truth"] == vehicle
    sensor = scenario["platform_pos"][scenario["det_scan"][mine]]
    flat = np.sqrt(np.maximum(scenario["det_range"][mine] ** 2 - sensor[:, 2] ** 2, 0.0))
    azimuth = scenario["det_az"][mine]
    plots = (sensor[:, :2] + flat[:, None] * np.column_stack([np.cos(azimuth), np.sin(azimuth)])) / 1e3
    way.plot(*plots.T, ".", color=INK, markersize=3, zorder=3)
    names = list(dict.fromkeys(held[held >= 0].tolist()))
    for number, name in enumerate(names):
        colour, rows = COLOURS[number % len(COLOURS)], tracks["id"] == name
        way.plot(tracks["x"][rows] / 1e3, tracks["y"][rows] / 1e3, color=colour, linewidth=1.2, zorder=4)
        when.plot(minutes[held == name], np.full((held == name).sum(), number), "s", color=colour, markersize=3)
    when.fill_between(minutes, -1.4, -0.8, where=~covered, color=QUIET, linewidth=0)
    when.fill_between(minutes, -1.4, -0.8, where=stands & covered, color=INK, linewidth=0)
    middle, reach = 0.5 * (place.min(axis=0) + place.max(axis=0)), 0.5 * np.ptp(place, axis=0).max() + MARGIN_KM
    way.set_xlim(middle[0] - reach, middle[0] + reach)
    way.set_ylim(middle[1] - reach, middle[1] + reach)
    way.set_aspect("equal", adjustable="box")
    way.set_title(
        f"vehicle {vehicle}: main track {main_share(held, covered):.0%} of {covered.sum()} looks, {len(names)} tracks",
        fontsize=8,
        loc="left",
    )
    when.set_ylim(-1.6, max(len(names), 2) - 0.5)
    when.set_yticks([])
    when.set_xlabel("minutes; below: not covered (grey), standing (black)", fontsize=7)
    for one in axes:
        one.tick_params(labelsize=6, colors=QUIET)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--roads", action="store_true")
    parser.add_argument("--each", type=int, default=3)
    given = parser.parse_args()
    scenario = dict(np.load(given.scenario))
    tracks, _ = run(scenario, with_roads(scenario) if given.roads else Tracker(), 1, 10**6)
    held, covered = held_by(scenario, tracks), scenario["truth_covered"]
    enough = np.flatnonzero(covered.mean(axis=0) > LEAST_COVERED)
    share = np.array([main_share(held[:, vehicle], covered[:, vehicle]) for vehicle in enough])
    order = enough[np.argsort(share, kind="stable")]
    chosen = [*order[::-1][: given.each].tolist(), *order[: given.each].tolist()]
    figure = Figure(figsize=(4.2 * given.each, 8.4), dpi=110, facecolor="white")
    grid = figure.subplots(4, given.each, squeeze=False, height_ratios=(3, 1, 3, 1))
    figure.subplots_adjust(left=0.04, right=0.99, bottom=0.05, top=0.93, hspace=0.35, wspace=0.15)
    for number, vehicle in enumerate(chosen):
        top, column = 2 * (number // given.each), number % given.each
        draw((grid[top, column], grid[top + 1, column]), scenario, tracks, held[:, vehicle], vehicle)
    figure.suptitle("tracked best (above) and worst (below); simulated", fontsize=11, x=0.04, ha="left")
    FigureCanvasAgg(figure)
    figure.savefig(given.output)


if __name__ == "__main__":
    main()
