"""Columns of the model to raw fields: to the nearest step, and whether the field can say it at all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.classes import class_codes
from sidelook.formats.stanag4607.errors import UnwritableDwellsError
from sidelook.formats.stanag4607.layouts import DWELL_BITS
from sidelook.formats.stanag4607.scaling import (
    B16_STEP,
    DWELL_SCALINGS,
    INTEGERS,
    REPORT_SCALINGS,
    Scaling,
)
from sidelook.model.columns import Flags, Integers
from sidelook.model.plots import Dwells, Plots

Words64 = NDArray[np.uint64]

# Angles around the circle wrap; everything else must fit.
_CIRCULAR = frozenset({"D8", "D15", "D21", "D25", "D27", "D28", "D32.3"})
_LATITUDES = frozenset({"D7", "D24", "D32.2"})
_MANDATORY = ("D7", "D8", "D9", "D24", "D25", "D26", "D27")
_OPTIONAL_DWELL_GROUPS = (
    ("D12", "D13", "D14"),
    ("D15", "D16", "D17"),
    ("D21", "D22", "D23"),
    ("D28", "D29", "D30"),
    ("D31",),
)
# A field of a report, and the fields it makes no sense without.
_REPORT_NEEDS = {
    "D32.6": ("D32.6",),
    "D32.7": ("D32.7",),
    "D32.8": ("D32.7",),
    "D32.9": ("D32.9",),
    "D32.11": ("D32.11",),
    "D32.12": ("D32.12", "D32.13"),
    "D32.13": ("D32.12", "D32.13"),
    "D32.14": ("D32.12", "D32.13", "D32.14", "D32.6"),
    "D32.15": ("D32.12", "D32.13", "D32.15", "D32.7"),
    "D32.18": ("D32.18",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantised:
    """Raw fields of many items.

    Attributes
    ----------
    raw : by symbol, (n,) numbers as they will be written
    known : (n,) bits of the optional fields that each item can say
    """

    raw: dict[str, NDArray[Any]]
    known: Words64


def bit(*symbols: str) -> int:
    """Mask with the bits of some fields."""
    return sum(1 << DWELL_BITS[symbol] for symbol in symbols)


def quantise_dwells(dwells: Dwells) -> Quantised:
    """Turn dwell columns into raw fields, without D4 to D6, D10, D11 and D18 to D20.

    Parameters
    ----------
    dwells : to write

    Returns
    -------
    (M,) raw fields

    Raises
    ------
    UnwritableDwellsError : a field that every dwell must have is NaN or out of its range
    """
    raw, fits = _quantise(dwells, DWELL_SCALINGS)
    extent = np.rint(dwells.range_half_extent / B16_STEP)
    fits["D26"] = (extent >= 0) & (extent < 1 << 15)
    raw["D26"] = np.where(fits["D26"], extent, 0).astype(np.uint16)
    for symbol in _MANDATORY:
        if not fits[symbol].all():
            row = int(np.flatnonzero(~fits[symbol])[0])
            message = f"dwell {row} has no {symbol} that fits the field; every dwell needs position, area and extent"
            raise UnwritableDwellsError(message)
    # Indices count on and wrap (D3 may); so do ours.
    for symbol, column in (("D2", dwells.revisit), ("D3", dwells.dwell)):
        raw[symbol] = column.astype(np.uint16)
    known = np.zeros(len(dwells), np.uint64)
    for group in _OPTIONAL_DWELL_GROUPS:
        complete = np.logical_and.reduce([fits[symbol] for symbol in group])
        known |= np.where(complete, np.uint64(bit(*group)), np.uint64(0))
    return Quantised(raw=raw, known=known)


def quantise_plots(plots: Plots, *, edition_a: bool) -> Quantised:
    """Turn plot columns into raw fields, without D32.4 and D32.5.

    Parameters
    ----------
    plots : to write
    edition_a : True where classes 14 to 18 may be written

    Returns
    -------
    (N,) raw fields

    Raises
    ------
    UnwritableDwellsError : a plot has no position
    """
    raw, fits = _quantise(plots, REPORT_SCALINGS)
    if not (fits["D32.2"] & fits["D32.3"]).all():
        message = "a plot has no position; take it out before writing"
        raise UnwritableDwellsError(message)
    raw["D32.10"] = class_codes(plots.target_class, plots.simulated, edition_a=edition_a)
    known = np.full(len(plots), bit("D32.2", "D32.3", "D32.4", "D32.5", "D32.10"), np.uint64)
    for symbol, needs in _REPORT_NEEDS.items():
        known |= _where(np.logical_and.reduce([fits[need] for need in needs]), symbol)
    for symbol, name in INTEGERS.items():
        raw[symbol] = np.maximum(getattr(plots, name), 0)
    known |= _where((plots.index >= 0) & (plots.index < 1 << 16), "D32.1")
    tagged = (plots.truth_application >= 0) & (plots.truth_entity >= 0) & (plots.truth_entity < 1 << 32)
    known |= _where(tagged, "D32.16", "D32.17")
    return Quantised(raw=raw, known=known)


def delta_locations(
    dwells: Quantised, plots: Quantised, owner: Integers
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Express plot positions as steps from the centre of their dwell (D10, D11, D32.4, D32.5).

    Parameters
    ----------
    dwells, plots : raw fields
    owner : (N,) dwell of each plot

    Returns
    -------
    scale : D10 and D11, (M,) smallest steps that reach the dwell's farthest plot
    delta : D32.4 and D32.5, (N,)
    """
    scale, delta = {}, {}
    for at, centre, step, offset in (("D32.2", "D24", "D10", "D32.4"), ("D32.3", "D25", "D11", "D32.5")):
        away = plots.raw[at].astype(np.int64) - dwells.raw[centre].astype(np.int64)[owner]
        if centre == "D25":
            away = away.astype(np.int32).astype(np.int64)
        farthest = np.zeros(len(dwells.known), np.int64)
        np.maximum.at(farthest, owner, np.abs(away))
        scale[step] = np.maximum(-(-farthest // (2**15 - 1)), 1)
        delta[offset] = np.rint(away / scale[step][owner]).astype(np.int64)
    return scale, delta


def _where(flags: Flags, *symbols: str) -> Words64:
    return np.where(flags, np.uint64(bit(*symbols)), np.uint64(0))


def _quantise(items: Dwells | Plots, table: tuple[Scaling, ...]) -> tuple[dict[str, NDArray[Any]], dict[str, Flags]]:
    raw, fits = {}, {}
    for item in table:
        raw[item.symbol], fits[item.symbol] = _quantise_one(getattr(items, item.column), item)
    return raw, fits


def _quantise_one(values: NDArray[Any], item: Scaling) -> tuple[NDArray[Any], Flags]:
    """Round to steps; what is NaN or does not fit becomes 0."""
    kind = np.dtype(item.read_as)
    steps = np.rint(np.divide(values, item.step, dtype=np.float64))
    if item.symbol in _CIRCULAR:
        fits = np.isfinite(steps)
        return _clear(steps, fits).astype(np.int64).astype(kind.newbyteorder("=")), fits
    limits = np.iinfo(kind)
    if item.symbol in _LATITUDES:
        # The pole itself is one step beyond the form; its neighbour is 5 mm away.
        steps = np.where(steps == limits.max + 1, limits.max, steps)
    fits = (steps >= limits.min) & (steps <= limits.max)
    return _clear(steps, fits).astype(kind.newbyteorder("=")), fits


def _clear(steps: NDArray[np.float64], fits: Flags) -> NDArray[np.float64]:
    return steps if fits.all() else np.where(fits, steps, 0.0)
