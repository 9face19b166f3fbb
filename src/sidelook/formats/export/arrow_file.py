"""Arrow IPC files (Feather version 2): the tables as they are in memory, for other languages."""

from typing import BinaryIO

import pyarrow as pa

from sidelook.formats.export.delimited import plain_words
from sidelook.formats.export.shapes import Shapes


class ArrowSink:
    """Writes blocks as record batches, compressed with Zstandard.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer: pa.RecordBatchFileWriter | None = None

    def write(self, table: pa.Table, shapes: Shapes) -> None:  # noqa: ARG002 - the columns hold the positions
        """Write one block; see ``TableSink``."""
        table = plain_words(table)
        if self._writer is None:
            self._writer = self._open(table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the footer."""
        (self._writer or self._open(pa.schema([]))).close()

    def _open(self, schema: pa.Schema) -> pa.RecordBatchFileWriter:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        return pa.ipc.new_file(self._stream, schema, options=options)  # type: ignore[arg-type] # any byte stream does
