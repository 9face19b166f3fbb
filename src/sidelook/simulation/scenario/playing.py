"""A mission as it goes: minute by minute, what was looked at, what was reported, and what was true."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import ecef_to_enu, enu_to_ecef, enu_to_geodetic, local_axes, rotate_enu_to_ecef
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.collection import Collections, JobAnswer, JobRequest
from sidelook.model.columns import stack
from sidelook.model.plots import Dwells
from sidelook.model.truth import TruthLooks
from sidelook.sensing.location import observe
from sidelook.simulation.antenna import can_look
from sidelook.simulation.detection.detecting import Detections, detect
from sidelook.simulation.detection.scene import Scene
from sidelook.simulation.orbit import fly
from sidelook.simulation.scenario.asking import ask, waiting_at
from sidelook.simulation.scenario.world import World
from sidelook.simulation.schedule import TimelineState
from sidelook.simulation.trajectories import States, Timetable

SECOND = 1_000_000_000
STRETCH = 60 * SECOND
"""So much is played at once, ns: memory holds no more of the truth."""
MOMENTS = 10 * SECOND
"""Between the moments at which all of the truth is written down, ns."""
_MARGIN = 2 * SECOND
_STANDS = 0.05  # m/s, slower than which nothing has a heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What came of a minute, or of less where a request comes.

    Attributes
    ----------
    begin, end : ns UTC
    answers : to the requests that came at its beginning
    dwells : with plots, as the radar reports them
    collections : images taken, put off and given up
    truth : at every look, then at every moment of the minute, in order of time within each
    ended : numbers of the jobs that were cancelled at its beginning, or are over at its end
    """

    begin: int
    end: int
    dwells: Dwells
    collections: Collections
    truth: TruthLooks
    answers: tuple[JobAnswer, ...] = ()
    ended: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A stretch that is laid out and not looked at yet; fields as those of ``Stretch``, the dwells without plots."""

    world: World
    scene: Scene
    begin: int
    end: int
    dwells: Dwells
    dwell_time: NDArray[np.float64]
    collections: Collections
    answers: tuple[JobAnswer, ...]
    ended: tuple[int, ...]

    def take(self) -> Stretch:
        """Look: detection, and the truth of it; nothing of it depends on other stretches."""
        found = detect(self.scene, self.dwells, self.dwell_time)
        moments = at_moments(self.world, self.scene, found.dwells, self.begin, self.end)
        return Stretch(
            begin=self.begin,
            end=self.end,
            dwells=found.dwells,
            collections=self.collections,
            truth=join_looks([at_looks(self.scene, found), moments]),
            answers=self.answers,
            ended=self.ended,
        )


def play(world: World, requests: Sequence[JobRequest] = (), workers: int = 1) -> Iterator[Stretch]:
    """Play a mission; the same world and requests give the same stretches, with any number of workers.

    Parameters
    ----------
    world : of the mission
    requests : each is answered at its earliest time, at once where that is over when the mission begins, and never
        where it lies behind its end; a new stretch begins there
    workers : threads that look while traffic and schedule go on; 1 does without any

    Yields
    ------
    stretches, without gaps
    """
    if workers <= 1:
        yield from (look.take() for look in _lay_out(world, requests))
        return
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Stretch]] = deque()
        for look in _lay_out(world, requests):
            ahead.append(pool.submit(look.take))
            if len(ahead) > workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _lay_out(world: World, requests: Sequence[JobRequest]) -> Iterator[_Look]:
    """Let traffic and schedule go on, stretch after stretch."""
    state = world.timeline.init(world.jobs, world.start)
    waiting = waiting_at(requests, world.start, world.end)
    for begin, end in pairwise(sorted({*range(world.start, world.end, STRETCH), *waiting, world.end})):
        before = numbers(state)
        state, answers = ask(world.timeline, state, waiting.get(begin, ()))
        # After the step those that are over are gone.
        lengths = {kept.job.number: kept.job.dwell_time for kept in state.jobs}
        before |= numbers(state)
        state, dwells, collections = world.timeline.step(state, end)
        first = min(begin, int(dwells.time.min())) if len(dwells) else begin
        last = max(end, int(dwells.time.max())) if len(dwells) else end
        scene = _scene(world, Timetable(world.traffic.between(first - _MARGIN, last + _MARGIN)))
        lasted = np.array([lengths[origin.job] for origin in dwells.origins])[dwells.origin]
        yield _Look(
            world=world, scene=scene, begin=begin, end=end, dwells=dwells, dwell_time=lasted, collections=collections,
            answers=answers, ended=tuple(sorted(before - numbers(state))),
        )  # fmt: skip


def numbers(state: TimelineState) -> set[int]:
    """Give the numbers of the jobs that the radar has."""
    return {kept.job.number for kept in state.jobs}


def join_looks(parts: Sequence[TruthLooks]) -> TruthLooks:
    """Put looks one after the other."""
    return TruthLooks(**stack(parts, TruthLooks.DTYPES))


def at_looks(scene: Scene, found: Detections) -> TruthLooks:
    """Write down the truth of every look."""
    looks, dwells = found.looks, found.dwells
    states = scene.timetable.at(looks.row, looks.time)
    return _written(
        scene,
        looks.row,
        looks.time,
        states,
        dwell=dwells.dwell[looks.dwell],
        radial_speed=looks.radial_speed,
        masked=~looks.visible,
        in_notch=looks.in_notch,
        in_view=np.ones(len(looks), bool),
        detected=looks.detected,
    )


def at_moments(world: World, scene: Scene, dwells: Dwells, begin: int, end: int) -> TruthLooks:
    """Write down the truth of all that is there at regular moments, whether it is looked at or not.

    In the notch is what is slower than the median of what the dwells of the stretch can tell from the ground.
    """
    times = np.arange(-(-begin // MOMENTS) * MOMENTS, end, MOMENTS)
    count = len(scene.entities)
    row, time = np.tile(np.arange(count), len(times)), np.repeat(times, count)
    states = scene.timetable.at(row, time)
    there = states.present
    row, time = row[there], time[there]
    states = States(present=states.present[there], position=states.position[there], velocity=states.velocity[there])
    return _written(
        scene, row, time, states, dwell=np.full(len(row), -1, np.int32), **_seen_at(world, scene, dwells, time, states)
    )


def _seen_at(
    world: World, scene: Scene, dwells: Dwells, time: NDArray[np.int64], states: States
) -> dict[str, NDArray[np.generic]]:
    """Tell what keeps the radar from seeing what is where the states say."""
    moments, place = np.unique(time, return_inverse=True)
    flight = fly(world.path, moments)
    sensor = (flight.latitude[place], flight.longitude[place], flight.height[place])
    frame = scene.frame
    seen = observe(sensor, enu_to_ecef(states.position, frame), rotate_enu_to_ecef(states.velocity, frame))
    radar = world.radar
    in_range = (seen.slant_range >= radar.nearest) & (seen.slant_range <= radar.farthest)
    setting = world.timeline.setting
    sees = can_look(radar.antenna, setting.mount, flight.track[place], flight.roll[place], seen.bearing)
    in_view = in_range & sees
    masked = np.zeros(len(time), bool)
    eye = ecef_to_enu(geodetic_to_ecef(flight.latitude, flight.longitude, flight.height), frame)[place]
    masked[in_view] = ~scene.surroundings.visible(eye[in_view], states.position[in_view])
    slowest = float(np.median(dwells.minimum_detectable_speed)) if len(dwells) else 0.0
    return {
        "radial_speed": seen.radial_speed.astype(np.float32),
        "masked": masked,
        "in_notch": np.abs(seen.radial_speed) < slowest,
        "in_view": in_view,
        "detected": np.zeros(len(time), bool),
    }


def _written(
    scene: Scene, row: NDArray[np.integer], time: NDArray[np.int64], states: States, **seen: NDArray[np.generic]
) -> TruthLooks:
    """Put states, (K,), and what was seen of them into words of the earth."""
    latitude, longitude, height = enu_to_geodetic(states.position, scene.frame)
    over_ground = np.einsum(
        "kij,kj->ki", local_axes(latitude, longitude), rotate_enu_to_ecef(states.velocity, scene.frame)
    )
    speed = np.hypot(over_ground[:, 0], over_ground[:, 1])
    heading = np.mod(np.arctan2(over_ground[:, 0], over_ground[:, 1]), 2.0 * np.pi)
    visible = seen["in_view"].astype(bool) & ~seen["masked"].astype(bool) & ~seen["in_notch"].astype(bool)
    return TruthLooks(
        time=time,
        entity=scene.entities.entity[row],
        latitude=latitude,
        longitude=longitude,
        height=height,
        speed=speed.astype(np.float32),
        heading=np.where(speed > _STANDS, heading, np.nan).astype(np.float32),
        visible=visible,
        formation=scene.entities.formation[row],
        target_class=scene.entities.target_class[row],
        **seen,  # type: ignore[arg-type]  # columns of their own dtypes
    )


def _scene(world: World, timetable: Timetable) -> Scene:
    return Scene(
        timetable=timetable,
        radar=world.radar,
        performance=world.performance,
        imperfections=world.imperfections,
        surroundings=world.surroundings,
        seed=world.seed,
    )
