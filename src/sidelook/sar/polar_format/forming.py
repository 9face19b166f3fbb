"""Polar format onto any plane: plane waves are summed by gridding and one Fourier transform.

Taken for a plane at every pulse, the wave front has the pulses' samples lie on a polar raster of spatial frequencies.
They are spread from there onto the frequencies of the image's own grid, both ways at once, so that rows need not face
the radar; the sum is then that of backprojection but for the curvature of the wave front. That of the aperture's middle
is corrected at every pixel; what is left grows with the square of the extent, is computed beforehand, and bounds it.

Sources: Carrara, Goodman, Majewski, Spotlight Synthetic Aperture Radar, 1995, chapter 3; Barnett, Magland, af
Klinteberg, A parallel nonuniform fast Fourier transform library, SIAM J. Sci. Comput. 41(5), 2019, for the gridding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, pi

import numpy as np
from numpy.typing import NDArray
from scipy.fft import ifft2, next_fast_len

from sidelook.errors import UsageError
from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.backprojection import check_finite, collection_end
from sidelook.sar.polar_format import kernels
from sidelook.sar.reference import LIGHT, path_lengths
from sidelook.sar.windows import even

FINER = 1.5  # frequencies of the grid to those of the image
PROBED = 9  # places down and across, at which the wave front is compared with a plane


class SceneTooWideError(UsageError):
    """The wave front bends too much over the scene.

    Attributes
    ----------
    error : of the phase, rad; ``allowed``
    share : of the extent, at which it would be allowed
    """

    def __init__(self, *, error: float, allowed: float) -> None:
        share = float(np.sqrt(allowed / error))
        super().__init__(
            f"polar format would be off by {error:.2f} rad at the edge, {allowed:.2f} are allowed: "
            f"form {share:.0%} of the extent, or use factorised backprojection"
        )
        self.error, self.allowed, self.share = error, allowed, share


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarFormat:
    """How an image is formed.

    Attributes
    ----------
    phase_error : at most, at any place, pulse and frequency, rad
    frequency_window, pulse_window : give weights for a count, as ``windows.taylor`` does
    """

    phase_error: float = pi / 4.0
    frequency_window: Callable[[int], Floats] = even
    pulse_window: Callable[[int], Floats] = even


def form_polar(history: PhaseHistory, grid: PlaneGrid, settings: PolarFormat | None = None) -> SarImage:
    """Form an image on a plane, with the phase of the carrier as received.

    Raises
    ------
    NoEchoesError, NotFiniteEchoesError, SceneTooWideError
        before the work starts
    """
    settings = settings or PolarFormat()
    check_finite(history)
    error = wave_front_error(history, grid)
    if error > settings.phase_error:
        raise SceneTooWideError(error=error, allowed=settings.phase_error)
    centre = _places(grid, np.array([0.5]))[0, 0]
    sight = _sight(history, centre)
    turns = (
        2.0 / LIGHT * grid.row_spacing * (sight @ np.array(grid.row_axis)),
        2.0 / LIGHT * grid.column_spacing * (sight @ np.array(grid.column_axis)),
    )
    shape = tuple(next_fast_len(max(ceil(FINER * count), 2 * kernels.WIDTH)) for count in grid.shape)
    spectrum = np.zeros(shape, np.complex64)
    band = (history.frequency_start, history.frequency_step)
    kernels.spread(_referenced(history, centre, settings), turns, band, spectrum)
    image = ifft2(spectrum, norm="forward", overwrite_x=True)
    rows, columns = (np.arange(count) - count // 2 for count in grid.shape)
    pixels = image[np.ix_(rows, columns)] / np.multiply.outer(
        _shadow(rows / shape[0]), _shadow(columns / shape[1])
    ).astype(np.float32)
    return SarImage(
        pixels=np.asarray(pixels * _curvature(history, grid, centre), np.complex64),
        grid=grid,
        frame=history.frame,
        begin=history.begin,
        end=collection_end(history),
        centre_frequency=history.centre_frequency,
        processing=(f"polar format, phase within {error:.2g} rad",),
        origin=history.origin,
    )


def wave_front_error(history: PhaseHistory, grid: PlaneGrid) -> float:
    """Compute how far the phase is off at most, rad, over places of the grid, pulses and the band's ends."""
    centre = _places(grid, np.array([0.5]))[0, 0]
    places = _places(grid, np.linspace(0.0, 1.0, PROBED)).reshape(-1, 3)
    sight, wave = _sight(history, centre), 4.0 * pi / LIGHT
    ends = history.centre_frequency + 0.5 * history.bandwidth * np.array([-1.0, 0.0, 1.0])
    middle = wave * history.centre_frequency * _bend(history, len(history) // 2, places, centre, sight)
    worst = 0.0
    for pulse in range(len(history)):
        bend = _bend(history, pulse, places, centre, sight)
        worst = max(worst, float(np.abs(np.multiply.outer(wave * ends, bend) - middle).max()))
    return worst


def _places(grid: PlaneGrid, shares: Floats) -> Floats:
    """Give places at shares of the extent down and across; the half is the pixel that the transform has at 0."""
    rows, columns = ((shares - 0.5) * count + count // 2 for count in grid.shape)
    return grid.positions(rows[:, None], columns[None, :])


def _sight(history: PhaseHistory, centre: Floats) -> Floats:
    """Give the (P, 3) mean direction from the antennas to the centre: the slope of the path length there."""
    sides = [centre - history.transmit, centre - history.receive]
    return np.asarray(sum(0.5 * side / np.linalg.norm(side, axis=1, keepdims=True) for side in sides), np.float64)


def _bend(history: PhaseHistory, pulse: int, places: Floats, centre: Floats, sight: Floats) -> Floats:
    """Give how far the path length of places is above a plane wave's, m."""
    beyond = path_lengths(history, pulse, places) - path_lengths(history, pulse, centre)
    return np.asarray(beyond - (places - centre) @ sight[pulse], np.float64)


def _referenced(history: PhaseHistory, centre: Floats, settings: PolarFormat) -> NDArray[np.complex64]:
    """Weigh the samples, and turn their phase as if received from the centre."""
    count = history.samples.shape[1]
    frequency = history.frequency_start + history.frequency_step * np.arange(count)
    out = np.linalg.norm(history.transmit - centre, axis=1) + np.linalg.norm(history.receive - centre, axis=1)
    way = 0.5 * out - history.reference_range - history.range_correction
    phase = 4.0 * pi / LIGHT * np.multiply.outer(way, frequency) + history.phase_correction[:, None]
    weights = np.multiply.outer(settings.pulse_window(len(history)), settings.frequency_window(count))
    return np.asarray(history.samples * (weights * np.exp(1j * phase)), np.complex64)


def _shadow(cycles: Floats) -> Floats:
    """Give what the spreading multiplies an image by, at places in parts of the transform's length."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    bumps = np.array([kernels.bump(0.5 * kernels.WIDTH * node) for node in nodes])
    turns = np.cos(2.0 * pi * np.multiply.outer(cycles, 0.5 * kernels.WIDTH * nodes))
    return np.asarray(turns @ (0.5 * kernels.WIDTH * weights * bumps), np.float64)


def _curvature(history: PhaseHistory, grid: PlaneGrid, centre: Floats) -> NDArray[np.complex64]:
    """Give the turn that the bend of the wave front at the aperture's middle is at each pixel."""
    sight, wave = _sight(history, centre), 4.0 * pi / LIGHT * history.centre_frequency
    turn = np.empty(grid.shape, np.complex64)
    columns = np.arange(grid.shape[1])
    for row in range(grid.shape[0]):
        places = grid.positions(np.full(len(columns), row), columns)
        turn[row] = np.exp(1j * wave * _bend(history, len(history) // 2, places, centre, sight))
    return turn
