"""Vehicle truth in Parquet and CSV, in the sets of columns of ``layouts``."""

from collections.abc import Iterable

import numpy as np

from sidelook.formats.truth.arrow import Rows, Source, csv_rows, parquet_rows
from sidelook.formats.truth.classes import class_of_type
from sidelook.formats.truth.gathering import Batch, Gatherer, ImportSettings
from sidelook.formats.truth.layouts import TABLE_LAYOUTS, TimeKind
from sidelook.model.columns import Floats, Indices, Integers, Octets
from sidelook.model.plots import TargetClass
from sidelook.model.truth import TruthSamples
from sidelook.timescale import NANOSECONDS_PER_SECOND

_MOST_SECONDS = 2**63 / NANOSECONDS_PER_SECOND - 1.0
_DEFAULTS = ImportSettings()


def read_parquet(source: Source, settings: ImportSettings = _DEFAULTS) -> TruthSamples:
    """Read vehicle truth from Parquet.

    Parameters
    ----------
    source : a file whose columns are one of ``TABLE_LAYOUTS``: ``id``, ``latitude_deg``, ``longitude_deg``, a time
        (``time``, ``time_ns`` or ``time_s``), and where known ``height_m``, ``class`` and ``formation``; or
        ``time_s``, ``id``, ``lon_e7``, ``lat_e7`` and where known ``z_dm`` (above the geoid) and ``type``
    settings : how to read it

    Returns
    -------
    samples sorted by entity and time; timestamps without a zone are taken as UTC

    Raises
    ------
    TruthError : damaged, without a needed column, with a value that cannot be, or too long
    """
    return gather(parquet_rows(source, TABLE_LAYOUTS, settings.most_samples), settings)


def read_csv(source: Source, settings: ImportSettings = _DEFAULTS) -> TruthSamples:
    """Read vehicle truth from CSV, also packed with gzip; see ``read_parquet``.

    ``time`` is text in ISO 8601 with its zone, or whole ns UTC.
    """
    return gather(csv_rows(source, TABLE_LAYOUTS), settings)


def gather(batches: Iterable[Rows], settings: ImportSettings) -> TruthSamples:
    """Put the batches of a table together.

    Raises
    ------
    TruthError : a value cannot be, or there are too many rows
    """
    gatherer = Gatherer(settings)
    for rows in batches:
        if len(rows):
            gatherer.add(_batch(rows, settings))
    return gatherer.samples()


def times(rows: Rows, start: int) -> Integers:
    """Read the times of a batch, ns UTC; seconds are counted from ``start``.

    Raises
    ------
    TruthError : a time is missing or out of reach of 64 bits
    """
    name = rows.layout.time
    if rows.layout.time_kind is TimeKind.SECONDS:
        second = rows.numbers(name)
        with np.errstate(invalid="ignore"):
            good = np.abs(second + start / NANOSECONDS_PER_SECOND) < _MOST_SECONDS
        rows.require(good & (np.abs(second) < _MOST_SECONDS), name, "seconds")
        whole = np.floor(second)
        fraction = np.rint((second - whole) * NANOSECONDS_PER_SECOND)
        return start + whole.astype(np.int64) * NANOSECONDS_PER_SECOND + fraction.astype(np.int64)
    return rows.moments(name)


def positions(rows: Rows) -> tuple[Floats, Floats]:
    """Read latitudes and longitudes, rad.

    Raises
    ------
    TruthValueError : one is missing or not on the globe
    """
    layout = rows.layout
    latitude, longitude = (rows.numbers(name) * layout.degrees for name in (layout.latitude, layout.longitude))
    rows.require(np.abs(latitude) <= 90.0, layout.latitude, "a latitude of -90 to 90 degrees")  # noqa: PLR2004
    rows.require(np.abs(longitude) <= 180.0, layout.longitude, "a longitude of -180 to 180 degrees")  # noqa: PLR2004
    return np.radians(latitude), np.radians(longitude)


def _batch(rows: Rows, settings: ImportSettings) -> Batch:
    layout = rows.layout
    name, names = rows.words(layout.identity)
    rows.require(name >= 0, layout.identity, "a name")
    latitude, longitude = positions(rows)
    height = _heights(rows)
    formation, formations = _formations(rows)
    return Batch(
        name=name,
        names=[word or "" for word in names],
        time=times(rows, settings.start),
        latitude=latitude,
        longitude=longitude,
        height=settings.on_ellipsoid(latitude, longitude, height) if layout.above_geoid else height,
        target_class=_classes(rows),
        formation=formation,
        formations=formations,
    )


def _heights(rows: Rows) -> Floats:
    """Read heights, m; NaN where the table has none."""
    name = rows.layout.height
    if name not in rows.columns:
        return np.full(len(rows), np.nan)
    height = rows.numbers(name) * rows.layout.metres
    rows.require(~np.isinf(height), name, "metres, or nothing")
    return height


def _classes(rows: Rows) -> Octets:
    name = rows.layout.kind
    if name not in rows.columns:
        return np.full(len(rows), TargetClass.UNKNOWN, np.uint8)
    code, words = rows.words(name)
    return np.array([*map(class_of_type, words), TargetClass.UNKNOWN], np.uint8)[code]


def _formations(rows: Rows) -> tuple[Indices, list[str]]:
    """Read which formation each row is of, -1 none; numbers below zero mean none too."""
    name = rows.layout.formation
    if name not in rows.columns:
        return np.full(len(rows), -1, np.int32), []
    code, words = rows.words(name)
    none = np.array([not word or word.startswith("-") for word in words] + [True])
    return np.where(none[code], -1, code).astype(np.int32), [word or "" for word in words]
