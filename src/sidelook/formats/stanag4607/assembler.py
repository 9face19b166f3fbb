"""Packets to dwells: dates, markings and nominal errors put where the reports leave them open."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.context import SensorErrors, Setting, StreamContext
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.layouts import HEADER_SIZE
from sidelook.formats.stanag4607.reader import decode
from sidelook.formats.stanag4607.scaling import dwell_columns, is_located, report_columns
from sidelook.formats.stanag4607.wire import DwellGroup, Packets, Segment
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.columns import Indices
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.timescale import mission_time_to_utc

_SIZE_FIELD = slice(2, 6)
_CONTEXT_KINDS = (SegmentKind.MISSION, SegmentKind.JOB_DEFINITION)
# A dwell goes on in the next packet only if it fills this one; no network needs datagrams smaller than this.
_SMALLEST_FULL_PACKET = 1000
_SAME_LOOK = (
    "time", "dwell", "revisit", "origin", "sensor_latitude", "sensor_longitude", "area_latitude", "area_longitude",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Dwells ``start`` to ``stop`` of a batch, and what holds for them."""

    start: int
    stop: int
    setting: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Undated:
    """Dwells whose mission day is not known yet; their time counts from its midnight."""

    setting: Setting
    dwells: Dwells


def decode_dwells(
    data: bytes, *, source: str, errors: SensorErrors | None = None, day: date | None = None, strict: bool = False
) -> Dwells:
    """Decode a whole recording to dwells.

    Parameters
    ----------
    data : packets, one after another
    source : name of the stream or file, for the origins
    errors : what reports and job definition leave open
    day : mission day, if no mission segment tells it
    strict : True raises at the first fault

    Returns
    -------
    dwells as sent; those that nothing dates are left out (``DwellAssembler`` counts them)

    Raises
    ------
    PacketError : in strict mode
    """
    assembler = DwellAssembler(source=source, errors=errors, day=day)
    return concatenate_dwells([assembler.assemble(decode(data, strict=strict)), assembler.flush()])


