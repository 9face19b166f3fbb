"""Images onto terrain against the exact sum at the pixels' own places."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, centred_grid
from sidelook.sar.backprojection import Forming, NoEchoesError, backproject
from sidelook.sar.reference import exact_sum
from sidelook.sar.terrain import backproject_terrain
from sidelook.sar.windows import taylor

Echoes = Callable[..., PhaseHistory]
LINES = Forming(oversampling=16.0, interpolation="linear", frequency_window=taylor)
GRID = centred_grid((90, 77), 0.2)


def hills(grid: PlaneGrid) -> Floats:
    rows, columns = np.indices(grid.shape)
    return np.asarray(6.0 * np.sin(rows / 17.0) * np.cos(columns / 23.0) + 0.05 * columns, np.float64)


def places_on(grid: PlaneGrid, heights: Floats) -> Floats:
    return grid.positions(*np.indices(grid.shape)) + heights[..., None] * np.array((0.0, 0.0, 1.0))


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
@pytest.mark.parametrize(("settings", "bound"), [(Forming(), -90.0), (LINES, -60.0)])
def test_it_is_the_exact_sum_at_the_heights(echoes: Echoes, stand_off: float, settings: Forming, bound: float) -> None:
    places = places_on(GRID, hills(GRID))
    history = echoes(stand_off, places[3::20, 5::17].reshape(-1, 3))
    formed = backproject_terrain(history, GRID, hills(GRID), settings).pixels[::5, ::3].ravel()
    weights = (settings.pulse_window(len(history)), settings.frequency_window(history.samples.shape[1]))
    exact = exact_sum(history, weights, places[::5, ::3].reshape(-1, 3))
    assert 10.0 * np.log10((np.abs(formed - exact) ** 2).sum() / (np.abs(exact) ** 2).sum()) < bound


def test_on_no_heights_it_is_the_image_on_the_plane(echoes: Echoes) -> None:
    history = echoes(places=((1.0, 2.0, 0.0), (-3.0, 4.0, 0.0)))
    settings = Forming(frequency_window=taylor, pulse_window=taylor)
    flat = backproject(history, GRID, settings).pixels
    formed = backproject_terrain(history, GRID, np.zeros(GRID.shape), settings).pixels
    assert np.abs(formed - flat).max() < 1e-4 * np.abs(flat).max()


def test_transmitter_and_receiver_may_be_far_apart(echoes: Echoes) -> None:
    places = places_on(GRID, hills(GRID))
    history = echoes(places=places[3::20, 5::17].reshape(-1, 3))
    apart = replace(history, receive=history.receive + np.array((900.0, -400.0, 50.0)))
    middle = 0.5 * (np.linalg.norm(apart.transmit, axis=1) + np.linalg.norm(apart.receive, axis=1))
    apart = replace(apart, reference_range=middle)
    formed = backproject_terrain(apart, GRID, hills(GRID)).pixels[::9, ::8].ravel()
    weights = (np.ones(len(apart)), np.ones(apart.samples.shape[1]))
    exact = exact_sum(apart, weights, places[::9, ::8].reshape(-1, 3))
    assert 10.0 * np.log10((np.abs(formed - exact) ** 2).sum() / (np.abs(exact) ** 2).sum()) < -90.0


def test_what_stands_high_lies_at_its_place_and_not_nearer(echoes: Echoes) -> None:
    """On the plane a point 5 m high, seen at 20 degrees from the east, is laid 5 tan 20 = 1.8 m towards the radar."""
    history = echoes(places=((2.0, -3.0, 5.0),))
    rows, columns = np.indices(GRID.shape)
    for image, east in (
        (backproject_terrain(history, GRID, np.full(GRID.shape, 5.0)), 2.0),
        (backproject(history, GRID), 2.0 + 5.0 * np.tan(np.radians(20.0))),
    ):
        at = np.unravel_index(int(np.abs(image.pixels).argmax()), GRID.shape)
        assert GRID.positions(rows[at], columns[at])[:2] == pytest.approx((east, -3.0), abs=0.2)


def test_where_no_height_is_known_there_is_no_echo(echoes: Echoes) -> None:
    heights = hills(GRID)
    heights[10:20, 30:] = np.nan
    pixels = backproject_terrain(echoes(), GRID, heights).pixels
    assert (pixels[10:20, 30:] == 0).all()
    assert (pixels[:10] != 0).all()
    whole = backproject_terrain(echoes(), GRID, hills(GRID)).pixels
    assert np.abs(pixels[20:] - whole[20:]).max() < 1e-4 * np.abs(whole).max()


def test_what_makes_no_image_is_refused(echoes: Echoes) -> None:
    with pytest.raises(ValueError, match="heights"):
        backproject_terrain(echoes(), GRID, np.zeros((3, 4)))
    history = echoes()
    with pytest.raises(NoEchoesError):
        backproject_terrain(replace(history, samples=history.samples[:, :0]), GRID, np.zeros(GRID.shape))
