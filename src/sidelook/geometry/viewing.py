"""How a raised sensor sees the ground: ranges, grazing and depression angles, horizon.

Heights are above a smooth sphere; refraction in a standard atmosphere is covered by its radius being 4/3 of the
earth's (Skolnik, Introduction to Radar Systems, chapter 8), which straightens the rays. All functions take leading
axes of any shape, radians and metres, and give NaN where a range is shorter than the height.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS = 6_371_000.0
EFFECTIVE_EARTH_RADIUS = 4.0 / 3.0 * EARTH_RADIUS


def horizon_range(height: ArrayLike, earth_radius: float = EFFECTIVE_EARTH_RADIUS) -> NDArray[np.float64]:
    """Give the slant range, (...) m, at which rays from a height, (...) m, touch the sphere."""
    h = np.asarray(height, np.float64)
    tangent: NDArray[np.float64] = np.sqrt(2.0 * h * earth_radius + h**2)
    return tangent


def grazing_angle(
    height: ArrayLike, slant_range: ArrayLike, earth_radius: float = EFFECTIVE_EARTH_RADIUS
) -> NDArray[np.float64]:
    """Give the angle between the ray and the ground it meets.

    Parameters
    ----------
    height : (...) of the sensor, m
    slant_range : (...) to the ground, m
    earth_radius : of the sphere, m

    Returns
    -------
    (...) rad; negative beyond the horizon
    """
    h, r = np.asarray(height, np.float64), np.asarray(slant_range, np.float64)
    return _arcsin((h**2 + 2.0 * h * earth_radius - r**2) / (2.0 * r * earth_radius))


def depression_angle(
    height: ArrayLike, slant_range: ArrayLike, earth_radius: float = EFFECTIVE_EARTH_RADIUS
) -> NDArray[np.float64]:
    """Give the angle of the ray below the sensor's horizontal.

    Parameters
    ----------
    height : (...) of the sensor, m
    slant_range : (...) to the ground, m
    earth_radius : of the sphere, m

    Returns
    -------
    (...) rad
    """
    h, r = np.asarray(height, np.float64), np.asarray(slant_range, np.float64)
    return _arcsin((h**2 + 2.0 * h * earth_radius + r**2) / (2.0 * r * (earth_radius + h)))


def ground_range(
    height: ArrayLike, slant_range: ArrayLike, earth_radius: float = EFFECTIVE_EARTH_RADIUS
) -> NDArray[np.float64]:
    """Give the arc along the ground, (...) m, from below a sensor to a point at a slant range, (...) m.

    The central angle comes by its half, R^2 = h^2 + 4 Re (Re + h) sin^2(gamma / 2), which keeps its digits.
    """
    h, r = np.asarray(height, np.float64), np.asarray(slant_range, np.float64)
    squared = (r**2 - h**2) / (4.0 * earth_radius * (earth_radius + h))
    half_angle = _arcsin(np.sqrt(np.where(squared >= 0.0, squared, np.nan)))
    return 2.0 * earth_radius * half_angle


def slant_range(
    height: ArrayLike, ground_range: ArrayLike, earth_radius: float = EFFECTIVE_EARTH_RADIUS
) -> NDArray[np.float64]:
    """Give the distance, (...) m, from a sensor at a height to the ground at an arc, (...) m, from below it."""
    h, arc = np.asarray(height, np.float64), np.asarray(ground_range, np.float64)
    chord = 4.0 * earth_radius * (earth_radius + h) * np.sin(arc / (2.0 * earth_radius)) ** 2
    distance: NDArray[np.float64] = np.sqrt(h**2 + chord)
    return distance


def _arcsin(sine: NDArray[np.float64]) -> NDArray[np.float64]:
    angle: NDArray[np.float64] = np.arcsin(np.where(np.abs(sine) <= 1.0, sine, np.nan))
    return angle
