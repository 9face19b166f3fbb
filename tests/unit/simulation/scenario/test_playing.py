"""A mission as played: the same from the same seed, truth that agrees with itself and with what was reported."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import geodetic_to_enu
from sidelook.model.plots import concatenate_dwells
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.playing import Stretch, join_looks, play
from sidelook.simulation.scenario.settings import PlatformSection, Scenario, TrafficSection
from sidelook.simulation.scenario.world import make_world

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def played(scenario: Scenario, flat: Country) -> list[Stretch]:
    return list(play(make_world(scenario, flat)))


def test_the_same_seed_gives_the_same_and_another_another(
    scenario: Scenario, flat: Country, played: list[Stretch]
) -> None:
    again = list(play(make_world(scenario, flat)))
    for one, other in zip(played, again, strict=True):
        for name in ("latitude", "radial_speed", "truth_entity"):
            assert np.array_equal(getattr(one.dwells.plots, name), getattr(other.dwells.plots, name))
        assert np.array_equal(one.truth.latitude, other.truth.latitude)
    different = next(play(make_world(replace(scenario, seed=2), flat)))
    assert not np.array_equal(different.truth.latitude, played[0].truth.latitude)


def test_any_number_of_workers_gives_the_same(scenario: Scenario, flat: Country, played: list[Stretch]) -> None:
    for workers in (2, 5):
        beside = list(play(make_world(scenario, flat), workers=workers))
        for one, other in zip(played, beside, strict=True):
            assert np.array_equal(one.dwells.time, other.dwells.time)
            assert np.array_equal(one.dwells.plots.latitude, other.dwells.plots.latitude)
            assert np.array_equal(one.truth.radial_speed, other.truth.radial_speed)


def test_stretches_follow_one_another_and_dwells_never_go_back(played: list[Stretch], scenario: Scenario) -> None:
    assert [s.begin for s in played] == [scenario.begins(0) + 60 * SECOND * k for k in range(3)]
    assert played[-1].end == scenario.begins(0) + 180 * SECOND
    dwells = concatenate_dwells([s.dwells for s in played])
    assert (np.diff(dwells.time) > 0).all()
    assert dwells.simulated.all()
    assert dwells.plots.simulated.all()


def test_truth_is_written_at_every_look_and_every_ten_seconds(played: list[Stretch]) -> None:
    truth = join_looks([s.truth for s in played])
    moments = truth.take(truth.dwell < 0)
    assert np.array_equal(np.unique(moments.time), played[0].begin + 10 * SECOND * np.arange(18))
    assert (np.unique(moments.time, return_counts=True)[1] == 60).all(), "vehicles never leave"
    assert not moments.detected.any()
    assert (truth.visible == (truth.in_view & ~truth.masked & ~truth.in_notch)).all()


def test_every_plot_of_an_entity_is_a_look_that_was_detected(played: list[Stretch]) -> None:
    for stretch in played:
        plots, looks = stretch.dwells.plots, stretch.truth.take(stretch.truth.dwell >= 0)
        tagged = plots.truth_entity > 0
        reported = set(zip(stretch.dwells.time[plots.dwell[tagged]], plots.truth_entity[tagged], strict=True))
        detected = set(zip(looks.time[looks.detected], looks.entity[looks.detected], strict=True))
        assert reported <= detected
        assert len(reported) > 20


def test_on_flat_ground_nothing_is_masked_behind_a_ridge_all_is(
    quiet: Scenario, ridged: Country, played: list[Stretch]
) -> None:
    assert not any(s.truth.masked.any() for s in played)
    far = replace(quiet, platform=PlatformSection(stand_off_km=150.0))
    truth = join_looks([s.truth for s in play(make_world(far, ridged))])
    _, north, _ = geodetic_to_enu(truth.latitude, truth.longitude, 0.0, ridged.frame).T
    seen = truth.in_view
    behind = seen & (north > 7_000.0) & (north < 12_000.0)
    before = seen & (north < 3_000.0)
    assert behind.sum() > 10
    assert before.sum() > 100
    assert truth.masked[behind].all()
    assert not truth.masked[before].any()
    assert not truth.detected[truth.masked].any()


def test_without_anything_that_moves_there_are_dwells_and_no_truth(quiet: Scenario, flat: Country) -> None:
    empty = replace(quiet, traffic=TrafficSection(vehicles=0), duration_s=60.0)
    (stretch,) = play(make_world(empty, flat))
    assert len(stretch.dwells) > 0
    assert len(stretch.truth) == 0


def test_an_orbit_that_never_sees_the_area_gives_an_empty_answer(quiet: Scenario, flat: Country) -> None:
    away = replace(quiet, platform=PlatformSection(stand_off_km=600.0), duration_s=60.0)
    (stretch,) = play(make_world(away, flat))
    assert len(stretch.dwells) == 0
    assert len(stretch.truth) > 0
    assert not stretch.truth.in_view.any()
