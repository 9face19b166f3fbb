"""Packets to dwells: dates, markings and nominal errors put where the reports leave them open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sidelook.formats.stanag4607.context import SensorErrors, Setting, StreamContext
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.filling import fill_errors
from sidelook.formats.stanag4607.joining import goes_on, join_groups, join_pieces
from sidelook.formats.stanag4607.layouts import HEADER_SIZE
from sidelook.formats.stanag4607.reader import decode
from sidelook.formats.stanag4607.waiting import Undated, WaitingRoom
from sidelook.formats.stanag4607.wire import Packets, Segment
from sidelook.model.columns import Indices
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.timescale import mission_time_to_utc

_SIZE_FIELD = slice(2, 6)
_CONTEXT_KINDS = (SegmentKind.MISSION, SegmentKind.JOB_DEFINITION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Dwells ``start`` to ``stop`` of a batch, and what holds for them."""

    start: int
    stop: int
    setting: Setting


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
    assembler.assemble(decode(data, strict=strict))
    return assembler.flush()


class DwellAssembler:
    """Turns packets into dwells as they come, remembering what the stream has said.

    A dwell in pieces (equal revisit, dwell, time, sensor and area) becomes one row, wherever the stream is cut: the
    dwells of a batch of packets are held back until the next shows whether the last goes on. Dwells that come before
    their mission segment wait for it, ``hold`` reports at most, and then come first.

    Parameters
    ----------
    source : name of the stream or file, for the origins
    errors : what reports and job definition leave open
    day : mission day, if no mission segment tells it; None never dates a dwell by guessing
    hold : most reports (a dwell counts as one more) kept back for want of a date

    Attributes
    ----------
    context : mission days, jobs and faulty dates
    unplaced : reports left out because they say no position
    """

    def __init__(
        self, *, source: str, errors: SensorErrors | None = None, day: date | None = None, hold: int = 65_536
    ) -> None:
        self.context = StreamContext(source=source, day=day)
        self.unplaced = 0
        self._errors = errors or SensorErrors()
        self._waiting = WaitingRoom(hold)
        self._held = concatenate_dwells([])

    @property
    def undated(self) -> int:
        """Dwells that wait for their mission day."""
        return self._waiting.dwells

    @property
    def dropped(self) -> int:
        """Dwells given up because too many waited for a date."""
        return self._waiting.dropped

    def assemble(self, packets: Packets) -> Dwells:
        """Turn packets into dwells.

        Parameters
        ----------
        packets : the next of the stream

        Returns
        -------
        the dwells of the packets before, in the order sent: only these tell whether the last of those goes on
        """
        spans = list(self._spans(packets))
        parts = self._release()
        if spans:
            parts.append(self._place(packets, spans))
        dwells = join_pieces(_together(parts))
        if not len(dwells):
            return dwells
        before, self._held = self._held, dwells
        return self._take_up(before) if len(before) and goes_on(before, dwells) else before

    def flush(self) -> Dwells:
        """Give the dwells of the last packets, which were held back; what has no date stays.

        Call it when the stream ends or pauses.
        """
        held, self._held = self._held, concatenate_dwells([])
        return held

    def _take_up(self, before: Dwells) -> Dwells:
        """Join the last dwell of the packets before to the one held that goes on with it; give the others."""
        last = len(before) - 1
        self._held = join_pieces(concatenate_dwells([before.take(slice(last, None)), self._held]))
        return before.take(slice(0, last))

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
        columns, plots = join_groups(packets)
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
                self._waiting.add(Undated(setting=span.setting, dwells=dwells.take(slice(span.start, span.stop))))
        return dwells.take(dated)

    def _settle(self, dwells: Dwells, span: Span, plots: slice) -> None:
        """Date dwells of our own making, in place, and fill in nominal errors."""
        if span.setting.day is not None:
            dwells.time[span.start : span.stop] += mission_time_to_utc(span.setting.day, 0)
        errors = span.setting.errors.over(self._errors)
        if not errors.silent:
            fill_errors(dwells, slice(span.start, span.stop), plots, errors)

    def _release(self) -> list[Dwells]:
        """Give the dwells whose mission day has become known."""
        items = self._waiting.take(self.context.dated)
        self.context.dated.clear()
        for item in items:
            whole = Span(start=0, stop=len(item.dwells), setting=self.context.setting(item.setting.header))
            self._settle(item.dwells, whole, slice(0, len(item.dwells.plots)))
        return [item.dwells for item in items]


def _together(parts: list[Dwells]) -> Dwells:
    """Join dwells, without copying what is alone."""
    return parts[0] if len(parts) == 1 else concatenate_dwells(parts)


def _header(octets: bytes, packet: int) -> bytes:
    return octets[packet * HEADER_SIZE : (packet + 1) * HEADER_SIZE]


def dwell_rows(packets: Packets) -> Indices:
    """(M,) rows of the decoded dwells among the segments, ascending."""
    rows = [group.row for group in packets.dwells]
    return rows[0] if len(rows) == 1 else np.sort(np.concatenate([*rows, np.zeros(0, np.int32)]))


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
