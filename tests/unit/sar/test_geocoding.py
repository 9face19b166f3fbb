"""Images on terrain: kernels against NumPy, layover and shadow of a ridge against closed form, and clear errors."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.visibility import Points, Sight, line_of_sight
from sidelook.model.columns import Floats, Octets
from sidelook.model.geocoded import DegreeGrid, GeocodedImage, GroundFlag
from sidelook.model.origin import Origin
from sidelook.sar.geocoding import geocode, geocode_bands, kernels, plan_geocoding, reference
from sidelook.sar.geocoding.folds import folds_in, lattice_over, lines_over
from sidelook.sar.geocoding.forming import NoPlaceError
from sidelook.sar.geocoding.projection import NoTerrainError, footprint_of, layout_of
from sidelook.sar.looking import NoApertureError, look_of, plane_of

from .looks import FRAME, ground, image_from

HEIGHT = 40.0


def hills(east: Floats, north: Floats) -> Floats:
    return np.asarray(320.0 + 25.0 * np.sin(east / 31.0) * np.cos(north / 43.0) + 0.1 * east)


def ridge(toward: float, away: float, bearing: float = 90.0) -> HeightGrid:
    """Raise a ridge whose flanks rise by these much a metre, as seen from the bearing, degrees."""
    turn = np.radians(bearing)

    def shape(east: Floats, north: Floats) -> Floats:
        near = east * np.sin(turn) + north * np.cos(turn)
        return np.asarray(300.0 + np.maximum(0.0, HEIGHT - np.where(near > 0.0, near * toward, -near * away)))

    return ground(shape, step=0.5)


def flags_along(made: GeocodedImage, bearing: float) -> tuple[Floats, Octets]:
    """Give places along a bearing through the scene reference, m, and the flags there."""
    near = np.arange(-140.0, 140.0, 0.25)
    places = np.stack([near * np.sin(np.radians(bearing)), near * np.cos(np.radians(bearing)), 0.0 * near], axis=-1)
    latitude, longitude, _ = enu_to_geodetic(places, FRAME)
    rows = np.rint((latitude - made.grid.south) / made.grid.latitude_step).astype(int)
    columns = np.rint((longitude - made.grid.west) / made.grid.longitude_step).astype(int)
    return near, made.flags[rows, columns]


@pytest.mark.parametrize("how", [{}, {"side": -1, "heading": 130.0, "squint": 25.0}, {"climb": 8.0, "squint": -30.0}])
@pytest.mark.parametrize("kind", [np.float32, np.complex64])
def test_the_kernel_gives_what_numpy_gives(how: dict[str, float], kind: type) -> None:
    rng, terrain = np.random.default_rng(1), ground(hills)
    image = image_from(9e3, 35.0, up=12.0, **how)
    pixels = rng.normal(size=(*image.grid.shape, 2)) @ np.array([1.0, 1j])
    image = replace(image, pixels=np.asarray(pixels if kind is np.complex64 else np.abs(pixels)).astype(kind))
    made = geocode(image, terrain)
    expected = reference.lay(image, terrain, made.grid)
    outside = made.flags == GroundFlag.OUTSIDE
    assert (outside == np.isnan(expected)).mean() > 0.9999
    assert 0.05 < outside.mean() < 0.6
    both = ~outside & np.isfinite(expected)
    assert np.abs(made.amplitude[both] - expected[both]).max() < 1e-5


@pytest.mark.parametrize("how", [{}, {"side": -1, "heading": 130.0, "squint": 25.0}, {"climb": 8.0, "squint": -30.0}])
def test_profiles_are_those_of_the_reference(how: dict[str, float]) -> None:
    terrain, image = ground(hills, side=1500.0, step=5.0), image_from(9e3, 35.0, **how)
    look = look_of(image)
    footprint = footprint_of(image.grid, look, FRAME, terrain)
    lines = lines_over(look, plane_of(image.grid, look).side, footprint, 7.0)
    lattice = lattice_over(lines, look, footprint, FRAME, layout_of(terrain, footprint))
    shape = (len(lines.ahead), len(lines.aside))
    slant, places = np.empty(shape), np.empty((*shape, 3))
    kernels.draw_profiles(terrain.heights, lattice, lines.climb, (lines.ahead, lines.aside), (slant, places))
    expected = reference.draw_profiles(lines, look, terrain, FRAME)
    known = np.isfinite(expected)
    assert known.mean() > 0.8
    assert np.isfinite(slant[known]).mean() > 0.99
    assert np.nanmax(np.abs(slant - expected)) < 0.02


@pytest.mark.parametrize(
    ("grazing", "toward", "away"),
    [(45.0, 2.0, 0.5), (60.0, 1.0, 1.0), (30.0, 0.5, 1.5), (50.0, 0.5, 0.5), (35.0, 3.0, 3.0)],
)
@pytest.mark.parametrize(
    ("bearing", "how"),
    [
        (90.0, {"heading": 0.0, "side": -1}),
        (90.0, {"heading": 180.0, "side": 1}),
        (200.0, {"heading": 110.0, "side": -1}),
    ],
)
def test_a_ridge_folds_and_shades_as_it_must(
    grazing: float, toward: float, away: float, bearing: float, how: dict[str, float]
) -> None:
    """Seen from far away, ground at ``near`` and height h is imaged at near + h tan(grazing)."""
    made = geocode(image_from(300e3, grazing, **how), ridge(toward, away, bearing))
    near, flags = flags_along(made, bearing)
    tangent = np.tan(np.radians(grazing))
    height = np.maximum(0.0, HEIGHT - np.where(near > 0.0, near * toward, -near * away))
    imaged = near + height * tangent
    shadow = np.zeros(len(near), np.bool_)
    if away > tangent:
        end = -HEIGHT / tangent
        shadow = (near > end) & (near < 0.0)
    folds = np.zeros(len(near), np.bool_)
    if toward * tangent > 1.0:  # the foreslope is steeper than the incidence
        folds = (imaged >= HEIGHT / toward) & (imaged <= HEIGHT * tangent) & ~shadow
    expected = np.where(shadow, GroundFlag.SHADOW, np.where(folds, GroundFlag.LAYOVER, GroundFlag.SEEN))
    changes = np.flatnonzero(np.diff(expected))
    clear = np.abs(near[:, None] - near[changes]).min(axis=1, initial=np.inf) > 2.0  # two pixels
    assert (flags[clear] == expected[clear]).all()
    assert folds.any() == (toward * tangent > 1.0)


@pytest.mark.parametrize(("step", "spacing"), [(3.0, 1.0), (12.0, 0.3)])
def test_shadow_is_what_lines_of_sight_say(step: float, spacing: float) -> None:
    """For each pixel, and as well where a few are looked at first."""

    def rough(east: Floats, north: Floats) -> Floats:
        return np.asarray(300.0 + 30.0 * np.sin(east / 25.0) * np.cos(north / 30.0))

    terrain, image = ground(rough, side=900.0, step=step), image_from(20e3, 12.0, squint=20.0)
    plan = plan_geocoding(image, terrain, spacing)
    assert (plan.thinning > 1) == (spacing < 1.0)
    made = geocode(image, terrain, spacing)
    rows, columns = np.nonzero(made.flags != GroundFlag.OUTSIDE)
    latitude, longitude = made.grid.latitude[rows], made.grid.longitude[columns]
    place = [float(part) for part in enu_to_geodetic(look_of(image).place, FRAME)]
    sight = line_of_sight(
        terrain,
        Points(latitude=place[0], longitude=place[1], height=place[2]),
        Points(latitude=latitude, longitude=longitude, height=terrain.height_at(latitude, longitude)),
    )
    shadow = made.flags[rows, columns] == GroundFlag.SHADOW
    assert 0.1 < shadow.mean() < 0.9
    assert (shadow == (sight == Sight.MASKED)).mean() > 0.9999


def test_what_is_hidden_folds_over_nothing() -> None:
    """A plateau has the ranges of the valley before it, which sends nothing where a wall hides it."""

    def valley(east: Floats, north: Floats) -> Floats:
        return np.asarray(300.0 + 30.0 * (east < -20.0) + 0.0 * north)

    def walled(east: Floats, north: Floats) -> Floats:
        return np.maximum(valley(east, north), 300.0 + 97.0 - 6.0 * np.abs(east - 60.0))

    image = image_from(300e3, 40.0, heading=0.0, side=-1)
    for shape, plateau, before in (
        (valley, GroundFlag.LAYOVER, GroundFlag.SEEN),
        (walled, GroundFlag.SEEN, GroundFlag.SHADOW),
    ):
        near, flags = flags_along(geocode(image, ground(shape, step=0.5)), 90.0)
        # 30 m high it is imaged 30 tan 40 = 25 m nearer: its first 25 m as the valley's last.
        assert (flags[(near > -42.0) & (near < -24.0)] == plateau).all()
        assert (flags[(near > 10.0) & (near < 40.0)] == before).all()
        assert (flags[(near > -80.0) & (near < -48.0)] == GroundFlag.SEEN).all()


def test_folds_are_where_ranges_do_not_grow() -> None:
    slant = np.array([[1.0, 2.0, 3.0, 2.5, np.nan, 2.7, 4.0, 5.0], [1, 2, 3, 4, 5, 6, 7, 8]])
    np.testing.assert_array_equal(folds_in(slant)[0], [False, False, True, True, False, True, False, False])
    assert not folds_in(slant)[1].any()


def test_what_is_not_known_is_outside() -> None:
    terrain = ground(hills)
    heights = terrain.heights.copy()
    heights[280:300, 310:] = np.nan
    made = geocode(image_from(9e3, 35.0), replace(terrain, heights=heights))
    row, column = made.grid.shape[0] // 2 - 10, made.grid.shape[1] // 2 + 50
    assert made.flags[row, column] == GroundFlag.OUTSIDE
    assert made.amplitude[row, column] == 0.0
    assert made.flags[row + 40, column] == GroundFlag.SEEN


def test_bands_are_the_whole_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    image, terrain = image_from(9e3, 35.0), ground(hills)
    whole = geocode(image, terrain)
    monkeypatch.setattr("sidelook.sar.geocoding.forming.BAND", 10_000)
    bands = list(geocode_bands(plan_geocoding(image, terrain)))
    assert len(bands) > 5
    assert [band.top for band in bands] == list(np.cumsum([0] + [len(band.flags) for band in bands[:-1]]))
    np.testing.assert_array_equal(np.concatenate([band.flags for band in bands]), whole.flags)
    assert whole.origin.simulated
    assert whole.processing[-1] == "laid onto terrain"


def test_the_other_side_of_the_path_is_outside() -> None:
    """Straight below, ground of both sides is at the same ranges: the one that is imaged is to one side alone."""
    image = image_from(400.0, 70.0, pixels=250, heading=0.0, side=-1)
    level = ground(lambda east, north: 300.0 + 0.0 * east + 0.0 * north, step=5.0)
    plan = plan_geocoding(image, level)
    step = plan.grid.longitude_step
    grid = replace(plan.grid, west=FRAME.longitude - 200.0 * step, shape=(plan.grid.shape[0], 600))
    flags = np.concatenate([band.flags for band in geocode_bands(replace(plan, grid=grid))])
    east = geodetic_to_enu(FRAME.latitude, grid.longitude, 300.0, FRAME)[:, 0]
    row, path = flags[len(flags) // 2], 400.0 * np.cos(np.radians(70.0))
    assert (row[(east > -120.0) & (east < 120.0)] == GroundFlag.SEEN).all()
    mirrored = (2.0 * path - east > -120.0) & (2.0 * path - east < 120.0)
    assert mirrored.sum() > 200
    assert (row[mirrored] == GroundFlag.OUTSIDE).all()
    assert np.isnan(reference.lay(image, level, grid)[:, mirrored]).all()


def test_a_grid_over_the_antimeridian_is_one() -> None:
    here, image = ground(hills), image_from(9e3, 35.0)
    east = np.pi - FRAME.longitude
    moved = replace(here, west=float(np.mod(here.west + east + np.pi, 2 * np.pi) - np.pi))
    made = geocode(replace(image, frame=replace(FRAME, longitude=np.pi)), moved)
    expected = geocode(image, here)
    assert made.grid.shape == expected.grid.shape
    assert (made.flags == expected.flags).mean() > 0.999


def test_what_cannot_be_laid_is_refused() -> None:
    terrain, image = ground(hills), image_from(9e3, 35.0)
    with pytest.raises(NoPlaceError, match="center=LAT,LON"):
        geocode(replace(image, frame=None), terrain)
    with pytest.raises(NoApertureError, match="give the SICD"):
        geocode(replace(image, aperture=None), terrain)
    with pytest.raises(NoTerrainError, match="elevation tiles"):
        geocode(image, replace(terrain, west=1.0))
    with pytest.raises(NoTerrainError, match="elevation tiles"):
        geocode(image, replace(terrain, heights=np.full_like(terrain.heights, np.nan)))
    assert image.aperture is not None
    still = replace(image.aperture, places=np.repeat(image.aperture.places[:1], 50, axis=0))
    with pytest.raises(NoApertureError, match="stands still"):
        geocode(replace(image, aperture=still), terrain)
    once = replace(image.aperture, places=image.aperture.places[:1], time=image.aperture.time[:1])
    with pytest.raises(NoApertureError, match="two moments"):
        geocode(replace(image, aperture=once), terrain)


def test_records_hold_together() -> None:
    grid = DegreeGrid(south=0.0, west=0.0, latitude_step=1e-6, longitude_step=1e-6, shape=(2, 3))
    with pytest.raises(ValueError, match="holds nothing"):
        replace(grid, shape=(0, 3))
    with pytest.raises(ValueError, match="flags"):
        GeocodedImage(
            amplitude=np.zeros((2, 3), np.float32),
            flags=np.zeros((2, 2), np.uint8),
            grid=grid,
            begin=None,
            end=None,
            processing=(),
            origin=Origin(source="test"),
        )
