"""The box around everything seen so far."""

import numpy as np

from sidelook.model.columns import Floats


class Extent:
    """Grows with positions; keeps to the narrower way round the earth, so a box across the antimeridian stays small.

    Parameters
    ----------
    turn : a full circle in the unit of the positions: 360 for degrees, 2 pi for radians
    """

    def __init__(self, turn: float = 360.0) -> None:
        self._turn = turn
        self._latitudes = (np.inf, -np.inf)
        self._longitudes = (np.inf, -np.inf)  # within half a turn either way of 0
        self._turned = (np.inf, -np.inf)  # the same within 0 to a turn

    def add(self, longitudes: Floats, latitudes: Floats) -> None:
        """Take in positions, (N,) each, longitudes within half a turn of 0; those that are NaN are left out."""
        known = np.isfinite(longitudes) & np.isfinite(latitudes)
        self._latitudes = _widened(self._latitudes, latitudes[known])
        self._longitudes = _widened(self._longitudes, longitudes[known])
        self._turned = _widened(self._turned, np.mod(longitudes[known], self._turn))

    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north, as RFC 7946 section 5 has it; None when nothing was added.

        West is greater than east where the box crosses the antimeridian.
        """
        (south, north), (west, east) = self._latitudes, self._longitudes
        if south > north:
            return None
        if self._turned[1] - self._turned[0] < east - west:
            west, east = self._turned[0], self._turned[1] - self._turn
            if west > self._turn / 2:  # all of it lies west of the meridian of 0, and rounding made it seem narrower
                west -= self._turn
        return west, south, east, north


def _widened(span: tuple[float, float], values: Floats) -> tuple[float, float]:
    return float(values.min(initial=span[0])), float(values.max(initial=span[1]))
