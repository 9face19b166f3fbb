import threading

import numpy as np
import pytest

from sidelook.sar.tiles import Span, Tile, tile_spans, tiles_in_turn

SPANS = list(tile_spans((0, 0, 50, 7), (5, 4)))


class Former:
    """Forms tiles of zeros, and notes who did which."""

    def __init__(self, fails_at: int = -1) -> None:
        self.formed: list[Span] = []
        self.threads: set[int] = set()
        self.fails_at = fails_at

    def __call__(self, span: Span) -> Tile:
        """Form one."""
        if span[0] == self.fails_at:
            message = "no room"
            raise OSError(message)
        self.formed.append(span)
        self.threads.add(threading.get_ident())
        return Tile(row=span[0], column=span[1], pixels=np.zeros((span[2] - span[0], span[3] - span[1]), np.complex64))


def test_spans_cover_every_pixel_once() -> None:
    seen = np.zeros((50, 7), int)
    for top, left, bottom, right in SPANS:
        seen[top:bottom, left:right] += 1
    assert (seen == 1).all()
    assert SPANS[1] == (0, 4, 5, 7)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_tiles_come_in_their_order(workers: int) -> None:
    former = Former()
    assert [(tile.row, tile.column) for tile in tiles_in_turn(former, SPANS, workers)] == [span[:2] for span in SPANS]
    assert (threading.get_ident() in former.threads) == (workers == 1)


@pytest.mark.parametrize("workers", [1, 3])
def test_work_is_not_ahead_of_who_asks_and_stops_with_them(workers: int) -> None:
    former = Former()
    tiles = tiles_in_turn(former, SPANS, workers)
    next(tiles)
    tiles.close()  # type: ignore[attr-defined]
    assert len(former.formed) <= workers + 1


@pytest.mark.parametrize("workers", [1, 3])
def test_what_fails_is_raised_at_its_place(workers: int) -> None:
    tiles = tiles_in_turn(Former(fails_at=10), SPANS, workers)
    assert [next(tiles).row for _ in range(4)] == [0, 0, 5, 5]
    with pytest.raises(OSError, match="no room"):
        next(tiles)
