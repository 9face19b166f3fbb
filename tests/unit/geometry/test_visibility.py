"""Lines of sight and shadows against physical laws, and masks against lines."""

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame, ecef_to_enu
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.viewing import EARTH_RADIUS, grazing_angle, horizon_range, slant_range
from sidelook.geometry.visibility import Points, Sight, SightRules, Viewpoint, line_of_sight, on_ground, shadow_mask
from sidelook.geometry.wgs84 import SEMI_MAJOR_AXIS, ecef_to_geodetic, geodetic_to_ecef

METRE = 1.0 / SEMI_MAJOR_AXIS  # of longitude on the equator, rad
OPEN = SightRules(ceiling=-np.inf)


def strip(heights: np.ndarray, west: float, spacing: float, rows: int = 5) -> HeightGrid:
    """Make a strip along the equator of the same heights in all rows."""
    rows_of = np.repeat(np.asarray(heights, np.float32)[None, :], rows, axis=0)
    step = spacing * METRE
    return HeightGrid(
        south=-(rows // 2) * step, west=west * METRE, latitude_step=step, longitude_step=step, heights=rows_of
    )


def rough(seed: int = 5, size: int = 500, spacing: float = 200.0, south: float = 0.8) -> HeightGrid:
    """Make rough ground with ridges at all scales."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(size, size))) / frequency**2.0, s=(size, size))
    heights = 700.0 + 400.0 * noise / noise.std()
    step = spacing * METRE
    return HeightGrid(
        south=south, west=0.1, latitude_step=step, longitude_step=1.4 * step, heights=heights.astype(np.float32)
    )


def sample(grid: HeightGrid, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    return rng.integers(2, grid.heights.shape[0] - 2, count), rng.integers(2, grid.heights.shape[1] - 2, count)


@pytest.mark.parametrize(("distance", "height"), [(50e3, 9e3), (120e3, 12e3), (200e3, 10e3)])
def test_a_wall_shadows_its_height_over_the_tangent_of_grazing(distance: float, height: float) -> None:
    wall, spacing, at = 60.0, 5.0, 200
    heights = np.zeros(700)
    heights[at - 2 : at + 1] = wall
    grid = strip(heights, distance - at * spacing, spacing)
    psi = float(grazing_angle(height - wall, slant_range(height - wall, distance)))
    expected = wall / np.tan(psi)
    sensor = Viewpoint(latitude=0.0, longitude=0.0, height=height)
    to = on_ground(grid, np.zeros(700), grid.longitude)
    exact = line_of_sight(grid, Points(latitude=0.0, longitude=0.0, height=height), to, OPEN)
    for sight in (exact, shadow_mask(grid, sensor, 0.0, OPEN)[2]):
        hidden = np.flatnonzero(sight == Sight.MASKED)
        assert hidden.min() == at + 1
        np.testing.assert_array_equal(np.diff(hidden), 1)
        assert (hidden.max() + 0.5 - at) * spacing == pytest.approx(expected, abs=2.0 * spacing)


def test_a_target_as_high_as_the_shadow_above_it_is_seen() -> None:
    """Half the shadow's length behind the wall, half the wall's height is hidden."""
    heights = np.zeros(700)
    heights[198:201] = 60.0
    grid = strip(heights, 99e3, 5.0)
    psi = float(grazing_angle(12e3 - 60.0, slant_range(12e3 - 60.0, 100e3)))
    place = np.full(2, grid.west + (1000.0 + 30.0 / np.tan(psi)) * METRE)
    to = on_ground(grid, np.zeros(2), place, np.array([28.5, 31.5]))
    sight = line_of_sight(grid, Points(latitude=0.0, longitude=0.0, height=12e3), to, OPEN)
    assert sight.tolist() == [Sight.MASKED, Sight.VISIBLE]


@pytest.mark.parametrize("height", [1_000.0, 10_000.0, 12_800.0])
def test_the_horizon_is_where_the_ray_is_a_tangent(height: float) -> None:
    """The slant range is sqrt(2 h Re' + h^2): 412 km from 10 km, 467 km from 12.8 km."""
    horizon = float(horizon_range(height))
    grid = strip(np.zeros(400), horizon - 20e3, 100.0)
    away = (grid.longitude - 0.0) * SEMI_MAJOR_AXIS
    slant = slant_range(height, away)
    to = on_ground(grid, np.zeros(400), grid.longitude)
    exact = line_of_sight(grid, Points(latitude=0.0, longitude=0.0, height=height), to, OPEN)
    mask = shadow_mask(grid, Viewpoint(latitude=0.0, longitude=0.0, height=height), 0.0, OPEN)[2]
    sure = np.abs(slant - horizon) > 300.0
    for sight in (exact, mask):
        expected = np.where(slant < horizon, Sight.VISIBLE, Sight.BEYOND_HORIZON)
        np.testing.assert_array_equal(sight[sure], expected[sure])
    assert {Sight.VISIBLE, Sight.BEYOND_HORIZON} <= set(mask[sure].tolist())


def chord_sees(grid: HeightGrid, sensor: tuple[float, float, float], to: Points) -> np.ndarray:
    """Follow chords in ECEF over the ellipsoid, bent as the standard atmosphere bends them: a quarter of the earth."""
    start = geodetic_to_ecef(*sensor)
    end = geodetic_to_ecef(to.latitude, to.longitude, to.height)
    share = np.linspace(0.0, 1.0, 2401)[1:-1, None]
    length = np.linalg.norm(end - start, axis=-1)
    latitude, longitude, height = ecef_to_geodetic(start + share[..., None] * (end - start))
    bulge = share * (1.0 - share) * length**2 / (8.0 * EARTH_RADIUS)
    return ~np.any(grid.height_at(latitude, longitude) > height + bulge, axis=0)


def test_lines_agree_with_bent_chords_over_the_ellipsoid() -> None:
    """Another formulation altogether: no sphere, no great circle."""
    grid = rough()
    i, j = sample(grid, 400)
    to = on_ground(grid, grid.latitude[i], grid.longitude[j], 3.0)
    sensor = (0.795, 0.098, 9e3)
    expected = chord_sees(grid, sensor, to)
    got = line_of_sight(grid, Points(latitude=sensor[0], longitude=sensor[1], height=sensor[2]), to, OPEN)
    assert 0.2 < expected.mean() < 0.9
    assert np.mean((got == Sight.VISIBLE) == expected) > 0.985


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(0.805, 0.085), (0.79, 0.11), (0.83, 0.12), (0.8079, 0.1109), (0.806, 0.137)]
)
def test_masks_agree_with_lines_from_every_side_and_from_above(latitude: float, longitude: float) -> None:
    grid = rough()
    i, j = sample(grid, 8000)
    place = Viewpoint(latitude=latitude, longitude=longitude, height=8e3)
    mask = shadow_mask(grid, place, 2.0, OPEN)[i, j]
    to = on_ground(grid, grid.latitude[i], grid.longitude[j], 2.0)
    exact = line_of_sight(grid, Points(latitude=latitude, longitude=longitude, height=8e3), to, OPEN)
    assert np.mean(exact == Sight.VISIBLE) > 0.1
    assert np.mean(mask == exact) > 0.98


