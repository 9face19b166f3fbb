import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.truth import Entities
from sidelook.simulation.trajectories import SECOND, Recorded, Streamed, Timetable, Together, Trajectories

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


def test_a_vehicle_without_samples_is_nowhere() -> None:
    known = two_vehicles().trajectories
    only_second = Trajectories(
        row=known.row[5:], time=known.time[5:], east=known.east[5:], north=known.north[5:], up=known.up[5:],
        frame=FRAME, entities=Entities.empty(3),
    )  # fmt: skip
    states = Timetable(only_second).at(np.array([0, 1, 2]), np.full(3, 3 * SECOND))
    assert states.present.tolist() == [False, True, False]
    assert np.isnan(states.position[[0, 2]]).all()
    assert_allclose(states.position[1, :2], [7.0, 5.0])
    nobody = Timetable(Trajectories.empty(frame=FRAME, entities=Entities.empty(2)))
    assert not nobody.at(np.array([0, 1]), np.zeros(2, np.int64)).present.any()


def test_recorded_windows_answer_as_the_whole() -> None:
    rng = np.random.default_rng(5)
    lives = [np.sort(rng.choice(2_000, rng.integers(2, 40), replace=False)) for _ in range(80)]
    row = np.repeat(np.arange(80, dtype=np.int32), [len(life) for life in lives])
    time = np.concatenate(lives).astype(np.int64) * SECOND
    columns = {name: rng.normal(size=len(row)) for name in ("east", "north", "up")}
    whole = Trajectories(row=row, time=time, **columns, frame=FRAME, entities=Entities.empty(80))
    traffic, asked = Recorded(whole), np.arange(80)
    for begin, end in [(-50, -10), (0, 0), (100, 160), (130, 400), (1_990, 2_500), (777, 777), (-9, 3_000)]:
        window = traffic.between(begin * SECOND, end * SECOND)
        assert len(window) <= len(whole)
        for second in np.linspace(begin, end, 5):
            at = np.full(80, int(second * SECOND))
            expected, found = Timetable(whole).at(asked, at), Timetable(window).at(asked, at)
            assert (found.present == expected.present).all()
            here = expected.present
            assert_allclose(found.position[here], expected.position[here])
            assert_allclose(found.velocity[here], expected.velocity[here])
    assert len(traffic.between(100 * SECOND, 160 * SECOND)) < len(whole) / 4
    with pytest.raises(UsageError, match="before it begins"):
        traffic.between(5, 4)


class Clock:
    """A model of one thing that is as far east as seconds have passed, and counts how often it is asked."""

    start = 1_000 * SECOND
    entities = Entities.empty(1)
    frame = FRAME
    first = 0

    def step(self, state: int, seconds: int, kept: int) -> tuple[int, np.ndarray]:
        """Count on."""
        track = np.zeros((kept, 3, 1))
        track[:, 0, 0] = state + np.arange(seconds - kept, seconds) + 1
        return state + seconds, track

    def places(self, state: int) -> np.ndarray:
        """Give one place."""
        return np.array([[state], [0.0], [0.0]], float)


def test_streamed_windows_cover_what_is_asked_at_whole_seconds() -> None:
    stream = Streamed(Clock())
    cuts = [(0.0, 2.5), (2.5, 4.0), (3.2, 3.4), (4.0, 90.0), (31.0, 31.0)]
    cuts += [(89.9, 500.1), (470.0, 530.0), (900.0, 901.0), (842.0, 950.0)]
    for begin, end in cuts:
        window = stream.between(Clock.start + int(begin * SECOND), Clock.start + int(end * SECOND))
        second = (window.time - Clock.start) / SECOND
        assert (second == np.arange(np.floor(begin), max(np.ceil(end), np.floor(begin) + 1) + 1)).all()
        assert (window.east == second).all()
    with pytest.raises(UsageError, match="farther back"):
        stream.between(Clock.start + 800 * SECOND, Clock.start + 960 * SECOND)
    with pytest.raises(UsageError, match="before it begins"):
        stream.between(5, 4)


def test_before_the_start_nobody_is_there() -> None:
    stream = Streamed(Clock())
    assert len(stream.between(0, 999 * SECOND)) == 0
    assert stream.between(990 * SECOND, 1_003 * SECOND).east.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_what_is_joined_has_numbers_of_its_own() -> None:
    def recorded(names: tuple[str, ...], formation: list[int]) -> Recorded:
        known = two_vehicles().trajectories
        entities = Entities(
            entity=np.array([1, 7]),
            target_class=np.array([1, 2], np.uint8),
            formation=np.array(formation, np.int32),
            length=np.ones(2, np.float32),
            names=names,
        )
        columns = {name: getattr(known, name) for name in Trajectories.DTYPES}
        return Recorded(Trajectories(**columns, frame=FRAME, entities=entities))

    both = Together([recorded((), [0, -1]), recorded(("a", "b"), [-1, 0]), Streamed(Clock())])
    assert both.entities.entity.tolist() == [1, 7, 8, 14, 0]
    assert both.entities.formation.tolist() == [0, -1, -1, 1, 2]
    assert both.entities.names == ("", "", "a", "b", "")
    window = both.between(0, 4 * SECOND)
    assert sorted(set(window.row.tolist())) == [0, 1, 2, 3]
    states = Timetable(window).at(np.array([0, 2, 4]), np.full(3, 3 * SECOND))
    assert states.present.tolist() == [True, True, False]
    assert_allclose(states.position[0], states.position[1])
    with pytest.raises(UsageError, match="one frame"):
        Together([])
    elsewhere = Trajectories.empty(frame=LocalFrame(latitude=0.1, longitude=0.0), entities=Entities.empty())
    with pytest.raises(UsageError, match="one frame"):
        Together([Streamed(Clock()), Recorded(elsewhere)])
