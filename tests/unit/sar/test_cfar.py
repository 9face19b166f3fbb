from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.image import SarImage
from sidelook.sar.cfar import CellAveraging, RingError, detect_cells, exceeded_by_chance, threshold_of
from sidelook.sar.multilook import multilook

Ground = Callable[..., SarImage]


@pytest.mark.parametrize("pixels", [8.0, 40.0, 700.0])
@pytest.mark.parametrize("probability", [1e-2, 1e-6, 1e-12])
def test_one_look_has_finns_closed_form(pixels: float, probability: float) -> None:
    """Finn and Johnson 1968: P = (1 + T / N) ** -N."""
    threshold = threshold_of(probability, np.array([pixels]), 1.0)
    assert (1.0 + threshold / pixels) ** -pixels == pytest.approx(probability, rel=1e-9)
    assert exceeded_by_chance(threshold, np.array([pixels]), 1.0) == pytest.approx(probability, rel=1e-9)


def test_many_looks_have_the_gamma_law() -> None:
    """Drawn, not computed: a gamma variable of three looks against the mean of twenty."""
    rng = np.random.default_rng(1)
    ratio = rng.gamma(3.0, 1.0, 1_000_000) / rng.gamma(60.0, 1.0 / 20.0, 1_000_000)
    threshold = threshold_of(1e-3, np.array([20.0]), 3.0)
    assert abs((ratio > threshold).sum() - 1000.0) < 4.0 * np.sqrt(1000.0)


@pytest.mark.parametrize("passes", [1, 6])
@pytest.mark.parametrize("looks", [1, 4])
def test_false_alarms_come_at_the_rate_asked_for_on_bright_and_dark_ground(
    ground: Ground, looks: int, passes: int
) -> None:
    mean = np.repeat(np.geomspace(0.1, 10.0, 800), looks)[:, None] * np.ones(800)
    image = multilook(ground(mean, np.random.default_rng(2)), looks, 1)
    image = replace(image, grid=replace(image.grid, row_spacing=1.0, column_spacing=1.0))
    cells = detect_cells(image, CellAveraging(false_alarms_per_km2=500.0, looks=looks, passes=passes))
    assert abs(cells.detected.sum() - 320.0) < 4.0 * np.sqrt(320.0)


def test_neighbours_do_not_hide_one_another(ground: Ground) -> None:
    pixels = ground(np.ones((61, 61)), np.random.default_rng(3))
    crowd = pixels.pixels.copy()
    crowd[5::10, 5::10] = 5.5
    crowd[5::20, 5::20] = crowd[15::20, 15::20] = 20.0
    image = replace(pixels, pixels=crowd)
    settings = CellAveraging(guard=2.0, ring=4.0, false_alarms_per_km2=1.0)
    alone = detect_cells(image, replace(settings, passes=1)).detected[5::10, 5::10]
    again = detect_cells(image, replace(settings, passes=6)).detected[5::10, 5::10]
    assert alone.sum() == 18
    assert again.all()


def test_ground_that_was_not_imaged_is_neither_searched_nor_averaged(ground: Ground) -> None:
    rng = np.random.default_rng(4)
    whole = ground(np.ones((200, 200)), rng)
    part = whole.pixels.copy()
    part[:, 100:] = 0.0
    settings = CellAveraging(false_alarms_per_km2=1000.0, passes=1)
    cells = detect_cells(replace(whole, pixels=part), settings)
    assert not cells.detected[:, 100:].any()
    assert cells.independent[100, 99] < 0.6 * cells.independent[100, 50]
    assert cells.ratio[:, 60:100].mean() == pytest.approx(1.0, rel=0.06)


@pytest.mark.parametrize(
    "settings",
    [
        CellAveraging(ring=0.1),
        CellAveraging(looks=0.0),
        CellAveraging(censored=0.0),
        CellAveraging(false_alarms_per_km2=0.0),
        CellAveraging(false_alarms_per_km2=1e9),
    ],
)
def test_what_has_no_threshold_is_refused(ground: Ground, settings: CellAveraging) -> None:
    with pytest.raises(RingError):
        detect_cells(ground(np.ones((30, 30)), np.random.default_rng(5)), settings)
