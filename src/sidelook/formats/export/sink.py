"""What every file format offers."""

from typing import Protocol

import pyarrow as pa

from sidelook.formats.export.shapes import Shapes


class TableSink(Protocol):
    """Takes blocks of rows, each with the shapes to draw for them, and writes one document."""

    def write(self, table: pa.Table, shapes: Shapes) -> None:
        """Write one block.

        Parameters
        ----------
        table : rows as ``sidelook.formats.tables`` makes them; every block of the same columns
        shapes : one a row
        """
        ...

    def close(self) -> None:
        """End the document; the stream stays open. A document without a block is whole and empty."""
        ...
