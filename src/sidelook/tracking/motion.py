"""How vehicles move: motion modes, the change from one to another, and the float64 reference of prediction.

A mobile mode is near-constant velocity with white acceleration (Bar-Shalom, Li and Kirubarajan, Estimation with
Applications to Tracking and Navigation, 2001, section 6.2.2). In a mode that is not mobile the vehicle stands; the
velocity it remembers is how it went before, and a share of that is how it is expected to go on. One mobile mode alone
is a plain Kalman filter; several together an interacting multiple model filter (ibid., section 11.6.6) whose modes are
carried through each change before they are mixed, because stopping and starting shift the state.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.model.columns import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionModes:
    """Motion modes of a vehicle, and how long it keeps to them; by default cruise, manoeuvre, stopped, turned.

    Attributes
    ----------
    mobile : does the vehicle move in this mode
    turning : does it enter this mode by going any other way; it is then found where the Doppler notch hid it
    noise : power density of the acceleration, m2/s3
    sojourn : mean time in the mode, s
    share : where it goes from there: row by row the chances of the next mode, 0 on the diagonal
    start_weight : chances of the modes on the first plot
    restart_share : share of the remembered velocity that a vehicle starts with
    turn_speed : standard deviation of the velocity after going another way, m/s an axis
    restart_speed : standard deviation of that velocity, m/s an axis
    tangential_speed : standard deviation of the speed across the line of sight on the first plot, m/s
    """

    mobile: tuple[bool, ...] = (True, True, False, True)
    turning: tuple[bool, ...] = (False, False, False, True)
    noise: tuple[float, ...] = (0.2, 8.0, 0.0, 0.2)
    sojourn: tuple[float, ...] = (150.0, 60.0, 120.0, 150.0)
    share: tuple[tuple[float, ...], ...] = (
        (0.0, 0.5, 0.4, 0.1),
        (0.5, 0.0, 0.4, 0.1),
        (0.25, 0.6, 0.0, 0.15),
        (0.5, 0.3, 0.2, 0.0),
    )
    start_weight: tuple[float, ...] = (0.49, 0.49, 0.02, 0.0)
    restart_share: float = 0.5
    restart_speed: float = 8.0
    turn_speed: float = 12.0
    tangential_speed: float = 12.0

    def __post_init__(self) -> None:
        """Check that the modes are described alike."""
        lengths = {
            len(column)
            for column in (self.mobile, self.turning, self.noise, self.sojourn, self.share, self.start_weight)
        }
        if len(lengths) != 1 or not any(self.mobile):
            message = (
                "motion modes: give mobile, turning, noise, sojourn, share and start_weight for each mode, "
                "one mobile at least"
            )
            raise UsageError(message)


LEAST_SHARE = 1e-18  # a mode that nothing leads to keeps its own state

# A plain Kalman filter.
CRUISE_ONLY = MotionModes(
    mobile=(True,), turning=(False,), noise=(3.0,), sojourn=(1.0,), share=((0.0,),), start_weight=(1.0,)
)


def change_chances(modes: MotionModes, dt: float) -> Floats:
    """Give the (M, M) chances to be in the mode of the column ``dt`` seconds after being in that of the row."""
    stay = np.exp(-dt / np.asarray(modes.sojourn))
    chances: Floats = (1.0 - stay)[:, None] * np.asarray(modes.share)
    np.fill_diagonal(chances, stay)
    return chances


def change(modes: MotionModes, source: int, target: int, dt: float) -> tuple[Floats, float, float]:
    """Give the (4, 4) transition matrix of a change of mode, its acceleration density, and its stop spread, s2.

    Parameters
    ----------
    modes : the motion modes; ``source``, ``target`` rows of them
    dt : time, s

    Returns
    -------
    transition : (4, 4)
    density : of the acceleration noise, m2/s3
    stop_spread : variance of the moment of the change, times which the velocity's outer product spreads the position
    """
    moves, will_move, turns = modes.mobile[source], modes.mobile[target], modes.turning[target] and source != target
    gain, keep, spread = {
        (True, True, False): (dt, 1.0, 0.0),
        (True, False, False): (0.5 * dt, 1.0, dt**2 / 12.0),
        (False, True, False): (
            0.5 * modes.restart_share * dt,
            modes.restart_share,
            (modes.restart_share * dt) ** 2 / 12.0,
        ),
        (False, False, False): (0.0, 1.0, 0.0),
        (True, True, True): (0.5 * dt, 0.0, dt**2 / 12.0),
        (False, True, True): (0.0, 0.0, 0.0),
    }[moves, will_move, turns]
    transition = np.kron(np.array([[1.0, gain], [0.0, keep]]), np.eye(2))
    return transition, modes.noise[target] if moves and will_move and not turns else 0.0, spread


def acceleration_noise(density: float, dt: float) -> Floats:
    """Give the (4, 4) covariance that white acceleration of a density, m2/s3, adds in ``dt`` seconds."""
    return np.asarray(density * np.kron(np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]]), np.eye(2)))


def departure_noise(speed: float, dt: float) -> Floats:
    """Give the (4, 4) covariance of setting off at an unknown moment with a velocity unknown by ``speed`` an axis."""
    shape = np.array([[dt**2 / 3.0, dt / 2.0], [dt / 2.0, 1.0]])
    return np.asarray(speed**2 * np.kron(shape, np.eye(2)))


def predict(
    mean: NDArray[Any], covariance: NDArray[Any], weight: NDArray[Any], dt: float, modes: MotionModes
) -> tuple[Floats, Floats, Floats]:
    """Carry one track's modes ``dt`` seconds on (reference of the compiled pass).

    Parameters
    ----------
    mean : (M, 4) east, north, velocity east, velocity north; ``covariance`` : (M, 4, 4); ``weight`` : (M,)
    dt : time, s
    modes : the motion modes

    Returns
    -------
    mean, covariance, weight : of the same shapes
    """
    shares = np.asarray(weight)[:, None] * change_chances(modes, dt)
    np.fill_diagonal(shares, np.maximum(np.diag(shares), LEAST_SHARE))
    moved = [carry(mean, covariance, target, dt, modes) for target in range(len(modes.mobile))]
    merged = [mix(means, covariances, shares[:, k]) for k, (means, covariances) in enumerate(moved)]
    total = shares.sum(axis=0)
    return np.array([m for m, _ in merged]), np.array([p for _, p in merged]), total / total.sum()


def carry(
    mean: NDArray[Any], covariance: NDArray[Any], target: int, dt: float, modes: MotionModes
) -> tuple[Floats, Floats]:
    """Move every mode into mode ``target``: (M, 4) means and (M, 4, 4) covariances."""
    means, covariances = np.empty_like(mean, float), np.empty_like(covariance, float)
    for source in range(len(mean)):
        transition, density, spread = change(modes, source, target, dt)
        means[source] = transition @ mean[source]
        covariances[source] = transition @ covariance[source] @ transition.T + acceleration_noise(density, dt)
        covariances[source, :2, :2] += spread * np.outer(mean[source, 2:], mean[source, 2:])
        if modes.turning[target] and source != target:
            covariances[source] += departure_noise(modes.turn_speed, dt)
        elif modes.mobile[target] and not modes.mobile[source]:
            covariances[source] += departure_noise(modes.restart_speed, dt)
    return means, covariances


def mix(means: Floats, covariances: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Merge Gaussians by their moments: (M, 4), (M, 4, 4) and (M,) shares to (4,) and (4, 4)."""
    shares = shares / shares.sum()
    mean = shares @ means
    apart = means - mean
    return mean, np.einsum("m,mab->ab", shares, covariances + apart[:, :, None] * apart[:, None, :])
