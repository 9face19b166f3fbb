"""Radar images laid onto terrain: amplitudes on parallels and meridians, and what each pixel can be."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sidelook.model.columns import Floats, Octets, Singles
from sidelook.model.origin import Origin


class GroundFlag(IntEnum):
    """What a pixel of the ground is in an image."""

    OUTSIDE = 0
    """Not imaged, or its height is not known."""
    SEEN = 1
    LAYOVER = 2
    """Imaged together with other ground at the same range and Doppler: its brightness is of both."""
    SHADOW = 3
    """Behind higher ground: what is shown there is noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeGrid:
    """Pixel centres on parallels and meridians of WGS-84, rows to the north, columns to the east.

    Attributes
    ----------
    south, west : of the centre of pixel (0, 0), rad
    latitude_step, longitude_step : rad
    shape : rows, columns
    """

    south: float
    west: float
    latitude_step: float
    longitude_step: float
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        """Check that there are pixels."""
        if min(self.shape) < 1 or not min(self.latitude_step, self.longitude_step) > 0.0:
            message = f"DegreeGrid of {self.shape} pixels holds nothing"
            raise ValueError(message)

    @property
    def latitude(self) -> Floats:
        """(rows,) rad."""
        return np.asarray(self.south + self.latitude_step * np.arange(self.shape[0]), np.float64)

    @property
    def longitude(self) -> Floats:
        """(columns,) rad; above pi beyond the antimeridian."""
        return np.asarray(self.west + self.longitude_step * np.arange(self.shape[1]), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeocodedImage:
    """A radar image on the ground.

    Attributes
    ----------
    amplitude : (rows, columns) of the image where the ground is imaged, 0 outside
    flags : (rows, columns) ``GroundFlag``
    grid : where the pixels lie
    begin, end : of the collection, ns UTC; None where the source has none
    processing : what was done to it, in order
    origin : who sent it, and whether it is real
    """

    amplitude: Singles
    flags: Octets
    grid: DegreeGrid
    begin: int | None
    end: int | None
    processing: tuple[str, ...]
    origin: Origin

    def __post_init__(self) -> None:
        """Check that the pixels fill the grid."""
        for name, dtype in (("amplitude", np.float32), ("flags", np.uint8)):
            column = getattr(self, name)
            if column.shape != self.grid.shape or column.dtype != dtype:
                message = f"GeocodedImage.{name} is {column.dtype}{column.shape}, its grid {self.grid.shape}"
                raise ValueError(message)
