import numpy as np
import pytest

from sidelook.formats.extent import Extent


def extent(*longitudes: float) -> tuple[float, float, float, float] | None:
    grown = Extent()
    for longitude in longitudes:  # one block each: the box must not depend on how rows come
        grown.add(np.array([longitude]), np.array([longitude / 10]))
    return grown.box()


@pytest.mark.parametrize(
    ("longitudes", "west", "east"),
    [
        ((5.0, 10.0), 5.0, 10.0),
        ((-5.0, 10.0), -5.0, 10.0),
        ((179.0, -179.0), 179.0, -179.0),
        ((170.0, -180.0), 170.0, -180.0),
        ((-10.0, -5.0), -10.0, -5.0),
        ((3.0,), 3.0, 3.0),
        ((-126.83, -68.09), -126.83, -68.09),  # rounding makes these seem narrower turned to 0..360
    ],
)
def test_box_is_the_narrower_way_round(longitudes: tuple[float, ...], west: float, east: float) -> None:
    box = extent(*longitudes)
    assert box is not None
    assert (box[0], box[2]) == (pytest.approx(west), pytest.approx(east))


def test_box_spans_the_latitudes() -> None:
    assert extent(10.0, -20.0) == pytest.approx((-20.0, -2.0, 10.0, 1.0))


def test_nothing_has_no_box() -> None:
    assert extent() is None


def test_radians_turn_at_pi_and_nan_is_left_out() -> None:
    grown = Extent(2.0 * np.pi)
    grown.add(np.array([3.0, -3.0, np.nan, 0.0]), np.array([0.1, 0.2, 5.0, np.nan]))
    assert grown.box() == pytest.approx((3.0, 0.1, -3.0, 0.2))
