"""The compiled rays against the float64 reference."""

import numpy as np
import pytest

from sidelook.geometry import kernels, shadows
from sidelook.geometry.shadows import Viewpoint
from sidelook.geometry.sightlines import Points, Sightlines, SightRules, follow, sightlines, step_length
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.wgs84 import ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS

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


def wild(rng: np.random.Generator) -> HeightGrid:
    """Ground of any size, roughness and spacing, here and there with voids, holes, level seas and steps."""
    shape = tuple(rng.integers(2, 300, 2).tolist())
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])[None, :])
    frequency[0, 0] = np.inf
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(size=shape)) / frequency ** rng.uniform(0.0, 2.5)).real
    heights = rng.uniform(-100.0, 2_000.0) + 10.0 ** rng.uniform(0.0, 3.0) * noise / max(float(noise.std()), 1e-9)
    if rng.random() < 0.3:
        heights = np.maximum(np.round(heights / 10.0) * 10.0, 0.0)
    kind = rng.random()
    if kind < 0.3:
        heights[rng.random(shape) < 10.0 ** rng.uniform(-4.0, -1.0)] = np.nan
    elif kind < 0.6:
        i, j = rng.integers(0, shape)
        heights[i : i + rng.integers(1, 1 + shape[0]), j : j + rng.integers(1, 1 + shape[1])] = np.nan
    step = 10.0 ** rng.uniform(0.0, 2.5) / SEMI_MAJOR_AXIS
    return HeightGrid(
        south=rng.uniform(-1.2, 1.2),
        west=rng.uniform(-np.pi, np.pi),
        latitude_step=step,
        longitude_step=step * rng.uniform(1.0, 3.0),
        heights=heights.astype(np.float32),
    )


def looks(rng: np.random.Generator, grid: HeightGrid, count: int) -> tuple[Points, Points]:
    """Sensors over the grid or far off it, high and low, and targets on the ground, in the air and outside."""
    out = rng.choice([0.0, 0.2])
    latitude = grid.south + rng.uniform(-out, 1.0 + out, count) * (grid.north - grid.south)
    longitude = grid.west + rng.uniform(-out, 1.0 + out, count) * grid.width
    height = np.nan_to_num(grid.height_at(latitude, longitude), nan=300.0) + 10.0 ** rng.uniform(-1.0, 4.0, count)
    reach = np.minimum(10.0 ** rng.uniform(-5.0, -1.5, count), 3e3 * grid.latitude_step)
    sensors = Points(
        latitude=grid.south + rng.normal(size=count) * reach,
        longitude=grid.west + rng.normal(size=count) * reach,
        height=10.0 ** rng.uniform(1.0, 4.5, count),
    )
    return sensors, Points(latitude=latitude, longitude=longitude, height=height)


def crossed(grid: HeightGrid, lines: Sightlines, rules: SightRules, *, blind: bool = False) -> np.ndarray:
    """Follow lines; ``blind`` to blocks, sample by sample."""
    limits, sight = (rules.earth_radius, grid.highest, rules.ceiling), lines.sight.copy()
    tops = np.full_like(grid.pyramid.tops, np.inf) if blind else grid.pyramid.tops
    blocks = (tops, grid.pyramid.voids, grid.pyramid.levels)
    kernels.cross_all(grid.heights, blocks, lines.foot, lines.ray, limits, sight)
    return sight


@pytest.mark.parametrize("ceiling", [-np.inf, 0.0, 9_000.0])
def test_lines_are_the_reference(ceiling: float) -> None:
    grid, rules = hills(), SightRules(ceiling=ceiling)
    to = targets(grid, 1500)
    many = {"latitude": np.full(1500, 0.70), "longitude": np.full(1500, 0.05), "height": np.linspace(3e3, 12e3, 1500)}
    lines = sightlines(grid, Points(**many), to, rules)
    expected = follow(grid, lines, rules)
    assert len(np.unique(expected)) > 2
    np.testing.assert_array_equal(crossed(grid, lines, rules), expected)


