import numpy as np
import pytest
from scipy.signal import windows

from sidelook.sar.windows import even, taylor


@pytest.mark.parametrize("count", [16, 117, 424])
@pytest.mark.parametrize(("side_lobe_db", "equal_lobes"), [(30.0, 4), (35.0, 4), (35.0, 5), (50.0, 8)])
def test_taylor_weights_are_those_of_scipy(count: int, side_lobe_db: float, equal_lobes: int) -> None:
    theirs = windows.taylor(count, nbar=equal_lobes, sll=side_lobe_db, norm=False)
    ours = taylor(count, side_lobe_db=side_lobe_db, equal_lobes=equal_lobes)
    assert ours == pytest.approx(theirs / theirs.max(), abs=1e-12)


def test_the_first_side_lobe_stands_where_it_was_asked_for() -> None:
    spectrum = 20.0 * np.log10(np.abs(np.fft.fft(taylor(64), 1 << 14))[: 1 << 13] + 1e-30)
    level = spectrum - spectrum[0]
    falling = np.flatnonzero(np.diff(level) > 0)[0]
    assert level[falling:].max() == pytest.approx(-35.0, abs=0.5)


def test_no_weights_are_ones() -> None:
    assert even(3).tolist() == [1.0, 1.0, 1.0]
