"""Tracks in hindsight, against the one solution of all equations at once, and against truth."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.tracks import TrackTable, concatenate_tracks
from sidelook.tracking.bridge import track_table
from sidelook.tracking.look import Look
from sidelook.tracking.motion import acceleration_noise
from sidelook.tracking.smoothing import NotThereError, smooth, whereabouts
from sidelook.tracking.tracker import Tracker

MakeLook = Callable[..., Look]
FRAME = LocalFrame(latitude=0.9, longitude=0.1)
STEPS = np.array([30.0, 30.0, 60.0, 30.0, 90.0, 30.0])
NOISE, SIGMA = 1.5, 80.0


def moved(dt: float) -> np.ndarray:
    return np.eye(4) + dt * np.eye(4, k=2)


def filtered(measured: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Filter places by the textbook; start: the first place, any velocity of 10 m/s."""
    see = np.eye(2, 4)
    state, covariance = np.append(measured[0], [0.0, 0.0]), np.diag([SIGMA**2, SIGMA**2, 100.0, 100.0])
    states, covariances = [state], [covariance]
    for k in range(1, len(times)):
        dt = times[k] - times[k - 1]
        state, covariance = moved(dt) @ state, moved(dt) @ covariance @ moved(dt).T + acceleration_noise(NOISE, dt)
        gain = covariance @ see.T @ np.linalg.inv(see @ covariance @ see.T + SIGMA**2 * np.eye(2))
        state, covariance = state + gain @ (measured[k] - see @ state), covariance - gain @ see @ covariance
        states.append(state)
        covariances.append(covariance)
    return np.array(states), np.array(covariances)


def all_at_once(measured: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve for all states together by weighted least squares: the smoother's own definition."""
    count = len(times)
    information, right = np.zeros((4 * count, 4 * count)), np.zeros(4 * count)

    def add(rows: np.ndarray, value: np.ndarray, covariance: np.ndarray) -> None:
        weight = np.linalg.inv(covariance)
        information[:] += rows.T @ weight @ rows
        right[:] += rows.T @ weight @ value

    every = np.eye(4 * count)
    add(every[:4], np.append(measured[0], [0.0, 0.0]), np.diag([SIGMA**2, SIGMA**2, 100.0, 100.0]))
    for k in range(1, count):
        dt = times[k] - times[k - 1]
        if not np.isnan(measured[k, 0]):
            add(every[4 * k : 4 * k + 2], measured[k], SIGMA**2 * np.eye(2))
        here, before = every[4 * k : 4 * k + 4], every[4 * k - 4 : 4 * k]
        add(here - moved(dt) @ before, np.zeros(4), acceleration_noise(NOISE, dt))
    covariance = np.linalg.inv(information)
    return (covariance @ right).reshape(count, 4), covariance


def table_of(states: np.ndarray, covariances: np.ndarray, times: np.ndarray) -> TrackTable:
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([states[:, :2], np.zeros(len(times))]), FRAME)
    stamp = (times * 1e9).astype(np.int64)
    return TrackTable.empty(
        len(times),
        track=np.ones(len(times), np.int64),
        time=stamp,
        supported=stamp,
        latitude=latitude,
        longitude=longitude,
        velocity_east=states[:, 2].astype(np.float32),
        velocity_north=states[:, 3].astype(np.float32),
        position_covariance=covariances[:, [0, 0, 1], [0, 1, 1]].astype(np.float32),
        velocity_covariance=covariances[:, [2, 2, 3], [2, 3, 3]].astype(np.float32),
        cross_covariance=covariances[:, :2, 2:].reshape(-1, 4).astype(np.float32),
        origins=(),
    )


def drive() -> tuple[np.ndarray, np.ndarray]:
    rng, times = np.random.default_rng(6), np.concatenate([[0.0], np.cumsum(STEPS)])
    state, places = np.array([0.0, 0.0, 12.0, -5.0]), []
    for dt in np.concatenate([[0.0], STEPS]):
        state = moved(dt) @ state
        if dt > 0.0:
            state += np.linalg.cholesky(acceleration_noise(NOISE, dt)) @ rng.normal(size=4)
        places.append(state[:2] + rng.normal(0.0, SIGMA, 2))
    return np.array(places), times


