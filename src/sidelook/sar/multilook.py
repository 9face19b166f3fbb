"""Less speckle: means over blocks of pixels, and a filter that keeps edges and points.

Where a resolution cell holds many scatterers, the intensity of a pixel is the ground's times a factor of mean one and
variance one over the number of looks, whatever the ground. Averaging buys looks with resolution; the filter averages
only where local statistics say that nothing but speckle varies.

Sources: Lee, Digital image enhancement and noise filtering by use of local statistics, IEEE Trans. PAMI 2(2), 1980, for
the estimate; Lee, Refined filtering of image noise using local statistics, Computer Graphics and Image Processing 15,
1981, for the half windows; Lopes, Touzi and Nezry, Adaptive speckle filters and scene heterogeneity, IEEE Trans.
Geosci. Remote Sens. 28(6), 1990, for the pixels that are averaged plainly, and those that are left alone.
"""

from dataclasses import replace

import numpy as np
from scipy.fft import fft2
from scipy.ndimage import correlate, uniform_filter

from sidelook.errors import InputError, UsageError
from sidelook.model.columns import Flags, Floats, Integers
from sidelook.model.image import PlaneGrid, SarImage

SIDE = 7  # pixels, of the filter's window: Lee 1981
APART = 2  # pixels between the centres of its nine parts, of three by three
AROUND = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))  # row, column; a half window each


class LooksError(UsageError):
    """Blocks that hold no pixel or more than the image, or a number of looks below nothing."""

    def __init__(self, asked: tuple[float, ...], shape: tuple[int, int]) -> None:
        looks = " x ".join(str(number) for number in asked)
        super().__init__(f"{looks} looks cannot be had of {shape[0]} x {shape[1]} pixels")
        self.asked, self.shape = asked, shape


class NotComplexError(InputError):
    """Pixels without phase, where phase is what is asked of them."""

    def __init__(self, image: SarImage) -> None:
        super().__init__(f"the image of {image.origin.source} has amplitudes only; complex pixels are needed")
        self.origin = image.origin