class DwellAssembler:
    """Turns packets into dwells as they come, remembering what the stream has said.

    A dwell in pieces (equal revisit, dwell, time, sensor and area) becomes one row. Dwells that come before their
    mission segment wait for it, ``hold`` reports at most, and then come first.

    Parameters
    ----------
    source : name of the stream or file, for the origins
    errors : what reports and job definition leave open
    day : mission day, if no mission segment tells it; None never dates a dwell by guessing
    hold : most reports (a dwell counts as one more) kept back for want of a date

    Attributes
    ----------
    context : mission days, jobs and faulty dates
    dropped : dwells given up because too many waited for a date
    unplaced : reports left out because they say no position
    """

    def __init__(
        self, *, source: str, errors: SensorErrors | None = None, day: date | None = None, hold: int = 65_536
    ) -> None:
        self.context = StreamContext(source=source, day=day)
        self.dropped = 0
        self.unplaced = 0
        self._errors = errors or SensorErrors()
        self._hold = hold
        self._undated: list[Undated] = []
        self._piece: Dwells | None = None
        self._largest = 0

    @property
    def undated(self) -> int:
        """Dwells that wait for their mission day."""
        return sum(len(item.dwells) for item in self._undated)

    def assemble(self, packets: Packets) -> Dwells:
        """Turn packets into dwells.

        Parameters
        ----------
        packets : the next of the stream

        Returns
        -------
        the dwells that can be placed now, in the order sent
        """
        spans = list(self._spans(packets))
        parts = list(self._release())
        if self._piece is not None:
            parts.append(self._piece)
            self._piece = None
        if spans:
            parts.append(self._place(packets, spans))
        if not parts:
            return concatenate_dwells([])
        dwells = join_pieces(parts[0] if len(parts) == 1 else concatenate_dwells(parts))
        return self._keep_piece(dwells) if self._may_go_on(packets) and len(dwells) else dwells

    def flush(self) -> Dwells:
        """Give the last dwell if it was kept because its next piece might follow; what has no date stays.

        Call it when the stream ends or pauses.
        """
        piece, self._piece = self._piece, None
        return concatenate_dwells([]) if piece is None else piece

    def _spans(self, packets: Packets) -> Iterator[Span]:
        """Cut the dwells of a batch into runs for which one setting holds."""
        at_dwell = dwell_rows(packets)
        octets = packets.header.tobytes()
        start, current = 0, 0
        events = [*_events(packets), (len(packets.kind), 0, None)]
        stops = np.searchsorted(at_dwell, [row for row, _, _ in events]).tolist()
        for stop, (_, packet, segment) in zip(stops, events, strict=True):
            if stop > start:
                yield Span(start=start, stop=stop, setting=self.context.setting(_header(octets, current)))
                start = stop
            current = packet
            if segment is not None:
                self.context.note(segment, _header(octets, packet))

    def _place(self, packets: Packets, spans: list[Span]) -> Dwells:
        """Scale the dwells, date and mark them; put those without a date aside."""
        columns, plots = _join_groups(packets)
        self.unplaced += packets.report_count - len(plots["dwell"])
        origins = {origin: row for row, origin in enumerate(dict.fromkeys(span.setting.origin for span in spans))}
        origin = np.zeros(len(columns["time"]), np.int32)
        for span in spans:
            origin[span.start : span.stop] = origins[span.setting.origin]
        dwells = Dwells(**(columns | {"origin": origin}), plots=Plots(**plots), origins=tuple(origins))
        offset = dwells.plot_offset
        for span in spans:
            if span.setting.day is not None:
                self._settle(dwells, span, slice(int(offset[span.start]), int(offset[span.stop])))
        if all(span.setting.day is not None for span in spans):
            return dwells
        dated = np.ones(len(dwells), np.bool_)
        for span in spans:
            if span.setting.day is None:
                dated[span.start : span.stop] = False
                self._put_aside(Undated(setting=span.setting, dwells=dwells.take(slice(span.start, span.stop))))
        return dwells.take(dated)

    def _settle(self, dwells: Dwells, span: Span, plots: slice) -> None:
        """Date dwells of our own making, in place, and fill in nominal errors."""
        if span.setting.day is not None:
            dwells.time[span.start : span.stop] += mission_time_to_utc(span.setting.day, 0)
        errors = span.setting.errors.over(self._errors)
        if not errors.silent:
            fill_errors(dwells, slice(span.start, span.stop), plots, errors)

    def _put_aside(self, item: Undated) -> None:
        self._undated.append(item)
        held = sum(len(each.dwells) + len(each.dwells.plots) for each in self._undated)
        while held > self._hold:
            oldest = self._undated.pop(0)
            held -= len(oldest.dwells) + len(oldest.dwells.plots)
            self.dropped += len(oldest.dwells)

    def _release(self) -> Iterator[Dwells]:
        """Give the dwells whose mission day has become known."""
        waiting, self._undated = self._undated, []
        for item in waiting:
            setting = self.context.setting(item.setting.header)
            if setting.day is None:
                self._undated.append(item)
                continue
            whole = Span(start=0, stop=len(item.dwells), setting=setting)
            self._settle(item.dwells, whole, slice(0, len(item.dwells.plots)))
            yield item.dwells

    def _may_go_on(self, packets: Packets) -> bool:
        """Tell whether the next packet may hold more of the last dwell: it alone fills the largest packet so far."""
        if not len(packets):
            return False
        sizes = packets.header["P2"]
        self._largest = max(self._largest, int(sizes.max()))
        last = len(packets) - 1
        kinds = packets.kind[packets.packet == last]
        width = max((group.layout.report.itemsize for group in packets.dwells), default=0)
        full = int(sizes[last]) > max(_SMALLEST_FULL_PACKET, self._largest - width)
        return full and len(kinds) == 1 and int(kinds[0]) == SegmentKind.DWELL

    def _keep_piece(self, dwells: Dwells) -> Dwells:
        last = len(dwells) - 1
        self._piece = dwells.take(slice(last, None))
        return dwells.take(slice(0, last))


def _header(octets: bytes, packet: int) -> bytes:
    return octets[packet * HEADER_SIZE : (packet + 1) * HEADER_SIZE]


def dwell_rows(packets: Packets) -> Indices:
    """(M,) rows of the decoded dwells among the segments, ascending."""
    rows = [group.row for group in packets.dwells]
    return rows[0] if len(rows) == 1 else np.sort(np.concatenate([*rows, np.zeros(0, np.int32)]))


def without_reports(group: DwellGroup) -> DwellGroup:
    """Take the reports out of dwells: they say nothing of where the targets are."""
    return replace(group, report=group.report[:0], count=np.zeros_like(group.count))


