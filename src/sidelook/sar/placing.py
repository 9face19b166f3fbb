"""Where on the ground a pixel is, and with what error: range and Doppler cut with the ground.

What an image says of a place is its slant range and range rate in the middle of the aperture. The ground there may have
several places (layover): all are given. Errors of the antenna's place and velocity, of the range, and of the height of
the ground are carried over to the first order (NGA.STND.0024-3, chapter 12, has the same contributions).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.ground import Ground
from sidelook.model.columns import Floats
from sidelook.sar.looking import Look, level_at, where_heard

HeightRange: TypeAlias = tuple[float, float]
Heard: TypeAlias = tuple[Floats, Floats]

LEVELS = 400  # between the lowest and the highest ground, that circles are followed over
HALVINGS = 40
LEAST_SPAN = 1.0  # m
BASE = 10.0  # m, over which the slope of the ground is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceErrors:
    """What the place of a pixel may be off by.

    Attributes
    ----------
    antenna : (6, 6) covariance of the antenna's place, m, and velocity, m/s, east, north, up of the image's frame
    slant_range : standard deviation of the range, m
    height : of the ground's height, m
    pixel : (3, 3) covariance of the pixel itself on the ground, m2: how well it was named, and what no model has
    """

    antenna: Floats
    slant_range: float
    height: float
    pixel: Floats


def places_heard(look: Look, heard_at: Heard, ground: Ground, heights: HeightRange, side: float) -> list[Floats]:
    """Give all places on the ground that are heard at ranges and ahead.

    Parameters
    ----------
    heard_at : (N,) slant range and ahead, m, as ``looking.heard`` gives them
    ground : in the image's frame
    heights : lowest and highest up coordinate that the ground may have about there, m
    side : 1 or -1, as of ``looking.plane_of``

    Returns
    -------
    for each an (M, 3) array, highest first; none where the circle meets no known ground
    """
    slant, ahead = (np.asarray(part, np.float64) for part in heard_at)
    low, high = heights[0] - LEAST_SPAN, heights[1] + LEAST_SPAN
    levels = np.linspace(high, low, LEVELS)

    def above(up: Floats, which: NDArray[np.int64] | slice) -> tuple[Floats, Floats]:
        """Give how far the circle is above the ground at up coordinates, and where."""
        shape = np.broadcast_shapes(np.shape(up), np.shape(slant[which]))
        place = where_heard(look, slant[which], ahead[which], level_at(np.broadcast_to(up, shape), side))
        return np.asarray(place[..., 2] - ground.height(place[..., 0], place[..., 1])), place

    over = np.stack([above(np.full(len(slant), level), slice(None))[0] for level in levels])
    step, which = np.nonzero((over[:-1] > 0.0) & (over[1:] <= 0.0) | (over[:-1] <= 0.0) & (over[1:] > 0.0))
    top, bottom = levels[step], levels[step + 1]
    starts_over = over[step, which] > 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (top + bottom)
        same = (above(middle, which)[0] > 0.0) == starts_over
        top, bottom = np.where(same, middle, top), np.where(same, bottom, middle)
    found = above(0.5 * (top + bottom), which)[1]
    return [found[which == k] for k in range(len(slant))]


def highest_heard(look: Look, heard_at: Heard, ground: Ground, heights: HeightRange, side: float) -> Floats:
    """Give the highest of ``places_heard``, (N, 3), which nothing of the same range hides; NaN where there is none."""
    every = places_heard(look, heard_at, ground, heights, side)
    return np.array([places[0] if len(places) else np.full(3, np.nan) for places in every]).reshape(-1, 3)


def place_covariance(look: Look, place: Floats, ground: Ground | None, errors: PlaceErrors) -> Floats:
    """Give the covariance of a place on the ground, (3, 3) m2, east, north, up of the image's frame.

    Parameters
    ----------
    place : (3,) m
    ground : whose slope counts; level where None
    """
    away = place - look.place
    slant = float(np.linalg.norm(away))
    toward = away / slant
    # Of the range rate: by the place, and by the antenna's velocity.
    turn = (-look.velocity + (look.velocity @ toward) * toward) / slant
    normal = _normal(ground, place)
    told = np.stack([toward, turn, normal])
    made = np.zeros((3, 6))
    made[0, :3], made[1, :3], made[1, 3:] = toward, turn, toward
    spread = made @ errors.antenna @ made.T + np.diag([errors.slant_range**2, 0.0, (normal[2] * errors.height) ** 2])
    back = np.linalg.inv(told)
    return np.asarray(back @ spread @ back.T + errors.pixel)


def pixel_spread(look: Look, place: Floats, ground: Ground | None, heard_spread: Floats) -> Floats:
    """Turn a (2, 2) covariance of range and ahead, m2, into one of the place on the ground, (3, 3) m2."""
    away = place - look.place
    told = np.stack([away / np.linalg.norm(away), look.ahead, _normal(ground, place)])
    back = np.linalg.inv(told)[:, :2]
    return np.asarray(back @ heard_spread @ back.T)


def _normal(ground: Ground | None, place: Floats) -> Floats:
    """Give the unit normal of the ground at a place."""
    if ground is None:
        return np.array((0.0, 0.0, 1.0))
    half = 0.5 * BASE
    east, north = place[0] + np.array([half, -half, 0.0, 0.0]), place[1] + np.array([0.0, 0.0, half, -half])
    up = ground.height(east, north)
    slope = np.nan_to_num([(up[0] - up[1]) / BASE, (up[2] - up[3]) / BASE])
    normal = np.array([-slope[0], -slope[1], 1.0])
    return np.asarray(normal / np.linalg.norm(normal))
