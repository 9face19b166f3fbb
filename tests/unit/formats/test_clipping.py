import numpy as np
import pytest

from sidelook.formats.clipping import clip_line, clip_ring, ring_area


def length(pieces: list[np.ndarray]) -> float:
    return sum(float(np.linalg.norm(np.diff(piece, axis=0), axis=-1).sum()) for piece in pieces)


def test_a_line_that_leaves_and_comes_back_is_two() -> None:
    line = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]])
    first, second = clip_line(line, 0, -1.0, 1.5)
    assert first.tolist() == [[0.0, 0.0], [1.5, 0.0]]
    assert second.tolist() == [[1.5, 1.0], [0.0, 1.0]]


def test_a_line_may_cross_the_whole_strip_or_none_of_it() -> None:
    line = np.array([[0.0, 0.0], [0.0, 10.0]])
    assert [piece.tolist() for piece in clip_line(line, 1, 3.0, 4.0)] == [[[0.0, 3.0], [0.0, 4.0]]]
    assert clip_line(line, 1, 11.0, 12.0) == []
    assert clip_line(line, 0, 1.0, 2.0) == []
    assert clip_line(line, 0, -1.0, 2.0)[0].tolist() == line.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_strips_share_a_line_out_without_loss(seed: int) -> None:
    line = np.random.default_rng(seed).uniform(0.0, 4.0, (50, 2))
    strips = [clip_line(line, seed % 2, float(low), float(low) + 1.0) for low in range(4)]
    assert sum(length(pieces) for pieces in strips) == pytest.approx(length([line]))
    for low, pieces in enumerate(strips):
        for piece in pieces:
            assert piece[:, seed % 2].min() >= low - 1e-9
            assert piece[:, seed % 2].max() <= low + 1.0 + 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_strips_share_the_area_of_a_ring_out_without_loss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    angle, reach = np.linspace(0.0, 2.0 * np.pi, 60, endpoint=False), rng.uniform(0.3, 2.0, 60)
    ring = 2.0 + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    areas = [ring_area(piece) for low in range(4) for piece in clip_ring(ring, seed % 2, float(low), low + 1.0)]
    assert sum(areas) == pytest.approx(ring_area(ring))


def test_a_ring_around_the_strip_fills_it_and_one_beside_it_is_gone() -> None:
    square = np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]])
    (strip,) = clip_ring(square, 0, 3.0, 4.0)
    assert abs(ring_area(strip)) == pytest.approx(9.0)
    assert clip_ring(square, 0, 10.0, 11.0) == []


def test_area_is_positive_clockwise_on_the_screen() -> None:
    assert ring_area(np.array([[0, 0], [4, 0], [4, 4], [0, 4]])) == 16.0
