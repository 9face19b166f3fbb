"""Queries in SQL: the one module that loads DuckDB."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from sidelook.archive.parquet import to_table
from sidelook.archive.records import Kind
from sidelook.archive.tables import blank_columns
from sidelook.archive.unsealed import DTYPES
from sidelook.errors import UsageError

_DEGREES = {
    Kind.PLOTS: ("latitude", "longitude"),
    Kind.TRACKS: ("latitude", "longitude"),
    Kind.FORMATIONS: ("latitude", "longitude"),
    Kind.TRUTH: ("latitude", "longitude"),
    Kind.CELLS: ("latitude", "longitude"),
    Kind.DWELLS: ("sensor_latitude", "sensor_longitude", "area_latitude", "area_longitude"),
}


class SqlEngine:
    """Runs queries over listed files, each in a database of its own that can touch nothing else."""

    @staticmethod
    def run(query: str, files: Mapping[Kind, Sequence[Path]]) -> pa.Table:
        """Run a query over the views ``plots``, ``dwells``, ``tracks``, ``formations``, ``truth`` and ``cells``.

        Raises
        ------
        UsageError
            DuckDB does not understand it, or it reaches for something else than the views.
        """
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"}) as database:
            for kind, paths in files.items():
                _make_view(database, kind, [str(path) for path in paths])
            database.execute("SET allowed_paths = ?", [[str(path) for paths in files.values() for path in paths]])
            database.execute("SET enable_external_access = false")
            database.execute("SET lock_configuration = true")
            try:
                # As a subquery it can only ask, not change or set.
                relation = database.sql(f"SELECT * FROM ({query.rstrip().rstrip(';')})")  # noqa: S608
                table: pa.Table = relation.to_arrow_table()
            except duckdb.Error as error:
                message = f"the query failed: {error}"
                raise UsageError(message) from error
        return table


def _make_view(database: duckdb.DuckDBPyConnection, kind: Kind, paths: list[str]) -> None:
    """Name the files of a kind; angles are added in degrees, times made UTC timestamps that functions take."""
    # DuckDB has few functions for timestamps in ns; the exact ones are added as numbers.
    times = [name for name in ("time", "supported") if name in DTYPES[kind]]
    moments = ", ".join(f"make_timestamp(epoch_ns({name}) // 1000) AS {name}" for name in times)
    exact = [f"epoch_ns({name}) AS {name}_ns" for name in times]
    added = ", ".join([*exact, *(f"degrees({name}) AS {name}_deg" for name in _DEGREES[kind])])
    if paths:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        rows = f"read_parquet([{listed}], hive_types = {{'mission': BIGINT}})"
    else:
        database.register(f"no_{kind}", to_table(blank_columns(DTYPES[kind]), ()))
        rows = f"no_{kind}"
    database.execute(f"CREATE VIEW {kind} AS SELECT * REPLACE ({moments}), {added} FROM {rows}")  # noqa: S608 - our own names
