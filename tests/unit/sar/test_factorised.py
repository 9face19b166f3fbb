"""Factorised images against the exact sum: near and far, spotlight and strip-map, rough flights and odd grids."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, centred_grid
from sidelook.sar.backprojection import (
    Forming,
    NoEchoesError,
    NotFiniteEchoesError,
    SceneTooNearError,
    backproject,
    exact_tiles,
)
from sidelook.sar.factorised import Factorised, backproject_factorised, factorised_tiles
from sidelook.sar.reference import exact_sum
from sidelook.sar.tiles import Tile
from sidelook.sar.windows import taylor
from sidelook.simulation.phase_history import (
    Flight,
    Scatterers,
    Waveform,
    simulate_phase_history,
    straight_flight,
)

Echoes = Callable[..., PhaseHistory]
CROWD = np.random.default_rng(9).uniform(-25.0, 25.0, (40, 3)) * (1.0, 1.0, 0.0)


def error_db(history: PhaseHistory, grid: PlaneGrid, settings: Factorised | None = None) -> float:
    """Error at pixels drawn at random; nothing is scaled to fit."""
    settings = settings or Factorised()
    rows, columns = (np.random.default_rng(3).integers(0, count, 150) for count in grid.shape)
    weights = (settings.pulse_window(len(history)), settings.frequency_window(history.samples.shape[1]))
    exact = exact_sum(history, weights, grid.positions(rows, columns))
    formed = backproject_factorised(history, grid, settings).pixels[rows, columns]
    return float(10.0 * np.log10((np.abs(formed - exact) ** 2).sum() / (np.abs(exact) ** 2).sum()))


def flown(flight: Flight, places: object, **waveform: float) -> PhaseHistory:
    points = np.asarray(places, np.float64)
    scatterers = Scatterers(places=points, amplitudes=np.ones(len(points), np.complex128))
    return simulate_phase_history(flight, Waveform(**waveform), scatterers, np.random.default_rng(5))


@pytest.fixture(scope="module", params=[10e3, 150e3])
def spotlight(request: pytest.FixtureRequest) -> PhaseHistory:
    """Cross 4 degrees of the scene: 600 pulses, of which a tile of 64 pixels needs few."""
    flight = straight_flight(
        stand_off=request.param, grazing=0.3, aperture=0.07 * request.param, pulses=600, speed=150.0
    )
    return flown(flight, CROWD)


@pytest.mark.parametrize("asked", [-50.0, -60.0, -70.0])
def test_the_error_is_the_one_asked_for_at_any_distance(spotlight: PhaseHistory, asked: float) -> None:
    settings = Factorised(error_db=asked, frequency_window=taylor, pulse_window=taylor)
    assert error_db(spotlight, centred_grid((330, 290), 0.18), settings) < asked


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
def test_strip_map(stand_off: float) -> None:
    """Fly along a strip as long as the aperture, at its side throughout."""
    flight = straight_flight(stand_off=stand_off, grazing=0.3, aperture=400.0, pulses=800, speed=100.0)
    places = np.random.default_rng(2).uniform(-1.0, 1.0, (30, 3)) * (20.0, 180.0, 0.0)
    assert error_db(flown(flight, places), centred_grid((1800, 200), 0.2)) < -60.0


def test_fewer_pulses_are_summed_than_flown(spotlight: PhaseHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    original = "sidelook.sar.factorised.kernels.sum_leaves"
    monkeypatch.setattr(original, lambda *given: seen.append(len(given[2][0])))
    list(factorised_tiles(spotlight, centred_grid((256, 256), 0.18), Factorised()))
    assert 0 < max(seen) < len(spotlight) / 10


def test_a_rough_flight_costs_pulses_and_no_error() -> None:
    flight = straight_flight(stand_off=3e3, grazing=0.5, aperture=210.0, pulses=300, speed=100.0)
    shaken = np.random.default_rng(8).normal(0.0, 0.5, flight.navigated.shape)
    history = flown(replace(flight, navigated=flight.navigated + shaken), CROWD)
    assert error_db(history, centred_grid((200, 260), 0.2)) < -60.0


def test_a_circle_is_flown_all_around() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 1500, endpoint=False)
    navigated = 4000.0 * np.stack([np.cos(angle), np.sin(angle), np.full(len(angle), 0.7)], axis=1)
    flight = Flight(time=angle, navigated=navigated, error=np.zeros_like(navigated))
    history = flown(flight, 0.3 * CROWD, bandwidth=300e6, frequencies=100)
    assert error_db(history, centred_grid((200, 200), 0.08)) < -60.0


def test_a_grid_need_not_be_level_nor_face_north(echoes: Echoes) -> None:
    grid = PlaneGrid(
        first=(-16.0, -15.0, 2.0),
        row_axis=(0.6, 0.64, 0.48),
        column_axis=(0.8, -0.48, -0.36),
        row_spacing=0.11,
        column_spacing=0.17,
        shape=(300, 266),
    )
    assert error_db(echoes(places=CROWD), grid) < -60.0


def test_transmitter_and_receiver_may_be_far_apart(echoes: Echoes) -> None:
    history = echoes(places=CROWD)
    apart = replace(history, receive=history.receive + np.array((900.0, -400.0, 50.0)))
    middle = 0.5 * (np.linalg.norm(apart.transmit, axis=1) + np.linalg.norm(apart.receive, axis=1))
    assert error_db(replace(apart, reference_range=middle), centred_grid((164, 164), 0.2)) < -60.0


def test_supplied_corrections_are_applied(echoes: Echoes) -> None:
    history = echoes(places=CROWD)
    rng = np.random.default_rng(2)
    corrected = replace(
        history,
        range_correction=rng.normal(0.0, 0.3, len(history)),
        phase_correction=rng.uniform(-3.0, 3.0, len(history)),
    )
    assert error_db(corrected, centred_grid((164, 164), 0.2)) < -60.0


def test_a_scene_wider_than_the_profile_repeats_as_the_exact_sum_does(echoes: Echoes) -> None:
    history = echoes(places=CROWD, bandwidth=600e6, frequencies=64)
    assert error_db(history, centred_grid((200, 230), 0.5)) < -60.0


def test_a_scene_so_near_that_the_range_bends_within_a_tile(echoes: Echoes) -> None:
    grid = centred_grid((300, 280), 0.1)
    assert error_db(echoes(300.0, places=0.5 * CROWD), grid) < -60.0


@pytest.mark.parametrize("pulses", [1, 2, 5])
def test_few_pulses_are_all_kept(echoes: Echoes, pulses: int) -> None:
    history = first_pulses(echoes(places=CROWD), pulses)
    assert error_db(history, centred_grid((70, 90), 0.2)) < -70.0


def test_tiles_make_up_the_image_and_memory_of_pulses_is_bounded(
    spotlight: PhaseHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = centred_grid((300, 530), 0.1)
    whole = backproject_factorised(spotlight, grid).pixels
    monkeypatch.setattr("sidelook.sar.factorised.PROFILE_BYTES", 1 << 20)
    together = np.full(grid.shape, np.nan, np.complex64)
    for tile in factorised_tiles(spotlight, grid, Factorised()):
        rows, columns = tile.pixels.shape
        assert np.isnan(together[tile.row : tile.row + rows, tile.column : tile.column + columns]).all()
        together[tile.row : tile.row + rows, tile.column : tile.column + columns] = tile.pixels
    assert np.abs(together - whole).max() < 1e-5 * np.abs(whole).max()


@pytest.mark.parametrize(
    "tiles", [partial(factorised_tiles, settings=Factorised()), partial(exact_tiles, settings=Forming())]
)
def test_tiles_that_are_there_are_not_formed_again(
    echoes: Echoes, monkeypatch: pytest.MonkeyPatch, tiles: Callable[..., Iterator[Tile]]
) -> None:
    monkeypatch.setattr("sidelook.sar.backprojection.TILE", 256)
    grid = centred_grid((300, 270), 0.1)
    every = list(tiles(echoes(), grid))
    assert [(tile.row, tile.column) for tile in every] == [(0, 0), (0, 256), (256, 0), (256, 256)]
    (last,) = tiles(echoes(), grid, done={(0, 0), (0, 256), (256, 0)})
    assert (last.row, last.column, last.pixels.shape) == (256, 256, (44, 14))
    assert np.array_equal(last.pixels, every[-1].pixels)
    for one, other in zip(tiles(echoes(), grid, workers=3), every, strict=True):
        assert (one.row, one.column) == (other.row, other.column)
        assert np.array_equal(one.pixels, other.pixels)


def test_exact_tiles_are_the_exact_image(echoes: Echoes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidelook.sar.backprojection.TILE", 64)
    grid = centred_grid((70, 80), 0.1)
    history = echoes(places=0.1 * CROWD)
    whole = backproject(history, grid).pixels
    for tile in exact_tiles(history, grid, Forming()):
        rows, columns = tile.pixels.shape
        part = whole[tile.row : tile.row + rows, tile.column : tile.column + columns]
        assert np.abs(tile.pixels - part).max() < 1e-4 * np.abs(whole).max()


def test_progress_is_told_and_may_stop_the_work(echoes: Echoes) -> None:
    told: list[float] = []
    backproject_factorised(echoes(), centred_grid((600, 20), 0.1), progress=told.append)
    assert len(told) > 1
    assert told[-1] == 1.0

    def stop(share: float) -> None:
        raise InterruptedError(share)

    with pytest.raises(InterruptedError):
        backproject_factorised(echoes(), centred_grid((8, 8), 0.1), progress=stop)


def test_what_makes_no_image_is_refused(echoes: Echoes) -> None:
    history, grid = echoes(), centred_grid((8, 8), 0.5)
    with pytest.raises(NoEchoesError):
        backproject_factorised(first_pulses(history, 0), grid)
    with pytest.raises(NoEchoesError):
        backproject(first_pulses(history, 0), grid)
    samples = history.samples.copy()
    samples[7, 3] = np.nan
    with pytest.raises(NotFiniteEchoesError) as caught:
        next(factorised_tiles(replace(history, samples=samples), grid, Factorised()))
    assert caught.value.pulses == (7,)
    with pytest.raises(SceneTooNearError):
        backproject_factorised(echoes(60.0), grid)
    for asked in (-90.0, 0.0, np.nan):
        with pytest.raises(UsageError, match="exactly"):
            Factorised(error_db=asked)


def test_it_is_told_how_it_was_formed_and_stays_simulated(echoes: Echoes) -> None:
    image = backproject_factorised(echoes(), centred_grid((8, 8), 0.1), Factorised(error_db=-50.0))
    assert image.processing == ("factorised backprojection, error -50 dB",)
    assert image.origin.simulated


def first_pulses(history: PhaseHistory, count: int) -> PhaseHistory:
    names = ("transmit", "receive", "reference_range", "time", "range_correction", "phase_correction")
    columns = {name: getattr(history, name)[:count] for name in names}
    return replace(history, samples=history.samples[:count], **columns)
