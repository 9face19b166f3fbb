import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sidelook.archive import Box

ACROSS = Box(west=3.0, south=-0.1, east=-3.0, north=0.1)
PLAIN = Box(west=-0.2, south=-0.1, east=0.2, north=0.1)


def test_contains_its_edges_and_nothing_beyond() -> None:
    longitude = np.array([-0.2, 0.2, 0.2001, 0.0, np.nan])
    latitude = np.array([-0.1, 0.1, 0.0, 0.1001, 0.0])
    assert PLAIN.contains(longitude, latitude).tolist() == [True, True, False, False, False]


def test_contains_across_the_antimeridian() -> None:
    longitude = np.array([3.1, -3.1, 0.0, 2.9])
    assert ACROSS.contains(longitude, np.zeros(4)).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Box(west=3.1, south=0.0, east=3.14, north=0.2), True),
        (Box(west=-3.1, south=0.0, east=-2.0, north=0.2), True),
        (Box(west=-2.0, south=0.0, east=2.0, north=0.2), False),
        (Box(west=3.1, south=0.2, east=3.14, north=0.3), False),
        (Box(west=2.0, south=0.0, east=-2.9, north=0.2), True),
    ],
)
def test_overlap_is_mutual(other: Box, expected: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert ACROSS.overlaps(other) is expected
    assert other.overlaps(ACROSS) is expected


def test_around_takes_the_short_way() -> None:
    found = Box.around(np.array([3.1, -3.1, np.nan]), np.array([0.0, 0.1, 0.5]))
    assert found == Box(west=3.1, south=0.0, east=-3.1, north=0.1)
    assert Box.around(np.array([-1.0, 1.0]), np.zeros(2)) == Box(west=-1.0, south=0.0, east=1.0, north=0.0)
    assert Box.around(np.array([np.nan]), np.array([0.0])) is None


@given(arrays(np.float64, (2, 5), elements=st.floats(width=64)))
def test_around_stands_any_point(points: np.ndarray) -> None:
    """Damaged data are kept as they are; they must not stop the keeping."""
    found = Box.around(points[0], points[1])
    on_earth = (np.abs(points[0]) <= math.pi) & (np.abs(points[1]) <= math.pi / 2)
    assert (found is not None) == on_earth.any()
    assert found is None or found.contains(points[0], points[1])[on_earth].all()


@pytest.mark.parametrize("edges", [(0, 1, 0, -1), (0, -2, 1, 0), (-4, 0, 1, 1), (math.nan, 0, 1, 1)])
def test_refuses_what_is_no_box(edges: tuple[float, float, float, float]) -> None:
    west, south, east, north = edges
    with pytest.raises(ValueError, match="no box"):
        Box(west=west, south=south, east=east, north=north)
