"""Images on a ground plane, as SICD and SIDD want them: turned until shadows fall downward, and what they resolve."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, enu_to_ecef
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, PlaneGrid, SarImage, Triple
from sidelook.model.origin import Origin
from sidelook.model.radar import SPEED_OF_LIGHT

DEGREE = 5  # of the polynomials of the antenna's path
UNIFORM_WIDTH = 0.886  # 3 dB width of an unweighted response, over its bandwidth
SIMULATED = "SIMULATED"
"""What the collector of a simulated image is called, first word: the mark that goes with the pixels."""

UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What aperture and band support along a direction of the image, 1/m: its middle and its width."""

    middle: float
    width: float

    @property
    def resolution(self) -> float:
        """3 dB width of an unweighted point, m."""
        return UNIFORM_WIDTH / self.width


def shadows_down(image: SarImage, aperture: Aperture) -> tuple[PlaneGrid, NDArray[Any]]:
    """Give the same pixels with the rows along the axis that leads away from the radar, and the columns to its left.

    So shadows fall downward, as the standard wants them to, and rows by columns point up.
    """
    grid, pixels = image.grid, image.pixels
    rows, columns = grid.shape
    middle = grid.positions(np.array(rows // 2), np.array(columns // 2))
    away = middle - aperture.places[len(aperture.places) // 2]
    axes, spacings = (np.array(grid.row_axis), np.array(grid.column_axis)), (grid.row_spacing, grid.column_spacing)
    if abs(away @ axes[1]) > abs(away @ axes[0]):
        pixels, axes, spacings = pixels.T, axes[::-1], spacings[::-1]
    first = np.array(grid.first)
    row, column = axes
    if away @ row < 0.0:
        first, row, pixels = first + (pixels.shape[0] - 1) * spacings[0] * row, -row, pixels[::-1]
    if np.cross(row, column)[2] < 0.0:
        first, column, pixels = first + (pixels.shape[1] - 1) * spacings[1] * column, -column, pixels[:, ::-1]
    return (
        PlaneGrid(
            first=_triple(first),
            row_axis=_triple(row),
            column_axis=_triple(column),
            row_spacing=spacings[0],
            column_spacing=spacings[1],
            shape=(pixels.shape[0], pixels.shape[1]),
        ),
        pixels,
    )


def _triple(vector: Floats) -> Triple:
    return float(vector[0]), float(vector[1]), float(vector[2])


def support_of(aperture: Aperture, scp: Floats, axis: Floats) -> Support:
    """Give the spatial frequencies along an axis: 2 f / c, by how the range grows along it from each place."""
    line = scp - aperture.places
    slope = (line / np.linalg.norm(line, axis=1)[:, None]) @ axis
    edges = np.multiply.outer(2.0 / SPEED_OF_LIGHT * np.array(aperture.band), slope)
    return Support(middle=float(0.5 * (edges.min() + edges.max())), width=float(np.ptp(edges)))


def path_polynomial(aperture: Aperture, frame: LocalFrame) -> Floats:
    """Give (K, 3) coefficients of the antenna's path over time, ECEF, m and s."""
    path = enu_to_ecef(aperture.places, frame)
    return np.asarray(np.polynomial.polynomial.polyfit(aperture.time, path, min(DEGREE, len(path) - 1)))


def corner_degrees(grid: PlaneGrid, frame: LocalFrame, edges: tuple[float, float, float, float]) -> Floats:
    """Give (4, 2) latitude and longitude, degrees, of the corners between first and last row and column, clockwise."""
    top, left, bottom, right = edges
    places = grid.positions(np.array([top, top, bottom, bottom]), np.array([left, right, right, left]))
    return np.degrees(np.stack(ecef_to_geodetic(enu_to_ecef(places, frame))[:2], axis=-1))


def collector_of(origin: Origin) -> str:
    """Name who took an image; what is simulated says so first, for the mark goes with the pixels."""
    return f"{SIMULATED if origin.simulated else UNKNOWN} {origin.platform}".strip()


def title_of(origin: Origin, what: str) -> str:
    """Name what a file holds; what is simulated says so first."""
    return f"{SIMULATED + ' ' if origin.simulated else ''}{what}"


def platform_of(collector: str) -> tuple[str, bool]:
    """Give the platform of a collector, as ``collector_of`` or others name it, and whether it is simulated."""
    first, _, rest = collector.strip().partition(" ")
    if first.upper().startswith(SIMULATED):
        return (rest.strip() if first.upper() == SIMULATED else collector.strip()), True
    return (rest.strip() if first == UNKNOWN else collector.strip()), False
