"""Pixels that outshine the ground around them, at a false-alarm rate that does not depend on how bright the ground is.

Each pixel is held against the mean of a square ring around it, beyond a guard that a vehicle in the middle does not
reach out of. Over even ground the intensity of L looks is gamma distributed, so is the ring's sum, and their ratio
follows an F distribution of 2 L and 2 N L degrees, N the independent pixels of the ring: its tail is an incomplete beta
function, for one look (1 + T / N) ** -N. The brightest pixels are then taken out of the rings and all is asked again,
so that vehicles in a row do not hide one another; what the ring's mean loses with ground that is as bright is known
and given back. Ground that is not even (wood, hedges, buildings) has more false alarms.

Sources: Finn and Johnson, Adaptive detection mode with threshold control as a function of spatially sampled
clutter-level estimates, RCA Review 29, 1968; Richards, Fundamentals of Radar Signal Processing, 2014, 6.5, for one
look; more looks by the ratio of two independent gamma variables.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.special import betainc, betaincinv, gammainc, gammainccinv

from sidelook.errors import UsageError
from sidelook.model.columns import Flags, Floats
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.multilook import intensity_of

KM2 = 1e6  # m2
LEAST = 1e-12  # pixels, of which a ring's are taken to be this many where it has none


class RingError(UsageError):
    """A ring without a pixel, or a rate of false alarms that no threshold has."""

    def __init__(self, settings: "CellAveraging", reason: str) -> None:
        super().__init__(f"{settings}: {reason}")
        self.settings = settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CellAveraging:
    """How pixels are held against the ground.

    Attributes
    ----------
    guard : half a side of the square that is left out, m; no smaller than the longest vehicle
    ring : width of the ring beyond it, m
    looks : equivalent number of looks of the image
    independent_share : resolution cells over pixels, at most one (``sidelook.sar.multilook.independent_share``)
    false_alarms_per_km2 : of single pixels over even ground; joined to clusters they are fewer
    censored : share of the ground, its brightest, that leaves the rings together with what stands on it
    passes : how often that is done again, at most; with one, nothing leaves the rings
    """

    guard: float = 9.0
    ring: float = 6.0
    looks: float = 1.0
    independent_share: float = 1.0
    false_alarms_per_km2: float = 1.0
    censored: float = 1e-2
    passes: int = 6

    def pixel_probability(self, grid: PlaneGrid) -> float:
        """Give the false-alarm probability of a pixel."""
        return self.false_alarms_per_km2 * grid.row_spacing * grid.column_spacing / KM2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What is known of each pixel.

    Attributes
    ----------
    ratio : (rows, columns) intensity over the ring's mean; zero where there is no ring or no data
    independent : (rows, columns) independent pixels of the ring
    detected : (rows, columns) stronger than the ground is at the rate asked for
    """

    ratio: Floats
    independent: Floats
    detected: Flags


def detect_cells(image: SarImage, settings: CellAveraging) -> Cells:
    """Hold every pixel against the ring around it.

    Pixels of no intensity are no data; at the image's rim the ring is what lies inside.

    Raises
    ------
    RingError : the ring holds no pixel, or the rate asked for is not a probability of a pixel
    """
    probability = settings.pixel_probability(image.grid)
    if not 0.0 < probability < 1.0:
        raise RingError(settings, f"a false-alarm probability of {probability} a pixel")
    inner, outer = (_half_sides(image.grid, reach) for reach in (settings.guard, settings.guard + settings.ring))
    if inner == outer or not settings.looks * settings.independent_share > 0.0 or not 0.0 < settings.censored < 1.0:
        raise RingError(settings, "a ring narrower than a pixel, pixels of no looks, or all or no ground censored")
    seen = intensity_of(image)
    here = seen > 0.0
    used, mean_left = here, 1.0
    for _ in range(max(1, settings.passes)):
        count = _box(used, outer) - _box(used, inner)
        total = _box(np.where(used, seen, 0.0), outer) - _box(np.where(used, seen, 0.0), inner)
        count = np.where(total > 0.0, np.round(count), 0.0)
        ratio = np.divide(seen * count * mean_left, total, out=np.zeros_like(seen), where=count > 0.0)
        independent = count * settings.independent_share
        dark = here & (ratio <= threshold_of(settings.censored, independent, settings.looks))
        if (dark == used).all():
            break
        used, mean_left = dark, _mean_below(settings.censored, settings.looks)
    detected = ratio > threshold_of(probability, independent, settings.looks)
    return Cells(ratio=ratio, independent=independent, detected=detected)


def threshold_of(probability: float, independent: Floats, looks: float) -> Floats:
    """Give the ratio that ground exceeds with a probability, over a ring of so many independent pixels.

    Parameters
    ----------
    independent : (...)
    looks : of the pixel and of each of the ring's

    Returns
    -------
    (...) the ratio; infinite where the ring is empty
    """
    rings, place = np.unique(independent, return_inverse=True)  # not an inverse of the beta function for each pixel
    share = betaincinv(np.maximum(rings, LEAST) * looks, looks, probability)
    ratio = np.divide(rings * (1.0 - share), share, out=np.full_like(share, np.inf), where=share > 0.0)
    return np.asarray(np.where(rings > 0.0, ratio, np.inf)[place].reshape(independent.shape), np.float64)


def exceeded_by_chance(ratio: Floats, independent: Floats, looks: float) -> Floats:
    """Give the probability with which even ground alone is as strong as a (...) ratio, pixel by pixel."""
    ring = np.maximum(independent, LEAST)
    chance = betainc(ring * looks, looks, ring / (ring + ratio))
    return np.asarray(np.where(independent > 0.0, chance, 1.0), np.float64)


def _mean_below(censored: float, looks: float) -> float:
    """Give the mean of gamma ground, of mean one, without its brightest part."""
    return float(gammainc(looks + 1.0, float(gammainccinv(looks, censored))) / (1.0 - censored))


def _half_sides(grid: PlaneGrid, reach: float) -> tuple[int, int]:
    return round(reach / grid.row_spacing), round(reach / grid.column_spacing)


def _box(values: Floats | Flags, half: tuple[int, int]) -> Floats:
    """Sum over the rectangle of so many pixels to each side, nothing beyond the image."""
    sides = (2 * half[0] + 1, 2 * half[1] + 1)
    mean = uniform_filter(values.astype(np.float64), sides, mode="constant")
    return np.asarray(mean * (sides[0] * sides[1]), np.float64)