def multilook(image: SarImage, rows: int, columns: int) -> SarImage:
    """Average intensities over blocks of ``rows`` by ``columns`` pixels.

    Pixels left over behind the last whole block are dropped.

    Returns
    -------
    float32 amplitudes, root of the mean intensity, on the grid of the blocks' middles

    Raises
    ------
    LooksError : a block is empty, or larger than the image
    """
    high, wide = image.grid.shape
    if not (1 <= rows <= high and 1 <= columns <= wide):
        raise LooksError((rows, columns), image.grid.shape)
    shape = (high // rows, wide // columns)
    blocks = intensity_of(image)[: shape[0] * rows, : shape[1] * columns].reshape(shape[0], rows, shape[1], columns)
    grid = image.grid
    middle = grid.positions(np.array(0.5 * (rows - 1)), np.array(0.5 * (columns - 1)))
    coarse = PlaneGrid(
        first=(float(middle[0]), float(middle[1]), float(middle[2])),
        row_axis=grid.row_axis,
        column_axis=grid.column_axis,
        row_spacing=rows * grid.row_spacing,
        column_spacing=columns * grid.column_spacing,
        shape=shape,
    )
    return replace(
        image,
        pixels=np.sqrt(blocks.mean(axis=(1, 3))).astype(np.float32),
        grid=coarse,
        processing=(*image.processing, f"multilook {rows} x {columns}"),
    )


def filter_speckle(image: SarImage, looks: float) -> SarImage:
    """Estimate the ground's intensity at every pixel from the statistics of the pixels around it.

    Parameters
    ----------
    looks : equivalent number of looks of the image, one for complex pixels at the spacing of the resolution

    Returns
    -------
    float32 amplitudes on the same grid. Where the window varies no more than speckle does, the mean over it; where it
    varies more than any ground's speckle, as at a point, the pixel itself; between the two, Lee's estimate over that
    half of the window, on the pixel's side of the steepest edge.

    Raises
    ------
    LooksError : the number of looks is not above zero, or the image smaller than the window
    """
    if not looks > 0.0 or min(image.grid.shape) < SIDE:
        raise LooksError((looks,), image.grid.shape)
    seen = intensity_of(image)
    mean = uniform_filter(seen, SIDE)
    variance = _variance(mean, uniform_filter(seen**2, SIDE))
    estimate = mean.copy()
    uneven = variance * looks > mean**2
    half_mean, half_variance = _half_windows(seen)
    # Lee 1980, the multiplicative case with the noise's variance one over the number of looks.
    ground = np.maximum(half_variance - half_mean**2 / looks, 0.0) / (1.0 + 1.0 / looks)
    share = np.divide(ground, half_variance, out=np.zeros_like(ground), where=half_variance > 0.0)
    estimate[uneven] = (half_mean + share * (seen - half_mean))[uneven]
    # Lopes 1990: a coefficient of variation beyond sqrt(1 + 2 / looks) is a point's.
    alone = (variance > (1.0 + 2.0 / looks) * mean**2) & _outshines(seen, looks)
    estimate[alone] = seen[alone]
    done = np.sqrt(np.maximum(estimate, 0.0)).astype(np.float32)
    return replace(image, pixels=done, processing=(*image.processing, f"speckle filter, {looks:g} looks"))


def equivalent_looks(image: SarImage) -> float:
    """Measure the equivalent number of looks of an even piece of ground: mean intensity squared over its variance."""
    seen = intensity_of(image)
    return float(seen.mean() ** 2 / seen.var())


def independent_share(image: SarImage) -> float:
    """Measure how many resolution cells a pixel is, from the image's own spectrum: at most one.

    The pixels of one cell say the same; a mean over n pixels has the variance of one over n times this share. It is the
    noise bandwidth over the sampling rate, in rows times in columns (the weights of a spectrum being products).

    Raises
    ------
    NotComplexError : the pixels are amplitudes, whose spectrum is another
    """
    if not np.iscomplexobj(image.pixels):
        raise NotComplexError(image)
    power = np.abs(fft2(image.pixels.astype(np.complex128))) ** 2
    profiles = (power.mean(axis=1), power.mean(axis=0))
    return float(np.prod([profile.mean() ** 2 / (profile**2).mean() for profile in profiles]))


def intensity_of(image: SarImage) -> Floats:
    """Give the (rows, columns) intensities in float64."""
    pixels = image.pixels
    return np.asarray(pixels.real.astype(np.float64) ** 2 + pixels.imag.astype(np.float64) ** 2, np.float64)


def _variance(mean: Floats, mean_square: Floats) -> Floats:
    return np.asarray(np.maximum(mean_square - mean**2, 0.0), np.float64)


def _half_windows(seen: Floats) -> tuple[Floats, Floats]:
    """Mean and variance over the half window that lies on each pixel's side of the steepest edge through its window."""
    chosen = _side(uniform_filter(seen, 3))
    mean, variance = np.empty_like(seen), np.empty_like(seen)
    for side, toward in enumerate(AROUND):
        weights = _half(toward) / _half(toward).sum()
        local = correlate(seen, weights)
        here = chosen == side
        mean[here] = local[here]
        variance[here] = _variance(local, correlate(seen**2, weights))[here]
    return mean, variance


def _side(parts: Floats) -> Integers:
    """Choose the (rows, columns) number in ``AROUND`` of the half window like the pixel's own part, across the edge."""
    wide = np.pad(parts, APART, mode="symmetric")
    high, across = parts.shape
    near = np.stack([wide[APART * (1 + r) :, APART * (1 + c) :][:high, :across] for r, c in AROUND])
    # An edge's steepness: the three parts on one side less the three on the other.
    sums = near + np.roll(near, 1, axis=0) + np.roll(near, -1, axis=0)
    steepest = np.argmax(np.abs(sums[:4] - sums[4:]), axis=0)
    ahead = np.take_along_axis(near, steepest[None], axis=0)[0]
    behind = np.take_along_axis(near, steepest[None] + 4, axis=0)[0]
    return np.asarray(np.where(np.abs(ahead - parts) <= np.abs(behind - parts), steepest, steepest + 4), np.int64)


def _half(toward: tuple[int, int]) -> Floats:
    """Weights of the half window toward a side, the line through the pixel with it."""
    offset = np.arange(SIDE) - SIDE // 2
    return np.asarray(np.add.outer(toward[0] * offset, toward[1] * offset) >= 0, np.float64)


def _outshines(seen: Floats, looks: float) -> Flags:
    """Say where a pixel stands further above its window's other pixels' mean than the point rule lets speckle."""
    others = (uniform_filter(seen, SIDE) * SIDE**2 - seen) / (SIDE**2 - 1)
    return np.asarray(seen > (1.0 + np.sqrt(1.0 + 2.0 / looks)) * others, np.bool_)
