"""Columns as text: no more digits than the errors justify, times in ISO 8601, words escaped by the caller's rule."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sidelook.model.columns import Floats

# Quoted: PyArrow's classes take parameters in its stubs only.
Column: TypeAlias = "pa.Array[Any]"
Chunks: TypeAlias = "pa.ChunkedArray[Any]"
Escape: TypeAlias = Callable[[str], str]

#: Decimals of a degree of position: 1e-7 degree is 11 mm, STANAG 4607 counts in steps of 9 mm.
DEGREE_DECIMALS = 7

#: Decimals by the last part of a column's name, from the steps of STANAG 4607: centimetres, millimetres a second,
#: 0.005 degrees of attitude, half a decibel, one percent.
_DECIMALS = {"deg": 3, "m": 2, "mps": 3, "db": 1, "dbsm": 1, "probability": 2, "m2": 2, "m2ps2": 4}
_POSITION_ENDINGS = ("latitude_deg", "longitude_deg")


def decimals(name: str) -> int:
    """Tell how many decimals the values of a column deserve, by its name."""
    if name.endswith(_POSITION_ENDINGS):
        return DEGREE_DECIMALS
    return _DECIMALS.get(name.rpartition("_")[2], DEGREE_DECIMALS)


def rounded(table: pa.Table) -> pa.Table:
    """Round every column of fractions to the decimals it deserves; what is infinite becomes null."""
    for place, name in enumerate(table.column_names):
        column = table.column(name)
        if pa.types.is_floating(column.type):
            values = column.to_numpy()
            values = np.where(np.isfinite(values), np.round(values, decimals(name)), np.nan)
            table = table.set_column(place, name, pa.array(values + values.dtype.type(0), from_pandas=True))  # no -0
    return table


def as_text(column: Chunks, escape: Escape) -> Column:
    """Write a column of a rounded table as text.

    Parameters
    ----------
    column : of any kind the tables hold
    escape : applied to words and times, each distinct word once; numbers and flags need none

    Returns
    -------
    (N,) text; null stays null
    """
    if pa.types.is_timestamp(column.type):
        return _wrapped(_iso(column), escape)
    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        return _words(column, escape)
    return _whole(column).cast(pa.string())


def iso_times(table: pa.Table) -> pa.Table:
    """Replace times by text in ISO 8601 with milliseconds, e.g. 2010-11-30T18:00:00.000Z."""
    for place, name in enumerate(table.column_names):
        if pa.types.is_timestamp(table.column(name).type):
            table = table.set_column(place, name, _iso(table.column(name)))
    return table


def degree_text(degrees: Floats) -> Column:
    """Write positions, (N,) degrees, with no more digits than they have; NaN is null."""
    text: Column = pa.array(np.round(degrees, DEGREE_DECIMALS) + 0.0, from_pandas=True).cast(pa.string())
    return text


def joined(*parts: "str | Column", skip_null: bool = False) -> Column:
    """Join text row by row; a row is null where a part is, or with ``skip_null`` goes without that part."""
    handling = "skip" if skip_null else "emit_null"
    # The stubs know arrays or scalars, not both at once; the last argument is what stands between the parts.
    text: Column = pc.binary_join_element_wise(*parts, "", null_handling=handling)  # type: ignore[call-overload]
    return text


def _iso(column: Chunks) -> Column:
    # Without its zone, so that no time zone database is asked for; milliseconds, the resolution of STANAG 4607.
    plain: Any = _whole(column).cast(pa.timestamp("ms"), safe=False)
    text: Column = pc.strftime(plain, format="%Y-%m-%dT%H:%M:%SZ")
    return text


def _wrapped(column: Column, escape: Escape) -> Column:
    """Escape times, which hold no character that needs it: only what the rule puts around a word matters."""
    head, tail = escape("T").split("T")
    return joined(head, column, tail)


def _words(column: Chunks, escape: Escape) -> Column:
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    coded = _whole(column).dictionary_encode()
    escaped: Column = pa.array([escape(str(word)) for word in coded.dictionary.to_pylist()], pa.string())
    return escaped.take(coded.indices)


def _whole(column: Chunks) -> Column:
    """Join the chunks of a column, also when there is none."""
    return pa.concat_arrays([pa.array([], column.type), *column.chunks])
