"""Finding packets and segments in a run of bytes, and finding them again after damage.

The format has no sync marker and no checksum. What tells a packet from noise is its version digits, a size within
bounds, and a chain of segment sizes that ends exactly where the packet does.
"""

import re
import struct
from dataclasses import dataclass, field
from enum import StrEnum

from sidelook.formats.stanag4607.errors import PacketHeaderError, SegmentSizeError, TruncatedPacketError
from sidelook.formats.stanag4607.layouts import HEADER_SIZE, SEGMENT_HEADER_SIZE

OLDEST_VERSION, NEWEST_VERSION = 20, 41
VERSIONS = frozenset(b"%02d" % number for number in range(OLDEST_VERSION, NEWEST_VERSION + 1))
# Version digits (and a few more), then a size below 16 MiB. No look-ahead: no two matches can overlap, and what begins
# with a set lets ``re`` pass over other bytes some seven times as fast.
_CANDIDATE = re.compile(rb"[2-4][0-9]\x00")
_MAX_PACKET_LIMIT = 1 << 24
# Segments looked at before bytes found after damage are taken for a packet: keeps the search linear.
_CHAIN_LOOK = 16

_packet_head = struct.Struct(">2sI").unpack_from
_segment_head = struct.Struct(">BI").unpack_from
_segment_size = struct.Struct(">xI").unpack_from
# P1, P2 and S2 of the first segment, in one go.
_packet_and_segment_head = struct.Struct(">2sI26xxI").unpack_from
_SMALLEST_FILLED = HEADER_SIZE + SEGMENT_HEADER_SIZE


class Skip(StrEnum):
    """Why bytes were skipped."""

    NO_PACKET = "no packet header where one must stand"
    BROKEN_CHAIN = "segment sizes do not add up to the packet"
    TRUNCATED = "the bytes end before the packet does"
    SEGMENT_SIZE = "a segment runs past its packet"


