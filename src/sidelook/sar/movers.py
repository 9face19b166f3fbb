"""Where an image shows what moved: shifted along the antenna's path by its radial speed, and drawn out.

An image is formed as if all stood still. What comes nearer has the Doppler of ground further ahead, and is shown there:
by range over the antenna's speed, times the radial speed. As the aperture goes on, antenna and mover turn about one
another otherwise than antenna and ground do, and the place goes on too: its way from begin to end of the aperture is
the smear, about twice the way that the mover goes along the path (Raney 1971; Jao, Theory of synthetic aperture radar
imaging of a moving target, IEEE Trans. Geosci. Remote Sens. 39(9), 2001). Speed and direction are taken not to change
over the aperture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sidelook.geometry.ground import Ground
from sidelook.model.columns import Flags, Floats, Integers
from sidelook.model.image import Aperture, PlaneGrid
from sidelook.model.movers import MOMENTS, ShownMovers
from sidelook.sar.looking import Look, Surface, heard, level_at, look_in, pixels_of, plane_of, where_heard
from sidelook.sar.placing import HeightRange, highest_heard

BASE = 20.0  # m, over which the slope of the ground is taken: as long as a bus
STEPS = (1.0, 1.0, 0.1, 0.1)  # m, m, m/s, m/s: of the differences by which errors are carried over

Shown: TypeAlias = Callable[[Floats], Floats]
"""Gives (N, M) what is asked for, of (N, 4) states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """What moves, in the middle of an aperture.

    Attributes
    ----------
    track : (N,) names
    state : (N, 4) east, north, m, and velocity east, north, m/s, in the image's frame
    covariance : (N, 4, 4) of the state
    """

    track: Integers
    state: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an image shows, and how it was taken.

    Attributes
    ----------
    grid : of the image
    aperture : that it was formed of
    ground : that movers keep to, and that they are shown on; the image's own plane where None
    heights : lowest and highest up coordinate of that ground about the scene, m
    """

    grid: PlaneGrid
    aperture: Aperture
    ground: Ground | None = None
    heights: HeightRange = (0.0, 0.0)


def show_movers(moving: Moving, scene: Scene) -> ShownMovers:
    """Say where an image shows movers, how long their smears are, and with what errors.

    Raises
    ------
    NoApertureError
    """
    look = look_in(scene.aperture)
    plane = plane_of(scene.grid, look)
    places, velocities = _in_space(moving.state, scene, plane)
    slant, ahead = heard(look, places, velocities)
    shown = flat = where_heard(look, slant, ahead, plane)
    level = plane
    if scene.ground is not None:
        shown = highest_heard(look, (slant, ahead), scene.ground, scene.heights, plane.side)
        level = level_at(shown[:, 2], plane.side)

    def place_of(state: Floats) -> Floats:
        return where_heard(look, *heard(look, *_in_space(state, scene, plane)), level)[:, :2]

    def smear_of(state: Floats) -> Floats:
        trail = _trail(state, scene, plane, level)
        return np.asarray(np.linalg.norm(trail[:, -1] - trail[:, 0], axis=-1, keepdims=True))

    def shift_of(state: Floats) -> Floats:
        where, how = _in_space(state, scene, plane)
        return np.asarray((heard(look, where, how)[1] - heard(look, where)[1])[:, None])

    trail = _trail(moving.state, scene, plane, level)
    covariance = _carried(place_of, moving)
    return ShownMovers(
        track=moving.track,
        east=shown[:, 0].copy(),
        north=shown[:, 1].copy(),
        up=shown[:, 2].copy(),
        covariance=np.stack([covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]], axis=-1),
        true_east=places[:, 0].copy(),
        true_north=places[:, 1].copy(),
        true_up=places[:, 2].copy(),
        radial_speed=_radial(look, places, velocities),
        shift=shift_of(moving.state)[:, 0],
        shift_error=np.sqrt(_carried(shift_of, moving)[:, 0, 0]),
        trail_east=trail[..., 0].copy(),
        trail_north=trail[..., 1].copy(),
        smear=smear_of(moving.state)[:, 0],
        smear_error=np.sqrt(_carried(smear_of, moving)[:, 0, 0]),
        inside=_inside(scene.grid, flat),
    )


def fit(shown: ShownMovers, east: float, north: float, error: float) -> tuple[Floats, Floats]:
    """Say how well a place in an image, on a smear, fits each mover.

    Parameters
    ----------
    east, north : of the place, m
    error : of the place itself, one standard deviation either way, m

    Returns
    -------
    misfit : (N,) from the nearest place of the smear, standard deviations (Mahalanobis)
    density : (N,) of probability that a place anywhere on the smear is seen there, 1/m2: what is shown vaguely fits all
        places, and none of them well; NaN of both where a mover is shown nowhere
    """
    away = np.stack([shown.trail_east - east, shown.trail_north - north], axis=-1)
    spread = shown.covariance[:, [[0, 1], [1, 2]]] + error**2 * np.eye(2)
    # Between the moments the trail is a line: ten places stand for a piece of it.
    shares = np.linspace(0.0, MOMENTS - 1.0, 10 * (MOMENTS - 1) + 1)
    piece = np.minimum(shares.astype(int), MOMENTS - 2)
    within = (shares - piece)[:, None]
    fine = away[:, piece] * (1.0 - within) + away[:, piece + 1] * within
    squared = np.einsum("nti,nij,ntj->nt", fine, np.linalg.inv(spread), fine)
    area = np.sqrt(spread[:, 0, 0] * spread[:, 1, 1] - spread[:, 0, 1] ** 2)
    density = np.exp(-0.5 * squared).mean(axis=1) / (2.0 * np.pi * area)
    return np.sqrt(squared.min(axis=1)), density


def _inside(grid: PlaneGrid, places: Floats) -> Flags:
    rows, columns = (np.floor(part + 0.5) for part in pixels_of(grid, places))
    return np.asarray((rows >= 0) & (rows < grid.shape[0]) & (columns >= 0) & (columns < grid.shape[1]))


def _in_space(state: Floats, scene: Scene, plane: Surface) -> tuple[Floats, Floats]:
    """Give places and velocities, (N, 3), of states: on the ground, and up and down with it."""
    velocity = np.column_stack([state[:, 2:], np.zeros(len(state))])
    if scene.ground is None:
        # On the plane, which is level but for images that others laid.
        up = plane.point[2] - (state[:, :2] - plane.point[:2]) @ plane.normal[:2] / plane.normal[2]
        return np.column_stack([state[:, :2], up]), velocity
    east, north = state[:, 0], state[:, 1]
    speed = np.maximum(np.hypot(state[:, 2], state[:, 3]), 1e-9)
    half = 0.5 * BASE * state[:, 2:] / speed[:, None]
    rise = scene.ground.height(east + half[:, 0], north + half[:, 1]) - scene.ground.height(
        east - half[:, 0], north - half[:, 1]
    )
    velocity[:, 2] = np.nan_to_num(rise) / BASE * speed
    return np.column_stack([east, north, scene.ground.height(east, north)]), velocity


def _trail(state: Floats, scene: Scene, plane: Surface, level: Surface) -> Floats:
    """Give where movers are shown, (N, MOMENTS, 2) m, over the aperture."""
    places, velocities = _in_space(state, scene, plane)
    span = float(scene.aperture.time[-1] - scene.aperture.time[0])
    trail = []
    for share in np.linspace(0.0, 1.0, MOMENTS):
        look = look_in(scene.aperture, float(share))
        there = places + (share - 0.5) * span * velocities
        trail.append(where_heard(look, *heard(look, there, velocities), level)[:, :2])
    return np.stack(trail, axis=1)


def _radial(look: Look, places: Floats, velocities: Floats) -> Floats:
    away = places - look.place
    return np.asarray((away * velocities).sum(axis=-1) / np.linalg.norm(away, axis=-1))


def _carried(asked: Shown, moving: Moving) -> Floats:
    """Carry the covariance of states over to what depends on them, (N, M, M), by central differences."""
    slopes = []
    for place, step in enumerate(STEPS):
        off = step * np.eye(len(STEPS))[place]
        slopes.append((asked(moving.state + off) - asked(moving.state - off)) / (2.0 * step))
    slope = np.stack(slopes, axis=-1)
    return np.asarray(slope @ moving.covariance @ np.swapaxes(slope, 1, 2))
