import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.simulation.traffic.columns import CRAWL, LINK_COLUMNS, SLACK, SLOWEST_BEND, THROUGH, VEHICLE_COLUMNS
from sidelook.simulation.traffic.driving import kernels
from sidelook.simulation.traffic.driving.laws import (
    approach_speed,
    bend_speed,
    chance,
    column_speed,
    equilibrium_gap,
    following_speed,
)


def test_compiled_approach_is_the_law() -> None:
    rng = np.random.default_rng(1)
    v, u, d = rng.uniform(0, 35, 2000), rng.uniform(0, 35, 2000), rng.uniform(0, 600, 2000)
    chosen = v + 1.2
    found = [kernels.approach(*row, 1.3) for row in zip(v, chosen, u**2, d, strict=True)]
    assert_allclose(found, np.minimum(approach_speed(v, u, d, 1.3), chosen), atol=1e-12)


def test_compiled_following_is_the_law() -> None:
    rng = np.random.default_rng(2)
    cars = np.zeros(2000, VEHICLE_COLUMNS)
    cars["speed"], cars["headway"], cars["jam"] = rng.uniform(0, 35, 2000), rng.uniform(1, 3, 2000), 2.0
    w, gap = rng.uniform(0, 35, 2000), rng.uniform(0, 200, 2000)
    found = [kernels.follow(car, car["speed"] + 1.2, g, s, 3.0) for car, g, s in zip(cars, gap, w, strict=True)]
    expected = following_speed(cars["speed"], w, gap - 2.0, cars["headway"], 3.0)
    assert_allclose(found, np.minimum(expected, cars["speed"] + 1.2), atol=1e-12)


def test_compiled_keeping_up_is_the_law() -> None:
    rng = np.random.default_rng(4)
    v, gap, wanted = rng.uniform(0, 25, 500), rng.uniform(0, 300, 500), rng.uniform(20, 120, 500)
    found = [kernels.keep_up(*row) for row in zip(v, gap, wanted, strict=True)]
    assert_allclose(found, column_speed(v, gap, wanted), atol=1e-12)


def test_a_vehicle_in_column_does_not_leave_a_slow_one_behind() -> None:
    """Behind it one drives at 4 m/s for good: the gap tends to ``SLACK`` times the wanted one, and no farther."""
    gap, speed, gaps = 55.0, 4.0, []
    for _ in range(120):
        following = float(np.clip(column_speed(4.0, gap, 92.0), speed - 1.3, min(speed + 0.7, 19.0)))
        gap, speed = gap + 0.5 * (speed + following) - 4.0, following
        gaps.append(gap)
    assert gaps[-1] == pytest.approx(SLACK * 92.0, abs=0.1)
    assert max(gaps) < 1.25 * 92.0
    assert column_speed(0.0, 500.0, 92.0) == CRAWL


def test_braking_for_a_stop_is_even_and_ends_there() -> None:
    """From 20 m/s at 1.3 m/s2 it takes v^2 / 2a = 154 m."""
    at, speed, speeds = 0.0, 20.0, [20.0]
    while speed > 1e-3:
        following = float(min(approach_speed(speed, 0.0, 400.0 - at, 1.3), 20.0))
        at, speed = at + 0.5 * (speed + following), following
        speeds.append(speed)
    assert at == pytest.approx(400.0, abs=0.2)
    change = -np.diff(speeds)
    assert change.max() <= 1.3 + 1e-9
    braking = np.flatnonzero(change > 0.01)
    assert len(braking) == pytest.approx(20.0 / 1.3, abs=3)


@pytest.mark.parametrize("speed", [3.0, 14.0, 30.0])
def test_followers_settle_at_the_equilibrium_gap(speed: float) -> None:
    """Gipps's model has the steady gap ``jam + headway v`` in closed form, so the flow is v / (length + gap)."""
    gap, own = 150.0, speed
    for _ in range(400):
        following = float(min(following_speed(own, speed, gap - 2.0, 1.7, 3.0), own + 1.2))
        gap, own = gap + speed - 0.5 * (own + following), following
    assert own == pytest.approx(speed, abs=1e-6)
    assert gap == pytest.approx(equilibrium_gap(speed, 1.7, 2.0), abs=1e-4)


def test_nobody_runs_into_one_who_brakes_hard() -> None:
    rng = np.random.default_rng(3)
    cars, seconds = 30, 200
    at, speed = -np.arange(cars) * 60.0, np.full(cars, 25.0)
    for _ in range(seconds):
        safe = following_speed(speed[1:], speed[:-1], at[:-1] - at[1:] - 5.0 - 2.0, 1.2, 3.0)
        led = np.clip(speed[0] + rng.choice([-3.0, 1.2], p=[0.3, 0.7]), 0.0, 25.0)
        following = np.append(led, np.minimum(np.minimum(safe, speed[1:] + 1.2), 25.0))
        assert (following - speed >= -3.0 - 1e-9).all(), "nobody needs to brake harder than the leader"
        at, speed = at + 0.5 * (speed + following), following
        assert (at[:-1] - at[1:] >= 5.0).all()


def test_bends_are_taken_at_the_lateral_acceleration() -> None:
    """A quarter circle of 50 m radius: v^2 / r = a."""
    assert bend_speed(np.pi / 2, 50.0 * np.pi / 2, 2.0, 4.0) == pytest.approx(10.0)
    assert bend_speed(3.0, 1.0, 2.0, 4.0) == 4.0


def test_turns_at_junctions_are_slower_where_the_class_changes() -> None:
    links = np.zeros(3, LINK_COLUMNS)
    links["heading"] = [[0, 1, 0, 1], [1, 0, 1, 0], [1, 0, 1, 0]]
    links["rank"] = [1, 1, 3]
    on, off = (kernels.turn_speed(links[0], link, 2.0) for link in links[1:])
    assert on == pytest.approx(bend_speed(np.pi / 2, THROUGH[1], 2.0, SLOWEST_BEND) ** 2)
    assert off == pytest.approx(bend_speed(np.pi / 2, 18.0, 2.0, SLOWEST_BEND) ** 2)
    assert kernels.turn_speed(links[1], links[1], 2.0) > 100.0**2
    links["heading"][2] = [np.sin(1.2), np.cos(1.2), 0, 1]
    slight = kernels.turn_speed(links[1], links[2], 2.0)
    assert slight == pytest.approx(bend_speed(np.pi / 2 - 1.2, THROUGH[3], 2.0, SLOWEST_BEND) ** 2)


def test_chance_is_even_and_the_same_compiled() -> None:
    seed = 2**63 + 12345
    drawn = np.array([[kernels.chance(np.uint64(seed), who, count, 1) for who in range(60)] for count in range(60)])
    assert drawn[7, 5] == chance(seed, 5, 7, 1)
    assert drawn[59, 31] == chance(seed, 31, 59, 1)
    assert drawn[7, 5] != chance(seed, 5, 7, 2)
    # Mean and variance of 3600 even draws, within four standard errors; neighbours are not alike.
    assert abs(drawn.mean() - 0.5) < 4.0 * np.sqrt(1.0 / 12.0 / drawn.size)
    assert abs(drawn.var() - 1.0 / 12.0) < 4.0 * np.sqrt(1.0 / 180.0 / drawn.size)
    assert abs(np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]) < 4.0 / np.sqrt(drawn.size)
    assert abs(np.corrcoef(drawn[:, :-1].ravel(), drawn[:, 1:].ravel())[0, 1]) < 4.0 / np.sqrt(drawn.size)
