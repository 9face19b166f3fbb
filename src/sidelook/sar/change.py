"""What changed between two images of one place: by phase, which a footprint destroys, and by brightness.

Coherent: the sample coherence over a window of L independent pixels. It is biased, most where there is none: unrelated
pixels show sqrt(pi / L) / 2 or so and not zero. Its law under a true coherence is known, so the threshold that calls a
given share of unchanged ground changed is computed, and so is what to expect of changed ground. Incoherent: the ratio
of mean intensities, which over unchanged ground of independent speckle is F distributed; where the speckle is the same
in both images, fewer are called changed than asked for. The side lobes of what changed are changes too: images are
best formed with weights.

Sources: Touzi, Lopes, Bruniquel and Vachon, Coherence estimation for SAR imagery, IEEE Trans. Geosci. Remote Sens.
37(1), 1999, for the law of the coherence and its mean; Touzi, Lopes and Bousquet, A statistical and
geometrical edge detector for SAR images, IEEE Trans. Geosci. Remote Sens. 26(6), 1988, for the ratio.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, gammaln
from scipy.stats import nbinom

from sidelook.errors import UsageError
from sidelook.model.columns import Flags, Floats
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.model.origin import Origin
from sidelook.sar.multilook import NotComplexError, intensity_of
from sidelook.sar.registration import check_grids

BESIDE = 1e-13  # weight of the mixture that is left out at either end
HIGHEST = 0.999  # coherence that is told from one: a noise of -30 dB makes it


class WindowError(UsageError):
    """A window that holds no two independent pixels or is larger than the image, or an impossible rate or coherence."""

    def __init__(self, settings: "ChangeSettings", shape: tuple[int, int]) -> None:
        super().__init__(f"{settings} cannot be asked of {shape[0]} x {shape[1]} pixels")
        self.settings, self.shape = settings, shape


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """How two images are compared.

    Attributes
    ----------
    window : pixels of a side, odd
    false_change_rate : share of unchanged pixels that may be called changed
    looks : equivalent number of looks of either image; one of complex pixels
    independent_share : resolution cells over pixels (``sidelook.sar.multilook.independent_share``)
    unchanged : coherence of unchanged ground; None: that of the ground in the middle, most of it being unchanged
    """

    window: int = 7
    false_change_rate: float = 1e-3
    looks: float = 1.0
    independent_share: float = 1.0
    unchanged: float | None = None

    @property
    def samples(self) -> float:
        """Independent looks of a window."""
        return self.window**2 * self.looks * self.independent_share


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMap:
    """Where something changed.

    Attributes
    ----------
    measure : (rows, columns) coherence, or natural logarithm of the second's intensity over the first's; NaN where a
        window is not full of data
    threshold : changed is a coherence below, or a logarithm beyond it to either side: above it something has come,
        below its negative something has gone
    changed : (rows, columns)
    unchanged : coherence of unchanged ground that was reckoned with; NaN of a ratio
    grid : of both images
    before, after : ends of the collections, ns UTC; None where an image has none
    origins : of the first and the second
    """

    measure: Floats
    threshold: float
    changed: Flags
    unchanged: float
    grid: PlaneGrid
    before: int | None
    after: int | None
    origins: tuple[Origin, Origin]


def coherent_change(first: SarImage, second: SarImage, settings: ChangeSettings | None = None) -> ChangeMap:
    """Find where the phase of a registered second image is no longer that of the first.

    Raises
    ------
    UnlikeGridsError : the images are not of one grid
    NotComplexError : one has amplitudes only
    WindowError : the settings do not fit the images
    """
    settings = settings or ChangeSettings()
    _check(first, second, settings)
    measure = sample_coherence(first, second, settings.window)
    unchanged = settings.unchanged
    if unchanged is None:
        seen = measure[np.isfinite(measure)]
        unchanged = true_coherence(float(np.median(seen)), settings.samples) if len(seen) else HIGHEST
    threshold = coherence_threshold(unchanged, settings.samples, settings.false_change_rate)
    return _map(first, second, measure, measure < threshold, (threshold, unchanged))


def intensity_change(first: SarImage, second: SarImage, settings: ChangeSettings | None = None) -> ChangeMap:
    """Find where a registered second image is brighter or darker than the first.

    The images' gains need not be the same: the ratio that half of the ground exceeds is taken for no change.

    Raises
    ------
    UnlikeGridsError : the images are not of one grid
    WindowError : the settings do not fit the images
    """
    settings = settings or ChangeSettings()
    _check(first, second, settings)
    here, there = intensity_of(first), intensity_of(second)
    full = _full((here > 0.0) & (there > 0.0), settings.window)
    ratio = np.full(here.shape, np.nan)
    means = [uniform_filter(values, settings.window, mode="constant") for values in (here, there)]
    ratio[full] = np.log(means[1][full] / means[0][full])
    if full.any():
        ratio -= np.nanmedian(ratio)
    threshold = ratio_threshold(settings.samples, settings.false_change_rate)
    return _map(first, second, ratio, np.abs(ratio) > threshold, (threshold, np.nan))


def sample_coherence(first: SarImage, second: SarImage, window: int) -> Floats:
    """Estimate the coherence over a window around each pixel.

    Returns
    -------
    (rows, columns) 0 to 1, biased upward (``expected_coherence``); NaN where the window is not full of data

    Raises
    ------
    UnlikeGridsError, NotComplexError
    """
    check_grids(first, second)
    for image in (first, second):
        if not np.iscomplexobj(image.pixels):
            raise NotComplexError(image)
    one, other = first.pixels.astype(np.complex128), second.pixels.astype(np.complex128)
    crossed = one * np.conj(other)
    here, there = intensity_of(first), intensity_of(second)
    sums = [uniform_filter(part, window, mode="constant") for part in (crossed.real, crossed.imag, here, there)]
    full = _full((here > 0.0) & (there > 0.0), window)
    coherence = np.full(here.shape, np.nan)
    coherence[full] = np.hypot(sums[0], sums[1])[full] / np.sqrt(sums[2] * sums[3])[full]
    return np.asarray(np.minimum(coherence, 1.0), np.float64)


def expected_coherence(true: float, looks: float) -> float:
    """Give the mean of the sample coherence: Touzi 1999, where the true one and the number of looks are so.

    The hypergeometric series there is a mean over a negative binomial number k with the success probability
    1 - true ** 2, of the mean root of a beta variable of k + 1 and looks - 1.
    """
    k, weights = _mixture(true, looks)
    roots = gammaln(k + 1.5) + gammaln(k + looks) - gammaln(k + 1.0) - gammaln(k + looks + 0.5)
    return float(weights @ np.exp(roots))


def coherence_below(threshold: float, true: float, looks: float) -> float:
    """Give the probability of a sample coherence below a threshold, where the true one and the looks are so."""
    k, weights = _mixture(true, looks)
    return float(weights @ betainc(k + 1.0, looks - 1.0, threshold**2))


def coherence_threshold(unchanged: float, looks: float, false_change_rate: float) -> float:
    """Give the coherence below which a share of the ground falls that has not changed."""
    return float(brentq(lambda t: coherence_below(t, unchanged, looks) - false_change_rate, 0.0, 1.0, xtol=1e-12))


def true_coherence(median: float, looks: float) -> float:
    """Give the true coherence under which half of the sample coherences are below their median; 0 where none is."""
    if coherence_below(median, 0.0, looks) <= 0.5:  # noqa: PLR2004 - a median
        return 0.0
    if coherence_below(median, HIGHEST, looks) >= 0.5:  # noqa: PLR2004
        return HIGHEST
    return float(brentq(lambda true: coherence_below(median, true, looks) - 0.5, 0.0, HIGHEST, xtol=1e-9))


def ratio_threshold(looks: float, false_change_rate: float) -> float:
    """Give the natural logarithm that the ratio of two means of so many looks exceeds to either side at a rate."""
    share = betaincinv(looks, looks, 0.5 * false_change_rate)
    return float(np.log((1.0 - share) / share))


def _mixture(true: float, looks: float) -> tuple[Floats, Floats]:
    success = 1.0 - true**2
    first, last = (float(nbinom.ppf(part, looks, success)) for part in (BESIDE, 1.0 - BESIDE))
    k = np.arange(first, last + 1.0, dtype=np.float64)
    return np.asarray(k), np.asarray(nbinom.pmf(k, looks, success), np.float64)


def _full(data: Flags, window: int) -> Flags:
    """Say where a window lies within the image and holds nothing but data."""
    held = uniform_filter(data.astype(np.float64), window, mode="constant")
    return np.asarray(held * window**2 > window**2 - 0.5, np.bool_)


def _check(first: SarImage, second: SarImage, settings: ChangeSettings) -> None:
    check_grids(first, second)
    odd = settings.window % 2 == 1 and 1 <= settings.window <= min(first.grid.shape)
    possible = settings.samples > 1.0 and 0.0 < settings.false_change_rate < 1.0
    if not odd or not possible or not 0.0 <= (settings.unchanged or 0.0) <= HIGHEST:
        raise WindowError(settings, first.grid.shape)


def _map(first: SarImage, second: SarImage, measure: Floats, changed: Flags, against: tuple[float, float]) -> ChangeMap:
    return ChangeMap(
        measure=measure,
        threshold=against[0],
        changed=changed,
        unchanged=against[1],
        grid=first.grid,
        before=first.end,
        after=second.end,
        origins=(first.origin, second.origin),
    )
