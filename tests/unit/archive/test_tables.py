"""Records survive the way into flat tables and back, bit for bit."""

from collections.abc import Callable

import numpy as np

from sidelook.archive.records import Kind
from sidelook.archive.tables import dwell_columns, looks_from, plot_columns, select, track_columns, tracks_from
from sidelook.archive.unsealed import DTYPES, OriginBook
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable


def test_dwells_and_plots_come_back_from_any_order(
    dwells: Callable[..., Dwells], same_dwells: Callable[[Dwells, Dwells], None]
) -> None:
    given = dwells()
    ids = np.arange(1, len(given) + 1)
    track = np.arange(len(given.plots))
    flat, plots = dwell_columns(given, ids, given.origin), plot_columns(given, ids, given.origin, track)
    rng = np.random.default_rng(3)
    # Plots keep their order within a dwell; whole dwells may come in any order.
    shuffled = select(plots, np.argsort(rng.permutation(len(given))[given.plots.dwell], kind="stable"))
    found = looks_from(select(flat, rng.permutation(len(given))), shuffled, given.origins)
    same_dwells(found.dwells, given)
    np.testing.assert_array_equal(found.plot_track, track)


def test_tracks_come_back(tracks: Callable[..., TrackTable]) -> None:
    given = tracks()
    found = tracks_from(select(track_columns(given, given.origin), slice(None, None, -1)), given.origins)
    for name in ("track", "time", "position_covariance", "velocity_covariance", "origin", "height"):
        np.testing.assert_array_equal(getattr(found, name), getattr(given, name))


def test_simulated_is_sticky(dwells: Callable[..., Dwells], tracks: Callable[..., TrackTable]) -> None:
    given, table = dwells(), tracks()
    plots = plot_columns(given, np.arange(len(given)), given.origin, np.zeros(len(given.plots), np.int64))
    from_simulated = np.array([origin.simulated for origin in given.origins])[given.origin[given.plots.dwell]]
    assert plots["simulated"].tolist() == (given.plots.simulated | from_simulated).tolist()
    assert from_simulated.any()
    back = tracks_from(track_columns(table, table.origin), table.origins)
    assert back.simulated[table.origin == 1].all()
    assert (back.simulated >= table.simulated).all()


def test_every_table_has_the_dtypes_it_promises(
    dwells: Callable[..., Dwells], tracks: Callable[..., TrackTable]
) -> None:
    given, table = dwells(), tracks()
    ids = np.arange(len(given))
    made = {
        Kind.DWELLS: dwell_columns(given, ids, given.origin),
        Kind.PLOTS: plot_columns(given, ids, given.origin, np.zeros(len(given.plots), np.int64)),
        Kind.TRACKS: track_columns(table, table.origin),
    }
    for kind, columns in made.items():
        assert {name: column.dtype for name, column in columns.items()} == {
            name: np.dtype(dtype) for name, dtype in DTYPES[kind].items()
        }


def test_origins_are_numbered_in_order_of_appearance(dwells: Callable[..., Dwells]) -> None:
    first, second = dwells().origins
    book = OriginBook.of((second,))
    assert book.renumber((first, second), np.array([0, 1, 1], np.int32)).tolist() == [1, 0, 0]
    assert book.all() == (second, first)
