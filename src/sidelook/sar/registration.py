"""A second image laid on a first: how far its content is off, to a small part of a pixel, and moved there.

Only amplitudes are compared, so that it works where the phase has changed; the pixels moved keep their phase.

Sources: Kuglin and Hines, The phase correlation image alignment method, Proc. IEEE Conf. Cybernetics and Society, 1975;
Guizar-Sicairos, Thurman and Fienup, Efficient subpixel image registration algorithms, Optics Letters 33(2), 2008, for
the transform of the peak's surroundings alone.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, fftfreq, ifft2
from scipy.signal.windows import tukey

from sidelook.errors import InputError
from sidelook.model.columns import Floats
from sidelook.model.image import SarImage

TAPER = 0.25  # share of either side that is faded out, so that the rims do not match one another
FINER = 32  # places to a pixel at which the peak is looked at; a parabola does the rest
DISTINCT = 8.0  # root mean squares of the correlation: the largest of a million places of noise is 5.3 of them
LEAST = 16  # pixels each way
ALIKE = 1e-6  # of a pixel


class UnlikeGridsError(InputError):
    """Two images whose pixels are not of the same places."""

    def __init__(self, first: SarImage, second: SarImage) -> None:
        super().__init__(f"the images lie on different grids, {first.grid} and {second.grid}, or frames")
        self.grids = (first.grid, second.grid)


class NoMatchError(InputError):
    """Two images that nothing has in common, at any shift."""

    def __init__(self, distinctness: float) -> None:
        super().__init__(
            f"the images do not match: the best shift stands out by {distinctness:.1f}, of {DISTINCT:g} needed"
        )
        self.distinctness = distinctness


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far a second image's content lies from the first's.

    Attributes
    ----------
    rows, columns : pixels, toward larger numbers
    distinctness : of the best shift: its correlation over the root mean square of all shifts'
    """

    rows: float
    columns: float
    distinctness: float


def check_grids(first: SarImage, second: SarImage) -> None:
    """Raise UnlikeGridsError where the pixels of two images are not of the same places."""
    one, other = first.grid, second.grid
    if one.shape == other.shape and first.frame == second.frame:
        corners = (np.array([0, one.shape[0] - 1, 0]), np.array([0, 0, one.shape[1] - 1]))
        tolerance = ALIKE * min(one.row_spacing, one.column_spacing)
        if np.allclose(one.positions(*corners), other.positions(*corners), rtol=0.0, atol=tolerance):
            return
    raise UnlikeGridsError(first, second)


def measure_shift(first: SarImage, second: SarImage) -> Shift:
    """Measure how far a second image's content lies from the first's, on one grid of at least 16 x 16 pixels.

    Up to a quarter of the image the whole pixels are found; then the parts that both have are compared alone.

    Raises
    ------
    UnlikeGridsError : the grids are not one
    NoMatchError : no shift stands out
    """
    check_grids(first, second)
    one, other = first.amplitude.astype(np.float64), second.amplitude.astype(np.float64)
    crossed = _phases(one, other)
    surface = ifft2(crossed).real
    top = np.unravel_index(int(np.argmax(surface)), surface.shape)
    distinctness = float(surface[top] / max(float(np.sqrt((surface**2).mean())), np.finfo(np.float64).tiny))
    whole = [int(n) - size if n > size // 2 else int(n) for n, size in zip(top, surface.shape, strict=True)]
    if distinctness < DISTINCT or any(
        size - abs(n) < max(LEAST, size // 2) for n, size in zip(whole, surface.shape, strict=True)
    ):
        raise NoMatchError(distinctness)
    mine = tuple(slice(max(0, -n), size - max(0, n)) for n, size in zip(whole, one.shape, strict=True))
    its = tuple(slice(max(0, n), size - max(0, -n)) for n, size in zip(whole, one.shape, strict=True))
    rest = _peak(_phases(one[mine], other[its]))
    return Shift(rows=whole[0] + rest[0], columns=whole[1] + rest[1], distinctness=distinctness)


def register(first: SarImage, second: SarImage) -> tuple[SarImage, Shift]:
    """Measure how far a second image's content lies from the first's, and move it there.

    Raises
    ------
    UnlikeGridsError, NoMatchError : as ``measure_shift``
    """
    shift = measure_shift(first, second)
    return move(second, shift), shift


def move(image: SarImage, shift: Shift) -> SarImage:
    """Take a shift out of an image: its content moves back by so many pixels, whole or not, by a Fourier transform.

    Complex pixels keep their phase up to one constant. Pixels whose content lay beyond the rim are zero, no data; the
    rim's jump rings a little into the image, by a part of one over pi times the pixels away from it.
    """
    pixels = image.pixels.astype(np.complex128)
    spectrum = fft2(pixels)
    power = np.abs(spectrum) ** 2
    for axis, offset in enumerate((shift.rows, shift.columns)):
        count = pixels.shape[axis]
        frequency = fftfreq(count)
        if np.iscomplexobj(image.pixels):  # the carrier may have put the band anywhere: no seam within it
            middle = np.angle((power.sum(axis=1 - axis) * np.exp(2j * np.pi * frequency)).sum()) / (2.0 * np.pi)
            frequency = middle + (frequency - middle + 0.5) % 1.0 - 0.5
        turn = np.exp(2j * np.pi * offset * frequency)
        spectrum *= turn[:, None] if axis == 0 else turn
    moved = ifft2(spectrum)
    for axis, offset in enumerate((shift.rows, shift.columns)):
        source = np.arange(pixels.shape[axis]) + offset
        inside = (source >= 0.0) & (source <= pixels.shape[axis] - 1)
        moved *= inside[:, None] if axis == 0 else inside
    done = moved.astype(np.complex64) if np.iscomplexobj(image.pixels) else np.maximum(moved.real, 0).astype(np.float32)
    note = f"moved by {-shift.rows:.3f} rows, {-shift.columns:.3f} columns"
    return replace(image, pixels=done, processing=(*image.processing, note))


def _phases(one: Floats, other: Floats) -> NDArray[np.complex128]:
    """Phases of the spectrum of one image against the other's; the finest frequencies, aliased most, count least."""
    fade = np.multiply.outer(*(tukey(size, 2.0 * TAPER) for size in one.shape))
    spectra = [fft2((part - part.mean()) * fade) for part in (one, other)]
    crossed = np.conj(spectra[0]) * spectra[1]
    size = np.abs(crossed)
    weights = np.multiply.outer(*(np.cos(np.pi * fftfreq(count)) ** 2 for count in one.shape))
    return np.asarray(np.divide(crossed, size, out=np.zeros_like(crossed), where=size > 0.0) * weights, np.complex128)


def _peak(crossed: NDArray[np.complex128]) -> tuple[float, float]:
    """Find the correlation's peak within a pixel of no shift."""
    offsets = np.arange(-FINER, FINER + 1) / FINER
    left, right = (np.exp(2j * np.pi * np.multiply.outer(offsets, fftfreq(size))) for size in crossed.shape)
    near = (left @ crossed @ right.T).real
    row, column = (int(n) for n in np.unravel_index(int(np.argmax(near)), near.shape))
    return _top(near[:, column], row, offsets), _top(near[row], column, offsets)


def _top(values: Floats, top: int, offsets: Floats) -> float:
    if not 0 < top < len(values) - 1:
        return float(offsets[top])
    before, at, after = values[top - 1 : top + 2]
    return float(offsets[top] + 0.5 * (before - after) / (before - 2.0 * at + after) / FINER)
