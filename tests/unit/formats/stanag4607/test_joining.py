from dataclasses import replace

import numpy as np
import pytest

from sidelook.formats.stanag4607.joining import join_pieces
from sidelook.model.plots import Dwells, concatenate_dwells


def halves(dwells: Dwells) -> Dwells:
    """Send the last dwell, of three plots, in pieces of one and two."""
    last = dwells.take(np.array([2]))
    pieces = [
        replace(last, plots=last.plots.take(rows), plot_count=np.array([len(last.plots.take(rows))], np.int32))
        for rows in (slice(0, 1), slice(1, 3))
    ]
    return concatenate_dwells([dwells.take(slice(0, 2)), *pieces])


def test_pieces_of_one_look_become_one(dwells: Dwells) -> None:
    joined = join_pieces(halves(dwells))
    assert joined.plot_count.tolist() == [2, 0, 3]
    for name in dwells.plots.DTYPES:
        np.testing.assert_array_equal(getattr(joined.plots, name), getattr(dwells.plots, name), err_msg=name)


def test_the_last_piece_says_whether_the_revisit_ends(dwells: Dwells) -> None:
    pieces = halves(dwells)
    flags = np.array([False, False, False, True])
    assert join_pieces(replace(pieces, last_of_revisit=flags)).last_of_revisit.tolist() == [False, False, True]


@pytest.mark.parametrize("name", ["time", "dwell", "revisit", "origin", "sensor_longitude", "area_latitude"])
def test_looks_that_differ_stay_apart(dwells: Dwells, name: str) -> None:
    pieces = replace(halves(dwells), origins=dwells.origins * 2)
    column = getattr(pieces, name).copy()
    column[3] += 1
    assert len(join_pieces(replace(pieces, **{name: column}))) == 4


def test_one_dwell_is_what_it_is(dwells: Dwells) -> None:
    one = dwells.take(slice(0, 1))
    assert join_pieces(one) is one
