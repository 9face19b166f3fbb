from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma, hyp2f1

from sidelook.model.image import SarImage, centred_grid
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.change import (
    ChangeSettings,
    WindowError,
    coherence_below,
    coherence_threshold,
    coherent_change,
    expected_coherence,
    intensity_change,
    ratio_threshold,
    sample_coherence,
    true_coherence,
)
from sidelook.sar.multilook import NotComplexError, independent_share, multilook
from sidelook.sar.registration import UnlikeGridsError, register
from sidelook.sar.windows import taylor
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

Ground = Callable[..., SarImage]


def a_pair(ground: Ground, coherence: object, shape: tuple[int, int], seed: int) -> tuple[SarImage, SarImage]:
    """Two images of speckle with a coherence of (rows, columns) between them."""
    rng = np.random.default_rng(seed)
    first, other = ground(np.ones(shape), rng), ground(np.ones(shape), rng)
    true = np.asarray(coherence)
    second = true * first.pixels + np.sqrt(1.0 - true**2) * other.pixels
    return first, replace(first, pixels=second.astype(np.complex64))


@pytest.mark.parametrize("looks", [2.0, 9.0, 25.0])
@pytest.mark.parametrize("true", [0.0, 0.5, 0.9])
def test_the_law_of_the_coherence_is_touzis(looks: float, true: float) -> None:
    """Touzi 1999: p(d) = 2 (L - 1) (1 - D^2)^L d (1 - d^2)^(L - 2) 2F1(L, L; 1; d^2 D^2), integrated."""

    def density(d: float) -> float:
        shape = 2.0 * (looks - 1.0) * (1.0 - true**2) ** looks * d * (1.0 - d**2) ** (looks - 2.0)
        return float(shape * hyp2f1(looks, looks, 1.0, d**2 * true**2))

    assert expected_coherence(true, looks) == pytest.approx(quad(lambda d: d * density(d), 0, 1)[0], abs=1e-6)
    assert coherence_below(0.6, true, looks) == pytest.approx(quad(density, 0.0, 0.6)[0], abs=1e-6)


@pytest.mark.parametrize("looks", [1.5, 4.0, 49.0])
def test_unrelated_ground_shows_the_bias_published(looks: float) -> None:
    """Touzi 1999: the mean is gamma(L) gamma(3/2) / gamma(L + 1/2) where there is no coherence."""
    assert expected_coherence(0.0, looks) == pytest.approx(gamma(looks) * gamma(1.5) / gamma(looks + 0.5), rel=1e-9)


@pytest.mark.parametrize("true", [0.0, 0.4, 0.8, 0.95])
def test_samples_have_the_mean_and_the_share_below_a_threshold_expected(ground: Ground, true: float) -> None:
    first, second = a_pair(ground, true, (400, 400), 1)
    seen = sample_coherence(first, second, 5)[2::5, 2::5]
    assert np.isfinite(seen).all()
    assert abs(seen.mean() - expected_coherence(true, 25.0)) < 4.0 * seen.std() / np.sqrt(seen.size)
    below = coherence_below(float(np.quantile(seen, 0.1)), true, 25.0)
    assert below == pytest.approx(0.1, abs=4.0 * np.sqrt(0.09 / seen.size))
    assert true_coherence(float(np.median(seen)), 25.0) == pytest.approx(true, abs=0.08 if true < 0.3 else 0.02)


def test_unchanged_ground_is_called_changed_at_the_rate_asked_for(ground: Ground) -> None:
    first, second = a_pair(ground, 0.8, (1000, 1000), 2)
    changes = coherent_change(first, second, ChangeSettings(window=5, false_change_rate=0.01))
    apart = changes.changed[2::5, 2::5]
    assert abs(apart.mean() - 0.01) < 5.0 * np.sqrt(0.01 / apart.size)
    assert changes.unchanged == pytest.approx(0.8, abs=0.01)
    assert coherence_threshold(0.8, 25.0, 0.01) == pytest.approx(changes.threshold, abs=0.01)


@pytest.mark.parametrize("looks", [1, 3])
def test_brightness_alone_changes_at_the_rate_asked_for_whatever_the_gain(ground: Ground, looks: int) -> None:
    rng = np.random.default_rng(3)
    mean = np.repeat(np.geomspace(0.1, 10.0, 1000), looks)[:, None] * np.ones(1000)
    first, second = multilook(ground(mean, rng), looks, 1), multilook(ground(7.0 * mean, rng), looks, 1)
    settings = ChangeSettings(window=5, false_change_rate=0.01, looks=looks)
    changes = intensity_change(first, second, settings)
    apart = changes.changed[2::5, 2::5]
    assert abs(apart.mean() - 0.01) < 5.0 * np.sqrt(0.01 / apart.size)
    assert changes.threshold == ratio_threshold(25.0 * looks, 0.01)


def test_the_ratio_of_one_look_has_its_closed_form() -> None:
    """Of two exponential intensities: P(r > T) = 1 / (1 + T)."""
    assert 1.0 / (1.0 + np.exp(ratio_threshold(1.0, 0.02))) == pytest.approx(0.01)


