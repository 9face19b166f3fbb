"""Arrow tables, as ``to_arrow`` writes them, back to records."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.formats.tables.columns import (
    CLASSIFICATION_NAMES,
    DWELL_COLUMNS,
    MINUS_ONE_IS_NULL,
    ORIGIN_COLUMNS,
    PLOT_COLUMNS,
    TARGET_CLASS_NAMES,
    TRACK_COLUMNS,
    TRACK_COVARIANCES,
    TRACK_STATE_NAMES,
)
from sidelook.model.columns import Columnar, Indices
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable


class TableError(InputError):
    """A table does not hold the records it should; the text names the column or the counts at odds."""


def dwells_from_tables(dwells: pa.Table, plots: pa.Table) -> Dwells:
    """Build dwells and their plots from the two tables ``dwells_table`` and ``plots_table`` made.

    Parameters
    ----------
    dwells : one row a dwell
    plots : one row a plot, dwell after dwell in the order of ``dwells``

    Returns
    -------
    the records; equal to those the tables were made of but for rounding of degrees (1 ulp), and that a dwell
    with a simulated plot now counts as of simulated origin: the flag is sticky

    Raises
    ------
    TableError
        where a column is missing, a word is unknown, or the plots are not as many as the dwells say
    """
    _require(dwells, ["time", "simulated", "classification", *DWELL_COLUMNS, *ORIGIN_COLUMNS])
    _require(plots, ["target_class", "simulated", *PLOT_COLUMNS])
    columns = _plain_fields(dwells, DWELL_COLUMNS, Dwells)
    total = int(columns["plot_count"].sum())
    if total != plots.num_rows:
        message = f"the dwells count {total} plots, the table of plots holds {plots.num_rows}: pass all plots"
        raise TableError(message)
    origins, origin = _origins(dwells)
    return Dwells(
        **columns,
        time=_numbers(dwells, "time", np.int64),
        origin=origin,
        origins=origins,
        plots=_plots(plots, columns["plot_count"]),
    )


def tracks_from_table(table: pa.Table) -> TrackTable:
    """Build track states from the table ``tracks_table`` made.

    Parameters
    ----------
    table : one row a track and moment

    Returns
    -------
    the records

    Raises
    ------
    TableError
        where a column is missing or a word is unknown
    """
    covariances = [name for names in TRACK_COVARIANCES.values() for name in names]
    words = ["time", "supported", "state", "target_class", "simulated", "classification"]
    _require(table, [*words, *covariances, *TRACK_COLUMNS, *ORIGIN_COLUMNS])
    columns = _plain_fields(table, TRACK_COLUMNS, TrackTable)
    for field, names in TRACK_COVARIANCES.items():
        columns[field] = np.stack([_numbers(table, name, np.float32) for name in names], axis=1)
    origins, origin = _origins(table)
    return TrackTable(
        **columns,
        time=_numbers(table, "time", np.int64),
        supported=_numbers(table, "supported", np.int64),
        state=_codes(table, "state", TRACK_STATE_NAMES),
        target_class=_codes(table, "target_class", TARGET_CLASS_NAMES),
        simulated=_numbers(table, "simulated", np.bool_),
        origin=origin,
        origins=origins,
    )


def _plots(table: pa.Table, counts: Indices) -> Plots:
    return Plots(
        **_plain_fields(table, PLOT_COLUMNS, Plots),
        dwell=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        target_class=_codes(table, "target_class", TARGET_CLASS_NAMES),
        simulated=_numbers(table, "simulated", np.bool_),
    )


def _require(table: pa.Table, names: Sequence[str]) -> None:
    missing = sorted(set(names) - set(table.column_names))
    if missing:
        message = f"the table lacks {', '.join(missing)}: it is not one that Sidelook wrote"
        raise TableError(message)


def _plain_fields(table: pa.Table, names: Mapping[str, str], kind: type[Columnar]) -> dict[str, NDArray[Any]]:
    return {field: _numbers(table, name, kind.DTYPES[field]) for name, field in names.items()}


def _numbers(table: pa.Table, name: str, dtype: Any) -> NDArray[Any]:  # noqa: ANN401 - any NumPy dtype
    """Read a column in the record's unit and dtype; null becomes -1 or NaN as the record has it."""
    column = table.column(name)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ns", tz="UTC")).cast(pa.int64())
    if name in MINUS_ONE_IS_NULL:
        column = column.fill_null(pa.scalar(-1, column.type))
    values = column.to_numpy()
    return np.asarray(np.radians(values) if name.endswith("_deg") else values).astype(dtype)


def _codes(table: pa.Table, name: str, names: Sequence[str]) -> NDArray[np.uint8]:
    """Read words back to codes, each word once."""
    words, rows = _distinct(table, name)
    known = {word: code for code, word in enumerate(names)}
    try:
        return np.array([known[word] for word in words], np.uint8)[rows]
    except KeyError as unknown:
        message = f"column {name} holds {unknown}, which is none of its words"
        raise TableError(message) from None


def _distinct(table: pa.Table, name: str) -> tuple[list[Any], NDArray[np.int64]]:
    """Give the distinct values of a column, and for each row which of them it holds."""
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    values = pa.concat_arrays([pa.array([], column.type), *column.chunks]).dictionary_encode()
    return values.dictionary.to_pylist(), values.indices.to_numpy().astype(np.int64)


def _origins(table: pa.Table) -> tuple[tuple[Origin, ...], Indices]:
    """Collect the distinct origins of the rows, in order of first appearance."""
    key = np.zeros(table.num_rows, np.int64)
    for name in ("simulated", "classification", *ORIGIN_COLUMNS):
        values, rows = _distinct(table, name)
        key = np.unique(key * len(values) + rows, return_inverse=True)[1]  # renumbered, so that it cannot overflow
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    origins = tuple(_origin(row) for row in table.take(first[order]).to_pylist())
    return origins, np.argsort(order).astype(np.int32)[inverse]


def _origin(row: Mapping[str, Any]) -> Origin:
    levels = {name: level for level, name in CLASSIFICATION_NAMES.items()}
    if row["classification"] not in levels:
        message = f"column classification holds {row['classification']!r}, which is no classification"
        raise TableError(message)
    fields = {field: row[name] for name, field in ORIGIN_COLUMNS.items()}
    return Origin(classification=levels[row["classification"]], simulated=row["simulated"], **fields)
