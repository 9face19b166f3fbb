"""How good an image is: the response to a point against theory, and noise, entropy and contrast of a whole.

A response is measured along two lines through its peak, on pixels interpolated by a Fourier transform of a chip around
it. Where the spacing is coarser than half the width, the chip is ambiguous and the figures mean nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, fftshift, ifft2, ifftshift

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.reference import LIGHT

FINER = 16  # samples to a pixel when a response is measured
SHADOW_BINS = 1000  # of a patch of spatial frequencies: a width is then right to 1e-5
BLOCK = 1 << 22  # pixels at a time
MEDIAN_OF = 1 << 25  # pixels, of which a median is taken; one in so many where there are more
LEAST = 1e-300  # power, below which a logarithm is taken of this
REACH = 10.0  # half-power widths to either side that count as side lobes


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResponse:
    """A point's response along one line.

    Attributes
    ----------
    width : between the half-power places, m
    peak_side_lobe : highest side lobe below the peak, dB, negative
    integrated_side_lobe : energy outside the main lobe against energy in it, dB
    """

    width: float
    peak_side_lobe: float
    integrated_side_lobe: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PointResponse:
    """A point's response.

    Attributes
    ----------
    place : (3,) of the peak, east, north, up of the scene reference, m
    amplitude : there
    along_rows : along the grid's row axis, in which row numbers grow
    along_columns : along its column axis
    """

    place: Floats
    amplitude: float
    along_rows: LineResponse
    along_columns: LineResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFigures:
    """Figures of a whole image.

    Attributes
    ----------
    entropy : of the share of intensity in each pixel, natural logarithm
    contrast : standard deviation of the intensity over its mean
    noise_floor : median intensity over ln 2, the mean of speckle with that median, dB
    peak : largest intensity, dB
    """

    entropy: float
    contrast: float
    noise_floor: float
    peak: float


def measure_point(image: SarImage) -> PointResponse:
    """Measure the strongest point of a chip that holds little else; complex pixels, at least 16 each way."""
    grid = image.grid
    fine = _interpolated(image.pixels.astype(np.complex128))
    intensity = np.abs(fine) ** 2
    row, column = (int(n) for n in np.unravel_index(int(np.argmax(intensity)), intensity.shape))
    rows = _parabola_top(intensity[:, column], row)
    columns = _parabola_top(intensity[row], column)
    place = grid.positions(np.array(rows / FINER), np.array(columns / FINER))
    return PointResponse(
        place=place,
        amplitude=float(np.sqrt(intensity[row, column])),
        along_rows=measure_line(intensity[:, column], grid.row_spacing / FINER),
        along_columns=measure_line(intensity[row], grid.column_spacing / FINER),
    )


def measure_line(intensity: Floats, spacing: float) -> LineResponse:
    """Measure a response along a line.

    Parameters
    ----------
    intensity : (N,) power, samples a small part of the width apart
    spacing : of the samples, m
    """
    top = int(np.argmax(intensity))
    left, right = _fall_below(intensity, top, -1), _fall_below(intensity, top, 1)
    width = right - left
    first, last = _main_lobe(intensity, top)
    begin, end = max(0, int(top - REACH * width)), min(len(intensity), int(top + REACH * width) + 1)
    outside = np.concatenate([intensity[begin:first], intensity[last + 1 : end]])
    inside = intensity[first : last + 1].sum()
    if not len(outside):
        return LineResponse(width=width * spacing, peak_side_lobe=-np.inf, integrated_side_lobe=-np.inf)
    return LineResponse(
        width=float(width * spacing),
        peak_side_lobe=float(10.0 * np.log10(outside.max() / intensity[top])),
        integrated_side_lobe=float(10.0 * np.log10(outside.sum() / inside)),
    )


def measure_image(image: SarImage) -> ImageFigures:
    """Measure a whole image, by blocks of rows: it may be larger than memory."""
    rows, columns = image.grid.shape
    count, each = rows * columns, max(1, BLOCK // columns)
    stride = max(1, count // MEDIAN_OF)
    total = squares = logarithms = peak = 0.0
    sampled = []
    for start in range(0, rows, each):
        power = np.abs(image.pixels[start : start + each].astype(np.complex128)).ravel() ** 2
        total += float(power.sum())
        squares += float((power**2).sum())
        peak = max(peak, float(power.max()))
        logarithms += float((power * np.log(np.maximum(power, LEAST))).sum())
        sampled.append(power[::stride].astype(np.float32))
    mean = total / count
    return ImageFigures(
        entropy=float(np.log(total) - logarithms / total),
        contrast=float(np.sqrt(max(squares / count - mean**2, 0.0)) / mean),
        noise_floor=float(10.0 * np.log10(np.median(np.concatenate(sampled)) / np.log(2.0))),
        peak=float(10.0 * np.log10(peak)),
    )


def expected_widths(history: PhaseHistory, grid: PlaneGrid, place: Floats) -> tuple[float, float]:
    """Work out the unweighted half-power widths of a point along a grid's row and column axes.

    The spatial frequencies that a collection samples at a place, 2 f / c times the direction from the antenna, fill a
    patch of the plane; along a line through the peak its response is the transform of the patch's shadow on that line.
    So the line's response is computed from the samples themselves, with nothing formed and no interpolation.

    Returns
    -------
    along the row axis, along the column axis, m
    """
    frequency = history.frequency_start + history.frequency_step * np.arange(history.samples.shape[1])
    toward = _unit(place - history.transmit) + _unit(place - history.receive)
    widths = []
    for axis in (grid.row_axis, grid.column_axis):
        waves = np.multiply.outer(toward @ np.array(axis) / LIGHT, frequency).ravel()
        shadow, edges = np.histogram(waves, SHADOW_BINS)
        extent = float(edges[-1] - edges[0])
        offsets = np.linspace(-2.0 / extent, 2.0 / extent, 801)
        turns = np.multiply.outer(offsets, 0.5 * (edges[1:] + edges[:-1]) - edges[0])
        response = np.abs(np.exp(2j * np.pi * turns) @ shadow) ** 2
        widths.append(measure_line(response, float(offsets[1] - offsets[0])).width)
    return widths[0], widths[1]


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float64)


def _interpolated(pixels: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Interpolate by zeros around the spectrum, which the carrier may have put anywhere: moved to the middle first."""
    spectrum = fft2(pixels)
    power = np.abs(spectrum) ** 2
    shifts = []
    for axis in (0, 1):
        profile = power.sum(axis=1 - axis)
        turn = np.exp(2j * np.pi * np.arange(len(profile)) / len(profile))
        middle = np.angle((profile * turn).sum()) / (2.0 * np.pi) * len(profile)
        shifts.append(-round(float(middle)))
    centred = fftshift(np.roll(spectrum, shifts, axis=(0, 1)))
    rows, columns = pixels.shape
    wide = np.zeros((rows * FINER, columns * FINER), np.complex128)
    top, left = wide.shape[0] // 2 - rows // 2, wide.shape[1] // 2 - columns // 2
    wide[top : top + rows, left : left + columns] = centred
    return np.asarray(ifft2(ifftshift(wide)) * FINER**2, np.complex128)


def _parabola_top(intensity: Floats, top: int) -> float:
    if not 0 < top < len(intensity) - 1:
        return float(top)
    before, at, after = intensity[top - 1 : top + 2]
    bend = before - 2.0 * at + after
    return float(top if bend == 0 else top + 0.5 * (before - after) / bend)


def _fall_below(intensity: Floats, top: int, step: int) -> float:
    """Place where the power falls to half, between samples; the line's end where it does not."""
    half = 0.5 * intensity[top]
    place = top
    while 0 < place < len(intensity) - 1 and intensity[place] > half:
        place += step
    inner, outer = intensity[place - step], intensity[place]
    return float(place - step * (half - outer) / (inner - outer)) if inner > outer else float(place)


def _main_lobe(intensity: Floats, top: int) -> tuple[int, int]:
    """First and last sample of the main lobe: out to the first minima."""
    first = last = top
    while first > 0 and intensity[first - 1] < intensity[first]:
        first -= 1
    while last < len(intensity) - 1 and intensity[last + 1] < intensity[last]:
        last += 1
    return first, last
