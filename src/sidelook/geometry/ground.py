"""The ground as an argument: who needs to know how high it is asks this interface.

A plane, the ellipsoid and (later) terrain answer the same question in a local frame, so a tracker or a simulator
runs on a flat test world and on the earth alike.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.wgs84 import SEMI_MAJOR_AXIS, SEMI_MINOR_AXIS


class Ground(Protocol):
    """Interface of a ground in a local frame."""

    def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give the up coordinate, (...) m, of the ground at (...) east and north, m."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A level plane of the frame.

    Attributes
    ----------
    up : its up coordinate, m
    """

    up: float = 0.0

    def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give ``up`` in the common shape of (...) east and north."""
        return np.full(np.broadcast_shapes(np.shape(east), np.shape(north)), self.up)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid:
    """The WGS-84 ellipsoid, or the surface at one height above it, seen from a local frame.

    The surface at height *h* is taken as the ellipsoid with semi-axes longer by *h*, which is within 3 mm of it at
    500 m and 5 cm at 9 km. Then up is the root of a quadratic in closed form.

    Attributes
    ----------
    frame : the local frame
    above : height of the surface over the ellipsoid, m
    quadric : (4, 4) of the surface in frame coordinates: it is where ``(e, n, u, 1) Q (e, n, u, 1)' = 0``
    """

    frame: LocalFrame
    above: float = 0.0
    quadric: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Express the surface in the frame's coordinates, once."""
        across, along = SEMI_MAJOR_AXIS + self.above, SEMI_MINOR_AXIS + self.above
        to_ecef = np.column_stack([self.frame.axes.T, self.frame.origin])
        scaled = to_ecef / np.array([across, across, along])[:, None]
        quadric = scaled.T @ scaled
        quadric[3, 3] -= 1.0
        quadric.setflags(write=False)
        object.__setattr__(self, "quadric", quadric)

    def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give the up coordinate of the surface.

        Parameters
        ----------
        east, north : (...) m, within some thousand kilometres of the frame's origin

        Returns
        -------
        (...) up, m; NaN where the vertical misses the earth
        """
        q, e, n = self.quadric, np.asarray(east, np.float64), np.asarray(north, np.float64)
        half = q[0, 2] * e + q[1, 2] * n + q[2, 3]
        rest = q[0, 0] * e**2 + 2.0 * q[0, 1] * e * n + q[1, 1] * n**2 + 2.0 * (q[0, 3] * e + q[1, 3] * n) + q[3, 3]
        squared = half**2 - q[2, 2] * rest
        # The nearer root, in the form that does not subtract equals.
        up: NDArray[np.float64] = -rest / (half + np.sqrt(np.where(squared >= 0.0, squared, np.nan)))
        return up
