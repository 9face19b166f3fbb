"""Circles of one range and Doppler, cut with planes and back; and who moves."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.image import Aperture, PlaneGrid
from sidelook.sar.looking import (
    Look,
    NoApertureError,
    heard,
    level_at,
    look_in,
    look_of,
    pixels_of,
    plane_of,
    where_heard,
)

from .looks import SPEED, image_from, path

HOW = ({}, {"side": -1, "heading": 130.0, "squint": 25.0}, {"climb": 8.0, "squint": -30.0})


@pytest.mark.parametrize("how", HOW)
def test_places_on_a_plane_are_found_again(how: dict[str, float]) -> None:
    image = image_from(9e3, 35.0, up=12.0, **how)
    look, surface = look_of(image), plane_of(image.grid, look_of(image))
    rows, columns = np.meshgrid([0.0, 17.25, 299.0], [3.0, 150.5], indexing="ij")
    places = image.grid.positions(rows, columns)
    again = where_heard(look, *heard(look, places), surface)
    assert np.abs(again - places).max() < 1e-6
    found = pixels_of(image.grid, again)
    assert np.abs(found[0] - rows).max() < 1e-6
    assert np.abs(found[1] - columns).max() < 1e-6


def test_planes_may_lean_and_rows_go_any_way() -> None:
    image = image_from(9e3, 35.0, side=-1)
    leaning = PlaneGrid(
        first=(20.0, 5.0, 3.0),
        row_axis=(np.cos(0.2), 0.0, np.sin(0.2)),
        column_axis=(0.0, -1.0, 0.0),
        row_spacing=0.7,
        column_spacing=0.9,
        shape=(40, 50),
    )
    look = look_of(image)
    places = leaning.positions(np.array([3.0, 30.0]), np.array([20.0, 44.0]))
    assert np.abs(where_heard(look, *heard(look, places), plane_of(leaning, look)) - places).max() < 1e-6


@pytest.mark.parametrize("how", HOW)
def test_what_is_raised_keeps_range_and_doppler(how: dict[str, float]) -> None:
    image = image_from(9e3, 35.0, **how)
    look, side = look_of(image), plane_of(image.grid, look_of(image)).side
    raised = np.array([[20.0, -30.0, 25.0], [-14.0, 8.0, -60.0]])
    shown = where_heard(look, *heard(look, raised), plane_of(image.grid, look))
    assert np.abs(shown[:, 2]).max() < 1e-9
    for place, flat in zip(raised, shown, strict=True):
        away = [np.linalg.norm(where - look.place) for where in (place, flat)]
        assert away[0] == pytest.approx(away[1], abs=1e-6)
        rates = [(where - look.place) @ look.velocity / np.linalg.norm(where - look.place) for where in (place, flat)]
        assert rates[0] == pytest.approx(rates[1], abs=1e-9)
    levels = level_at(raised[:, 2], side)
    assert np.abs(where_heard(look, *heard(look, shown), levels) - raised).max() < 1e-6


def test_what_comes_nearer_seems_ahead() -> None:
    look = Look(place=np.array([-8e3, 0.0, 6e3]), velocity=np.array([0.0, 100.0, 0.0]))
    slant, ahead = heard(look, np.zeros((1, 3)), np.array([[-5.0, 0.0, 0.0]]))
    assert slant[0] == pytest.approx(10e3)
    assert ahead[0] == pytest.approx(10e3 / 100.0 * 5.0 * 0.8)


def test_out_of_reach_is_nowhere() -> None:
    look = Look(place=np.array([0.0, 0.0, 1e3]), velocity=np.array([0.0, 100.0, 0.0]))
    assert np.isnan(where_heard(look, np.array([900.0]), np.array([0.0]), level_at(0.0, 1.0))).any()


def test_the_antenna_of_a_curved_path_is_found_at_any_share() -> None:
    time = np.linspace(3.0, 13.0, 200)
    turn = 0.02 * (time - 8.0)
    places = np.column_stack([5e3 * np.cos(turn), 5e3 * np.sin(turn), np.full(200, 2e3)])
    aperture = Aperture(time=time, places=places, band=(9e9, 10e9))
    for share in (0.0, 0.5, 0.8):
        look = look_in(aperture, share)
        angle = 0.02 * (10.0 * share - 5.0)
        assert look.place == pytest.approx([5e3 * np.cos(angle), 5e3 * np.sin(angle), 2e3], abs=1e-3)
        assert look.velocity == pytest.approx([-SPEED * np.sin(angle), SPEED * np.cos(angle), 0.0], abs=1e-2)


def test_what_is_no_path_is_refused() -> None:
    time, places = path(9e3, 35.0)
    image = image_from(9e3, 35.0)
    for aperture, words in (
        (None, "give the SICD"),
        (Aperture(time=time[:1], places=places[:1], band=(1.0, 2.0)), "two moments"),
        (Aperture(time=time, places=places * np.nan, band=(1.0, 2.0)), "two moments"),
        (Aperture(time=time, places=places * (0, 0, 1) + time[:, None] * (0, 0, 50), band=(1.0, 2.0)), "straight up"),
    ):
        with pytest.raises(NoApertureError, match=words):
            look_of(replace(image, aperture=aperture))
