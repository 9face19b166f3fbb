"""Radar images: pixels on a plane, and where the plane lies."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats, Singles
from sidelook.model.origin import Origin

Triple: TypeAlias = tuple[float, float, float]
Pixels: TypeAlias = NDArray[np.complex64] | NDArray[np.float32]

EAST: Triple = (1.0, 0.0, 0.0)
NORTH: Triple = (0.0, 1.0, 0.0)
NEARLY = 1e-9  # of unit vectors at right angles


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneGrid:
    """Pixel centres on a plane: ``first + row * row_spacing * row_axis + column * column_spacing * column_axis``.

    Attributes
    ----------
    first : centre of pixel (0, 0), east, north, up of the scene reference, m
    row_axis, column_axis : unit vectors at right angles, along which row and column numbers grow
    row_spacing, column_spacing : m
    shape : rows, columns
    """

    first: Triple
    row_axis: Triple = NORTH
    column_axis: Triple = EAST
    row_spacing: float
    column_spacing: float
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        """Check that the axes span a plane and that there are pixels."""
        axes = np.array([self.row_axis, self.column_axis])
        if not np.allclose(axes @ axes.T, np.eye(2), rtol=0.0, atol=NEARLY):
            message = f"PlaneGrid axes {self.row_axis} and {self.column_axis} are not unit vectors at right angles"
            raise ValueError(message)
        if min(self.shape) < 1 or not min(self.row_spacing, self.column_spacing) > 0:
            message = f"PlaneGrid of {self.shape} pixels, {self.row_spacing} by {self.column_spacing} m, holds nothing"
            raise ValueError(message)

    def positions(self, rows: NDArray[Any], columns: NDArray[Any]) -> Floats:
        """Give the (..., 3) places, m, of (...) row and column numbers, whole or not."""
        along = np.multiply.outer(np.asarray(rows, np.float64) * self.row_spacing, np.array(self.row_axis))
        across = np.multiply.outer(np.asarray(columns, np.float64) * self.column_spacing, np.array(self.column_axis))
        return np.asarray(np.array(self.first) + along + across, np.float64)


def centred_grid(shape: tuple[int, int], spacing: float, *, centre: Triple = (0.0, 0.0, 0.0)) -> PlaneGrid:
    """Lay a level grid, rows to the north and columns to the east, with its middle at ``centre``, m."""
    rows, columns = shape
    first = (centre[0] - 0.5 * (columns - 1) * spacing, centre[1] - 0.5 * (rows - 1) * spacing, centre[2])
    return PlaneGrid(first=first, row_spacing=spacing, column_spacing=spacing, shape=shape)


class TooLargeImageError(UsageError):
    """The image does not fit into the memory it may take."""


class OutsideImageError(UsageError):
    """Nothing of the image lies where it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """The part of an image that is wanted.

    Attributes
    ----------
    place : latitude and longitude of its middle, rad; the image's own where it is None
    size : of its sides, m
    """

    place: tuple[float, float] | None = None
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of an image that exists.

    Attributes
    ----------
    spacing : of the map's pixels, m; as the image has them where it is None
    chip : the part; all of it where it is None
    most_pixels : of the map that may be held
    number : of the image among several in one file, from 1 on; the only one where it is None
    """

    spacing: float | None = None
    chip: Chip | None = None
    most_pixels: int
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aperture:
    """Where an antenna was while it took an image, and in what band it sent.

    Attributes
    ----------
    time : (P,) s after the begin, rising
    places : (P, 3) phase centres, east, north, up of the scene reference, m
    band : lowest and highest frequency, Hz
    """

    time: Floats
    places: Floats
    band: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SarImage:
    """A radar image.

    Attributes
    ----------
    pixels : (rows, columns) complex64, with the phase of the carrier as received, or float32 amplitudes
    grid : where the pixels lie
    frame : where the scene reference lies; None where the source does not say
    begin, end : of the collection, ns UTC; None where the source has none
    centre_frequency : Hz
    processing : what was done to it, in order
    origin : who sent it, and whether it is real
    aperture : that it was formed of; None where that is not known
    """

    pixels: Pixels
    grid: PlaneGrid
    frame: LocalFrame | None
    begin: int | None
    end: int | None
    centre_frequency: float
    processing: tuple[str, ...]
    origin: Origin
    aperture: Aperture | None = None

    def __post_init__(self) -> None:
        """Check that the pixels fill the grid."""
        if self.pixels.shape != self.grid.shape or self.pixels.dtype not in (np.complex64, np.float32):
            message = f"SarImage.pixels is {self.pixels.dtype}{self.pixels.shape}, its grid {self.grid.shape}"
            raise ValueError(message)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.pixels)

    @property
    def amplitude(self) -> Singles:
        """Amplitudes, (rows, columns)."""
        return np.abs(self.pixels).astype(np.float32)
