"""What a row looks like on a map, in the spellings of the file formats."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sidelook.formats.export.text import Column, degree_text, joined
from sidelook.model.columns import Flags, Floats

_WKB_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


class Shapes(Protocol):
    """Shapes of a block of rows; rows without a position have none."""

    @property
    def kinds(self) -> frozenset[str]:
        """Names of the shapes in GeoParquet, e.g. "Point"."""
        ...

    def longitudes(self) -> Floats:
        """(N,) degrees, -180..180, of all corners that have a position."""
        ...

    def latitudes(self) -> Floats:
        """(N,) degrees, of all corners that have a position."""
        ...

    def wkb(self) -> Column:
        """(N,) well-known binary, little-endian, longitude first."""
        ...

    def geojson(self) -> Column:
        """(N,) geometry objects of RFC 7946 as text."""
        ...

    def kml(self) -> Column:
        """(N,) geometry elements of KML 2.2 as text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A point a row.

    Attributes
    ----------
    longitude_deg, latitude_deg : (N,) degrees, NaN where there is no position
    """

    longitude_deg: Floats
    latitude_deg: Floats

    @property
    def kinds(self) -> frozenset[str]:
        """Names of the shapes."""
        return frozenset({"Point"})

    def longitudes(self) -> Floats:
        """(N,) degrees of the rows that have a position."""
        return self.longitude_deg[~self._unplaced]

    def latitudes(self) -> Floats:
        """(N,) degrees of the rows that have a position."""
        return self.latitude_deg[~self._unplaced]

    def wkb(self) -> Column:
        """(N,) well-known binary: byte order 1, kind 1, two doubles."""
        packed = np.ones(len(self.longitude_deg), _WKB_POINT)
        packed["x"], packed["y"] = self.longitude_deg, self.latitude_deg
        return binary_column(packed, self._unplaced)

    def geojson(self) -> Column:
        """(N,) Point objects; absent where there is no position."""
        return self._joined('{"type":"Point","coordinates":[', "]}")

    def kml(self) -> Column:
        """(N,) Point elements; absent where there is no position."""
        return self._joined("<Point><coordinates>", "</coordinates></Point>")

    @property
    def _unplaced(self) -> Flags:
        return np.isnan(self.longitude_deg) | np.isnan(self.latitude_deg)

    def _joined(self, head: str, tail: str) -> Column:
        return joined(head, degree_text(self.longitude_deg), ",", degree_text(self.latitude_deg), tail)


def points_of(table: pa.Table) -> Points:
    """Take the points of a table of plots or tracks from its columns."""
    longitude, latitude = (table.column(name).to_numpy() for name in ("longitude_deg", "latitude_deg"))
    return Points(longitude_deg=longitude, latitude_deg=latitude)


def binary_column(packed: NDArray[Any], missing: Flags) -> Column:
    """Turn packed records of one size, (N,), into a column of byte strings without a loop."""
    buffers = [None, pa.py_buffer(packed.tobytes())]
    column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(packed.dtype.itemsize), len(packed), buffers)
    present: Column = pc.if_else(pa.array(missing), pa.scalar(None, pa.binary()), column.cast(pa.binary()))
    return present
