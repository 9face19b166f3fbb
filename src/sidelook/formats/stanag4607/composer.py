"""Dwells to dwell segments: which fields each can say, cut into pieces that fit a datagram."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.layouts import DWELL_BITS, HEADER_SIZE, SEGMENT_HEADER_SIZE, DwellLayout, dwell_layout
from sidelook.formats.stanag4607.presets import MASKS, MotionErrors, WriterSettings
from sidelook.formats.stanag4607.quantising import Quantised, bit, delta_locations, quantise_dwells, quantise_plots
from sidelook.formats.stanag4607.wire import DwellGroup
from sidelook.model.columns import Flags, Integers
from sidelook.model.plots import Dwells

_REPORT_BITS = bit(*(symbol for symbol in DWELL_BITS if symbol.startswith("D32")))
_MANDATORY_BITS = bit("D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D24", "D25", "D26", "D27")
_SCALE_BITS = bit("D10", "D11")
_MOTION_ERROR_BITS = bit("D18", "D19", "D20")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Dwell segments to write, in order.

    Attributes
    ----------
    dwell : (K,) row of the dwell each belongs to
    first : (K,) its first plot
    count : (K,) its plots
    mask : (K,) D1
    """

    dwell: Integers
    first: Integers
    count: Integers
    mask: NDArray[np.uint64]

    @property
    def last_of_dwell(self) -> Flags:
        """(K,) True for the last piece of each dwell."""
        return np.append(self.dwell[1:] != self.dwell[:-1], [True])[: len(self.dwell)]


def compose_dwells(
    dwells: Dwells, milliseconds: Integers, settings: WriterSettings
) -> tuple[Pieces, tuple[DwellGroup, ...]]:
    """Make dwell segments.

    A field that an item does not know is left out of the mask. Plots of one dwell that know different fields, or
    more than fit a datagram, go into several segments of equal D2, D3 and D6, in order; D4 is set in the last only.

    Parameters
    ----------
    dwells : to write
    milliseconds : (M,) D6
    settings : preset, version, largest datagram

    Returns
    -------
    pieces : the segments, in order
    groups : the same by mask; their rows number the pieces

    Raises
    ------
    UnwritableDwellsError : what every dwell or report must say is missing
    """
    body = quantise_dwells(dwells)
    report = quantise_plots(dwells.plots, edition_a=settings.edition_a)
    body.raw["D6"] = milliseconds
    owner = np.repeat(np.arange(len(dwells), dtype=np.int64), dwells.plot_count)
    preset = MASKS[settings.preset]
    if settings.motion_errors:
        _add_motion_errors(body, settings.motion_errors)
    if preset & _SCALE_BITS:
        scale, delta = delta_locations(body, report, owner)
        body.raw.update(scale)
        report.raw.update(delta)
    always = np.uint64(preset & (_MANDATORY_BITS | _SCALE_BITS))
    body_mask = body.known & np.uint64(preset & ~_REPORT_BITS) | always
    pieces = _cut(owner, body_mask, report.known & np.uint64(preset & _REPORT_BITS), settings)
    body.raw["D4"] = dwells.last_of_revisit
    return pieces, tuple(_group(pieces, mask, body, report) for mask in np.unique(pieces.mask).tolist())


def piece_sizes(pieces: Pieces) -> Integers:
    """(K,) bytes of each segment with its header."""
    size = np.zeros(len(pieces.mask), np.int64)
    for mask in np.unique(pieces.mask).tolist():
        layout, rows = dwell_layout(mask), pieces.mask == mask
        size[rows] = SEGMENT_HEADER_SIZE + layout.body.itemsize + pieces.count[rows] * layout.report.itemsize
    return size


def _cut(owner: Integers, body_mask: NDArray[np.uint64], known: NDArray[np.uint64], settings: WriterSettings) -> Pieces:
    """Cut each dwell's plots where their fields differ, and where a datagram is full."""
    mask = known | body_mask[owner]
    plot = np.arange(len(owner), dtype=np.int64)
    fresh = np.ones(len(owner), np.bool_)
    fresh[1:] = (owner[1:] != owner[:-1]) | (mask[1:] != mask[:-1])
    run_start = plot[fresh][np.cumsum(fresh) - 1] if len(owner) else plot
    capacity = np.ones(len(owner), np.int64)
    for each in np.unique(mask).tolist():
        capacity[mask == each] = _capacity(dwell_layout(each), settings.max_datagram)
    first = np.flatnonzero((plot - run_start) % capacity == 0)
    count = np.diff(np.append(first, len(owner)))
    empty = np.flatnonzero(np.bincount(owner, minlength=len(body_mask)) == 0)
    full_mask = body_mask[empty] | np.uint64(MASKS[settings.preset] & _REPORT_BITS)
    dwell = np.concatenate([owner[first], empty])
    order = np.argsort(dwell, kind="stable")
    nothing = np.zeros(len(empty), np.int64)
    return Pieces(
        dwell=dwell[order],
        first=np.concatenate([first, nothing])[order],
        count=np.concatenate([count, nothing])[order],
        mask=np.concatenate([mask[first], full_mask])[order],
    )


def _capacity(layout: DwellLayout, max_datagram: int) -> int:
    room = max_datagram - HEADER_SIZE - SEGMENT_HEADER_SIZE - layout.body.itemsize
    return max(1, min(room // layout.report.itemsize, 2**16 - 1))


def _group(pieces: Pieces, mask: int, body: Quantised, report: Quantised) -> DwellGroup:
    layout = dwell_layout(mask)
    row = np.flatnonzero(pieces.mask == mask)
    dwell, count = pieces.dwell[row], pieces.count[row]
    bodies: NDArray[Any] = np.zeros(len(row), layout.body)
    bodies["D1"] = mask
    for symbol in (layout.body.names or ())[1:]:
        if symbol not in {"D4", "D5"}:
            bodies[symbol] = body.raw[symbol][dwell]
    bodies["D4"] = body.raw["D4"][dwell] & pieces.last_of_dwell[row]
    bodies["D5"] = count
    reports = _reports(layout, report, pieces.first[row], count)
    return DwellGroup(layout=layout, row=row.astype(np.int32), body=bodies, report=reports, count=count)


def _reports(layout: DwellLayout, report: Quantised, first: Integers, count: Integers) -> NDArray[Any]:
    before = np.cumsum(count) - count
    total = int(count.sum())
    plot: Integers | slice = np.repeat(first - before, count) + np.arange(total, dtype=np.int64)
    if total == len(report.known):
        plot = slice(None)
    reports = np.zeros(total, layout.report)
    for symbol in layout.report.names or ():
        reports[symbol] = report.raw[symbol][plot]
    return reports


def _add_motion_errors(body: Quantised, errors: MotionErrors) -> None:
    length = len(body.known)
    for symbol, value, most in (
        ("D18", np.degrees(errors.track), 45),
        ("D19", errors.speed * 1000.0, 2**16 - 1),
        ("D20", errors.climb * 100.0, 2**16 - 1),
    ):
        body.raw[symbol] = np.full(length, min(round(value), most), np.int64)
    body.known[:] |= np.uint64(_MOTION_ERROR_BITS)
