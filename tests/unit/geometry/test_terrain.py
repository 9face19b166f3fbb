import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.terrain import HeightGrid, Terrain

ARC = np.radians(1.0 / 1200.0)


def grid(heights: np.ndarray, south: float = 0.8, west: float = 0.1, step: float = ARC) -> HeightGrid:
    return HeightGrid(
        south=south, west=west, latitude_step=step, longitude_step=step, heights=np.asarray(heights, np.float32)
    )


def hills(rows: int = 301, columns: int = 401) -> np.ndarray:
    row, column = np.arange(rows)[:, None], np.arange(columns)[None, :]
    return 900.0 + 400.0 * np.sin(row / 17.0) * np.cos(column / 23.0) + 0.5 * row


def test_between_nodes_heights_are_bilinear() -> None:
    g = grid([[0.0, 10.0], [20.0, 50.0]])
    at = g.height_at(0.8 + ARC * np.array([0.0, 1.0, 0.5, 0.25]), 0.1 + ARC * np.array([0.0, 1.0, 0.5, 0.75]))
    assert_allclose(at, [0.0, 50.0, 20.0, 0.75 * 7.5 + 0.25 * 42.5], rtol=1e-6)


def test_nodes_give_their_own_heights_to_the_last_row_and_column() -> None:
    g = grid(hills())
    assert_allclose(g.height_at(g.latitude[:, None], g.longitude[None, :]), g.heights, atol=1e-3)


def test_outside_and_beside_voids_nothing_is_known() -> None:
    heights = hills(5, 5)
    heights[2, 2] = np.nan
    g = grid(heights)
    place = np.array([[-0.1, 1.0], [1.0, 4.1], [1.5, 1.5], [2.0, 2.0], [0.5, 0.5], [np.nan, 1.0]])
    known = g.known(g.south + place[:, 0] * ARC, g.west + place[:, 1] * ARC)
    assert_array_equal(known, [False, False, False, False, True, False])


def test_a_node_beside_a_void_is_known() -> None:
    g = grid([[5.0, np.nan], [7.0, np.nan]])
    assert_allclose(g.height_at(g.south, g.west), 5.0)
    assert_allclose(g.height_at(g.south + 0.5 * ARC, g.west), 6.0, rtol=1e-6)


def test_columns_run_on_over_the_antimeridian() -> None:
    step = np.radians(0.1)
    g = HeightGrid(
        south=0.0,
        west=np.radians(179.5),
        latitude_step=step,
        longitude_step=step,
        heights=np.arange(11, dtype=np.float32)[None, :] * np.ones((3, 1), np.float32),
    )
    degrees = np.array([179.5, 179.95, 180.0, -180.0, -179.5, 540.2, -179.4, 0.0])
    expected = [0.0, 4.5, 5.0, 5.0, 10.0, 7.0, np.nan, np.nan]
    assert_allclose(g.height_at(0.001, np.radians(degrees)), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"heights": np.zeros((1, 5), np.float32)}, "two rows"),
        ({"heights": np.zeros((5, 5))}, "float32"),
        ({"latitude_step": 0.0}, "above zero"),
        ({"west": 4.0}, "west"),
        ({"south": 1.57, "latitude_step": 0.1}, "beyond a pole"),
        ({"longitude_step": 2.0}, "round the earth"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changed: dict[str, object], complaint: str) -> None:
    parts = {
        "south": 0.0,
        "west": 0.0,
        "latitude_step": ARC,
        "longitude_step": ARC,
        "heights": np.zeros((5, 5), np.float32),
    }
    with pytest.raises(ValueError, match=complaint):
        HeightGrid(**(parts | changed))  # type: ignore[arg-type]


def test_heights_cannot_be_changed_and_the_highest_is_known() -> None:
    heights = hills(4, 4)
    heights[0, 0] = np.nan
    g = grid(heights)
    assert g.highest == pytest.approx(np.nanmax(heights))
    assert not g.heights.flags.writeable
    assert grid(np.full((2, 2), np.nan)).highest == -np.inf


def test_terrain_stands_on_the_curved_earth() -> None:
    """Points put on the ground by their geodetic height come back as the ground of a frame 200 km away."""
    g = grid(hills())
    rng = np.random.default_rng(2)
    latitude = rng.uniform(g.south + ARC, g.north - ARC, 500)
    longitude = g.west + rng.uniform(ARC, g.width - ARC, 500)
    frame = LocalFrame(latitude=g.south - 0.03, longitude=g.west, height=300.0)
    east, north, up = geodetic_to_enu(latitude, longitude, g.height_at(latitude, longitude), frame).T
    terrain = Terrain(frame=frame, grid=g)
    assert_allclose(terrain.height(east, north), up, atol=1e-3)
    assert np.all(up < -1500.0)
    assert terrain.known(east, north).all()


def test_level_terrain_is_the_ellipsoid() -> None:
    g = grid(np.zeros((201, 201)))
    frame = LocalFrame(latitude=g.south + 100 * ARC, longitude=g.west + 100 * ARC)
    east, north = np.meshgrid(np.linspace(-5e3, 5e3, 7), np.linspace(-8e3, 8e3, 7))
    assert_allclose(
        Terrain(frame=frame, grid=g).height(east, north), Ellipsoid(frame=frame).height(east, north), atol=1e-6
    )


def test_where_the_grid_ends_the_ground_is_not_known() -> None:
    g = grid(hills())
    frame = LocalFrame(latitude=g.south, longitude=g.west)
    terrain = Terrain(frame=frame, grid=g)
    east, north = np.array([-200.0, 200.0, 8e6, np.nan]), np.array([5e3, 5e3, 0.0, 0.0])
    assert_array_equal(terrain.known(east, north), [False, True, False, False])
    on = np.array([east[1], north[1], float(terrain.height(east[1], north[1]))])
    latitude, longitude, height = enu_to_geodetic(on, frame)
    assert_allclose(g.height_at(latitude, longitude), height, atol=1e-3)


def test_what_is_highest_in_blocks_is_found_once() -> None:
    g = grid(np.arange(24.0).reshape(4, 6))
    assert g.pyramid is g.pyramid
    assert g.pyramid.tops[-1] == pytest.approx(23.0, abs=1e-3)
