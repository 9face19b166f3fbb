"""Compiled sums of backprojection; the float64 reference stands in ``reference``.

A profile of echoes by range is kept as a table: for each interval between two range cells, the coefficients of a
polynomial in the place within it, already turned by the carrier's phase at the interval's middle. So only the phase
within one interval is left to compute for a pixel, and no range is ever held in less than float64 except as a distance
from a place near by. Along a row of a tile the range is a cubic, whose coefficients come of float64.

The work on a piece of row is split in three loops, because LLVM makes vectors of the first and the last and will not of
one that also reads the table. Measured on one Zen 4 core: one loop 230 million pixel-pulses a second, three 760,
and 1,100 where the middle one moves 16 bytes at a time and computes nothing.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.compiling import fused_kernel as kernel

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Waves: TypeAlias = NDArray[np.complex64]
Packed: TypeAlias = NDArray[np.complex128]  # no numbers of that kind: 4 of 4 bytes, moved as one word of 16
Layout: TypeAlias = tuple[
    Floats, Floats, Floats, float
]  # place of pixel (0, 0), steps to the next row and the next column, metres of a range cell

PIECE = 64  # pixels of a row whose range is one cubic
ROWS = 32  # of a tile: its sums, 16 kB, stay in the nearest cache
LINEAR, CUBIC = 4, 8  # numbers of a table's interval
EDGE = 6  # samples of a profile beyond the tile: a shift takes 3, a cubic 3
HALF = np.float32(0.5)

# cos(2 pi t) and sin(2 pi t) / t in powers of t squared for t within half a turn, interpolated at Chebyshev nodes:
# to 8e-7 and 4e-7.
C0, C1, C2, C3, C4, C5 = (
    np.float32(0.9999992),
    np.float32(-19.73897818),
    np.float32(64.92858784),
    np.float32(-85.27084363),
    np.float32(58.78694076),
    np.float32(-21.06542941),
)
S0, S1, S2, S3, S4, S5 = (
    np.float32(6.28318491),
    np.float32(-41.3415883),
    np.float32(81.59991362),
    np.float32(-76.6141403),
    np.float32(41.34136538),
    np.float32(-12.46881862),
)

# Coefficients of the economised cubic: by power, then by cells next to the interval, one on, two on.
E01, E02, E03 = np.float32(1799.0 / 3072.0), np.float32(-199.0 / 2048.0), np.float32(71.0 / 6144.0)
E11, E12, E13 = np.float32(3595.0 / 3072.0), np.float32(-395.0 / 6144.0), np.float32(139.0 / 30720.0)
E21, E22, E23 = np.float32(-11.0 / 32.0), np.float32(25.0 / 64.0), np.float32(-3.0 / 64.0)
E31, E32, E33 = np.float32(-131.0 / 192.0), np.float32(33.0 / 128.0), np.float32(-7.0 / 384.0)


@kernel
def fill_linear(profile: Waves, carrier: Waves, turn: complex, first: int, table: Singles) -> None:
    """Write the intervals of a profile as straight lines, best in the mean over each interval.

    Parameters
    ----------
    profile : (N,) periodic, N a power of 2, at baseband
    carrier : (M,) phase of the carrier at the middle of interval i, less ``turn``
    turn : phase of the carrier at cell ``first``
    first : cell where the table begins, any whole number
    table : (4 M,) out: real and imaginary part at the middle of the interval, then of the slope
    """
    mask = len(profile) - 1
    for i in range(len(carrier)):
        n = first + i
        before, left = profile[(n - 1) & mask], profile[n & mask]
        right, after = profile[(n + 1) & mask], profile[(n + 2) & mask]
        wave = carrier[i] * np.complex64(turn)
        # The second difference moves the line from the chord to the mean: 8 dB less error than the chord's.
        middle = (HALF * (left + right) - (before - left - right + after) * np.float32(1.0 / 24.0)) * wave
        slope = (right - left) * wave
        table[4 * i], table[4 * i + 1] = middle.real, middle.imag
        table[4 * i + 2], table[4 * i + 3] = slope.real, slope.imag


@kernel
def fill_cubic(profile: Waves, carrier: Waves, turn: complex, first: int, table: Singles) -> None:
    """Write the intervals of a profile as cubics; ``fill_linear`` says the rest.

    The polynomial of degree 5 through six cells, brought down to a cubic by Chebyshev economisation over the interval:
    its error at 16 cells to a resolution cell is 50 dB less than that of the cubic through four cells.
    """
    mask = len(profile) - 1
    for i in range(len(carrier)):
        n = first + i
        wave = carrier[i] * np.complex64(turn)
        a, b, c = profile[(n - 2) & mask], profile[(n - 1) & mask], profile[n & mask]
        d, e, f = profile[(n + 1) & mask], profile[(n + 2) & mask], profile[(n + 3) & mask]
        near, mid, far = c + d, b + e, a + f
        near_step, mid_step, far_step = d - c, e - b, f - a
        parts = (
            E01 * near + E02 * mid + E03 * far,
            E11 * near_step + E12 * mid_step + E13 * far_step,
            E21 * near + E22 * mid + E23 * far,
            E31 * near_step + E32 * mid_step + E33 * far_step,
        )
        for k in range(4):
            value = parts[k] * wave
            table[8 * i + 2 * k], table[8 * i + 2 * k + 1] = value.real, value.imag


@kernel
def add_ranges(antenna: Floats, corner: Floats, layout: Layout, sums: Floats) -> None:
    """Add the range of an antenna, as a cubic along each piece of row of a tile.

    Parameters
    ----------
    antenna : (3,) m
    corner : (3,) middle of the tile's first piece of row, m
    sums : (4, ROWS) in and out: coefficients by power of the columns from the middle, range cells
    """
    _, down, across, cell = layout
    spacing = math.sqrt(across[0] ** 2 + across[1] ** 2 + across[2] ** 2)
    x, y, z = corner[0] - antenna[0], corner[1] - antenna[1], corner[2] - antenna[2]
    for row in range(ROWS):
        px, py, pz = x + row * down[0], y + row * down[1], z + row * down[2]
        distance = math.sqrt(px * px + py * py + pz * pz)
        inverse = 1.0 / distance
        slope = (px * across[0] + py * across[1] + pz * across[2]) * inverse / spacing
        bend = 0.5 * (1.0 - slope * slope) * inverse * spacing * spacing
        sums[0, row] += 0.5 * distance / cell
        sums[1, row] += 0.5 * slope * spacing / cell
        sums[2, row] += 0.5 * bend / cell
        sums[3, row] -= 0.5 * bend * slope * inverse * spacing / cell


@kernel
def place_in_table(a: tuple[float, float, float, float], cells: NDArray[np.int32], within: Singles) -> None:
    """Give for each pixel of a piece the interval, from the table's begin, and the place in it, -0.5 to 0.5."""
    # Whole cells, of the begin and of the step, are counted in integers: what is left stays small, and so exact.
    base, stride = np.floor(a[0]), np.rint(a[1])
    start, step = np.int32(base), np.int32(stride)
    a0, a1, a2, a3 = np.float32(a[0] - base), np.float32(a[1] - stride), np.float32(a[2]), np.float32(a[3])
    for i in range(PIECE):
        column = np.int32(i - PIECE // 2)
        x = np.float32(column)
        u = a0 + x * (a1 + x * (a2 + x * a3))
        whole = np.floor(u)
        within[i] = u - whole - HALF
        cells[i] = np.int32(whole) + start + step * column


@kernel
def turned(within: float, per_cell: np.float32) -> tuple[float, float]:
    """Give cosine and sine of the carrier's phase at a place in an interval."""
    t = within * per_cell
    t -= np.rint(t)
    q = t * t
    cosine = C0 + q * (C1 + q * (C2 + q * (C3 + q * (C4 + q * C5))))
    sine = t * (S0 + q * (S1 + q * (S2 + q * (S3 + q * (S4 + q * S5)))))
    return cosine, sine


@kernel
def read_intervals(table: Packed, each: int, cells: NDArray[np.int32], intervals: Packed) -> None:
    """Copy the intervals of a piece next to one another, ``each`` so many words of 16 bytes."""
    if each == 1:
        for i in range(PIECE):
            intervals[i] = table[np.uint64(np.uint32(cells[i]))]  # unsigned, so that none is taken from the end
        return
    for i in range(PIECE):
        j = np.uint64(np.uint32(2 * cells[i]))
        intervals[2 * i], intervals[2 * i + 1] = table[j], table[j + np.uint64(1)]


@kernel
def add_lines(at: Singles, within: Singles, waves: float, real: Singles, imag: Singles) -> None:
    """Add straight lines, their numbers in ``at``, at the places of a piece to the sums."""
    per_cell = np.float32(waves)
    for i in range(PIECE):
        g = within[i]
        cosine, sine = turned(g, per_cell)
        x = at[4 * i] + g * at[4 * i + 2]
        y = at[4 * i + 1] + g * at[4 * i + 3]
        real[i] += x * cosine - y * sine
        imag[i] += x * sine + y * cosine


@kernel
def add_cubics(at: Singles, within: Singles, waves: float, real: Singles, imag: Singles) -> None:
    """Add cubics, their numbers in ``at``, at the places of a piece to the sums."""
    per_cell = np.float32(waves)
    for i in range(PIECE):
        g = within[i]
        cosine, sine = turned(g, per_cell)
        x = at[8 * i] + g * (at[8 * i + 2] + g * (at[8 * i + 4] + g * at[8 * i + 6]))
        y = at[8 * i + 1] + g * (at[8 * i + 3] + g * (at[8 * i + 5] + g * at[8 * i + 7]))
        real[i] += x * cosine - y * sine
        imag[i] += x * sine + y * cosine


@kernel
def sum_tile(
    antennas: tuple[Floats, Floats, bool],
    begins: Floats,
    tables: tuple[Packed, int, float],
    corner: Floats,
    layout: Layout,
    sums: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    """Add the echoes of a block of pulses to a tile.

    Parameters
    ----------
    antennas : (B, 3) transmit and receive, m; whether they are the same
    begins : (B,) range of the begin of each table, range cells
    tables : (B, M) intervals; ``LINEAR`` or ``CUBIC``; turns of the carrier in a range cell
    corner : (3,) middle of the tile's first piece of row, m
    sums : (ROWS, PIECE) real and imaginary parts, in and out
    """
    transmit, receive, same = antennas
    table, kind, waves = tables
    cells, within = np.empty(PIECE, np.int32), np.empty(PIECE, np.float32)
    each = kind // LINEAR
    intervals = np.empty(each * PIECE, np.complex128)
    numbers = intervals.view(np.float32)
    ranges = np.empty((4, ROWS))
    for pulse in range(len(begins)):
        ranges[:] = 0.0
        add_ranges(transmit[pulse], corner, layout, ranges)
        if same:
            ranges *= 2.0
        else:
            add_ranges(receive[pulse], corner, layout, ranges)
        ranges[0] -= begins[pulse]
        for row in range(ROWS):
            place_in_table((ranges[0, row], ranges[1, row], ranges[2, row], ranges[3, row]), cells, within)
            read_intervals(table[pulse], each, cells, intervals)
            if kind == LINEAR:
                add_lines(numbers, within, waves, sums[0][row], sums[1][row])
            else:
                add_cubics(numbers, within, waves, sums[0][row], sums[1][row])


@kernel
def sum_block(
    antennas: tuple[Floats, Floats, bool],
    begins: Floats,
    tables: tuple[Packed, int, float],
    layout: Layout,
    image: Waves,
    real: Singles,
    imag: Singles,
) -> None:
    """Add the echoes of a block of pulses to an image of whole tiles; ``real``, ``imag``: (ROWS, PIECE) to work in."""
    first, down, across, _ = layout
    for top in range(0, image.shape[0], ROWS):
        for left in range(0, image.shape[1], PIECE):
            corner = first + top * down + (left + PIECE // 2) * across
            real[:] = 0.0
            imag[:] = 0.0
            sum_tile(antennas, begins, tables, corner, layout, (real, imag))
            for row in range(ROWS):
                for column in range(PIECE):
                    image[top + row, left + column] += complex(real[row, column], imag[row, column])


@kernel
def tile_ranges(
    antennas: tuple[Floats, Floats, bool], centre: Floats, halves: Floats, cell: float, ranges: Floats
) -> float:
    """Give the range of a tile's centre at each pulse, and how far the tile's pixels lie from it in range at most.

    Parameters
    ----------
    centre : (3,) m
    halves : (2, 3) from the centre half way down and half way across the tile, m
    ranges : (P,) out, range cells, as what is returned
    """
    transmit, receive, same = antennas
    a, b, c = halves[0]
    d, e, f = halves[1]
    square = (abs(a) + abs(d)) ** 2 + (abs(b) + abs(e)) ** 2 + (abs(c) + abs(f)) ** 2
    most = 0.0
    for pulse in range(len(ranges)):
        total, reach = 0.0, 0.0
        for side in range(1 if same else 2):
            antenna = transmit if side == 0 else receive
            x, y, z = centre[0] - antenna[pulse, 0], centre[1] - antenna[pulse, 1], centre[2] - antenna[pulse, 2]
            distance = math.sqrt(x * x + y * y + z * z)
            total += distance
            # R(c + d) lies between R(c) + g . d, as a distance is convex, and that plus d . d / 2 R
            reach += (abs(x * a + y * b + z * c) + abs(x * d + y * e + z * f) + 0.5 * square) / distance
        ranges[pulse] = (total if same else 0.5 * total) / cell
        most = max(most, (reach if same else 0.5 * reach) / cell)
    return most


@kernel
def shift_profile(
    profile: tuple[Singles, int, int],
    begin: int,
    length: int,
    taps: Floats,
    turn: tuple[float, float],
    target: tuple[Singles, int],
) -> None:
    """Read a profile between its samples, turned.

    Parameters
    ----------
    profile : (P, 2 L) real parts, then imaginary ones; which; L
    begin : of its samples, the first of 6
    length : samples to give
    taps : (6,) weights of neighbouring samples
    turn : cosine and sine
    target : (4, 2 T) out, as the profile; which
    """
    source, pulse, second = profile
    rows, row = target
    t0, t1, t2 = np.float32(taps[0]), np.float32(taps[1]), np.float32(taps[2])
    t3, t4, t5 = np.float32(taps[3]), np.float32(taps[4]), np.float32(taps[5])
    cosine, sine = np.float32(turn[0]), np.float32(turn[1])
    behind = rows.shape[1] // 2
    real, imag = source[pulse, begin : begin + length + 5], source[pulse, second + begin : second + begin + length + 5]
    x_out, y_out = rows[row, :length], rows[row, behind : behind + length]
    for m in range(length):
        i = np.uint64(m)  # unsigned, as in ``read_intervals``: no vectors are made of a look at the sign
        i1, i2, i3 = i + np.uint64(1), i + np.uint64(2), i + np.uint64(3)
        i4, i5 = i + np.uint64(4), i + np.uint64(5)
        x = t0 * real[i] + t1 * real[i1] + t2 * real[i2] + t3 * real[i3] + t4 * real[i4] + t5 * real[i5]
        y = t0 * imag[i] + t1 * imag[i1] + t2 * imag[i2] + t3 * imag[i3] + t4 * imag[i4] + t5 * imag[i5]
        x_out[i] = cosine * x - sine * y
        y_out[i] = cosine * y + sine * x


@kernel
def add_four(rows: Singles, weights: Singles, target: Singles, first: int, kept: int, length: int) -> None:
    """Add four rows, each by its weight of a column, to each of the rows kept; real and imaginary halves.

    Parameters
    ----------
    rows : (4, 2 T)
    weights : (4, Q)
    target : (all kept, 2 T), whose rows from ``first`` on these ``kept`` are
    length : samples of each half
    """
    half = target.shape[1] // 2
    for column in range(kept):
        a, b, c, d = weights[0, column], weights[1, column], weights[2, column], weights[3, column]
        row = first + column
        for begin in (0, half):
            r0, r1 = rows[0, begin : begin + length], rows[1, begin : begin + length]
            r2, r3 = rows[2, begin : begin + length], rows[3, begin : begin + length]
            out = target[row, begin : begin + length]
            for m in range(length):
                out[m] += a * r0[m] + b * r1[m] + c * r2[m] + d * r3[m]


@kernel
def thin_block(
    source: tuple[Singles, Floats, float, int],
    ranges: Floats,
    length: int,
    waves: float,
    taps: Floats,
    thinning: tuple[Singles, int, int],
    rows: Singles,
    target: Singles,
) -> None:
    """Add the pulses of a block into the few kept for a tile, all seen from the tile's centre.

    Parameters
    ----------
    source : (P, 2 L) profiles; (P,) range, cells, that sample ``middle`` is for; ``middle``; period, samples, or 0
    ranges : (P,) of the tile's centre, cells
    length : samples to give, ``length // 2`` of them before the centre
    waves : turns of the carrier in a range cell
    taps : (6, D) polynomials of ``thinning.shift_taps``
    thinning : (P, Q) weights; of the pulses kept, the first; how many there are
    rows : (4, 2 T) to work in
    target : (all kept, 2 T) out; added to
    """
    profiles, before, middle, period = source
    weights, first, kept = thinning
    part, four = np.empty(taps.shape[0]), np.zeros((4, weights.shape[1]), np.float32)
    for start in range(0, len(ranges), 4):
        for k in range(4):
            pulse = start + k
            four[k] = 0.0
            if pulse >= len(ranges):
                continue  # what its row still holds counts for nothing
            for column in range(kept):
                four[k, column] = weights[pulse, column]
            shift = ranges[pulse] - before[pulse]
            place = shift + middle - length // 2
            whole = math.floor(place)
            within = place - whole
            for tap in range(taps.shape[0]):
                value = 0.0
                for power in range(taps.shape[1] - 1, -1, -1):
                    value = value * within + taps[tap, power]
                part[tap] = value
            angle = 2.0 * math.pi * (waves * shift - math.floor(waves * shift))
            begin = int(whole) - (taps.shape[0] // 2 - 1)
            last = profiles.shape[1] // 2 - length - taps.shape[0]
            begin = begin % period if period > 0 else max(0, min(begin, last))
            turn = (math.cos(angle), math.sin(angle))
            shift_profile((profiles, pulse, profiles.shape[1] // 2), begin, length, part, turn, (rows, k))
        add_four(rows, four, target, first, kept, length)


@kernel
def fill_planar(profile: Singles, length: int, carrier: Waves, table: Singles) -> None:
    """Write the intervals of a profile as cubics, as ``fill_cubic`` does; real parts first, no wrapping at the ends."""
    half = len(profile) // 2
    offset = (len(carrier) - length) // 2
    for n in range(2, length - 3):
        i, k = n, n + half
        cosine, sine = carrier[offset + n].real, carrier[offset + n].imag
        near, near_step = profile[i] + profile[i + 1], profile[i + 1] - profile[i]
        mid, mid_step = profile[i - 1] + profile[i + 2], profile[i + 2] - profile[i - 1]
        far, far_step = profile[i - 2] + profile[i + 3], profile[i + 3] - profile[i - 2]
        near_i, near_step_i = profile[k] + profile[k + 1], profile[k + 1] - profile[k]
        mid_i, mid_step_i = profile[k - 1] + profile[k + 2], profile[k + 2] - profile[k - 1]
        far_i, far_step_i = profile[k - 2] + profile[k + 3], profile[k + 3] - profile[k - 2]
        x0, y0 = E01 * near + E02 * mid + E03 * far, E01 * near_i + E02 * mid_i + E03 * far_i
        x1 = E11 * near_step + E12 * mid_step + E13 * far_step
        y1 = E11 * near_step_i + E12 * mid_step_i + E13 * far_step_i
        x2, y2 = E21 * near + E22 * mid + E23 * far, E21 * near_i + E22 * mid_i + E23 * far_i
        x3 = E31 * near_step + E32 * mid_step + E33 * far_step
        y3 = E31 * near_step_i + E32 * mid_step_i + E33 * far_step_i
        table[8 * n], table[8 * n + 1] = x0 * cosine - y0 * sine, x0 * sine + y0 * cosine
        table[8 * n + 2], table[8 * n + 3] = x1 * cosine - y1 * sine, x1 * sine + y1 * cosine
        table[8 * n + 4], table[8 * n + 5] = x2 * cosine - y2 * sine, x2 * sine + y2 * cosine
        table[8 * n + 6], table[8 * n + 7] = x3 * cosine - y3 * sine, x3 * sine + y3 * cosine


@kernel
def sum_leaves(
    source: tuple[Singles, Floats, float],
    antennas: tuple[Floats, Floats, bool],
    thinning: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Singles],
    layout: Layout,
    optics: tuple[float, Floats, Waves],
    work: tuple[Singles, Singles, Singles, Packed, Singles, Singles],
    image: Waves,
    place: tuple[int, int, int, int],
) -> None:
    """Form a tile by its leaves, of ROWS by PIECE pixels, each from few pulses of its own.

    Parameters
    ----------
    source : (P, 2 L) profiles seen from the tile's centre; (P,) range of that centre, cells, and at which sample it is
    thinning : numbers of the pulses kept, where blocks and their groups begin, weights
    optics : turns of the carrier in a range cell; polynomials of a shift; (T,) carrier over a table, 0 in its middle
    work : (4, 2 T) rows, (Q, 2 T) profiles, (Q, 8 T) tables, the same packed; (ROWS, PIECE) sums, real and imaginary
    image : (rows, columns) of whole leaves, out
    place : of the tile in it: its first row and column, and those after its last
    """
    transmit, receive, same = antennas
    kept, blocks, groups, weights = thinning
    first, down, across, cell = layout
    waves, taps, carrier = optics
    rows, thinned, table, packed, real, imag = work
    halves = np.empty((2, 3))
    halves[0], halves[1] = 0.5 * (ROWS - 1) * down, 0.5 * PIECE * across
    ranges, begins = np.empty(len(transmit)), np.empty(len(kept))
    sources = (transmit[kept], receive[kept], same)
    for top in range(place[0], place[2], ROWS):
        for left in range(place[1], place[3], PIECE):
            corner = first + top * down + (left + PIECE // 2) * across
            reach = tile_ranges(antennas, corner + halves[0], halves, cell, ranges)
            length = min(2 * (int(reach) + 1 + EDGE), rows.shape[1] // 2)
            thinned[:] = 0.0
            for block in range(len(blocks) - 1):
                begin, end = blocks[block], blocks[block + 1]
                chosen = (weights[begin:end], groups[block], groups[block + 1] - groups[block])
                part = (source[0][begin:end], source[1][begin:end], source[2], 0)
                thin_block(part, ranges[begin:end], length, waves, taps, chosen, rows, thinned)
            for pulse in range(len(kept)):
                fill_planar(thinned[pulse], length, carrier, table[pulse])
                begins[pulse] = ranges[kept[pulse]] - length // 2
            real[:] = 0.0
            imag[:] = 0.0
            sum_tile(sources, begins, (packed, CUBIC, waves), corner, layout, (real, imag))
            for row in range(ROWS):
                for column in range(PIECE):
                    image[top + row, left + column] = complex(real[row, column], imag[row, column])
