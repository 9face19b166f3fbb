"""Compiled rays over terrain; the float64 reference stands in ``sightlines`` and ``shadows``.

A ray is straight over a sphere of the effective radius; its foot on the grid is a cubic in the share of its way.
"""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats, Octets, Singles

VISIBLE, MASKED, UNKNOWN, BEYOND_HORIZON = 0, 1, 2, 3
NOTHING = 1e6  # a slope steeper than any: below, nothing stands in the way yet; above, anything may

Limits: TypeAlias = tuple[float, float, float]  # effective earth radius, highest known ground, ceiling of unknown ground
View: TypeAlias = tuple[float, float, float, float]  # sensor from the centre, effective earth radius, ceiling, farthest angle
Marks: TypeAlias = tuple[float, float, float, float]  # first tangent and step across, first distance and step along
Sides: TypeAlias = tuple[Floats, Floats, Floats, Floats]  # sines and cosines of the latitudes, of the longitudes


@kernel
def small_cosine(angle: float) -> float:
    """Give the cosine of an angle below 0.3 rad to 2e-9."""
    square = angle * angle
    return 1.0 - square * (0.5 - square * (1.0 / 24.0 - square / 720.0))


@kernel
def small_sine(angle: float) -> float:
    """Give the sine of an angle below 0.3 rad to 6e-11."""
    square = angle * angle
    return angle * (1.0 - square * (1.0 / 6.0 - square * (1.0 / 120.0 - square / 5040.0)))


@kernel
def small_arctangent(tangent: float) -> float:
    """Give the angle of a tangent below 0.3 to 2e-7 rad, below 0.1 to 1e-12."""
    square = tangent * tangent
    return tangent * (1.0 - square * (1.0 / 3.0 - square * (0.2 - square * (1.0 / 7.0 - square / 9.0))))


@kernel
def cubic(c: Floats, t: float) -> float:
    """Evaluate a polynomial of four coefficients, constant first."""
    return c[0] + t * (c[1] + t * (c[2] + t * c[3]))


@kernel
def ground(heights: Singles, row: float, column: float) -> float:
    """Interpolate the height bilinearly; NaN outside and beside what is not known."""
    rows, columns = heights.shape
    if not (0.0 <= row <= rows - 1.0 and 0.0 <= column <= columns - 1.0):
        return np.nan
    i, j = min(int(row), rows - 2), min(int(column), columns - 2)
    up, right = row - i, column - j
    below = heights[i, j] + right * (heights[i, j + 1] - heights[i, j])
    above = heights[i + 1, j] + right * (heights[i + 1, j + 1] - heights[i + 1, j])
    return below + up * (above - below)


@kernel
def cross_ground(heights: Singles, foot: Floats, ray: Floats, limits: Limits) -> int:
    """Follow one ray from its target towards the sensor until the ground hides it or it is above all ground.

    ``foot`` holds the cubics of row and column, ``ray`` the target's distance from the centre, the tangent of the
    ray's elevation there, the angle to the sensor and the angle of a step.
    """
    radius, slope, whole, step = ray
    earth, highest, ceiling = limits
    free = max(highest, ceiling)
    unknown = False
    for k in range(1, int(whole / step) + 1):
        angle = k * step
        cosine, sine = small_cosine(angle), small_sine(angle)
        over = radius / (cosine - slope * sine) - earth
        if over > free and slope * cosine + sine >= 0.0:
            break
        h = ground(heights, cubic(foot[0], angle / whole), cubic(foot[1], angle / whole))
        if h > over:
            return MASKED
        if math.isnan(h) and over < ceiling:
            unknown = True
    return UNKNOWN if unknown else VISIBLE


@kernel
def cross_all(heights: Singles, feet: Floats, rays: Floats, limits: Limits, sight: Octets) -> None:
    """Follow the rays of (K, 2, 4) ``feet`` and (K, 4) ``rays``; those with something in ``sight`` are left alone."""
    for k in range(len(sight)):
        if sight[k] == VISIBLE:
            sight[k] = cross_ground(heights, feet[k], rays[k], limits)