@pytest.mark.parametrize("ceiling", [-np.inf, 0.0, 500.0, 9_000.0])
def test_what_is_passed_over_changes_nothing(ceiling: float) -> None:
    rng, seen = np.random.default_rng(12), np.zeros(4, np.int64)
    for number in range(60):
        grid, rules = wild(rng), SightRules(ceiling=ceiling)
        lines = sightlines(grid, *looks(rng, grid, 200), rules)
        sight = crossed(grid, lines, rules)
        np.testing.assert_array_equal(sight, crossed(grid, lines, rules, blind=True))
        if number % 6 == 0:
            np.testing.assert_array_equal(sight, follow(grid, lines, rules))
        seen += np.bincount(sight, minlength=4)
    assert np.all(seen[[kernels.VISIBLE, kernels.MASKED]] > 500)
    assert seen[kernels.UNKNOWN] > 40 or ceiling < 0.0


def test_steps_said_to_stay_in_a_block_or_outside_the_grid_do() -> None:
    rng, tight = np.random.default_rng(14), 0
    for _ in range(2000):
        span = rng.choice([5.0, 100.0, 2_000.0])
        c = tuple(np.append(rng.uniform(-0.2, 1.2) * 300.0, rng.normal(size=3) * [span, 0.1 * span, 0.02 * span]))
        share, cells = 10.0 ** rng.uniform(-4.0, -1.5), 300
        steps = np.arange(int(rng.uniform(0.0, 0.5) / share), int(1.0 / share) + 1)
        place = np.array([kernels.cubic(c, k * share) for k in steps])
        speed, first = kernels.speeds(c, share), float(place[0])
        if 0.0 <= first <= cells:
            shift = int(rng.integers(1, 5)) * kernels.SHIFT
            cell = min(int(first), cells - 1)
            passed = kernels.steps_in_block(first, cell, shift, cells, speed)
            low = cell >> shift << shift
            stays = (place >= low) & (place < min(low + (1 << shift), cells))
        else:
            passed, stays = kernels.steps_outside(first, cells, speed), (place < 0.0) | (place > cells)
        assert np.all(stays[1 : 1 + max(int(min(passed, len(place))), 0)])
        tight += int(0.9 * np.argmin(stays) <= passed < len(place))
    assert tight > 100


def test_lines_are_laid_as_the_reference_lays_them() -> None:
    rng, rules, judged = np.random.default_rng(13), SightRules(), np.zeros(4, np.int64)
    for _ in range(30):
        grid = wild(rng)
        sensors, to = looks(rng, grid, 300)
        to.height[:3] = np.nan  # type: ignore[index]
        sensors.latitude[3:6], sensors.longitude[6:9] = np.nan, sensors.longitude[6:9] + 2.0 * np.pi  # type: ignore[index]
        expected = sightlines(grid, sensors, to, rules)
        ends = np.stack([getattr(p, name) for p in (sensors, to) for name in ("latitude", "longitude", "height")], -1)
        foot, ray, sight = (np.empty_like(part) for part in (expected.foot, expected.ray, expected.sight))
        layout = (grid.south, grid.west + 0.5 * grid.width, 0.5 * grid.width, grid.latitude_step, grid.longitude_step)
        step = step_length(grid, rules) / rules.earth_radius
        globe = (SEMI_MAJOR_AXIS, ECCENTRICITY_SQUARED, rules.earth_radius, step)
        kernels.lay_all(ends, layout, globe, foot, ray, sight)
        np.testing.assert_array_equal(sight, expected.sight)
        # Angles of 1e-15 rad, in cells of a metre and more.
        laid = sight != kernels.UNKNOWN
        np.testing.assert_allclose(foot[laid], expected.foot[laid], atol=1e-6)
        np.testing.assert_allclose(ray[laid], expected.ray[laid], rtol=1e-9)
        judged += np.bincount(sight, minlength=4)
    assert np.all(judged[[kernels.VISIBLE, kernels.UNKNOWN, kernels.BEYOND_HORIZON]] > 100)


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
