"""The detection level against its own statistics: what it says of its errors must be true of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, enu_to_geodetic, geodetic_to_enu, rotate_enu_to_ecef
from sidelook.geometry.wgs84 import geodetic_to_ecef, wrap_longitude
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, TargetClass
from sidelook.model.truth import Entities
from sidelook.sensing.coverage import covers
from sidelook.sensing.location import Observation, observe
from sidelook.sensing.notch import detection_probability
from sidelook.simulation import plots
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.plots import Radar, World, simulate, simulate_all
from sidelook.simulation.schedule import Area, Schedule
from sidelook.simulation.trajectories import Timetable, Trajectories

FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
START = 1_777_876_200_000_000_000
AREA = Area(frame=FRAME, west=-60e3, south=-40e3, east=60e3, north=40e3)
ORIGIN = Origin(source="test", simulated=True)
COUNT = 3_000


def make_world(origin: Origin = ORIGIN, **radar: float) -> World:
    """Vehicles that drive straight on at all speeds and in all directions, seen from a straight leg."""
    rng = np.random.default_rng(8)
    begin = rng.uniform([-55e3, -35e3], [55e3, 35e3], (COUNT, 2))
    way, speed = rng.uniform(-np.pi, np.pi, COUNT), rng.uniform(0.0, 15.0, COUNT)
    moved = 300.0 * speed[:, None] * np.stack([np.sin(way), np.cos(way)], axis=-1)
    ends = np.stack([begin, begin + moved], axis=1).reshape(-1, 2)
    trajectories = Trajectories(
        row=np.repeat(np.arange(COUNT, dtype=np.int32), 2),
        time=np.tile([START, START + 300_000_000_000], COUNT),
        east=ends[:, 0].copy(),
        north=ends[:, 1].copy(),
        up=np.zeros(2 * COUNT),
        frame=FRAME,
        entities=Entities.empty(
            COUNT,
            entity=1 + np.arange(COUNT, dtype=np.int64),
            target_class=np.full(COUNT, TargetClass.WHEELED, np.uint8),
        ),
    )
    return World(
        timetable=Timetable(trajectories),
        orbit=Racetrack(frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, start=START),
        schedule=Schedule(area=AREA, start=START),
        radar=Radar(**radar),
        origin=origin,
    )


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def dwells(world: World) -> Dwells:
    return simulate_all(np.random.default_rng(9), world, 8)


def truth(world: World, dwells: Dwells, vehicle: np.ndarray, dwell: np.ndarray) -> Observation:
    states = world.timetable.at(vehicle, dwells.time[dwell])
    position = enu_to_ecef(states.position, FRAME)
    return observe(sensor(dwells, dwell), position, rotate_enu_to_ecef(states.velocity, FRAME))


def sensor(dwells: Dwells, dwell: np.ndarray) -> tuple[np.ndarray, ...]:
    return dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], dwells.sensor_height[dwell]


def test_errors_have_the_sigmas_they_are_said_to_have(world: World, dwells: Dwells) -> None:
    real = np.flatnonzero(dwells.plots.truth_entity > 0)
    plots = dwells.plots.take(real)
    true = truth(world, dwells, plots.truth_entity - 1, plots.dwell)
    position = geodetic_to_ecef(plots.latitude, plots.longitude, plots.height)
    seen = observe(sensor(dwells, plots.dwell), position, np.zeros((len(plots), 3)))
    errors = {
        "range": (seen.slant_range - true.slant_range) / plots.sigma_slant_range,
        "cross": wrap_longitude(seen.bearing - true.bearing) * true.slant_range / plots.sigma_cross_range,
        "speed": (plots.radial_speed - true.radial_speed) / plots.sigma_radial_speed,
    }
    assert len(plots) > 10_000
    for error in errors.values():
        assert error.std() == pytest.approx(1.0, abs=4.0 / np.sqrt(2 * len(plots)))
        assert error.mean() == pytest.approx(0.0, abs=4.0 / np.sqrt(len(plots)))
    assert np.abs(np.corrcoef(list(errors.values())) - np.eye(3)).max() < 0.04


def test_stronger_plots_are_more_exact(dwells: Dwells) -> None:
    plots = dwells.plots
    angle = plots.sigma_cross_range / 1e5
    assert np.corrcoef(plots.snr_db, angle)[0, 1] < -0.5
    assert plots.snr_db.min() >= 13.0 - 1e-3


def test_detection_falls_in_the_notch_as_its_law_says(world: World, dwells: Dwells) -> None:
    """Every look at every vehicle, binned by its true radial speed, against the mean of the law in the bin."""
    vehicle = np.arange(COUNT)
    states = world.timetable.at(vehicle, np.full(COUNT, dwells.time[len(dwells) // 2]))
    hits = np.zeros((len(dwells), COUNT))
    real = dwells.plots.truth_entity > 0
    hits[dwells.plots.dwell[real], dwells.plots.truth_entity[real] - 1] = 1
    assert states.present.all()
    found, expected, looks = np.zeros(4), np.zeros(4), np.zeros(4)
    for row in range(0, len(dwells), 3):
        true = truth(world, dwells, vehicle, np.full(COUNT, row))
        position = world.timetable.at(vehicle, np.full(COUNT, dwells.time[row])).position
        latitude, longitude, _ = enu_to_geodetic(position, FRAME)
        inside = covers(dwells.take(slice(row, row + 1)), latitude, longitude)[0]
        bins = np.digitize(np.abs(true.radial_speed), [0.75, 1.5, 4.0])
        law = detection_probability(true.radial_speed, 1.5, 0.9)
        found += np.bincount(bins[inside], weights=hits[row][inside], minlength=4)
        expected += np.bincount(bins[inside], weights=law[inside], minlength=4)
        looks += np.bincount(bins[inside], minlength=4)
    assert (looks > 300).all()
    sigma = np.sqrt(expected * (1.0 - expected / looks))
    assert (np.abs(found - expected) < 4.0 * sigma).all()
    assert expected[0] / looks[0] < 0.15
    assert expected[3] / looks[3] > 0.85


def test_plots_lie_in_the_footprint_of_their_dwell_but_for_their_errors(dwells: Dwells) -> None:
    plots = dwells.plots
    for row in (0, 100, 250):
        mine = plots.dwell == row
        wide = dwells.take(slice(row, row + 1))
        grown = {"angle_half_extent": wide.angle_half_extent + 0.005, "range_half_extent": wide.range_half_extent + 100}
        columns = {name: getattr(wide, name) for name in Dwells.DTYPES} | grown
        area = Dwells(**columns, plots=wide.plots, origins=wide.origins)
        assert covers(area, plots.latitude[mine], plots.longitude[mine]).all()


def test_false_alarms_come_at_their_rate_and_evenly(dwells: Dwells) -> None:
    false = dwells.plots.truth_entity < 0
    expected = 60.0 * 8
    assert false.sum() == pytest.approx(expected, abs=4.0 * np.sqrt(expected))
    speed = np.abs(dwells.plots.radial_speed[false])
    assert speed.max() < 25.0 + 3.0
    local = geodetic_to_enu(dwells.plots.latitude[false], dwells.plots.longitude[false], 0.0, FRAME)
    assert np.abs(local[:, 0]).mean() > 20e3


def test_overlapping_footprints_give_second_looks(dwells: Dwells) -> None:
    plots = dwells.plots
    real = plots.truth_entity > 0
    pair = np.stack([dwells.revisit[plots.dwell[real]], plots.truth_entity[real]])
    _, count = np.unique(pair, axis=1, return_counts=True)
    # 12 % of the looks fall in two footprints, each seen with 9 in 10 at most.
    assert 0.05 < (count == 2).mean() < 0.13
    assert count.max() <= 3


def test_nothing_in_the_order_tells_the_truth(dwells: Dwells) -> None:
    entity = dwells.plots.truth_entity
    same = np.diff(dwells.plots.dwell) == 0
    rising = np.diff(entity)[same] > 0
    assert rising.mean() == pytest.approx(0.5, abs=0.03)
    assert (dwells.plots.index >= 0).all()
    assert (np.diff(dwells.plots.index)[same] == 1).all()


def test_all_is_marked_as_simulated(dwells: Dwells) -> None:
    assert dwells.simulated.all()
    assert dwells.plots.simulated.all()
    assert dwells.plot_count.sum() == len(dwells.plots)


def test_simulated_data_cannot_be_called_real() -> None:
    with pytest.raises(UsageError, match="simulated=True"):
        make_world(Origin(source="test"))


def test_the_same_seed_gives_the_same_plots_revisit_by_revisit(world: World, dwells: Dwells) -> None:
    again = list(simulate(np.random.default_rng(9), world, 2))
    assert_allclose(again[1].plots.latitude, dwells.take(dwells.revisit == 1).plots.latitude, rtol=0.0)
    assert (again[0].plots.truth_entity == dwells.take(dwells.revisit == 0).plots.truth_entity).all()


def test_classes_are_right_as_often_as_said(dwells: Dwells) -> None:
    plots = dwells.plots
    told = plots.target_class != TargetClass.UNKNOWN
    real = told & (plots.truth_entity > 0)
    assert (plots.target_class[real] == TargetClass.WHEELED).mean() == pytest.approx(0.8, abs=0.02)
    assert (plots.class_probability[real] == np.float32(0.8)).all()
    assert (plots.snr_db[told] > 18.0 - 1e-3).all()


def test_no_vehicle_in_a_footprint_is_overlooked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which vehicles a revisit considers at all is a matter of speed: to consider many more changes nothing."""
    few = simulate_all(np.random.default_rng(4), world, 2)
    monkeypatch.setattr(plots, "_FASTEST", 1e4)
    many = simulate_all(np.random.default_rng(4), world, 2)
    assert (few.plots.truth_entity == many.plots.truth_entity).all()
    assert (few.plots.latitude == many.plots.latitude).all()
