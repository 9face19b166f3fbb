"""Our own truth as Parquet: every entity at every look and at regular moments; marked simulated, always.

An edge: angles are degrees and every unit stands in the column's name; times are ``timestamp[ns, UTC]``; what there
is none of is null. Written and read in row groups, so that neither needs all of it in memory.
"""

import io
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sidelook.formats.tables.columns import TARGET_CLASS_NAMES
from sidelook.formats.truth.arrow import Source
from sidelook.formats.truth.errors import TooMuchTruthError, TruthColumnsError, TruthError
from sidelook.formats.truth.gathering import ImportSettings, sorting
from sidelook.model.truth import Entities, TruthLooks, TruthSamples

ROW_GROUP = 256 * 1024
MARK = MappingProxyType({"format": "sidelook truth 1", "simulated": True})
KEY = b"sidelook"

#: Column of the file -> column of ``TruthLooks``; a name that ends in ``_deg`` holds degrees of its radians.
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "time": "time",
        "dwell": "dwell",
        "entity": "entity",
        "latitude_deg": "latitude",
        "longitude_deg": "longitude",
        "height_m": "height",
        "speed_mps": "speed",
        "heading_deg": "heading",
        "radial_speed_mps": "radial_speed",
        "visible": "visible",
        "masked": "masked",
        "in_notch": "in_notch",
        "in_view": "in_view",
        "detected": "detected",
        "formation": "formation",
        "target_class": "target_class",
    }
)

_WORDS = pa.array(TARGET_CLASS_NAMES)
_NULL = frozenset({"dwell", "formation"})  # -1 in the record
_KEPT = ("entity", "time", "latitude", "longitude", "height", "target_class", "formation")  # of samples
_TIME = pa.timestamp("ns", tz="UTC")
_DAMAGE = (pa.ArrowException, OSError, ValueError)
_DEFAULTS = ImportSettings()


def _schema() -> "pa.Schema":
    fields: list[tuple[str, Any]] = []
    for name, field in COLUMNS.items():
        kind: Any = pa.from_numpy_dtype(np.dtype(TruthLooks.DTYPES[field]))
        special = {"time": _TIME, "target_class": pa.dictionary(pa.int16(), pa.string())}
        fields.append((name, special.get(name, kind)))
    return pa.schema([*fields, ("simulated", pa.bool_())], metadata={KEY: json.dumps(dict(MARK)).encode()})


SCHEMA = _schema()


