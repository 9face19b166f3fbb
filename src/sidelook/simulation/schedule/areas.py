"""Areas on the ground that are to be watched: rectangles of a frame, and polygons on the earth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame, ecef_to_enu, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef
from sidelook.model.collection import Corner

# Points that stand for a polygon: so many along its outline, and so many squared over its box.
_OUTLINE, _INSIDE = 64, 9
# No radar sees farther than its horizon, some hundred kilometres away.
_WIDEST = 3_000e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle on the ground that is to be watched.

    Attributes
    ----------
    frame : its local frame
    west, south, east, north : its sides in the frame, m
    """

    frame: LocalFrame
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """A polygon on the ground, up to some thousand kilometres across, over the antimeridian too.

    Attributes
    ----------
    corners : (latitude, longitude) of three or more in order around it, rad

    Raises
    ------
    UsageError : fewer than three corners, corners that are no places, or too far apart
    """

    corners: tuple[Corner, ...]

    def __post_init__(self) -> None:
        """Check the corners."""
        corners = np.asarray(self.corners, np.float64)
        if corners.ndim != 2 or corners.shape[0] < 3 or corners.shape[1] != 2 or not np.isfinite(corners).all():  # noqa: PLR2004 -- a polygon
            message = f"an area needs three corners or more, each a latitude and a longitude, not {self.corners}"
            raise UsageError(message)
        if np.abs(corners[:, 0]).max() > np.pi / 2.0:
            message = f"a latitude is at most 90 degrees either way; are these corners in radians? {self.corners}"
            raise UsageError(message)
        # All three coordinates: places on the other side of the earth lie far below.
        if not np.abs(_local_corners(self)).max() <= _WIDEST:
            message = f"the corners of an area lie within {_WIDEST / 1e3:.0f} km of its middle: {self.corners}"
            raise UsageError(message)


def rectangle(area: Area) -> Polygon:
    """Turn a rectangle of a frame into a polygon."""
    east = np.array([area.west, area.east, area.east, area.west])
    north = np.array([area.south, area.south, area.north, area.north])
    return Polygon(corners=_to_corners(east, north, area.frame))


def middle_frame(polygon: Polygon) -> LocalFrame:
    """Give a local frame in the middle of a polygon's corners."""
    latitude, longitude = np.asarray(polygon.corners, np.float64).T
    middle = geodetic_to_ecef(latitude, longitude, np.zeros(len(latitude))).mean(axis=0)
    at = ecef_to_geodetic(middle)
    return LocalFrame(latitude=float(at[0]), longitude=float(at[1]))


def plane_corners(polygon: Polygon) -> NDArray[np.float64]:
    """Give (C, 2) east and north of the corners in the polygon's own frame, m."""
    return _local_corners(polygon)[:, :2]


def area_of(polygon: Polygon) -> float:
    """Give the area of a polygon in its own frame's plane, m^2."""
    east, north = plane_corners(polygon).T
    return 0.5 * abs(float(np.sum(east * np.roll(north, -1) - np.roll(east, -1) * north)))


def points_of(polygon: Polygon) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give latitudes and longitudes, (P,) rad, of points along a polygon's outline, in order, and inside it."""
    corners = plane_corners(polygon)
    share = np.linspace(0.0, 1.0, outline_count(polygon) // len(corners), endpoint=False)
    sides = np.roll(corners, -1, axis=0) - corners
    outline = (corners[:, None, :] + share[None, :, None] * sides[:, None, :]).reshape(-1, 2)
    low, high = corners.min(axis=0), corners.max(axis=0)
    steps = (np.arange(_INSIDE) + 0.5) / _INSIDE
    box = np.stack(np.meshgrid(*(low + (high - low) * steps[:, None]).T), axis=-1).reshape(-1, 2)
    points = np.concatenate([outline, box[_inside(corners, box)]])
    return _to_geodetic(points[:, 0], points[:, 1], middle_frame(polygon))


def outline_count(polygon: Polygon) -> int:
    """Count the first of ``points_of``: those along the outline."""
    corners = len(polygon.corners)
    return max(_OUTLINE // corners, 1) * corners


def contains(polygon: Polygon, latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which places, (P,) rad, lie in a polygon."""
    local = ecef_to_enu(geodetic_to_ecef(latitude, longitude, 0.0), middle_frame(polygon))
    # Below: places on the other side of the earth have the same east and north.
    return _inside(plane_corners(polygon), local[:, :2]) & (local[:, 2] > -_WIDEST)


def box_around(latitude: NDArray[np.float64], longitude: NDArray[np.float64], like: Polygon) -> Polygon:
    """Give the smallest box, in the frame of a polygon, around points, (P,) rad."""
    frame = middle_frame(like)
    east, north, _ = ecef_to_enu(geodetic_to_ecef(latitude, longitude, 0.0), frame).T
    return rectangle(
        Area(
            frame=frame,
            west=float(east.min()),
            south=float(north.min()),
            east=float(east.max()),
            north=float(north.max()),
        )
    )


def _local_corners(polygon: Polygon) -> NDArray[np.float64]:
    latitude, longitude = np.asarray(polygon.corners, np.float64).T
    return ecef_to_enu(geodetic_to_ecef(latitude, longitude, 0.0), middle_frame(polygon))


def _inside(corners: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which (P, 2) points lie inside, by the parity of the sides that a ray to the east crosses."""
    start, end = corners[:, None, :], np.roll(corners, -1, axis=0)[:, None, :]
    spans = (start[..., 1] > points[:, 1]) != (end[..., 1] > points[:, 1])
    rise = np.where(spans, end[..., 1] - start[..., 1], 1.0)
    crossing = start[..., 0] + (points[:, 1] - start[..., 1]) / rise * (end[..., 0] - start[..., 0])
    odd: NDArray[np.bool_] = np.sum(spans & (points[:, 0] < crossing), axis=0) % 2 == 1
    return odd


def _to_geodetic(
    east: NDArray[np.float64], north: NDArray[np.float64], frame: LocalFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    up = Ellipsoid(frame=frame).height(east, north)
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, up], axis=-1), frame)
    return latitude, longitude


def _to_corners(east: NDArray[np.float64], north: NDArray[np.float64], frame: LocalFrame) -> tuple[Corner, ...]:
    latitude, longitude = _to_geodetic(east, north, frame)
    return tuple((float(lat), float(lon)) for lat, lon in zip(latitude, longitude, strict=True))
