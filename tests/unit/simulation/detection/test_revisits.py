import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.model.origin import Origin
from sidelook.simulation.detection.revisits import World, simulate, simulate_all
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Area, Schedule

from .conftest import FRAME, START, drive, make_radar, make_scene

AREA = Area(frame=FRAME, west=-60e3, south=-40e3, east=60e3, north=40e3)
COUNT = 1_000


def make_world(origin: Origin | None = None) -> World:
    rng = np.random.default_rng(8)
    place, velocity = rng.uniform([-55e3, -35e3], [55e3, 35e3], (COUNT, 2)), rng.uniform(-15.0, 15.0, (COUNT, 2))
    return World(
        scene=make_scene(drive(place, velocity), make_radar()),
        orbit=Racetrack(frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, start=START),
        schedule=Schedule(area=AREA, start=START),
        origin=origin or Origin(source="test", simulated=True),
    )


def test_simulated_data_cannot_be_called_real() -> None:
    with pytest.raises(UsageError, match="simulated=True"):
        make_world(Origin(source="test"))


def test_revisits_are_the_same_alone_and_together() -> None:
    world = make_world()
    together = simulate_all(world, 3)
    apart = list(simulate(world, 3))
    assert len(apart) == 3
    again = together.take(together.revisit == 2).plots
    assert (again.latitude == apart[2].plots.latitude).all()
    assert (again.truth_entity == apart[2].plots.truth_entity).all()


def test_overlapping_footprints_give_second_looks() -> None:
    dwells = simulate_all(make_world(), 4)
    real = dwells.plots.truth_entity > 0
    pair = np.stack([dwells.revisit[dwells.plots.dwell[real]], dwells.plots.truth_entity[real]])
    _, count = np.unique(pair, axis=1, return_counts=True)
    assert 0.05 < (count == 2).mean() < 0.15
    assert count.max() <= 3
