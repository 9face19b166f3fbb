"""An image as it grows: parts that are finished, one after the other, whichever way they are formed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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


def tiles_in_turn(form: Callable[[Span], Tile], spans: Iterable[Span], workers: int) -> Iterator[Tile]:
    """Form tiles side by side and give them in their order, each as soon as those before it are given.

    No more are begun than there are workers, beyond the one that is waited for; whoever stops asking has the others
    stopped, but for those begun.

    Parameters
    ----------
    form : safe to be called by several threads at once; kernels let other threads run meanwhile
    workers : threads; with 1 there is none but the caller's
    """
    if workers == 1:
        yield from map(form, spans)
        return
    pending: deque[Future[Tile]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for span in spans:
                pending.append(pool.submit(form, span))
                if len(pending) > workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
