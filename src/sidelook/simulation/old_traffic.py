"""Traffic on a road network: vehicles alone and in convoys, with limits, bends, stops at junctions and parking."""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities
from sidelook.simulation.driving import (
    STEP,
    Drive,
    Handling,
    bend_speeds,
    distance_driven,
    drive_times,
    speed_profile,
)
from sidelook.simulation.routes import Route, RoutePlanner
from sidelook.simulation.trajectories import Trajectories

_LEAD = 3_000.0  # of road behind every vehicle at the start, so that a whole convoy is on it, m
_REST = {False: (120.0, 900.0), True: (60.0, 240.0)}  # at the end of a journey, alone and in a convoy, s
_FASTEST = 34.0  # no vehicle covers more on average, m/s


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSettings:
    """What drives.

    Attributes
    ----------
    start : ns UTC
    duration : s
    singles : vehicles that drive alone
    convoys : number of vehicles in each convoy
    convoy_speed : no convoy drives faster, m/s
    headway : of a convoy's vehicles in time, s
    spacing : what they keep besides, m
    tracked : share of the vehicles that drive alone, and of convoys, that are tracked
    halt_probability : of a stop where a small road enters a greater one; a third of it at other junctions
    handling : of all
    """

    start: int
    duration: float = 3_300.0
    singles: int = 280
    convoys: tuple[int, ...] = (8, 12, 6, 10, 14, 7)
    convoy_speed: float = 19.0
    headway: float = 2.5
    spacing: float = 45.0
    tracked: float = 0.06
    halt_probability: float = 0.3
    handling: Handling = field(default_factory=Handling)


def drive(rng: Generator, planner: RoutePlanner, settings: TrafficSettings, frame: LocalFrame) -> Trajectories:
    """Let vehicles drive and sample them every second.

    Parameters
    ----------
    rng : source of chance
    planner : of routes, in the same frame
    settings : what drives
    frame : of the positions
    """
    groups = np.array([*settings.convoys, *([1] * settings.singles)])
    convoy = groups > 1
    routes = _routes(rng, planner, settings, convoy)
    plans = _plans(rng, routes, settings, convoy)
    second = np.arange(int(settings.duration) + 1.0)
    columns = []
    for route, (plan, begin), size in zip(routes, plans, groups.tolist(), strict=True):
        for place in range(size):
            # Newell (2002): a follower repeats its leader's path a headway later and a spacing behind.
            leader = distance_driven(plan, begin + second - place * settings.headway)
            columns.append(_interpolate(leader - place * settings.spacing, route.chainage, route.points))
    vehicles = _vehicles(rng, settings, groups)
    positions = np.concatenate(columns)
    return Trajectories(
        row=np.repeat(np.arange(len(vehicles), dtype=np.int32), len(second)),
        time=np.tile(settings.start + (second * 1e9).astype(np.int64), len(vehicles)),
        east=positions[:, 0].copy(),
        north=positions[:, 1].copy(),
        up=positions[:, 2].copy(),
        frame=frame,
        entities=vehicles,
    )


def _routes(rng: Generator, planner: RoutePlanner, settings: TrafficSettings, convoy: NDArray[np.bool_]) -> list[Route]:
    """Plan a way for each group, long enough for the whole time; convoys go between the largest places."""
    single = settings.duration * _FASTEST + _LEAD
    column = settings.duration * settings.convoy_speed + _LEAD
    return [planner.wander(rng, column if c else single, cities=24 if c else None) for c in convoy.tolist()]


