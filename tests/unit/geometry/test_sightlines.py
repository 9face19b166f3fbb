import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.sightlines import Points, SightRules, cell_size, curvature_radius, directions, feet, sightlines
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.viewing import EFFECTIVE_EARTH_RADIUS, depression_angle, grazing_angle, slant_range
from sidelook.geometry.wgs84 import SEMI_MAJOR_AXIS, SEMI_MINOR_AXIS


def grid(south: float = 0.7, west: float = 0.1) -> HeightGrid:
    return HeightGrid(
        south=south, west=west, latitude_step=1e-5, longitude_step=2e-5, heights=np.zeros((400, 500), np.float32)
    )


def test_curvature_at_equator_and_pole() -> None:
    """NIMA TR8350.2: a along the equator, b^2 / a across it, a^2 / b at the pole whichever way."""
    assert curvature_radius(0.0, 1.0, 0.0) == pytest.approx(SEMI_MAJOR_AXIS)
    assert curvature_radius(0.0, 0.0, -1.0) == pytest.approx(SEMI_MINOR_AXIS**2 / SEMI_MAJOR_AXIS)
    assert_allclose(curvature_radius(np.pi / 2, [1.0, 0.0, 3.0], [0.0, 1.0, 4.0]), SEMI_MAJOR_AXIS**2 / SEMI_MINOR_AXIS)


def test_cells_of_a_grid() -> None:
    north, east = cell_size(grid())
    assert north == pytest.approx(63.6, abs=0.2)
    assert east == pytest.approx(2.0 * 63.8 * np.cos(0.702), abs=0.2)


def test_cubics_follow_great_circles_to_a_few_metres_in_300_km() -> None:
    g = grid()
    ends = directions(np.array([0.7, 0.735]), np.array([0.1, 0.14]))
    share = np.linspace(0.0, 1.0, 31)[:, None]
    way = ends[0] * (1.0 - share) + ends[1] * share
    cubics = feet(g, way[None, ::10])[0]
    row, column = cubics @ share[:, 0] ** np.arange(4)[:, None]
    assert_allclose(row, g.rows(np.arctan2(way[:, 2], np.hypot(way[:, 0], way[:, 1]))), atol=0.1)
    assert_allclose(column, (np.arctan2(way[:, 1], way[:, 0]) - g.west) / g.longitude_step, atol=0.1)


def test_rays_stand_as_steep_as_viewing_says() -> None:
    targets = Points(latitude=np.zeros(2), longitude=np.array([100e3, 250e3]) / SEMI_MAJOR_AXIS, height=np.zeros(2))
    sensors = Points(latitude=np.zeros(2), longitude=np.zeros(2), height=np.full(2, 10e3))
    lines = sightlines(grid(), sensors, targets, SightRules())
    slant = slant_range(10e3, np.array([100e3, 250e3]))
    assert_allclose(np.arctan(lines.ray[:, 1]), grazing_angle(10e3, slant), rtol=1e-6)
    between = depression_angle(10e3, slant) - grazing_angle(10e3, slant)
    assert_allclose(lines.ray[:, 2], between, rtol=1e-6)
    assert_allclose(lines.ray[:, 2] * EFFECTIVE_EARTH_RADIUS, [100e3, 250e3], rtol=1e-9)
