"""A made-up site: vehicles one by one, and what a radar would have counted of them. Knows nothing of the estimator.

Vehicles stand, leave in groups and are replaced by as many, day and night; at one moment more come, or some leave for
good. Roads cross the cordon; each is used more inwards or outwards, held by the tracker with a chance that depends on
the side the aircraft flies on (notch), and some lie behind a ridge. Images miss vehicles under roofs and trees (the
same ones in every image), others from one side only, and some by chance; poles are counted again and again.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.model.origin import Classification, Origin
from sidelook.model.stock import FlowObservation, ImageCount

Floats: TypeAlias = NDArray[np.float64]

HOUR_NS = 3_600_000_000_000
DAYS = 14
SIDES = 2
ORIGIN = Origin(source="campaigns", classification=Classification.UNCLASSIFIED, simulated=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is played; figures of vehicles and hours.

    Attributes
    ----------
    vehicles : at the site, and change : that come for good, or (negative) leave for good
    watched : chance that they do so while a mission is on station, else between missions
    missions_per_day, on_station : how often, and hours each
    rotation : vehicles a day that leave and are replaced; away : hours in the mean until they are
    night : traffic by night over that by day
    group : vehicles that drive together, in the mean
    feint : vehicles a day that drive in before eyes and leave in the dark
    roads, masked : across the cordon; share of them behind a ridge
    mask_known : whether what is said of the chances of counting a crossing knows of the ridge
    exposure_error : of the said chance of each road, as a share
    images : a mission; weather : chance that one is lost, and that all of a mission are
    detection, detection_spread : of a standing vehicle, in the mean; standard deviation from campaign to campaign
    hidden : share of vehicles that no image shows; as many again are hidden from either side
    detection_error : standard deviation that is said of it
    detection_bias : what is said of it over what is true
    clipped : share of images that show a part of the site only
    """

    vehicles: int = 100
    change: int = 0
    watched: float = 0.5
    missions_per_day: float = 1.0
    on_station: float = 8.0
    rotation: float = 40.0
    away: float = 0.5
    night: float = 0.25
    group: float = 2.5
    feint: int = 0
    roads: int = 4
    masked: float = 0.25
    mask_known: bool = True
    exposure_error: float = 0.08
    images: int = 3
    weather: float = 0.1
    detection: float = 0.9
    hidden: float = 0.04
    detection_spread: float = 0.035
    detection_error: float = 0.04
    detection_bias: float = 1.0
    clipped: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the code under test is given.

    Attributes
    ----------
    flow, images : counts
    times : end of each mission, and middle of the gap after it, ns UTC
    before, after : ends of the missions before the change, and of the two after it began, ns UTC
    """

    flow: FlowObservation
    images: ImageCount
    times: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign up to the second mission after its change.

    Attributes
    ----------
    observed : for the code under test
    truth : (T,) vehicles at the site at ``observed.times``; stays out of it
    """

    observed: Observed
    truth: NDArray[np.int64]


@dataclass(slots=True)
class Stays:
    """Vehicles at the site, one row a stay: from when to when, where, and who hides what of them."""

    start: Floats
    end: Floats
    hidden: NDArray[np.bool_]
    hidden_from: NDArray[np.bool_]
    place: Floats


def play(world: World, rng: np.random.Generator) -> Campaign:
    """Play a campaign and watch it."""
    starts = mission_starts(world, rng)
    first = int(len(starts) * rng.uniform(0.4, 0.65))
    moment = (
        rng.uniform(starts[first + 1], starts[first + 1] + world.on_station - 1.0)
        if rng.uniform() < world.watched
        else rng.uniform(starts[first] + world.on_station, starts[first + 1])
    )
    starts = starts[: first + 3]
    moves = drive(world, starts, moment, rng)
    stays = stand(world, moves, rng)
    ends = starts + world.on_station
    gaps = 0.5 * (starts[1:] + starts[:-1] + world.on_station)
    times = np.sort(np.concatenate([ends, gaps]))
    truth = ((stays.start <= times[:, None]) & (times[:, None] < stays.end)).sum(axis=1)
    observed = Observed(
        flow=watch_cordon(world, moves, starts, rng),
        images=take_images(world, stays, starts, rng),
        times=to_ns(times),
        before=to_ns(ends[: first + 1]),
        after=to_ns(ends[first + 1 :]),
    )
    return Campaign(observed=observed, truth=truth)


def to_ns(hours: Floats) -> NDArray[np.int64]:
    """Give times as the records have them."""
    return np.asarray(np.round(hours * 3600.0) * 1e9, np.int64)


def mission_starts(world: World, rng: np.random.Generator) -> Floats:
    """Give when each mission comes on station, h: by day, and with two a day in the evening too."""
    often = world.missions_per_day
    days = np.arange(0.0, DAYS, max(1.0, 1.0 / often))
    of_day = [6.0, 18.0] if often > 1.0 else [8.0]
    starts = (24.0 * days[:, None] + np.array(of_day)).ravel()
    return np.round(starts + rng.uniform(-0.5, 0.5, len(starts)), 2)


def group_sizes(total: int, mean: float, rng: np.random.Generator) -> list[int]:
    """Cut vehicles into groups, geometric in size."""
    sizes = []
    while total > 0:
        sizes.append(min(total, int(rng.geometric(1.0 / mean))))
        total -= sizes[-1]
    return sizes


def hour_drawn(world: World, rng: np.random.Generator) -> float:
    """Draw an hour of the day: 6 to 20 by day."""
    by_day = 14.0 / (14.0 + 10.0 * world.night)
    return float(rng.uniform(6.0, 20.0) if rng.uniform() < by_day else rng.uniform(20.0, 30.0) % 24.0)


