"""Packets as columns, bit for bit as sent: the level below meaning.

Arrays are structured and big-endian; their fields bear the standard's symbols. Nothing is dropped: unknown segments,
spare bytes and padding are here too, so that ``encode`` can give back what ``decode`` took.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.fields import FIELDS, SegmentKind
from sidelook.formats.stanag4607.forms import clean_text, scale_values
from sidelook.formats.stanag4607.layouts import HEADER_DTYPE, DwellLayout
from sidelook.model.columns import Indices, Integers, Octets


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellGroup:
    """Dwell segments of one existence mask.

    Attributes
    ----------
    layout : where their fields are
    row : (n,) row of each in the segments of its ``Packets``, ascending
    body : (n,) structured, D1 to D31
    report : (sum of count,) structured, D32.1 to D32.18, dwell after dwell
    count : (n,) whole reports the bytes held; D5 says what the sender meant
    spare : bytes after the last report, by index in the group
    """

    layout: DwellLayout
    row: Indices
    body: NDArray[Any]
    report: NDArray[Any]
    count: Integers
    spare: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment that is no dwell.

    Attributes
    ----------
    row : in the segments of its ``Packets``
    kind : S1
    body : (1,) structured, named by symbol; of no fields where the type has no known layout
    record : (n,) structured: C6 of processing history, H32 of HRR
    rest : bytes after them: F3 of free text, everything of an unknown segment
    """

    row: int
    kind: int
    body: NDArray[Any]
    record: NDArray[Any]
    rest: bytes = b""

    def value(self, symbol: str) -> float | str:
        """Read one field of the body in its unit, or as text without its padding.

        Raises
        ------
        KeyError : the segment has no such field
        """
        if symbol not in (self.body.dtype.names or ()):
            raise KeyError(symbol)
        form, raw = FIELDS[symbol].form, self.body[symbol][0]
        return clean_text(bytes(raw)) if form.text else float(scale_values(raw, form))

    def number(self, symbol: str) -> int:
        """Read the raw number of one field of the body."""
        return int(self.body[symbol][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Packets:
    """Whole packets, in the order they came.

    Attributes
    ----------
    header : (P,) structured, P1 to P10
    offset : (P,) of the packet in the stream, bytes
    tail : bytes after a packet's last whole segment, by packet
    kind : (S,) S1
    size : (S,) S2, as sent
    packet : (S,) packet the segment lies in
    segment_offset : (S,) of the segment's header in the stream, bytes
    dwells : the dwell segments, by mask
    segments : all others, ascending by row
    """

    header: NDArray[Any]
    offset: Integers
    tail: Mapping[int, bytes]
    kind: Octets
    size: Integers
    packet: Indices
    segment_offset: Integers
    dwells: tuple[DwellGroup, ...]
    segments: tuple[Segment, ...]

    def __len__(self) -> int:
        """Count the packets."""
        return len(self.header)

    @property
    def report_count(self) -> int:
        """Target reports in all dwells."""
        return sum(len(group.report) for group in self.dwells)

    def of_kind(self, kind: SegmentKind) -> tuple[Segment, ...]:
        """Pick the segments of one type; for dwells see ``dwells``."""
        return tuple(segment for segment in self.segments if segment.kind == kind)

    def packet_size(self) -> Integers:
        """(P,) P2, bytes."""
        return self.header["P2"].astype(np.int64)


NO_FIELDS = np.zeros(1, np.dtype([]))
NO_RECORDS = np.zeros(0, np.dtype([]))


def no_packets() -> Packets:
    """Make a batch of no packets."""
    return Packets(
        header=np.zeros(0, HEADER_DTYPE), offset=np.zeros(0, np.int64), tail={}, kind=np.zeros(0, np.uint8),
        size=np.zeros(0, np.int64), packet=np.zeros(0, np.int32), segment_offset=np.zeros(0, np.int64),
        dwells=(), segments=(),
    )  # fmt: skip
