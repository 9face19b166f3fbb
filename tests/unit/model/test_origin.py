import numpy as np

from sidelook.model.origin import Classification, Origin, merge_origins

A, B = Origin(source="a"), Origin(source="b", simulated=True)


def test_an_origin_that_says_nothing_is_unread_and_unread_outranks_all() -> None:
    assert A.classification is Classification.UNREAD
    assert max(Classification) is Classification.UNREAD


def test_merge_keeps_what_each_row_points_at() -> None:
    first, second = np.array([0, 1, 1], np.int32), np.array([1, 0], np.int32)
    table, column = merge_origins([((A, B), first), ((B, A), second)])
    assert table == (A, B)
    assert [table[i] for i in column] == [A, B, B, A, B]


def test_merge_of_nothing_is_empty() -> None:
    table, column = merge_origins([])
    assert table == ()
    assert len(column) == 0


def test_merge_takes_parts_without_rows() -> None:
    table, column = merge_origins([((A,), np.zeros(0, np.int32)), ((B,), np.zeros(1, np.int32))])
    assert table[column[0]] == B
