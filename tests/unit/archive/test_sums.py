import numpy as np

from sidelook.archive.catalog import BIN
from sidelook.archive.records import Kind
from sidelook.archive.sums import activity_of, lives_of, revisits_of


def test_dwells_are_counted_by_bin_in_any_order() -> None:
    dwells = {
        "time": np.array([3 * BIN, BIN - 1, 3 * BIN + 5, -1]),
        "plot_count": np.array([4, 1, 2, 7]),
        "last_of_revisit": np.array([True, False, True, False]),
    }
    assert activity_of(dwells) == [(-1, 7, 1, 0), (0, 1, 1, 0), (3, 6, 2, 2)]


def test_ends_of_revisits_are_found_once_in_order() -> None:
    dwells = {"time": np.array([9, 4, 9, 1]), "last_of_revisit": np.array([True, True, True, False])}
    assert revisits_of(dwells).tolist() == [4, 9]


def test_a_track_lives_from_its_first_plot_or_state_to_its_last_and_its_states_count() -> None:
    plots = {"track": np.array([2, 0, 1, 2]), "time": np.array([50, 1, 7, 5])}
    states = {"track": np.array([2, 3]), "time": np.array([20, 9])}
    assert lives_of({Kind.PLOTS: plots, Kind.TRACKS: states}) == [(1, 7, 7, 0), (2, 5, 50, 1), (3, 9, 9, 1)]
    nothing = {"track": np.zeros(0, np.int64), "time": np.zeros(0, np.int64)}
    assert lives_of({Kind.PLOTS: nothing, Kind.TRACKS: nothing}) == []