def test_a_vehicle_that_arrived_is_found_and_one_that_left_is_told_apart() -> None:
    imager = Imager(grid=centred_grid((200, 200), 0.35), resolution=0.5)
    even, none = np.full((200, 200), 10.0**-1.5), Scatterers(places=np.zeros((0, 3)), amplitudes=np.zeros(0, complex))
    where = np.array([[-15.0, 10.0, 0.0], [12.0, -14.0, 0.0]])
    rng = np.random.default_rng(4)
    one, other = (park_vehicles(where[n : n + 1], np.array([0.4]), (5.0, 2.0), 10.0, rng) for n in (0, 1))
    images = []
    for cars, seed in ((one, 6), (other, 7)):
        lasting = simulate_image(imager, 0.95 * even, cars, np.random.default_rng(5))
        passing = simulate_image(imager, 0.05 * even, none, np.random.default_rng(seed))
        images.append(replace(lasting, pixels=lasting.pixels + passing.pixels))
    first, second = images
    settings = ChangeSettings(independent_share=independent_share(first), false_change_rate=1e-4)
    for changes in (intensity_change(first, second, settings), coherent_change(first, second, settings)):
        rows, columns = np.nonzero(changes.changed)
        east, north, _ = first.grid.positions(rows, columns).T
        away = np.hypot(east[:, None] - where[:, 0], north[:, None] - where[:, 1])
        assert (away.min(axis=0) < 1.5).all()
        assert (away.min(axis=1) < 7.0).all()
        assert changes.origins == (first.origin, second.origin)
    ratio = intensity_change(first, second, settings).measure
    pixels = np.round((where[:, 1::-1] - np.array(first.grid.first)[1::-1]) / 0.35).astype(int)
    assert ratio[tuple(pixels[1])] > 1.0
    assert ratio[tuple(pixels[0])] < -1.0


def test_two_passes_over_real_geometry_cohere_where_nothing_changed() -> None:
    """Echoes from two tracks 10 m apart, with noise; a patch of 8 m disturbed, and the second scene 0.4 pixels off.

    Weighted: without, the patch's side lobes change what lies in line with it.
    """
    rng = np.random.default_rng(6)
    places = np.column_stack([rng.uniform(-14.0, 14.0, (3000, 2)), np.zeros(3000)])
    strength = rng.standard_normal((3000, 2)) @ np.array([1.0, 1j])
    disturbed = np.hypot(places[:, 0] - 3.0, places[:, 1] + 2.0) < 4.0
    after = np.where(disturbed, rng.permutation(strength), strength)
    waveform = Waveform(bandwidth=300e6, frequencies=72, noise=0.03 * np.sqrt(2.0 * 3000))
    grid = centred_grid((80, 80), 0.33)
    images = []
    for stand_off, amplitudes, off in ((10e3, strength, 0.0), (10.01e3, after, 0.13)):
        flight = straight_flight(stand_off=stand_off, grazing=0.35, aperture=300.0, pulses=96, speed=100.0)
        moved = places + np.array([off, -off, 0.0])
        points = Scatterers(places=moved, amplitudes=amplitudes)
        echoes = simulate_phase_history(flight, waveform, points, rng)
        images.append(backproject(echoes, grid, Forming(frequency_window=taylor, pulse_window=taylor)))
    first, second = images
    laid, shift = register(first, second)
    assert (shift.rows, shift.columns) == pytest.approx((-0.13 / 0.33, 0.13 / 0.33), abs=0.02)
    share = independent_share(first)
    changes = coherent_change(first, laid, ChangeSettings(window=7, independent_share=share))
    east, north = np.moveaxis(grid.positions(*np.indices(grid.shape)), -1, 0)[:2]
    away = np.hypot(east - 3.0, north + 2.0)
    still = (away > 6.5) & (np.maximum(np.abs(east), np.abs(north)) < 10.0)
    assert np.nanmean(changes.measure[still]) > 0.99
    assert np.nanmean(changes.measure[away < 2.0]) == pytest.approx(expected_coherence(0.0, 49.0 * share), abs=0.08)
    assert changes.changed[away < 2.0].mean() > 0.95
    assert changes.changed[still].mean() < 0.003
    assert np.nanmean(sample_coherence(first, second, 7)[still]) < 0.96


def test_ground_without_data_is_neither_changed_nor_unchanged(ground: Ground) -> None:
    first, second = a_pair(ground, 0.9, (60, 60), 7)
    pixels = second.pixels.copy()
    pixels[:, :20] = 0.0
    holed = replace(second, pixels=pixels)
    for changes in (coherent_change(first, holed), intensity_change(first, holed)):
        assert np.isnan(changes.measure[:, :23]).all()
        assert np.isnan(changes.measure[:3]).all()
        assert np.isfinite(changes.measure[3:-3, 23:-3]).all()
        assert not changes.changed[:, :23].any()
    empty = replace(first, pixels=np.zeros_like(first.pixels))
    assert not coherent_change(first, empty).changed.any()
    assert not intensity_change(first, empty).changed.any()


def test_what_cannot_be_compared_is_refused(ground: Ground) -> None:
    first, second = a_pair(ground, 0.9, (40, 40), 8)
    with pytest.raises(NotComplexError):
        coherent_change(first, replace(second, pixels=second.amplitude))
    for compare in (coherent_change, intensity_change):
        with pytest.raises(UnlikeGridsError):
            compare(first, replace(second, grid=centred_grid((40, 40), 0.6)))


@pytest.mark.parametrize(
    "settings",
    [
        ChangeSettings(window=4),
        ChangeSettings(window=1),
        ChangeSettings(window=41),
        ChangeSettings(false_change_rate=0.0),
        ChangeSettings(independent_share=0.01),
        ChangeSettings(unchanged=1.0),
    ],
)
def test_settings_that_say_nothing_are_refused(ground: Ground, settings: ChangeSettings) -> None:
    first, second = a_pair(ground, 0.9, (40, 40), 9)
    with pytest.raises(WindowError):
        coherent_change(first, second, settings)