def in_frame(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    return geodetic_to_enu(latitude, longitude, np.zeros(len(latitude)), FRAME)[:, :2]


def test_a_smoothed_track_is_the_solution_of_all_equations_at_once() -> None:
    measured, times = drive()
    course = smooth(table_of(*filtered(measured, times), times), noise=NOISE)
    wanted, covariance = all_at_once(measured, times)
    found = whereabouts(course, (times * 1e9).astype(np.int64))
    np.testing.assert_allclose(in_frame(found.latitude, found.longitude), wanted[:, :2], atol=0.1)
    np.testing.assert_allclose(found.velocity, wanted[:, 2:], atol=0.01)
    for k in range(len(times)):
        block = covariance[4 * k : 4 * k + 4, 4 * k : 4 * k + 4]
        np.testing.assert_allclose(found.position_covariance[k], block[:2, :2], rtol=1e-3, atol=0.5)
        np.testing.assert_allclose(found.velocity_covariance[k], block[2:, 2:], rtol=1e-3, atol=1e-2)


def test_between_plots_it_is_that_solution_too() -> None:
    """A moment without a plot is one more unknown among the equations."""
    measured, times = drive()
    course = smooth(table_of(*filtered(measured, times), times), noise=NOISE)
    moment = times[4] + 37.0
    with_moment = np.insert(times, 5, moment)
    wanted, covariance = all_at_once(np.insert(measured, 5, np.nan, axis=0), with_moment)
    found = whereabouts(course, np.array([round(moment * 1e9)]))
    np.testing.assert_allclose(in_frame(found.latitude, found.longitude)[0], wanted[5, :2], atol=0.1)
    np.testing.assert_allclose(found.position_covariance[0], covariance[20:22, 20:22], rtol=1e-3, atol=0.5)


def test_hindsight_is_better_than_what_was_known_and_knows_its_error(look_at: MakeLook) -> None:
    """Thirty vehicles of the tracker's own making: errors fall by a fifth, and stay within their claims."""
    rng, tracker = np.random.default_rng(7), Tracker(ground=Ellipsoid(frame=FRAME))
    start = np.column_stack(
        [rng.uniform(-60e3, 60e3, 30), rng.uniform(-40e3, 40e3, 30), rng.uniform(8.0, 20.0, (30, 2))]
    )
    state, parts, truth = tracker.init(), [], {}
    for k in range(14):
        states = start + 30.0 * k * np.hstack([start[:, 2:], np.zeros((30, 2))])
        look = look_at(30.0 * k, states, rng=rng)
        state, result = tracker.step(state, look)
        parts.append(track_table(state, result.rows, FRAME, tracker.ground))
        truth.update({(int(track), k): states[row, :2] for row, track in enumerate(result.assigned)})
    every, before, after, normalised = concatenate_tracks(parts), [], [], []
    for track in np.unique(every.track).tolist():
        course = smooth(every.take(every.track == track))
        found = whereabouts(course, course.time)
        known = every.take((every.track == track) & np.isin(every.time, course.time))
        for row, time in enumerate(course.time):
            place = truth[track, round(time / 30e9)]
            before.append(in_frame(known.latitude, known.longitude)[row] - place)
            after.append(in_frame(found.latitude, found.longitude)[row] - place)
            normalised.append(after[-1] @ np.linalg.solve(found.position_covariance[row], after[-1]) / 2.0)
    rms = [np.sqrt((np.array(errors) ** 2).sum(axis=1).mean()) for errors in (before, after)]
    assert rms[1] < 0.8 * rms[0]
    assert 0.4 < np.mean(normalised) < 1.4


def test_nobody_is_put_where_nothing_says_so() -> None:
    measured, times = drive()
    course = smooth(table_of(*filtered(measured, times), times))
    with pytest.raises(NotThereError, match="1 of 2"):
        whereabouts(course, np.array([0, round((times[-1] + 1.0) * 1e9)]))
    with pytest.raises(NotThereError, match="no state"):
        smooth(TrackTable.empty(origins=()))
