"""What flies is tracked as it flies: fast, not on roads, not on the ground."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.model.plots import TargetClass
from sidelook.tracking.bridge import track_table
from sidelook.tracking.columns import NONE
from sidelook.tracking.look import Look
from sidelook.tracking.roads.network import road_map
from sidelook.tracking.settings import TrackerSettings, as_constants
from sidelook.tracking.state import TrackerState
from sidelook.tracking.tracker import Tracker

MakeLook = Callable[..., Look]
Drive = Callable[[float, np.ndarray], np.ndarray]
SETTINGS = TrackerSettings()
FRAME = LocalFrame(latitude=0.6, longitude=0.2)
# 70 m/s, nearly all of it across the line of sight, as an aircraft's may be.
AIRCRAFT = np.array([[-40e3, 20e3, 69.0, 12.0]])
ROAD = np.array([[-60e3, 20e3], [60e3, 20e3]])


def flown(
    look_at: MakeLook, driven: Drive, *, seconds: float, codes: list[int], noise: int = 3, wrap: float = np.nan
) -> list[Look]:
    rng, looks = np.random.default_rng(noise), []
    for number, code in enumerate(codes):
        look = look_at(seconds * number, driven(seconds * number, AIRCRAFT), rng=rng)
        look.target_class[:], look.class_probability[:] = code, 0.75 if code != TargetClass.UNKNOWN else 0.0
        if np.isfinite(wrap):
            look.wrap_speed[:] = wrap
            look.measured[:, 2] = (look.measured[:, 2] + wrap) % (2.0 * wrap) - wrap
        looks.append(look)
    return looks


def follow(looks: list[Look], tracker: Tracker | None = None) -> tuple[TrackerState, list[int]]:
    tracker = tracker or Tracker()
    state, given = tracker.init(), []
    for look in looks:
        state, result = tracker.step(state, look)
        given += result.assigned.tolist()
    return state, given


def test_an_aircraft_is_one_track_through_looks_a_minute_apart(look_at: MakeLook, driven: Drive) -> None:
    codes = [TargetClass.FIXED_WING] * 4 + [TargetClass.UNKNOWN, TargetClass.WHEELED] + [TargetClass.FIXED_WING] * 4
    state, given = follow(flown(look_at, driven, seconds=60.0, codes=codes))
    assert len(set(given)) == 1
    track = state.tracks[state.tracks["confirmed"]]
    assert track["flying"].tolist() == [True]
    np.testing.assert_allclose(track["estimate"][0, 2:], AIRCRAFT[0, 2:], atol=3.0)


def test_as_a_vehicle_it_is_lost(look_at: MakeLook, driven: Drive) -> None:
    """The same flight without a word of its class: what is not known to fly drives, and nothing drives like that."""
    state, given = follow(flown(look_at, driven, seconds=60.0, codes=[TargetClass.UNKNOWN] * 10))
    assert len(set(given)) > 2
    assert not state.tracks["flying"].any()


def test_its_radial_speed_may_be_an_alias(look_at: MakeLook, driven: Drive) -> None:
    """Flying straight away at 70 m/s, measured within 25 m/s: where it is tells which alias it is."""
    away = np.array([[0.0, 20e3, 3.0, 70.0]])
    rng, looks = np.random.default_rng(5), []
    for number in range(8):
        look = look_at(30.0 * number, driven(30.0 * number, away), rng=rng)
        look.target_class[:], look.class_probability[:], look.wrap_speed[:] = TargetClass.FIXED_WING, 0.8, 25.0
        look.measured[:, 2] = (look.measured[:, 2] + 25.0) % 50.0 - 25.0
        looks.append(look)
    state, given = follow(looks)
    assert len(set(given)) == 1
    track = state.tracks[state.tracks["confirmed"]]
    assert track["estimate"][0, 3] == pytest.approx(70.0, abs=1.0)


def test_it_is_on_no_road_and_at_no_height(look_at: MakeLook, driven: Drive) -> None:
    roads = road_map(ROAD, np.array([0, 2]), np.array([[0, 1]]), np.array([25.0]))
    state, _ = follow(flown(look_at, driven, seconds=60.0, codes=[TargetClass.FIXED_WING] * 6), Tracker(roads=roads))
    track = state.tracks[state.tracks["confirmed"]]
    assert track["route"][0, 0, 0] == NONE
    table = track_table(state, state.rows, FRAME, Plane())
    assert table.target_class.tolist() == [TargetClass.FIXED_WING]
    assert np.isnan(table.height).all()
    assert np.isfinite(table.latitude).all()


def test_a_vehicle_that_turns_out_to_fly_leaves_its_road(look_at: MakeLook, driven: Drive) -> None:
    """Taken for a vehicle on a road at first; once it is known to fly, no hypothesis is on the road any more."""
    roads = road_map(ROAD, np.array([0, 2]), np.array([[0, 1]]), np.array([25.0]))
    slow = np.array([[-40e3, 20e3, 24.0, 0.0]])
    codes = [TargetClass.WHEELED] * 2 + [TargetClass.ROTARY_WING] * 5
    tracker, rng = Tracker(roads=roads), np.random.default_rng(2)
    state, on_road = tracker.init(), []
    for number, code in enumerate(codes):
        look = look_at(30.0 * number, driven(30.0 * number, slow), rng=rng)
        look.target_class[:], look.class_probability[:] = code, 0.8
        state, _ = tracker.step(state, look)
        track = state.tracks[state.rows[0]]
        on_road.append(bool((track["route"][:, 0] >= 0).any()))
        assert track["weight"].sum() == pytest.approx(1.0)
    assert on_road[0]
    assert not on_road[-1]
    assert track["flying"]


def test_settings_of_what_flies_stand_beside_those_of_what_drives() -> None:
    ground, sky = as_constants(SETTINGS)
    assert sky["tangential_speed"] == SETTINGS.flight.motion.tangential_speed > ground["tangential_speed"]
    assert sky["reach"] == SETTINGS.flight.reach
    assert sky["coast_limit"] == SETTINGS.flight.coast_limit
    assert sky["survival"] == ground["survival"]
