"""Images of a mission: what stands lies where it stands, what moves beside it, and what is hidden is dark."""

from dataclasses import replace
from math import radians

import numpy as np
import pytest

from sidelook.geometry.frames import enu_to_geodetic
from sidelook.model.collection import CollectionOutcome, Collections
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.plots import TargetClass
from sidelook.model.truth import TruthLooks
from sidelook.sensing.clutter import LandClass, reflectivity
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.images import (
    BLOCK,
    BLOCKS,
    FILLED,
    LARGEST,
    NOISE_DB,
    SMALLEST,
    Camera,
    Taken,
    View,
    blocks_at,
    grid_of,
    moment_of,
    take_image,
    view_of,
)
from sidelook.simulation.scenario.playing import play
from sidelook.simulation.scenario.settings import JobSection, Scenario
from sidelook.simulation.scenario.world import World, make_world

from .conftest import FRAME

SECOND = 10**9
GRID = centred_grid((600, 600), 0.5)
AREA = ((radians(37.81), radians(-42.98)), (radians(37.81), radians(-42.97)), (radians(37.82), radians(-42.97)))


@pytest.fixture(scope="module")
def world(scenario: Scenario, flat: Country) -> World:
    return make_world(scenario, flat)


def collected(world: World, east: float, north: float, *, duration: float = 8.0) -> Collections:
    """Take an image at a place of the country, in the mission's first minute."""
    latitude, longitude, _ = enu_to_geodetic(np.array([east, north, 0.0]), world.country.frame)
    return Collections(
        time=np.array([world.start + 20 * SECOND]),
        duration=np.array([duration]),
        latitude=np.array([latitude]),
        longitude=np.array([longitude]),
        resolution=np.array([1.0]),
        slant_range=np.array([80e3]),
        squint=np.zeros(1),
        job=np.ones(1, np.int32),
        number=np.zeros(1, np.int32),
        outcome=np.full(1, CollectionOutcome.TAKEN, np.uint8),
        obstacle=np.zeros(1, np.uint8),
    )


def thing(
    view: View, place: tuple[float, float], velocity: tuple[float, float] = (0.0, 0.0), *, masked: bool = False
) -> TruthLooks:
    """Put one wheeled vehicle at a place east and north of the middle."""
    latitude, longitude, height = enu_to_geodetic(np.array([*place, 0.0]), view.frame)
    speed = float(np.hypot(*velocity))
    heading = np.arctan2(*velocity) if speed else np.nan
    return TruthLooks.empty(
        1,
        entity=np.ones(1, np.int64),
        latitude=np.array([latitude]),
        longitude=np.array([longitude]),
        height=np.array([height]),
        speed=np.array([speed], np.float32),
        heading=np.array([heading], np.float32),
        in_view=np.ones(1, np.bool_),
        masked=np.array([masked]),
        target_class=np.full(1, TargetClass.WHEELED, np.uint8),
    )


def bright(image: SarImage, share: float = 0.995) -> tuple[np.ndarray, np.ndarray]:
    """Give places, (N, 2) m, and powers of the brightest pixels."""
    power = image.amplitude.astype(np.float64) ** 2
    row, column = np.nonzero(power > np.quantile(power, share))
    return GRID.positions(row, column)[:, :2], power[row, column]


NOTHING = TruthLooks.empty(0)
FIELD = (6_000.0, 6_000.0)  # away from the roads


def test_fields_are_as_bright_as_their_land_class_says(world: World) -> None:
    row = collected(world, *FIELD)
    image = take_image(world, row, GRID, NOTHING, np.random.default_rng(1))
    grazing = np.arcsin(-view_of(world, row).sight[2])
    expected = reflectivity(LandClass.FARMLAND, grazing, world.radar.waveform.frequency) + 10 ** (NOISE_DB / 10)
    assert (image.amplitude.astype(np.float64) ** 2).mean() == pytest.approx(expected, rel=0.03)
    assert image.origin.simulated
    assert image.begin == world.start + 20 * SECOND
    assert image.end == image.begin + 8 * SECOND


