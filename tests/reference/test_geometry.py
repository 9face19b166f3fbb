"""Geometry against pyproj and against published values."""

import numpy as np
import pyproj
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame, ecef_to_enu, enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.viewing import depression_angle, grazing_angle, horizon_range
from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef

TO_ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def earth_points(count: int = 20_000) -> tuple[np.ndarray, ...]:
    """Random points, and the places where formulas break: poles, their neighbourhood, equator, antimeridian."""
    rng = np.random.default_rng(4607)
    latitude = np.arcsin(rng.uniform(-1, 1, count))
    longitude = rng.uniform(-np.pi, np.pi, count)
    latitude[:4] = np.pi / 2, -np.pi / 2, np.pi / 2 - 1e-9, -np.pi / 2 + 1e-6
    latitude[4:7] = 0.0, 1e-12, -1e-9
    longitude[7:10] = np.pi, -np.pi, np.nextafter(np.pi, 0)
    return latitude, longitude, rng.uniform(0.0, 20_000.0, count)


def test_ecef_agrees_with_pyproj_to_a_micrometre() -> None:
    latitude, longitude, height = earth_points()
    expected = np.stack(TO_ECEF.transform(np.degrees(longitude), np.degrees(latitude), height), axis=-1)
    assert np.abs(geodetic_to_ecef(latitude, longitude, height) - expected).max() < 1e-6


def test_geodetic_from_pyprojs_ecef_is_within_a_micrometre() -> None:
    latitude, longitude, height = earth_points()
    ecef = np.stack(TO_ECEF.transform(np.degrees(longitude), np.degrees(latitude), height), axis=-1)
    lat, lon, h = ecef_to_geodetic(ecef)
    assert np.abs(h - height).max() < 1e-6
    assert np.abs(lat - latitude).max() * 6.4e6 < 1e-6
    turn = np.angle(np.exp(1j * (lon - longitude))) * np.cos(latitude)
    assert np.abs(turn).max() * 6.4e6 < 1e-6


def test_local_frame_agrees_with_pyprojs_topocentric_pipeline() -> None:
    lat0, lon0, h0 = 38.2, -43.1, 350.0
    pipeline = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=cart +ellps=WGS84 "
        f"+step +proj=topocentric +ellps=WGS84 +lon_0={lon0} +lat_0={lat0} +h_0={h0}"
    )
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(36, 40, 500), rng.uniform(-46, -40, 500)
    height = rng.uniform(0, 20_000, 500)
    expected = np.stack(pipeline.transform(lon, lat, height), axis=-1)
    frame = LocalFrame(latitude=np.radians(lat0), longitude=np.radians(lon0), height=h0)
    assert_allclose(geodetic_to_enu(np.radians(lat), np.radians(lon), height, frame), expected, atol=1e-6)


@pytest.mark.parametrize("above", [0.0, 500.0, 9000.0])
def test_ellipsoid_ground_lies_at_its_height(above: float) -> None:
    frame = LocalFrame(latitude=np.radians(38.2), longitude=np.radians(-43.1), height=120.0)
    east, north = np.meshgrid(np.linspace(-3e5, 3e5, 31), np.linspace(-3e5, 3e5, 31))
    up = Ellipsoid(frame=frame, above=above).height(east, north)
    _, _, height = enu_to_geodetic(np.stack([east, north, up], axis=-1), frame)
    assert np.abs(height - above).max() <= 1e-8 + above * 6e-6
    geocentric = ecef_to_enu(geodetic_to_ecef(frame.latitude, frame.longitude, above), frame)
    assert_allclose(Ellipsoid(frame=frame, above=above).height(0.0, 0.0), geocentric[2], atol=1e-8 + above * 6e-6)


def test_depression_and_grazing_as_documented() -> None:
    """MATLAB documentation of depressionang and grazingang: 300 m over ground at 1000 m, 4/3 earth."""
    assert np.degrees(depression_angle(300.0, 1000.0)) == pytest.approx(17.4608, abs=5e-5)
    assert np.degrees(grazing_angle(300.0, 1000.0)) == pytest.approx(17.4544, abs=5e-5)


TABLE = [  # height km, slant range km, grazing, depression: the public 4/3-earth reference geometry
    (10.0, 50, 11.372, 11.702),
    (10.0, 100, 5.404, 6.074),
    (10.0, 150, 3.318, 4.327),
    (10.0, 200, 2.193, 3.539),
    (10.0, 250, 1.450, 3.134),
    (12.8, 150, 4.391, 5.399),
    (12.8, 250, 2.093, 3.776),
    (20.0, 150, 7.161, 8.163),
    (20.0, 250, 3.749, 5.428),
]


@pytest.mark.parametrize(("height_km", "range_km", "grazing_deg", "depression_deg"), TABLE)
def test_reference_geometry(height_km: float, range_km: float, grazing_deg: float, depression_deg: float) -> None:
    h, r = height_km * 1e3, range_km * 1e3
    assert np.degrees(grazing_angle(h, r)) == pytest.approx(grazing_deg, abs=6e-4)
    assert np.degrees(depression_angle(h, r)) == pytest.approx(depression_deg, abs=6e-4)


@pytest.mark.parametrize(("height_km", "horizon_km"), [(10.0, 412), (12.8, 467), (20.0, 583)])
def test_horizon(height_km: float, horizon_km: float) -> None:
    assert horizon_range(height_km * 1e3) / 1e3 == pytest.approx(horizon_km, abs=0.5)
    assert grazing_angle(height_km * 1e3, horizon_range(height_km * 1e3)) == pytest.approx(0.0, abs=1e-12)
