"""Records to Arrow tables."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sidelook.formats.tables.columns import (
    CLASSIFICATION_NAMES,
    DWELL_COLUMNS,
    LOOK_COLUMNS,
    MINUS_ONE_IS_NULL,
    ORIGIN_COLUMNS,
    PLOT_COLUMNS,
    TARGET_CLASS_NAMES,
    TRACK_COLUMNS,
    TRACK_COVARIANCES,
    TRACK_STATE_NAMES,
)
from sidelook.model.columns import Columnar, Flags, Indices, Octets
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

# Quoted: PyArrow's classes take parameters in its stubs only.
Column: TypeAlias = "pa.Array[Any]"
Columns: TypeAlias = "dict[str, pa.Array[Any]]"

TIMESTAMP = pa.timestamp("ns", tz="UTC")

#: Its fields tell the kind of each column, also where there are no rows to tell it by.
_BLANK = Origin(source="")


def plots_table(dwells: Dwells) -> pa.Table:
    """Give every plot as a row, with the time, the sensor position and the lineage of its dwell.

    Parameters
    ----------
    dwells : with their plots

    Returns
    -------
    table of one row a plot, in the order of ``dwells.plots``; degrees, metres, timestamps in UTC, null where a
    value was not reported
    """
    plots, owner = dwells.plots, dwells.plots.dwell
    lineage = _origin_columns(dwells.origins, dwells.origin[owner])
    simulated = plots.simulated | _origin_simulated(dwells.origins)[dwells.origin[owner]]
    columns = {"time": _times(dwells.time[owner])}
    columns |= _plain_columns(plots, PLOT_COLUMNS)
    columns["target_class"] = _words(plots.target_class, TARGET_CLASS_NAMES)
    columns |= {name: _edge_values(name, getattr(dwells, field)[owner]) for name, field in LOOK_COLUMNS.items()}
    return pa.table(columns | {"simulated": pa.array(simulated)} | lineage)


def dwells_table(dwells: Dwells) -> pa.Table:
    """Give every dwell as a row: when, from where and where the radar looked, also where it saw nothing.

    Parameters
    ----------
    dwells : with their plots, which decide with their origins whether a dwell counts as simulated

    Returns
    -------
    table of one row a dwell, in order
    """
    columns = {"time": _times(dwells.time)} | _plain_columns(dwells, DWELL_COLUMNS)
    columns["simulated"] = pa.array(dwells.simulated)
    return pa.table(columns | _origin_columns(dwells.origins, dwells.origin))


def tracks_table(tracks: TrackTable) -> pa.Table:
    """Give every track state as a row.

    Parameters
    ----------
    tracks : states of tracks

    Returns
    -------
    table of one row a track and moment, in order
    """
    columns = {"time": _times(tracks.time), "supported": _times(tracks.supported)}
    columns |= _plain_columns(tracks, TRACK_COLUMNS)
    for field, names in TRACK_COVARIANCES.items():
        columns |= {name: _edge_values(name, getattr(tracks, field)[:, i]) for i, name in enumerate(names)}
    columns["state"] = _words(tracks.state, TRACK_STATE_NAMES)
    columns["target_class"] = _words(tracks.target_class, TARGET_CLASS_NAMES)
    columns["simulated"] = pa.array(tracks.simulated | _origin_simulated(tracks.origins)[tracks.origin])
    return pa.table(columns | _origin_columns(tracks.origins, tracks.origin))


def _plain_columns(record: Columnar, names: Mapping[str, str]) -> Columns:
    return {name: _edge_values(name, getattr(record, field)) for name, field in names.items()}


def _edge_values(name: str, values: NDArray[Any]) -> Column:
    """Turn a column into the unit its name promises; NaN, and -1 where it says so, become null."""
    edge: Column
    if name in MINUS_ONE_IS_NULL:
        edge = pa.array(values, mask=values == -1)
    else:
        edge = pa.array(np.degrees(values) if name.endswith("_deg") else values, from_pandas=True)
    return edge


def _times(nanoseconds: NDArray[np.int64]) -> Column:
    return pa.array(nanoseconds, TIMESTAMP)


def _words(codes: Octets, names: Sequence[str]) -> Column:
    """Name each code; the dictionary is the same in every table, so blocks join without work."""
    return pa.DictionaryArray.from_arrays(codes.astype(np.int16), pa.array(names))


def _origin_simulated(origins: tuple[Origin, ...]) -> Flags:
    return np.array([origin.simulated for origin in origins], np.bool_)


def _origin_columns(origins: tuple[Origin, ...], rows: Indices) -> Columns:
    """Spread the table of origins over the rows that point into it; text stays one word per origin."""
    names = [CLASSIFICATION_NAMES[origin.classification] for origin in origins]
    columns: Columns = {"classification": _spread(names, str, rows)}
    for name, field in ORIGIN_COLUMNS.items():
        kind = type(getattr(_BLANK, field))
        columns[name] = _spread([getattr(origin, field) for origin in origins], kind, rows)
    return columns


def _spread(values: list[Any], kind: type, rows: Indices) -> Column:
    spread: Column
    if kind is str:
        spread = pa.DictionaryArray.from_arrays(rows, pa.array(values, pa.string()))
    else:
        spread = pa.array(np.array(values, kind)[rows])
    return spread
