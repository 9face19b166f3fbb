import numpy as np
import pytest

from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots, concatenate_dwells

REAL, PLAYED = Origin(source="radar"), Origin(source="game", simulated=True)


def dwells(counts: list[int], *, simulated_plot: int | None = None, origins: tuple[Origin, ...] = (REAL,)) -> Dwells:
    """Dwells with the given numbers of plots; each plot's truth entity is its row."""
    total = sum(counts)
    simulated = np.zeros(total, bool)
    if simulated_plot is not None:
        simulated[simulated_plot] = True
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    plots = Plots.empty(total, dwell=owner, truth_entity=np.arange(total), simulated=simulated)
    return Dwells.empty(
        len(counts), plot_count=np.array(counts, np.int32), time=np.arange(len(counts)), plots=plots, origins=origins
    )


def test_offsets_say_where_each_dwells_plots_lie() -> None:
    np.testing.assert_array_equal(dwells([2, 0, 3]).plot_offset, [0, 2, 2, 5])


@pytest.mark.parametrize("rows", [np.array([2, 0]), slice(1, None), np.array([True, False, True])])
def test_take_brings_the_plots_along(rows: np.ndarray | slice) -> None:
    whole = dwells([2, 0, 3])
    taken = whole.take(rows)
    owners = [np.flatnonzero(whole.plots.dwell == i) for i in np.arange(3)[rows]]
    np.testing.assert_array_equal(taken.plots.truth_entity, np.concatenate(owners))
    np.testing.assert_array_equal(np.bincount(taken.plots.dwell, minlength=len(taken)), taken.plot_count)


def test_simulated_is_sticky_from_one_plot_or_from_the_origin() -> None:
    np.testing.assert_array_equal(dwells([2, 1], simulated_plot=2).simulated, [False, True])
    assert dwells([1], origins=(PLAYED,)).simulated.all()


def test_joining_renumbers_dwells_and_origins() -> None:
    joined = concatenate_dwells([dwells([1, 2]), dwells([3], origins=(PLAYED,))])
    np.testing.assert_array_equal(joined.plots.dwell, [0, 1, 1, 2, 2, 2])
    assert [joined.origins[i] for i in joined.origin] == [REAL, REAL, PLAYED]
    np.testing.assert_array_equal(joined.simulated, [False, False, True])


def test_joining_nothing_gives_nothing() -> None:
    assert len(concatenate_dwells([])) == 0