def test_each_target_may_have_its_own_sensor() -> None:
    grid = rough()
    i, j = sample(grid, 60)
    to = on_ground(grid, grid.latitude[i], grid.longitude[j])
    rng = np.random.default_rng(4)
    latitude, longitude = rng.uniform(0.77, 0.84, 60), rng.uniform(0.05, 0.15, 60)
    together = line_of_sight(grid, Points(latitude=latitude, longitude=longitude, height=7e3), to)
    for k in range(60):
        one = Points(latitude=to.latitude[k], longitude=to.longitude[k], height=to.height[k])  # type: ignore[index]
        alone = line_of_sight(grid, Points(latitude=latitude[k], longitude=longitude[k], height=7e3), one)
        assert alone.shape == ()
        assert alone == together[k]


def test_sensors_and_targets_broadcast() -> None:
    grid = rough(size=64)
    sensors = Points(latitude=np.full((3, 1), 0.79), longitude=0.1, height=6e3)
    to = on_ground(grid, np.full(4, 0.8005), np.linspace(0.1005, 0.102, 4))
    assert line_of_sight(grid, sensors, to).shape == (3, 4)
    nobody = Points(latitude=np.empty(0), longitude=np.empty(0), height=np.empty(0))
    assert line_of_sight(grid, sensors, nobody).shape == (3, 0)


def test_over_ground_that_is_not_known_nothing_is_certain() -> None:
    """Level ground at 0 with a gap before the target: seen, hidden or unknown by what the gap may hold."""
    heights = np.zeros(400)
    heights[200:240] = np.nan
    grid = strip(heights, 90e3, 50.0)
    sensors = Points(latitude=0.0, longitude=0.0, height=10e3)
    places = grid.west + np.array([5e3, 11e3, 12.5e3, 19e3]) * METRE
    to = on_ground(grid, np.zeros(4), places)
    # The gap lies from 100 to 102 km; 500 m behind it rays pass 50 m and more above it, 7 km behind it 700 m.
    expected = {-np.inf: "VUVV", 20.0: "VUVV", 300.0: "VUUV", 9_000.0: "UUUU"}
    for ceiling, letters in expected.items():
        sight = line_of_sight(grid, sensors, to, SightRules(ceiling=ceiling))
        mask = shadow_mask(grid, Viewpoint(latitude=0.0, longitude=0.0, height=10e3), 0.0, SightRules(ceiling=ceiling))
        assert "".join(Sight(value).name[0] for value in sight) == letters
        columns = np.rint((places - grid.west) / grid.longitude_step).astype(int)
        assert "".join(Sight(value).name[0] for value in mask[2, columns]) == letters


