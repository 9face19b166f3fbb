"""Compiled sum of backprojection at places of any kind; the float64 reference stands in ``reference``."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.compiling import fused_kernel as kernel
from sidelook.sar.kernels import CUBIC, LINEAR, PIECE, add_cubics, add_lines, read_intervals

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Packed: TypeAlias = NDArray[np.complex128]  # as in ``sidelook.sar.kernels``


@kernel
def sum_places(
    antennas: tuple[Floats, Floats, bool],
    begins: Floats,
    tables: tuple[Packed, int, float],
    cell: float,
    places: Floats,
    sums: tuple[Singles, Singles],
) -> None:
    """Add the echoes of a block of pulses at places.

    Parameters
    ----------
    antennas : (B, 3) transmit and receive, m; whether they are the same
    begins : (B,) range of the begin of each table, range cells
    tables : (B, M) intervals; ``LINEAR`` or ``CUBIC``; turns of the carrier in a range cell
    cell : m
    places : (3, N) m, N whole pieces
    sums : (N / PIECE, PIECE) real and imaginary parts, added to
    """
    transmit, receive, same = antennas
    table, kind, waves = tables
    cells, within = np.empty(PIECE, np.int32), np.empty(PIECE, np.float32)
    ranges, per_metre = np.empty(PIECE), 1.0 / cell
    intervals = np.empty(kind // LINEAR * PIECE, np.complex128)
    numbers = intervals.view(np.float32)
    for piece in range(sums[0].shape[0]):
        x, y, z = (
            places[0, piece * PIECE : (piece + 1) * PIECE],
            places[1, piece * PIECE : (piece + 1) * PIECE],
            places[2, piece * PIECE : (piece + 1) * PIECE],
        )
        for pulse in range(len(begins)):
            a, b, c = transmit[pulse, 0], transmit[pulse, 1], transmit[pulse, 2]
            d, e, f = receive[pulse, 0], receive[pulse, 1], receive[pulse, 2]
            for i in range(PIECE):
                ranges[i] = math.sqrt((x[i] - a) ** 2 + (y[i] - b) ** 2 + (z[i] - c) ** 2)
            if not same:
                for i in range(PIECE):
                    back = math.sqrt((x[i] - d) ** 2 + (y[i] - e) ** 2 + (z[i] - f) ** 2)
                    ranges[i] = 0.5 * (ranges[i] + back)
            for i in range(PIECE):
                place = ranges[i] * per_metre - begins[pulse]
                whole = np.floor(place)
                cells[i] = np.int32(whole)
                within[i] = np.float32(place - whole - 0.5)
            read_intervals(table[pulse], kind // LINEAR, cells, intervals)
            if kind == CUBIC:
                add_cubics(numbers, within, waves, sums[0][piece], sums[1][piece])
            else:
                add_lines(numbers, within, waves, sums[0][piece], sums[1][piece])
