"""Compiled rays over terrain; the float64 reference stands in ``sightlines`` and ``shadows``.

A ray is straight over a sphere of the effective radius; its foot on the grid is a cubic in the share of its way.
Inner loops call functions of numbers only: handing an array to a function costs more than all else at a sample.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.compiling import kernel

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Octets: TypeAlias = NDArray[np.uint8]
Bits: TypeAlias = NDArray[np.bool_]

VISIBLE, MASKED, UNKNOWN, BEYOND_HORIZON = 0, 1, 2, 3
TURN = 2.0 * math.pi
FARTHEST = 0.3  # rad on the effective earth, 2,500 km: nothing on the ground is seen so far from within the air
NOTHING = 1e6  # a slope steeper than any: below, nothing stands in the way yet; above, anything may
BORDER = 1.0 + 1e-9  # cells between two quadrants belong to both
STRIDE = 16  # samples, of the search for where a ray leaves the grid
NEAREST = 0.65  # samples: what stands less far before a place is the place itself
SHIFT = 2  # blocks of a pyramid are 4 of the next finer level long and wide
EDGE = 1e-6  # cells: a place so near the side of a block may be rounded to beyond it
STILL = 1e-12  # cells a sample: what moves less takes for ever
SERIES = 1e-8  # of the earth's radius: a ray may be computed that much too high, by the series of its angle
MARGIN = 2.0 * STRIDE  # rows and columns, more than a stride crosses

Blocks: TypeAlias = tuple[Singles, Bits, NDArray[np.int64]]  # tops, voids and levels of a pyramid
Layout: TypeAlias = tuple[
    float, float, float, float, float
]  # first latitude, middle longitude and half the width of a grid, its steps north and east
Globe: TypeAlias = tuple[
    float, float, float, float
]  # semi-major axis and eccentricity squared, effective earth radius, angle of a step
Limits: TypeAlias = tuple[
    float, float, float
]  # effective earth radius, highest known ground, ceiling of unknown ground
View: TypeAlias = tuple[
    float, float, float, float
]  # sensor from the centre, effective earth radius, ceiling, farthest angle
Marks: TypeAlias = tuple[float, float, float, float]  # first tangent and step across, first distance and step along
Sides: TypeAlias = tuple[Floats, Floats, Floats, Floats]  # sines and cosines of the latitudes, of the longitudes
Place: TypeAlias = tuple[float, float, float]  # sine and cosine of the sensor's latitude, height of targets over ground
Cubic: TypeAlias = tuple[float, float, float, float]  # coefficients, constant first


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
def cubic(c: Cubic, t: float) -> float:
    """Evaluate a polynomial."""
    return c[0] + t * (c[1] + t * (c[2] + t * c[3]))


@kernel
def bilinear(low: tuple[float, float], high: tuple[float, float], right: float, up: float) -> float:
    """Interpolate between the corners of a cell, west and east of its lower and its upper side."""
    below, above = low[0] + right * (low[1] - low[0]), high[0] + right * (high[1] - high[0])
    return below + up * (above - below)


@kernel
def through_thirds(at: tuple[float, float, float, float], c: Floats) -> None:
    """Give the cubic, constant first, through values at no, one, two and three thirds of the way."""
    c[0] = at[0]
    c[1] = 0.5 * (18.0 * at[1] - 11.0 * at[0] - 9.0 * at[2] + 2.0 * at[3])
    c[2] = 0.5 * (18.0 * at[0] - 45.0 * at[1] + 36.0 * at[2] - 9.0 * at[3])
    c[3] = 4.5 * (at[3] - at[0] + 3.0 * (at[1] - at[2]))


@kernel
def aside(longitude: float, middle: float) -> float:
    """Give how far east of another a longitude is, by the shorter way."""
    angle = longitude - middle
    return angle - TURN * math.floor(angle / TURN + 0.5)


@kernel
def ground_distance(end: Floats, half_chord: float, east: float, globe: Globe) -> float:
    """Give the length of the way along the ellipsoid, m: half the chord is of unit directions, ``east`` in rad."""
    north, squeeze = end[0] - end[3], math.cos(0.5 * (end[0] + end[3]))
    bulge = 1.0 - globe[1] * (1.0 - squeeze * squeeze)
    across = globe[0] / math.sqrt(bulge)
    along = across * (1.0 - globe[1]) / bulge
    over, up = (east * squeeze) ** 2, north * north
    whole = over + up
    radius = whole / (up / along + over / across) if whole > 0.0 else along  # Euler's formula
    return 2.0 * radius * math.asin(min(half_chord, 1.0))


@kernel
def judge_line(radius: float, slope: float, whole: float, earth: float) -> int:
    """Judge a line by the horizon of the smooth sphere, which lies at sea level or at a target below it."""
    if math.isnan(slope):
        return UNKNOWN
    dips = slope < 0.0 and math.atan(-slope) < whole and radius / math.sqrt(1.0 + slope * slope) < min(radius, earth)
    return BEYOND_HORIZON if dips or whole > FARTHEST else VISIBLE


@kernel
def lay_line(end: Floats, layout: Layout, globe: Globe, foot: Floats, ray: Floats) -> int:
    """Lay one line from its target to its sensor, and judge what needs no ground.

    Directions are reckoned from the target's meridian; ``end`` is a row of the ``ends`` of ``lay_all``.
    """
    east = aside(end[1], end[4])
    start_out, start_up = math.cos(end[3]), math.sin(end[3])
    out = math.cos(end[0])
    x, y, z = out * math.cos(east) - start_out, out * math.sin(east), math.sin(end[0]) - start_up
    x1, y1, z1 = start_out + x / 3.0, y / 3.0, start_up + z / 3.0
    x2, y2, z2 = start_out + x * (2.0 / 3.0), y * (2.0 / 3.0), start_up + z * (2.0 / 3.0)
    south, middle, half_width, row, column = layout
    latitude1, latitude2 = math.atan2(z1, math.sqrt(x1 * x1 + y1 * y1)), math.atan2(z2, math.sqrt(x2 * x2 + y2 * y2))
    through_thirds(
        ((end[3] - south) / row, (latitude1 - south) / row, (latitude2 - south) / row, (end[0] - south) / row), foot[0]
    )
    first = (aside(end[4], middle) + half_width) / column
    through_thirds(
        (first, first + math.atan2(y1, x1) / column, first + math.atan2(y2, x2) / column, first + east / column),
        foot[1],
    )
    half_chord = 0.5 * math.sqrt(x * x + y * y + z * z)
    angle = ground_distance(end, half_chord, east, globe) / globe[2]
    target, sensor = globe[2] + end[5], globe[2] + end[2]
    slope = (sensor * math.cos(angle) - target) / (sensor * math.sin(angle)) if angle != 0.0 else np.inf
    ray[0], ray[1], ray[2], ray[3] = target, slope, angle, globe[3]
    return judge_line(target, slope, angle, globe[2])


@kernel
def lay_all(ends: Floats, layout: Layout, globe: Globe, feet: Floats, rays: Floats, sight: Octets) -> None:
    """Lay lines into (K, 2, 4) ``feet`` and (K, 4) ``rays``, with what is seen before any ground is looked at.

    ``ends`` (K, 6) are latitude, longitude and height of the sensors and of the targets. The reference is
    ``sightlines.sightlines``.
    """
    for k in range(len(sight)):
        sight[k] = lay_line(ends[k], layout, globe, feet[k], rays[k])


@kernel
def lowest(radius: float, slope: float, whole: float, earth: float) -> float:
    """Give the least height over the sphere of a ray to the sensor: at its start, at its end or where it is level."""
    if slope >= 0.0:
        return radius - earth
    cosine, sine = small_cosine(whole), small_sine(whole)
    if slope * cosine + sine < 0.0:
        return radius / (cosine - slope * sine) - earth
    return radius / math.sqrt(1.0 + slope * slope) - earth


@kernel
def speeds(c: Cubic, share: float) -> tuple[float, float]:
    """Give bounds on how much a polynomial may grow, and how much it may fall, over any ``share`` of 0..1."""
    bend = abs(2.0 * c[2]) + abs(3.0 * c[3])
    return max(bend + c[1], 0.0) * share + STILL, max(bend - c[1], 0.0) * share + STILL


@kernel
def steps_in_block(place: float, cell: int, shift: int, cells: int, speed: tuple[float, float]) -> float:
    """Count the steps that surely leave a row, or column, in the block of its cell, at ``speed`` up and down."""
    low = (cell >> shift) << shift
    return min((min(low + (1 << shift), cells) - place - EDGE) / speed[0], (place - low - EDGE) / speed[1])


@kernel
def steps_outside(place: float, high: float, speed: tuple[float, float]) -> float:
    """Count the steps that surely leave a row, or column, outside 0 to ``high``; below zero where it is not."""
    return max((-place - EDGE) / speed[0], (place - high - EDGE) / speed[1])


@kernel
def cross_ground(heights: Singles, blocks: Blocks, foot: Floats, ray: Floats, limits: Limits) -> int:
    """Follow one ray from its target towards the sensor until the ground hides it or it is above all ground.

    ``blocks`` are a pyramid's tops, voids and levels: samples over blocks which the rest of the ray is clear of are
    passed over. ``foot`` holds the cubics of row and column, ``ray`` the target's distance from the centre, the
    tangent of the ray's elevation there, the angle to the sensor and the angle of a step.
    """
    rows, columns = heights.shape[0] - 1, heights.shape[1] - 1
    tops, voids, levels = blocks
    top = len(levels) - 1
    row_cubic = (foot[0, 0], foot[0, 1], foot[0, 2], foot[0, 3])
    column_cubic = (foot[1, 0], foot[1, 1], foot[1, 2], foot[1, 3])
    radius, slope, whole, step = ray[0], ray[1], ray[2], ray[3]
    k, last = 1, int(whole / step)
    row_speed, column_speed = speeds(row_cubic, step / whole), speeds(column_cubic, step / whole)
    floor, slack = lowest(radius, slope, whole, limits[0]), SERIES * limits[0]
    ceiling, free, unknown, level = limits[2], max(limits[1], limits[2]), False, 0
    while k <= last:
        angle = k * step
        cosine, sine = small_cosine(angle), small_sine(angle)
        over = radius / (cosine - slope * sine) - limits[0]
        rises = slope * cosine + sine >= 0.0
        if over > free and rises:
            break
        clear = (over if rises else floor) - slack
        row, column = cubic(row_cubic, angle / whole), cubic(column_cubic, angle / whole)
        passed, void = 0.0, True
        if 0.0 <= row <= rows and 0.0 <= column <= columns:
            i, j = min(int(row), rows - 1), min(int(column), columns - 1)
            while level >= 0:
                block = levels[level, 0] + (i >> SHIFT * (level + 1)) * levels[level, 1] + (j >> SHIFT * (level + 1))
                if clear > tops[block] and (clear >= ceiling or not voids[block]):
                    break
                level -= 1
            if level < 0:
                low, high = (heights[i, j], heights[i, j + 1]), (heights[i + 1, j], heights[i + 1, j + 1])
                h = bilinear(low, high, column - j, row - i)
                if h > over:
                    return MASKED
                void = math.isnan(h)
            else:
                shift = SHIFT * (level + 1)
                north_south = steps_in_block(row, i, shift, rows, row_speed)
                passed, void = min(north_south, steps_in_block(column, j, shift, columns, column_speed)), False
            level = min(level + 1, top)
        elif clear >= ceiling:
            passed = max(steps_outside(row, rows, row_speed), steps_outside(column, columns, column_speed))
        if void and over < ceiling:
            # More that is not known changes nothing: only known ground still may.
            unknown, ceiling, free = True, -np.inf, min(free, tops[-1] + slack)
        k += 1 + int(min(max(passed, 0.0), last))
    return UNKNOWN if unknown else VISIBLE


@kernel
def cross_all(heights: Singles, blocks: Blocks, feet: Floats, rays: Floats, limits: Limits, sight: Octets) -> None:
    """Follow the rays of (K, 2, 4) ``feet`` and (K, 4) ``rays``; those with something in ``sight`` are left alone."""
    for k in range(len(sight)):
        if sight[k] == VISIBLE and rays[k, 2] >= rays[k, 3]:
            sight[k] = cross_ground(heights, blocks, feet[k], rays[k], limits)


@kernel
def last_sample(foot: Floats, samples: int, rows: int, columns: int) -> int:
    """Count the samples of a ray up to where it has left the grid for good, and a few more."""
    row, column = (foot[0, 0], foot[0, 1], foot[0, 2], foot[0, 3]), (foot[1, 0], foot[1, 1], foot[1, 2], foot[1, 3])
    end = samples
    while end > 1:
        share = (end - 1) / (samples - 1.0)
        i, j = cubic(row, share), cubic(column, share)
        if -MARGIN < i < rows + MARGIN and -MARGIN < j < columns + MARGIN:
            break
        end = max(end - STRIDE, 1)
    return min(end + STRIDE, samples)


@kernel
def lay_out(foot: Floats, ray: Floats, marks: Marks, end: int, way: Floats) -> None:
    """Give row and column, and cotangent and cosecant of the angle, for the first ``end`` samples of a ray.

    Loops without branches, of sums and products but for one: the compiler does several samples at once.
    """
    row_cubic = (foot[0, 0], foot[0, 1], foot[0, 2], foot[0, 3])
    column_cubic = (foot[1, 0], foot[1, 1], foot[1, 2], foot[1, 3])
    per_sample = 1.0 / (way.shape[1] - 1.0)
    near, step, scale = marks[2] * ray[0], marks[3] * ray[0], ray[1]
    for m in range(end):
        way[0, m] = cubic(row_cubic, m * per_sample)
        way[1, m] = cubic(column_cubic, m * per_sample)
        way[2, m] = scale * small_arctangent(near + m * step)
    for m in range(end):
        way[3, m] = np.divide(1.0, way[2, m])
    for m in range(end):
        square = way[2, m] * way[2, m]
        way[2, m] = way[3, m] * (1.0 - square * (1.0 / 3.0 + square * (1.0 / 45.0 + square * (2.0 / 945.0))))
        way[3, m] *= 1.0 + square * (1.0 / 6.0 + square * (7.0 / 360.0 + square * (31.0 / 15120.0)))


@kernel
def sweep_ray(heights: Singles, view: View, doubtful: float, end: int, way: Floats, part: Singles) -> None:
    """Carry along one ray from the sensor the steepest known, and the steepest possible unknown, ground so far.

    ``doubtful`` is the slope of unknown ground before the first sample; ``part`` (M, 2) takes slopes seen from the
    sensor, known and unknown, of the first ``end`` samples.
    """
    rows, columns = heights.shape
    sensor, earth, ceiling, _ = view
    steepest, doubt = -NOTHING, np.divide(sensor, earth + ceiling)
    for m in range(end):
        row, column = way[0, m], way[1, m]
        h = np.nan
        if 0.0 <= row <= rows - 1.0 and 0.0 <= column <= columns - 1.0:
            i, j = min(int(row), rows - 2), min(int(column), columns - 2)
            low, high = (heights[i, j], heights[i, j + 1]), (heights[i + 1, j], heights[i + 1, j + 1])
            h = bilinear(low, high, column - j, row - i)
        if not math.isnan(h):
            steepest = max(steepest, way[2, m] - np.divide(sensor, earth + h) * way[3, m])
        elif ceiling > -earth:
            doubtful = max(doubtful, way[2, m] - doubt * way[3, m])
        part[m, 0], part[m, 1] = steepest, doubtful


@kernel
def sweep(heights: Singles, feet: Floats, rays: Floats, marks: Marks, view: View, profile: Singles) -> None:
    """Sweep all rays into the (N, M, 2) ``profile``; past the grid it is left as it was.

    ``feet`` (N, 2, 4) holds the cubics of row and column, ``rays`` (N, 3) the length of the ray on its axis, its angle
    on the effective earth in terms of the true one, and the slope of unknown ground before its first sample.
    """
    rows, columns = heights.shape
    samples = profile.shape[1]
    way = np.empty((4, samples))
    for n in range(profile.shape[0]):
        end = last_sample(feet[n], samples, rows, columns)
        lay_out(feet[n], rays[n], marks, end, way)
        sweep_ray(heights, view, rays[n, 2], end, way, profile[n])


@kernel
def judge(height: float, angle: float, view: View, known: float, doubtful: float) -> int:
    """Tell what is seen of a target at a height and an angle from the sensor, with what stands before it."""
    sensor, earth, _, farthest = view
    if angle > farthest:
        return BEYOND_HORIZON
    out, level = earth + height, earth + min(height, 0.0)
    cosine, sine = small_cosine(angle), small_sine(angle)
    slope = (out * cosine - sensor) / (out * sine)
    # The tangent to the sphere touches it where the cosine is their ratio.
    if sensor > level > sensor * cosine and slope < -math.sqrt(sensor * sensor - level * level) / level:
        return BEYOND_HORIZON
    if slope < known:
        return MASKED
    return UNKNOWN if slope < doubtful else VISIBLE


@kernel
def turn_row(sides: Sides, place: Place, turn: tuple[float, float], row: int, way: Floats) -> bool:
    """Give the parts of a row's verticals along a quadrant's axis, across it and up; tell whether any is in it.

    What is not in the quadrant has no part along the axis. A loop without branches: the compiler does several cells at
    once.
    """
    sin_lat, cos_lat = sides[0][row], sides[1][row]
    some = False
    for j in range(way.shape[1]):
        east, forward = cos_lat * sides[2][j], cos_lat * sides[3][j]
        north, up = place[1] * sin_lat - place[0] * forward, place[0] * sin_lat + place[1] * forward
        main, cross = turn[0] * east + turn[1] * north, turn[0] * north - turn[1] * east
        mine = (up > 0.0) & (main >= 0.0) & (abs(cross) <= main * BORDER)
        way[0, j], way[1, j], way[2, j] = main if mine else -1.0, cross, up
        some |= mine
    return some


@kernel
def place_row(marks: Marks, way: Floats) -> None:
    """Turn parts along, across and up into ray and sample, with fractions, and angle from the sensor on the true earth.

    Samples are minus infinity where the cell is in another quadrant. NumPy's division asks for no zeros: no branches.
    """
    per_across, per_along = 1.0 / marks[1], 1.0 / marks[3]
    for j in range(way.shape[1]):
        main, cross, per_up = way[0, j], way[1, j], np.divide(1.0, way[2, j])
        way[0, j] = (np.divide(cross, main) - marks[0]) * per_across
        way[1, j] = (main * per_up - marks[2]) * per_along if main >= 0.0 else -np.inf
        way[2, j] = small_arctangent(math.sqrt(main * main + cross * cross) * per_up)


@kernel
def shade_row(
    heights: Singles, way: Floats, above: float, view: View, scale: Floats, profile: Singles, sight: Octets
) -> None:
    """Judge the cells of a row that are of the quadrant."""
    rays, samples = profile.shape[:2]
    for j in range(heights.shape[0]):
        h, along = heights[j], way[1, j]
        if math.isnan(h) or along == -np.inf:
            continue
        if along < NEAREST:
            sight[j] = VISIBLE  # right below the sensor
            continue
        across = way[0, j]
        n = min(max(int(across), 0), rays - 2)
        m = min(int(along - NEAREST), samples - 1)
        right = min(max(across - n, 0.0), 1.0)
        known = profile[n, m, 0] + right * (profile[n + 1, m, 0] - profile[n, m, 0])
        doubtful = profile[n, m, 1] + right * (profile[n + 1, m, 1] - profile[n, m, 1])
        sight[j] = judge(h + above, scale[n] * way[2, j], view, known, doubtful)


@kernel
def shade(
    heights: Singles,
    sides: Sides,
    place: Place,
    turn: tuple[float, float],
    marks: Marks,
    view: View,
    swept: tuple[Floats, Singles],
    sight: Octets,
) -> None:
    """Judge all cells of one quadrant.

    ``sides`` are sines and cosines of the rows' latitudes and of the columns' longitudes from the sensor, ``place``
    the sine and cosine of the sensor's latitude and the targets' height above ground, ``turn`` the east and north
    parts of the quadrant's axis, ``swept`` the scale of each ray and the profile.
    """
    way = np.empty((3, heights.shape[1]))
    for i in range(heights.shape[0]):
        if turn_row(sides, place, turn, i, way):
            place_row(marks, way)
            shade_row(heights[i], way, place[2], view, swept[0], swept[1], sight[i])
