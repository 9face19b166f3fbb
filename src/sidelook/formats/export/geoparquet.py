"""GeoParquet 1.1: Parquet whose ``geometry`` column holds well-known binary, and whose metadata say so."""

import json
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sidelook.formats.export.lineage import Lineage
from sidelook.formats.export.shapes import Shapes
from sidelook.formats.extent import Extent

ROW_GROUP = 128 * 1024

_NOTHING = pa.table({"geometry": pa.array([], pa.binary())})


class GeoParquetSink:
    """Writes row groups of at least ``ROW_GROUP`` rows; the footer holds ``geo`` with the box, and the marking.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer: pq.ParquetWriter | None = None
        self._held: list[pa.Table] = []
        self._kinds: set[str] = set()
        self._extent, self._lineage = Extent(), Lineage()

    def write(self, table: pa.Table, shapes: Shapes) -> None:
        """Write one block; see ``TableSink``."""
        self._held.append(table.append_column("geometry", shapes.wkb()))
        if sum(held.num_rows for held in self._held) >= ROW_GROUP:
            self._write_held()
        self._extent.add(shapes.longitudes(), shapes.latitudes())
        self._lineage.add(table)
        self._kinds |= shapes.kinds

    def close(self) -> None:
        """Write the footer."""
        writer = self._write_held()
        metadata = {"geo": json.dumps(self._geo()), "sidelook": self._lineage.json()}
        writer.add_key_value_metadata(metadata)
        writer.close()

    def _write_held(self) -> pq.ParquetWriter:
        """Write the rows held back as one row group; the first call fixes the schema."""
        table = pa.concat_tables(self._held).unify_dictionaries() if self._held else _NOTHING
        self._held.clear()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, table.schema, compression="zstd")
        if table.num_rows:
            self._writer.write_table(table, row_group_size=ROW_GROUP)
        return self._writer

    def _geo(self) -> dict[str, object]:
        """Metadata of the GeoParquet specification 1.1; without ``crs`` it means longitude and latitude on WGS 84."""
        column: dict[str, object] = {"encoding": "WKB", "geometry_types": sorted(self._kinds)}
        if (box := self._extent.box()) is not None:
            column["bbox"] = box
        return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
