"""GeoParquet 1.1: Parquet whose ``geometry`` column holds well-known binary, and whose metadata say so."""

import json
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sidelook.formats.export.extent import Extent
from sidelook.formats.export.lineage import Lineage
from sidelook.formats.export.shapes import Shapes

ROW_GROUP = 128 * 1024


class GeoParquetSink:
    """Writes blocks as row groups; metadata ``geo`` (box included) and ``sidelook`` (marking) come last.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer: pq.ParquetWriter | None = None
        self._kinds: set[str] = set()
        self._extent, self._lineage = Extent(), Lineage()

    def write(self, table: pa.Table, shapes: Shapes) -> None:
        """Write one block; see ``TableSink``."""
        table = table.append_column("geometry", shapes.wkb())
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, table.schema, compression="zstd", version="2.6")
        self._writer.write_table(table, row_group_size=ROW_GROUP)
        self._extent.add(shapes.longitudes(), shapes.latitudes())
        self._lineage.add(table)
        self._kinds |= shapes.kinds

    def close(self) -> None:
        """Write the footer."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, pa.schema({"geometry": pa.binary()}))
        metadata = {"geo": json.dumps(self._geo()), "sidelook": self._lineage.json()}
        self._writer.add_key_value_metadata(metadata)
        self._writer.close()

    def _geo(self) -> dict[str, object]:
        """Metadata of the GeoParquet specification 1.1; without ``crs`` it means longitude and latitude on WGS 84."""
        column: dict[str, object] = {"encoding": "WKB", "geometry_types": sorted(self._kinds)}
        if (box := self._extent.box()) is not None:
            column["bbox"] = box
        return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
