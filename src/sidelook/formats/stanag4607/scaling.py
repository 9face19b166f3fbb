"""Raw fields of dwells and reports to columns of the model, and back: one line a field.

Radians, metres, metres a second; longitudes -pi..pi because a full circle read as a signed number wraps by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.classes import CLASS_OF_CODE, SIMULATED_CODE
from sidelook.formats.stanag4607.layouts import MASKS_KEPT, dwell_layout
from sidelook.formats.stanag4607.wire import DwellGroup
from sidelook.model.columns import Floats, blank
from sidelook.model.plots import Dwells, Plots

CIRCLE_16, CIRCLE_32 = 2.0 * np.pi / 2**16, 2.0 * np.pi / 2**32
HALF_16, HALF_32 = np.pi / 2**16, np.pi / 2**32
B16_STEP = 2.0**-7 * 1000.0
B16_SIGN = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How one field becomes one column.

    Attributes
    ----------
    symbol : of the field
    column : of the model
    read_as : dtype to see the raw bits as
    step : value of the lowest bit, SI
    """

    symbol: str
    column: str
    read_as: str
    step: float


def _table(*rows: tuple[str, str, str, float]) -> tuple[Scaling, ...]:
    return tuple(Scaling(symbol=row[0], column=row[1], read_as=row[2], step=row[3]) for row in rows)


DWELL_SCALINGS = _table(
    ("D2", "revisit", ">u2", 1),
    ("D3", "dwell", ">u2", 1),
    ("D7", "sensor_latitude", ">i4", HALF_32),
    ("D8", "sensor_longitude", ">i4", CIRCLE_32),
    ("D9", "sensor_height", ">i4", 0.01),
    ("D12", "sigma_along", ">u4", 0.01),
    ("D13", "sigma_across", ">u4", 0.01),
    ("D14", "sigma_sensor_height", ">u2", 0.01),
    ("D15", "track", ">u2", CIRCLE_16),
    ("D16", "speed", ">u4", 0.001),
    ("D17", "climb", ">i1", 0.1),
    ("D21", "heading", ">u2", CIRCLE_16),
    ("D22", "pitch", ">i2", HALF_16),
    ("D23", "roll", ">i2", HALF_16),
    ("D24", "area_latitude", ">i4", HALF_32),
    ("D25", "area_longitude", ">i4", CIRCLE_32),
    ("D27", "angle_half_extent", ">u2", CIRCLE_16),
    ("D28", "sensor_heading", ">u2", CIRCLE_16),
    ("D29", "sensor_pitch", ">i2", HALF_16),
    ("D30", "sensor_roll", ">i2", HALF_16),
    ("D31", "minimum_detectable_speed", ">u1", 0.1),
)
REPORT_SCALINGS = _table(
    ("D32.2", "latitude", ">i4", HALF_32),
    ("D32.3", "longitude", ">i4", CIRCLE_32),
    ("D32.6", "height", ">i2", 1),
    ("D32.7", "radial_speed", ">i2", 0.01),
    ("D32.8", "wrap_speed", ">u2", 0.01),
    ("D32.9", "snr_db", ">i1", 1),
    ("D32.11", "class_probability", ">u1", 0.01),
    ("D32.12", "sigma_slant_range", ">u2", 0.01),
    ("D32.13", "sigma_cross_range", ">u2", 0.1),
    ("D32.14", "sigma_height", ">u1", 1),
    ("D32.15", "sigma_radial_speed", ">u2", 0.01),
    ("D32.18", "rcs_dbsm", ">i1", 0.5),
)
# Integer columns whose absence is said by a number.
INTEGERS = {"D32.1": "index", "D32.16": "truth_application", "D32.17": "truth_entity"}


def is_located(group: DwellGroup) -> bool:
    """Tell whether the reports of these dwells say where the targets are: in full, or as steps from the centre."""
    symbols = {*(group.body.dtype.names or ()), *(group.report.dtype.names or ())}
    return all(
        full in symbols or symbols.issuperset(steps)
        for full, steps in (("D32.2", {"D10", "D24", "D32.4"}), ("D32.3", {"D11", "D25", "D32.5"}))
    )


def dwell_columns(group: DwellGroup) -> dict[str, NDArray[Any]]:
    """Scale the bodies of dwells; what the mask leaves out is NaN.

    Parameters
    ----------
    group : dwells of one mask

    Returns
    -------
    columns of ``Dwells`` without ``origin``; ``time`` in ns since midnight of the mission day, ``plot_count`` as held
    """
    body = group.body
    columns = _scale(body, _readings(group.layout.mask)[0])
    names = body.dtype.names or ()
    if "D26" in names:
        columns["range_half_extent"] = _read_b16(body["D26"])
    if "D4" in names:
        columns["last_of_revisit"] = body["D4"] != 0
    if "D6" in names:
        columns["time"] = np.multiply(body["D6"], 1_000_000, dtype=np.int64)
    columns["plot_count"] = group.count.astype(np.int32)
    return _complete(columns, Dwells.DTYPES, len(body))


