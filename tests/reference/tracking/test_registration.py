"""An offset put into a platform's reports is found again, as closely as the tracker says (normalised error squared).

Truth: vehicles on a grid of roads, seen from 12 km height at 120 km; the platform believes to be elsewhere and turned,
and its ranges are wrong, all as is expected of it. The law tested is that the error of a consistent estimate of four
numbers, squared and normalised by its covariance, has the mean four (Bar-Shalom, Li and Kirubarajan, 2001, 5.4).
"""

from dataclasses import replace
from functools import cache

import numpy as np
from scipy.stats import chi2

from sidelook.model.origin import Origin
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import measure
from sidelook.tracking.registration.offset import Registration, known_offset
from sidelook.tracking.roads.network import no_roads, road_map
from sidelook.tracking.settings import TrackerSettings
from sidelook.tracking.state import TrackerState
from sidelook.tracking.tracker import Tracker

SIGMAS = np.array([12.0, 0.7e-3, 0.7])
EXPECTED = Registration()
SPREAD = np.array([30.0, 30.0, 1e-3, 30.0])
SPACING, REACH, SCANS, REVISIT = 4e3, 40e3, 10, 30.0
SEEDS = range(12)


@cache
def on_roads() -> Tracker:
    """Track on a grid of roads, 4 km apart, that cross without junctions."""
    lines = np.arange(-REACH, REACH + 1.0, SPACING)
    ends = [[(c, -REACH), (c, REACH)] for c in lines] + [[(-REACH, c), (REACH, c)] for c in lines]
    points, count = np.array(ends).reshape(-1, 2), len(ends)
    return Tracker(
        roads=road_map(points, 2 * np.arange(count + 1), np.arange(2 * count).reshape(-1, 2), np.full(count, 20.0)),
        settings=TrackerSettings(registration=EXPECTED),
    )


def drivers(rng: np.random.Generator, count: int) -> np.ndarray:
    """Put vehicles on the grid: (N, 4) east, north and velocity."""
    lines = rng.choice(np.arange(-REACH, REACH + 1.0, SPACING), count)
    along, speed = rng.uniform(-REACH, REACH, count), rng.uniform(14.0, 22.0, count) * rng.choice([-1.0, 1.0], count)
    eastward = rng.random(count) < 0.5
    still = np.zeros(count)
    return np.where(
        eastward[:, None], np.stack([along, lines, speed, still], -1), np.stack([lines, along, still, speed], -1)
    )


def report(rng: np.random.Generator, seconds: float, states: np.ndarray, off: np.ndarray) -> Look:
    """Report vehicles out of the notch as a platform does that is off."""
    sensor = np.array([150.0 * seconds, -120e3, 12e3])
    measured = measure(states, sensor, np.zeros(5))
    seen = (np.abs(measured[:, 2]) > 2.0) & (rng.random(len(states)) < 0.9)
    measured = (measured + rng.normal(size=measured.shape) * SIGMAS)[seen] + [off[3], off[2], 0.0]
    sensor[:2] += off[:2]
    count, flat = len(measured), np.sqrt(measured[:, 0] ** 2 - sensor[2] ** 2)
    place = sensor + flat[:, None] * np.stack([np.sin(measured[:, 1]), np.cos(measured[:, 1]), 0.0 * flat], -1)
    place[:, 2] = 0.0
    return Look(
        time=np.array([round(seconds * 1e9)], np.int64),
        revisit=np.array([round(seconds / REVISIT)], np.int64),
        dwell=np.zeros(1, np.int64),
        sensor=sensor[None],
        area=np.zeros((1, 3)),
        sector=np.array([[0.0, np.pi / 3, 50e3, 250e3]]),
        minimum_detectable_speed=np.full(1, 1.5),
        plot_count=np.full(1, count, np.int64),
        origin=np.zeros(1, np.int32),
        place=place,
        measured=measured,
        variance=np.tile(SIGMAS**2, (count, 1)),
        wrap_speed=np.full(count, np.nan),
        target_class=np.zeros(count, np.uint8),
        class_probability=np.zeros(count, np.float32),
        simulated=np.ones(count, np.bool_),
        origins=(Origin(source="test", simulated=True),),
    )


