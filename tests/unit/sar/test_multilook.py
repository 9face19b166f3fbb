from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.image import SarImage
from sidelook.sar.multilook import LooksError, equivalent_looks, filter_speckle, multilook

Ground = Callable[..., SarImage]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 3), (5, 4)])
def test_looks_grow_by_the_pixels_averaged_and_the_mean_stays(ground: Ground, rows: int, columns: int) -> None:
    """Goodman: the variance of the mean of n independent intensities of speckle is the mean squared over n."""
    image = ground(np.full((600, 600), 7.0), np.random.default_rng(1))
    fewer = multilook(image, rows, columns)
    blocks = fewer.amplitude.size
    looks = rows * columns
    assert equivalent_looks(fewer) == pytest.approx(looks, rel=5.0 * np.sqrt(2.0 * (1.0 + 3.0 / looks) / blocks))
    assert (fewer.amplitude.astype(float) ** 2).mean() == pytest.approx(7.0, rel=5.0 / 600.0)


def test_blocks_lie_where_their_pixels_do(ground: Ground) -> None:
    image = ground(np.ones((11, 13)), np.random.default_rng(2))
    fewer = multilook(image, 2, 3)
    assert fewer.grid.shape == (5, 4)
    assert fewer.pixels.dtype == np.float32
    centres = image.grid.positions(*np.indices((11, 13)))[:10, :12].reshape(5, 2, 4, 3, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(fewer.grid.positions(*np.indices((5, 4))), centres, atol=1e-12)
    power = (np.abs(image.pixels.astype(complex)) ** 2)[:10, :12].reshape(5, 2, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(fewer.pixels**2, power, rtol=1e-5)
    assert fewer.processing == ("speckle", "multilook 2 x 3")
    assert fewer.origin.simulated


@pytest.mark.parametrize("block", [(0, 1), (1, 0), (5, 1), (1, 5)])
def test_blocks_that_cannot_be_are_refused(ground: Ground, block: tuple[int, int]) -> None:
    with pytest.raises(LooksError, match="4 x 4"):
        multilook(ground(np.ones((4, 4)), np.random.default_rng(3)), *block)


@pytest.mark.parametrize("looks", [1, 4, 16])
def test_even_ground_is_smoothed_and_keeps_its_mean(ground: Ground, looks: int) -> None:
    """At least half of what the plain mean over the window would gain, and the mean within 3 %."""
    image = multilook(ground(np.full((300 * looks, 300), 5.0), np.random.default_rng(4)), looks, 1)
    done = filter_speckle(image, looks)
    assert equivalent_looks(done) > 10.0 * looks
    assert (done.amplitude.astype(float) ** 2).mean() == pytest.approx(5.0, rel=0.03)


def test_a_point_survives_and_reaches_no_further(ground: Ground) -> None:
    image = ground(np.ones((101, 101)), np.random.default_rng(5))
    pixels = image.pixels.copy()
    pixels[50, 50] = 30.0
    done = filter_speckle(replace(image, pixels=pixels), 1.0)
    assert done.amplitude[50, 50] == pytest.approx(30.0)
    around = np.delete(done.amplitude[48:53, 48:53].ravel(), 12)
    assert around.max() < 12.0  # the plain mean over the window would put sqrt(900 / 49), 4.3, everywhere


def test_an_edge_stays_where_it_is(ground: Ground) -> None:
    """A step of 10 dB: a column off the edge the mean is nearer to its own side's than a plain mean's would be."""
    mean = np.ones((600, 60))
    mean[:, 30:] = 10.0
    done = filter_speckle(multilook(ground(np.repeat(mean, 4, axis=0), np.random.default_rng(6)), 4, 1), 4.0)
    profile = (done.amplitude.astype(float) ** 2).mean(axis=0)
    plain = np.convolve(mean[0], np.full(7, 1.0 / 7.0), mode="same")
    assert profile[29] < 1.0 + 0.35 * (plain[29] - 1.0)
    assert profile[30] > 10.0 - 0.35 * (10.0 - plain[30])
    assert profile[10] == pytest.approx(1.0, rel=0.03)
    assert profile[50] == pytest.approx(10.0, rel=0.03)


def test_a_slanting_edge_stays_too(ground: Ground) -> None:
    row, column = np.indices((400, 400))
    mean = np.where(row > column, 10.0, 1.0)
    done = filter_speckle(multilook(ground(np.repeat(mean, 4, axis=0), np.random.default_rng(7)), 4, 1), 4.0)
    power = done.amplitude.astype(float) ** 2
    assert power[row == column - 1].mean() < 2.2
    assert power[row == column + 2].mean() > 7.8


def test_nothing_stays_nothing(ground: Ground) -> None:
    assert not filter_speckle(ground(np.zeros((20, 20)), np.random.default_rng(8)), 1.0).pixels.any()


@pytest.mark.parametrize(("shape", "looks"), [((20, 20), 0.0), ((20, 20), np.nan), ((6, 20), 1.0)])
def test_what_cannot_be_filtered_is_refused(ground: Ground, shape: tuple[int, int], looks: float) -> None:
    with pytest.raises(LooksError):
        filter_speckle(ground(np.ones(shape), np.random.default_rng(9)), looks)
