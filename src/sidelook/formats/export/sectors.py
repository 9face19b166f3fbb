"""The footprints of dwells as polygons, cut where they cross the antimeridian."""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from sidelook.formats.export.shapes import binary_column
from sidelook.formats.export.text import DEGREE_DECIMALS, Column
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.columns import Flags, Floats
from sidelook.model.plots import Dwells
from sidelook.sensing.location import bearing_and_distance, locate

#: Corners of each arc: a sector of 20 degrees at 120 km strays less than 60 m from its chords.
_ARC = 9

_PARTS: tuple[tuple[float, float], ...] = ((-180.0, 180.0), (180.0, 540.0), (-540.0, -180.0))

#: Closed rings, (K, 2) longitude and latitude in degrees.
Rings: TypeAlias = list[Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sectors:
    """A polygon a row, two where it crosses the antimeridian.

    Attributes
    ----------
    ring : (M, K, 2) longitude and latitude in degrees, counterclockwise and closed, longitudes continuous along the
        ring and so perhaps beyond 180; NaN where the footprint is not known
    """

    ring: Floats

    @property
    def kinds(self) -> frozenset[str]:
        """Names of the shapes."""
        return frozenset({"MultiPolygon" if crossing else "Polygon" for crossing in self._crossing[self._placed]})

    def longitudes(self) -> Floats:
        """(N,) degrees, -180..180, of all corners that have a position."""
        turned: Floats = (self.ring[self._placed, :, 0].ravel() + 180.0) % 360.0 - 180.0
        return turned

    def latitudes(self) -> Floats:
        """(N,) degrees of all corners that have a position."""
        return self.ring[self._placed, :, 1].ravel()

    def wkb(self) -> Column:
        """(M,) well-known binary; a loop only over those that cross the antimeridian."""
        count = self.ring.shape[1]
        packed = np.zeros(
            len(self.ring),
            [("order", "u1"), ("kind", "<u4"), ("rings", "<u4"), ("count", "<u4"), ("corners", "<f8", (count, 2))],
        )
        packed["order"], packed["kind"], packed["rings"], packed["count"] = 1, 3, 1, count
        packed["corners"] = self.ring
        column = binary_column(packed, ~self._placed)
        if not (self._crossing & self._placed).any():
            return column
        cut = [_multi_wkb(cut_ring(ring)) if crossing else None for ring, crossing in zip(*self._rows(), strict=True)]
        return pa.array([ours or plain for ours, plain in zip(cut, column.to_pylist(), strict=True)], pa.binary())

    def geojson(self) -> Column:
        """(M,) Polygon or MultiPolygon objects, cut as RFC 7946 section 3.1.9 asks."""
        return self._written(_geojson)

    def kml(self) -> Column:
        """(M,) Polygon or MultiGeometry elements."""
        return self._written(_kml)

    def _written(self, write: Callable[[Rings], str]) -> Column:
        rows = zip(self.ring, self._crossing, self._placed, strict=True)
        texts = [write(cut_ring(ring) if crossing else [ring]) if placed else None for ring, crossing, placed in rows]
        return pa.array(texts, pa.string())

    def _rows(self) -> tuple[Floats, Flags]:
        return self.ring, self._crossing & self._placed

    @property
    def _placed(self) -> Flags:
        return np.asarray(np.isfinite(self.ring).all(axis=(1, 2)))

    @property
    def _crossing(self) -> Flags:
        return np.asarray((np.abs(self.ring[:, :, 0]) > 180.0).any(axis=1))  # noqa: PLR2004 - the antimeridian


def sectors_of(dwells: Dwells) -> Sectors:
    """Draw the footprint of each dwell, STANAG 4607 D24 to D27.

    It is the sector ``sensing.coverage.covers`` tests: half extents in ground range and in angle at the sensor
    around the centre of the area. Footprints that hold a pole are not drawn rightly.

    Parameters
    ----------
    dwells : M of them
    """
    sensor = (dwells.sensor_latitude[:, None], dwells.sensor_longitude[:, None])
    centre = (dwells.area_latitude[:, None], dwells.area_longitude[:, None])
    bearing, distance = bearing_and_distance(*sensor, *centre)
    across = np.linspace(-1.0, 1.0, _ARC)
    # Along the near arc from left to right, back along the far arc, and home: counterclockwise.
    turn = np.concatenate([across, across[::-1], across[:1]])
    side = np.concatenate([-np.ones(_ARC), np.ones(_ARC), [-1.0]])
    arc = np.maximum(distance + side * dwells.range_half_extent[:, None], 0.0)
    chord = 2.0 * MEAN_RADIUS * np.sin(arc / (2.0 * MEAN_RADIUS))
    toward = bearing + turn * dwells.angle_half_extent[:, None]
    latitude, longitude = locate((*sensor, np.zeros_like(sensor[0])), chord, toward)
    degrees = np.degrees(centre[1])
    continuous = degrees + (np.degrees(longitude) - degrees + 180.0) % 360.0 - 180.0
    return Sectors(ring=np.stack([continuous, np.degrees(latitude)], axis=-1))


def cut_ring(ring: Floats) -> Rings:
    """Cut a ring whose longitudes run beyond 180 degrees into rings within -180..180.

    Parameters
    ----------
    ring : (K, 2) longitude and latitude, degrees, closed

    Returns
    -------
    one closed ring for each side of the antimeridian that it touches
    """
    parts: Rings = []
    for west, east in _PARTS:
        part = _clipped(_clipped(ring, west, 1.0), east, -1.0)
        if len(part):
            parts.append(part - [(west + east) / 2.0, 0.0])
    return parts


def _clipped(ring: Floats, meridian: float, side: float) -> Floats:
    """Keep what lies east (side 1) or west (side -1) of a meridian: Sutherland and Hodgman's algorithm."""
    kept: list[Floats] = []
    for start, stop in pairwise(ring):
        before, after = side * (start[0] - meridian), side * (stop[0] - meridian)
        if before >= 0.0:
            kept.append(start)
        if before * after < 0.0:
            crossing = start + (stop - start) * (before / (before - after))
            crossing[0] = meridian
            kept.append(crossing)
    if len(kept) < 3:  # noqa: PLR2004 - fewer corners enclose nothing
        return np.zeros((0, 2))
    return np.array([*kept, kept[0]])


def _multi_wkb(rings: Rings) -> bytes:
    polygons = (struct.pack("<BIII", 1, 3, 1, len(ring)) + ring.astype("<f8").tobytes() for ring in rings)
    return struct.pack("<BII", 1, 6, len(rings)) + b"".join(polygons)


def _geojson(rings: Rings) -> str:
    polygons = [[np.round(ring, DEGREE_DECIMALS).tolist()] for ring in rings]
    kind, corners = ("Polygon", polygons[0]) if len(polygons) == 1 else ("MultiPolygon", polygons)
    return f'{{"type":"{kind}","coordinates":{json.dumps(corners, separators=(",", ":"))}}}'


def _kml(rings: Rings) -> str:
    polygons = "".join(_kml_polygon(ring) for ring in rings)
    return polygons if len(rings) == 1 else f"<MultiGeometry>{polygons}</MultiGeometry>"


def _kml_polygon(ring: Floats) -> str:
    corners = " ".join(f"{x},{y}" for x, y in np.round(ring, DEGREE_DECIMALS).tolist())
    boundary = f"<LinearRing><coordinates>{corners}</coordinates></LinearRing>"
    return f"<Polygon><tessellate>1</tessellate><outerBoundaryIs>{boundary}</outerBoundaryIs></Polygon>"
