"""CSV (RFC 4180): a header, then a line a row; null is an empty field."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pcsv

from sidelook.formats.export.shapes import Shapes
from sidelook.formats.export.text import as_text, iso_times, rounded
from sidelook.formats.plain import plain

#: A word that begins so is a formula to a spreadsheet.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


class CsvSink:
    r"""Writes rows as they come, UTF-8, times in ISO 8601; positions are the columns that the table has.

    Words come from whoever sent the data: a spreadsheet must not take them for formulas, nor a terminal for commands.
    As OWASP recommends (CSV Injection), a word that begins with = + - @ tab or return has an apostrophe before it; what
    does not print is escaped, e.g. a tab as ``\t``. Numbers and times are as they are. The other formats keep every
    word as sent.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer: pcsv.CSVWriter | None = None

    def write(self, table: pa.Table, shapes: Shapes) -> None:  # noqa: ARG002 - a line of text draws no shape
        """Write one block; see ``TableSink``."""
        table = iso_times(rounded(harmless_words(table)))
        if self._writer is None:
            options = pcsv.WriteOptions(quoting_style="needed")
            self._writer = pcsv.CSVWriter(self._stream, table.schema, write_options=options)
        self._writer.write_table(table)

    def close(self) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()


def harmless_words(table: pa.Table) -> pa.Table:
    """Replace words by such as no spreadsheet and no terminal acts upon."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type):
            table = table.set_column(place, field.name, as_text(table.column(place), harmless))
    return table


def harmless(word: str) -> str:
    """Escape what does not print, and put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{plain(word)}" if word.startswith(_FORMULA_BEGINS) else plain(word)


def plain_words(table: pa.Table) -> pa.Table:
    """Replace dictionaries, which differ from block to block, by the words themselves."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table
