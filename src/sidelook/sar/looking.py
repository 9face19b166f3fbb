"""What an antenna tells apart: places at one range and of one Doppler are imaged as one, wherever they stand.

Seen from an antenna at ``place`` that moves with ``velocity``, a place is known by its slant range and by how far ahead
along the motion it lies, which is its Doppler: both together are a circle about the path, and what lies on it is
imaged where the circle meets the plane of the image (range-Doppler equations: Curlander and McDonough, Synthetic
Aperture Radar, 1991, 8.2; NGA.STND.0024-3, chapter 4). A mover is heard with the Doppler of its own speed as well.
Plain NumPy in float64; for whole images see ``geocoding``.
"""

from dataclasses import dataclass

import numpy as np

from sidelook.errors import InputError
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, PlaneGrid, SarImage

DEGREE = 5  # of the polynomials of the antenna's path, as in a SICD
LEAST_LEVEL = 1e-3  # of the motion: straight up and down, left and right are one
SLOWEST = 1e-3  # m/s
UP = np.array((0.0, 0.0, 1.0))


class NoApertureError(InputError):
    """The image does not say where its antenna was, or that cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An antenna at one moment, or at several.

    Attributes
    ----------
    place : (..., 3) east, north, up of the scene reference, m
    velocity : (..., 3) m/s
    """

    place: Floats
    velocity: Floats

    @property
    def ahead(self) -> Floats:
        """(..., 3) unit vectors of the motion."""
        return np.asarray(self.velocity / np.linalg.norm(self.velocity, axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A plane that circles are cut with, or several with one normal.

    Attributes
    ----------
    point : (..., 3) on it, m
    normal : (3,) unit vector
    side : 1 or -1: to the left or right of the motion, seen against the normal
    """

    point: Floats
    normal: Floats
    side: float


def look_in(aperture: Aperture | None, share: float = 0.5, source: str = "the image") -> Look:
    """Give the antenna at a share, 0 to 1, of the time of an aperture.

    Raises
    ------
    NoApertureError
    """
    if aperture is None:
        message = f"{source} does not say where its antenna was: give the SICD, or the echoes that it is formed of"
        raise NoApertureError(message)
    span = float(aperture.time[-1] - aperture.time[0]) if len(aperture.time) > 1 else 0.0
    if not (span > 0.0 and np.isfinite(aperture.places).all()):
        message = f"{source} has no path of its antenna with two moments or more: give its echoes with their times"
        raise NoApertureError(message)
    # Shares, not seconds: powers of them stay tame.
    shares = (aperture.time - aperture.time[0]) / span - 0.5
    path = np.polynomial.polynomial.polyfit(shares, aperture.places, min(DEGREE, len(shares) - 1))
    place = np.polynomial.polynomial.polyval(share - 0.5, path)
    slope = np.polynomial.polynomial.polyval(share - 0.5, np.polynomial.polynomial.polyder(path))
    velocity = np.asarray(slope, np.float64) / span
    if not float(np.hypot(velocity[0], velocity[1])) > max(SLOWEST, LEAST_LEVEL * float(np.abs(velocity[2]))):
        message = f"the antenna of {source} stands still, or moves straight up: it tells no Doppler apart"
        raise NoApertureError(message)
    return Look(place=np.asarray(place, np.float64), velocity=velocity)


def look_of(image: SarImage) -> Look:
    """Give the antenna in the middle of an image's aperture; NoApertureError where that is not known."""
    return look_in(image.aperture, source=image.origin.source)


def plane_of(grid: PlaneGrid, look: Look) -> Surface:
    """Give the plane of an image, with the side that it is looked at from one antenna."""
    normal = np.cross(np.array(grid.column_axis), np.array(grid.row_axis))
    normal = normal if normal[2] >= 0.0 else -normal
    middle = grid.positions(np.array(0.5 * (grid.shape[0] - 1)), np.array(0.5 * (grid.shape[1] - 1)))
    left = np.cross(normal, look.velocity)
    return Surface(
        point=np.array(grid.first), normal=normal, side=1.0 if float((middle - look.place) @ left) >= 0.0 else -1.0
    )


def level_at(height: float | Floats, side: float) -> Surface:
    """Give the level plane, or (...) planes, at an up coordinate, (...) m, to one side of the motion."""
    return Surface(point=np.multiply.outer(np.asarray(height, np.float64), UP), normal=UP, side=side)


def heard(look: Look, places: Floats, velocities: Floats | None = None) -> tuple[Floats, Floats]:
    """Give slant range and how far ahead along the motion, (...) m, places are heard.

    Parameters
    ----------
    places : (..., 3) m
    velocities : (..., 3) of what is there, m/s; it stands where None. Who comes nearer seems further ahead: by
        range over the antenna's speed, times the radial speed (Raney, Synthetic aperture imaging radar and moving
        targets, IEEE Trans. Aerospace and Electronic Systems 7(3), 1971)
    """
    away = places - look.place
    slant = np.linalg.norm(away, axis=-1)
    motion = look.velocity if velocities is None else look.velocity - velocities
    ahead = (away * motion).sum(axis=-1) / np.linalg.norm(look.velocity, axis=-1)
    return np.asarray(slant), np.asarray(ahead)


def where_heard(look: Look, slant: Floats, ahead: Floats, surface: Surface) -> Floats:
    """Give the (..., 3) places on a plane, m, that are at slant ranges and ahead as told; NaN where there are none."""
    normal, level = surface.normal, look.ahead - (look.ahead @ surface.normal)[..., None] * surface.normal
    share = np.linalg.norm(level, axis=-1)
    along = level / share[..., None]
    aside = surface.side * np.cross(normal, along)
    up = (surface.point - look.place) @ normal
    x = (ahead - up * (look.ahead @ normal)) / share
    squared = slant**2 - up**2 - x**2
    y = np.sqrt(np.where(squared >= 0.0, squared, np.nan))
    place: Floats = look.place + x[..., None] * along + y[..., None] * aside + np.multiply.outer(up, normal)
    return place


def pixels_of(grid: PlaneGrid, places: Floats) -> tuple[Floats, Floats]:
    """Give row and column, (...) with fractions, of (..., 3) places on a grid's plane, m."""
    away = places - np.array(grid.first)
    return (
        np.asarray(away @ np.array(grid.row_axis) / grid.row_spacing),
        np.asarray(away @ np.array(grid.column_axis) / grid.column_spacing),
    )
