"""How well a place on a smear fits movers: sharp and vague ones, long and short smears, and those shown nowhere."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from sidelook.geometry.terrain import Terrain
from sidelook.model.columns import Floats
from sidelook.model.movers import MOMENTS, ShownMovers
from sidelook.sar.looking import heard, look_of, plane_of, where_heard
from sidelook.sar.movers import Moving, Scene, fit, show_movers

from .looks import FRAME, SPEED, ground, image_from


def shown(trails: Floats, spreads: Floats) -> ShownMovers:
    """Show movers with trails (N, 2, 2), m, from begin to end, and covariances (N, 3)."""
    share = np.linspace(0.0, 1.0, MOMENTS)[None, :, None]
    trail = trails[:, :1] * (1.0 - share) + trails[:, 1:] * share
    return ShownMovers.empty(
        len(trails),
        trail_east=trail[..., 0].copy(),
        trail_north=trail[..., 1].copy(),
        covariance=np.asarray(spreads, np.float64),
    )


def test_a_point_fits_as_a_normal_law_says() -> None:
    movers = shown(np.array([[[3.0, 4.0], [3.0, 4.0]]]), np.array([[9.0, 2.0, 4.0]]))
    misfit, density = fit(movers, 5.0, 1.0, 2.0)
    spread = np.array([[13.0, 2.0], [2.0, 8.0]])
    off = np.array([2.0, -3.0])
    assert misfit[0] == pytest.approx(np.sqrt(off @ np.linalg.inv(spread) @ off))
    assert density[0] == pytest.approx(multivariate_normal([3.0, 4.0], spread).pdf([5.0, 1.0]))


def test_anywhere_on_a_smear_is_near_it_and_a_vague_mover_is_no_better_for_it() -> None:
    trails = np.array([[[0.0, -50.0], [0.0, 50.0]], [[0.0, -50.0], [0.0, 50.0]], [[8.0, 0.0], [8.0, 0.0]]])
    movers = shown(trails, np.array([[25.0, 0.0, 25.0], [9e4, 0.0, 9e4], [25.0, 0.0, 25.0]]))
    misfit, density = fit(movers, 0.0, 40.0, 1.0)
    assert misfit[:2] == pytest.approx([0.0, 0.0], abs=0.15)
    assert misfit[2] > 7.0
    assert density[0] > 50.0 * density[1] > density[2]


def test_who_is_shown_nowhere_fits_nowhere() -> None:
    movers = shown(np.array([[[np.nan, 0.0], [np.nan, 0.0]]]), np.array([[np.nan, np.nan, np.nan]]))
    misfit, density = fit(movers, 0.0, 0.0, 5.0)
    assert np.isnan(misfit[0])
    assert np.isnan(density[0])


def test_a_vehicle_that_climbs_with_its_road_is_shown_elsewhere() -> None:
    """Up a slope of 10 % along the flight, abeam: only the climb has a radial speed, v / 10 times sine of grazing."""
    image = image_from(10e3, 40.0)
    terrain = ground(lambda east, north: 300.0 + 0.1 * north + 0.0 * east, step=5.0)
    moving = Moving(track=np.array([1]), state=np.array([[0.0, 0.0, 0.0, 15.0]]), covariance=np.zeros((1, 4, 4)))
    assert image.aperture is not None
    scene = Scene(
        grid=image.grid, aperture=image.aperture, ground=Terrain(frame=FRAME, grid=terrain), heights=(-31.0, 31.0)
    )
    made = show_movers(moving, scene)
    climbing = 1.5 * np.sin(np.radians(40.0))
    assert made.radial_speed[0] == pytest.approx(-climbing, rel=0.01)
    assert made.shift[0] == pytest.approx(10e3 / SPEED * climbing, rel=0.01)
    look, place = look_of(image), np.array([made.east[0], made.north[0], made.up[0]])
    assert place[2] == pytest.approx(0.1 * place[1], abs=0.05), "on the slope"
    flat = where_heard(look, *heard(look, place), plane_of(image.grid, look))
    assert abs(flat[1] - place[1]) < 1.0
