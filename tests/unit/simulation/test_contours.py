import numpy as np
import pytest

from sidelook.simulation.contours import smooth_line, smooth_ring, trace_rings


def area(ring: np.ndarray) -> float:
    """Signed area over (column, row), positive anticlockwise."""
    row, column = ring.T
    return 0.5 * float(np.sum(column * np.roll(row, -1) - np.roll(column, -1) * row))


def cone(size: int = 81, radius: float = 25.0) -> np.ndarray:
    row, column = np.indices((size, size)) - size // 2
    return radius - np.hypot(row, column)


def test_a_cone_gives_a_circle_around_high_ground() -> None:
    (ring,) = trace_rings(cone(), 0.0)
    assert np.hypot(*(ring - 40.0).T) == pytest.approx(25.0, abs=0.02)
    assert area(ring) == pytest.approx(np.pi * 25.0**2, rel=2e-3)


def test_a_hollow_is_a_ring_the_other_way_round() -> None:
    field = np.minimum(cone(), 5.0 - cone(radius=10.0))
    assert sorted(area(ring) > 0.0 for ring in trace_rings(field, 0.0)) == [False, True]


def test_corners_that_touch_stay_apart() -> None:
    field = np.zeros((6, 6))
    field[2, 2] = field[3, 3] = 1.0
    assert len(trace_rings(field, 0.5)) == 2
    assert len(trace_rings(field[::-1], 0.5)) == 2


def test_land_on_the_border_is_refused() -> None:
    with pytest.raises(ValueError, match="border"):
        trace_rings(np.ones((4, 4)), 0.5)


def test_smoothing_a_ring_keeps_its_middle_and_cuts_its_corners() -> None:
    square = np.array([[0.0, 0.0], [0.0, 4.0], [4.0, 4.0], [4.0, 0.0]])
    smooth = smooth_ring(square, 3)
    assert len(smooth) == 32
    assert smooth.mean(axis=0) == pytest.approx([2.0, 2.0])
    # Chaikin's curve of a square has 5/6 of its area.
    assert abs(area(smooth)) == pytest.approx(16.0 * 5.0 / 6.0, rel=5e-3)


def test_smoothing_a_line_keeps_its_ends() -> None:
    line = np.array([[0.0, 0.0], [10.0, 10.0], [0.0, 20.0]])
    smooth = smooth_line(line)
    assert smooth[[0, -1]].tolist() == line[[0, -1]].tolist()
    assert smooth[:, 0].max() < 10.0
    assert smooth_line(line[:2]).tolist() == line[:2].tolist()