@kernel
def sweep(heights: Singles, feet: Floats, rays: Floats, marks: Marks, view: View, profile: Singles) -> None:
    """Carry along each ray from the sensor the steepest known, and the steepest possible unknown, ground so far.

    ``feet`` (N, 2, 4) holds the cubics of row and column, ``rays`` (N, 3) the length of the ray on its axis, its
    angle on the effective earth in terms of the true one, and the slope of unknown ground before its first sample;
    ``profile`` (N, M, 2) takes slopes seen from the sensor, known and unknown.
    """
    sensor, earth, ceiling, _ = view
    samples = profile.shape[1]
    for n in range(profile.shape[0]):
        length, scale, doubtful = rays[n, 0], rays[n, 1], rays[n, 2]
        steepest = -NOTHING
        for m in range(samples):
            angle = scale * small_arctangent((marks[2] + m * marks[3]) * length)
            share = m / (samples - 1.0)
            h = ground(heights, cubic(feet[n, 0], share), cubic(feet[n, 1], share))
            unknown = math.isnan(h)
            out = earth + (ceiling if unknown else h)
            slope = (out * small_cosine(angle) - sensor) / (out * small_sine(angle))
            if unknown:
                doubtful = max(doubtful, slope)
            else:
                steepest = max(steepest, slope)
            profile[n, m, 0] = steepest
            profile[n, m, 1] = doubtful


@kernel
def behind(profile: Singles, across: float, along: float) -> tuple[float, float]:
    """Give the steepest known and unknown ground before a place, between the two rays beside it."""
    rays, samples = profile.shape[:2]
    n = min(max(int(across), 0), rays - 2)
    # What stands less than half a step before a place is the place itself.
    m = min(max(int(along - 0.5), 0), samples - 1)
    right = min(max(across - n, 0.0), 1.0)
    known = profile[n, m, 0] + right * (profile[n + 1, m, 0] - profile[n, m, 0])
    doubtful = profile[n, m, 1] + right * (profile[n + 1, m, 1] - profile[n, m, 1])
    return known, doubtful


@kernel
def judge(height: float, angle: float, view: View, before: tuple[float, float]) -> int:
    """Tell what is seen of a target at a height and an angle from the sensor, with what stands before it."""
    sensor, earth, _, farthest = view
    if angle > farthest:
        return BEYOND_HORIZON
    out, level = earth + height, earth + min(height, 0.0)
    cosine, sine = small_cosine(angle), small_sine(angle)
    slope = (out * cosine - sensor) / (out * sine)
    # The tangent to the sphere touches it where the cosine is their ratio.
    if sensor > level and level > sensor * cosine and slope < -math.sqrt(sensor * sensor - level * level) / level:
        return BEYOND_HORIZON
    if slope < before[0]:
        return MASKED
    return UNKNOWN if slope < before[1] else VISIBLE


@kernel
def shade(  # noqa: PLR0913 - one pass over the grid needs all of it, and tuples hold the rest
    heights: Singles, sides: Sides, place: Floats, turn: Floats, marks: Marks, view: View, swept: tuple[Floats, Singles], sight: Octets
) -> None:
    """Judge all cells of one quadrant.

    ``sides`` are sines and cosines of the rows' latitudes and of the columns' longitudes from the sensor, ``place``
    the sine and cosine of the sensor's latitude and the targets' height above ground, ``turn`` the east and north
    parts of the quadrant's axis, ``swept`` the scale of each ray and the profile.
    """
    scale, profile = swept
    for i in range(heights.shape[0]):
        sin_lat, cos_lat = sides[0][i], sides[1][i]
        for j in range(heights.shape[1]):
            east = cos_lat * sides[2][j]
            forward = cos_lat * sides[3][j]
            north = place[1] * sin_lat - place[0] * forward
            up = place[0] * sin_lat + place[1] * forward
            main, cross = turn[0] * east + turn[1] * north, turn[0] * north - turn[1] * east
            h = heights[i, j]
            if math.isnan(h) or up <= 0.0 or main < 0.0 or abs(cross) > main:
                continue
            if main == 0.0:
                sight[i, j] = VISIBLE
                continue
            across = (cross / main - marks[0]) / marks[1]
            along = (main / up - marks[2]) / marks[3]
            nearest = min(max(int(across + 0.5), 0), len(scale) - 1)
            angle = scale[nearest] * small_arctangent(math.sqrt(main * main + cross * cross) / up)
            sight[i, j] = judge(h + place[2], angle, view, behind(profile, across, along))
