"""KML 2.2 (OGC 07-147r2): a placemark with its time for each row, a folder for each target class."""

import html
import re
import shutil
from collections.abc import Callable, Iterable
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sidelook.formats.export.lineage import Lineage
from sidelook.formats.export.shapes import Shapes
from sidelook.formats.export.text import Column, as_text, joined, rounded

#: Characters that XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">\n<Document>\n'
)
ENDING = "</Document>\n</kml>\n"

#: Colours are aabbggrr. What is simulated looks it.
_STYLES = "".join(
    f'<Style id="{name}"><IconStyle><color>{colour}</color><scale>0.5</scale></IconStyle>'
    f"<LineStyle><color>{colour}</color><width>2</width></LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>\n"
    for name, colour in (("reported", "ff00d7ff"), ("simulated", "ffff80ff"))
)


class KmlSink:
    """Collects placemarks by folder; writes the document, whose head tells the highest marking, when closed.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    spool : opens an empty temporary file; one is held for each folder until ``close``
    """

    def __init__(self, stream: BinaryIO, spool: Callable[[], BinaryIO]) -> None:
        self._stream, self._spool = stream, spool
        self._folders: dict[str, BinaryIO] = {}
        self._fields: dict[str, str] = {}
        self._lineage = Lineage()

    def write(self, table: pa.Table, shapes: Shapes) -> None:
        """Write one block; see ``TableSink``."""
        self._lineage.add(table)
        self._fields |= {field.name: _field_kind(field.type) for field in table.schema}
        placemarks = np.array(_placemarks(table, shapes).to_pylist(), object)
        folders = _folder_names(table)
        for name in dict.fromkeys(folders):
            rows = placemarks[folders == name]
            self._folder(name).write("\n".join(rows).encode() + b"\n")

    def close(self) -> None:
        """Write the document and give the temporary files back."""
        self._stream.write((opening(self._lineage) + _schema(self._fields)).encode())
        for name, spooled in sorted(self._folders.items()):
            self._stream.write(f"<Folder><name>{escape_xml(name)}</name>\n".encode())
            spooled.seek(0)
            shutil.copyfileobj(spooled, self._stream, 1 << 20)
            spooled.close()
            self._stream.write(b"</Folder>\n")
        self._stream.write(ENDING.encode())

    def _folder(self, name: str) -> BinaryIO:
        if name not in self._folders:
            self._folders[name] = self._spool()
        return self._folders[name]


def escape_xml(text: str) -> str:
    """Write text so that XML reads it back; what XML cannot hold becomes U+FFFD."""
    return html.escape(_NOT_XML.sub("\ufffd", text))


def opening(lineage: Lineage) -> str:
    """Write the beginning of a document: its marking in plain sight and as data, and the styles."""
    sentence = escape_xml(lineage.sentence())
    data = "".join(
        f'<Data name="{name}"><value>{escape_xml(_plain(value))}</value></Data>'
        for name, value in lineage.describe().items()
        if value is not None
    )
    head = f"{_HEAD}<name>Sidelook</name>\n<description>{sentence}</description>\n"
    return f"{head}{_STYLES}<ExtendedData>{data}</ExtendedData>\n"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _folder_names(table: pa.Table) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    if "target_class" not in table.column_names:
        return np.full(table.num_rows, "dwells", object)
    return np.array(table.column("target_class").cast(pa.string()).to_pylist(), object)


def _placemarks(table: pa.Table, shapes: Shapes) -> Column:
    """Write each row as a Placemark; elements stand in the order the schema of KML asks."""
    table = rounded(table)
    time = joined("<TimeStamp><when>", as_text(table.column("time"), escape_xml), "</when></TimeStamp>")
    style = pa.array(np.where(table.column("simulated").to_numpy(), "#simulated", "#reported"))
    data = joined(*_simple_data(table), skip_null=True)
    return joined(
        *("<Placemark>", time, "<styleUrl>", style, "</styleUrl>"),
        *('<ExtendedData><SchemaData schemaUrl="#row">', data, "</SchemaData></ExtendedData>"),
        *(shapes.kml(), "</Placemark>"),
        skip_null=True,
    )


def _simple_data(table: pa.Table) -> Iterable[Column]:
    for name in table.column_names:
        yield joined(f'<SimpleData name="{name}">', as_text(table.column(name), escape_xml), "</SimpleData>")


def _schema(fields: dict[str, str]) -> str:
    members = "".join(f'<SimpleField type="{kind}" name="{name}"/>' for name, kind in fields.items())
    return f'<Schema name="row" id="row">{members}</Schema>\n'


def _field_kind(kind: pa.DataType) -> str:
    if pa.types.is_floating(kind):
        return "double"
    if pa.types.is_integer(kind):
        return "int"
    return "bool" if pa.types.is_boolean(kind) else "string"