def found(tracker: Tracker, seed: int, offs: np.ndarray, vehicles: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Give the offset (4,) and covariance that the tracker ends with, where it was ``offs`` (T, 4) at its looks."""
    mean, covariance = known_offset(followed(tracker, seed, offs, vehicles).book.platforms)
    return mean[0], covariance[0]


def followed(tracker: Tracker, seed: int, offs: np.ndarray, vehicles: int = 200) -> TrackerState:
    """Track vehicles as a platform reports them that is so far off at its looks; give the state in the end."""
    rng = np.random.default_rng([seed, 1])
    state, start = tracker.init(), drivers(rng, vehicles)
    for scan, off in enumerate(offs):
        seconds = REVISIT * scan
        moved = start + seconds * np.pad(start[:, 2:], ((0, 0), (0, 2)))
        state, _ = tracker.step(state, report(rng, seconds, moved, off))
    return state


def wandering(seed: int) -> np.ndarray:
    """Draw an offset (T, 4) that forgets itself as is expected (a first-order Gauss-Markov process)."""
    rng, keep = np.random.default_rng([seed, 2]), np.exp(-REVISIT / EXPECTED.offset_time)
    offs = [SPREAD * rng.normal(size=4)]
    for _ in range(SCANS - 1):
        offs.append(keep * offs[-1] + np.sqrt(1.0 - keep**2) * SPREAD * rng.normal(size=4))
    return np.array(offs)


def left_over(apart: np.ndarray) -> float:
    """Give how far, m, an error of the offset leaves a plot off, in the middle of what is looked at."""
    return float(np.hypot(apart[0] + 120e3 * apart[2], apart[1] + apart[3]))


def test_an_offset_is_found_on_roads_as_closely_as_is_said() -> None:
    squares = []
    for seed in SEEDS:
        offs = wandering(seed)
        mean, covariance = found(on_roads(), seed, offs)
        apart = mean - offs[-1]
        squares.append(apart @ np.linalg.solve(covariance, apart))
        assert np.sqrt(covariance[2, 2]) < 0.2 * SPREAD[2]
    low, high = chi2.ppf([0.0005, 0.9995], 4 * len(squares))
    assert low < sum(squares) < high, f"normalised error squared {np.mean(squares):.2f}, of four"


def test_a_fixed_offset_of_a_hundred_metres_is_taken_off_to_a_tenth_on_roads() -> None:
    before, after = [], []
    for seed in SEEDS[:6]:
        off = np.random.default_rng([seed, 2]).normal(size=4) * SPREAD
        mean, _ = found(on_roads(), seed, np.tile(off, (SCANS, 1)))
        before.append(left_over(off))
        after.append(left_over(mean - off))
    assert np.mean(before) > 80.0
    assert np.mean(after) < 0.12 * np.mean(before)


def test_where_there_is_none_none_is_found() -> None:
    for seed in SEEDS[:4]:
        for tracker in (on_roads(), replace(on_roads(), roads=no_roads())):
            mean, _ = found(tracker, seed, np.zeros((SCANS, 4)))
            assert (np.abs(mean) < [6.0, 6.0, 0.12e-3, 6.0]).all()


def test_a_fixed_offset_that_no_road_tells_is_not_chased() -> None:
    tracker = replace(on_roads(), roads=no_roads())
    for seed in SEEDS[:4]:
        off = np.random.default_rng([seed, 2]).normal(size=4) * SPREAD
        mean, _ = found(tracker, seed, np.tile(off, (SCANS, 1)))
        assert (np.abs(mean) < [6.0, 6.0, 0.12e-3, 6.0]).all()


def test_a_jump_of_heading_is_seen_without_roads_as_what_plots_and_tracks_differ_by() -> None:
    """One and a half milliradians between two revisits, much for what is expected; whose they are nobody can know."""
    tracker = replace(on_roads(), roads=no_roads())
    for seed in SEEDS[:4]:
        offs = np.zeros((SCANS, 4))
        offs[-1, 2] = 1.5e-3
        state = followed(tracker, seed, offs)
        largest = state.book.platforms["mean"][0, int(np.argmax(state.book.platforms["belief"][0]))]
        between = left_over(largest[:4] - largest[4:])
        assert 0.6 * left_over(offs[-1]) < between < 1.1 * left_over(offs[-1])
        assert 0.2 * left_over(offs[-1]) < left_over(largest[:4]) < 0.8 * left_over(offs[-1])
