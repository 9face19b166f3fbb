"""Errors of plots against the truth: what the radar says of them must be true of them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sidelook.geometry.frames import enu_to_ecef
from sidelook.geometry.wgs84 import geodetic_to_ecef, wrap_longitude
from sidelook.model.plots import TargetClass
from sidelook.sensing.location import observe
from sidelook.simulation.detection.detecting import Detections, detect
from sidelook.simulation.detection.log import Looks
from sidelook.simulation.detection.naming import REPORTED, chances
from sidelook.simulation.detection.scene import Imperfections, heavy_tail_growth
from sidelook.simulation.detection.signatures import Kind

from .conftest import EXACT, FRAME, drive, lone, make_radar, make_scene, outward, stare

COUNT = 6_000


def run(imperfections: Imperfections = EXACT) -> Detections:
    rng = np.random.default_rng(2)
    scene = make_scene(drive(*outward(COUNT, rng.uniform(-20.0, 20.0, COUNT))), imperfections=imperfections)
    return detect(scene, stare(3))


@pytest.fixture(scope="module")
def result() -> Detections:
    return run()


def errors(result: Detections) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors of slant range, azimuth and radial speed, (N, 3), their sigmas, and the coupling, (N,) m/s per rad."""
    pairs, dwells = lone(result), result.dwells
    looks, plots = result.looks.take(pairs.look), dwells.plots.take(pairs.plot)
    at = [getattr(dwells, name)[plots.dwell] for name in ("sensor_latitude", "sensor_longitude", "sensor_height")]
    seen = observe(
        tuple(at), geodetic_to_ecef(plots.latitude, plots.longitude, plots.height), np.zeros((len(plots), 3))
    )
    true = observe(tuple(at), positions(looks), np.zeros((len(plots), 3)))
    error = np.stack(
        [
            seen.slant_range - true.slant_range,
            wrap_longitude(seen.bearing - true.bearing),
            plots.radial_speed - looks.radial_speed,
        ],
        axis=-1,
    )
    sigma = np.stack(
        [plots.sigma_slant_range, plots.sigma_cross_range / true.slant_range, plots.sigma_radial_speed], axis=-1
    )
    level = np.sqrt(1.0 - (10e3 / true.slant_range) ** 2)
    coupling = -220.0 * level * np.sin(true.bearing - np.pi / 2)
    return error, sigma, coupling


def positions(looks: Looks) -> np.ndarray:
    return enu_to_ecef(np.stack([looks.east, looks.north, looks.up], axis=-1), FRAME)


def test_errors_have_the_sigmas_they_are_said_to_have(result: Detections) -> None:
    error, sigma, _ = errors(result)
    normal = error / sigma
    assert len(normal) > 10_000
    assert np.abs(normal.mean(axis=0)).max() < 3.0 / np.sqrt(len(normal))
    assert np.abs(normal.std(axis=0) - 1.0).max() < 3.0 / np.sqrt(2.0 * len(normal))
    assert stats.kstest(normal[:, 1], "norm").pvalue > 0.01


def test_every_plot_lies_within_its_own_covariance_of_the_truth(result: Detections) -> None:
    """The normalised squared error, composed as the module says, is chi-square with three degrees of freedom."""
    error, sigma, coupling = errors(result)
    covariance = np.zeros((len(error), 3, 3))
    covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 2, 2] = (sigma**2).T
    covariance[:, 1, 2] = covariance[:, 2, 1] = coupling * sigma[:, 1] ** 2
    squared = np.einsum("ni,ni->n", error, np.linalg.solve(covariance, error[..., None])[..., 0])
    assert squared.mean() == pytest.approx(3.0, abs=3.0 * np.sqrt(6.0 / len(squared)))
    assert stats.kstest(squared, stats.chi2(3).cdf).pvalue > 0.01


def test_errors_of_azimuth_and_radial_speed_go_together(result: Detections) -> None:
    """Looking north while flying east: an error clockwise looks like ground behind, which opens."""
    error, sigma, coupling = errors(result)
    expected = float(np.mean(coupling * sigma[:, 1] / sigma[:, 2]))
    correlation = float(np.mean(error[:, 1] * error[:, 2] / (sigma[:, 1] * sigma[:, 2])))
    assert expected > 0.8
    assert correlation == pytest.approx(expected, abs=3.0 * np.sqrt(2.0 / len(error)))
    others = np.corrcoef((error / sigma).T)
    assert abs(others[0, 1]) < 3.0 / np.sqrt(len(error))
    assert abs(others[0, 2]) < 3.0 / np.sqrt(len(error))