def test_what_known_ground_hides_is_hidden_whatever_else_is_unknown() -> None:
    heights = np.zeros(400)
    heights[150:170], heights[200] = np.nan, 3_000.0
    grid = strip(heights, 90e3, 50.0)
    sensors = Points(latitude=0.0, longitude=0.0, height=10e3)
    assert line_of_sight(grid, sensors, on_ground(grid, 0.0, grid.west + 11e3 * METRE)) == Sight.MASKED


def test_no_height_no_answer() -> None:
    grid = strip(np.zeros(50), 90e3, 50.0)
    to = on_ground(grid, np.zeros(2), np.array([0.5, np.nan]))
    assert line_of_sight(grid, Points(latitude=0.0, longitude=0.0, height=9e3), to, OPEN).tolist() == [2, 2]
    lost = Points(latitude=np.nan, longitude=0.0, height=9e3)
    assert line_of_sight(grid, lost, on_ground(grid, 0.0, 91e3 * METRE), OPEN) == Sight.UNKNOWN


def test_aircraft_are_targets_too_and_what_is_straight_below_is_seen() -> None:
    grid = rough()
    middle = (float(grid.latitude[250]), float(grid.longitude[250]))
    over = Points(latitude=middle[0], longitude=middle[1], height=9e3)
    assert line_of_sight(grid, over, on_ground(grid, *middle), OPEN) == Sight.VISIBLE
    assert shadow_mask(grid, Viewpoint(latitude=middle[0], longitude=middle[1], height=9e3), 0.0)[250, 250] == 0
    high = Points(latitude=0.81, longitude=0.11, height=6e3)
    assert line_of_sight(grid, Points(latitude=0.75, longitude=0.05, height=9e3), high, OPEN) == Sight.VISIBLE


def test_the_antimeridian_is_no_edge() -> None:
    here = rough(size=200)
    there = HeightGrid(
        south=here.south,
        west=np.pi - 0.5 * here.width,
        latitude_step=here.latitude_step,
        longitude_step=here.longitude_step,
        heights=here.heights,
    )
    shift = there.west - here.west
    masks = [
        shadow_mask(grid, Viewpoint(latitude=0.795, longitude=longitude, height=6e3), 1.0, OPEN)
        for grid, longitude in ((here, 0.095), (there, 0.095 + shift), (there, 0.11 + shift - 2.0 * np.pi))
    ]
    assert np.mean(masks[0] == masks[1]) > 0.9995
    i, j = sample(here, 500)
    lines = [
        line_of_sight(
            grid,
            Points(latitude=0.795, longitude=longitude, height=6e3),
            on_ground(grid, grid.latitude[i], grid.longitude[j], 1.0),
            OPEN,
        )
        for grid, longitude in ((here, 0.11), (there, 0.11 + shift - 2.0 * np.pi))
    ]
    np.testing.assert_array_equal(lines[0], lines[1])
    assert np.mean(masks[2][i, j] == lines[1]) > 0.97


def test_a_grid_beyond_every_horizon_is_not_seen() -> None:
    grid = strip(np.zeros(20), 3_000e3, 100.0)
    mask = shadow_mask(grid, Viewpoint(latitude=0.0, longitude=0.0, height=12e3))
    assert np.all(mask == Sight.BEYOND_HORIZON)
    behind = shadow_mask(grid, Viewpoint(latitude=0.0, longitude=np.pi, height=12e3))
    assert np.all(behind == Sight.BEYOND_HORIZON)


def test_the_effective_earth_bends_rays_as_viewing_does() -> None:
    """Grazing angles of a local frame's straight lines exceed those of bent rays by what a quarter of the arc makes."""
    frame = LocalFrame(latitude=0.0, longitude=150e3 * METRE)
    straight = ecef_to_enu(geodetic_to_ecef(0.0, 0.0, 10e3), frame)
    plain = np.arctan2(straight[2], -straight[0])
    bent = grazing_angle(10e3, slant_range(10e3, 150e3))
    assert bent - plain == pytest.approx(150e3 / (8.0 * EARTH_RADIUS), rel=0.02)
