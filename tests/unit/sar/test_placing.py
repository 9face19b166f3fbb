"""Places of pixels: all that share a range and Doppler, and errors as thousands of perturbed geometries have them."""

import numpy as np
import pytest

from sidelook.geometry.ground import Plane
from sidelook.geometry.terrain import Terrain
from sidelook.model.columns import Floats
from sidelook.sar.looking import Look, heard, level_at, look_of, plane_of, where_heard
from sidelook.sar.placing import PlaceErrors, highest_heard, pixel_spread, place_covariance, places_heard

from .looks import FRAME, ground, image_from

LOOK = Look(place=np.array([-9_000.0, 1_200.0, 6_000.0]), velocity=np.array([12.0, 110.0, 3.0]))
SLOPE = np.array([0.15, -0.1])  # of the ground, m a metre to the east and to the north


class Slope:
    """Ground that rises evenly."""

    def height(self, east: object, north: object) -> Floats:
        """Give up coordinates."""
        return np.asarray(SLOPE[0] * np.asarray(east) + SLOPE[1] * np.asarray(north), np.float64)


def drawn(look: Look, errors: PlaceErrors, place: Floats, count: int) -> Floats:
    """Place a pixel with perturbed antennas, ranges and heights, (count, 3): Newton's method on the three equations."""
    rng = np.random.default_rng(4)
    off = rng.multivariate_normal(np.zeros(6), errors.antenna, count)
    slant = np.linalg.norm(place - look.place) + errors.slant_range * rng.normal(size=count)
    rate = -(place - look.place) @ look.velocity / np.linalg.norm(place - look.place)
    raised = errors.height * rng.normal(size=count)
    antenna, velocity = look.place + off[:, :3], look.velocity + off[:, 3:]
    found = np.tile(place, (count, 1))
    for _ in range(6):
        away = found - antenna
        far = np.linalg.norm(away, axis=1)
        toward = away / far[:, None]
        told = np.stack(
            [
                far - slant,
                -(toward * velocity).sum(axis=1) - rate,
                found[:, 2] - found[:, 0] * SLOPE[0] - found[:, 1] * SLOPE[1] - raised,
            ],
            axis=-1,
        )
        slopes = np.stack(
            [
                toward,
                -(velocity - (velocity * toward).sum(axis=1)[:, None] * toward) / far[:, None],
                np.tile((-SLOPE[0], -SLOPE[1], 1.0), (count, 1)),
            ],
            axis=1,
        )
        found = found - np.linalg.solve(slopes, told[..., None])[..., 0]
    return found


def test_errors_are_what_perturbed_geometry_shows() -> None:
    rng = np.random.default_rng(3)
    root = rng.normal(size=(6, 6)) * np.array([2.0, 2.0, 3.0, 0.02, 0.02, 0.02])[:, None]
    errors = PlaceErrors(antenna=root @ root.T, slant_range=1.5, height=4.0, pixel=np.zeros((3, 3)))
    place = np.array([300.0, -200.0, SLOPE @ (300.0, -200.0)])
    told = place_covariance(LOOK, place, Slope(), errors)
    seen = np.cov(drawn(LOOK, errors, place, 40_000).T)
    assert np.abs(told - seen).max() < 0.03 * np.abs(seen).max()
    assert np.diag(told) == pytest.approx(np.diag(seen), rel=0.1)
    for (i, j), value in np.ndenumerate(told):
        assert value == pytest.approx(seen[i, j], rel=0.1, abs=0.01 * seen.max())


def test_each_error_shows_where_it_must() -> None:
    """Abeam over level ground: range moves it across by 1 / cos, height towards the radar by tan of the grazing."""
    look = Look(place=np.array([-8_000.0, 0.0, 6_000.0]), velocity=np.array([0.0, 100.0, 0.0]))
    nothing, place = np.zeros((6, 6)), np.zeros(3)
    by_range = place_covariance(
        look, place, None, PlaceErrors(antenna=nothing, slant_range=2.0, height=0.0, pixel=np.zeros((3, 3)))
    )
    assert np.sqrt(np.diag(by_range)) == pytest.approx([2.0 / 0.8, 0.0, 0.0], abs=1e-9)
    by_height = place_covariance(
        look, place, None, PlaceErrors(antenna=nothing, slant_range=0.0, height=4.0, pixel=np.zeros((3, 3)))
    )
    assert np.sqrt(np.diag(by_height)) == pytest.approx([4.0 * 0.75, 0.0, 4.0], abs=1e-9)
    drift = np.zeros((6, 6))
    drift[3, 3] = 0.1**2  # m/s, across: the range rate is off by 0.1 cos, and the place by range over speed times that
    by_drift = place_covariance(
        look, place, None, PlaceErrors(antenna=drift, slant_range=0.0, height=0.0, pixel=np.zeros((3, 3)))
    )
    assert np.sqrt(np.diag(by_drift)) == pytest.approx([0.0, 10_000.0 / 100.0 * 0.1 * 0.8, 0.0], abs=1e-9)
    named = pixel_spread(look, place, None, np.diag([0.5**2, 0.3**2]))
    assert np.sqrt(np.diag(named)) == pytest.approx([0.5 / 0.8, 0.3, 0.0], abs=1e-9)


def test_a_pixel_of_layover_is_at_all_its_places() -> None:
    """A ridge 40 m high with steep flanks, seen at 45 degrees: foreslope, back, and the flat before it."""

    def ridge(east: Floats, north: Floats) -> Floats:
        return np.asarray(300.0 + np.maximum(0.0, 40.0 - 2.0 * np.abs(east)) + 0.0 * north)

    image = image_from(300e3, 45.0, heading=0.0, side=-1)
    look, land = look_of(image), Terrain(frame=FRAME, grid=ground(ridge, step=0.5))
    side = plane_of(image.grid, look).side
    imaged = where_heard(look, *heard(look, np.array([[30.0, 0.0, 0.0], [60.0, 0.0, 0.0]])), level_at(0.0, side))
    slant, ahead = heard(look, imaged)
    several, one = places_heard(look, (slant, ahead), land, (-1.0, 41.0), side)
    # At 30 m it is flat; 40 - e = 30 on the foreslope; 40 + 3 e = 30 behind the top, in shadow of it.
    assert several[:, 0] == pytest.approx([-10 / 3, 10.0, 30.0], abs=0.3)
    assert several[:, 2] == pytest.approx([33.3, 20.0, 0.0], abs=0.5)
    assert one[:, 0] == pytest.approx([60.0], abs=0.1)
    for places, k in ((several, 0), (one, 1)):
        again = heard(look, places)
        assert np.abs(again[0] - slant[k]).max() < 1e-6
        assert np.abs(again[1] - ahead[k]).max() < 1e-6
    highest = highest_heard(look, (slant, ahead), land, (-1.0, 41.0), side)
    assert highest[:, 2] == pytest.approx([several[0, 2], one[0, 2]])


def test_what_meets_no_ground_is_nowhere() -> None:
    look = look_of(image_from(10e3, 45.0))
    nowhere = places_heard(look, (np.array([5_000.0]), np.array([0.0])), Plane(), (0.0, 0.0), 1.0)
    assert nowhere[0].shape == (0, 3)
    assert np.isnan(highest_heard(look, (np.array([5_000.0]), np.array([0.0])), Plane(), (0.0, 0.0), 1.0)).all()
