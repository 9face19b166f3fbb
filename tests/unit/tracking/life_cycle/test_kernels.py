"""Birth, belief and end of one track."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.ground import Plane
from sidelook.model.tracks import TrackState
from sidelook.tracking.life_cycle import kernels
from sidelook.tracking.life_cycle.bounds import LifeCycle
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import jacobian, tangent_ground
from sidelook.tracking.roads.network import no_roads
from sidelook.tracking.settings import TrackerSettings, as_constants
from sidelook.tracking.tracker import Tracker, look_columns

MakeLook = Callable[..., Look]
ONE = np.array([[-30e3, 20e3, 6.0, -14.0]])
LIFE = LifeCycle()
SETTINGS = TrackerSettings()
CONSTANTS = as_constants(SETTINGS)[0]
SURE = np.array([1.0, 0, 0, 0, 1, 0, 0, 0.0])  # in the footprint


def born(look: Look) -> np.void:
    state, _ = Tracker(settings=SETTINGS).step(Tracker().init(), look)
    return state.tracks[state.rows[0]]


def test_a_birth_spreads_over_the_ground_just_what_the_sensor_may_err(look_at: MakeLook) -> None:
    """Carried back to the sensor by the Jacobian, position and radial speed have the variances of the plot."""
    look = look_at(0.0, ONE)
    track = born(look)
    slopes = jacobian(track["mean"][0], look.sensor[0], tangent_ground(look.place[0], Plane()))
    back = slopes @ track["covariance"][0] @ slopes.T
    np.testing.assert_allclose(np.diag(back), look.variance[0], rtol=0.02)


def test_a_birth_moves_as_its_radial_speed_says_and_anyhow_across(look_at: MakeLook) -> None:
    look = look_at(0.0, ONE)
    track = born(look)
    line = look.place[0, :2] - look.sensor[0, :2]
    along = line / np.hypot(*line)
    across = np.array([-along[1], along[0]])
    speed = look.measured[0, 2] * look.measured[0, 0] / np.hypot(*line)
    np.testing.assert_allclose(track["mean"][0, 2:], speed * along, atol=1e-9)
    sigma = np.sqrt(across @ track["covariance"][0, 2:, 2:] @ across)
    assert sigma == pytest.approx(SETTINGS.motion.tangential_speed)


def test_a_birth_without_radial_speed_may_move_anyhow(look_at: MakeLook) -> None:
    look = look_at(0.0, ONE)
    look.measured[:, 2] = np.nan
    track = born(look)
    np.testing.assert_array_equal(track["mean"][0, 2:], [0.0, 0.0])
    np.testing.assert_allclose(track["covariance"][0, 2:, 2:], SETTINGS.motion.tangential_speed**2 * np.eye(2))


@pytest.mark.parametrize(
    ("existence", "hits", "confirmed", "status"),
    [
        (LIFE.confirm_existence + 0.01, LIFE.confirm_hits, False, TrackState.CONFIRMED),
        (LIFE.confirm_existence + 0.01, LIFE.confirm_hits - 1, False, TrackState.TENTATIVE),
        (LIFE.confirm_existence - 0.01, 9, False, TrackState.TENTATIVE),
        (LIFE.show_existence - 0.01, 9, True, TrackState.LOST),
        (LIFE.show_existence + 0.01, 9, True, TrackState.CONFIRMED),
    ],
)
def test_status_follows_existence_and_plots(
    look_at: MakeLook, existence: float, hits: int, *, confirmed: bool, status: TrackState
) -> None:
    state, _ = Tracker().step(Tracker().init(), look_at(0.0, ONE))
    row = int(state.rows[0])
    for name, value in {"existence": existence, "hits": hits, "confirmed": confirmed}.items():
        state.tracks[name][row] = value
    assert kernels.judge((state.tracks, state.grid, state.book), row, 0, CONSTANTS)
    assert state.tracks["status"][row] == status


@pytest.mark.parametrize(("confirmed", "limit"), [(False, LIFE.drop_tentative), (True, LIFE.drop_confirmed)])
def test_below_its_limit_a_track_is_given_up_and_its_row_is_free_next(
    look_at: MakeLook, *, confirmed: bool, limit: float
) -> None:
    tracker = Tracker()
    state, _ = tracker.step(tracker.init(), look_at(0.0, ONE))
    row = int(state.rows[0])
    state.tracks["confirmed"][row], state.tracks["existence"][row] = confirmed, 0.99 * limit
    assert not kernels.judge((state.tracks, state.grid, state.book), row, 0, CONSTANTS)
    assert state.tracks["status"][row] == TrackState.LOST
    state, _ = tracker.step(state, look_at(30.0, np.zeros((0, 4))))
    assert len(state.rows) == 0


def test_a_track_is_not_coasted_for_ever(look_at: MakeLook) -> None:
    state, _ = Tracker().step(Tracker().init(), look_at(0.0, ONE))
    late = round((LIFE.coast_limit + 1.0) * 1e9)
    assert not kernels.judge((state.tracks, state.grid, state.book), int(state.rows[0]), late, CONSTANTS)


def test_existence_after_a_miss_is_bayes(look_at: MakeLook) -> None:
    """Seen for sure but for the peak probability: r (1 - p) / (1 - r p); a plot's odds are the pairing's."""
    tracker = Tracker(settings=replace(SETTINGS, motion=replace(SETTINGS.motion, start_weight=(1.0, 0.0, 0.0, 0.0))))
    state, _ = tracker.step(tracker.init(), look_at(0.0, ONE))
    row, look = int(state.rows[0]), look_at(0.0, np.zeros((0, 4)))
    track = state.tracks[row]
    ahead = tuple(track[name].copy() for name in ("mean", "covariance", "weight", "road", "route"))
    dwells, _ = look_columns(look, look.origin, Plane())
    kernels.take_miss(state.tracks, row, dwells, 0, (CONSTANTS, no_roads()), (ahead, 1), SURE)
    birth, peak = LIFE.birth, SETTINGS.detection.peak
    assert state.tracks["existence"][row] == pytest.approx(birth * (1 - peak) / (1 - birth * peak), rel=1e-3)
    kernels.believe(state.tracks, row, np.log(4.0))
    assert state.tracks["existence"][row] == pytest.approx(0.8)
    kernels.believe(state.tracks, row, 1e6)
    assert state.tracks["existence"][row] < 1.0


def test_new_tracks_are_expected_where_tracks_are_and_as_often_as_they_came() -> None:
    book = Tracker().init().book
    none = kernels.new_density(book, 1e-6)
    assert none == pytest.approx(kernels.NEW_SHARE * 1e-6)
    book.sources[2:] = 1000.0, 10_000.0  # a tenth of all tracks looked at were new
    assert kernels.new_density(book, 1e-6) == pytest.approx(1e-7, rel=0.02)
    assert kernels.new_density(book, 5e-6) == pytest.approx(5.0 * kernels.new_density(book, 1e-6))
