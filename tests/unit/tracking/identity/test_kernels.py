"""Doubts of a pairing against a full table of gains, and what ten minutes of them come to."""

import numpy as np
import pytest

from sidelook.tracking.association.kernels import assign
from sidelook.tracking.columns import MINUTES, NONE, track_columns
from sidelook.tracking.identity import kernels
from sidelook.tracking.identity.doubt import SUREST, pairing_doubts, same_vehicle

MINUTE = kernels.MINUTE


def sparse(gain: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = np.nonzero(gain > 0.0)
    first = np.searchsorted(rows, np.arange(len(gain) + 1))
    return first.astype(np.int64), columns.astype(np.int32), gain[rows, columns]


def doubts_of(gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    graph = sparse(gain)
    partner = assign(graph, gain.shape[1])
    into = np.full((len(gain), 2), 9.0)
    kernels.doubts(graph, partner, gain.shape[1], into)
    return into, partner


@pytest.mark.parametrize("seed", range(6))
def test_doubts_are_those_of_the_full_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gain = np.where(rng.random((12, 15)) < 0.35, rng.normal(4.0, 3.0, (12, 15)), -1.0)
    found, partner = doubts_of(gain)
    np.testing.assert_allclose(found, pairing_doubts(gain, partner), rtol=1e-9, atol=1e-12)
    assert found[:, 0].max() > 0.01


def test_an_exchange_that_is_as_good_is_an_even_chance() -> None:
    """Two tracks, two plots, all the same: from either side the chance is a half, and both are told."""
    found, _ = doubts_of(np.full((2, 2), 5.0))
    np.testing.assert_allclose(found[:, 0], [1.0, 1.0])


def test_a_lone_plot_in_plain_view_leaves_hardly_a_doubt() -> None:
    found, partner = doubts_of(np.array([[12.0]]))
    assert partner.tolist() == [0]
    np.testing.assert_allclose(found, [[0.0, kernels.NOBODY / (1.0 + np.exp(12.0))]])


def test_who_took_nothing_doubts_nothing_but_its_rival_does() -> None:
    found, partner = doubts_of(np.array([[5.0], [4.5]]))
    assert partner.tolist() == [0, NONE]
    assert found[0, 0] == pytest.approx(1.0 / (1.0 + np.exp(0.5)))
    assert found[1].tolist() == [0.0, 0.0]


def row() -> np.ndarray:
    tracks = np.zeros(1, track_columns(1))
    kernels.forget(tracks, 0, 100 * MINUTE)
    return tracks


def test_a_new_track_is_as_sure_as_can_be() -> None:
    assert same_vehicle(row(), 100 * MINUTE).tolist() == pytest.approx([SUREST])


def test_doubts_add_up_and_are_over_after_ten_minutes() -> None:
    tracks = row()
    for minute in range(100, 105):
        kernels.remember(tracks, 0, minute * MINUTE, np.array([0.2, 0.01]))
    expected = SUREST * np.exp(-0.05) / (1.0 + 1.0**0.615)
    assert same_vehicle(tracks, 104 * MINUTE)[0] == pytest.approx(expected, rel=1e-5)
    half = same_vehicle(tracks, (100 + MINUTES + 2) * MINUTE)[0]
    assert expected < half < SUREST
    assert same_vehicle(tracks, (104 + MINUTES) * MINUTE)[0] == pytest.approx(SUREST)


def test_a_ring_that_turned_holds_the_last_ten_minutes_alone() -> None:
    tracks = row()
    for minute in range(100, 137):
        kernels.remember(tracks, 0, minute * MINUTE + 7, np.array([float(minute), 0.0]))
    assert tracks["doubt"][0, :, 0].sum() == sum(range(127, 137))
    kernels.remember(tracks, 0, 120 * MINUTE, np.array([1e6, 0.0]))  # too late to matter
    kernels.remember(tracks, 0, 130 * MINUTE, np.array([1.0, 0.0]))  # late, and within the ring
    assert tracks["doubt"][0, :, 0].sum() == sum(range(127, 137)) + 1
    kernels.remember(tracks, 0, 190 * MINUTE, np.array([2.0, 0.0]))
    assert tracks["doubt"][0, :, 0].sum() == 2.0


def test_who_takes_over_an_identity_takes_over_its_doubts_and_that_of_the_link() -> None:
    tracks = np.zeros(2, track_columns(1))
    for one in (0, 1):
        kernels.forget(tracks, one, 100 * MINUTE)
        tracks["time"][one] = 101 * MINUTE
    kernels.remember(tracks, 0, 100 * MINUTE, np.array([0.3, 0.0]))
    kernels.inherit(tracks, 1, 0, 0.6)
    assert tracks["doubt"][1].sum(axis=0).tolist() == pytest.approx([0.3, -np.log(0.6)])
    assert same_vehicle(tracks[1:], 101 * MINUTE)[0] == pytest.approx(SUREST * 0.6 / (1.0 + 0.3**0.615), rel=1e-5)
