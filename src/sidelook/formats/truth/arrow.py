"""Parquet and CSV as batches of Arrow columns: the one module here that opens either."""

import csv
import gzip
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sidelook.formats.truth.errors import TooMuchTruthError, TruthError, TruthValueError
from sidelook.formats.truth.layouts import Layout, TimeKind, find_layout

#: Bytes in memory, or a stream open for reading bytes that can seek.
Source: TypeAlias = bytes | BinaryIO

ROWS = 131_072  # of a batch
_LONGEST_LINE = 64 * 1024
_BLOCK = 4 * 1024 * 1024
_GZIP = b"\x1f\x8b"
# What Arrow raises over damaged files, Thrift's complaints among them (OSError).
_DAMAGE = (pa.ArrowException, OSError, EOFError, ValueError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A batch of rows of one layout.

    Attributes
    ----------
    layout : what the columns mean
    columns : by name; words are dictionaries
    first : number of the first row in the table
    """

    layout: Layout
    columns: "dict[str, pa.Array[Any]]"
    first: int

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns[self.layout.time])

    def kept(self, good: NDArray[np.bool_]) -> "Rows":
        """Give the rows that are good."""
        mask = pa.array(good)
        return Rows(
            layout=self.layout,
            columns={name: column.filter(mask) for name, column in self.columns.items()},
            first=self.first,
        )

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Read a column of numbers, NaN where null.

        Raises
        ------
        TruthError : there are other things in it
        """
        return np.asarray(self._cast(name, pa.float64()).to_numpy(zero_copy_only=False), np.float64)

    def moments(self, name: str) -> NDArray[np.int64]:
        """Read a column of timestamps, or of whole ns, as ns UTC.

        Raises
        ------
        TruthError : there are other things in it, or one is missing or does not fit 64 bits
        """
        self.require(np.asarray(self.columns[name].is_valid()), name, "a time")
        if pa.types.is_timestamp(self.columns[name].type):
            column: Any = self._cast(name, pa.timestamp("ns")).cast(pa.int64())
        else:
            column = self._cast(name, pa.int64())
        return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)

    def words(self, name: str) -> tuple[NDArray[np.int32], list[str | None]]:
        """Read a column of words: for each row which word, -1 for none, and the words.

        Raises
        ------
        TruthError : there are other things in it
        """
        column: Any = self.columns[name]
        if not pa.types.is_dictionary(column.type):
            column = self._cast(name, pa.string()).dictionary_encode()
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
        return codes, column.dictionary.cast(pa.string()).to_pylist()

    def require(self, good: NDArray[np.bool_], name: str, needed: str) -> None:
        """Refuse the batch where a row is not good.

        Raises
        ------
        TruthValueError : naming the first such row
        """
        if not good.all():
            row = int(np.argmin(good))
            value = self.columns[name][row].as_py()
            shown = value[:80] if isinstance(value, str) else value
            raise TruthValueError(column=name, row=self.first + row, value=shown, needed=needed)

    def _cast(self, name: str, kind: Any) -> Any:  # noqa: ANN401 - Arrow's types, which its stubs make generic
        try:
            return self.columns[name].cast(kind)
        except pa.ArrowException as error:
            message = f"column {name} holds {self.columns[name].type}, needed is {kind}: {error}"
            raise TruthError(message) from error


def opened(source: Source) -> BinaryIO:
    """Give a stream of what is handed in, unpacked if it is gzip."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    start = stream.tell()
    packed = stream.read(len(_GZIP)) == _GZIP
    stream.seek(start)
    return gzip.GzipFile(fileobj=stream) if packed else stream  # type: ignore[return-value]  # as good as one


def parquet_rows(source: Source, layouts: Collection[Layout], most: int) -> Iterator[Rows]:
    """Read a Parquet file batch by batch.

    Parameters
    ----------
    source : of the file
    layouts : that are welcome
    most : rows allowed

    Raises
    ------
    TruthError : no Parquet file, damaged, of no known layout, or too long
    """
    try:
        file = pq.ParquetFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        if file.metadata.num_rows > most:
            raise TooMuchTruthError(most=most)
        layout = find_layout(file.schema_arrow.names, layouts)
        names = layout.wanted(file.schema_arrow.names)
        first = 0
        for batch in file.iter_batches(ROWS, columns=names, use_threads=False):
            rows = Rows(layout=layout, columns=dict(zip(batch.schema.names, batch.columns, strict=True)), first=first)
            first += len(rows)
            yield rows
    except _DAMAGE as error:
        message = f"the bytes are no sound Parquet file: {error}"
        raise TruthError(message) from error


def csv_rows(source: Source, layouts: Collection[Layout]) -> Iterator[Rows]:
    """Read a CSV file batch by batch; its first line names the columns, commas or semicolons stand between them.

    Parameters
    ----------
    source : of the file, also packed with gzip
    layouts : that are welcome

    Raises
    ------
    TruthError : damaged, or of no known layout
    """
    stream = opened(source)
    try:
        head = stream.read(_LONGEST_LINE)
        stream.seek(-len(head), io.SEEK_CUR)
        mark, names, values = _peek(head)
        layout = find_layout(names, layouts)
        first = 0
        for batch in _csv_reader(stream, mark, _column_kinds(layout, names, values)):
            rows = Rows(layout=layout, columns=dict(zip(batch.schema.names, batch.columns, strict=True)), first=first)
            first += len(rows)
            yield rows
    except _DAMAGE as error:
        message = f"the bytes are no sound table in CSV: {error}"
        raise TruthError(message) from error


def _peek(head: bytes) -> tuple[str, list[str], list[str]]:
    """Find the delimiter, the names of the columns and the first row, which may be missing."""
    lines = head.decode("utf-8-sig", errors="replace").splitlines()[:2] or [""]
    mark = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)] or [[]]
    return mark, rows[0], rows[1] if len(rows) > 1 else []


def _column_kinds(layout: Layout, names: list[str], values: list[str]) -> dict[str, "pa.DataType"]:
    kinds: dict[str, pa.DataType] = dict.fromkeys(layout.wanted(names), pa.float64())
    kinds |= {name: pa.dictionary(pa.int32(), pa.string()) for name in layout.words if name in names}
    if layout.time_kind is not TimeKind.SECONDS:
        first = dict(zip(names, values, strict=False)).get(layout.time, "")
        whole = layout.time_kind is TimeKind.NANOSECONDS or first.lstrip("+-").isdigit()
        kinds[layout.time] = pa.int64() if whole else pa.timestamp("ns", tz="UTC")
    return kinds


def _csv_reader(stream: BinaryIO, mark: str, kinds: dict[str, "pa.DataType"]) -> "pcsv.CSVStreamingReader":
    options = pcsv.ConvertOptions(
        column_types=kinds,
        include_columns=list(kinds),
        strings_can_be_null=True,
        null_values=["", "null", "NULL"],
        quoted_strings_can_be_null=False,
    )
    return pcsv.open_csv(
        stream,
        read_options=pcsv.ReadOptions(block_size=_BLOCK, use_threads=False),
        parse_options=pcsv.ParseOptions(delimiter=mark),
        convert_options=options,
    )
