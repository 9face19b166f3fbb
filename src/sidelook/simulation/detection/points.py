"""Points on the ground that give plots again and again: fixed discretes that pass for movers, rotating antennas."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.geometry.ground import Ground
from sidelook.model.columns import Columnar, Floats
from sidelook.simulation.trajectories import States


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPoints(Columnar):
    """Fixed points, one row each.

    Attributes
    ----------
    east, north, up : (P,) in the frame of the truth, m
    probability : (P,) of a plot in a dwell that sees it; a rotating antenna's, when it flashes
    period : (P,) of rotation, s, NaN for what does not rotate
    phase : (P,) of the first flash after the epoch, s
    flash : (P,) how long it lasts, s
    """

    east: Floats
    north: Floats
    up: Floats
    probability: Floats
    period: Floats
    phase: Floats
    flash: Floats

    DTYPES: ClassVar = {
        "east": np.float64,
        "north": np.float64,
        "up": np.float64,
        "probability": np.float64,
        "period": np.float64,
        "phase": np.float64,
        "flash": np.float64,
    }

    def at(self, vehicle: NDArray[np.integer], time: NDArray[np.int64]) -> States:
        """Tell where points are: always there, and at rest."""
        position = np.stack([self.east[vehicle], self.north[vehicle], self.up[vehicle]], axis=-1)
        return States(present=np.ones(len(time), bool), position=position, velocity=np.zeros_like(position))

    def flashing(
        self, point: NDArray[np.integer], time: NDArray[np.int64], dwell_time: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Tell which points of (K,) rows flash in dwells of (K,) times, ns UTC, and (K,) s: all that do not rotate."""
        period = self.period[point]
        turns = np.isfinite(period)
        whole = np.where(turns, period, 1.0)
        whole_ns = np.maximum(np.rint(whole * 1e9).astype(np.int64), 1)
        past = (time - np.rint(self.phase[point] * 1e9).astype(np.int64)) % whole_ns * 1e-9
        apart = np.minimum(past, whole - past)
        return np.asarray(~turns | (apart <= 0.5 * (self.flash[point] + dwell_time)))


def scatter_points(
    rng: Generator,
    corners: tuple[float, float, float, float],
    ground: Ground,
    discretes: int,
    rotators: int,
) -> FixedPoints:
    """Scatter points over a rectangle.

    Parameters
    ----------
    rng : source of chance
    corners : west, south, east, north, m
    ground : under them
    discretes : number of points that do not rotate, each seen in some share of looks of its own
    rotators : number of antennas that turn once in 4 to 12 s
    """
    count = discretes + rotators
    west, south, east, north = corners
    place = rng.uniform([west, south], [east, north], (count, 2))
    turning = np.arange(count) >= discretes
    period = np.where(turning, rng.uniform(4.0, 12.0, count), np.nan)
    return FixedPoints(
        east=place[:, 0].copy(),
        north=place[:, 1].copy(),
        up=ground.height(place[:, 0], place[:, 1]),
        probability=np.where(turning, 0.9, rng.beta(1.0, 4.0, count)),
        period=period,
        phase=np.where(turning, rng.uniform(0.0, 12.0, count), 0.0),
        flash=np.where(turning, 0.2, 0.0),
    )
