"""Frames of reference: ECEF, local east-north-up, platform body and antenna.

Local frames are right-handed east, north, up at a geodetic point. Body and antenna frames are right-handed
forward, right, down; an attitude is heading (clockwise from true north or from the platform's nose), then pitch
(nose up), then roll (right side down), in that order, as STANAG 4607 D21 to D23 and D28 to D30 use them.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFrame:
    """An east-north-up frame at a point.

    Attributes
    ----------
    latitude, longitude : of the origin, rad
    height : of the origin above the ellipsoid, m
    origin : (3,) ECEF of the origin, m
    axes : (3, 3) rows are the east, north and up unit vectors in ECEF
    """

    latitude: float
    longitude: float
    height: float = 0.0
    origin: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    axes: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out origin and axes once; every conversion uses them."""
        origin = geodetic_to_ecef(self.latitude, self.longitude, self.height)
        axes = local_axes(self.latitude, self.longitude)
        for name, value in (("origin", origin), ("axes", axes)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)


def local_axes(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Give the east, north and up directions at points.

    Parameters
    ----------
    latitude, longitude : (...) rad

    Returns
    -------
    (..., 3, 3) rows east, north, up as unit vectors in ECEF; ``axes @ v`` turns ECEF into local
    """
    sin_lat, cos_lat = np.sin(latitude), np.cos(latitude)
    sin_lon, cos_lon = np.sin(longitude), np.cos(longitude)
    zero = np.zeros_like(sin_lat * sin_lon)
    east = (-sin_lon + zero, cos_lon + zero, zero)
    north = (-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat + zero)
    up = (cos_lat * cos_lon, cos_lat * sin_lon, sin_lat + zero)
    return np.stack([np.stack(row, axis=-1) for row in (east, north, up)], axis=-2)


def ecef_to_enu(positions: ArrayLike, frame: LocalFrame) -> NDArray[np.float64]:
    """Turn (..., 3) ECEF positions, m, into (..., 3) east-north-up of the frame, m."""
    return (np.asarray(positions, np.float64) - frame.origin) @ frame.axes.T


def enu_to_ecef(positions: ArrayLike, frame: LocalFrame) -> NDArray[np.float64]:
    """Turn (..., 3) east-north-up positions of the frame, m, into (..., 3) ECEF, m."""
    return np.asarray(positions, np.float64) @ frame.axes + frame.origin


def rotate_ecef_to_enu(vectors: ArrayLike, frame: LocalFrame) -> NDArray[np.float64]:
    """Turn (..., 3) ECEF directions or velocities into (..., 3) east-north-up of the frame."""
    return np.asarray(vectors, np.float64) @ frame.axes.T


def rotate_enu_to_ecef(vectors: ArrayLike, frame: LocalFrame) -> NDArray[np.float64]:
    """Turn (..., 3) east-north-up directions or velocities of the frame into (..., 3) ECEF."""
    return np.asarray(vectors, np.float64) @ frame.axes


def geodetic_to_enu(
    latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike, frame: LocalFrame
) -> NDArray[np.float64]:
    """Turn geodetic coordinates, (...) rad, rad and m, into (..., 3) east-north-up of the frame, m."""
    return ecef_to_enu(geodetic_to_ecef(latitude, longitude, height), frame)


def enu_to_geodetic(
    positions: ArrayLike, frame: LocalFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Turn (..., 3) east-north-up positions of the frame, m, into latitude, longitude (rad) and height (m), (...)."""
    return ecef_to_geodetic(enu_to_ecef(positions, frame))


def attitude_matrix(heading: ArrayLike, pitch: ArrayLike, roll: ArrayLike) -> NDArray[np.float64]:
    """Build the rotation of an attitude: heading about down, then pitch about right, then roll about forward.

    Parameters
    ----------
    heading, pitch, roll : (...) rad

    Returns
    -------
    (..., 3, 3) columns are the inner frame's forward, right and down axes in the outer frame; for a platform the
    outer frame is north-east-down, for an antenna it is the platform's body
    """
    angles = np.broadcast_arrays(heading, pitch, roll)
    (sin_h, sin_p, sin_r), (cos_h, cos_p, cos_r) = np.sin(angles), np.cos(angles)
    rows = (
        (cos_h * cos_p, cos_h * sin_p * sin_r - sin_h * cos_r, cos_h * sin_p * cos_r + sin_h * sin_r),
        (sin_h * cos_p, sin_h * sin_p * sin_r + cos_h * cos_r, sin_h * sin_p * cos_r - cos_h * sin_r),
        (-sin_p, cos_p * sin_r, cos_p * cos_r),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def body_to_enu(vectors: ArrayLike, heading: ArrayLike, pitch: ArrayLike, roll: ArrayLike) -> NDArray[np.float64]:
    """Turn vectors of a platform's body frame into the east-north-up frame at the platform.

    Parameters
    ----------
    vectors : (..., 3) forward, right, down
    heading, pitch, roll : (...) of the platform, rad

    Returns
    -------
    (..., 3) east, north, up
    """
    return _swap_ned_enu(_apply(attitude_matrix(heading, pitch, roll), vectors))


def enu_to_body(vectors: ArrayLike, heading: ArrayLike, pitch: ArrayLike, roll: ArrayLike) -> NDArray[np.float64]:
    """Turn vectors of the east-north-up frame at a platform into its body frame: ``body_to_enu`` backwards."""
    matrix = np.swapaxes(attitude_matrix(heading, pitch, roll), -1, -2)
    return _apply(matrix, _swap_ned_enu(np.asarray(vectors, np.float64)))


def antenna_to_body(
    vectors: ArrayLike, sensor_heading: ArrayLike, sensor_pitch: ArrayLike, sensor_roll: ArrayLike
) -> NDArray[np.float64]:
    """Turn vectors of an antenna's frame into the body frame of the platform that bears it.

    Parameters
    ----------
    vectors : (..., 3) along boresight, right of it, below it
    sensor_heading, sensor_pitch, sensor_roll : (...) of the antenna relative to the platform, rad

    Returns
    -------
    (..., 3) forward, right, down
    """
    return _apply(attitude_matrix(sensor_heading, sensor_pitch, sensor_roll), vectors)


def body_to_antenna(
    vectors: ArrayLike, sensor_heading: ArrayLike, sensor_pitch: ArrayLike, sensor_roll: ArrayLike
) -> NDArray[np.float64]:
    """Turn vectors of a platform's body frame into its antenna's frame: ``antenna_to_body`` backwards."""
    return _apply(np.swapaxes(attitude_matrix(sensor_heading, sensor_pitch, sensor_roll), -1, -2), vectors)


def _apply(matrix: NDArray[np.float64], vectors: ArrayLike) -> NDArray[np.float64]:
    product: NDArray[np.float64] = np.einsum("...ij,...j->...i", matrix, np.asarray(vectors, np.float64))
    return product


def _swap_ned_enu(vectors: NDArray[Any]) -> NDArray[np.float64]:
    return vectors[..., [1, 0, 2]] * (1.0, 1.0, -1.0)
