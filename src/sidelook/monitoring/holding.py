"""The chance that a vehicle that crosses an edge is held as a track while it does, and so is counted.

A tracker confirms a track by a few plots and shows it while looks go on to find it. So a crossing is counted where
enough of the looks shortly before it find the vehicle, and one of those shortly after. Each look finds it with Koch's
probability: a peak, less what the Doppler notch takes of its radial speed (``sensing.notch``), and nothing where
terrain hides it. Headings and speeds are spread over what is usual, and the chances, not the headings, are averaged.
"""

from dataclasses import dataclass, replace
from math import radians

import numpy as np

from sidelook.model.columns import Floats, Integers
from sidelook.monitoring.glances import STATION_APART, STATIONS, Glances
from sidelook.sensing.notch import detection_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingSettings:
    """What is expected of vehicles, radar and tracker.

    Attributes
    ----------
    peak : probability of detection far from the notch
    minimum_detectable_speed : where the radar does not say, m/s
    speed : usual, where a place does not say, m/s; ``speeds`` : spread about it, in units of it
    headings : spread about the heading square to an edge, rad; of a road, a quarter of it
    memory : how long before and after a crossing looks count, s; ``looks`` : of them at most on either side
    memory_looks, longest_memory : it is as many usual intervals between looks where they are long, but no more than
        that, s: a tracker goes on longer where it is used to wait
    hits_before, hits_after : plots needed
    kept : share of what is held so that comes through under one identity, were it looked at without a pause
    lapse : interval between looks at which e times less does, s: what is seen seldom is taken for another
    """

    peak: float = 0.9
    minimum_detectable_speed: float = 1.5
    speed: float = 14.0
    speeds: tuple[float, ...] = (0.6, 1.0, 1.4)
    headings: tuple[float, ...] = (radians(-40.0), radians(-13.0), radians(13.0), radians(40.0))
    memory: float = 180.0
    looks: int = 8
    memory_looks: float = 3.0
    longest_memory: float = 600.0
    hits_before: int = 2
    hits_after: int = 1
    kept: float = 1.0
    lapse: float = 175.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """Who crosses a gate: how fast, which way (rad), and whether in (1) or out (-1)."""

    speed: float
    heading: float
    way: int


def suited(settings: HoldingSettings, glances: Glances) -> HoldingSettings:
    """Give the settings for the rhythm in which a gate is looked at.

    The share that keeps its identity falls as a bell curve of the usual interval between looks: so it was measured,
    0.95 at 40 s and 0.6 at 120 s (``benchmarks/monitoring``), in traffic of the density of a small island's roads.
    """
    if len(glances) < 2:  # noqa: PLR2004 - one look has no rhythm
        return settings
    usual = float(np.median(np.diff(glances.time))) * 1e-9
    memory = min(settings.memory_looks * usual, settings.longest_memory)
    kept = settings.kept * float(np.exp(-((usual / settings.lapse) ** 2)))
    return replace(settings, memory=max(settings.memory, memory), kept=kept)


def chance_held(glances: Glances, times: Integers, who: Traveller, settings: HoldingSettings) -> Floats:
    """Give the chance that a crossing at each of some times is counted.

    Parameters
    ----------
    glances : of one gate, by time
    times : (T,) ns UTC
    who : crosses

    Returns
    -------
    (T,)
    """
    before, after = (_looks(glances, times, who, settings, side) for side in (-1, 1))
    return settings.kept * found_at_least(before, settings.hits_before) * found_at_least(after, settings.hits_after)


def found_at_least(chances: Floats, least: int) -> Floats:
    """Give the chance, (T,), that ``least`` looks or more of (L, T) find what each finds with a chance of its own."""
    exactly = np.zeros((least, chances.shape[1]))
    exactly[0] = 1.0
    for chance in chances:
        missed = exactly * (1.0 - chance)
        missed[1:] += exactly[:-1] * chance
        exactly = missed
    return np.asarray(np.clip(1.0 - exactly.sum(axis=0), 0.0, 1.0))


def detection(glances: Glances, who: Traveller, settings: HoldingSettings) -> Floats:
    """Give the probability, (K,), that each look would find who is in its sight."""
    slowest = np.where(
        np.isfinite(glances.minimum_detectable_speed),
        glances.minimum_detectable_speed,
        settings.minimum_detectable_speed,
    )
    return detection_probability(who.speed * np.cos(who.heading - glances.bearing), slowest, settings.peak)


def _looks(glances: Glances, times: Integers, who: Traveller, settings: HoldingSettings, side: int) -> Floats:
    """Give the chances, (L, T), of the looks nearest to each time on one side of it; 0 where there is none."""
    place = np.searchsorted(glances.time, times)
    step = np.arange(settings.looks)[:, None]
    rows = place - 1 - step if side < 0 else place + step
    there = (rows >= 0) & (rows < len(glances))
    rows = np.clip(rows, 0, max(len(glances) - 1, 0))
    if not len(glances):
        return np.zeros(rows.shape)
    off = (glances.time[rows] - times) * 1e-9
    there &= np.abs(off) <= settings.memory
    station = np.round(who.way * who.speed * off / STATION_APART) + STATIONS // 2
    seen = glances.visible[rows, np.clip(station, 0, STATIONS - 1).astype(np.int64)]
    return np.asarray(np.where(there & seen, detection(glances, who, settings)[rows], 0.0))
