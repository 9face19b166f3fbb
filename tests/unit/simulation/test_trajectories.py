import numpy as np
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame
from sidelook.model.truth import Entities
from sidelook.simulation.trajectories import Timetable, Trajectories

SECOND = 1_000_000_000
FRAME = LocalFrame(latitude=0.0, longitude=0.0)


def two_vehicles() -> Timetable:
    """One drives east at 10 m/s from second 0 to 4; the other north at 5 m/s from second 2 to 6, seen every 2 s."""
    time = np.array([0, 1, 2, 3, 4, 2, 4, 6]) * SECOND
    trajectories = Trajectories(
        row=np.array([0] * 5 + [1] * 3, np.int32),
        time=time,
        east=np.array([0.0, 10, 20, 30, 40, 7, 7, 7]),
        north=np.array([0.0, 0, 0, 0, 0, 0, 10, 20]),
        up=np.zeros(8),
        frame=FRAME,
        entities=Entities.empty(2),
    )
    return Timetable(trajectories)


def test_between_samples_a_vehicle_moves_uniformly() -> None:
    states = two_vehicles().at(np.array([0, 1, 0]), np.array([2.5, 5.0, 4.0]) * SECOND)
    assert states.present.all()
    assert_allclose(states.position[:, :2], [[25.0, 0.0], [7.0, 15.0], [40.0, 0.0]])
    assert_allclose(states.velocity[:, :2], [[10.0, 0.0], [0.0, 5.0], [10.0, 0.0]])


def test_before_and_after_its_life_a_vehicle_is_not_there() -> None:
    states = two_vehicles().at(np.array([0, 0, 1, 1, 1]), (np.array([-1, 5, 1, 2, 7]) * SECOND))
    assert states.present.tolist() == [False, False, False, True, False]
    assert_allclose(states.position[:, 1], [0.0, 0.0, 0.0, 0.0, 20.0])


def test_a_sample_of_one_vehicle_never_answers_for_another() -> None:
    rng = np.random.default_rng(1)
    count, samples = 300, 50
    time = np.sort(rng.choice(10_000, (count, samples), replace=True), axis=1) * SECOND + np.arange(samples)
    trajectories = Trajectories(
        row=np.repeat(np.arange(count, dtype=np.int32), samples),
        time=time.ravel(),
        east=np.repeat(np.arange(count) * 1e3, samples),
        north=time.ravel() / SECOND,
        up=np.zeros(count * samples),
        frame=FRAME,
        entities=Entities.empty(count),
    )
    asked = rng.integers(0, count, 5_000)
    at = rng.integers(0, 10_000, 5_000) * SECOND
    states = Timetable(trajectories).at(asked, at)
    assert_allclose(states.position[:, 0], asked * 1e3)
    assert_allclose(states.position[states.present, 1], at[states.present] / SECOND, atol=1e-6)
