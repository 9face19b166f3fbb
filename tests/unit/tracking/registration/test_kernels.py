"""The compiled estimate of a platform's offset against the reference and against geometry."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geometry.ground import Plane
from sidelook.tracking.columns import NONE, OFFSETS, PLATFORM_COLUMNS, PLATFORMS, ROUTE, Ahead
from sidelook.tracking.filters.kernels import fields_of, point_of
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import jacobian
from sidelook.tracking.registration import kernels, offset
from sidelook.tracking.registration.offset import Registration
from sidelook.tracking.roads.network import no_roads, road_map
from sidelook.tracking.settings import TrackerSettings, as_constants
from sidelook.tracking.tracker import look_columns

MakeLook = Callable[..., Look]
SETTINGS = TrackerSettings()
CONSTANTS = as_constants(SETTINGS)[0]
SENSOR = np.array([0.0, -120e3, 12e3])
OFF = np.array([40.0, -25.0, 0.8e-3, 15.0])
VEHICLES = np.array([[-50e3, 20e3, 6.0, -14.0], [2e3, 5e3, 3.0, 15.0], [40e3, -30e3, -9.0, 12.0]])


def some_state(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = np.tile([20.0, 20.0, 5e-4, 10.0], 2)
    factor = rng.normal(size=(8, 8)) * size[:, None]
    return rng.normal(size=8) * size, factor @ factor.T


def as_reported(look: Look, off: np.ndarray) -> Look:
    """Report a look as a platform does that believes to be ``off`` from where, and turned from how, it is."""
    east, north, turn, reach = off
    look.measured[:, 0] += reach
    look.measured[:, 1] += turn
    look.sensor[0, :2] += (east, north)
    flat = np.sqrt(look.measured[:, 0] ** 2 - look.sensor[0, 2] ** 2)
    azimuth = look.measured[:, 1]
    look.place[:, :2] = look.sensor[0, :2] + flat[:, None] * np.stack([np.sin(azimuth), np.cos(azimuth)], axis=-1)
    return look


@pytest.mark.parametrize("dt", [0.0, 0.065, 30.0, 1000.0])
@pytest.mark.parametrize("scale", [0, 2])
def test_wandering_is_the_reference(dt: float, scale: int) -> None:
    mean, covariance = some_state(1)
    taken, prior = np.array([3.0, -5.0, 1e-4, 2.0]), offset.variances(SETTINGS.registration, scale)
    times = (SETTINGS.registration.offset_time, SETTINGS.registration.offset_memory)
    wanted = offset.wander((mean, covariance), taken, dt, prior, times)
    kernels.wander(mean, covariance, taken, dt, (0.25 ** (2 * scale), CONSTANTS))
    np.testing.assert_allclose(mean, wanted[0], rtol=1e-12)
    np.testing.assert_allclose(covariance, wanted[1], rtol=1e-9, atol=1e-20)


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("value", [0.3e-3, 9e-3])
def test_what_is_heard_is_the_reference(*, tracked: bool, value: float) -> None:
    """The second value is far off: it counts less."""
    mean, covariance = some_state(2)
    sight, taken = (6e-6, -2e-6, 1.0, 0.0), np.array([3.0, -5.0, 1e-4, 2.0])
    said = (np.array(sight), value, 1.2e-6)
    wanted = offset.hear((mean.copy(), covariance.copy()), taken, said, tracked=tracked, crowd=3)
    got = kernels.hear_at(mean, covariance, taken, (sight, value, 1.2e-6), tracked, 3)
    np.testing.assert_allclose(mean, wanted[0], rtol=1e-9)
    np.testing.assert_allclose(covariance, wanted[1], rtol=1e-7, atol=1e-14)
    assert got == pytest.approx(wanted[2])


def test_what_all_tracks_share_is_not_seen_beside_them() -> None:
    """At first tracks are off by all that the plots are off by: a plot on its track says nothing."""
    mean, covariance = offset.first_guess(SETTINGS.registration, 0)
    said = (np.array([0.0, 0.0, 1.0, 0.0]), 5e-4, 1e-8)
    _, after, _ = offset.hear((mean, covariance), np.zeros(4), said, tracked=True, crowd=1)
    np.testing.assert_allclose(after, covariance)
    _, after, _ = offset.hear((mean, covariance), np.zeros(4), said, tracked=False, crowd=1)
    assert after[2, 2] < 0.02 * covariance[2, 2]


def test_an_offset_taken_off_leaves_what_is_true(look_at: MakeLook) -> None:
    truth = look_columns(look_at(0.0, VEHICLES), np.zeros(1, np.int32), Plane())
    look = look_columns(as_reported(look_at(0.0, VEHICLES), OFF), np.zeros(1, np.int32), Plane())
    assert np.abs(look[1]["ground"] - truth[1]["ground"]).max() > 50.0
    kernels.take_off(look, 0, OFF)
    np.testing.assert_allclose(look[0]["sensor"], truth[0]["sensor"])
    np.testing.assert_allclose(look[1]["measured"], truth[1]["measured"])
    np.testing.assert_allclose(look[1]["ground"], truth[1]["ground"], atol=0.2)


def test_sights_are_how_range_and_azimuth_follow_an_offset(look_at: MakeLook) -> None:
    """Of a vehicle that stays where it is, as the sensor that believes in its offset expects and measures it."""
    look = look_columns(as_reported(look_at(0.0, VEHICLES), OFF), np.zeros(1, np.int32), Plane())
    sensor = look[0]["sensor"][0]
    for plot, (east, north) in enumerate(VEHICLES[:, :2]):
        expected = np.hypot(np.hypot(east - sensor[0], north - sensor[1]), 12e3)
        turned = np.arctan2(east - sensor[0], north - sensor[1])
        along, aside = kernels.sights(point_of(sensor), fields_of(look[1], plot))
        assert look[1]["measured"][plot, 0] - expected == pytest.approx(along @ OFF, abs=0.1)
        assert look[1]["measured"][plot, 1] - turned == pytest.approx(aside @ OFF, abs=1e-6)


def dwell_at(place: tuple[float, float], seconds: float) -> np.ndarray:
    dwells = np.zeros(1, [("sensor", np.float64, (3,)), ("time", np.int64)])
    dwells["sensor"][0, :2], dwells["time"] = place, round(seconds * 1e9)
    return dwells


def test_platforms_are_told_apart_by_where_they_can_be() -> None:
    platforms = np.zeros(PLATFORMS, PLATFORM_COLUMNS)
    for row, place in enumerate([(0.0, 0.0), (50e3, 0.0)]):
        assert kernels.recognise(platforms, dwell_at(place, 0.0), 0) == row
        platforms[row]["dwells"], platforms[row]["place"] = 1, place
    assert kernels.recognise(platforms, dwell_at((44e3, 0.0), 30.0), 0) == 1
    assert kernels.recognise(platforms, dwell_at((-6e3, 3e3), 30.0), 0) == 0
    assert kernels.recognise(platforms, dwell_at((25e3, 0.0), 1.0), 0) == 2
    platforms["dwells"], platforms["time"], platforms["place"][2:] = 1, [9, 5, 7, 8], [[9e5, 0.0], [9e6, 0.0]]
    assert kernels.recognise(platforms, dwell_at((0.0, 9e5), 1.0), 0) == 1, "the one not heard of for longest gives way"
    assert platforms["dwells"][1] == 0


def one_state(road: np.ndarray | None = None) -> Ahead:
    """Foresee the second vehicle in one mode, on a road where one is given, and nothing else."""
    modes = len(SETTINGS.motion.mobile)
    rows = 8 * modes
    ahead = (
        np.zeros((rows, 4)),
        np.zeros((rows, 4, 4)),
        np.zeros(rows),
        np.zeros((rows, 5)),
        np.full((8, ROUTE), NONE),
    )
    ahead[0][0], ahead[1][0], ahead[2][0] = VEHICLES[1], np.diag([90.0, 120.0, 3.0, 5.0]) ** 2, 1.0
    if road is not None:
        ahead[3][0], ahead[4][0, 0] = road, 0
    return (*ahead[:4], ahead[4].astype(np.int32))


def test_the_innovation_is_the_textbook_one_given_the_radial_speed(look_at: MakeLook) -> None:
    look = look_at(0.0, VEHICLES[1:2])
    look.measured[:] += [[30.0, 1e-3, 2.0]]
    columns = look_columns(look, np.zeros(1, np.int32), Plane())
    ahead = one_state()
    slopes = jacobian(VEHICLES[1], SENSOR, columns[1]["ground"][0])
    spread = slopes @ ahead[1][0] @ slopes.T + np.diag(look.variance[0])
    gain = spread[:2, 2] / spread[2, 2]
    wanted = np.array([30.0, 1e-3]) - 2.0 * gain
    left = spread[:2, :2] - np.outer(gain, spread[2, :2])
    sensor, plot = point_of(columns[0]["sensor"][0]), fields_of(columns[1], 0)
    got = kernels.innovation(ahead, 1, (CONSTANTS, no_roads()), sensor, plot)
    np.testing.assert_allclose(got, [*wanted, left[0, 0], left[0, 1], left[1, 1]], rtol=1e-3, atol=1e-9)


def test_a_plot_lies_as_far_off_its_road_as_the_offset_leads(look_at: MakeLook) -> None:
    line = np.array([[2e3 - 6e3, 5e3 - 8e3], [2e3 + 6e3, 5e3 + 8e3]])
    roads = road_map(line, np.array([0, 2]), np.array([[0, 1]]), np.array([20.0]))
    look = as_reported(look_at(0.0, VEHICLES[1:2]), OFF)
    columns = look_columns(look, np.zeros(1, np.int32), Plane())
    ahead = one_state(np.array([10_000.0, 13.0, 200.0**2, 0.0, 9.0]))
    sensor, plot = point_of(columns[0]["sensor"][0]), fields_of(columns[1], 0)
    sight, value, variance = kernels.off_road(ahead, 0, (CONSTANTS, roads), sensor, plot)
    assert value == pytest.approx(sight @ OFF, abs=0.3)
    assert abs(value) > 20.0
    assert SETTINGS.roads.map_error < np.sqrt(variance) < 100.0


def test_one_that_expects_no_offset_knows_none() -> None:
    known = np.zeros(PLATFORMS, PLATFORM_COLUMNS)
    nothing = TrackerSettings(registration=Registration(offset_position=0.0, offset_heading=0.0, offset_range=0.0))
    kernels.begin(known[0], 5, as_constants(nothing)[0])
    kernels.hear(known[0], ((0.0, 0.0, 1.0, 0.0), 1e-3, 1e-8), False, 1)  # noqa: FBT003 - kernels take no keywords
    mean, covariance = offset.known_offset(known)
    assert not mean.any()
    assert not covariance.any()
    assert mean.shape == (PLATFORMS, OFFSETS)
