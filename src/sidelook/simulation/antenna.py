"""A side-looking array on an aircraft: which beams it has, and where it can look while the aircraft turns and banks.

The array lies along the fuselage and steers in azimuth only, by an angle from broadside, forward above zero. Its roll
is taken out by a mount up to a limit; beyond it the array is blind. Ground seen at small depression is treated as if it
lay in the array's horizontal plane, as the open literature's beam counts do.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.errors import UsageError
from sidelook.geometry.viewing import EARTH_RADIUS, ground_range, horizon_range
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.radar import Antenna, Radar

# One-way 3 dB width of a uniform aperture, in wavelengths over its length (Skolnik, Radar Handbook, chapter 9).
_UNIFORM = 0.886


class Flank(IntEnum):
    """Side of the aircraft; the value is the sign of a bearing from the nose."""

    LEFT = -1
    RIGHT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """How the array sits on the airframe.

    Attributes
    ----------
    roll_limit : the bank that the array can compensate, rad; with more it is blind
    """

    roll_limit: float = float(np.radians(12.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamLattice:
    """Beams that fill the field of view, each touching the next at its 3 dB points, from forward to aft.

    Attributes
    ----------
    angle : (B,) of the centres from broadside, forward above zero, rad
    half_width : (B,) rad
    """

    angle: NDArray[np.float64]
    half_width: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the beams."""
        return len(self.angle)


def sine_width(radar: Radar) -> float:
    """Give the width of a beam between its 3 dB points in the sine of the angle from broadside: the same everywhere."""
    return _UNIFORM * radar.waveform.wavelength / radar.antenna.length


def beam_width(radar: Radar, angle: ArrayLike) -> NDArray[np.float64]:
    """Give the one-way 3 dB width, ``0.886 lam / (L cos(angle))``, (...) rad, at (...) rad from broadside."""
    width: NDArray[np.float64] = sine_width(radar) / np.cos(np.asarray(angle, np.float64))
    return width


def beams_between(radar: Radar, low: ArrayLike, high: ArrayLike) -> NDArray[np.int64]:
    """Count the beams that fill (...) intervals of the sine of the angle from broadside."""
    # A hair of a beam less than a whole number is not one more: the last bits of the division decide nothing.
    wanted = (np.asarray(high, np.float64) - np.asarray(low, np.float64)) / sine_width(radar)
    return np.maximum(np.ceil(wanted - 1e-9), 1.0).astype(np.int64)


def beam_lattice(radar: Radar) -> BeamLattice:
    """Fill the field of view with beams.

    Raises
    ------
    UsageError : the field of view is none, or reaches the ends of the array
    """
    edge = float(np.sin(field_of_view(radar.antenna)))
    count = int(beams_between(radar, -edge, edge))
    sines = np.linspace(edge, -edge, count + 1)
    edges = np.arcsin(sines)
    return BeamLattice(angle=0.5 * (edges[:-1] + edges[1:]), half_width=0.5 * (edges[:-1] - edges[1:]))


def field_of_view(antenna: Antenna) -> float:
    """Give the half angle about broadside, rad.

    Raises
    ------
    UsageError : it is none, or reaches the ends of the array
    """
    if not (0.0 < antenna.field_of_view < np.pi / 2.0 and antenna.length > 0.0 and (antenna.left or antenna.right)):
        message = (
            "an array needs a length, a flank and a field of view of more than 0 and less than 90 degrees either side "
            f"of broadside, not {antenna}"
        )
        raise UsageError(message)
    return antenna.field_of_view


def flanks(antenna: Antenna) -> tuple[Flank, ...]:
    """Give the sides on which an antenna can look."""
    return tuple(flank for flank, has in ((Flank.RIGHT, antenna.right), (Flank.LEFT, antenna.left)) if has)


def off_broadside(track: ArrayLike, bearing: ArrayLike) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Turn directions into what an array steers.

    Parameters
    ----------
    track : (...) where the nose points, rad
    bearing : (...) of what is looked at, rad

    Returns
    -------
    flank : (...) 1 right, -1 left
    angle : (...) from broadside of that flank, forward above zero, rad
    """
    relative = wrap_longitude(np.asarray(bearing, np.float64) - np.asarray(track, np.float64))
    flank = np.where(relative < 0.0, -1, 1).astype(np.int8)
    return flank, np.pi / 2.0 - np.abs(relative)


def bearing_of(track: ArrayLike, flank: ArrayLike, angle: ArrayLike) -> NDArray[np.float64]:
    """Give the bearing, (...) rad, of beams at (...) rad from broadside of flanks: ``off_broadside`` backwards."""
    side = np.asarray(flank, np.float64)
    bearing: NDArray[np.float64] = np.asarray(track, np.float64) + side * (np.pi / 2.0 - np.asarray(angle, np.float64))
    return bearing


def steady(mount: Mount, roll: ArrayLike) -> NDArray[np.bool_]:
    """Tell whether the array can compensate (...) rolls, rad."""
    compensated: NDArray[np.bool_] = np.abs(np.asarray(roll, np.float64)) <= mount.roll_limit
    return compensated


def can_look(
    antenna: Antenna, mount: Mount, track: ArrayLike, roll: ArrayLike, bearing: ArrayLike
) -> NDArray[np.bool_]:
    """Tell whether an array can look in directions along the ground.

    A roll that is compensated leaves the angle from broadside as it is, for the array lies along the axis of roll.

    Parameters
    ----------
    antenna, mount : the array
    track, roll : (...) of the aircraft, rad
    bearing : (...) of the ground, rad

    Returns
    -------
    (...)
    """
    flank, angle = off_broadside(track, bearing)
    has = np.where(flank > 0, antenna.right, antenna.left)
    possible: NDArray[np.bool_] = steady(mount, roll) & has & (np.abs(angle) <= field_of_view(antenna))
    return possible


def swath(radar: Radar, height: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give nearest and farthest ground range, (...) m, of a radar at (...) m over the ellipsoid.

    The slant ranges of the radar, but no nearer than straight down and no farther than the horizon of a 4/3 earth; on
    the ground they are arcs of the true earth, as the footprints of dwells are.

    Raises
    ------
    UsageError : the radar looks nowhere
    """
    if not 0.0 < radar.nearest < radar.farthest:
        message = f"a radar looks from a near to a farther range, not from {radar.nearest} m to {radar.farthest} m"
        raise UsageError(message)
    above = np.asarray(height, np.float64)
    near = ground_range(above, np.maximum(radar.nearest, above * (1.0 + 1e-9)), EARTH_RADIUS)
    far = ground_range(above, np.minimum(radar.farthest, horizon_range(above)), EARTH_RADIUS)
    return near, np.maximum(far, near)
