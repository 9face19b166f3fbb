"""The box around everything written so far."""

import numpy as np

from sidelook.model.columns import Floats


class Extent:
    """Grows with each block; knows both ways round the earth, so a box across the antimeridian stays small."""

    def __init__(self) -> None:
        self._latitudes = (np.inf, -np.inf)
        self._longitudes = (np.inf, -np.inf)  # within -180..180
        self._turned = (np.inf, -np.inf)  # the same within 0..360

    def add(self, longitudes: Floats, latitudes: Floats) -> None:
        """Take in positions, (N,) degrees each; longitudes -180..180."""
        self._latitudes = _widened(self._latitudes, latitudes)
        self._longitudes = _widened(self._longitudes, longitudes)
        self._turned = _widened(self._turned, np.mod(longitudes, 360.0))

    def box(self) -> list[float] | None:
        """West, south, east, north in degrees, as RFC 7946 section 5 has it; None when nothing was added.

        West is greater than east where the box crosses the antimeridian.
        """
        (south, north), (west, east) = self._latitudes, self._longitudes
        if south > north:
            return None
        if self._turned[1] - self._turned[0] < east - west:
            west, east = self._turned[0], self._turned[1] - 360.0
        return [west, south, east, north]


def _widened(span: tuple[float, float], values: Floats) -> tuple[float, float]:
    return float(values.min(initial=span[0])), float(values.max(initial=span[1]))