class TruthParquetWriter:
    """Writes truth in row groups of at least ``ROW_GROUP`` rows.

    Parameters
    ----------
    stream : open for writing bytes; need not be seekable
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(
            stream, SCHEMA, compression="zstd", write_statistics=["time", "entity", "dwell"]
        )
        self._held: list[pa.Table] = []
        self._rows = 0

    def write(self, looks: TruthLooks) -> None:
        """Write a block, e.g. the entities at one look."""
        self._held.append(_table(looks))
        self._rows += len(looks)
        if self._rows >= ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is held back and the footer; the stream stays open. A file without a block is whole."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.concat_tables(self._held), row_group_size=4 * ROW_GROUP)
        self._held.clear()
        self._rows = 0


def read_looks(source: Source) -> Iterator[TruthLooks]:
    """Read truth that ``TruthParquetWriter`` wrote, block by block.

    Parameters
    ----------
    source : of the file

    Raises
    ------
    TruthError : damaged, not ours, or with rows that are not marked as simulated
    """
    try:
        file = pq.ParquetFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        if not set(SCHEMA.names) <= set(file.schema_arrow.names):
            raise TruthColumnsError(found=tuple(file.schema_arrow.names), known=", ".join(SCHEMA.names))
        for batch in file.iter_batches(ROW_GROUP, columns=SCHEMA.names, use_threads=False):
            yield _looks(batch)
    except _DAMAGE as error:
        message = f"the bytes are no sound truth in Parquet: {error}"
        raise TruthError(message) from error


def read_truth(source: Source, settings: ImportSettings = _DEFAULTS) -> TruthSamples:
    """Read truth that ``TruthParquetWriter`` wrote as samples: all rows, looks and regular moments alike.

    Parameters
    ----------
    source : of the file
    settings : how many samples are allowed

    Returns
    -------
    samples sorted by entity and time; entities keep their truth tags, names are in the table beside the recording

    Raises
    ------
    TruthError : as for ``read_looks``, or there are too many
    """
    parts: dict[str, list[NDArray[Any]]] = {name: [np.zeros(0, TruthLooks.DTYPES[name])] for name in _KEPT}
    count = 0
    for looks in read_looks(source):
        count += len(looks)
        if count > settings.most_samples:
            raise TooMuchTruthError(most=settings.most_samples)
        for name, column in parts.items():
            column.append(getattr(looks, name))
    columns = {name: np.concatenate(column) for name, column in parts.items()}
    tags, first, row = np.unique(columns["entity"], return_index=True, return_inverse=True)
    samples = TruthSamples(
        row=row.astype(np.int32),
        **{name: columns[name] for name in ("time", "latitude", "longitude", "height")},
        entities=Entities(
            entity=tags,
            target_class=columns["target_class"][first],
            formation=columns["formation"][first],
            length=np.full(len(tags), np.nan, np.float32),
        ),
    )
    order = sorting(samples.row, samples.time)
    return samples if order is None else samples.take(order)


def _table(looks: TruthLooks) -> "pa.Table":
    columns: dict[str, Any] = {}
    for name, field in COLUMNS.items():
        values = getattr(looks, field)
        if name == "time":
            columns[name] = pa.array(values, _TIME)
        elif name == "target_class":
            columns[name] = pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int16)), _WORDS)
        elif name in _NULL:
            columns[name] = pa.array(values, mask=values == -1)
        else:
            columns[name] = pa.array(np.degrees(values) if name.endswith("_deg") else values, from_pandas=True)
    columns["simulated"] = pa.array(np.ones(len(looks), np.bool_))
    return pa.table(columns, schema=SCHEMA)


def _looks(batch: "pa.RecordBatch") -> TruthLooks:
    if not np.all(batch.column("simulated").fill_null(False).to_numpy(zero_copy_only=False)):  # noqa: FBT003 - Arrow's
        message = "rows are not marked as simulated: this is not truth that Sidelook wrote"
        raise TruthError(message)
    return TruthLooks(**{field: _values(batch.column(name), name, field) for name, field in COLUMNS.items()})


def _values(column: Any, name: str, field: str) -> NDArray[Any]:  # noqa: ANN401 - Arrow's arrays are generic in its stubs
    dtype = np.dtype(TruthLooks.DTYPES[field])
    if name == "target_class":
        return _classes(column)
    if name == "time":
        column = column.cast(_TIME)
    column = column.cast(pa.from_numpy_dtype(dtype))
    if name in _NULL:
        column = column.fill_null(-1)
    if dtype.kind != "f" and column.null_count:
        message = f"column {name} has gaps; it must be whole"
        raise TruthError(message)
    values = column.to_numpy(zero_copy_only=False)
    return np.asarray(np.radians(values) if name.endswith("_deg") else values).astype(dtype)


def _classes(column: Any) -> NDArray[np.uint8]:  # noqa: ANN401 - likewise
    known = {word: code for code, word in enumerate(TARGET_CLASS_NAMES)}
    column = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
    words = column.dictionary.to_pylist()
    used = np.unique(column.indices.fill_null(-1).to_numpy(zero_copy_only=False))
    if any(index < 0 or words[index] not in known for index in used.tolist()):
        message = "column target_class holds words that are no target class"
        raise TruthError(message)
    table = np.array([known.get(word, 0) for word in words] or [0], np.uint8)
    classes: NDArray[np.uint8] = table[column.indices.to_numpy(zero_copy_only=False)]
    return classes
