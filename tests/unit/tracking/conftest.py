"""Looks to show a tracker, made by hand on a plane seen from a sensor at 12 km."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.origin import Classification, Origin
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import measure

SENSOR = np.array([0.0, -120e3, 12e3])
SIGMAS = np.array([12.0, 0.7e-3, 0.7])
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)
FLAT = np.zeros(5)

MakeLook = Callable[..., Look]


def make_look(
    seconds: float,
    states: np.ndarray,
    *,
    sensor: np.ndarray = SENSOR,
    sector: tuple[float, float, float, float] = (0.0, np.pi / 3, 50e3, 250e3),
    rng: np.random.Generator | None = None,
    dwell: int = 0,
) -> Look:
    """Show vehicles, (N, 4) east, north and velocity, in one dwell; with ``rng`` as noisily as the sensor is."""
    measured = measure(np.asarray(states, float).reshape(-1, 4), sensor, FLAT)
    if rng is not None:
        measured = measured + rng.normal(size=measured.shape) * SIGMAS
    count = len(measured)
    flat = np.sqrt(measured[:, 0] ** 2 - sensor[2] ** 2)
    east, north = sensor[0] + flat * np.sin(measured[:, 1]), sensor[1] + flat * np.cos(measured[:, 1])
    middle = 0.5 * (sector[2] + sector[3])
    area = np.array([sensor[0] + middle * np.sin(sector[0]), sensor[1] + middle * np.cos(sector[0]), 0.0])
    return Look(
        time=np.array([round(seconds * 1e9)], np.int64),
        revisit=np.array([int(seconds // 30)], np.int64),
        dwell=np.array([dwell], np.int64),
        sensor=sensor[None, :].copy(),
        area=area[None, :],
        sector=np.array([sector]),
        minimum_detectable_speed=np.array([1.5]),
        plot_count=np.array([count], np.int64),
        origin=np.zeros(1, np.int32),
        place=np.stack([east, north, np.zeros(count)], axis=-1),
        measured=measured,
        variance=np.tile(SIGMAS**2, (count, 1)),
        wrap_speed=np.full(count, np.nan),
        target_class=np.zeros(count, np.uint8),
        class_probability=np.zeros(count, np.float32),
        simulated=np.ones(count, np.bool_),
        origins=(ORIGIN,),
    )


@pytest.fixture
def look_at() -> MakeLook:
    """Give ``make_look``."""
    return make_look


def drive(seconds: float, start: np.ndarray) -> np.ndarray:
    """Move (N, 4) states on at constant velocity."""
    moved = np.array(start, float).reshape(-1, 4)
    moved[:, :2] += seconds * moved[:, 2:]
    return moved


@pytest.fixture
def driven() -> Callable[[float, np.ndarray], np.ndarray]:
    """Give ``drive``."""
    return drive
