"""Compiled geocoding: ground to image pixel by pixel, and profiles across the flight; see ``reference`` for float64.

Grids of heights are given by their layout: first row's latitude, first column's longitude, and the steps, rad. Views
hold the antenna in ECEF and the unit vectors ahead and aside, one a row.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.compiling import kernel

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.float32] | NDArray[np.complex64]
Octets: TypeAlias = NDArray[np.uint8]
Layout: TypeAlias = tuple[float, float, float, float]
Ellipsoid: TypeAlias = tuple[float, float]  # semi-major axis, eccentricity squared

OUTSIDE, SEEN = 0, 1
EDGE = 1e-6  # cells: what lies on the edge but for rounding is inside
ROUNDS = 6  # of finding the ground over a place: each leaves as much as slope of ground times slope of climb
CHANNELS = 6  # of a lattice: grid row, grid column and up, and how they grow with height


@kernel
def height_in(heights: Singles, row: float, column: float) -> float:
    """Give the height, bilinear in its cell; NaN outside and where a height that counts is not known."""
    rows, columns = heights.shape
    if not (-EDGE <= row <= rows - 1 + EDGE and -EDGE <= column <= columns - 1 + EDGE):
        return np.nan
    row, column = min(max(row, 0.0), rows - 1.0), min(max(column, 0.0), columns - 1.0)
    i, j = min(int(row), rows - 2), min(int(column), columns - 2)
    up, right = row - i, column - j
    total = 0.0
    for a in range(2):
        for b in range(2):
            weight = (up if a else 1.0 - up) * (right if b else 1.0 - right)
            if weight != 0.0:
                total += weight * heights[i + a, j + b]
    return total


@kernel
def amplitude_in(pixels: Pixels, row: float, column: float) -> float:
    """Give the amplitude between pixels, bilinear; below zero outside."""
    rows, columns = pixels.shape
    if not (0.0 <= row <= rows - 1.0 and 0.0 <= column <= columns - 1.0):
        return -1.0
    i, j = min(int(row), max(rows - 2, 0)), min(int(column), max(columns - 2, 0))
    up, right = row - i, column - j
    k, m = min(i + 1, rows - 1), min(j + 1, columns - 1)
    low = (1.0 - right) * abs(pixels[i, j]) + right * abs(pixels[i, m])
    high = (1.0 - right) * abs(pixels[k, j]) + right * abs(pixels[k, m])
    between: float = (1.0 - up) * low + up * high
    return between


@kernel
def lay_rows(
    sides: tuple[Floats, Floats],
    terrain: tuple[Singles, Layout, Ellipsoid],
    view: Floats,
    circle: Floats,
    pixels: Pixels,
    folds: tuple[Octets, Floats],
    laid: tuple[Singles, Octets, Singles],
) -> None:
    """Lay an image onto some rows of the ground.

    Parameters
    ----------
    sides : latitudes (R,) and longitudes (C,), rad
    terrain : heights, their layout, and the ellipsoid
    view : (3, 3) antenna in ECEF, m; unit vectors ahead and aside
    circle : (9,) of ``projection.circle_of``
    pixels : of the image
    folds : (S, Y) flags across the flight, and (4,) first ahead and aside, m, and samples a metre of both
    laid : (R, C) amplitudes, flags and heights, written
    """
    (latitude, longitude), (heights, layout, ellipsoid) = sides, terrain
    amplitudes, flags, ground = laid
    turn_cos, turn_sin, column = np.cos(longitude), np.sin(longitude), np.empty(len(longitude))
    for j in range(len(longitude)):
        column[j] = (longitude[j] - layout[1]) / layout[3]
    for i in range(len(latitude)):
        sin_lat, cos_lat = math.sin(latitude[i]), math.cos(latitude[i])
        curve = ellipsoid[0] / math.sqrt(1.0 - ellipsoid[1] * sin_lat * sin_lat)
        row = (latitude[i] - layout[0]) / layout[2]
        for j in range(len(longitude)):
            h = height_in(heights, row, column[j])
            ground[i, j] = h
            amplitudes[i, j], flags[i, j] = 0.0, OUTSIDE
            if math.isnan(h):
                continue
            out = (curve + h) * cos_lat
            x, y = out * turn_cos[j] - view[0, 0], out * turn_sin[j] - view[0, 1]
            z = (curve * (1.0 - ellipsoid[1]) + h) * sin_lat - view[0, 2]
            ahead = x * view[1, 0] + y * view[1, 1] + z * view[1, 2]
            along = (ahead - circle[1]) * circle[2]
            aside = x * view[2, 0] + y * view[2, 1] + z * view[2, 2]
            squared = x * x + y * y + z * z - circle[0] - along * along
            if squared < 0.0 or aside <= 0.0:  # the other side of the path has the same circles
                continue
            across = math.sqrt(squared)
            value = amplitude_in(
                pixels,
                circle[3] + circle[4] * along + circle[5] * across,
                circle[6] + circle[7] * along + circle[8] * across,
            )
            if value < 0.0:
                continue
            s = int((ahead - folds[1][0]) * folds[1][2] + 0.5)
            t = int((aside - folds[1][1]) * folds[1][3] + 0.5)
            s, t = min(max(s, 0), folds[0].shape[0] - 1), min(max(t, 0), folds[0].shape[1] - 1)
            amplitudes[i, j], flags[i, j] = value, folds[0][s, t]


@kernel
def read_lattice(lattice: Floats, place: Floats, into: Floats) -> None:
    """Interpolate a lattice (M, N, 6) at fractional ``place``, (2,)."""
    i = min(max(int(place[0]), 0), lattice.shape[0] - 2)
    j = min(max(int(place[1]), 0), lattice.shape[1] - 2)
    up, right = place[0] - i, place[1] - j
    for c in range(CHANNELS):
        low = lattice[i, j, c] + right * (lattice[i, j + 1, c] - lattice[i, j, c])
        high = lattice[i + 1, j, c] + right * (lattice[i + 1, j + 1, c] - lattice[i + 1, j, c])
        into[c] = low + up * (high - low)


@kernel
def draw_profiles(
    heights: Singles,
    lattice: tuple[Floats, Floats],
    climb: Floats,
    samples: tuple[Floats, Floats],
    profiles: tuple[Floats, Floats],
) -> None:
    """Find the ground on lines across the flight, each in the plane that is as far ahead all along.

    Parameters
    ----------
    lattice : (M, N, 6) over places along and aside, level from the antenna; (4,) first place, and nodes a metre
    climb : (2,) level and upward parts of the unit vector ahead
    samples : (S,) ahead and (Y,) aside, m
    profiles : (S, Y) slant range, m, NaN where no height is known; (S, Y, 3) row and column in the grid of heights, and
        height, m; written
    """
    (ahead, aside), (slant, ground) = samples, profiles
    nodes, marks = lattice
    place, here = np.empty(2), np.empty(CHANNELS)
    for s in range(len(ahead)):
        along, start = ahead[s] / climb[0], 0.0
        for t in range(len(aside)):
            row = column = up = h = 0.0
            place[1] = (aside[t] - marks[1]) * marks[3]
            for _ in range(ROUNDS):
                place[0] = (along - marks[0]) * marks[2]
                read_lattice(nodes, place, here)
                row, column = here[0] + start * here[3], here[1] + start * here[4]
                h = height_in(heights, row, column)
                start = start if math.isnan(h) else h
                up = here[2] + start * here[5]
                along = (ahead[s] - up * climb[1]) / climb[0]
            slant[s, t] = math.sqrt(along * along + aside[t] * aside[t] + up * up)
            ground[s, t, 0], ground[s, t, 1], ground[s, t, 2] = row, column, h
            if math.isnan(h):
                slant[s, t] = np.nan