@dataclass(slots=True, kw_only=True)
class Frames:
    """Where packets and segments begin in a run of bytes; what they are and how long stands in the bytes.

    Attributes
    ----------
    packets : offset of each packet
    segments : offset of each segment's header
    damaged : offset of the first byte after a packet's last whole segment, for packets (by row) where more follows
    skipped : (start, stop, reason) of what is no packet, or of a packet's damaged end
    """

    packets: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    damaged: dict[int, int] = field(default_factory=dict)
    skipped: list[tuple[int, int, Skip]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How packets are looked for.

    Attributes
    ----------
    max_packet : largest packet believed in, bytes; below 16 MiB
    strict : True raises at the first fault instead of skipping
    """

    max_packet: int = 1 << 20
    strict: bool = False

    def __post_init__(self) -> None:
        """Check the bound."""
        if not HEADER_SIZE <= self.max_packet < _MAX_PACKET_LIMIT:
            message = f"max_packet is {self.max_packet}, needs {HEADER_SIZE} to {_MAX_PACKET_LIMIT - 1}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """One search for packets in a run of bytes.

    Attributes
    ----------
    data : the bytes
    end : search no further than this
    base : offset of ``data`` in its stream, for messages
    framing : bounds and strictness
    frames : grows by what is found
    final : True where no more bytes will follow
    """

    data: bytes
    end: int
    framing: Framing
    frames: Frames
    base: int = 0
    final: bool = True

    def find(self, start: int = 0) -> int:
        """Find packets from ``start`` on.

        Returns
        -------
        offset of the first byte not used up; ``end`` if final

        Raises
        ------
        PacketError : in strict mode, at the first fault
        """
        position, before = start, -1
        while position != before and self.end - position >= HEADER_SIZE:
            before = self._take_sound(position)
            position = self._step(before) if self.end - before >= HEADER_SIZE else before
        if not self.final or position >= self.end:
            return position
        if self.framing.strict:
            raise TruncatedPacketError(needed=HEADER_SIZE, had=self.end - position, offset=self.base + position)
        self._note_skip(position, self.end, Skip.TRUNCATED)
        return self.end

    def size_at(self, position: int) -> int:
        """Size the packet at ``position`` claims, bytes; that of a header where not even one is here."""
        if self.end - position < HEADER_SIZE:
            return HEADER_SIZE
        return int(_packet_head(self.data, position)[1])

    def _take_sound(self, position: int) -> int:
        """Take packets as long as they are sound; return where the first one that may not be begins.

        This loop is what limits the speed at one target a dwell: one pass in it a packet and a segment.
        """
        data, end, largest = self.data, self.end, self.framing.max_packet
        packets, segments = self.frames.packets, self.frames.segments
        while position + _SMALLEST_FILLED <= end:
            version, size, length = _packet_and_segment_head(data, position)
            stop = position + size
            if version not in VERSIONS or stop > end or not _SMALLEST_FILLED <= size <= largest:
                break
            cursor, last, held = position + HEADER_SIZE, stop - SEGMENT_HEADER_SIZE, len(segments)
            while SEGMENT_HEADER_SIZE <= length <= stop - cursor:
                segments.append(cursor)
                cursor += length
                if cursor > last:
                    break
                length = _segment_size(data, cursor)[0]
            if cursor != stop:
                del segments[held:]
                break
            packets.append(position)
            position = stop
        return position

    def _step(self, start: int) -> int:
        """Take the packet that begins at ``start``, or what is in its place; stay there to wait for more bytes."""
        version, size = _packet_head(self.data, start)
        if version not in VERSIONS or not HEADER_SIZE <= size <= self.framing.max_packet:
            if self.framing.strict:
                raise PacketHeaderError(version=version, size=size, offset=self.base + start)
            return self._resume(start, start + 1, Skip.NO_PACKET)
        stop = start + size
        return self._take_packet(start, stop) if stop <= self.end else self._await_packet(start, stop)

    def _take_packet(self, start: int, stop: int) -> int:
        held = len(self.frames.segments)
        cursor = self._walk_segments(start + HEADER_SIZE, stop)
        if cursor != stop:
            if self.framing.strict:
                raise self._segment_error(cursor, stop)
            if not self._may_follow(stop):
                del self.frames.segments[held:]
                return self._resume(start, max(start + 1, cursor), Skip.BROKEN_CHAIN)
            self._note_skip(cursor, stop, Skip.SEGMENT_SIZE)
            self.frames.damaged[len(self.frames.packets)] = cursor
        self.frames.packets.append(start)
        return stop

    def _await_packet(self, start: int, stop: int) -> int:
        """Stay at a packet that is not all here, unless what is here already shows that it is none."""
        # At the end no chain need be followed; following it for every candidate would take quadratic time.
        broken = None if self.final else self._broken_at(start + HEADER_SIZE, stop)
        if broken is None and not self.final:
            return start
        if self.framing.strict:
            raise TruncatedPacketError(needed=stop - start, had=self.end - start, offset=self.base + start)
        # The chain may break at a place that is not here yet.
        return self._resume(start, max(start + 1, min(broken or 0, self.end)), Skip.TRUNCATED)

    def _walk_segments(self, cursor: int, stop: int) -> int:
        """Note the segments from ``cursor``; return where the chain ends, ``stop`` if it is sound."""
        while cursor + SEGMENT_HEADER_SIZE <= stop:
            size = _segment_size(self.data, cursor)[0]
            if not SEGMENT_HEADER_SIZE <= size <= stop - cursor:
                break
            self.frames.segments.append(cursor)
            cursor += size
        return cursor

    def _broken_at(self, cursor: int, stop: int, look: int = -1) -> int | None:
        """Follow the chain as far as bytes are here, ``look`` segments at most; None while it is sound."""
        last = min(stop, self.end) - SEGMENT_HEADER_SIZE
        while cursor <= last and look:
            size = _segment_size(self.data, cursor)[0]
            if not SEGMENT_HEADER_SIZE <= size <= stop - cursor:
                return cursor
            cursor += size
            look -= 1
        return None if cursor + SEGMENT_HEADER_SIZE <= stop or cursor == stop else cursor

    def _resume(self, start: int, again: int, reason: Skip) -> int:
        """Look for the next plausible packet from ``again`` on, and note what was skipped since ``start``."""
        for match in _CANDIDATE.finditer(self.data, again, self.end):
            if self._is_plausible(match.start()):
                self._note_skip(start, match.start(), reason)
                return match.start()
        # A header may begin in the last bytes: keep them until more come.
        keep = self.end if self.final else max(again, self.end - HEADER_SIZE + 1)
        self._note_skip(start, keep, reason)
        return keep

    def _is_plausible(self, position: int) -> bool:
        if self.end - position < HEADER_SIZE:
            return False
        version, size = _packet_head(self.data, position)
        if version not in VERSIONS or not HEADER_SIZE < size <= self.framing.max_packet:
            return False
        return self._broken_at(position + HEADER_SIZE, position + size, _CHAIN_LOOK) is None

    def _may_follow(self, stop: int) -> bool:
        """Tell whether a packet may end at ``stop``: the bytes end there too, or another header begins."""
        if self.end - stop < HEADER_SIZE:
            return self.end == stop or self.data[stop : stop + 2] in VERSIONS
        version, size = _packet_head(self.data, stop)
        return version in VERSIONS and HEADER_SIZE <= size <= self.framing.max_packet

    def _note_skip(self, start: int, stop: int, reason: Skip) -> None:
        if stop > start:
            self.frames.skipped.append((start, stop, reason))

    def _segment_error(self, cursor: int, stop: int) -> SegmentSizeError:
        room = stop - cursor
        kind, size = _segment_head(self.data, cursor) if room >= SEGMENT_HEADER_SIZE else (-1, 0)
        return SegmentSizeError(kind=kind, size=size, room=room, offset=self.base + cursor)
