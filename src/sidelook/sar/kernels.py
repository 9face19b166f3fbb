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
