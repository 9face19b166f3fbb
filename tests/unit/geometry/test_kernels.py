"""The compiled rays against the float64 reference."""

import numpy as np
import pytest

from sidelook.geometry import kernels, shadows
from sidelook.geometry.shadows import Viewpoint
from sidelook.geometry.sightlines import Points, SightRules, follow, sightlines
from sidelook.geometry.terrain import HeightGrid

ARC = np.radians(1.0 / 400.0)


def hills(seed: int = 3, rows: int = 240, columns: int = 280) -> HeightGrid:
    """Ridges of some 600 m, with a void."""
    rng = np.random.default_rng(seed)
    row, column = np.arange(rows)[:, None] / rows, np.arange(columns)[None, :] / columns
    heights = np.zeros((rows, columns))
    for wave in range(1, 9):
        phase, turn = rng.uniform(0.0, 2.0 * np.pi, 2)
        heights += 300.0 / wave * np.sin(30.0 * wave * (row * np.cos(turn) + column * np.sin(turn)) + phase)
    heights[100:112, 150:170] = np.nan
    return HeightGrid(
        south=0.73, west=0.02, latitude_step=ARC, longitude_step=1.4 * ARC, heights=heights.astype(np.float32)
    )


def targets(grid: HeightGrid, count: int) -> Points:
    rng = np.random.default_rng(8)
    latitude, longitude = rng.uniform(grid.south, grid.north, count), grid.west + rng.uniform(-0.001, grid.width, count)
    return Points(latitude=latitude, longitude=longitude, height=grid.height_at(latitude, longitude) + 2.0)


@pytest.mark.parametrize("angle", [0.0, 1e-4, 0.05, 0.1])
def test_series_of_small_angles(angle: float) -> None:
    assert kernels.small_cosine(angle) == pytest.approx(np.cos(angle), abs=1e-12)
    assert kernels.small_sine(angle) == pytest.approx(np.sin(angle), abs=1e-12)
    assert kernels.small_arctangent(np.tan(angle)) == pytest.approx(angle, abs=1e-11)


@pytest.mark.parametrize("ceiling", [-np.inf, 0.0, 9_000.0])
def test_lines_are_the_reference(ceiling: float) -> None:
    grid, rules = hills(), SightRules(ceiling=ceiling)
    to = targets(grid, 1500)
    many = {"latitude": np.full(1500, 0.70), "longitude": np.full(1500, 0.05), "height": np.linspace(3e3, 12e3, 1500)}
    lines = sightlines(grid, Points(**many), to, rules)
    expected = follow(grid, lines, rules)
    limits = (rules.earth_radius, grid.highest, rules.ceiling)
    kernels.cross_all(grid.heights, lines.foot, lines.ray, limits, lines.sight)
    assert len(np.unique(expected)) > 2
    np.testing.assert_array_equal(lines.sight, expected)


@pytest.mark.parametrize("sensor", [(0.70, 0.03, 9e3), (0.7301, 0.0301, 7e3), (0.735, -0.02, 12e3)])
def test_fans_and_their_shadows_are_the_reference(sensor: tuple[float, float, float]) -> None:
    grid, rules = hills(), SightRules(ceiling=-50.0)
    place = Viewpoint(latitude=sensor[0], longitude=sensor[1], height=sensor[2])
    view = shadows.view_from(place, grid.highest, rules)
    sight, swept = shadows.unjudged(grid), []
    aside = grid.longitude - place.longitude
    sides = (np.sin(grid.latitude), np.cos(grid.latitude), np.sin(aside), np.cos(aside))
    for quadrant in range(4):
        fan = shadows.fan(grid, place, quadrant, view)
        if fan is None:
            continue
        reference = shadows.sweep(grid, fan, view)
        profile = np.full((len(fan.ray), fan.samples, 2), np.nan, np.float32)
        kernels.sweep(grid.heights, fan.foot, fan.ray, fan.marks, view, profile)
        swept.append((fan, np.where(np.isnan(profile), reference, profile).astype(np.float64)))
        # Single precision of a slope of order one: a centimetre in 100 km.
        np.testing.assert_allclose(swept[-1][1], reference, rtol=2e-7, atol=2e-7)
        position = (np.sin(place.latitude), np.cos(place.latitude), 2.0)
        scale = np.ascontiguousarray(fan.ray[:, 1])
        kernels.shade(grid.heights, sides, position, fan.turn, fan.marks, view, (scale, profile), sight)
    assert swept
    expected = shadows.shade(grid, place, 2.0, view, swept)
    assert len(np.unique(expected)) > 2
    assert np.mean(sight == expected) > 0.9999
