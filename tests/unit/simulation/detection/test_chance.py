import numpy as np
import pytest
from scipy import stats

from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.simulation.detection.chance import Chance, Draw, dwell_numbers, normal_from, philox, poisson


def scramble(counter: tuple[int, ...], key: tuple[int, int]) -> list[int]:
    return [int(word[0]) for word in philox([np.array([word], np.uint64) for word in counter], key)]


def test_known_answers_of_philox() -> None:
    """Random123's own, for 4x32 with 10 rounds."""
    top = 0xFFFFFFFF
    assert scramble((0, 0, 0, 0), (0, 0)) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert scramble((top, top, top, top), (top, top)) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    digits = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
    assert scramble(digits, (0xA4093822, 0x299F31D0)) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


def test_a_number_is_the_same_alone_and_among_others() -> None:
    chance = Chance(seed=3)
    dwell, item = np.arange(50, dtype=np.uint64) // 10, np.arange(50) % 10
    many = chance.uniform(Draw.LOOK, dwell, item, 5)
    for row in (0, 7, 49):
        assert (chance.uniform(Draw.LOOK, dwell[row : row + 1], item[row : row + 1], 5)[:, 0] == many[:, row]).all()
    assert (chance.uniform(Draw.LOOK, dwell, item, 3) == many[:3]).all()


def test_nothing_shares_numbers() -> None:
    dwell, item = np.meshgrid(np.arange(20, dtype=np.uint64) << np.uint64(40), np.arange(20))
    drawn = [
        Chance(seed=seed).uniform(draw, dwell.ravel(), item.ravel(), 4)
        for seed in (1, 2, 1 << 40)
        for draw in (Draw.LOOK, Draw.ORDER)
    ]
    assert len(np.unique(np.stack(drawn))) == 3 * 2 * 400 * 4


def test_distributions() -> None:
    item = np.arange(50_000)
    uniform = Chance(seed=5).uniform(Draw.LOOK, np.uint64(9), item, 2)
    assert stats.kstest(uniform.ravel(), "uniform").pvalue > 0.01
    assert abs(np.corrcoef(uniform)[0, 1]) < 0.02
    normal = Chance(seed=5).normal(Draw.MEASUREMENT, np.uint64(9), item, 3)
    assert normal.shape == (3, 50_000)
    assert stats.kstest(normal.ravel(), "norm").pvalue > 0.01
    assert np.isfinite(normal_from(np.full((2, 1), 2.0**-54))).all()


@pytest.mark.parametrize("mean", [0.05, 3.0, 150.0, 900.0])
def test_poisson(mean: float) -> None:
    count = poisson(Chance(seed=2), Draw.FALSE_COUNT, np.arange(20_000, dtype=np.uint64), np.full(20_000, mean))
    assert count.mean() == pytest.approx(mean, abs=4.0 * np.sqrt(mean / 20_000))
    assert count.var() == pytest.approx(mean, rel=0.05)


def test_no_mean_no_count() -> None:
    assert poisson(Chance(seed=2), Draw.FALSE_COUNT, np.arange(3, dtype=np.uint64), np.zeros(3)).tolist() == [0, 0, 0]
    assert len(poisson(Chance(seed=2), Draw.FALSE_COUNT, np.zeros(0, np.uint64), np.zeros(0))) == 0


def test_dwells_have_numbers_of_their_own() -> None:
    dwells = Dwells.empty(
        4,
        revisit=np.array([0, 0, 1, 1], np.int32),
        dwell=np.array([0, 1, 0, 0], np.int32),
        origin=np.array([0, 0, 0, 1], np.int32),
        plots=Plots.empty(),
        origins=(Origin(source="a", job=1), Origin(source="a", job=2)),
    )
    assert len(set(dwell_numbers(dwells).tolist())) == 4
    assert dwell_numbers(dwells.take(slice(2, 3)))[0] == dwell_numbers(dwells)[2]
