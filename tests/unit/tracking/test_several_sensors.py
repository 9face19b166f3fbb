"""Two radars, one picture: dwells of both in order of time, each with its own place, notch and revisits."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sidelook.tracking.look import Look
from sidelook.tracking.state import TrackerState
from sidelook.tracking.tracker import Tracker

MakeLook = Callable[..., Look]
Drive = Callable[[float, np.ndarray], np.ndarray]
WEST = np.array([-120e3, 0.0, 12e3])
EASTWARD = (0.5 * np.pi, np.pi / 3, 50e3, 250e3)
START = np.array([[-30e3, 20e3, 11.0, 3.0], [10e3, -15e3, -4.0, 12.0], [25e3, 30e3, 9.0, -9.0]])


def looks(look_at: MakeLook, driven: Drive, *, west: bool, south: bool) -> list[Look]:
    """Look from the south each half minute, from the west ten seconds later; with the same numbers of revisits."""
    rng, found = np.random.default_rng(8), []
    for scan in range(14):
        for wanted, seconds, view in (
            (south, 30.0 * scan, {}),
            (west, 30.0 * scan + 10.0, {"sensor": WEST, "sector": EASTWARD}),
        ):
            if wanted:
                look = look_at(seconds, driven(seconds, START), rng=rng, **view)
                found.append(replace(look, revisit=np.array([scan], np.int64)))
    return found


def follow(parts: list[Look]) -> tuple[TrackerState, list[np.ndarray]]:
    tracker, given = Tracker(), []
    state = tracker.init()
    for part in parts:
        state, result = tracker.step(state, part)
        given.append(result.assigned)
    return state, given


def errors(state: TrackerState, driven: Drive) -> tuple[int, float]:
    """Count confirmed tracks, and give their root mean square distance from the vehicles."""
    tracks = state.tracks[state.tracks["confirmed"]]
    seconds = state.clock / 1e9
    true = driven(seconds, START)[:, :2]
    age = seconds - tracks["time"] / 1e9
    place = tracks["estimate"][:, :2] + age[:, None] * tracks["estimate"][:, 2:]
    apart = np.linalg.norm(true[:, None] - place[None], axis=-1).min(axis=1)
    return len(tracks), float(np.sqrt((apart**2).mean()))


def test_two_radars_make_one_track_of_each_vehicle(look_at: MakeLook, driven: Drive) -> None:
    state, given = follow(looks(look_at, driven, west=True, south=True))
    assert errors(state, driven)[0] == len(START)
    south, west = given[-2], given[-1]
    assert south.tolist() == west.tolist(), "the same vehicle has the same identity from either side"


def test_what_one_sees_badly_the_other_sees_well(look_at: MakeLook, driven: Drive) -> None:
    """Each errs by some 100 m across its line of sight and by 12 m along it; together by less than either."""
    both = errors(follow(looks(look_at, driven, west=True, south=True))[0], driven)[1]
    alone = [errors(follow(looks(look_at, driven, west=west, south=not west))[0], driven)[1] for west in (True, False)]
    assert both < 0.6 * min(alone)


def test_a_vehicle_in_the_notch_of_one_is_held_by_the_other(look_at: MakeLook, driven: Drive) -> None:
    """It drives across the line of sight from the south, and is not seen from there."""
    across = np.array([[5e3, 10e3, 14.0, 0.0]])
    rng, parts = np.random.default_rng(9), []
    for scan in range(14):
        parts.append(look_at(30.0 * scan, np.zeros((0, 4)), rng=rng))
        parts.append(
            look_at(30.0 * scan + 10.0, driven(30.0 * scan + 10.0, across), rng=rng, sensor=WEST, sector=EASTWARD)
        )
    state, given = follow(parts)
    assert state.tracks["confirmed"].sum() == 1
    assert len({int(part[0]) for part in given if len(part)}) == 1
