"""The WGS-84 ellipsoid: geodetic and earth-centred, earth-fixed (ECEF) coordinates.

Radians and metres; every function takes leading axes of any shape. Constants: NIMA TR8350.2, table 3.1.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEMI_MAJOR_AXIS = 6_378_137.0
FLATTENING = 1.0 / 298.257223563
SEMI_MINOR_AXIS = SEMI_MAJOR_AXIS * (1.0 - FLATTENING)
ECCENTRICITY_SQUARED = FLATTENING * (2.0 - FLATTENING)
SECOND_ECCENTRICITY_SQUARED = ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED)
MEAN_RADIUS = (2.0 * SEMI_MAJOR_AXIS + SEMI_MINOR_AXIS) / 3.0

# Bowring's iteration squares an error that starts below 1e-9 rad for 0 to 20 km; the second step covers orbits too.
_BOWRING_STEPS = 2


def geodetic_to_ecef(latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike) -> NDArray[np.float64]:
    """Turn geodetic coordinates into ECEF.

    Parameters
    ----------
    latitude, longitude : (...) rad
    height : (...) above the ellipsoid, m

    Returns
    -------
    (..., 3) ECEF, m
    """
    above = np.asarray(height, np.float64)
    sin_latitude, cos_latitude = np.sin(latitude), np.cos(latitude)
    normal = SEMI_MAJOR_AXIS / np.sqrt(1.0 - ECCENTRICITY_SQUARED * sin_latitude**2)
    across = (normal + above) * cos_latitude
    along = (normal * (1.0 - ECCENTRICITY_SQUARED) + above) * sin_latitude
    return _triples(across * np.cos(longitude), across * np.sin(longitude), along)


def ecef_to_geodetic(
    positions: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Turn ECEF into geodetic coordinates.

    Bowring's formula on the reduced latitude (Survey Review 23, 1976), carried as sine and cosine, which keeps the
    poles regular; height by his 1985 form, which is good at every latitude.

    Parameters
    ----------
    positions : (..., 3) ECEF, m; not within 50 km of the centre of the earth

    Returns
    -------
    latitude, longitude : (...) rad, longitude in -pi..pi
    height : (...) above the ellipsoid, m
    """
    position = np.asarray(positions, np.float64)
    x, y, z = (position[..., axis].copy() for axis in range(3))
    across = np.sqrt(x * x + y * y)
    sine, cosine = z, (1.0 - FLATTENING) * across
    for _ in range(_BOWRING_STEPS):
        cube = (sine * sine + cosine * cosine) ** -1.5
        up = z + (SECOND_ECCENTRICITY_SQUARED * SEMI_MINOR_AXIS) * (sine * sine * sine * cube)
        out = across - (ECCENTRICITY_SQUARED * SEMI_MAJOR_AXIS) * (cosine * cosine * cosine * cube)
        sine, cosine = (1.0 - FLATTENING) * up, out
    length = np.sqrt(up * up + out * out)
    sin_latitude, cos_latitude = up / length, out / length
    surface = SEMI_MAJOR_AXIS * np.sqrt(1.0 - ECCENTRICITY_SQUARED * sin_latitude * sin_latitude)
    height = across * cos_latitude + z * sin_latitude - surface
    return np.arctan2(up, out), np.arctan2(y, x), height


def wrap_longitude(longitude: ArrayLike) -> NDArray[np.float64]:
    """Bring angles into -pi <= angle < pi; those already there are returned bit for bit.

    Parameters
    ----------
    longitude : (...) rad, any multiple of a turn away

    Returns
    -------
    (...) rad
    """
    angle = np.asarray(longitude, np.float64)
    wrapped = np.mod(angle + np.pi, 2.0 * np.pi) - np.pi
    return np.where((angle >= -np.pi) & (angle < np.pi), angle, wrapped)


def _triples(x: NDArray[Any], y: NDArray[Any], z: NDArray[Any]) -> NDArray[np.float64]:
    triples = np.empty((*np.broadcast_shapes(x.shape, y.shape, z.shape), 3))
    triples[..., 0], triples[..., 1], triples[..., 2] = x, y, z
    return triples
