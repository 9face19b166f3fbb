from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.image import SarImage, centred_grid
from sidelook.sar.cfar import CellAveraging
from sidelook.sar.multilook import NotComplexError, independent_share, multilook
from sidelook.sar.vehicles import CountingError, VehicleSize, count_interval, find_vehicles
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image

Ground = Callable[..., SarImage]
SPACING, RESOLUTION = 0.35, 0.5


def a_lot(seed: int, vehicles: int = 9, cross_section: float = 10.0) -> tuple[SarImage, np.ndarray]:
    """Park vehicles 30 m apart, of 5 by 2 m, on ground of -15 dB; cross section in m2."""
    rng = np.random.default_rng(seed)
    side = 3
    imager = Imager(grid=centred_grid((300, 300), SPACING), resolution=RESOLUTION)
    lattice = 30.0 * (np.stack(np.divmod(np.arange(vehicles), side), axis=1) - 1.0)
    places = np.column_stack([lattice + rng.uniform(-3.0, 3.0, (vehicles, 2)), np.zeros(vehicles)])
    parked = park_vehicles(places, rng.uniform(0.0, np.pi, vehicles), (5.0, 2.0), cross_section, rng)
    return simulate_image(imager, np.full((300, 300), 10.0**-1.5), parked, rng), places


def settings_for(image: SarImage) -> CellAveraging:
    return CellAveraging(independent_share=independent_share(image), false_alarms_per_km2=10.0)


def test_vehicles_are_found_where_they_stand_with_the_error_told() -> None:
    found, errors = 0, []
    for seed in range(8):
        image, places = a_lot(seed)
        vehicles, _ = find_vehicles(image, settings_for(image))
        away = np.hypot(vehicles.east[:, None] - places[:, 0], vehicles.north[:, None] - places[:, 1])
        assert (away.min(axis=1) < 3.0).all()
        nearest = away.argmin(axis=0)
        found += (away.min(axis=0) < 3.0).sum()
        errors.append((vehicles.east - places[away.argmin(axis=1), 0]) / vehicles.east_error)
        errors.append((vehicles.north - places[away.argmin(axis=1), 1]) / vehicles.north_error)
        assert len(np.unique(nearest)) == len(places)
    assert found == 72
    assert 0.7 < np.sqrt((np.concatenate(errors) ** 2).mean()) < 1.5


def test_size_is_that_of_what_stands_there_and_the_response() -> None:
    image, _ = a_lot(3, cross_section=300.0)
    vehicles, _ = find_vehicles(image, settings_for(image))
    assert len(vehicles) == 9
    assert (vehicles.length > 3.5).all()
    assert (vehicles.length < 5.5 + 4.0 * RESOLUTION).all()
    assert (vehicles.width <= vehicles.length).all()
    assert (vehicles.width < 2.0 + 6.0 * RESOLUTION).all()
    assert (np.diff(vehicles.strength_db) <= 0.0).all()
    assert (vehicles.false_alarm_probability < 1e-6).all()
    assert vehicles.area == pytest.approx((300 * SPACING) ** 2)
    assert vehicles.false_alarms == pytest.approx(10.0 * vehicles.area / 1e6)
    assert vehicles.origin.simulated


def test_what_is_no_vehicles_size_is_left_out() -> None:
    image, _ = a_lot(4, cross_section=300.0)
    pixels = image.pixels.copy()
    pixels[20:24, 20:200] = 20.0  # a wall of 63 m
    walled = replace(image, pixels=pixels)
    settings = settings_for(image)
    vehicles, cells = find_vehicles(walled, settings)
    assert cells.detected[20:24, 20:200].mean() > 0.5
    wall_north = image.grid.positions(np.array(22), np.array(0))[1]
    assert not (np.abs(vehicles.north - wall_north) < 2.0).any()
    assert len(find_vehicles(image, settings, VehicleSize(least_area=15.0))[0]) == 0
    assert len(find_vehicles(image, settings, VehicleSize(shortest=9.0))[0]) == 0


