import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geography import mosaics
from sidelook.geography.mosaics import mosaic
from sidelook.geography.tiles import TileTooLargeError
from sidelook.geometry.terrain import HeightGrid

DEGREE = np.radians(1.0)


def field(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Heights linear in latitude and longitude, so that bilinear reading is exact."""
    return 100.0 * np.degrees(latitude) + 10.0 * np.degrees(longitude)


def tile(south: float, west: float, side: int = 11, columns: int | None = None, *, edge: bool = True) -> HeightGrid:
    """Make a tile of one degree; without its edge it ends a step before the next begins."""
    across = columns or side
    steps = DEGREE / (side - 1), DEGREE / (across - 1)
    latitude = south * DEGREE + np.arange(side if edge else side - 1)[:, None] * steps[0]
    longitude = west * DEGREE + np.arange(across if edge else across - 1)[None, :] * steps[1]
    return HeightGrid(
        south=float(latitude[0, 0]),
        west=float(longitude[0, 0]),
        latitude_step=steps[0],
        longitude_step=steps[1],
        heights=field(latitude, longitude).astype(np.float32),
    )


@pytest.mark.parametrize("edge", [True, False])
def test_neighbours_join_without_a_seam(*, edge: bool) -> None:
    """Both with the common edge row that SRTM has and without it, as GLO-30."""
    joined = mosaic([tile(41, 1, edge=edge), tile(42, 2, edge=edge), tile(42, 1, edge=edge), tile(41, 2, edge=edge)])
    assert joined.heights.shape == ((21, 21) if edge else (20, 20))
    latitude, longitude = np.radians([41.97, 42.0, 41.5]), np.radians([1.5, 1.99, 1.95])
    assert_allclose(joined.height_at(latitude, longitude), field(latitude, longitude), rtol=1e-5)
    assert not np.isnan(joined.heights).any()


def test_where_no_tile_is_nothing_is_known() -> None:
    joined = mosaic([tile(41, 1), tile(42, 2)])
    known = joined.known(np.radians([41.5, 42.5, 41.5, 42.5]), np.radians([1.5, 2.5, 2.5, 1.5]))
    assert known.tolist() == [True, True, False, False]


def test_the_first_that_knows_gives_the_height() -> None:
    first, second = tile(41, 1), tile(41, 1)
    holed = first.heights + np.float32(5.0)
    holed[3, 4] = np.nan
    first = HeightGrid(
        south=first.south,
        west=first.west,
        latitude_step=first.latitude_step,
        longitude_step=first.longitude_step,
        heights=holed,
    )
    joined = mosaic([first, second])
    assert joined.heights[3, 4] == second.heights[3, 4]
    assert joined.heights[3, 5] == second.heights[3, 5] + 5.0


def test_tiles_join_over_the_antimeridian() -> None:
    east, west = tile(10, 179), tile(10, -180)
    joined = mosaic([west, east])
    assert joined.heights.shape == (11, 21)
    assert np.degrees(joined.west) == pytest.approx(179.0)
    for longitude in (-179.5, 180.5):
        assert_allclose(joined.height_at(np.radians(10.5), np.radians(longitude)), 1050.0 - 1795.0, rtol=1e-5)
    assert_allclose(joined.height_at(np.radians(10.5), np.radians(179.5)), 1050.0 + 1795.0, rtol=1e-5)


def test_wider_columns_are_read_at_the_finest() -> None:
    """North of 50 degrees DTED and GLO-30 tiles have fewer columns."""
    joined = mosaic([tile(49, 11, 31), tile(50, 11, 31, columns=16), tile(50, 12, 31, columns=16, edge=False)])
    assert joined.longitude_step == pytest.approx(DEGREE / 30)
    latitude, longitude = np.radians([49.5, 50.01, 50.5, 50.7]), np.radians([11.31, 11.5, 11.97, 12.4])
    assert_allclose(joined.height_at(latitude, longitude), field(latitude, longitude), rtol=1e-5)
    assert not joined.known(np.radians(49.5), np.radians(12.5))


def test_one_tile_is_itself_and_none_is_an_error() -> None:
    only = tile(41, 1)
    assert mosaic([only]) is only
    with pytest.raises(UsageError, match="no elevation tiles"):
        mosaic([])


def test_tiles_too_far_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mosaics, "LARGEST_GRID", 5000)
    with pytest.raises(TileTooLargeError, match="more than"):
        mosaic([tile(41, 1), tile(50, 11)])
