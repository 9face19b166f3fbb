import numpy as np
import pyproj
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.sensing.equal_area import EqualAreaGrid


@pytest.mark.parametrize("latitude", [0.0, 0.66, -0.9, 1.35])
@pytest.mark.parametrize("longitude", [-0.75, np.pi])
def test_cells_hold_their_middles_over_the_antimeridian_too(latitude: float, longitude: float) -> None:
    grid = EqualAreaGrid(latitude=latitude, longitude=longitude, cell=1_000.0, rows=301, columns=400)
    cells = np.arange(0, len(grid), 7)
    places = grid.places(cells)
    assert (np.abs(places[1]) <= np.pi).all()
    assert np.array_equal(grid.cells_at(*places), cells)
    # A whole turn of longitude changes nothing.
    assert np.array_equal(grid.cells_at(places[0], places[1] + 2.0 * np.pi), cells)


@pytest.mark.parametrize("latitude", [0.0, 0.66, -0.9, 1.35])
def test_every_cell_has_its_area_on_the_ellipsoid(latitude: float) -> None:
    """Areas of cells of 30 km by geodesic polygons of pyproj, from the middle to 280 km from it."""
    grid = EqualAreaGrid(latitude=latitude, longitude=-0.75, cell=10_000.0, rows=61, columns=61)
    geod = pyproj.Geod(ellps="WGS84")
    for row, column in ((30, 30), (2, 2), (2, 58), (58, 30), (40, 5)):
        # Middles of the neighbours, eight around: a square of two cells' side.
        ring = [
            (row + r, column + c) for r, c in ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
        ]
        lat, lon = grid.places(np.array([r * 61 + c for r, c in ring]))
        area, _ = geod.polygon_area_perimeter(np.degrees(lon), np.degrees(lat))
        assert abs(area) * 1e-6 == pytest.approx(4.0 * grid.cell_km2, rel=2e-6)


def test_north_is_up_and_east_is_right() -> None:
    grid = EqualAreaGrid(latitude=0.66, longitude=-0.75, cell=1_000.0, rows=101, columns=101)
    middle = 50 * 101 + 50
    assert int(grid.cells_at(0.66, -0.75)) == middle
    assert int(grid.cells_at(0.66 + 10e3 / 6.36e6, -0.75)) == middle + 10 * 101
    assert int(grid.cells_at(0.66, -0.75 + 10e3 / 6.386e6 / np.cos(0.66))) == middle + 10


def test_outside_is_outside() -> None:
    grid = EqualAreaGrid(latitude=0.66, longitude=-0.75, cell=1_000.0, rows=11, columns=11)
    assert grid.cells_at([0.66, 0.7, -0.66], [-0.75, -0.75, -0.75 + np.pi]).tolist() == [60, -1, -1]
    assert_allclose(grid.cell_km2, 1.0)


def test_maps_without_cells_or_too_large_are_refused() -> None:
    for cell, rows in ((0.0, 5), (1.0, 0), (1.0, 10**6), (np.nan, 5)):
        with pytest.raises(UsageError, match="cells"):
            EqualAreaGrid(latitude=0.0, longitude=0.0, cell=cell, rows=rows, columns=1_000)
