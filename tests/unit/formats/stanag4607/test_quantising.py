from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sidelook.formats.stanag4607.errors import UnwritableDwellsError
from sidelook.formats.stanag4607.quantising import bit, delta_locations, quantise_dwells, quantise_plots
from sidelook.model.plots import Dwells


def knows(known: NDArray[np.uint64], *symbols: str) -> list[bool]:
    return [int(each) & bit(*symbols) == bit(*symbols) for each in known]


def test_bits() -> None:
    assert bit("D2", "D32.18") == 1 << 63 | 1 << 16


def test_steps_of_a_dwell(dwells: Dwells) -> None:
    raw = quantise_dwells(dwells).raw
    assert raw["D7"].tolist() == [100_000_000, 200_000_000, 300_000_000]
    assert raw["D8"].tolist() == [-100_000_000, 200_000_000, 300_000_000]
    assert raw["D9"].tolist() == [1_200_001, 1_199_950, 1_200_000]
    assert raw["D26"].tolist() == [1280, 1, 2560]
    assert raw["D27"].tolist() == [100, 200, 300]


def test_groups_are_known_as_a_whole(dwells: Dwells) -> None:
    partial = replace(dwells, sigma_across=np.array([1, np.nan, 1], np.float32))
    assert knows(quantise_dwells(partial).known, "D12", "D13", "D14") == [True, False, True]
    assert not int(quantise_dwells(partial).known[1]) & bit("D12")


@pytest.mark.parametrize("extent", [np.nan, -100.0, 256_000.0])
def test_extents_must_fit(dwells: Dwells, extent: float) -> None:
    with pytest.raises(UnwritableDwellsError, match="D26"):
        quantise_dwells(replace(dwells, range_half_extent=np.full(3, extent)))


def test_a_report_knows_what_it_says(dwells: Dwells) -> None:
    plots = replace(
        dwells.plots,
        index=np.array([-1, 0, 1, 2, 3], np.int32),
        truth_entity=np.array([-1, 0, 1, 2, 2**32]),
        sigma_height=np.array([1, np.nan, 300, 1, 1], np.float32),
        height=np.array([1, 1, 1, np.nan, 1], np.float32),
    )
    known = quantise_plots(plots, edition_a=False).known
    assert knows(known, "D32.1") == [False, True, True, True, True]
    assert knows(known, "D32.16", "D32.17") == [False, True, True, True, False]
    assert knows(known, "D32.14") == [True, False, False, False, True]
    assert knows(known, "D32.15") == [True] * 5
    assert knows(known, "D32.8") == [True] * 5


def test_an_unknown_wrap_velocity_is_written_as_zero(dwells: Dwells) -> None:
    quantised = quantise_plots(dwells.plots, edition_a=False)
    assert quantised.raw["D32.8"].tolist() == [0, 3000, 3000, 3000, 3000]


def test_deltas_reach_the_farthest_plot(dwells: Dwells) -> None:
    body, report = quantise_dwells(dwells), quantise_plots(dwells.plots, edition_a=False)
    owner = dwells.plots.dwell.astype(np.int64)
    scale, delta = delta_locations(body, report, owner)
    assert np.abs(delta["D32.5"]).max() <= 32_767
    assert scale["D11"].tolist() == [7, 1, 37]
    assert scale["D10"].tolist() == [1, 1, 1]
