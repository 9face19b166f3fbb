"""The bound of what the physics allows: the tracker's own filter, told which plots are whose.

Each vehicle has a tracker of its own that sees that vehicle's plots and no others, no false alarms either, and keeps
its track from the first plot on for as long as the vehicle is covered. What is lost then is lost to the notch, to
stops, to noise and to this filter, and not to association.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from run_sidelook import COLUMNS, scan_look

from sidelook.tracking.look import PLOT_FIELDS, Look
from sidelook.tracking.registration.offset import Registration
from sidelook.tracking.settings import TrackerSettings
from sidelook.tracking.tracker import Tracker

EVER = 1e12  # s


def oracle(scenario: Mapping[str, NDArray[Any]], tracker: Tracker) -> dict[str, NDArray[Any]]:
    """Track every vehicle alone; give the tracks file's arrays."""
    told = replace(tracker, settings=trusting(tracker.settings), capacity=2)
    looks = [scan_look(scenario, scan, 1) for scan in range(len(scenario["times"]))]
    owner = [scenario["det_truth"][scenario["det_scan"] == scan] for scan in range(len(looks))]
    rows = [
        follow_one(told, [only(look, whose == vehicle) for look, whose in zip(looks, owner, strict=True)], covered)
        for vehicle, covered in enumerate(scenario["truth_covered"].T)
    ]
    numbered = [np.insert(part, 1, vehicle + 1, axis=1) for vehicle, part in enumerate(rows)]
    table = np.concatenate(numbered)
    tracks = {name: table[:, k] for k, name in enumerate(COLUMNS)}
    return tracks | {"scan": tracks["scan"].astype(int), "id": tracks["id"].astype(int)}


def trusting(settings: TrackerSettings) -> TrackerSettings:
    """Give settings that believe in the first plot and never give a vehicle up."""
    life = replace(
        settings.life_cycle,
        birth=0.999, confirm_existence=0.5, confirm_hits=1, show_existence=0.0, drop_tentative=0.0,
        drop_confirmed=0.0, survival=EVER, coast_limit=EVER, source_density=1e-15, rejoin_chance=0.0,
    )  # fmt: skip
    unbiased = Registration(offset_position=0.0, offset_heading=0.0, offset_range=0.0)
    return replace(
        settings, registration=unbiased, life_cycle=life, gating=replace(settings.gating, gate=1e6, reach=1e6)
    )


def only(look: Look, mine: NDArray[np.bool_]) -> Look:
    """Give a look with some of its plots."""
    parts = {name: getattr(look, name)[mine] for name in PLOT_FIELDS}
    return replace(look, plot_count=np.array([int(mine.sum())], np.int64), **parts)


def follow_one(tracker: Tracker, looks: list[Look], covered: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Follow one vehicle: rows of scan, x, y, vx, vy, updated while it is covered."""
    state, rows = tracker.init(), []
    for scan, look in enumerate(looks):
        if not covered[scan]:
            continue
        state, result = tracker.step(state, look)
        live = state.tracks[state.rows]
        live = live[live["existence"] > 0.0]
        if len(live):
            newest = live[np.argmax(live["supported"])]
            rows.append([scan, *newest["estimate"], float(len(result.assigned) > 0)])
    return np.array(rows).reshape(-1, len(COLUMNS) - 1)
