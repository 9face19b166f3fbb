from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sidelook.geometry.ground import Ellipsoid
from sidelook.model.plots import Dwells, Plots, TargetClass, concatenate_dwells
from sidelook.simulation.detection.detecting import Detections, detect
from sidelook.simulation.detection.log import Looks
from sidelook.simulation.detection.points import scatter_points
from sidelook.simulation.detection.scene import Imperfections, Scene, Surroundings, usual_performance

from .conftest import FRAME, drive, make_radar, make_scene, outward, stare


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Everything at once: vehicles, aircraft, false alarms, fixed points, errors of all kinds."""
    rng = np.random.default_rng(6)
    place, away = outward(1_500, rng.uniform(-20.0, 20.0, 1_500))
    kind = np.full(1_500, TargetClass.WHEELED)
    kind[:50], kind[50:60] = TargetClass.ROTARY_WING, TargetClass.FIXED_WING
    away[:25] = 0.0
    points = scatter_points(rng, (-10e3, 130e3, 10e3, 170e3), Ellipsoid(frame=FRAME), 30, 5)
    usual = make_scene(
        drive(place, away, kind), surroundings=Surroundings(points=points), imperfections=Imperfections()
    )
    tables = usual_performance(usual.radar, usual.surroundings.weather, 220.0)
    return replace(usual, performance=replace(tables, false_alarms=3e-9 * np.ones(5)))


@pytest.fixture(scope="module")
def result(scene: Scene) -> Detections:
    return detect(scene, stare(40))


def same(first: Dwells, second: Dwells) -> None:
    for name in Dwells.DTYPES:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)
    for name in Plots.DTYPES:
        np.testing.assert_array_equal(getattr(first.plots, name), getattr(second.plots, name), err_msg=name)


def test_the_same_seed_gives_the_same_bytes_and_another_others(scene: Scene, result: Detections) -> None:
    same(detect(scene, stare(40)).dwells, result.dwells)
    other = detect(replace(scene, seed=8), stare(40)).dwells
    assert len(other.plots) != len(result.dwells.plots) or (other.plots.latitude != result.dwells.plots.latitude).all()


@pytest.mark.parametrize("cuts", [(13, 29), (1, 2, 3, 39)])
def test_windows_do_not_matter(scene: Scene, result: Detections, cuts: tuple[int, ...]) -> None:
    dwells = stare(40)
    bounds = [0, *cuts, 40]
    parts = [detect(scene, dwells.take(slice(a, b))) for a, b in pairwise(bounds)]
    same(concatenate_dwells([part.dwells for part in parts]), result.dwells)
    for name in set(Looks.DTYPES) - {"dwell"}:
        joined = np.concatenate([getattr(part.looks, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(result.looks, name), err_msg=name)


def test_all_is_marked_as_simulated_and_counted(result: Detections) -> None:
    dwells = result.dwells
    assert dwells.plots.simulated.all()
    assert dwells.simulated.all()
    assert dwells.plot_count.sum() == len(dwells.plots)
    assert (np.diff(dwells.plots.dwell) >= 0).all()


def test_nothing_in_the_order_tells_the_truth(result: Detections) -> None:
    plots = result.dwells.plots
    beside = np.diff(plots.dwell) == 0
    rising = (np.diff(plots.truth_entity) > 0)[beside]
    assert rising.mean() == pytest.approx(0.5, abs=4.0 * 0.5 / np.sqrt(len(rising)))
    assert (np.diff(plots.index)[beside] == 1).all()
    assert (plots.index[np.flatnonzero(~beside) + 1] == 0).all()


def test_the_log_accounts_for_every_plot_of_the_truth(scene: Scene, result: Detections) -> None:
    looks, plots = result.looks, result.dwells.plots
    leaders = looks.detected & (looks.merged_into < 0)
    logged = set(zip(looks.dwell[leaders].tolist(), scene.entities.entity[looks.row[leaders]].tolist(), strict=True))
    real = plots.truth_entity > 0
    plotted = list(zip(plots.dwell[real].tolist(), plots.truth_entity[real].tolist(), strict=True))
    assert len(set(plotted)) == len(plotted)
    assert set(plotted) == logged
    assert (looks.time == result.dwells.time[looks.dwell]).all()
    assert not (looks.detected & ~looks.visible).any()


def test_air_targets_are_placed_on_the_ground(scene: Scene) -> None:
    high = drive(*outward(200, 30.0), TargetClass.FIXED_WING, up=3_000.0)
    plots = detect(replace(scene, timetable=high), stare()).dwells.plots
    flown = plots.truth_entity > 0
    assert flown.sum() > 50
    assert np.abs(plots.height[flown]).max() < 20.0


def test_measured_tables_take_the_place_of_formulas() -> None:
    """A radar that finds everything or nothing, with errors of its own."""
    scene = make_scene(drive(*outward(500, 10.0)), make_radar())
    tables = scene.performance
    always = replace(tables, detection=np.ones_like(tables.detection), sigma_slant_range=np.full(201, 7.5))
    never = replace(tables, detection=np.zeros_like(tables.detection))
    found = detect(replace(scene, performance=always), stare())
    assert found.looks.detected.all()
    assert (found.dwells.plots.sigma_slant_range == np.float32(7.5)).all()
    assert not detect(replace(scene, performance=never), stare()).looks.detected.any()
