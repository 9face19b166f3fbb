"""Products on a plane: a place off the plane is shown where its echo has the same range and range rate (SICD, Vol. 3).

For a place on the plane that is the place itself.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sarkit.sicd.projection as skprojection
import sarkit.sidd as sksidd

from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats

if TYPE_CHECKING:
    import lxml.etree

MEASUREMENT = "{*}Measurement"
PLANE = f"{MEASUREMENT}/{{*}}PlaneProjection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPlane:
    """A product's plane, and the antenna that saw it.

    Attributes
    ----------
    point, normal : (3,) ECEF, m
    row, column : (3,) unit vectors, ECEF
    times : coefficients of the time of an echo over the distance from the point along rows and columns, s and m
    path : (K, 3) coefficients of the antenna's place over time, ECEF, m and s
    """

    point: Floats
    normal: Floats
    row: Floats
    column: Floats
    times: Floats
    path: Floats

    def shown_at(self, places: Floats) -> Floats:
        """Give the (N, 3) places of the plane that show (N, 3) places, ECEF, m; NaN where none does."""
        shown = places
        # The time of an echo depends on where it is shown, by far less than its distance off the plane.
        for _ in range(2 if self.times.size > 1 else 1):
            shown = self._across(places, self._time(shown), self.point, self.normal)
        return shown

    def seen_at(self, places: Floats, frame: LocalFrame) -> Floats:
        """Give the (N, 3) places at a frame's height that (N, 3) places of the plane show, ECEF, m."""
        return self._across(places, self._time(places), frame.origin, frame.axes[2])

    def _time(self, places: Floats) -> Floats:
        off = places - self.point
        return np.asarray(np.polynomial.polynomial.polyval2d(off @ self.row, off @ self.column, self.times))

    def _across(self, places: Floats, time: Floats, point: Floats, normal: Floats) -> Floats:
        """Go along range and range rate to a plane."""
        polynomial = np.polynomial.polynomial
        antenna = polynomial.polyval(time, self.path).T
        velocity = polynomial.polyval(time, polynomial.polyder(self.path)).T
        line = antenna - places
        length = np.linalg.norm(line, axis=-1)
        left = np.einsum("nk,nk->n", np.cross(antenna, velocity), -line).sum()
        sets = skprojection.ProjectionSetsMono(
            t_COA=time,
            ARP_COA=antenna,
            VARP_COA=velocity,
            R_COA=length,
            Rdot_COA=(velocity * line).sum(axis=-1) / length,
        )
        with np.errstate(invalid="ignore"):
            found = skprojection.r_rdot_to_ground_plane_mono(1 if left > 0 else -1, sets, point, normal)
        return np.asarray(found, np.float64)


def plane_of(tree: "lxml.etree._ElementTree") -> ProductPlane | None:
    """Give the plane of a product; None for one on another surface, where each pixel has its place."""
    if tree.find(PLANE) is None:
        return None
    helper = sksidd.XmlHelper(tree)
    row = np.asarray(helper.load(f"{PLANE}/{{*}}ProductPlane/{{*}}RowUnitVector"), np.float64)
    column = np.asarray(helper.load(f"{PLANE}/{{*}}ProductPlane/{{*}}ColUnitVector"), np.float64)
    point = np.asarray(helper.load(f"{PLANE}/{{*}}ReferencePoint/{{*}}ECEF"), np.float64)
    normal = np.cross(row, column)
    return ProductPlane(
        point=point,
        normal=normal / np.linalg.norm(normal) * np.sign(normal @ point),
        row=row,
        column=column,
        times=np.asarray(helper.load(f"{PLANE}/{{*}}TimeCOAPoly"), np.float64),
        path=np.asarray(helper.load(f"{MEASUREMENT}/{{*}}ARPPoly"), np.float64),
    )
