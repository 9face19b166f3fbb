"""The chance that a crossing is held as a track."""

from itertools import product
from math import prod

import numpy as np
import pytest

from sidelook.monitoring.glances import STATIONS, Glances
from sidelook.monitoring.holding import HoldingSettings, Traveller, chance_held, found_at_least, suited

SECOND = 10**9
SETTINGS = HoldingSettings()
NORTH, EAST = 0.0, 0.5 * np.pi


def glances(seconds: np.ndarray, bearing: float = NORTH, speed: float = 1.0) -> Glances:
    """Look at one gate at times, s, along a bearing, rad."""
    count = len(seconds)
    return Glances(
        gate=np.zeros(count, np.int32),
        time=np.round(seconds * SECOND).astype(np.int64),
        bearing=np.full(count, bearing),
        minimum_detectable_speed=np.full(count, speed),
        visible=np.ones((count, STATIONS), np.bool_),
    )


def at(seconds: float) -> np.ndarray:
    """One moment, ns."""
    return np.array([round(seconds * SECOND)])


@pytest.mark.parametrize("least", [1, 2, 3])
def test_the_chance_of_hits_is_that_of_all_ways_to_hit(least: int) -> None:
    chances = [0.9, 0.2, 0.5, 0.7]
    expected = sum(
        prod(p if hit else 1.0 - p for p, hit in zip(chances, hits, strict=True))
        for hits in product((False, True), repeat=4)
        if sum(hits) >= least
    )
    assert found_at_least(np.array(chances)[:, None], least) == pytest.approx([expected])


def test_a_vehicle_in_plain_view_is_nearly_always_held() -> None:
    looks = glances(np.arange(0.0, 600.0, 30.0))
    assert chance_held(looks, at(305.0), Traveller(speed=15.0, heading=NORTH, way=1), SETTINGS) > 0.99


def test_one_that_drives_across_the_line_of_sight_never_is() -> None:
    looks = glances(np.arange(0.0, 600.0, 30.0))
    assert chance_held(looks, at(305.0), Traveller(speed=15.0, heading=EAST, way=1), SETTINGS) < 1e-9


def test_half_of_the_looks_find_one_at_the_minimum_detectable_speed() -> None:
    """Koch's notch: at that speed half of the peak is left, and of two looks before and one after all must find it."""
    looks = glances(np.array([0.0, 30.0, 60.0]), speed=10.0)
    chance = chance_held(looks, at(45.0), Traveller(speed=10.0, heading=NORTH, way=1), SETTINGS)
    assert chance == pytest.approx([(0.5 * SETTINGS.peak) ** 3])


def test_looks_that_are_too_old_do_not_count_and_without_looks_nothing_is_held() -> None:
    looks = glances(np.array([0.0, 30.0, 300.0]))
    who = Traveller(speed=15.0, heading=NORTH, way=1)
    assert chance_held(looks, at(290.0), who, SETTINGS) == 0.0
    assert chance_held(looks, at(45.0), who, SETTINGS) == 0.0  # none after it, in time
    assert chance_held(glances(np.zeros(0)), at(0.0), who, SETTINGS) == 0.0


def test_what_hides_the_way_there_hides_who_comes_by_it() -> None:
    looks = glances(np.arange(0.0, 600.0, 30.0))
    visible = looks.visible.copy()
    visible[:, :2] = False  # from three quarters of a kilometre before the gate on, on the way in
    hidden = Glances(**{name: getattr(looks, name) for name in Glances.DTYPES} | {"visible": visible})
    into, out = (Traveller(speed=15.0, heading=h, way=w) for h, w in ((NORTH, 1), (np.pi, -1)))
    assert chance_held(hidden, at(305.0), into, SETTINGS) < 0.9 * chance_held(looks, at(305.0), into, SETTINGS)
    assert chance_held(hidden, at(305.0), out, SETTINGS) > chance_held(hidden, at(305.0), into, SETTINGS)


@pytest.mark.parametrize(
    ("interval", "memory", "kept"), [(15.0, 180.0, 0.99), (40.0, 180.0, 0.95), (120.0, 360.0, 0.63)]
)
def test_the_seldomer_it_is_looked_at_the_less_keeps_its_identity(interval: float, memory: float, kept: float) -> None:
    found = suited(SETTINGS, glances(np.arange(0.0, 7_200.0, interval)))
    assert found.memory == pytest.approx(memory)
    assert found.kept == pytest.approx(kept, abs=0.01)


def test_one_look_has_no_rhythm() -> None:
    assert suited(SETTINGS, glances(np.zeros(1))) is SETTINGS
