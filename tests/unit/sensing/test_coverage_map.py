import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.model.columns import Flags, Floats
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.sensing.coverage import covers
from sidelook.sensing.coverage_map import CoverageMap, add_looks, grid_around
from sidelook.sensing.equal_area import EqualAreaGrid
from sidelook.sensing.location import Place, locate_ground


def fan(
    count: int = 40, latitude: float = 0.66, longitude: float = -0.75, half: float = 0.01, step: float = 0.02
) -> Dwells:
    """Beams side by side from 50 to 250 km, seen from places some hundred metres apart."""
    bearing = 0.5 + step * np.arange(count)
    at = np.full(count, latitude), longitude + 1e-4 * np.arange(count)
    area = locate_ground(*at, bearing, np.full(count, 150e3))
    return Dwells.empty(
        count,
        time=1_000 + np.arange(count, dtype=np.int64),
        sensor_latitude=at[0],
        sensor_longitude=at[1],
        sensor_height=np.full(count, 12e3),
        area_latitude=area[0],
        area_longitude=area[1],
        range_half_extent=np.full(count, 100e3),
        angle_half_extent=np.full(count, half),
        plots=Plots.empty(),
        origins=(),
    )


@pytest.mark.parametrize(("latitude", "longitude"), [(0.66, -0.75), (-1.1, np.pi), (0.0, 0.3)])
@pytest.mark.parametrize("half", [0.01, 0.001])
def test_it_counts_what_covers_tells(latitude: float, longitude: float, half: float) -> None:
    """Every cell against every dwell, one by one; beams thinner than a cell too."""
    dwells = fan(12, latitude, longitude, half)
    grid = grid_around(dwells, 2_000.0)
    found = add_looks(CoverageMap.blank(grid), dwells)
    looked = covers(dwells, *grid.places(np.arange(len(grid))))
    assert np.array_equal(found.looks, looked.sum(axis=0))
    assert looked.any(axis=1).all()
    last = np.where(looked.any(axis=0), np.max(np.where(looked, dwells.time[:, None], 0), axis=0), 0)
    assert np.array_equal(found.last, last)


def test_the_area_is_that_of_the_sectors() -> None:
    """40 touching beams of 0.02 rad over an annulus, seen from nearly one place: (r2^2 - r1^2) / 2 x 0.8."""
    dwells = fan()
    found = add_looks(CoverageMap.blank(grid_around(dwells)), dwells)
    assert found.scanned_km2 == pytest.approx(0.5 * (250.0**2 - 50.0**2) * 0.8, rel=5e-3)
    assert found.visible_km2 == found.scanned_km2
    assert found.image(found.looks).shape == (found.grid.rows, found.grid.columns)


def test_the_grid_holds_all_footprints() -> None:
    for latitude in (0.0, 0.66, -1.2):
        dwells = fan(150, latitude, np.pi - 0.01)
        found = add_looks(CoverageMap.blank(grid_around(dwells, 5_000.0)), dwells)
        looks = found.image(found.looks)
        assert looks[0].sum() + looks[-1].sum() + looks[:, 0].sum() + looks[:, -1].sum() == 0
        assert (looks > 0).mean() > 0.2


def test_looks_add_up_and_the_old_map_stays() -> None:
    dwells = fan(20)
    blank = CoverageMap.blank(grid_around(dwells, 2_000.0))
    first = add_looks(blank, dwells.take(slice(0, 10)))
    both = add_looks(first, dwells.take(slice(10, 20)))
    whole = add_looks(blank, dwells)
    for name in ("last", "looks", "last_visible"):
        assert np.array_equal(getattr(both, name), getattr(whole, name))
    assert blank.looks.sum() == 0
    assert first.scanned_km2 < both.scanned_km2


def test_looks_come_in_any_number_with_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    dwells = fan(20)
    blank = CoverageMap.blank(grid_around(dwells, 2_000.0))
    whole = add_looks(blank, dwells)
    monkeypatch.setattr("sidelook.sensing.coverage_map._AT_ONCE", 1_000)
    pieces = add_looks(blank, dwells)
    assert np.array_equal(pieces.looks, whole.looks)
    assert np.array_equal(pieces.last, whole.last)


def test_what_is_hidden_was_looked_at_but_not_seen() -> None:
    dwells = fan(20)
    asked: list[Place] = []

    def south(latitude: Floats, longitude: Floats, sensor: Place) -> Flags:
        asked.append(sensor)
        assert latitude.shape == longitude.shape
        return latitude < 0.675

    blank = CoverageMap.blank(grid_around(dwells, 2_000.0))
    found = add_looks(blank, dwells, south)
    latitude, _ = found.grid.places(np.arange(len(found.grid)))
    assert np.array_equal(found.visible, (found.looks > 0) & (latitude < 0.675))
    assert 0.0 < found.visible_km2 < found.scanned_km2
    assert_allclose([place[1] for place in asked], dwells.sensor_longitude)
    # Seen once is seen, though a later look was in vain.
    again = add_looks(found, dwells, lambda latitude, _longitude, _sensor: latitude < 0.0)
    assert np.array_equal(again.visible, found.visible)


def test_no_dwells_change_nothing_and_make_no_grid() -> None:
    none = concatenate_dwells([])
    grid = EqualAreaGrid(latitude=0.66, longitude=-0.75, cell=1_000.0, rows=10, columns=10)
    assert add_looks(CoverageMap.blank(grid), none).scanned_km2 == 0.0
    assert add_looks(CoverageMap.blank(grid), fan(5, latitude=-0.66)).scanned_km2 == 0.0
    with pytest.raises(UsageError, match="in view"):
        grid_around(none)