def test_ellipses_are_twenty_to_sixty_times_longer_than_wide(result: Detections) -> None:
    plots = result.dwells.plots
    longer = plots.sigma_cross_range / plots.sigma_slant_range
    assert longer.min() > 20.0
    assert longer.max() < 60.0


def test_stronger_plots_are_more_exact_until_nothing_helps(result: Detections) -> None:
    plots = result.dwells.plots
    weak, strong, stronger = (
        plots.sigma_slant_range[np.abs(plots.snr_db - snr) < 0.5].mean() for snr in (15.0, 25.5, 35.0)
    )
    assert weak > 2.5 * strong
    assert stronger == pytest.approx(strong, rel=0.05)


def test_heavy_tails_are_in_azimuth_and_the_radar_does_not_know(result: Detections) -> None:
    settings = replace(EXACT, heavy_tail_share=0.1, heavy_tail_factor=4.0)
    error, sigma, _ = errors(run(settings))
    normal = error / sigma
    assert normal[:, 1].std() == pytest.approx(heavy_tail_growth(settings), rel=0.05)
    assert stats.kurtosis(normal[:, 1]) > 3.0
    assert normal[:, 0].std() == pytest.approx(1.0, abs=3.0 / np.sqrt(2.0 * len(normal)))
    inside = np.abs(normal[:, 1]) < 1.0
    assert inside.mean() > 0.6
    plain, _, _ = errors(result)
    assert abs(stats.kurtosis(plain[:, 0] / errors(result)[1][:, 0])) < 0.2


def test_an_error_of_heading_shifts_all_plots_and_no_speeds() -> None:
    biased = run(replace(EXACT, sigma_heading=1e-3))
    error, sigma, _ = errors(biased)
    noise = float((error[:, 1]).std())
    assert abs(error[:, 1].mean()) > 10.0 * noise / np.sqrt(len(error))
    assert abs((error[:, 2] / sigma[:, 2]).mean()) < 3.0 / np.sqrt(len(error))


def test_longer_looks_tell_speed_better() -> None:
    rng = np.random.default_rng(2)
    scene = make_scene(drive(*outward(COUNT, rng.uniform(-20.0, 20.0, COUNT))), make_radar())
    short, long = (detect(scene, stare(), dwell_time=time).dwells.plots for time in (0.131, 1.0))
    assert long.sigma_radial_speed.mean() < short.sigma_radial_speed.mean()
    assert np.median(long.snr_db) - np.median(short.snr_db) == pytest.approx(10.0 * np.log10(1.0 / 0.131), abs=1.0)


def test_classes_come_by_the_table_and_never_as_the_truth() -> None:
    """What tracked vehicles are called, by strength: as often as the table has it, within 3 standard deviations."""
    rng = np.random.default_rng(2)
    scene = make_scene(
        drive(*outward(COUNT, rng.uniform(-20.0, 20.0, COUNT)), TargetClass.TRACKED), make_radar(power=100.0)
    )
    plots = detect(scene, stare(2)).dwells.plots
    count = len(plots)
    table = chances(
        scene.naming,
        plots.snr_db.astype(float),
        np.full(count, 0.131),
        np.full(count, int(Kind.TRACKED)),
        slice(None),
    )
    for low in (12.0, 18.0, 22.0, 26.0):
        mine = (plots.snr_db > low) & (plots.snr_db <= low + 4.0)
        assert mine.sum() > 300
        for row, said in enumerate(REPORTED):
            chance = table[mine, row]
            spread = np.sqrt(np.sum(chance * (1.0 - chance)))
            assert abs((plots.target_class[mine] == said).sum() - chance.sum()) < 3.5 * spread + 1e-9
    assert set(plots.target_class.tolist()) >= {TargetClass.UNKNOWN, TargetClass.TRACKED, TargetClass.WHEELED}
