"""CSV (RFC 4180): a header, then a line a row; null is an empty field."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pcsv

from sidelook.formats.export.shapes import Shapes
from sidelook.formats.export.text import iso_times, rounded


class CsvSink:
    """Writes rows as they come, UTF-8, times in ISO 8601; positions are the columns that the table has.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer: pcsv.CSVWriter | None = None

    def write(self, table: pa.Table, shapes: Shapes) -> None:  # noqa: ARG002 - a line of text draws no shape
        """Write one block; see ``TableSink``."""
        table = iso_times(rounded(plain_words(table)))
        if self._writer is None:
            options = pcsv.WriteOptions(quoting_style="needed")
            self._writer = pcsv.CSVWriter(self._stream, table.schema, write_options=options)
        self._writer.write_table(table)

    def close(self) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()


def plain_words(table: pa.Table) -> pa.Table:
    """Replace dictionaries, which differ from block to block, by the words themselves."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table
