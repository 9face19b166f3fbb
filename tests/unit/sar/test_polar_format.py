"""Polar format against the exact sum, within the error of the phase that it says beforehand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, centred_grid
from sidelook.sar.backprojection import NoEchoesError, NotFiniteEchoesError
from sidelook.sar.polar_format import PolarFormat, SceneTooWideError, form_polar, wave_front_error
from sidelook.sar.quality import measure_point
from sidelook.sar.reference import exact_sum
from sidelook.sar.windows import taylor

Echoes = Callable[..., PhaseHistory]
CROWD = np.random.default_rng(9).uniform(-6.0, 6.0, (40, 3)) * (1.0, 1.0, 0.0)


def error_db(history: PhaseHistory, grid: PlaneGrid, settings: PolarFormat) -> float:
    rows, columns = np.indices(grid.shape)[:, ::5, ::3]
    weights = (settings.pulse_window(len(history)), settings.frequency_window(history.samples.shape[1]))
    exact = exact_sum(history, weights, grid.positions(rows, columns).reshape(-1, 3))
    formed = form_polar(history, grid, settings).pixels[::5, ::3].ravel()
    return float(10.0 * np.log10((np.abs(formed - exact) ** 2).sum() / (np.abs(exact) ** 2).sum()))


def test_plane_waves_are_summed_exactly(echoes: Echoes) -> None:
    """So far away that there is nothing else than plane waves: what is left is the gridding's own error."""
    history = echoes(150e3, 0.2 * CROWD)
    grid = centred_grid((50, 61), 0.05)
    assert wave_front_error(history, grid) < 1e-3
    assert error_db(history, grid, PolarFormat()) < -70.0


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
@pytest.mark.parametrize("extent", [8.0, 16.0, 32.0])
def test_the_error_is_below_the_phase_error_told(echoes: Echoes, stand_off: float, extent: float) -> None:
    history = echoes(stand_off, CROWD * extent / 16.0)
    grid = centred_grid((round(extent / 0.2), round(extent / 0.2) + 3), 0.2)
    told = wave_front_error(history, grid)
    settings = PolarFormat(phase_error=10.0, frequency_window=taylor, pulse_window=taylor)
    assert error_db(history, grid, settings) < 20.0 * np.log10(told)


def test_the_phase_error_grows_with_the_square_of_the_extent_and_falls_with_distance(echoes: Echoes) -> None:
    near, far = echoes(10e3), echoes(150e3)
    small, large = centred_grid((100, 100), 0.1), centred_grid((200, 200), 0.1)
    assert wave_front_error(near, large) / wave_front_error(near, small) == pytest.approx(4.0, rel=0.1)
    assert wave_front_error(near, large) / wave_front_error(far, large) == pytest.approx(15.0, rel=0.1)


def test_a_grid_need_not_be_level_nor_face_north_nor_antennas_be_one(echoes: Echoes) -> None:
    grid = PlaneGrid(
        first=(-2.0, -3.0, 1.0),
        row_axis=(0.6, 0.64, 0.48),
        column_axis=(0.8, -0.48, -0.36),
        row_spacing=0.11,
        column_spacing=0.17,
        shape=(40, 36),
    )
    history = echoes(150e3, 0.3 * CROWD)
    apart = replace(history, receive=history.receive + np.array((900.0, -400.0, 50.0)))
    middle = 0.5 * (np.linalg.norm(apart.transmit, axis=1) + np.linalg.norm(apart.receive, axis=1))
    rng = np.random.default_rng(2)
    corrected = replace(
        apart,
        reference_range=middle,
        range_correction=rng.normal(0.0, 0.3, len(history)),
        phase_correction=rng.uniform(-3.0, 3.0, len(history)),
    )
    assert error_db(corrected, grid, PolarFormat()) < min(-40.0, 20.0 * np.log10(wave_front_error(corrected, grid)))


def test_a_point_stands_at_its_place(echoes: Echoes) -> None:
    place = (3.21, -4.57, 0.0)
    response = measure_point(form_polar(echoes(150e3, (place,)), centred_grid((128, 128), 0.15)))
    assert response.place == pytest.approx(place, abs=5e-3)


def test_a_scene_too_wide_is_refused_with_the_extent_that_is_not(echoes: Echoes) -> None:
    history, grid = echoes(), centred_grid((600, 600), 0.2)
    with pytest.raises(SceneTooWideError, match="of the extent, or use factorised") as caught:
        form_polar(history, grid)
    pixels = int(0.98 * caught.value.share * 600)
    assert form_polar(history, centred_grid((pixels, pixels), 0.2)).origin.simulated


def test_what_makes_no_image_is_refused(echoes: Echoes) -> None:
    history, grid = echoes(), centred_grid((8, 8), 0.5)
    samples = history.samples.copy()
    samples[7, 3] = np.nan
    with pytest.raises(NotFiniteEchoesError):
        form_polar(replace(history, samples=samples), grid)
    with pytest.raises(NoEchoesError):
        form_polar(replace(history, samples=history.samples[:, :0]), grid)
