"""The sparse assignment against the dense reference."""

import numpy as np
import pytest

from sidelook.sensing.notch import detection_probability
from sidelook.tracking.association.assignment import assign_dense
from sidelook.tracking.association.kernels import assign, visibility


def as_graph(gains: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept = gains > 0.0
    first = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64)
    return first, np.nonzero(kept)[1].astype(np.int32), gains[kept]


def total(gains: np.ndarray, partner: np.ndarray) -> float:
    rows = np.flatnonzero(partner >= 0)
    assert len(set(partner[rows].tolist())) == len(rows), "no column is given twice"
    assert (gains[rows, partner[rows]] > 0.0).all(), "only pairs of gain are made"
    return float(gains[rows, partner[rows]].sum())


@pytest.mark.parametrize("density", [0.02, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (5, 3), (40, 40), (60, 25), (25, 60)])
def test_assignment_gains_as_much_as_the_reference(shape: tuple[int, int], density: float) -> None:
    rng = np.random.default_rng(hash((shape, density)) % 2**32)
    for _ in range(10):
        gains = np.where(rng.random(shape) < density, rng.exponential(5.0, shape), -1.0)
        partner = assign(as_graph(gains), shape[1])
        assert total(gains, partner) == pytest.approx(total(gains, assign_dense(gains)))


def test_a_row_gives_way_where_the_whole_gains() -> None:
    gains = np.array([[10.0, 9.0], [8.0, 0.0]])
    assert assign(as_graph(gains), 2).tolist() == [1, 0]


def test_a_row_stays_alone_where_the_whole_gains() -> None:
    gains = np.array([[10.0], [12.0], [11.0]])
    assert assign(as_graph(gains), 1).tolist() == [-1, 0, -1]


def test_a_long_chain_is_no_trouble() -> None:
    """Every row prefers its left column a little; the first has only the second column left to it."""
    count = 20_000
    first = np.arange(0, 2 * count + 1, 2)
    column = np.stack([np.arange(count), np.arange(count) + 1], axis=-1).ravel().astype(np.int32)
    gain = np.tile([1.0, 0.9], count)
    partner = assign((first, column, gain), count + 1)
    assert (partner == np.arange(count)).all()


def test_nothing_to_assign() -> None:
    assert assign((np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0)), 0).tolist() == []


def test_visibility_is_the_notch_of_the_sensor() -> None:
    speeds = np.array([-4.0, 1.5, 8.0])
    seen = [visibility(speed, 1.5) for speed in speeds]
    assert seen == pytest.approx(detection_probability(speeds, 1.5, 1.0))
    assert visibility(0.0, 1.5) > 0.0, "it was seen after all"
    assert visibility(np.nan, 1.5) == 1.0
