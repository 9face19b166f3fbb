"""Phase gradient autofocus: find from a blurred image what the motion record missed, pulse by pulse.

A spotlight image's Fourier transform across range is the history of each range row by angle, and so by pulse. Strong
points are moved to the middle and cut out; what then still turns from one angle to the next, alike in all rows, is the
error. Range errors far below a range cell only; a constant and a slope in phase do not blur and are left alone.

Source: Wahl, Eichel, Ghiglia, Jakowatz, Phase gradient autofocus, IEEE Trans. Aerosp. Electron. Syst. 30(3), 1994.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, fftshift, ifftshift

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.quality import ImageFigures, measure_image
from sidelook.sar.reference import LIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseGradient:
    """How to focus.

    Attributes
    ----------
    passes : at most
    settled : root mean square of a pass's change, rad, below which the work is done
    narrowing : of the window from pass to pass
    least_window : pixels
    rows : share of the range rows, the strongest, that are listened to
    """

    passes: int = 10
    settled: float = 0.05
    narrowing: float = 0.6
    least_window: int = 8
    rows: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Focusing:
    """What an autofocus did.

    Attributes
    ----------
    history : with the phase found added to ``phase_correction``
    phase : (P,) that was added, rad, without constant and slope
    changes : root mean square of each pass's change, rad
    settled : whether the last change was small enough
    before, after : figures of the image
    """

    history: PhaseHistory
    phase: Floats
    changes: tuple[float, ...]
    settled: bool
    before: ImageFigures
    after: ImageFigures


def sight_grid(history: PhaseHistory, *, spacing: float, pixels: int) -> PlaneGrid:
    """Lay a level grid around the scene reference with its rows along the line of sight at the aperture's middle."""
    sight = -0.5 * (history.transmit + history.receive).mean(axis=0)
    east, north = (float(part) for part in sight[:2] / np.hypot(sight[0], sight[1]))
    half = 0.5 * (pixels - 1) * spacing
    return PlaneGrid(
        first=(-half * (east + north), -half * (north - east), 0.0),
        row_axis=(east, north, 0.0),
        column_axis=(north, -east, 0.0),
        row_spacing=spacing,
        column_spacing=spacing,
        shape=(pixels, pixels),
    )


def focus_by_gradient(
    history: PhaseHistory, grid: PlaneGrid, forming: Forming | None = None, settings: PhaseGradient | None = None
) -> Focusing:
    """Find the phase error of each pulse.

    Parameters
    ----------
    grid : rows along the line of sight (``sight_grid``), wide enough for the blur, its columns finer than resolution

    Returns
    -------
    the history with its correction, and what was changed
    """
    settings = settings or PhaseGradient()
    image = backproject(history, grid, forming)
    before = measure_image(image)
    place = place_by_pulse(history, grid)
    total = np.zeros(len(history))
    changes: list[float] = []
    current, window = history, grid.shape[1]
    for _ in range(settings.passes):
        change = _pulse_phase(at_baseband(image.pixels.astype(np.complex128), place), place, window, settings)
        total -= change
        changes.append(float(np.sqrt(np.mean(change**2))))
        current = replace(history, phase_correction=history.phase_correction + total)
        image = backproject(current, grid, forming)
        window = max(settings.least_window, int(window * settings.narrowing))
        if changes[-1] < settings.settled:
            break
    return Focusing(
        history=current,
        phase=total,
        changes=tuple(changes),
        settled=changes[-1] < settings.settled,
        before=before,
        after=measure_image(image),
    )


def without_line(phase: Floats) -> Floats:
    """Take constant and slope out of phases by pulse, (P,) rad: they move an image and do not blur it."""
    number = np.linspace(-1.0, 1.0, len(phase))
    slope, constant = np.polyfit(number, phase, 1)
    return np.asarray(phase - slope * number - constant, np.float64)


def place_by_pulse(history: PhaseHistory, grid: PlaneGrid) -> Floats:
    """Spatial frequency along the columns that each pulse's carrier has at the grid's middle, cycles a column."""
    rows, columns = grid.shape
    middle = grid.positions(np.array(0.5 * (rows - 1)), np.array(0.5 * (columns - 1)))
    toward = np.zeros(len(history))
    for side in (history.transmit, history.receive):
        sight = middle - side
        toward += (sight / np.linalg.norm(sight, axis=1, keepdims=True)) @ np.array(grid.column_axis)
    return np.asarray(history.centre_frequency / LIGHT * toward * grid.column_spacing, np.float64)


def at_baseband(pixels: NDArray[np.complex128], place: Floats) -> NDArray[np.complex128]:
    """Move the aperture's middle to frequency 0 along the columns."""
    turn = np.exp(-2j * np.pi * 0.5 * (place.min() + place.max()) * np.arange(pixels.shape[1]))
    return np.asarray(pixels * turn, np.complex128)


def _pulse_phase(pixels: NDArray[np.complex128], place: Floats, window: int, settings: PhaseGradient) -> Floats:
    """One pass: (P,) error by pulse of an image at baseband."""
    columns = pixels.shape[1]
    peaks = np.argmax(np.abs(pixels), axis=1)
    strength = np.abs(pixels[np.arange(len(pixels)), peaks])
    chosen = np.argsort(strength)[-max(1, int(settings.rows * len(pixels))) :]
    centred = np.stack([np.roll(pixels[row], columns // 2 - peaks[row]) for row in chosen])
    outside = np.abs(np.arange(columns) - columns // 2) > window // 2
    centred[:, outside] = 0.0
    spectrum = fftshift(fft(ifftshift(centred, axes=1), axis=1), axes=1)
    steps = np.angle((spectrum[:, 1:] * spectrum[:, :-1].conj()).sum(axis=0))
    phase = np.concatenate([[0.0], np.cumsum(steps)])
    frequency = fftshift(np.fft.fftfreq(columns))
    relative = place - 0.5 * (place.min() + place.max())
    return without_line(np.interp(relative, frequency, phase))