def report_columns(group: DwellGroup) -> dict[str, NDArray[Any]]:
    """Scale target reports; what the mask leaves out is NaN, for counts and tags -1.

    Parameters
    ----------
    group : dwells of one mask

    Returns
    -------
    columns of ``Plots`` without ``dwell``
    """
    report, names = group.report, group.report.dtype.names or ()
    columns = _scale(report, _readings(group.layout.mask)[1])
    if "D32.4" in names and "D32.2" not in names:
        columns["latitude"] = _from_delta(group, ("D24", "D10", "D32.4"), HALF_32)
    if "D32.5" in names and "D32.3" not in names:
        columns["longitude"] = _from_delta(group, ("D25", "D11", "D32.5"), CIRCLE_32)
    if "D32.8" in names:
        wrap = columns["wrap_speed"]
        wrap[wrap == 0] = np.nan
    if "D32.10" in names:
        code = report["D32.10"]
        columns["target_class"], columns["simulated"] = CLASS_OF_CODE[code], SIMULATED_CODE[code]
    for symbol, name in INTEGERS.items():
        dtype = Plots.DTYPES[name]
        columns[name] = report[symbol].astype(dtype) if symbol in names else np.full(len(report), -1, dtype)
    return _complete(columns, Plots.DTYPES, len(report))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the items of one layout are read.

    Attributes
    ----------
    seen_as : their layout with every field of the table as the dtype it is read as
    steps : (column, symbol, step or None for plain integers, dtype of the product, dtype of the column)
    """

    seen_as: np.dtype[Any]
    steps: tuple[tuple[str, str, np.floating[Any] | None, type[np.generic], type[np.generic]], ...]


@lru_cache(maxsize=MASKS_KEPT)
def _readings(mask: int) -> tuple[Reading, Reading]:
    """Prepare bodies and reports of one mask: what is decided here is not decided for every batch."""
    layout = dwell_layout(mask)
    return _prepare(layout.body, DWELL_SCALINGS, Dwells.DTYPES), _prepare(layout.report, REPORT_SCALINGS, Plots.DTYPES)


def _prepare(layout: np.dtype[Any], table: tuple[Scaling, ...], kinds: Mapping[str, Any]) -> Reading:
    names = layout.names or ()
    read_as = {item.symbol: item.read_as for item in table}
    seen_as = np.dtype([(name, read_as.get(name, layout[name])) for name in names])
    steps = []
    for item in table:
        if item.symbol in names:
            target = kinds[item.column]
            # 16 bits fit a float32 product; 32 bits need the float64 one before they are rounded.
            small = target is np.float32 and np.dtype(item.read_as).itemsize <= 2  # noqa: PLR2004
            product = np.float32 if small else np.float64
            steps.append((item.column, item.symbol, None if item.step == 1 else product(item.step), product, target))
    return Reading(seen_as=seen_as, steps=tuple(steps))


def _scale(raw: NDArray[Any], reading: Reading) -> dict[str, NDArray[Any]]:
    seen = raw.view(reading.seen_as)
    return {
        column: seen[symbol].astype(target)
        if step is None
        else np.multiply(seen[symbol], step, dtype=product).astype(target, copy=False)
        for column, symbol, step, product, target in reading.steps
    }


def _read_b16(raw: NDArray[Any]) -> Floats:
    sign = np.where(raw & B16_SIGN, -B16_STEP, B16_STEP)
    size = (raw & (B16_SIGN - 1)).astype(np.float64)
    return size * sign


def _from_delta(group: DwellGroup, symbols: tuple[str, str, str], step: float) -> Floats:
    """Resolve delta locations (D32.4, D32.5) in whole steps of 32 bits, so that circles wrap and nothing rounds."""
    centre, scale, delta = symbols
    names = group.body.dtype.names or ()
    if centre not in names or scale not in names:
        return np.full(len(group.report), np.nan)
    origin = np.repeat(group.body[centre].astype(np.int64), group.count)
    factor = np.repeat(group.body[scale].astype(np.int64), group.count)
    place: Floats = (origin + factor * group.report[delta]).astype(np.int32) * np.float64(step)
    return place


def _complete(columns: dict[str, NDArray[Any]], kinds: Mapping[str, Any], length: int) -> dict[str, NDArray[Any]]:
    for name, kind in kinds.items():
        if name not in columns:
            columns[name] = blank(kind, length)
    return columns
