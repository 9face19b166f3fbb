import numpy as np
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid, Plane
from sidelook.geometry.wgs84 import SEMI_MAJOR_AXIS


def test_plane_is_level_and_broadcasts() -> None:
    assert_allclose(Plane(up=3.0).height(np.zeros((4, 1)), np.zeros(2)), np.full((4, 2), 3.0))


def test_ellipsoid_along_the_equator_is_a_circle() -> None:
    """Seen from the equator along the equator it is a circle of the semi-major axis."""
    frame = LocalFrame(latitude=0.0, longitude=1.0)
    east = np.array([0.0, 1e3, 1e5, 1e6])
    expected = np.sqrt(SEMI_MAJOR_AXIS**2 - east**2) - SEMI_MAJOR_AXIS
    assert_allclose(Ellipsoid(frame=frame).height(east, 0.0), expected, atol=1e-8)


def test_where_the_vertical_misses_the_earth_there_is_no_ground() -> None:
    assert np.isnan(Ellipsoid(frame=LocalFrame(latitude=0.0, longitude=0.0)).height(7e6, 0.0))