def fill_errors(dwells: Dwells, rows: slice, plots: slice, errors: SensorErrors) -> None:
    """Put nominal values where the reports say nothing, in place.

    Parameters
    ----------
    dwells : changed in place
    rows, plots : of the dwells to fill, and of their plots
    errors : nominal values; NaN fills nothing
    """
    for name in ("sigma_along", "sigma_across", "sigma_sensor_height", "minimum_detectable_speed"):
        _fill(getattr(dwells, name)[rows], getattr(errors, name))
    for name in ("sigma_slant_range", "sigma_radial_speed"):
        _fill(getattr(dwells.plots, name)[plots], getattr(errors, name))
    across = dwells.plots.sigma_cross_range[plots]
    if not math.isnan(errors.sigma_cross_range_angle) and np.isnan(across).any():
        _fill(across, errors.sigma_cross_range_angle * _slant_range(dwells, rows, plots))


def join_pieces(dwells: Dwells) -> Dwells:
    """Make one dwell of consecutive ones that are pieces of one look.

    Parameters
    ----------
    dwells : as sent

    Returns
    -------
    the same plots in as many dwells as there were looks
    """
    if len(dwells) < 2:  # noqa: PLR2004 - nothing to join
        return dwells
    more = dwells.time[1:] == dwells.time[:-1]
    for name in _SAME_LOOK[1:]:
        if not more.any():
            return dwells
        column = getattr(dwells, name)
        more &= column[1:] == column[:-1]
    if not more.any():
        return dwells
    first = np.flatnonzero(np.concatenate([[True], ~more]))
    count = np.add.reduceat(dwells.plot_count, first).astype(np.int32)
    columns = {name: getattr(dwells, name)[first] for name in Dwells.DTYPES} | {
        "plot_count": count,
        "last_of_revisit": np.logical_or.reduceat(dwells.last_of_revisit, first),
    }
    owner = np.repeat(np.arange(len(first), dtype=np.int32), count)
    plots = {name: getattr(dwells.plots, name) for name in Plots.DTYPES} | {"dwell": owner}
    return Dwells(**columns, plots=Plots(**plots), origins=dwells.origins)


def _events(packets: Packets) -> list[tuple[int, int, Segment | None]]:
    """List (row, packet, segment) where another header begins, or a mission or job is told, in order of rows."""
    told = [
        (segment.row, int(packets.packet[segment.row]), segment)
        for segment in packets.segments
        if segment.kind in _CONTEXT_KINDS and segment.body.dtype.names
    ]
    octets = packets.header.view(np.uint8).reshape(-1, HEADER_SIZE)
    differs = octets[1:] != octets[:-1]
    differs[:, _SIZE_FIELD] = False
    changed = np.flatnonzero(differs.any(axis=1)) + 1
    rows = np.searchsorted(packets.packet, changed)
    headers = [(row, packet, None) for row, packet in zip(rows.tolist(), changed.tolist(), strict=True)]
    return sorted([*headers, *told], key=lambda event: (event[0], event[1], event[2] is not None))


def _join_groups(packets: Packets) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Scale all dwells and put them, and their plots, in the order sent; a report without a place is no plot."""
    groups = [group if is_located(group) else without_reports(group) for group in packets.dwells]
    parts = [(dwell_columns(group), report_columns(group)) for group in groups]
    if len(parts) == 1:
        columns, plots = parts[0]
    else:
        order = np.argsort(np.concatenate([group.row for group in groups]))
        columns = {name: np.concatenate([part[0][name] for part in parts])[order] for name in Dwells.DTYPES}
        plot_row = np.concatenate([np.repeat(group.row, group.count) for group in groups])
        plot_order = np.argsort(plot_row, kind="stable")
        plots = {name: np.concatenate([part[1][name] for part in parts])[plot_order] for name in Plots.DTYPES}
    count = columns["plot_count"]
    plots["dwell"] = np.repeat(np.arange(len(count), dtype=np.int32), count)
    return columns, plots


def _fill(column: NDArray[Any], value: float | NDArray[Any]) -> None:
    np.copyto(column, value, where=np.isnan(column), casting="same_kind")


def _slant_range(dwells: Dwells, rows: slice, plots: slice) -> NDArray[np.float64]:
    """(N,) from the sensor to each plot, m; plots without height lie on the ellipsoid."""
    sensor = geodetic_to_ecef(dwells.sensor_latitude[rows], dwells.sensor_longitude[rows], dwells.sensor_height[rows])
    seen = dwells.plots
    height = np.nan_to_num(seen.height[plots])
    target = geodetic_to_ecef(seen.latitude[plots], seen.longitude[plots], height)
    distance: NDArray[np.float64] = np.linalg.norm(target - np.repeat(sensor, dwells.plot_count[rows], axis=0), axis=1)
    return distance
