"""Autofocus by sharpness: the smooth phase over the aperture that makes an image least spread out.

Where the phase gradient needs points that stand out of their rows, this needs none alone to do so: it asks the whole
image. The phase is a sum of few polynomials over the aperture, found order by order from the lowest, so that a large
error is followed down one valley; what shakes faster than they do is left to the phase gradient.

Sources: Kragh, Monotonic iterative algorithm for minimum-entropy autofocus, ASAP 2006, for the measure; Morrison, Do
and Munson, SAR image autofocus by sharpness optimization, IEEE Trans. Image Process. 16(9), 2007, for its gradient.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, ifft
from scipy.optimize import minimize

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.autofocus import Focusing, at_baseband, place_by_pulse, without_line
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.quality import measure_image

TRIED = np.linspace(-6.0, 6.0, 25)  # rad: steps of one order's coefficient, of which the best is taken
WORTHWHILE = 1e-3  # of entropy, that a step must save
ROWS = 256  # that are searched, of the largest sum of squared intensities
LEAST = 1e-30  # share of a pixel, below which its logarithm is taken of this


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """How to focus.

    Attributes
    ----------
    orders : highest order of the polynomials; 2 is the lowest that blurs
    passes : at most; each forms the image anew
    settled : root mean square of a pass's change, rad, below which the work is done
    """

    orders: int = 12
    passes: int = 4
    settled: float = 0.05


def focus_by_sharpness(
    history: PhaseHistory,
    grid: PlaneGrid,
    forming: Forming | None = None,
    settings: Sharpness | None = None,
    *,
    start: Floats | None = None,
) -> Focusing:
    """Find the smooth phase error over the aperture.

    Parameters
    ----------
    grid : rows along the line of sight (``sight_grid``), wide enough for the blur, its columns finer than resolution
    start : (P,) phase found otherwise, rad, whose smooth part is begun from where it lowers the entropy

    Returns
    -------
    the history with its correction, and what was changed: nothing, where the whole image's entropy would not fall
    """
    settings = settings or Sharpness()
    image = backproject(history, grid, forming)
    before = measure_image(image)
    place = place_by_pulse(history, grid)
    middle, half = 0.5 * (place.max() + place.min()), 0.5 * float(np.ptp(place)) or 1.0
    kept = Focusing(
        history=history, phase=np.zeros(len(history)), changes=(), settled=False, before=before, after=before
    )
    if start is not None:
        smooth = np.polynomial.Legendre.fit(place, start, settings.orders)
        kept, image = _better(
            kept, without_line(np.asarray(smooth(place), np.float64)), (history, grid, forming), image
        )
    for _ in range(settings.passes):
        pixels = at_baseband(image.pixels.astype(np.complex128), place)
        shape = np.polynomial.Legendre(sharpest_phase(pixels, half, settings.orders))
        change = without_line(np.asarray(shape((place - middle) / half), np.float64))
        size = float(np.sqrt(np.mean(change**2)))
        before_it = kept
        kept, image = _better(kept, change, (history, grid, forming), image)
        kept = replace(kept, settled=size < settings.settled)
        if kept.settled or kept.phase is before_it.phase:
            break
    return kept


def _better(
    kept: Focusing, change: Floats, work: tuple[PhaseHistory, PlaneGrid, Forming | None], image: SarImage
) -> tuple[Focusing, SarImage]:
    """Take a change where the whole image gains by it, as the rows searched did."""
    history, grid, forming = work
    phase = kept.phase + change
    current = replace(history, phase_correction=history.phase_correction + phase)
    formed = backproject(current, grid, forming)
    after = measure_image(formed)
    if after.entropy >= kept.after.entropy:
        return kept, image
    changes = (*kept.changes, float(np.sqrt(np.mean(change**2))))
    return replace(kept, history=current, phase=phase, changes=changes, after=after), formed


def sharpest_phase(pixels: NDArray[np.complex128], half: float, orders: int) -> Floats:
    """Find the phase over the aperture that makes an image's entropy least.

    Parameters
    ----------
    pixels : (rows, columns), the aperture's middle at frequency 0 along the columns
    half : of the aperture, cycles a column
    orders : highest order

    Returns
    -------
    (orders + 1,) coefficients of Legendre polynomials over the aperture, rad
    """
    frequency = np.fft.fftfreq(pixels.shape[1])
    inside = np.abs(frequency) <= half
    at = frequency[inside] / half
    shapes = np.polynomial.legendre.legvander(at, orders)[:, 2:]
    strongest = np.argsort((np.abs(pixels) ** 4).sum(axis=1))[-ROWS:]
    spectrum = fft(pixels[strongest], axis=1)

    def spread(chosen: Floats) -> tuple[float, Floats]:
        phase = np.zeros(len(frequency))
        phase[inside] = shapes @ chosen
        entropy, slope = entropy_and_slope(spectrum, phase)
        return entropy, np.asarray(slope[inside] @ shapes, np.float64)

    found, least = np.zeros(orders - 1), spread(np.zeros(orders - 1))[0]
    for _ in range(orders):
        tried = [found + step for step in np.multiply.outer(TRIED, np.eye(orders - 1)).reshape(-1, orders - 1)]
        entropies = [spread(chosen)[0] for chosen in tried]
        if min(entropies) > least - WORTHWHILE:
            break
        least, found = min(entropies), tried[int(np.argmin(entropies))]
    found = minimize(spread, found, jac=True, method="L-BFGS-B").x
    return np.concatenate([[0.0, 0.0], found])


def entropy_and_slope(spectrum: NDArray[np.complex128], phase: Floats) -> tuple[float, Floats]:
    """Give the entropy of an image, and how it grows with the phase of each frequency along the columns.

    Parameters
    ----------
    spectrum : (rows, columns) transform of each row
    phase : (columns,) added to it, rad

    Returns
    -------
    entropy, natural logarithm of shares of intensity; (columns,) its slope, 1/rad
    """
    turned = spectrum * np.exp(1j * phase)
    image = ifft(turned, axis=1)
    power = np.abs(image) ** 2
    whole = power.sum()  # no phase changes it
    logarithm = np.log(np.maximum(power / whole, LEAST))
    entropy = float(-(power * logarithm).sum() / whole)
    # d power / d phase_k = 2 Re(conj(image) j turned_k exp(2j pi k n / N) / N), summed over n by a transform
    weighted = fft((logarithm + 1.0) * image, axis=1)
    slope = 2.0 * (weighted.conj() * 1j * turned).real.sum(axis=0) / spectrum.shape[1]
    return entropy, np.asarray(-slope / whole, np.float64)
