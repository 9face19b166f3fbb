"""The float64 reference of motion along a road: what a change of mode does, and prediction of all modes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats
from sidelook.tracking.motion import LEAST_SHARE, MotionModes, mix

LEAST_SPREAD = 2.0  # m/s


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadMotion:
    """How vehicles drive on roads.

    Attributes
    ----------
    road_speed, road_speed_spread : mean and standard deviation of speeds, in units of the limit
    road_noise : power density of the acceleration along the road by motion mode, m2/s3
    road_relaxation : time in which the speed tends to the usual one, by motion mode, s; 0 where it does not
    """

    road_speed: float = 0.8
    road_speed_spread: float = 0.3
    road_noise: tuple[float, ...] = (0.2, 3.0, 0.0, 0.2)
    road_relaxation: tuple[float, ...] = (0.0, 20.0, 0.0, 0.0)


def usual_speed(motion: RoadMotion, limit: float) -> tuple[float, float]:
    """Give mean and variance of the speeds that are usual on a lane of a limit, m/s."""
    return motion.road_speed * limit, (motion.road_speed_spread * limit + LEAST_SPREAD) ** 2


def change_on_road(
    motion: RoadMotion, modes: MotionModes, change: tuple[int, int], dt: float, limit: float
) -> tuple[Floats, Floats, Floats, float]:
    """Say what a change of mode does on a road.

    Parameters
    ----------
    motion, modes : how vehicles drive; their modes
    change : row of the mode before, and of that after
    dt : time, s; ``limit`` : of the lane, m/s

    Returns
    -------
    transition : (2, 2) of distance and speed
    shift : (2,) added
    noise : (2, 2) covariance added
    stop_spread : s2, times which the squared speed spreads the distance: the moment of a stop is not known
    """
    usual, spread = usual_speed(motion, limit)
    source, target = change
    moves, will_move = modes.mobile[source], modes.mobile[target]
    if not will_move:
        gain = 0.5 * dt if moves else 0.0
        return np.array([[1.0, gain], [0.0, 1.0]]), np.zeros(2), np.zeros((2, 2)), dt**2 / 12.0 if moves else 0.0
    if not moves:
        noise = spread * np.array([[dt**2 / 3.0, dt / 2.0], [dt / 2.0, 1.0]])
        noise[0, 0] += (usual * dt) ** 2 / 12.0
        return np.diag([1.0, 0.0]), np.array([0.5 * dt * usual, usual]), noise, 0.0
    time = motion.road_relaxation[target]
    if time > 0.0:
        keep = np.exp(-dt / time)
        gain = time * (1.0 - keep)
        cross = time * (1.0 - keep) ** 2
        position = time**2 * (2.0 * dt / time - 3.0 + 4.0 * keep - keep**2)
        noise = spread * np.array([[position, cross], [cross, 1.0 - keep**2]])
        return np.array([[1.0, gain], [0.0, keep]]), usual * np.array([dt - gain, 1.0 - keep]), noise, 0.0
    shape = np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]])
    return np.array([[1.0, dt], [0.0, 1.0]]), np.zeros(2), motion.road_noise[target] * shape, 0.0


def road_chances(modes: MotionModes, dt: float) -> Floats:
    """Give the (M, M) chances of changes in ``dt`` seconds on a road, where a vehicle can go no other way."""
    share = np.where(np.asarray(modes.turning), 0.0, np.asarray(modes.share))
    share /= np.maximum(share.sum(axis=1, keepdims=True), LEAST_SHARE)
    stay = np.exp(-dt / np.asarray(modes.sojourn))
    chances: Floats = (1.0 - stay)[:, None] * share
    np.fill_diagonal(chances, stay)
    return chances


def predict_on_road(
    road: NDArray[Any], weight: NDArray[Any], step: tuple[float, float], motion: RoadMotion, modes: MotionModes
) -> tuple[Floats, Floats]:
    """Carry the modes of a hypothesis on a road on (reference of the compiled pass).

    Parameters
    ----------
    road : (M, 5) distance, speed, their variances s-s, s-v, v-v; ``weight`` : (M,)
    step : time, s, and the lane's limit, m/s
    motion, modes : how vehicles drive; their modes

    Returns
    -------
    (M, 5) and (M,); a mode of turning has no weight
    """
    shares = np.asarray(weight)[:, None] * road_chances(modes, step[0])
    np.fill_diagonal(shares, np.maximum(np.diag(shares), LEAST_SHARE))
    ahead, total = np.array(road, float), np.where(modes.turning, 0.0, shares.sum(axis=0))
    spreads = np.stack([road[:, [2, 3]], road[:, [3, 4]]], axis=1)
    for target in np.flatnonzero(~np.asarray(modes.turning)):
        means, covariances = np.empty((len(road), 2)), np.empty((len(road), 2, 2))
        for source in range(len(road)):
            transition, shift, noise, stop = change_on_road(motion, modes, (source, int(target)), *step)
            means[source] = transition @ road[source, :2] + shift
            covariances[source] = transition @ spreads[source] @ transition.T + noise
            covariances[source, 0, 0] += stop * road[source, 1] ** 2
        mean, covariance = mix(means, covariances, shares[:, target])
        ahead[target] = [*mean, covariance[0, 0], covariance[0, 1], covariance[1, 1]]
    return ahead, total
