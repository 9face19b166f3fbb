from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, centred_grid
from sidelook.sar.backprojection import Forming, NotFiniteEchoesError, SceneTooNearError, backproject
from sidelook.sar.quality import expected_widths, measure_point
from sidelook.sar.reference import exact_sum
from sidelook.sar.windows import even, taylor

Echoes = Callable[..., PhaseHistory]
PLACE = (3.21, -4.57, 0.0)
CROWD = np.random.default_rng(9).uniform(-14.0, 14.0, (40, 3)) * (1.0, 1.0, 0.0)


def error_db(history: PhaseHistory, grid: PlaneGrid, settings: Forming) -> float:
    rows, columns = np.indices(grid.shape)[:, ::5, ::3]
    weights = (settings.pulse_window(len(history)), settings.frequency_window(history.samples.shape[1]))
    exact = exact_sum(history, weights, grid.positions(rows, columns).reshape(-1, 3))
    formed = backproject(history, grid, settings).pixels[::5, ::3].ravel()
    return float(10.0 * np.log10((np.abs(formed - exact) ** 2).sum() / (np.abs(exact) ** 2).sum()))


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
@pytest.mark.parametrize(("interpolation", "bound"), [("linear", -60.0), ("cubic", -100.0)])
def test_it_is_the_exact_sum(
    echoes: Echoes, stand_off: float, interpolation: Literal["linear", "cubic"], bound: float
) -> None:
    settings = Forming(oversampling=16.0, interpolation=interpolation, frequency_window=taylor)
    assert error_db(echoes(stand_off, CROWD), centred_grid((100, 130), 0.2), settings) < bound


def test_a_grid_need_not_be_level_nor_face_north(echoes: Echoes) -> None:
    grid = PlaneGrid(
        first=(-6.0, -5.0, 2.0),
        row_axis=(0.6, 0.64, 0.48),
        column_axis=(0.8, -0.48, -0.36),
        row_spacing=0.11,
        column_spacing=0.17,
        shape=(70, 66),
    )
    assert error_db(echoes(places=CROWD), grid, Forming()) < -90.0


def test_transmitter_and_receiver_may_be_far_apart(echoes: Echoes) -> None:
    history = echoes(places=CROWD)
    apart = replace(history, receive=history.receive + np.array((900.0, -400.0, 50.0)))
    focused = replace(
        apart,
        reference_range=0.5 * (np.linalg.norm(apart.transmit, axis=1) + np.linalg.norm(apart.receive, axis=1)),
    )
    assert error_db(focused, centred_grid((64, 64), 0.2), Forming()) < -90.0


def test_supplied_corrections_are_applied(echoes: Echoes) -> None:
    history = echoes(places=CROWD)
    rng = np.random.default_rng(2)
    corrected = replace(
        history,
        range_correction=rng.normal(0.0, 0.3, len(history)),
        phase_correction=rng.uniform(-3.0, 3.0, len(history)),
    )
    grid = centred_grid((64, 64), 0.2)
    assert error_db(corrected, grid, Forming()) < -90.0
    apart = np.abs(backproject(corrected, grid).pixels - backproject(history, grid).pixels).max()
    assert apart > 0.5 * np.abs(backproject(history, grid).pixels).max()


def test_a_scene_wider_than_the_profile_repeats_as_the_exact_sum_does(echoes: Echoes) -> None:
    history = echoes(places=CROWD, bandwidth=600e6, frequencies=64)
    assert error_db(history, centred_grid((100, 130), 0.5), Forming()) < -90.0


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
def test_a_point_stands_at_its_place_and_is_as_wide_as_theory(echoes: Echoes, stand_off: float) -> None:
    history = echoes(stand_off)
    image = backproject(history, centred_grid((128, 128), 0.08, centre=PLACE))
    response = measure_point(image)
    assert response.place == pytest.approx(PLACE, abs=2e-3)
    rows, columns = expected_widths(history, image.grid, np.array(PLACE))
    assert response.along_rows.width == pytest.approx(rows, rel=0.02)
    assert response.along_columns.width == pytest.approx(columns, rel=0.02)
    assert response.along_columns.peak_side_lobe == pytest.approx(-13.3, abs=0.5)
    assert response.along_rows.peak_side_lobe == pytest.approx(-13.3, abs=0.5)
    assert response.amplitude == pytest.approx(history.samples.size, rel=0.01)


def test_the_phase_at_a_point_is_its_own(echoes: Echoes) -> None:
    pixel = backproject(echoes(), centred_grid((1, 1), 0.1, centre=PLACE)).pixels[0, 0]
    assert np.angle(pixel) == pytest.approx(0.0, abs=1e-3)


def test_progress_is_told_and_may_stop_the_work(echoes: Echoes) -> None:
    told: list[float] = []
    backproject(echoes(), centred_grid((8, 8), 0.1), progress=told.append)
    assert told[-1] == 1.0

    def stop(share: float) -> None:
        raise InterruptedError(share)

    with pytest.raises(InterruptedError):
        backproject(echoes(), centred_grid((8, 8), 0.1), progress=stop)


def test_blocks_of_pulses_add_up(echoes: Echoes, monkeypatch: pytest.MonkeyPatch) -> None:
    history, grid = echoes(places=CROWD), centred_grid((40, 40), 0.2)
    whole = backproject(history, grid).pixels
    monkeypatch.setattr("sidelook.sar.backprojection.BLOCK_BYTES", 1)
    told: list[float] = []
    parts = backproject(history, grid, progress=told.append).pixels
    assert len(told) == len(history)
    assert np.abs(parts - whole).max() < 1e-5 * np.abs(whole).max()


def test_pulses_that_are_no_numbers_are_named(echoes: Echoes) -> None:
    history = echoes()
    samples = history.samples.copy()
    samples[7, 3] = np.nan
    with pytest.raises(NotFiniteEchoesError) as caught:
        backproject(replace(history, samples=samples), centred_grid((8, 8), 0.1))
    assert caught.value.pulses == (7,)


def test_a_scene_too_near_for_cubics_is_refused(echoes: Echoes) -> None:
    with pytest.raises(SceneTooNearError) as caught:
        backproject(echoes(60.0), centred_grid((8, 8), 0.5))
    assert caught.value.nearest < caught.value.needed


def test_simulated_stays_simulated(echoes: Echoes) -> None:
    assert backproject(echoes(), centred_grid((8, 8), 0.1), Forming(pulse_window=even)).origin.simulated
