from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import numpy as np
import pytest

from sidelook.model.columns import Columnar, Floats, Indices, stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Columnar):
    """A record of two columns and a shared field."""

    number: Indices
    vector: Floats
    name: str = ""

    DTYPES: ClassVar = {"number": np.int32, "vector": (np.float64, 2)}


def pair(count: int) -> Pair:
    return Pair(number=np.arange(count, dtype=np.int32), vector=np.ones((count, 2)), name="shared")


def test_length_is_that_of_the_columns() -> None:
    assert len(pair(3)) == 3


@pytest.mark.parametrize(
    ("number", "vector"),
    [
        (np.zeros(2, np.int64), np.zeros((2, 2))),
        (np.zeros(2, np.int32), np.zeros((3, 2))),
        (np.zeros(2, np.int32), np.zeros(2)),
        (np.zeros((2, 1), np.int32), np.zeros((2, 2))),
    ],
)
def test_a_column_of_other_dtype_or_shape_is_refused(number: np.ndarray, vector: np.ndarray) -> None:
    with pytest.raises(ValueError, match="needs"):
        Pair(number=number, vector=vector)


def test_empty_says_nothing() -> None:
    blank = Pair.empty(2, name="x")
    assert np.isnan(blank.vector).all()
    assert not blank.number.any()
    assert blank.name == "x"


@pytest.mark.parametrize("rows", [slice(1, 3), np.array([2, 0]), np.array([True, False, True])])
def test_take_selects_rows_of_every_column_and_keeps_what_is_shared(rows: slice | np.ndarray) -> None:
    taken = pair(3).take(rows)
    np.testing.assert_array_equal(taken.number, np.arange(3)[rows])
    assert taken.vector.shape == (2, 2)
    assert taken.name == "shared"


def test_stack_joins_in_order() -> None:
    np.testing.assert_array_equal(stack([pair(2), pair(1)], ["number"])["number"], [0, 1, 0])


def test_records_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        pair(1).name = "other"  # type: ignore[misc]
