"""Laying stored images on the map, whole and in parts, against a picture whose brightness is its place."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from sidelook.formats.laying import Ground, ground_of, lay
from sidelook.geometry.frames import LocalFrame, ecef_to_enu, enu_to_ecef, enu_to_geodetic
from sidelook.model.columns import Floats, Singles
from sidelook.model.image import Chip, OutsideImageError, TooLargeImageError, Wanted

FRAME = LocalFrame(latitude=0.7, longitude=-1.3, height=120.0)
TURN, STEP = np.radians(25.0), 0.5
ROWS, COLUMNS = 900, 1100


@dataclass
class Turned:
    """Pixels of half a metre, turned by 25 degrees, as bright as they lie east and north."""

    name: str = "turned"
    shape: tuple[int, int] = (ROWS, COLUMNS)
    asked: list[int] = field(default_factory=list)

    def read(self, rows: slice, columns: slice) -> Singles:
        """Give brightness by row and column, and count the pixels."""
        self.asked.append((rows.stop - rows.start) * (columns.stop - columns.start))
        r, c = np.meshgrid(np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop), indexing="ij")
        return (1.0 + 2.0 * r + 0.25 * c).astype(np.float32)

    def pixels_of(self, places: Floats) -> Floats:
        """Turn places back."""
        east, north, _ = ecef_to_enu(places, FRAME).T
        r, c = np.cos(TURN) * north - np.sin(TURN) * east, np.cos(TURN) * east + np.sin(TURN) * north
        return np.stack([r, c], axis=-1) / STEP + [0.5 * ROWS, 0.5 * COLUMNS]


def ground() -> Ground:
    r, c = (
        (np.array([0, 0, ROWS, ROWS]) - 0.5 * ROWS) * STEP,
        (np.array([0, COLUMNS, COLUMNS, 0]) - 0.5 * COLUMNS) * STEP,
    )
    corners = np.stack([np.cos(TURN) * c - np.sin(TURN) * r, np.cos(TURN) * r + np.sin(TURN) * c, 0 * r], axis=-1)
    return ground_of(FRAME, enu_to_ecef(corners, FRAME), STEP)


def chip(east: float, north: float, size: float, **more: float) -> Wanted:
    latitude, longitude, _ = enu_to_geodetic(np.array([east, north, 0.0]), FRAME)
    part = Chip(place=(float(latitude), float(longitude)), size=size)
    return Wanted(chip=part, most_pixels=10**7, **more)  # type: ignore[arg-type]


def check(image: Turned, wanted: Wanted) -> float:
    """Compare each pixel of the map with what must be there; give the share that has anything."""
    laid = lay(image, ground(), wanted)
    rows, columns = np.meshgrid(*map(np.arange, laid.grid.shape), indexing="ij")
    pixels = image.pixels_of(enu_to_ecef(laid.grid.positions(rows, columns).reshape(-1, 3), laid.frame))
    r, c = pixels.T.reshape(2, *laid.grid.shape)
    deep = (r > 0) & (r < ROWS - 1) & (c > 0) & (c < COLUMNS - 1)
    np.testing.assert_allclose(laid.pixels[deep], (1.0 + 2.0 * r + 0.25 * c)[deep], atol=0.01)
    out = (r < -0.6) | (r > ROWS - 0.4) | (c < -0.6) | (c > COLUMNS - 0.4)
    assert not laid.pixels[out].any()
    return float(deep.mean())


def test_the_whole_lies_where_it_is_and_nothing_beyond() -> None:
    assert 0.4 < check(Turned(), Wanted(most_pixels=10**7)) < 0.9


def test_a_part_is_the_same_as_there_in_the_whole_and_only_it_is_read() -> None:
    image = Turned()
    assert check(image, chip(40.0, -60.0, 50.0)) == 1.0
    assert sum(image.asked) < 4 * 100**2
    assert lay(image, ground(), chip(40.0, -60.0, 50.0)).said == ("laid on the map, level",)


def test_a_coarse_map_reads_no_more_than_a_block_at_a_time() -> None:
    image = Turned()
    check(image, Wanted(spacing=20.0, most_pixels=10**7))
    coarse = Turned(shape=(10**6, 10**6))
    laid = lay(coarse, ground(), chip(0.0, 0.0, 4e3, spacing=400.0))
    assert laid.grid.shape == (10, 10)
    assert max(coarse.asked) <= 4096**2


def test_a_part_half_outside_says_so() -> None:
    edge = 0.5 * COLUMNS * STEP * np.array([np.cos(TURN), np.sin(TURN)])
    laid = lay(Turned(), ground(), chip(*edge, 30.0))
    assert laid.said[1].startswith(("49.", "50."))
    assert "inside the image, nothing beyond" in laid.said[1]


def test_one_wholly_outside_is_refused_with_where_the_image_is() -> None:
    latitude, longitude, _ = enu_to_geodetic(np.array([0.0, 0.0, 0.0]), FRAME)
    with pytest.raises(OutsideImageError, match=r"nothing of turned lies .* it spans 40\.\d+,-74\.\d+ to 40\."):
        lay(Turned(), ground(), chip(900.0, 0.0, 30.0))
    assert 40 < np.degrees(latitude) < 41
    assert -75 < np.degrees(longitude) < -74


def test_without_a_place_it_is_the_middle() -> None:
    laid = lay(Turned(), ground(), Wanted(chip=Chip(size=10.0), most_pixels=10**7))
    middle = ecef_to_enu(enu_to_ecef(np.zeros(3), laid.frame), FRAME)
    np.testing.assert_allclose(middle, 0.0, atol=1e-3)
    assert laid.grid.shape == (20, 20)


def test_a_map_too_large_is_refused_before_anything_is_read() -> None:
    image = Turned()
    for wanted in (Wanted(most_pixels=1000), Wanted(most_pixels=1000, chip=Chip(size=100.0))):
        with pytest.raises(TooLargeImageError, match="give --center and --size"):
            lay(image, ground(), wanted)
    assert not image.asked


def test_places_that_are_nowhere_are_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        ground_of(FRAME, np.full((4, 3), np.nan), 1.0)
    with pytest.raises(ValueError, match="nowhere"):
        ground_of(FRAME, np.zeros((4, 3)), 0.0)
