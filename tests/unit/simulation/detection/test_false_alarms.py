from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sidelook.geometry.frames import geodetic_to_enu
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.plots import Dwells, TargetClass
from sidelook.sensing.clutter import LandClass
from sidelook.simulation.detection.detecting import detect
from sidelook.simulation.detection.points import scatter_points
from sidelook.simulation.detection.scene import Scene, Surroundings

from .conftest import FRAME, drive, make_scene, outward, stare

AREA = 0.1 * ((150e3 + 30e3) ** 2 - (150e3 - 30e3) ** 2)


def nobody(**given: object) -> Scene:
    far = drive(np.array([[900e3, 0.0]]), np.zeros((1, 2)))
    return make_scene(far, **given)


def alarmed(surroundings: Surroundings, density: float = 1e-8) -> Scene:
    scene = nobody(surroundings=surroundings)
    rates = density * np.array([0.5, 1.0, 2.0, 4.0, 0.5])
    return replace(scene, performance=replace(scene.performance, false_alarms=rates))


def places(dwells: Dwells) -> np.ndarray:
    return geodetic_to_enu(dwells.plots.latitude, dwells.plots.longitude, 0.0, FRAME)


def test_false_alarms_come_at_their_rate_and_evenly() -> None:
    dwells = detect(alarmed(Surroundings()), stare(300)).dwells
    expected = 300 * AREA * 1e-8
    assert len(dwells.plots) == pytest.approx(expected, abs=3.0 * np.sqrt(expected))
    assert dwells.plot_count.var() == pytest.approx(dwells.plot_count.mean(), rel=0.35)
    assert (dwells.plots.truth_entity == -1).all()
    assert (dwells.plots.truth_application == -1).all()
    local = places(dwells)
    bearing, distance = np.arctan2(local[:, 0], local[:, 1]), np.hypot(local[:, 0], local[:, 1])
    assert stats.kstest(bearing, stats.uniform(-0.1, 0.2).cdf).pvalue > 0.01
    share = (distance**2 - 120e3**2) / (180e3**2 - 120e3**2)
    assert stats.kstest(share, "uniform").pvalue > 0.01


def test_rough_ground_gives_more() -> None:
    def land(east: np.ndarray, north: np.ndarray) -> np.ndarray:  # noqa: ARG001
        return np.where(east < 0.0, LandClass.FLAT, LandClass.MOUNTAINS)

    dwells = detect(alarmed(Surroundings(land=land)), stare(300)).dwells
    west = places(dwells)[:, 0] < 0.0
    for count, factor in ((west.sum(), 0.5), ((~west).sum(), 4.0)):
        expected = 300 * 0.5 * AREA * 1e-8 * factor
        assert count == pytest.approx(expected, abs=3.0 * np.sqrt(expected))


def test_masked_ground_gives_none() -> None:
    def visible(sensors: np.ndarray, positions: np.ndarray) -> np.ndarray:  # noqa: ARG001
        return np.asarray(positions[:, 0] > 0.0)

    dwells = detect(alarmed(Surroundings(visible=visible)), stare(100)).dwells
    expected = 100 * 0.5 * AREA * 1e-8
    assert len(dwells.plots) == pytest.approx(expected, abs=3.0 * np.sqrt(expected))


def test_they_are_faint_mostly_unknown_and_faster_than_the_notch() -> None:
    dwells = detect(alarmed(Surroundings()), stare(200)).dwells
    plots = dwells.plots
    assert plots.snr_db.mean() < 17.0
    assert (plots.target_class == TargetClass.UNKNOWN).mean() > 0.95
    speed = np.abs(plots.radial_speed)
    assert speed.max() < 25.5
    assert speed.min() > dwells.minimum_detectable_speed[0] - 0.5
    assert (plots.radial_speed > 0).mean() == pytest.approx(0.5, abs=4.0 * 0.5 / np.sqrt(len(plots)))


def test_fixed_discretes_come_again_at_the_same_places() -> None:
    points = scatter_points(
        np.random.default_rng(1), (-10e3, 130e3, 10e3, 170e3), Ellipsoid(frame=FRAME), discretes=40, rotators=0
    )
    dwells = detect(nobody(surroundings=Surroundings(points=points)), stare(100)).dwells
    expected = 100 * points.probability.sum()
    spread = np.sqrt(100 * np.sum(points.probability * (1.0 - points.probability)))
    assert len(dwells.plots) == pytest.approx(expected, abs=3.0 * spread)
    apart = places(dwells)[:, None, :2] - np.stack([points.east, points.north], axis=-1)
    nearest = np.linalg.norm(apart, axis=-1).min(axis=1)
    assert np.percentile(nearest, 99) < 4.0 * dwells.plots.sigma_cross_range.max()


def test_antennas_flash_and_are_named_when_strong() -> None:
    points = scatter_points(
        np.random.default_rng(1), (-10e3, 130e3, 10e3, 170e3), Ellipsoid(frame=FRAME), discretes=0, rotators=20
    )
    dwells = detect(nobody(surroundings=Surroundings(points=points)), stare(600)).dwells
    flashing = (0.2 + 0.131) / points.period
    expected = 600 * 0.9 * flashing.sum()
    assert len(dwells.plots) == pytest.approx(expected, rel=0.1)
    assert (dwells.plots.target_class == TargetClass.STATIONARY_ROTATOR).mean() > 0.4
    first = dwells.plots.dwell[np.abs(places(dwells)[:, 1] - points.north[0]) < 8.0]
    period = float(points.period[0])
    phase = np.mod(first * 0.1 - first[0] * 0.1 + 0.5 * period, period) - 0.5 * period
    assert (np.abs(phase) < 0.4).mean() > 0.9


def test_no_truth_in_the_footprint_is_a_clear_empty_answer() -> None:
    result = detect(nobody(), stare(5))
    assert len(result.dwells) == 5
    assert len(result.dwells.plots) == len(result.looks) == 0
    assert detect(nobody(), stare(0)).dwells.plot_count.sum() == 0
    assert len(detect(make_scene(drive(*outward(10, 5.0))), stare(0)).looks) == 0
