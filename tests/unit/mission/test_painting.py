import numpy as np
import pytest

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.terrain import HeightGrid
from sidelook.mission.painting import (
    HATCH,
    LOWLAND,
    MASKED,
    UNKNOWN,
    VISIBLE,
    CellState,
    Sheet,
    paint_ground,
    sheet_over,
    state_at,
    tint,
)
from sidelook.sensing.coverage_map import CoverageMap
from sidelook.sensing.equal_area import EqualAreaGrid
from sidelook.simulation.scenario.country import Country, real_country

FRAME = LocalFrame(latitude=0.6, longitude=np.pi - 1e-3)
"""So near to the antimeridian that every sheet here lies across it."""


def country_on(grid: HeightGrid | None) -> Country:
    """Lay one road on ground that is flat and known round it."""
    latitude, longitude = np.array([0.6, 0.6001]), np.array([FRAME.longitude, FRAME.longitude + 1e-4])
    roads = RoadNetwork(
        node_latitude=latitude,
        node_longitude=longitude,
        edge_start=np.array([0], np.int32),
        edge_end=np.array([1], np.int32),
        edge_class=np.array([1], np.uint8),
        speed_limit=np.array([20.0]),
        offset=np.array([0, 2]),
        latitude=latitude,
        longitude=longitude,
    )
    return real_country(np.random.default_rng(1), roads, grid, 0.0)


def ridge() -> HeightGrid:
    """Raise a ridge that runs from south to north, its western half of the grid not known beyond ten kilometres."""
    across = np.linspace(-3e-3, 3e-3, 121)
    heights = np.tile(600.0 * np.maximum(0.0, 1.0 - np.abs(across - 1e-3) / 5e-4), (121, 1)).astype(np.float32)
    heights[:, across < -1.6e-3] = np.nan
    return HeightGrid(
        south=0.597, west=FRAME.longitude - 3e-3, latitude_step=5e-5, longitude_step=5e-5, heights=heights
    )


def test_places_of_pixels_are_those_of_the_frame_over_hundreds_of_kilometres() -> None:
    sheet = sheet_over((-300e3, -200e3, 250e3, 200e3), largest=(300, 200), least=100)
    latitude, longitude = sheet.places(FRAME)
    east = sheet.west + (np.arange(sheet.columns) + 0.5) * sheet.step
    north = sheet.south + (np.arange(sheet.rows) + 0.5) * sheet.step
    grid = np.meshgrid(east, north)
    up = Ellipsoid(frame=FRAME).height(*grid)
    exact = enu_to_geodetic(np.stack([*grid, up], axis=-1), FRAME)
    off = np.angle(np.exp(1j * (longitude - exact[1]))) * np.cos(latitude)
    # A pixel is two kilometres, and so 64 km lie between nodes.
    assert np.abs(latitude - exact[0]).max() * 6.4e6 < 0.1 * sheet.step
    assert np.abs(off).max() * 6.4e6 < 0.1 * sheet.step
    assert longitude.max() > 3.0
    assert longitude.min() < -3.0


def test_a_sheet_holds_its_box_and_its_pixels_are_square() -> None:
    sheet = sheet_over((-10e3, 0.0, 30e3, 5e3), largest=(400, 300), least=200)
    west, east, south, north = sheet.extent_km
    assert west <= -10.0
    assert east >= 30.0
    assert south <= 0.0
    assert north >= 5.0
    assert (east - west) / sheet.columns == pytest.approx((north - south) / sheet.rows)
    assert sheet.rows == 200


def test_a_place_is_a_box_too() -> None:
    assert sheet_over((5.0, 5.0, 5.0, 5.0), least=10) == Sheet(west=0.0, south=0.0, step=1.0, rows=10, columns=10)


def test_light_comes_from_the_north_west_and_what_is_not_known_is_plain() -> None:
    country = country_on(ridge())
    sheet = sheet_over((-14e3, -10e3, 14e3, 10e3), largest=(280, 200), least=50)
    places = sheet.places(country.frame)
    image = paint_ground(country, sheet, places)
    off = np.angle(np.exp(1j * (places[1] - FRAME.longitude)))
    western, eastern = (off > 6e-4) & (off < 9e-4), (off > 1.1e-3) & (off < 1.4e-3)
    assert image[western].mean() > image[eastern].mean() + 0.1
    np.testing.assert_array_equal(image[off < -1.7e-3], np.broadcast_to(UNKNOWN, image[off < -1.7e-3].shape))
    assert 0.0 <= image.min() <= image.max() <= 1.0


def test_ground_without_a_grid_is_plain_land() -> None:
    country = country_on(None)
    sheet = sheet_over((-1e3, -1e3, 1e3, 1e3), largest=(20, 20), least=10)
    image = paint_ground(country, sheet, sheet.places(country.frame))
    np.testing.assert_array_equal(image, np.broadcast_to(LOWLAND, image.shape))


def test_states_are_those_of_the_cells_and_none_beyond_the_map() -> None:
    grid = EqualAreaGrid(latitude=0.6, longitude=FRAME.longitude, cell=1_000.0, rows=1, columns=3)
    looks, last_visible = np.array([0, 2, 2], np.int32), np.array([0, 7, 0])
    coverage = CoverageMap(grid=grid, last=np.array([0, 7, 7]), looks=looks, last_visible=last_visible)
    latitude, longitude = grid.places(np.arange(3))
    found = state_at(coverage, (np.append(latitude, 0.7), np.append(longitude, 0.0)))
    assert found.tolist() == [CellState.NOT_LOOKED, CellState.VISIBLE, CellState.MASKED, CellState.NOT_LOOKED]


def test_masked_is_hatched_and_what_was_not_looked_at_keeps_its_colour() -> None:
    image = np.full((30, 30, 3), 0.9)
    state = np.repeat(np.array([[0], [1], [2]], np.uint8), 10, axis=0).repeat(30, axis=1)
    tinted = tint(image, state)
    np.testing.assert_array_equal(tinted[:10], image[:10])
    shades = [np.unique(part.reshape(-1, 3).round(9), axis=0) for part in (tinted[10:20], tinted[20:])]
    assert [len(shade) for shade in shades] == [1, 2]
    # The colours lean towards what they stand for.
    for shade, colours in ((shades[0], [VISIBLE]), (shades[1], [HATCH, MASKED])):
        for one, colour in zip(shade, colours, strict=True):
            assert np.dot(one - 0.9, colour - 0.9) > 0.9 * np.linalg.norm(one - 0.9) * np.linalg.norm(colour - 0.9)
    np.testing.assert_array_equal(image, 0.9)