def test_vehicles_side_by_side_are_told_apart() -> None:
    """A row of eight, a metre apart, imaged at 0.3 m: most are reported one by one, and none twice over."""
    rng = np.random.default_rng(11)
    imager = Imager(grid=centred_grid((300, 300), 0.2), resolution=0.3)
    places = np.column_stack([3.0 * (np.arange(8) - 3.5), np.full(8, 5.0), np.zeros(8)])
    reported = []
    for _ in range(6):
        parked = park_vehicles(places, np.zeros(8), (4.5, 1.8), 10.0, rng)
        image = simulate_image(imager, np.full((300, 300), 10.0**-1.5), parked, rng)
        vehicles, _ = find_vehicles(image, settings_for(image))
        away = np.hypot(vehicles.east[:, None] - places[:, 0], vehicles.north[:, None] - places[:, 1])
        assert (away.min(axis=1) < 3.0).all()
        reported.append(len(vehicles))
    assert 5.0 < np.mean(reported) < 10.0


def test_empty_ground_has_no_more_false_alarms_than_said(ground: Ground) -> None:
    image = ground(np.ones((1000, 1000)), np.random.default_rng(6))  # a quarter of a square kilometre
    settings = CellAveraging(false_alarms_per_km2=400.0)
    vehicles, cells = find_vehicles(image, settings, VehicleSize(shortest=0.0))
    assert abs(cells.detected.sum() - 100.0) < 4.0 * 10.0
    assert 0.8 * cells.detected.sum() < len(vehicles) <= cells.detected.sum()
    assert vehicles.false_alarms == pytest.approx(100.0)
    assert len(find_vehicles(image, settings)[0]) < 10  # of a metre and more


def test_the_share_of_independent_pixels_is_what_a_mean_gains(ground: Ground) -> None:
    """The variance of a mean over 20 x 20 pixels of an image spaced finer than its resolution."""
    imager = Imager(grid=centred_grid((800, 800), 0.25), resolution=0.5)
    empty = park_vehicles(np.zeros((0, 3)), np.zeros(0), (5.0, 2.0), 1.0, np.random.default_rng(7))
    image = simulate_image(imager, np.ones((800, 800)), empty, np.random.default_rng(8))
    means = multilook(image, 20, 20).amplitude.astype(float) ** 2
    assert 1.0 / means.var() == pytest.approx(400.0 * independent_share(image), rel=0.15)
    assert independent_share(ground(np.ones((300, 300)), np.random.default_rng(9))) == pytest.approx(1.0, abs=0.02)
    with pytest.raises(NotComplexError):
        independent_share(multilook(image, 2, 2))


@pytest.mark.parametrize("vehicles", [0, 1, 12, 150])
@pytest.mark.parametrize(("probability", "false_alarms"), [(0.6, 0.5), (0.95, 20.0), (1.0, 3.0)])
def test_the_interval_holds_the_true_number_as_often_as_it_says(
    vehicles: int, probability: float, false_alarms: float
) -> None:
    rng = np.random.default_rng(10)
    seen = rng.binomial(vehicles, probability, 400) + rng.poisson(false_alarms, 400)
    by_seen = {
        d: count_interval(int(d), detection_probability=probability, false_alarms=false_alarms) for d in np.unique(seen)
    }
    counts = [by_seen[d] for d in seen]
    held = np.mean([c.low <= vehicles <= c.high for c in counts])
    assert held > 0.9 - 3.0 * np.sqrt(0.09 / 400.0)
    assert np.mean([c.likely for c in counts]) >= vehicles - 4.0 * np.sqrt(seen.var() / 400.0) / probability - 1e-9


def test_a_perfect_sensor_counts() -> None:
    count = count_interval(7, detection_probability=1.0, false_alarms=0.0)
    assert (count.low, count.likely, count.high) == (7, 7.0, 7)


def test_nothing_seen_leaves_what_may_have_been_missed() -> None:
    """0.4 ** 3 is 0.064, 0.4 ** 4 is 0.026: three may have been missed at 5 %, four not."""
    count = count_interval(0, detection_probability=0.6, false_alarms=0.0)
    assert (count.low, count.likely, count.high) == (0, 0.0, 3)


def test_fewer_than_the_false_alarms_expected_is_none() -> None:
    count = count_interval(0, detection_probability=0.9, false_alarms=30.0)
    assert (count.low, count.likely, count.high) == (0, 0.0, 0)


@pytest.mark.parametrize(
    "given",
    [
        {"detection_probability": 0.0, "false_alarms": 0.0},
        {"detection_probability": 1.1, "false_alarms": 0.0},
        {"detection_probability": 0.5, "false_alarms": -1.0},
        {"detection_probability": 0.5, "false_alarms": 0.0, "confidence": 1.0},
        {"detection_probability": np.nan, "false_alarms": 0.0},
    ],
)
def test_what_cannot_be_counted_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(CountingError):
        count_interval(3, **given)
