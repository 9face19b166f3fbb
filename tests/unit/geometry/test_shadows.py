import numpy as np
import pytest

from sidelook.geometry.shadows import QUADRANTS, Viewpoint, _tangent_plane, fan, unjudged, view_from
from sidelook.geometry.sightlines import SightRules
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.visibility import Sight, shadow_mask

GRID = HeightGrid(
    south=0.7, west=0.1, latitude_step=2e-5, longitude_step=3e-5, heights=np.zeros((300, 200), np.float32)
)


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [(0.703, 0.08, {0}), (0.69, 0.103, {1}), (0.703, 0.13, {2}), (0.715, 0.103, {3}), (0.703, 0.103, {0, 1, 2, 3})],
    ids=["west", "south", "east", "north", "above"],
)
def test_fans_hold_every_cell_of_their_quadrant(latitude: float, longitude: float, expected: set[int]) -> None:
    sensor = Viewpoint(latitude=latitude, longitude=longitude, height=9e3)
    view = view_from(sensor, 0.0, SightRules())
    east, north, up = _tangent_plane(GRID.latitude[:, None], GRID.longitude[None, :], sensor)
    found = set()
    for quadrant, turn in enumerate(QUADRANTS):
        rays = fan(GRID, sensor, quadrant, view)
        main, cross = turn[0] * east + turn[1] * north, turn[0] * north - turn[1] * east
        mine = (main > 1e-9) & (np.abs(cross) < main)
        if rays is None:
            assert not mine.any()
            continue
        found.add(quadrant)
        across = (cross[mine] / main[mine] - rays.marks[0]) / rays.marks[1]
        along = (main[mine] / up[mine] - rays.marks[2]) / rays.marks[3]
        assert across.min() > -1e-3
        assert across.max() < len(rays.ray) - 1 + 1e-3
        assert along.max() <= rays.samples - 1
        # A ray's foot must be where its tangent and distance say, at its end too.
        row = rays.foot[:, 0].sum(axis=-1)
        assert np.abs(np.diff(row, 2)).max() < 1.0
    assert found >= expected


def test_where_nothing_is_known_nothing_is_judged() -> None:
    heights = np.full((5, 5), np.nan, np.float32)
    grid = HeightGrid(south=0.7, west=0.1, latitude_step=1e-5, longitude_step=1e-5, heights=heights)
    assert np.all(unjudged(grid) == Sight.UNKNOWN)
    assert np.all(shadow_mask(grid, Viewpoint(latitude=0.69, longitude=0.1, height=5e3)) == Sight.UNKNOWN)


@pytest.mark.parametrize("longitude", [0.09, 0.103, 0.103 + 1e-5])
def test_level_ground_is_seen_all_over_and_from_right_above(longitude: float) -> None:
    sensor = Viewpoint(latitude=0.703, longitude=longitude, height=9e3)
    assert np.all(shadow_mask(GRID, sensor, 0.0, SightRules(ceiling=-np.inf)) == Sight.VISIBLE)


def test_what_lies_around_the_grid_does_not_matter_to_a_sensor_above_it() -> None:
    """But at the very edge, where a ray may run a step outside."""
    mask = shadow_mask(GRID, Viewpoint(latitude=0.703, longitude=0.103, height=8e3))
    assert np.all(mask[2:-2, 2:-2] == Sight.VISIBLE)


def test_what_lies_between_a_sensor_and_the_grid_does() -> None:
    """From 100 km away rays to the near edge pass below 9 km; with the sea alone before it, they pass over it."""
    sensor = Viewpoint(latitude=0.703, longitude=0.08, height=9.5e3)
    assert np.all(shadow_mask(GRID, sensor) == Sight.UNKNOWN)
    assert np.all(shadow_mask(GRID, sensor, 0.0, SightRules(ceiling=0.0)) == Sight.VISIBLE)
