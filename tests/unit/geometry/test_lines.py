import numpy as np

from sidelook.geometry.lines import simplify


def test_simplifying_stays_within_the_tolerance() -> None:
    along = np.linspace(0.0, 10.0, 401)
    line = np.stack([along, np.sin(along)], axis=-1)
    few = simplify(line, 0.05)
    assert 8 < len(few) < 40
    assert np.abs(np.interp(along, *few.T) - line[:, 1]).max() < 0.08
    assert simplify(line[:1].repeat(3, axis=0), 0.1).tolist() == line[[0, 0]].tolist()


def test_further_columns_stay_with_their_points() -> None:
    line = np.array([[0.0, 0.0, 5.0], [1.0, 0.01, 6.0], [2.0, 0.0, 7.0], [2.0, 2.0, 8.0]])
    assert simplify(line, 0.1).tolist() == line[[0, 2, 3]].tolist()
