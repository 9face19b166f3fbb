"""GeoJSON (RFC 7946): one FeatureCollection, a feature a row."""

import json
from typing import BinaryIO

import pyarrow as pa

from sidelook.formats.export.lineage import Lineage
from sidelook.formats.export.shapes import Shapes
from sidelook.formats.export.text import DEGREE_DECIMALS, Column, as_text, joined, rounded
from sidelook.formats.extent import Extent


class GeoJsonSink:
    """Writes features as they come; ``bbox`` and the member ``sidelook`` (marking, lineage) close the collection.

    What a row does not know is left out of its properties.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begun = False
        self._extent, self._lineage = Extent(), Lineage()

    def write(self, table: pa.Table, shapes: Shapes) -> None:
        """Write one block; see ``TableSink``."""
        self._extent.add(shapes.longitudes(), shapes.latitudes())
        self._lineage.add(table)
        if table.num_rows:
            self._begin(",\n")
            self._stream.write(",\n".join(map(str, _features(table, shapes).to_pylist())).encode())

    def close(self) -> None:
        """Write the end of the collection."""
        self._begin("")
        box = self._extent.box()
        ends = "" if box is None else f'"bbox":{json.dumps([round(side, DEGREE_DECIMALS) for side in box])},'
        self._stream.write(f'\n],{ends}"sidelook":{self._lineage.json()}}}\n'.encode())

    def _begin(self, between: str) -> None:
        head = between if self._begun else '{"type":"FeatureCollection","features":[\n'
        self._stream.write(head.encode())
        self._begun = True


def _features(table: pa.Table, shapes: Shapes) -> Column:
    """Write each row as a Feature; a row without a position has a null geometry (RFC 7946, 3.2)."""
    geometry = shapes.geojson().fill_null("null")
    return joined('{"type":"Feature","geometry":', geometry, ',"properties":{', _properties(table), "}}")


def _properties(table: pa.Table) -> Column:
    """Write the members of each row's properties; the first column, the time, is always known."""
    table = rounded(table)
    members: list[Column] = []
    for name in table.column_names:
        separator = "," if members else ""
        members.append(joined(f'{separator}"{name}":', as_text(table.column(name), json.dumps)))
    return joined(*members, skip_null=True)
