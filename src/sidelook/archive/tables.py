"""Records as flat tables, one NumPy column a name: the form that is kept in files and in memory alike.

The tables of plots and dwells are joined by ``dwell_id``, the number of the dwell in its mission, counted
from 1 in order of arrival. ``origin`` counts the mission's origins.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.archive.records import KeptTruth, Looks
from sidelook.model.cells import CellCounts
from sidelook.model.columns import Indices, Integers
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

Column: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Column]

_UPPER, _WHOLE = ("ee", "en", "nn"), ("ee", "en", "ne", "nn")
_MATRICES = {
    "position_covariance": _UPPER,
    "velocity_covariance": _UPPER,
    "extent": _UPPER,
    "cross_covariance": _WHOLE,
}
_PARTS = {
    f"{name}_{suffix}": (name, place) for name, suffixes in _MATRICES.items() for place, suffix in enumerate(suffixes)
}
_COVARIANCES = {flat: part for flat, part in _PARTS.items() if part[0] in TrackTable.DTYPES}
_SPREADS = {flat: part for flat, part in _PARTS.items() if part[0] in FormationTable.DTYPES}
_PLOT_NAMES = tuple(name for name in Plots.DTYPES if name not in {"dwell", "simulated"})
_TRACK_NAMES = tuple(name for name in TrackTable.DTYPES if name not in _MATRICES)
_FORMATION_NAMES = tuple(name for name in FormationTable.DTYPES if name not in _MATRICES)

PLOT_DTYPES: dict[str, Any] = {
    "time": np.int64,
    "dwell_id": np.int64,
    "track": np.int64,
    "origin": np.int32,
    "simulated": np.bool_,
    "report_simulated": np.bool_,
    **{name: Plots.DTYPES[name] for name in _PLOT_NAMES},
}
DWELL_DTYPES: dict[str, Any] = {"dwell_id": np.int64, "simulated": np.bool_, **Dwells.DTYPES}
TRACK_DTYPES: dict[str, Any] = {
    **{name: TrackTable.DTYPES[name] for name in _TRACK_NAMES},
    **dict.fromkeys(_COVARIANCES, np.float32),
}
FORMATION_DTYPES: dict[str, Any] = {
    **{name: FormationTable.DTYPES[name] for name in _FORMATION_NAMES},
    **dict.fromkeys(_SPREADS, np.float32),
}
TRUTH_DTYPES: dict[str, Any] = {**TruthLooks.DTYPES, "origin": np.int32, "simulated": np.bool_}
CELL_DTYPES: dict[str, Any] = {"time": np.int64, **{n: t for n, t in CellCounts.DTYPES.items() if n != "begin"}}

BRIEF_PLOTS = (
    "time", "dwell_id", "track", "simulated", "report_simulated", "latitude", "longitude", "radial_speed", "snr_db",
    "target_class", "sigma_slant_range", "sigma_cross_range",
)  # fmt: skip
"""What a map shows of a plot; the other columns cost as much again to read."""
BRIEF_DWELLS = (
    "dwell_id", "simulated", "time", "revisit", "dwell", "last_of_revisit", "sensor_latitude", "sensor_longitude",
    "sensor_height", "track", "speed", "area_latitude", "area_longitude", "range_half_extent", "angle_half_extent",
    "minimum_detectable_speed", "origin",
)  # fmt: skip

_NOT_SHOWN = ("height", "velocity_covariance", "cross_covariance")
BRIEF_TRACKS = tuple(name for name in TRACK_DTYPES if not name.startswith(_NOT_SHOWN))


def dwell_columns(dwells: Dwells, ids: Integers, origin: Indices) -> Columns:
    """Spell dwells as a table: ``ids`` and ``origin`` (M,) as the mission counts them."""
    given = {name: getattr(dwells, name) for name in Dwells.DTYPES}
    return given | {"dwell_id": ids, "simulated": dwells.simulated, "origin": origin}


def plot_columns(dwells: Dwells, ids: Integers, origin: Indices, plot_track: Integers) -> Columns:
    """Spell the plots of dwells as a table; *simulated* is that of the plot or of where it came from."""
    plots, owner = dwells.plots, dwells.plots.dwell
    by_origin = np.array([item.simulated for item in dwells.origins] or [False])[dwells.origin]
    return {name: getattr(plots, name) for name in _PLOT_NAMES} | {
        "time": dwells.time[owner],
        "dwell_id": ids[owner],
        "track": plot_track,
        "origin": origin[owner],
        "simulated": plots.simulated | by_origin[owner],
        "report_simulated": plots.simulated,
    }


def track_columns(table: TrackTable, origin: Indices) -> Columns:
    """Spell track states as a table; *simulated* is that of the track or of where it came from."""
    by_origin = np.array([item.simulated for item in table.origins] or [False])[table.origin]
    given = {name: getattr(table, name) for name in _TRACK_NAMES}
    parts = {flat: getattr(table, name)[:, place] for flat, (name, place) in _COVARIANCES.items()}
    return given | parts | {"origin": origin, "simulated": table.simulated | by_origin}


def formation_columns(table: FormationTable, origin: Indices) -> Columns:
    """Spell states of formations as a table, as ``track_columns`` does."""
    by_origin = np.array([item.simulated for item in table.origins] or [False])[table.origin]
    given = {name: getattr(table, name) for name in _FORMATION_NAMES}
    parts = {flat: getattr(table, name)[:, place] for flat, (name, place) in _SPREADS.items()}
    return given | parts | {"origin": origin, "simulated": table.simulated | by_origin}


def truth_columns(looks: TruthLooks, origin: int) -> Columns:
    """Spell truth as a table, all of it from one origin of the mission, and all of it simulated."""
    given = {name: getattr(looks, name) for name in TruthLooks.DTYPES}
    return given | {"origin": np.full(len(looks), origin, np.int32), "simulated": np.ones(len(looks), np.bool_)}


def cell_columns(table: CellCounts, origin: Indices) -> Columns:
    """Spell counts by cell as a table; ``time`` is when each hour begins."""
    given = {name: getattr(table, name) for name in CellCounts.DTYPES if name != "begin"}
    return given | {"time": table.begin, "origin": origin}


def cells_from(columns: Columns, origins: Sequence[Origin]) -> CellCounts:
    """Build counts by cell, by hour, then cell, from a table."""
    columns = select(columns, np.lexsort((columns["cell"], columns["level"], columns["time"])))
    given = {name: columns["time" if name == "begin" else name] for name in CellCounts.DTYPES}
    return CellCounts(**given, origins=tuple(origins))


def looks_from(dwells: Columns, plots: Columns, origins: Sequence[Origin]) -> Looks:
    """Build dwells and their plots from tables; columns not given say nothing.

    Parameters
    ----------
    dwells, plots : every plot's dwell must be among the dwells; ``plot_count`` is counted anew
    origins : of the mission, by number
    """
    dwells = select(dwells, np.lexsort((dwells["dwell_id"], dwells["time"])))
    owner = _rows_of(plots["dwell_id"], dwells["dwell_id"])
    if np.any(np.diff(owner) < 0):
        order = np.argsort(owner, kind="stable")
        plots, owner = select(plots, order), owner[order]
    count = np.bincount(owner, minlength=len(dwells["time"])).astype(np.int32)
    kept = {name: plots[name] for name in _PLOT_NAMES if name in plots}
    rows = Plots.empty(len(owner), **kept, dwell=owner.astype(np.int32), simulated=plots["report_simulated"])
    given = {name: dwells[name] for name in Dwells.DTYPES if name in dwells} | {"plot_count": count}
    record = Dwells.empty(len(count), **given, plots=rows, origins=tuple(origins))
    return Looks(dwells=record, plot_track=plots["track"])


def tracks_from(columns: Columns, origins: Sequence[Origin]) -> TrackTable:
    """Build track states, by time, from a table; columns not given say nothing."""
    columns = select(columns, np.lexsort((columns["track"], columns["time"])))
    given = {name: columns[name] for name in _TRACK_NAMES if name in columns}
    for whole in dict.fromkeys(name for name, _ in _COVARIANCES.values()):
        parts = [columns[flat] for flat, (name, _) in _COVARIANCES.items() if name == whole and flat in columns]
        given |= {whole: np.stack(parts, axis=1)} if parts else {}
    return TrackTable.empty(len(columns["time"]), **given, origins=tuple(origins))


def formations_from(columns: Columns, origins: Sequence[Origin]) -> FormationTable:
    """Build states of formations, by time, from a table."""
    columns = select(columns, np.lexsort((columns["formation"], columns["time"])))
    given = {name: columns[name] for name in _FORMATION_NAMES}
    for whole in dict.fromkeys(name for name, _ in _SPREADS.values()):
        given[whole] = np.stack([columns[flat] for flat, (name, _) in _SPREADS.items() if name == whole], axis=1)
    return FormationTable(**given, origins=tuple(origins))


def truth_from(columns: Columns, origins: Sequence[Origin]) -> KeptTruth:
    """Build truth, by time, from a table."""
    columns = select(columns, np.lexsort((columns["entity"], columns["time"])))
    looks = TruthLooks(**{name: columns[name] for name in TruthLooks.DTYPES})
    return KeptTruth(looks=looks, origin=columns["origin"], origins=tuple(origins))


def blank_columns(dtypes: Mapping[str, Any]) -> Columns:
    """Build a table without rows."""
    return {name: np.zeros(0, dtype) for name, dtype in dtypes.items()}


def select(columns: Columns, rows: NDArray[Any] | slice) -> Columns:
    """Take rows of a table."""
    return {name: column[rows] for name, column in columns.items()}


def join(parts: Sequence[Columns], names: Sequence[str]) -> Columns:
    """Put tables one after another; at least one."""
    if len(parts) == 1:
        return {name: parts[0][name] for name in names}
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _rows_of(wanted: Integers, ids: Integers) -> Integers:
    """Find the row of each wanted id among ids in any order."""
    if not len(wanted):
        return np.zeros(0, np.int64)
    order = np.argsort(ids, kind="stable")
    return order[np.searchsorted(ids, wanted, sorter=order)]
