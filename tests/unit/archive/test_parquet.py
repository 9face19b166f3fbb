"""Sealed files as others see them, and as we read them back."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest

from sidelook.archive.parquet import ROWS_IN_GROUP, ParquetFiles, from_numpy
from sidelook.archive.tables import plot_columns
from sidelook.model.plots import Dwells

BEGIN = 1_700_000_000 * 10**9 + 7  # not a whole microsecond


@pytest.fixture
def plots(dwells: Callable[..., Dwells]) -> tuple[dict[str, np.ndarray], Dwells]:
    """Make a table of plots and the dwells it is of."""
    given = dwells(BEGIN, count=20_000, step=10**6)
    ids = np.arange(len(given), dtype=np.int64)
    return plot_columns(given, ids, given.origin, np.arange(len(given.plots)) % 9), given


def test_every_bit_comes_back(tmp_path: Path, plots: tuple[dict[str, np.ndarray], Dwells]) -> None:
    columns, given = plots
    path = tmp_path / "plots.parquet"
    ParquetFiles.write(path, columns, given.origins)
    found = ParquetFiles().read(path, tuple(columns))
    for name, column in columns.items():
        assert found[name].dtype == column.dtype, name
        np.testing.assert_array_equal(found[name], column, err_msg=name)


def test_another_program_reads_times_places_and_origins(
    tmp_path: Path, plots: tuple[dict[str, np.ndarray], Dwells]
) -> None:
    """DuckDB has its own reader of Parquet."""
    columns, given = plots
    path = tmp_path / "plots.parquet"
    ParquetFiles.write(path, columns, given.origins)
    table = duckdb.read_parquet(str(path))
    rows = table.query(
        "plots",
        "SELECT origin_source, origin_classification, origin_system, origin_codes, origin_job, origin_codes_read,"
        " count(*), sum(latitude), min(epoch_ns(time)), bool_and(simulated) FROM plots GROUP BY ALL ORDER BY ALL",
    ).fetchall()
    owner = given.origin[given.plots.dwell]
    for number, row in enumerate(rows):
        origin, mine = given.origins[number], owner == number
        expected = (origin.source, origin.classification.name, origin.system, origin.codes, origin.job, True)
        assert row[:6] == expected
        assert row[6:] == (
            mine.sum(),
            pytest.approx(given.plots.latitude[mine].sum()),
            columns["time"][mine].min(),
            columns["simulated"][mine].all(),
        )


def test_a_window_reads_only_the_groups_it_touches(tmp_path: Path, plots: tuple[dict[str, np.ndarray], Dwells]) -> None:
    columns, given = plots
    path = tmp_path / "plots.parquet"
    ParquetFiles.write(path, columns, given.origins)
    files, moment = ParquetFiles(), int(columns["time"][ROWS_IN_GROUP + 10])
    found = files.read(path, ("time", "latitude"), (moment, moment + 1))
    assert len(found["time"]) == ROWS_IN_GROUP
    assert moment in found["time"]
    assert len(files.read(path, ("time",), (0, 1))["time"]) == 0


def test_rows_of_some_tracks_are_found(tmp_path: Path, plots: tuple[dict[str, np.ndarray], Dwells]) -> None:
    columns, given = plots
    path = tmp_path / "plots.parquet"
    ParquetFiles.write(path, columns, given.origins)
    mine = np.isin(columns["track"], [3, 5])
    found = ParquetFiles().read_matching(path, ("latitude", "track"), "track", np.array([3, 5, 77]))
    np.testing.assert_array_equal(found["latitude"], columns["latitude"][mine])
    nothing = ParquetFiles().read_matching(path, ("latitude", "track"), "track", np.array([77]))
    assert (len(nothing["track"]), nothing["latitude"].dtype) == (0, np.float64)


def test_arrays_are_handed_over_whatever_their_layout() -> None:
    for array in (np.arange(10)[::3], np.zeros(0, np.float32), np.arange(9) % 2 == 0, np.array([7], np.uint8)):
        assert from_numpy(array).to_pylist() == array.tolist()
