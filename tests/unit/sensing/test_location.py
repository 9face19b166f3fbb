import numpy as np
import pyproj
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame, enu_to_ecef, geodetic_to_enu, rotate_enu_to_ecef
from sidelook.geometry.viewing import EARTH_RADIUS, slant_range
from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef
from sidelook.sensing.location import bearing_and_distance, locate, locate_ground, observe

SENSOR = (np.radians(36.4), np.radians(-43.0), 12_000.0)


def targets(count: int = 200) -> np.ndarray:
    rng = np.random.default_rng(5)
    latitude, longitude = np.radians(rng.uniform(34.5, 38.5, count)), np.radians(rng.uniform(-45, -41, count))
    return geodetic_to_ecef(latitude, longitude, rng.uniform(0.0, 2_000.0, count))


def test_locating_undoes_observing() -> None:
    positions = targets()
    seen = observe(SENSOR, positions, np.zeros_like(positions))
    _latitude, _longitude, height = ecef_to_geodetic(positions)
    found = geodetic_to_ecef(*locate(SENSOR, seen.slant_range, seen.bearing, height), height)
    assert_allclose(found, positions, atol=1e-5)


def test_each_target_may_have_its_own_sensor() -> None:
    positions = targets(3)
    sensors = tuple(np.array([value, value + 1e-3, value - 1e-3]) for value in SENSOR)
    together = observe(sensors, positions, np.zeros_like(positions))
    alone = [observe([part[i] for part in sensors], positions[i], np.zeros(3)).slant_range for i in range(3)]
    assert_allclose(together.slant_range, alone)


def test_bearing_is_clockwise_from_north_and_opening_is_positive() -> None:
    frame = LocalFrame(latitude=SENSOR[0], longitude=SENSOR[1], height=SENSOR[2])
    east = enu_to_ecef([100e3, 0.0, -12e3], frame)
    away = rotate_enu_to_ecef([10.0, 5.0, 0.0], frame)
    seen = observe(SENSOR, east, away)
    assert seen.bearing == pytest.approx(np.pi / 2)
    assert seen.radial_speed == pytest.approx(10.0 * 100e3 / np.hypot(100e3, 12e3))


def test_slant_range_agrees_with_the_sphere() -> None:
    """Without refraction and within the ellipsoid's flattening, the spherical formula gives the same range."""
    latitude, longitude = locate_ground(SENSOR[0], SENSOR[1], 0.3, 150e3)
    seen = observe(SENSOR, geodetic_to_ecef(latitude, longitude, 0.0), np.zeros(3))
    assert seen.slant_range == pytest.approx(slant_range(12e3, 150e3, EARTH_RADIUS), rel=1e-4)


def test_a_range_that_does_not_reach_down_finds_nothing() -> None:
    assert np.isnan(locate(SENSOR, 11_000.0, 0.0)).all()


def test_bearing_and_distance_against_the_geodesic() -> None:
    rng = np.random.default_rng(6)
    lon, lat = rng.uniform(-45, -41, 100), rng.uniform(36, 40, 100)
    azimuth, _, distance = pyproj.Geod(ellps="WGS84").inv(np.full(100, -43.0), np.full(100, 38.0), lon, lat)
    bearing, arc = bearing_and_distance(np.radians(38.0), np.radians(-43.0), np.radians(lat), np.radians(lon))
    assert_allclose(arc, distance, rtol=6e-3)
    assert_allclose(np.angle(np.exp(1j * (bearing - np.radians(azimuth)))), 0.0, atol=2e-5)


def test_ground_points_are_found_again() -> None:
    bearing, distance = np.linspace(-3, 3, 7), np.linspace(1e3, 4e5, 7)
    point = locate_ground(SENSOR[0], SENSOR[1], bearing, distance)
    assert_allclose(bearing_and_distance(SENSOR[0], SENSOR[1], *point), (bearing, distance), rtol=1e-9, atol=1e-12)


def test_frames_agree_on_the_line_of_sight() -> None:
    frame = LocalFrame(latitude=SENSOR[0], longitude=SENSOR[1], height=SENSOR[2])
    positions = targets(20)
    local = geodetic_to_enu(*ecef_to_geodetic(positions), frame)
    seen = observe(SENSOR, positions, np.zeros_like(positions))
    assert_allclose(seen.bearing, np.arctan2(local[:, 0], local[:, 1]), atol=1e-12)
    assert_allclose(seen.slant_range, np.linalg.norm(local, axis=-1), atol=1e-6)
