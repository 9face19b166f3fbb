"""Products along a strip, bent with the earth (SIDD, Vol. 1, 2.8, 3.8 and 3.9).

sarkit has the same formulas (``cgd_pixel_to_ecef``), but up to 1.8.1 takes a latitude in radians for degrees, so that
it is right on the equator alone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sarkit.sidd as sksidd

from sidelook.geometry.frames import local_axes
from sidelook.geometry.wgs84 import ECCENTRICITY_SQUARED, FLATTENING, ecef_to_geodetic
from sidelook.model.columns import Floats

if TYPE_CHECKING:
    import lxml.etree

STRIP = "{*}Measurement/{*}CylindricalProjection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A cylinder along a strip.

    Attributes
    ----------
    point : of reference, (3,) ECEF, m; ``pixel`` : row and column of it
    axes : (3, 3) unit vectors across the strip (rows), along it (columns) and up, ECEF
    spacing : of rows and of columns, m
    radius : along the strip, m
    """

    point: Floats
    pixel: Floats
    axes: Floats
    spacing: Floats
    radius: float

    def pixels_of(self, places: Floats) -> Floats:
        """Give (N, 2) row and column of (N, 3) places, ECEF, m."""
        across, along, up = np.moveaxis((places - self.point) @ self.axes.T, -1, 0)
        bent = self.radius * np.arctan2(along, up + self.radius)
        return self.pixel + np.stack([across, bent], axis=-1) / self.spacing

    def places_of(self, pixels: Floats) -> Floats:
        """Give (N, 3) places, ECEF, m, of (N, 2) row and column."""
        across, along = np.moveaxis((pixels - self.pixel) * self.spacing, -1, 0)
        angle = along / self.radius
        bent = np.stack([across, self.radius * np.sin(angle), self.radius * (np.cos(angle) - 1.0)], axis=-1)
        return np.asarray(self.point + bent @ self.axes)


def strip_of(tree: "lxml.etree._ElementTree") -> Strip | None:
    """Give the strip of a product; None for one on another surface."""
    if tree.find(STRIP) is None:
        return None
    helper = sksidd.XmlHelper(tree)
    point = np.asarray(helper.load(f"{STRIP}/{{*}}ReferencePoint/{{*}}ECEF"), np.float64)
    x, y, z = point
    # An ellipsoid as flat as the earth's, through the point (2.8.1).
    stretched = z / (1.0 - FLATTENING)
    semi_axis = float(np.sqrt(x**2 + y**2 + stretched**2))
    latitude = float(np.arctan2(z, (1.0 - FLATTENING) ** 2 * np.hypot(x, y)))
    east, north, up = local_axes(latitude, float(ecef_to_geodetic(point)[1]))
    direction = np.asarray(helper.load(f"{STRIP}/{{*}}StripmapDirection"), np.float64)
    angle = float(np.arctan((east @ direction) / (north @ direction))) if north @ direction else 0.5 * np.pi  # 2.8.3
    along = np.cos(angle) * north + np.sin(angle) * east
    radius = helper.load(f"{STRIP}/{{*}}CurvatureRadius")
    return Strip(
        point=point,
        pixel=np.asarray(helper.load(f"{STRIP}/{{*}}ReferencePoint/{{*}}Point"), np.float64),
        axes=np.stack([np.cross(along, up), along, up]),
        spacing=np.asarray(helper.load(f"{STRIP}/{{*}}SampleSpacing"), np.float64),
        radius=_curvature(semi_axis, latitude, angle) if radius is None else float(radius),
    )


def _curvature(semi_axis: float, latitude: float, angle: float) -> float:
    """Give the radius of an ellipsoid along a direction, clockwise from north, m (2.8.4 to 2.8.6)."""
    flat = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian, normal = semi_axis * (1.0 - ECCENTRICITY_SQUARED) / flat**1.5, semi_axis / np.sqrt(flat)
    return float(1.0 / (np.cos(angle) ** 2 / meridian + np.sin(angle) ** 2 / normal))
