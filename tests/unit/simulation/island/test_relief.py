import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.simulation.island.making import Island, IslandSettings
from sidelook.simulation.island.relief import ReliefSettings, make_relief


@pytest.mark.parametrize("seed", range(4))
def test_an_island_fills_its_extent_and_lies_in_the_sea(seed: int, tiny: IslandSettings) -> None:
    relief = make_relief(np.random.default_rng(seed), tiny.relief)
    land = relief.height > 0.0
    assert not land[[0, -1]].any()
    assert not land[:, [0, -1]].any()
    rows, columns = np.flatnonzero(land.any(axis=1)), np.flatnonzero(land.any(axis=0))
    assert np.ptp(rows) * relief.spacing > 0.9 * 2.0 * tiny.relief.half_depth
    assert np.ptp(columns) * relief.spacing > 0.9 * 2.0 * tiny.relief.half_width
    assert relief.height.max() == pytest.approx(tiny.relief.summit, rel=0.02)
    assert (relief.height[relief.lake] > 0.0).all()


def test_the_same_seed_gives_the_same_bytes(tiny: IslandSettings) -> None:
    first, again = (make_relief(np.random.default_rng(7), tiny.relief) for _ in range(2))
    for name in ("height", "lake", "receiver", "drained"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()


def test_all_water_runs_to_the_sea_and_is_all_there(island: Island) -> None:
    relief = island.relief
    land = relief.height.ravel() > 0.0
    at = np.arange(land.size)
    for _ in range(14):  # each round doubles the way followed
        at = relief.receiver[at] if _ == 0 else at[at]
    assert not land[at].any()
    into = ~land[relief.receiver] & land
    mouths = np.unique(relief.receiver[into])
    area = relief.spacing**2 / 1e6
    assert relief.drained.ravel()[into].sum() == pytest.approx(land.sum() * area, rel=1e-5)
    assert len(mouths) > 10


def test_there_are_mountains_and_a_plain(island: Island) -> None:
    height = island.relief.height[island.relief.height > 0.0]
    assert np.quantile(height, 0.25) < 150.0
    assert np.quantile(height, 0.95) > 500.0


def test_places_are_found_on_the_grid_again(island: Island) -> None:
    relief = island.relief
    rows, columns = np.indices(relief.height.shape)
    places = relief.place(rows, columns)
    found = relief.cell(places)
    assert (found[0] == rows).all()
    assert (found[1] == columns).all()
    assert (relief.is_dry(places) == relief.dry).all()
    np.testing.assert_allclose(relief.height_at(*np.moveaxis(places, -1, 0)), np.maximum(relief.height, 0.0), atol=1e-3)


def test_heights_between_points_are_linear_and_the_sea_is_level(island: Island) -> None:
    relief = island.relief
    row, column = np.argwhere(relief.dry)[1000]
    corner = relief.height[row : row + 2, column : column + 2].astype(float)
    place = relief.place(np.array(row + 0.5), np.array(column + 0.5))
    assert relief.height_at(*place) == pytest.approx(np.maximum(corner, 0.0).mean(), abs=1e-3)
    assert relief.height_at([1e6, 0.0], [0.0, -1e6]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "wrong",
    [{"spacing": 0.0}, {"spacing": float("nan")}, {"summit": -1.0}, {"half_depth": 5_000.0}, {"spacing": 20.0}],
)
def test_what_cannot_be_made_is_refused(wrong: dict) -> None:
    with pytest.raises(UsageError):
        ReliefSettings(**wrong)
