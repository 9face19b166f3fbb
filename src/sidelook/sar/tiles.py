"""An image as it grows: parts that are finished, one after the other, whichever way they are formed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Span: TypeAlias = tuple[int, int, int, int]  # of pixels: first row and column, and those after the last
Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A finished part of an image: the place of its first pixel, and (rows, columns) complex64 pixels."""

    row: int
    column: int
    pixels: NDArray[np.complex64]


def tile_spans(whole: Span, tile: Place) -> Iterator[Span]:
    """Go through the tiles of a part of an image, row by row of tiles; ``tile`` is their rows and columns."""
    for row in range(whole[0], whole[2], tile[0]):
        for column in range(whole[1], whole[3], tile[1]):
            yield row, column, min(row + tile[0], whole[2]), min(column + tile[1], whole[3])
