import numpy as np

from sidelook.geometry.ground import Plane
from sidelook.simulation.detection.points import scatter_points


def test_points_are_the_same_for_the_same_seed_and_lie_in_their_rectangle() -> None:
    first, second = (
        scatter_points(np.random.default_rng(4), (-1e3, -2e3, 3e3, 4e3), Plane(up=50.0), 30, 5) for _ in range(2)
    )
    assert (first.east == second.east).all()
    assert (first.up == 50.0).all()
    assert (np.abs(first.east - 1e3) <= 2e3).all()
    assert np.isfinite(first.period).sum() == 5


def test_antennas_flash_once_a_turn() -> None:
    points = scatter_points(np.random.default_rng(4), (0.0, 0.0, 1.0, 1.0), Plane(), 1, 1)
    period = float(points.period[1])
    time = 1_777_876_200_000_000_000 + np.arange(0, 600_000_000_000, 10_000_000)
    flashing = points.flashing(np.ones(len(time), int), time, np.full(len(time), 0.1))
    assert abs(flashing.mean() - 0.3 / period) < 2e-3
    starts = np.flatnonzero(np.diff(flashing.astype(int)) == 1) * 0.01
    assert np.allclose(np.diff(starts), period, atol=0.011)
    assert points.flashing(np.zeros(5, int), time[:5], np.full(5, 0.1)).all()
