"""Visible shares of real terrain against those of a program written apart from this one, over the same ground."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sidelook.geography.tiles import Datum, read_raster
from sidelook.geometry import kernels
from sidelook.geometry.sightlines import follow, sightlines
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.viewing import EARTH_RADIUS
from sidelook.geometry.visibility import (
    Points,
    Sight,
    SightRules,
    Viewpoint,
    line_of_sight,
    on_ground,
    shadow_mask,
)
from sidelook.geometry.wgs84 import SEMI_MAJOR_AXIS

SIDE, CELL = 2223, 90.0 / SEMI_MAJOR_AXIS
OPEN = SightRules(ceiling=-np.inf)
TILES = {
    "Pyrenees": ("andorra_N41-43_E001.tif", slice(1200, None)),
    "Franconia": ("bayreuth_N49-51_E011.tif", slice(1201)),
}


def mirrored(shared_data: Path, tile: str) -> HeightGrid:
    """Lay a degree of real terrain, mirrored to 200 x 200 km of cells of 90 m, along the equator."""
    name, rows = TILES[tile]
    with (shared_data / "terrain" / name).open("rb") as stream:
        plain = read_raster(stream, Datum.ELLIPSOID).heights[rows][::-1]
    half = np.vstack([plain, plain[::-1][1:]])
    heights = np.ascontiguousarray(np.hstack([half, half[:, ::-1][:, 1:]])[:SIDE, :SIDE])
    return HeightGrid(south=-(SIDE // 2) * CELL, west=0.1, latitude_step=CELL, longitude_step=CELL, heights=heights)


def seen_from(distance: float, height: float) -> Viewpoint:
    return Viewpoint(latitude=0.0, longitude=0.1 - distance / SEMI_MAJOR_AXIS, height=height)


@pytest.mark.parametrize(
    ("tile", "distance", "height", "share"),
    [
        ("Pyrenees", 30e3, 9e3, 0.24),
        ("Pyrenees", 30e3, 12e3, 0.32),
        ("Pyrenees", 100e3, 9e3, 0.14),
        ("Pyrenees", 100e3, 12e3, 0.205),
        ("Pyrenees", 150e3, 12e3, 0.15),
        ("Franconia", 30e3, 12e3, 0.84),
        ("Franconia", 100e3, 9e3, 0.57),
        ("Franconia", 100e3, 12e3, 0.71),
        ("Franconia", 150e3, 12e3, 0.59),
    ],
)
def test_visible_shares(shared_data: Path, tile: str, distance: float, height: float, share: float) -> None:
    mask = shadow_mask(mirrored(shared_data, tile), seen_from(distance, height), 0.0, OPEN)
    assert np.mean(mask == Sight.VISIBLE) == pytest.approx(share, abs=0.012)


def test_refraction_and_target_height_change_what_they_changed_there(shared_data: Path) -> None:
    """Visible shares 18.7 % without refraction, 20.5 % with; 21.3 % and 22.2 % of targets 2 and 4 m high."""
    grid, sensor = mirrored(shared_data, "Pyrenees"), seen_from(100e3, 12e3)
    straight = SightRules(ceiling=-np.inf, earth_radius=EARTH_RADIUS)
    masks = [
        shadow_mask(grid, sensor, above, rules)
        for above, rules in ((0.0, straight), (0.0, OPEN), (2.0, OPEN), (4.0, OPEN))
    ]
    shares = np.array([np.mean(mask == Sight.VISIBLE) for mask in masks])
    assert shares == pytest.approx([0.187, 0.205, 0.213, 0.222], abs=0.004)


@pytest.mark.parametrize("ceiling", [-np.inf, 0.0, 9_000.0])
@pytest.mark.parametrize("tile", TILES)
def test_exact_lines_are_those_that_look_at_every_sample(shared_data: Path, tile: str, ceiling: float) -> None:
    whole = mirrored(shared_data, tile)
    heights = whole.heights.copy()
    heights[1000:1100, 300:900], heights[500::97, 20::101] = np.nan, np.nan
    grid = replace(whole, heights=heights)
    rng, count = np.random.default_rng(3), 20_000
    i, j = rng.integers(0, SIDE, (2, count))
    to = on_ground(whole, grid.latitude[i], grid.longitude[j], rng.choice([0.0, 3.0, 3_000.0], count))
    away = rng.uniform(30e3, 250e3, count) / SEMI_MAJOR_AXIS
    sensors = Points(
        latitude=rng.uniform(-0.02, 0.02, count), longitude=0.1 - away, height=10.0 ** rng.uniform(3.3, 4.1, count)
    )
    rules = SightRules(ceiling=ceiling)
    lines = sightlines(grid, sensors, to, rules)
    limits, blocks = (rules.earth_radius, grid.highest, ceiling), grid.pyramid
    plain, sight = lines.sight.copy(), lines.sight.copy()
    blind = np.full_like(blocks.tops, np.inf)
    kernels.cross_all(grid.heights, (blind, blocks.voids, blocks.levels), lines.foot, lines.ray, limits, plain)
    kernels.cross_all(grid.heights, (blocks.tops, blocks.voids, blocks.levels), lines.foot, lines.ray, limits, sight)
    np.testing.assert_array_equal(sight, plain)
    assert np.mean(line_of_sight(grid, sensors, to, rules) == plain) > 0.9999
    few = replace(lines, foot=lines.foot[:300], ray=lines.ray[:300], sight=lines.sight[:300])
    np.testing.assert_array_equal(sight[:300], follow(grid, few, rules))
    assert len(np.unique(sight)) > 2


@pytest.mark.parametrize("tile", TILES)
def test_masks_agree_with_exact_lines(shared_data: Path, tile: str) -> None:
    """In 98 % of cells and more: what differs are the edges of shadows."""
    grid, sensor = mirrored(shared_data, tile), seen_from(100e3, 12e3)
    mask = shadow_mask(grid, sensor, 0.0, OPEN)
    i, j = np.random.default_rng(1).integers(0, SIDE, (2, 20_000))
    exact = line_of_sight(
        grid,
        Points(latitude=sensor.latitude, longitude=sensor.longitude, height=sensor.height),
        on_ground(grid, grid.latitude[i], grid.longitude[j]),
        OPEN,
    )
    assert np.mean(mask[i, j] == exact) >= 0.98
