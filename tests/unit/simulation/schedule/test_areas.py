import numpy as np
import pyproj
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.simulation.schedule import Area, Polygon, rectangle
from sidelook.simulation.schedule.areas import area_of, box_around, contains, plane_corners, points_of

FRAME = LocalFrame(latitude=0.66, longitude=np.pi - 0.001)
BOX = Area(frame=FRAME, west=-30e3, south=-10e3, east=20e3, north=40e3)
# An L: what a bounding box would get wrong.
ELL = Polygon(corners=((0.0, 0.0), (0.0, 0.02), (0.01, 0.02), (0.01, 0.01), (0.02, 0.01), (0.02, 0.0)))


def test_a_rectangle_has_its_area_over_the_antimeridian_too() -> None:
    polygon = rectangle(BOX)
    assert {np.sign(corner[1]) for corner in polygon.corners} == {-1.0, 1.0}
    latitude, longitude = np.degrees(np.array(polygon.corners)).T
    true, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(longitude, latitude)
    assert area_of(polygon) == pytest.approx(50e3 * 50e3, rel=1e-4)
    assert area_of(polygon) == pytest.approx(abs(true), rel=1e-4)


def test_points_lie_along_the_outline_and_inside() -> None:
    latitude, longitude = points_of(ELL)
    assert len(latitude) > 100
    assert ((latitude <= 0.01 + 1e-5) | (longitude <= 0.01 + 1e-5)).all()
    assert ((latitude > 1e-4) & (longitude > 1e-4)).sum() > 30
    for corner in ELL.corners:
        assert np.hypot(latitude - corner[0], longitude - corner[1]).min() < 1e-9


def test_inside_is_inside() -> None:
    latitude, longitude = np.array([0.005, 0.015, 0.015, -0.001, 0.005]), np.array([0.015, 0.005, 0.015, 0.01, 0.005])
    assert contains(ELL, latitude, longitude).tolist() == [True, True, False, False, True]
    # Nor is the other side of the earth.
    assert not contains(ELL, -latitude, longitude + np.pi).any()


def test_a_box_around_some_points_is_no_larger_than_they_need() -> None:
    polygon = rectangle(BOX)
    latitude, longitude = points_of(polygon)
    west = longitude > 0.0
    cut = box_around(latitude[west], longitude[west], polygon)
    assert 0.3 * area_of(polygon) < area_of(cut) < area_of(polygon)
    assert_allclose(plane_corners(box_around(latitude, longitude, polygon)), plane_corners(polygon), atol=60.0)


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        ((), "three corners"),
        (((0.0, 0.0), (0.1, 0.0)), "three corners"),
        (((0.0, 0.0), (0.1, 0.0), (np.nan, 0.1)), "three corners"),
        (((66.0, 7.0), (67.0, 7.0), (67.0, 8.0)), "radians"),
        (((0.0, 0.0), (0.9, 0.0), (0.0, 0.9)), "within"),
        (((0.0, 0.0), (0.0, np.pi), (0.1, 0.0)), "within"),
    ],
)
def test_what_is_no_area_says_why(corners: tuple[tuple[float, float], ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Polygon(corners=corners)
