"""Parquet files: the one module that loads pyarrow. NumPy tables in and out."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sidelook.archive.records import Window
from sidelook.archive.tables import Column, Columns
from sidelook.model.columns import Indices, Integers
from sidelook.model.origin import Origin

ROWS_IN_GROUP = 16_384
"""Small enough that five minutes of an archive read little else, large enough to compress."""

REMEMBERED_FILES = 512
TIMES = frozenset({"time", "supported"})
SCATTERED = frozenset(
    {"latitude", "longitude", "sensor_latitude", "sensor_longitude", "area_latitude", "area_longitude"}
)
"""Nearly every value differs: a dictionary would only cost time."""


@dataclass(frozen=True, slots=True)
class _Footer:
    """A file's metadata, and the times of its row groups."""

    metadata: pq.FileMetaData
    first: Integers
    last: Integers

    def groups(self, window: Window | None) -> Integers:
        """Row groups that overlap a window."""
        if window is None:
            return np.arange(len(self.first))
        return np.flatnonzero((self.first < window[1]) & (self.last >= window[0]))


class ParquetFiles:
    """Writer and reader of segments; remembers the footers of files, which never change."""

    def __init__(self) -> None:
        self._footers: OrderedDict[Path, _Footer] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def write(path: Path, columns: Columns, origins: Sequence[Origin]) -> None:
        """Write a table; rows should be in order of time, and ``origin`` count ``origins``."""
        table = to_table(columns, origins)
        plain = [name for name in table.column_names if name not in SCATTERED]
        pq.write_table(
            table,
            path,
            row_group_size=ROWS_IN_GROUP,
            compression="zstd",
            compression_level=1,
            use_dictionary=plain,  # type: ignore[arg-type]  # the stubs know no list
            write_statistics=["time", "track"] if "track" in columns else ["time"],
            store_schema=False,
        )

    def read(self, path: Path, names: Sequence[str], window: Window | None = None) -> Columns:
        """Read the columns of the row groups that overlap a window (rows at its edges included)."""
        footer = self._footer(path)
        with pa.OSFile(str(path), "rb") as file:
            reader = pq.ParquetFile(file, metadata=footer.metadata)
            table = reader.read_row_groups(footer.groups(window).tolist(), columns=list(names), use_threads=False)
        return _columns(table, names)

    def read_matching(
        self, path: Path, names: Sequence[str], key: str, wanted: Integers, window: Window | None = None
    ) -> Columns:
        """Read the rows whose ``key`` is one of ``wanted``: that column first, the others only where it matters."""
        footer = self._footer(path)
        with pa.OSFile(str(path), "rb") as file:
            reader = pq.ParquetFile(file, metadata=footer.metadata)
            parts = [_matching_rows(reader, int(group), names, key, wanted) for group in footer.groups(window)]
        table = (
            pa.concat_tables([part for part in parts if part is not None])
            if any(part is not None for part in parts)
            else None
        )
        return self.read(path, names, (0, 0)) if table is None else _columns(table, names)

    def forget(self, path: Path) -> None:
        """Drop what is remembered of a file."""
        with self._lock:
            self._footers.pop(path, None)

    def _footer(self, path: Path) -> _Footer:
        """Give a file's footer, read at most once while it is remembered."""
        with self._lock:
            if path in self._footers:
                self._footers.move_to_end(path)
                return self._footers[path]
        footer = _read_footer(path)
        with self._lock:
            self._footers[path] = footer
            if len(self._footers) > REMEMBERED_FILES:
                self._footers.popitem(last=False)
        return footer


def _read_footer(path: Path) -> _Footer:
    """Read a file's metadata and the first and last time of each row group."""
    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index("time")
    columns = (metadata.row_group(group).column(place) for group in range(metadata.num_row_groups))
    times = [(item.statistics.min_raw, item.statistics.max_raw) for item in columns if item.statistics is not None]
    first, last = np.array(times, np.int64).reshape(-1, 2).T
    return _Footer(metadata, first, last)


