import numpy as np
import pytest

from sidelook.model.radar import Radar
from sidelook.sensing.resolution import Cell, Echoes, beam_width, resolution_cell, unresolved

CELL = Cell(slant_range=10.0, azimuth=4e-3, radial_speed=0.4)


def echoes(rows: list[tuple[float, ...]]) -> Echoes:
    dwell, slant, azimuth, speed, power = np.array(rows).T
    return Echoes(dwell=dwell.astype(int), slant_range=slant, azimuth=azimuth, radial_speed=speed, power=power)


def test_cells_of_the_generic_design() -> None:
    cell = resolution_cell(Radar(), 64e-3)
    assert cell.slant_range == pytest.approx(10.0, rel=1e-3)
    assert cell.azimuth == pytest.approx(3.79e-3, abs=5e-6)
    assert cell.radial_speed == pytest.approx(0.244, abs=1e-3)
    for slant, width in ((100e3, 380.0), (150e3, 570.0), (250e3, 950.0)):
        assert cell.azimuth * slant == pytest.approx(width, abs=5.0)
    assert beam_width(Radar().antenna, 0.0312, np.radians(60.0)) == pytest.approx(2.0 * 0.886 * 0.0312 / 7.3)


def test_a_look_has_two_as_one_only_where_nothing_tells_them_apart() -> None:
    base = (0, 100e3, 0.1, 10.0, 1.0)
    apart = {
        "range": (0, 100e3 + 21.0, 0.1, 10.0, 2.0),
        "azimuth": (0, 100e3, 0.109, 10.0, 2.0),
        "speed": (0, 100e3, 0.1, 10.9, 2.0),
        "dwell": (1, 100e3, 0.1, 10.0, 2.0),
    }
    for row in apart.values():
        assert unresolved(echoes([base, row]), CELL).tolist() == [0, 1]
    assert unresolved(echoes([base, (0, 100e3 + 9.0, 0.102, 10.3, 2.0)]), CELL).tolist() == [1, 1]


def test_the_grid_of_cells_does_not_show() -> None:
    """Wherever two vehicles three metres apart lie on it."""
    for shift in np.linspace(0.0, 20.0, 41):
        pair = echoes([(0, 100e3 + shift, 0.1, 10.0, 2.0), (0, 100e3 + shift + 3.0, 0.1, 10.0, 1.0)])
        assert unresolved(pair, CELL).tolist() == [0, 0]


def test_everyone_has_a_strongest_who_is_their_own() -> None:
    rng = np.random.default_rng(2)
    crowd = Echoes(
        dwell=rng.integers(0, 5, 5_000),
        slant_range=100e3 + rng.uniform(0.0, 3_000.0, 5_000),
        azimuth=rng.uniform(0.0, 6e-3, 5_000),
        radial_speed=rng.uniform(0.0, 5.0, 5_000),
        power=rng.exponential(1.0, 5_000),
    )
    leader = unresolved(crowd, CELL)
    assert (leader[leader] == leader).all()
    assert (crowd.dwell[leader] == crowd.dwell).all()
    strongest = np.zeros(5_000)
    np.maximum.at(strongest, leader, crowd.power)
    assert (strongest[leader] == crowd.power[leader]).all()
    assert 500 < len(np.unique(leader)) < 4_000


def test_thousands_in_one_cell_are_one() -> None:
    rng = np.random.default_rng(3)
    jam = Echoes(
        dwell=np.zeros(20_000, int),
        slant_range=100e3 + rng.uniform(0.0, 9.0, 20_000),
        azimuth=rng.uniform(0.0, 3.9e-3, 20_000),
        radial_speed=rng.uniform(0.0, 0.3, 20_000),
        power=rng.exponential(1.0, 20_000),
    )
    assert (unresolved(jam, CELL) == jam.power.argmax()).all()


def test_nothing_is_nothing() -> None:
    none = echoes([(0, 1.0, 0.0, 0.0, 1.0)])
    empty = Echoes(**{name: getattr(none, name)[:0] for name in Echoes.__slots__})
    assert len(unresolved(empty, CELL)) == 0
