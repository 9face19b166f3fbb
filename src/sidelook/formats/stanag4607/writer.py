"""Dwells to datagrams: segments packed into packets, announced by mission and job as the standard asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.announcing import history_segment, job_segment, mission_segment
from sidelook.formats.stanag4607.composer import compose_dwells, piece_sizes
from sidelook.formats.stanag4607.encoder import encode, packet_places, segment_content
from sidelook.formats.stanag4607.errors import UnwritableDwellsError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.layouts import HEADER_DTYPE, HEADER_SIZE, SEGMENT_HEADER_SIZE
from sidelook.formats.stanag4607.markings import mark_simulated, write_header
from sidelook.formats.stanag4607.presets import END_OF_JOB, LARGEST_DATAGRAM, JobNotes, WriterSettings
from sidelook.formats.stanag4607.wire import DwellGroup, Packets, Segment
from sidelook.model.columns import Indices, Integers
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.timescale import NANOSECONDS_PER_SECOND, day_of, utc_to_mission_time

# Only packets with these bear a job in P10.
_RADAR_DATA = (SegmentKind.DWELL, SegmentKind.HRR)
# D6 ends here by its table; a later time needs a later mission day.
_LAST_MILLISECOND = 4_000_000_000
_EARTH_RADIUS = 6_371_000.0


@dataclass(slots=True, kw_only=True)
class Announced:
    """What is said of one mission.

    Attributes
    ----------
    day : of the mission
    origin : of its packets
    corners : around the first dwells, for a job of which no others are said
    segments : mission and job definition, made when first sent
    mission_at, history_at : when they and the processing history were last sent, ns UTC
    """

    day: date
    origin: Origin
    corners: tuple[tuple[float, float], ...]
    segments: tuple[Segment, ...] = ()
    mission_at: int | None = None
    history_at: int | None = None


@dataclass(slots=True, kw_only=True)
class Plan:
    """Packets to be written, in order: runs of dwell pieces, and segments of other kinds between them.

    Attributes
    ----------
    header : row of the header each packet bears
    rows : segments in each packet
    segments : those that are no dwells, with their rows
    """

    header: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    total: int = 0

    def add_pieces(self, header: int, count: int) -> None:
        """Add a packet of the next ``count`` dwell pieces."""
        self.header.append(header)
        self.rows.append(count)
        self.total += count

    def add_segments(self, header: int, segments: Sequence[Segment]) -> None:
        """Add a packet of other segments."""
        self.segments += [replace(segment, row=self.total + i) for i, segment in enumerate(segments)]
        self.add_pieces(header, len(segments))

    def packets(self, headers: NDArray[Any], piece_size: Integers, groups: Sequence[DwellGroup]) -> Packets:
        """Put the plan, the headers and the dwell segments, whose rows number the pieces, together."""
        kind = np.full(self.total, SegmentKind.DWELL, np.uint8)
        size = np.zeros(self.total, np.int64)
        others = np.array([segment.row for segment in self.segments], np.int64)
        kind[others] = [segment.kind for segment in self.segments]
        size[others] = [SEGMENT_HEADER_SIZE + len(segment_content(segment)) for segment in self.segments]
        is_piece = np.ones(self.total, np.bool_)
        is_piece[others] = False
        row = np.flatnonzero(is_piece).astype(np.int32)
        size[row] = piece_size
        packet = np.repeat(np.arange(len(self.rows), dtype=np.int32), self.rows)
        header = headers[self.header]
        header["P2"] = HEADER_SIZE + np.bincount(packet, size, minlength=len(header)).astype(np.int64)
        header["P10"][packet[others[~np.isin(kind[others], _RADAR_DATA)]]] = 0
        return Packets(
            header=header,
            offset=np.zeros(len(header), np.int64),
            tail={},
            kind=kind,
            size=size,
            packet=packet,
            segment_offset=np.zeros(self.total, np.int64),
            dwells=tuple(replace(group, row=row[group.row]) for group in groups),
            segments=tuple(self.segments),
        )


def encode_dwells(
    dwells: Dwells, settings: WriterSettings | None = None, signatures: Sequence[Segment] = ()
) -> list[bytes]:
    """Write dwells, once.

    Parameters
    ----------
    dwells : in the order they are to be sent
    settings : preset, version, sizes
    signatures : from ``hrr_segment``, sent after the dwells; these may need up to 65,507 bytes a datagram

    Returns
    -------
    packets, each small enough for one datagram; joined they are a recording

    Raises
    ------
    UnwritableDwellsError : a marking was never read, or a field that every dwell must have is missing
    """
    return DwellWriter(settings).write(dwells, signatures)


class DwellWriter:
    """Writes dwells as they come, repeating mission, job definition and processing history in time.

    Parameters
    ----------
    settings : preset, version, sizes, intervals and what the segments say
    """

    def __init__(self, settings: WriterSettings | None = None) -> None:
        self.settings = settings or WriterSettings()
        self._announced: dict[tuple[str, str, int, int], Announced] = {}

    def write(self, dwells: Dwells, signatures: Sequence[Segment] = ()) -> list[bytes]:
        """Write the next dwells.

        Parameters
        ----------
        dwells : in the order they are to be sent
        signatures : from ``hrr_segment``, sent after these dwells

        Returns
        -------
        packets, each small enough for one datagram

        Raises
        ------
        UnwritableDwellsError : a marking was never read, or a field that every dwell must have is missing
        """
        if not len(dwells):
            return []
        origins, origin = self._written_origins(dwells)
        headers = np.concatenate([write_header(each, self.settings.version) for each in origins], dtype=HEADER_DTYPE)
        _refuse_oversize(signatures)
        milliseconds = np.zeros(len(dwells), np.int64)
        for number, each in enumerate(origins):
            rows = origin == number
            milliseconds[rows] = self._mission_times(each, dwells.take(rows))
        pieces, groups = compose_dwells(dwells, milliseconds, self.settings)
        plan = Plan()
        size = piece_sizes(pieces)
        owner, time = origin[pieces.dwell], dwells.time[pieces.dwell]
        for start, stop in self._runs(size, owner):
            number = int(owner[start])
            self._announce(plan, origins[number], number, int(time[start]))
            plan.add_pieces(number, stop - start)
        for segment in signatures:
            plan.add_segments(int(owner[-1]), [segment])
        return _split(plan.packets(headers, size, groups))

    def describe_job(self, job: int, notes: JobNotes) -> None:
        """Say of a job, from the next dwells on, what was not known before; where it was announced, it is again."""
        self.settings = replace(self.settings, jobs={**self.settings.jobs, job: notes})
        for (*_, number), said in self._announced.items():
            if number == job:
                said.segments, said.mission_at = (), None

    def end_job(self, job: int) -> list[bytes]:
        """Say that a job is over: its definition once more, with the priority that means it.

        Returns
        -------
        packets, one for each marking and platform under which the job was announced; none where it never was
        """
        plan = Plan()
        origins: list[Origin] = []
        for said in self._announced.values():
            if said.origin.job == job and said.mission_at is not None:
                notes = replace(self.settings.notes_of(job), priority=END_OF_JOB)
                plan.add_segments(len(origins), [job_segment(job, notes, notes.corners or said.corners)])
                origins.append(said.origin)
                said.segments, said.mission_at = (), None
        if not origins:
            return []
        headers = np.concatenate([write_header(each, self.settings.version) for each in origins], dtype=HEADER_DTYPE)
        return _split(plan.packets(headers, np.zeros(0, np.int64), ()))

    def _written_origins(self, dwells: Dwells) -> tuple[list[Origin], Indices]:
        """Give each dwell the origin it is sent under: with a job, and simulated if anything in it is."""
        table: dict[Origin, int] = {}
        simulated = dwells.simulated
        column = np.zeros(len(dwells), np.int32)
        for number, origin in enumerate(dwells.origins):
            whole = replace(origin, job=origin.job or self.settings.default_job)
            for flag, each in ((False, whole), (True, mark_simulated(whole))):
                rows = (dwells.origin == number) & (simulated == flag)
                if rows.any():
                    column[rows] = table.setdefault(each, len(table))
        return list(table), column

    def _mission_times(self, origin: Origin, dwells: Dwells) -> Integers:
        """(M,) D6, starting a new mission day where the old one does not reach."""
        key = _key(origin)
        known = self._announced.get(key)
        if known is not None:
            milliseconds = utc_to_mission_time(dwells.time, known.day)
            if _within(milliseconds):
                return milliseconds
        first = date.fromisoformat(str(day_of(dwells.time.min())))
        day = self.settings.day if known is None and self.settings.day else first
        milliseconds = utc_to_mission_time(dwells.time, day)
        if not _within(milliseconds):
            message = (
                f"dwell times do not lie within 46 days from mission day {day}; set another day, or write in parts"
            )
            raise UnwritableDwellsError(message)
        self._announced[key] = Announced(day=day, origin=origin, corners=_corners(dwells))
        return milliseconds

    def _runs(self, size: Integers, origin: Indices) -> Iterator[tuple[int, int]]:
        """Cut the pieces into packets: as many as fit, of one origin."""
        end = np.cumsum(size)
        room = self.settings.max_datagram - HEADER_SIZE
        # Where a packet that begins at each piece would end: at the datagram's end, or where the origin changes.
        fit = np.maximum(np.searchsorted(end, end - size + room, side="right"), np.arange(1, len(size) + 1))
        change = np.append(np.flatnonzero(np.diff(origin)) + 1, len(size))
        limit = change[np.searchsorted(change, np.arange(len(size)), side="right")]
        stops = np.minimum(fit, limit).tolist()
        start = 0
        while start < len(stops):
            yield start, stops[start]
            start = stops[start]

    def _announce(self, plan: Plan, origin: Origin, header: int, time: int) -> None:
        """Send mission, job definition and processing history again, if it is time."""
        said, settings = self._announced[_key(origin)], self.settings
        if _is_due(said.mission_at, time, settings.mission_interval):
            notes = settings.notes_of(origin.job)
            said.segments = said.segments or (
                mission_segment(said.day, settings.mission),
                job_segment(origin.job, notes, notes.corners or said.corners),
            )
            plan.add_segments(header, said.segments)
            said.mission_at = time
        if settings.history and _is_due(said.history_at, time, settings.history_interval):
            plan.add_segments(header, [history_segment(origin, settings.history)])
            said.history_at = time


def _key(origin: Origin) -> tuple[str, str, int, int]:
    return origin.nationality, origin.platform, origin.mission, origin.job


def _is_due(last: int | None, now: int, interval: float) -> bool:
    return last is None or abs(now - last) >= interval * NANOSECONDS_PER_SECOND


def _within(milliseconds: Integers) -> bool:
    return bool(milliseconds.min() >= 0 and milliseconds.max() <= _LAST_MILLISECOND)


def _refuse_oversize(signatures: Sequence[Segment]) -> None:
    for segment in signatures:
        size = HEADER_SIZE + SEGMENT_HEADER_SIZE + len(segment_content(segment))
        if size > LARGEST_DATAGRAM:
            message = (
                f"a signature makes a packet of {size} bytes, a datagram holds {LARGEST_DATAGRAM}; send fewer pixels"
            )
            raise UnwritableDwellsError(message)


def _corners(dwells: Dwells) -> tuple[tuple[float, float], ...]:
    """Box around dwell areas, clockwise from the north-west; longitudes are kept together across the antimeridian."""
    middle = float(dwells.area_longitude[0])
    east = np.mod(dwells.area_longitude - middle + np.pi, 2.0 * np.pi) - np.pi
    margin = float(dwells.range_half_extent.max()) / _EARTH_RADIUS
    south = max(float(dwells.area_latitude.min()) - margin, -np.pi / 2)
    north = min(float(dwells.area_latitude.max()) + margin, np.pi / 2 * (1.0 - 1e-9))
    wide = margin / max(np.cos(max(abs(south), abs(north))), margin)
    low, high = middle + float(east.min()) - wide, middle + float(east.max()) + wide
    return (north, low), (north, high), (south, high), (south, low)


def _split(packets: Packets) -> list[bytes]:
    octets, places = encode(packets), packet_places(packets).tolist()
    return [octets[start:stop] for start, stop in pairwise(places)]
