"""Counts by cell and hour; few vehicles are told of blocks only."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.cells import MERGED, CellCounts
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.monitoring.cells import FEWEST, count_hour, join_cells, map_about
from sidelook.sensing.equal_area import EqualAreaGrid

GRID = EqualAreaGrid(latitude=0.66, longitude=-0.75, cell=2_000.0, rows=16, columns=16)
MakeTracks, MakeDwells = Callable[..., TrackTable], Callable[..., Dwells]


def standing(places: list[tuple[float, float]]) -> list[np.ndarray]:
    """Be seen twice at each of some places."""
    return [np.array([place, place]) for place in places]


def count(tracks: TrackTable, dwells: Dwells, begin: int) -> CellCounts:
    """Count the hour."""
    return count_hour(GRID, begin, dwells, tracks)


def test_cells_say_how_long_they_were_looked_at(tracks: MakeTracks, dwells: MakeDwells, begin: int) -> None:
    looks = dwells(np.array([0.0, 10.0, 90.0, 3_700.0]))  # the last is of the next hour
    found = count(tracks(standing([(500.0, 500.0)])), looks, begin)
    assert set(found.looks.tolist()) == {3}
    assert set(found.minutes.tolist()) == {2}
    assert set(found.visible_minutes.tolist()) == {-1}
    assert found.minimum_detectable_speed == pytest.approx(np.ones(len(found)))
    assert len(found) > 100


def test_what_hides_takes_its_minutes(tracks: MakeTracks, dwells: MakeDwells, begin: int) -> None:
    looks = dwells(np.array([0.0, 10.0, 90.0]))
    hidden = count_hour(GRID, begin, looks, tracks(standing([(0.0, 0.0)])), lambda lat, lon, _: lon > -0.75 + 0 * lat)
    assert {(bool(lon > -0.75), int(n)) for lon, n in zip(hidden.longitude, hidden.visible_minutes, strict=True)} == {
        (True, 2),
        (False, 0),
    }


def test_five_in_a_cell_are_told_and_fewer_only_of_a_block(tracks: MakeTracks, dwells: MakeDwells, begin: int) -> None:
    many = [(500.0, 500.0)] * 6
    few = [(2_500.0, 500.0)] * 3 + [(2_500.0, 2_500.0)] * 2  # within one block of four, and none alone has five
    found = count(tracks(standing(many + few)), dwells(np.array([0.0])), begin)
    own = found.take((found.level == 0) & (found.vehicles != MERGED))
    assert own.vehicles.tolist() == [6]
    assert GRID.cells_at(own.latitude, own.longitude).tolist() == own.cell.tolist()
    blocks = found.take(found.level > 0)
    assert blocks.vehicles.sum() == 5
    assert ((found.vehicles == MERGED) | (found.vehicles >= FEWEST)).all()


def test_a_vehicle_counts_once_in_a_block_however_many_cells_it_was_in(
    tracks: MakeTracks, dwells: MakeDwells, begin: int
) -> None:
    ways = [np.array([(500.0, 500.0), (2_500.0, 500.0), (2_500.0, 2_500.0)])] * 4
    found = count(tracks(ways), dwells(np.array([0.0])), begin)
    assert (found.vehicles == MERGED).all()  # four in all are told of nowhere
    assert (found.level == 0).all()


def test_no_row_tells_of_fewer_than_five_whatever_the_traffic(
    tracks: MakeTracks, dwells: MakeDwells, begin: int
) -> None:
    rng = np.random.default_rng(6)
    for size in (1, 4, 5, 30, 300):
        places = [tuple(place) for place in rng.normal(0.0, 6_000.0, (size, 2))]
        found = count(tracks(standing(places)), dwells(np.array([0.0])), begin)
        told = found.vehicles[found.vehicles != MERGED]
        assert (told >= FEWEST).all()
        assert told.sum() <= size
        assert (size < FEWEST) == (len(told) == 0) or size == FEWEST
        assert (found.plots[found.vehicles == MERGED] == 0).all()


def test_hours_are_joined_under_one_origin(tracks: MakeTracks, dwells: MakeDwells, begin: int) -> None:
    one = count(tracks(standing([(0.0, 0.0)])), dwells(np.array([0.0])), begin)
    both = join_cells([one, one])
    assert len(both) == 2 * len(one)
    assert len(both.origins) == 1
    assert both.origins[0].simulated
    assert len(join_cells([])) == 0


def test_the_map_is_about_what_is_looked_at(dwells: MakeDwells) -> None:
    grid = map_about(dwells(np.array([0.0])), 5_000.0)
    assert np.degrees(grid.latitude) == pytest.approx(round(np.degrees(0.66)))
    assert grid.cells_at(0.66, -0.75) >= 0