def test_what_stands_lies_where_it_stands(world: World) -> None:
    row = collected(world, *FIELD)
    one = thing(view_of(world, row), (40.0, -75.0))
    image = take_image(world, row, GRID, one, np.random.default_rng(2))
    places, power = bright(image, 0.99995)
    assert places.mean(axis=0) == pytest.approx([40.0, -75.0], abs=2.5)
    assert power.min() > 30 * (image.amplitude**2).mean()


def across(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Give level unit vectors at right angles to the line of sight, to the side of the flight, and along it."""
    out = view.sight[:2] / np.linalg.norm(view.sight[:2])
    side = np.array([-out[1], out[0]])
    return side * np.sign(side @ view.track[:2]), out


@pytest.mark.parametrize("radial", [0.12, -0.17, 0.05])
def test_what_moves_lies_where_ground_would_have_its_range_rate(world: World, radial: float) -> None:
    row = collected(world, *FIELD, duration=2.0)
    view = view_of(world, row)
    side, out = across(view)
    velocity = tuple(float(part) for part in 0.4 * side + radial * out)
    one = thing(view, (0.0, 0.0), (velocity[0], velocity[1]))
    image = take_image(world, row, GRID, one, np.random.default_rng(3))

    def rate(place: np.ndarray, speed: np.ndarray) -> float:
        line = place - view.sensor
        return float((speed - view.velocity) @ line / np.linalg.norm(line))

    wanted = rate(np.zeros(3), np.array([*velocity, 0.0]))
    along = np.linspace(-1_000.0, 1_000.0, 200_001)
    rates = [rate(view.track * distance, np.zeros(3)) for distance in along[::1000]]
    shift = float(np.interp(wanted, rates[::-1], along[::1000][::-1]))
    assert abs(shift) > 20.0
    places, power = bright(image, 0.99995)
    middle = (places * power[:, None]).sum(axis=0) / power.sum()
    assert middle @ view.track[:2] == pytest.approx(shift, abs=4.0)
    assert middle @ np.array([view.track[1], -view.track[0]]) == pytest.approx(0.0, abs=4.0)


def test_what_moves_across_the_line_of_sight_is_drawn_out_by_twice_its_way(world: World) -> None:
    row = collected(world, *FIELD, duration=6.0)
    view = view_of(world, row)
    side = 8.0 * across(view)[0]
    one = thing(view, (0.0, 0.0), (float(side[0]), float(side[1])))
    image = take_image(world, row, GRID, one, np.random.default_rng(4))
    row_of, column_of = np.indices(GRID.shape)
    places = GRID.positions(row_of, column_of)
    aside = places @ np.array([view.track[1], -view.track[0], 0.0])
    near = np.abs(aside) < 1.0
    power = image.amplitude[near].astype(np.float64) ** 2
    bins = np.floor((places[near] @ view.track) / 4.0).astype(int)
    profile = np.bincount(bins - bins.min(), power) / np.bincount(bins - bins.min())
    drawn = 4.0 * np.count_nonzero(profile > 4.0 * np.median(profile))
    squint = np.arccos(view.track[:2] @ across(view)[0])
    assert drawn == pytest.approx(2.0 * 8.0 * 6.0 / np.cos(squint), rel=0.1)


def test_what_terrain_hides_is_not_there(world: World) -> None:
    row = collected(world, *FIELD)
    view = view_of(world, row)
    hidden = take_image(world, row, GRID, thing(view, (0.0, 0.0), masked=True), np.random.default_rng(5))
    without = take_image(world, row, GRID, NOTHING, np.random.default_rng(5))
    assert np.array_equal(hidden.pixels, without.pixels)


def test_behind_a_ridge_there_is_noise_alone(scenario: Scenario, ridged: Country) -> None:
    world = make_world(scenario, ridged)
    shadow = take_image(world, collected(world, 3_000.0, 7_500.0), GRID, NOTHING, np.random.default_rng(6))
    assert (shadow.amplitude.astype(np.float64) ** 2).mean() == pytest.approx(10 ** (NOISE_DB / 10), rel=0.03)


def test_roads_are_dark(world: World) -> None:
    image = take_image(world, collected(world, 0.0, 6_000.0), GRID, NOTHING, np.random.default_rng(7))
    power = (image.amplitude.astype(np.float64) ** 2).mean(axis=0)  # the road runs from south to north
    assert power[295:306].mean() < 0.6 * power[:250].mean()


def test_blocks_are_where_they_are_and_none_where_something_stands() -> None:
    one = np.stack(np.meshgrid(np.arange(0.25, 700.0, 1.0), np.arange(-400.0, 400.0, 1.0)))
    free = np.zeros(one.shape[1:], np.bool_)
    built = blocks_at(one, free)
    assert built.mean() == pytest.approx(BLOCKS * FILLED**2, rel=0.15)
    assert np.array_equal(blocks_at(one[:, 100:, 50:], free[100:, 50:]), built[100:, 50:])
    occupied = free.copy()
    occupied[200, 200] = True
    gone = built & ~blocks_at(one, occupied)
    east, north = one[:, gone]
    assert (np.abs(east - one[0, 200, 200]) < BLOCK).all()
    assert (np.abs(north - one[1, 200, 200]) < BLOCK).all()


def test_the_grid_holds_the_area_within_bounds() -> None:
    grid = grid_of(AREA, 2.0)
    assert grid.shape == (LARGEST, 881)
    assert grid_of(AREA, 50.0).shape[0] * 25.0 == pytest.approx(1112.0, abs=25.0)
    assert grid_of(AREA, 0.3).shape == (LARGEST, LARGEST)
    tiny = tuple((latitude * 1e-9 + AREA[0][0], AREA[0][1]) for latitude, _ in AREA)
    assert grid_of(tiny, 1.0).shape == (SMALLEST / 0.5, SMALLEST / 0.5)


def test_the_moment_is_the_nearest_one() -> None:
    times = np.array([0, 0, 10, 10, 20, 20], np.int64) * SECOND
    truth = TruthLooks.empty(6, time=times, dwell=np.array([-1, 3, -1, -1, -1, 5], np.int32))
    assert moment_of(truth, 12 * SECOND).time.tolist() == [10 * SECOND] * 2
    assert len(moment_of(truth, 40 * SECOND)) == 0


@pytest.fixture(scope="module")
def imaging(scenario: Scenario) -> Scenario:
    latitude, longitude = np.degrees([FRAME.latitude, FRAME.longitude])
    corners = [(latitude + north, longitude + east) for north, east in ((0, 0), (0, 0.003), (0.003, 0.003), (0.003, 0))]
    spot = JobSection(kind="spot_image", corners_deg=tuple(corners), revisit_s=60.0, priority=10)
    return replace(scenario, jobs=(*scenario.jobs, spot))


def take_all(imaging: Scenario, flat: Country, workers: int) -> tuple[list[Taken], int]:
    """Play a mission, and count what it says it took."""
    world = make_world(imaging, flat)
    camera, images, said = Camera(world), [], 0
    for stretch in play(world, workers=workers):
        images += camera.take(stretch)
        middle = stretch.collections.time + (0.5e9 * stretch.collections.duration).astype(np.int64)
        taken = stretch.collections.outcome == CollectionOutcome.TAKEN
        said += int((taken & (middle < world.end)).sum())
    return images, said


def test_every_image_taken_is_made_and_always_the_same(imaging: Scenario, flat: Country) -> None:
    images, said = take_all(imaging, flat, 1)
    assert len(images) == said > 0
    assert {taken.job for taken in images} == {2}
    assert [taken.number for taken in images] == list(range(len(images)))
    begins = [taken.image.begin for taken in images]
    assert begins == sorted(begins)
    again, _ = take_all(imaging, flat, 3)
    for one, other in zip(images, again, strict=True):
        assert np.array_equal(one.image.pixels, other.image.pixels)
