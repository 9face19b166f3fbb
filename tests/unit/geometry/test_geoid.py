import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from sidelook.geometry.geoid import COLUMNS, ROWS, STEP, pack, undulation, undulation_on_grid, unpack


def test_packing_keeps_a_grid_to_half_a_step() -> None:
    rng = np.random.default_rng(1)
    grid = rng.normal(0.0, 40.0, (ROWS, COLUMNS))
    assert np.abs(unpack(pack(grid)) - grid).max() <= STEP / 2 + 1e-9


def test_a_grid_of_points_is_what_its_points_are() -> None:
    latitude, longitude = np.radians(np.linspace(-90, 90, 37)), np.radians(np.linspace(-200, 200, 51))
    assert_allclose(
        undulation_on_grid(latitude, longitude), undulation(latitude[:, None], longitude[None, :]), atol=1e-9
    )


def test_each_pole_has_one_undulation() -> None:
    longitude = np.linspace(-np.pi, np.pi, 33)
    assert_allclose(undulation(np.pi / 2, longitude), 13.61, atol=0.03)
    assert_allclose(undulation(-np.pi / 2, longitude), -29.53, atol=0.03)


def test_it_is_continuous_over_poles_greenwich_and_antimeridian() -> None:
    tiny = 1e-9
    for longitude in (0.0, np.pi, 2.0 * np.pi):
        west, east = undulation(0.5, np.array([longitude - tiny, longitude + tiny]))
        assert abs(west - east) < 1e-4
    assert_allclose(undulation(np.pi / 2 - tiny, 1.0), undulation(np.pi / 2 - tiny, 1.0 + np.pi), atol=1e-4)


def test_turns_do_not_matter_and_just_west_of_greenwich_is_on_the_grid() -> None:
    assert_allclose(undulation(0.7, 1.0 + 2.0 * np.pi * np.arange(-3, 4)), undulation(0.7, 1.0), atol=1e-9)
    assert np.isfinite(undulation(0.7, -1e-300))


def test_what_is_no_place_has_no_undulation() -> None:
    assert_array_equal(
        np.isnan(undulation([np.nan, 0.0, 1.6, 0.0], [0.0, np.nan, 0.0, 0.0])), [True, True, True, False]
    )
