"""Looks and independent pixels, from intensities alone, against how the speckle was made."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from sidelook.model.image import SarImage, centred_grid
from sidelook.sar.multilook import independent_share, multilook
from sidelook.sar.speckle import NoSpeckleError, measure_speckle
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image

SIDE = 400


def made(spacing: float, vehicles: int = 0, seed: int = 1) -> SarImage:
    """Make ground of half a metre of resolution, complex, with vehicles on it."""
    rng = np.random.default_rng(seed)
    imager = Imager(grid=centred_grid((SIDE, SIDE), spacing), resolution=0.5)
    places = np.column_stack([rng.uniform(-0.4, 0.4, (vehicles, 2)) * SIDE * spacing, np.zeros(vehicles)])
    parked = park_vehicles(places, np.zeros(vehicles), (5.0, 2.0), 10.0, rng)
    return simulate_image(imager, np.full((SIDE, SIDE), 10**-1.5), parked, rng)


def amplitudes(image: SarImage) -> SarImage:
    return replace(image, pixels=image.amplitude)


@pytest.mark.parametrize("spacing", [0.5, 0.35, 0.25])
@pytest.mark.parametrize("vehicles", [0, 15])
def test_of_one_look(spacing: float, vehicles: int) -> None:
    image = made(spacing, vehicles)
    speckle = measure_speckle(amplitudes(image))
    assert speckle.looks == pytest.approx(1.0, abs=0.08)
    assert speckle.independent_share == pytest.approx(independent_share(made(spacing)), rel=0.2)


def test_of_many_looks() -> None:
    rng = np.random.default_rng(2)
    for looks in (2.0, 4.0, 16.0):
        power = rng.gamma(looks, 1.0 / looks, (SIDE, SIDE))
        speckle = measure_speckle(replace(made(0.5), pixels=np.sqrt(power).astype(np.float32)))
        assert speckle.looks == pytest.approx(looks, rel=0.05)
        assert speckle.independent_share == pytest.approx(1.0, abs=0.02)


def test_a_mean_over_pixels_varies_as_said() -> None:
    means = [float(multilook(amplitudes(made(0.35, seed=seed)), 20, 20).amplitude.var()) for seed in range(3)]
    speckle = measure_speckle(amplitudes(made(0.35)))
    # Of the amplitude, whose variance is a quarter of the intensity's over its mean: 1 / 4 L.
    expected = 10**-1.5 / (4.0 * speckle.looks * speckle.independent_share * 400)
    scale = float(np.mean([multilook(amplitudes(made(0.35)), 20, 20).amplitude.mean() ** 2 / 10**-1.5]))
    assert np.mean(means) == pytest.approx(scale * expected, rel=0.25)


def test_resampled_speckle_has_more_looks_and_more_of_its_pixels_alike() -> None:
    image = made(0.35)
    half = np.meshgrid(*(np.arange(SIDE - 1) + 0.5,) * 2, indexing="ij")
    moved = map_coordinates(image.amplitude, half, order=1).astype(np.float32)
    speckle = measure_speckle(replace(image, pixels=moved, grid=centred_grid(moved.shape, 0.35)))
    assert 1.1 < speckle.looks < 2.5
    assert speckle.independent_share < measure_speckle(amplitudes(image)).independent_share


@pytest.mark.parametrize("pixels", [np.ones((20, 20)), np.zeros((100, 100))])
def test_what_tells_nothing_is_refused(pixels: np.ndarray) -> None:
    image = replace(made(0.5), pixels=pixels.astype(np.float32), grid=centred_grid(pixels.shape, 0.5))
    with pytest.raises(NoSpeckleError, match="larger one"):
        measure_speckle(image)
