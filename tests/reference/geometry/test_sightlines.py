"""Ways along the ground against geodesics of the ellipsoid (GeographicLib's, in PROJ)."""

import numpy as np
import pyproj
import pytest

from sidelook.geometry.sightlines import Points, _ground_distance, directions

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize("distance", [1e3, 100e3, 400e3])
def test_lengths_and_ways_are_those_of_geodesics(distance: float) -> None:
    """Lengths to 2 parts in 100,000; half-way, the great circle of verticals is within half a cell of 90 m."""
    rng = np.random.default_rng(1)
    count = 2000
    latitude, longitude = rng.uniform(-70.0, 70.0, count), rng.uniform(-180.0, 180.0, count)
    azimuth = rng.uniform(0.0, 360.0, count)
    far_lon, far_lat, _ = GEOD.fwd(longitude, latitude, azimuth, np.full(count, distance))
    half_lon, half_lat, _ = GEOD.fwd(longitude, latitude, azimuth, np.full(count, distance / 2.0))
    here = Points(latitude=np.radians(latitude), longitude=np.radians(longitude), height=0.0)
    there = Points(latitude=np.radians(far_lat), longitude=np.radians(far_lon), height=0.0)
    start, end = (directions(points.latitude, points.longitude) for points in (here, there))
    assert _ground_distance(start, end, there, here) == pytest.approx(distance, rel=2e-5)
    x, y, z = (start + end).T
    middle = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
    assert np.max(GEOD.inv(*middle, half_lon, half_lat)[2]) < 45.0
