"""What an image's speckle is like, from its intensities alone: how many looks, and how many pixels say the same.

Needed where nothing but amplitudes is there: images of other makers, averaged, resampled and laid on a map. The ground
is taken for even over a window, and pixels that outshine it are cut down to what speckle reaches, so that vehicles and
buildings do not count. Of a gamma distributed intensity of L looks the variance is one over L (Goodman 1976), less
where it is cut; the covariance of intensities, summed over shifts, is what a mean over pixels still varies by.
"""

from dataclasses import dataclass

import numpy as np
from scipy.fft import fft2, ifft2
from scipy.ndimage import uniform_filter
from scipy.optimize import brentq
from scipy.stats import gamma

from sidelook.errors import InputError
from sidelook.model.columns import Flags, Floats
from sidelook.model.image import SarImage
from sidelook.sar.multilook import intensity_of

GROUND = 31  # pixels of a side that the ground is taken for even over
CUT = 0.98  # quantile of the speckle that brighter pixels are cut down to
PASSES = 5
REACH = 12  # pixels of shift that speckle is looked for to be alike over
ALIKE = 0.05  # covariance of intensities, over their variance, that is more than chance
LEAST = 64  # pixels of a side
LOOKS = (0.2, 200.0)


class NoSpeckleError(InputError):
    """An image too small, or of too little data, to tell what its speckle is like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speckle:
    """What speckle is like.

    Attributes
    ----------
    looks : equivalent number of looks of a pixel
    independent_share : independent pixels over all, at most one
    """

    looks: float
    independent_share: float


def measure_speckle(image: SarImage) -> Speckle:
    """Measure what an image's speckle is like.

    Raises
    ------
    NoSpeckleError
    """
    seen = intensity_of(image)
    data = seen > 0.0
    held = uniform_filter(data.astype(np.float64), GROUND, mode="constant")
    inside = held > 1.0 - 0.5 / GROUND**2
    if min(seen.shape) < LEAST or inside.sum() < LEAST**2 // 4:
        message = (
            f"{image.origin.source}: an image of {seen.shape} pixels, {inside.mean():.0%} of them with ground around, "
            "tells nothing of its speckle; give a larger one"
        )
        raise NoSpeckleError(message)
    looks, ratio = _looks(seen, inside)
    return Speckle(looks=looks, independent_share=_share(ratio, inside))


def _looks(seen: Floats, inside: Flags) -> tuple[float, Floats]:
    """Give the number of looks, and intensities over the ground's mean, cut; the one needs the other."""
    looks, cut = 1.0, seen
    low, high = (_cut_moments(end)[2] for end in LOOKS)
    for _ in range(PASSES):
        most, mean, _ = _cut_moments(looks)
        ground = uniform_filter(cut, GROUND) / mean
        ratio = np.minimum(np.divide(seen, ground, out=np.zeros_like(seen), where=ground > 0.0), most)
        cut = ratio * ground
        spread = float(ratio[inside].var() / ratio[inside].mean() ** 2)
        if not high < spread < low:
            looks = LOOKS[0] if spread >= low else LOOKS[1]
            break
        looks = float(brentq(_spread_beyond, *LOOKS, args=(spread,), xtol=1e-3))
    return looks, ratio


def _spread_beyond(looks: float, spread: float) -> float:
    return _cut_moments(looks)[2] - spread


def _cut_moments(looks: float) -> tuple[float, float, float]:
    """Give where intensities of mean one are cut, their mean then, and their variance over that mean squared."""
    most = float(gamma.ppf(CUT, looks, scale=1.0 / looks))
    first = float(gamma.cdf(most, looks + 1.0, scale=1.0 / looks)) + most * (1.0 - CUT)
    second = (1.0 + 1.0 / looks) * float(gamma.cdf(most, looks + 2.0, scale=1.0 / looks)) + most**2 * (1.0 - CUT)
    return most, first, second / first**2 - 1.0


def _share(ratio: Floats, inside: Flags) -> float:
    """Give one over the covariance of intensities summed over shifts, the variance being one."""
    off = np.where(inside, ratio - ratio[inside].mean(), 0.0)
    padded = [size + REACH for size in off.shape]
    pairs = ifft2(np.abs(fft2(inside.astype(np.float64), padded)) ** 2).real
    covariance = ifft2(np.abs(fft2(off, padded)) ** 2).real / np.maximum(pairs, 1.0)
    near = np.r_[0 : REACH + 1, -REACH:0]
    alike = covariance[np.ix_(near, near)] / covariance[0, 0]
    # What is less is chance, and what dividing by the ground has taken from all shifts.
    return float(1.0 / alike[alike > ALIKE].sum())