def _plans(
    rng: Generator, routes: list[Route], settings: TrafficSettings, convoy: NDArray[np.bool_]
) -> list[tuple[Drive, float]]:
    """Give for each route when its vehicle passes where, and the time on that clock when the traffic begins."""
    bins = int(max(route.chainage[-1] for route in routes) // STEP) + 1
    allowed, wait = np.zeros((len(routes), bins)), np.zeros((len(routes), bins))
    for row, route in enumerate(routes):
        allowed[row] = _ceiling(route, settings.handling, bins)
        _halt(rng, route, settings, allowed[row], wait[row], rest=_REST[bool(convoy[row])])
    temper = np.where(convoy, 1.0, np.clip(rng.normal(0.93, 0.07, len(routes)), 0.7, 1.0))
    allowed = np.minimum(allowed * temper[:, None], np.where(convoy, settings.convoy_speed, np.inf)[:, None])
    speed = speed_profile(allowed, settings.handling)
    reached, left = drive_times(speed, wait)
    plans = []
    for row, route in enumerate(routes):
        # A vehicle may be anywhere on its first journey at the start, or parked at its end.
        bounds = np.array([_LEAD, max(route.chainage[route.arrivals[0]], _LEAD + STEP)]) / STEP
        begin = rng.uniform(*left[row, np.rint(bounds).astype(int)])
        plans.append((Drive(reached=reached[row], left=left[row], speed=speed[row]), float(begin)))
    return plans


def _ceiling(route: Route, handling: Handling, bins: int) -> NDArray[np.float64]:
    """Give the greatest speed at each step's end by limits and bends; past the route's end its last limit."""
    at = np.arange(bins) * STEP
    stretch = np.clip(np.searchsorted(route.chainage, at, side="right") - 1, 0, len(route.limit) - 1)
    ceiling: NDArray[np.float64] = route.limit[stretch]
    # A step may span several stretches: its ends must respect them all.
    nearest = np.clip(np.rint(route.chainage / STEP).astype(int), 0, bins - 1)
    bends = np.minimum(bend_speeds(route.bend_turn, route.bend_length, handling), _around(route.limit))
    np.minimum.at(ceiling, nearest, bends)
    np.minimum.at(ceiling, np.minimum(nearest + 1, bins - 1), _around(route.limit))
    np.minimum.at(ceiling, np.maximum(nearest - 1, 0), _around(route.limit))
    return ceiling


def _around(limit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the smaller limit of the stretches before and after each point."""
    around: NDArray[np.float64] = np.minimum(np.append(limit, limit[-1]), np.append(limit[0], limit))
    return around


def _halt(
    rng: Generator,
    route: Route,
    settings: TrafficSettings,
    allowed: NDArray[np.float64],
    wait: NDArray[np.float64],
    *,
    rest: tuple[float, float],
) -> None:
    """Write halts into a row of ceilings and waits, never at two steps in a row."""
    chance = settings.halt_probability * np.where(route.gives_way, 1.0, 1.0 / 3.0)
    stops = route.junctions[rng.random(len(chance)) < chance]
    halts = np.r_[stops, route.arrivals]
    waits = np.r_[rng.uniform(4.0, 40.0, len(stops)), rng.uniform(*rest, len(route.arrivals))]
    at = np.rint(route.chainage[halts] / STEP).astype(int)
    for place, time in sorted(zip(at.tolist(), waits.tolist(), strict=True)):
        if 0 < place < len(allowed) and not (wait[place - 1] or wait[place]):
            allowed[place], wait[place] = 0.0, time


def _interpolate(
    along: NDArray[np.float64], chainage: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.stack([np.interp(along, chainage, points[:, axis]) for axis in range(3)], axis=-1)


def _vehicles(rng: Generator, settings: TrafficSettings, groups: NDArray[np.int64]) -> Entities:
    tracked = rng.random(len(groups)) < settings.tracked
    tracked[: len(settings.convoys)] = np.arange(len(settings.convoys)) == len(settings.convoys) - 1
    kind = np.where(tracked, TargetClass.TRACKED, TargetClass.WHEELED).astype(np.uint8)
    number = np.where(groups > 1, np.arange(len(groups)), -1).astype(np.int32)
    return Entities(
        entity=1 + np.arange(groups.sum(), dtype=np.int64),
        target_class=np.repeat(kind, groups),
        formation=np.repeat(number, groups),
        length=np.full(groups.sum(), np.nan, np.float32),
    )