def drive(world: World, starts: Floats, moment: float, rng: np.random.Generator) -> list[tuple[float, int]]:
    """Give who crosses the cordon: (hour, vehicles in, or negative out), in order of time."""
    moves: list[tuple[float, int]] = []
    for day in range(DAYS):
        for size in group_sizes(int(rng.poisson(world.rotation)), world.group, rng):
            leaves = 24.0 * day + hour_drawn(world, rng)
            moves += [(leaves, -size), (leaves + float(rng.exponential(world.away)), size)]
    if world.feint:
        for start in starts:
            for size in group_sizes(world.feint, world.group, rng):
                moves.append((start + float(rng.uniform(0.0, world.on_station)), size))
            for size in group_sizes(world.feint, world.group, rng):
                moves.append((start + world.on_station + float(rng.uniform(0.5, 6.0)), -size))
    sign = 1 if world.change > 0 else -1
    for size in group_sizes(abs(world.change), world.group, rng):
        moves.append((moment + float(rng.uniform(0.0, 1.0)), sign * size))
    return sorted(moves)


def stand(world: World, moves: list[tuple[float, int]], rng: np.random.Generator) -> Stays:
    """Give every vehicle's stay: who leaves is drawn of those there."""
    start = [-1.0] * world.vehicles
    end = [np.inf] * world.vehicles
    there = list(range(world.vehicles))
    for time, size in moves:
        if size > 0:
            there += range(len(start), len(start) + size)
            start += [time] * size
            end += [np.inf] * size
        else:
            for _ in range(min(-size, len(there))):
                end[there.pop(int(rng.integers(len(there))))] = time
    count = len(start)
    return Stays(
        start=np.array(start),
        end=np.array(end),
        hidden=rng.uniform(size=count) < world.hidden,
        hidden_from=rng.uniform(size=(SIDES, count)) < world.hidden,
        place=np.repeat(rng.uniform(size=count // 5 + 1), 5)[:count],
    )


def watch_cordon(
    world: World, moves: list[tuple[float, int]], starts: Floats, rng: np.random.Generator
) -> FlowObservation:
    """Count crossings by mission and hour, and say with what chance they were counted."""
    both, each = rng.dirichlet(np.full(world.roads, 4.0)), rng.dirichlet(np.full(world.roads, 4.0), 2)
    used = 0.5 * (both + each)  # in, out
    course = rng.uniform(0.0, np.pi, world.roads)
    along = np.abs(np.cos(course[None, :] - np.array([0.0, np.pi / 3.0])[:, None]))
    open_road = 0.92 * np.clip(along / 0.35, 0.15, 1.0)  # side, road
    behind = np.arange(world.roads) < round(world.masked * world.roads)
    held = np.where(behind, open_road * rng.uniform(0.0, 0.3, world.roads), open_road)
    said = (held if world.mask_known else open_road) * np.exp(rng.normal(0.0, world.exposure_error, world.roads))
    spans, rows = int(world.on_station), []
    for mission, start in enumerate(starts):
        side = mission % SIDES
        counts = np.zeros((spans, 2), np.int64)
        for time, size in moves:
            if start <= time < start + spans:
                way = 0 if size > 0 else 1
                chance = float(held[side, rng.choice(world.roads, p=used[way])])
                together = bool(rng.integers(2))  # a ridge hides the group, or each is lost alone
                seen = abs(size) * (rng.uniform() < chance) if together else rng.binomial(abs(size), chance)
                counts[int(time - start), way] += int(seen)
        exposure = float(np.clip(said[side].mean(), 0.0, 1.0))
        rows += [(start + k, start + k + 1, *counts[k], exposure) for k in range(spans)]
    table = np.array(rows)
    return FlowObservation(
        site=np.zeros(len(table), np.int32),
        start=to_ns(table[:, 0]),
        end=to_ns(table[:, 1]),
        seen_in=table[:, 2].astype(np.int32),
        seen_out=table[:, 3].astype(np.int32),
        exposure_in=table[:, 4],
        exposure_out=table[:, 4].copy(),
        origin=np.zeros(len(table), np.int32),
        origins=(ORIGIN,),
    )


def take_images(world: World, stays: Stays, starts: Floats, rng: np.random.Generator) -> ImageCount:
    """Count what stands, mission by mission."""
    mean = world.detection + rng.normal(0.0, world.detection_spread)
    chance = float(np.clip(mean / (1.0 - world.hidden) ** 2, 0.05, 1.0))
    poles, rows = int(rng.poisson(2.0)), []
    for mission, start in enumerate(starts):
        lost = rng.uniform() < world.weather
        for k in range(world.images):
            time = start + world.on_station * (k + 0.5) / world.images
            if lost or rng.uniform() < world.weather:
                continue
            share = 0.8 if rng.uniform() < world.clipped else 1.0
            there = (stays.start <= time) & (time < stays.end) & ~stays.hidden & ~stays.hidden_from[mission % SIDES]
            shown = there & ((stays.place + rng.uniform()) % 1.0 < share)
            false = rng.binomial(poles, 0.8) + rng.poisson(1.0)
            rows.append((time, int(rng.binomial(shown.sum(), chance)) + int(false), share))
    table = np.array(rows, np.float64).reshape(-1, 3)
    count = len(table)
    return ImageCount(
        site=np.zeros(count, np.int32),
        time=to_ns(table[:, 0]),
        counted=table[:, 1].astype(np.int32),
        detection_probability=np.full(count, min(0.98, world.detection * world.detection_bias)),
        detection_error=np.full(count, world.detection_error),
        false_alarms=np.full(count, 2.6),
        share=table[:, 2],
        origin=np.zeros(count, np.int32),
        origins=(ORIGIN,),
    )