def to_table(columns: Columns, origins: Sequence[Origin]) -> pa.Table:
    """Build the Arrow table of a NumPy one, each row's origin spelled out."""
    own = {name: _to_arrow(name, column) for name, column in columns.items()}
    return pa.table(own | _lineage(columns["origin"], origins))


def _to_arrow(name: str, column: Column) -> "pa.Array[Any]":
    """Hand a column to Arrow; times become UTC timestamps, so that other programs show them as such."""
    array = from_numpy(column)
    return array.view(pa.timestamp("ns", tz="UTC")) if name in TIMES else array


def _matching_rows(
    reader: pq.ParquetFile, group: int, names: Sequence[str], key: str, wanted: Integers
) -> pa.Table | None:
    """Read the rows of one group whose key is wanted; None without any."""
    keys = _to_numpy(reader.read_row_group(group, columns=[key], use_threads=False).column(key))
    rows = np.flatnonzero(np.isin(keys, wanted))
    if not len(rows):
        return None
    return reader.read_row_group(group, columns=list(names), use_threads=False).take(from_numpy(rows))


def _columns(table: pa.Table, names: Sequence[str]) -> Columns:
    """Hand a table back column by column."""
    return {name: _to_numpy(table.column(name)) for name in names}


def _to_numpy(column: "pa.ChunkedArray[Any]") -> Column:
    """Hand a column back; times as int64 ns."""
    array: pa.Array[Any] = column.combine_chunks()
    if pa.types.is_boolean(array.type):
        return np.from_dlpack(array.cast(pa.uint8())).view(np.bool_)
    return np.from_dlpack(array.view(pa.int64()) if pa.types.is_timestamp(array.type) else array)


def from_numpy(column: Column) -> "pa.Array[Any]":
    """Hand an array of numbers to Arrow.

    ``pyarrow.array`` and ``to_numpy`` would import pandas wherever it is installed, a second of CPU at the
    first seal; buffers and DLPack do not.
    """
    if column.dtype == np.bool_:
        bits = pa.py_buffer(np.packbits(column, bitorder="little").data)
        return pa.Array.from_buffers(pa.bool_(), len(column), [None, bits])
    buffers = [None, pa.py_buffer(np.ascontiguousarray(column).data)]
    return pa.Array.from_buffers(pa.from_numpy_dtype(column.dtype), len(column), buffers)


def _lineage(origin: Indices, origins: Sequence[Origin]) -> "dict[str, pa.Array[Any]]":
    """Spell each row's origin out, so that a file says by itself where its rows come from and who may see them.

    ``simulated`` is left out: the table has it, of the row or of its origin.
    """
    used = np.unique(origin)
    place = np.zeros(len(origins), np.int32)
    place[used] = np.arange(len(used))
    indices = from_numpy(place[origin])
    records = [asdict(origins[number]) for number in used]
    names = [name for name in Origin.__dataclass_fields__ if name != "simulated"]
    values = {name: _values([record[name] for record in records], name) for name in names}
    return {f"origin_{name}": pa.DictionaryArray.from_arrays(indices, column) for name, column in values.items()}


def _values(values: list[Any], name: str) -> "pa.Array[Any]":
    """Hand the values of one field of origins to Arrow; a classification by its name."""
    if name == "classification":
        return _text([level.name for level in values])
    if isinstance(getattr(_BLANK, name), str):
        return _text(values)
    return from_numpy(np.array(values, np.bool_ if isinstance(getattr(_BLANK, name), bool) else np.int64))


def _text(words: Sequence[str]) -> "pa.Array[Any]":
    """Hand strings to Arrow."""
    data = [word.encode(errors="replace") for word in words]
    ends = np.cumsum([0, *map(len, data)]).astype(np.int32)
    buffers = [None, pa.py_buffer(ends.data), pa.py_buffer(b"".join(data))]
    return pa.Array.from_buffers(pa.string(), len(data), buffers)


_BLANK = Origin(source="")
