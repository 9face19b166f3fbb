"""How bytes as received are framed in the raw log: bytes in, records out.

A record is a header of 32 bytes and the payload, little-endian:

====== ===== ==================================================
offset bytes content
====== ===== ==================================================
0      4     the letters ``SLRW``
4      4     CRC-32 of all that follows, payload included
8      8     record number in the mission, from 1
16     8     time of reception, ns UTC
24     4     length of the payload
28     2     source, as numbered in this file
30     2     kind: 0 data, 1 name of a source (its payload, UTF-8)
====== ===== ==================================================

A file defines each source before its first use, so it can be read with nothing else at hand.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MARK = b"SLRW"
HEADER = struct.Struct("<4sIqqIHH")
AFTER_CHECKSUM = struct.Struct("<qqIHH")
DATA, SOURCE_NAME = 0, 1
LARGEST_PAYLOAD = 1 << 26  # one read of a socket or file is far smaller; bounds what damage can make us hold


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """Bytes as received, at one moment, from one source.

    Attributes
    ----------
    number : of the record in its mission, from 1 without gaps unless records were lost
    received : ns UTC
    source : its name as given by whoever opened it
    data : the bytes
    """

    number: int
    received: int
    source: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What was found in the bytes of a raw log file.

    Attributes
    ----------
    records : whole ones, in order
    whole : bytes up to the end of the last whole record; what follows is a torn tail
    damaged : bytes before ``whole`` that belong to no whole record
    """

    records: tuple[RawRecord, ...]
    whole: int
    damaged: int


def pack(number: int, received: int, source: int, payload: bytes, *, kind: int = DATA) -> bytes:
    """Frame one payload."""
    rest = AFTER_CHECKSUM.pack(number, received, len(payload), source, kind) + payload
    return MARK + zlib.crc32(rest).to_bytes(4, "little") + rest


def scan(data: bytes) -> Scan:
    """Find the whole records of a raw log file; damage is skipped to the next whole record.

    Parameters
    ----------
    data : content of the file, possibly torn at the end

    Returns
    -------
    Scan : never fails; records whose source was never named carry an empty one
    """
    names: dict[int, str] = {}
    records: list[RawRecord] = []
    whole = damaged = 0
    for start, end, number, received, source, kind in _frames(data):
        damaged += start - whole
        whole = end
        payload = data[start + HEADER.size : end]
        if kind == SOURCE_NAME:
            names[source] = payload.decode("utf-8", "replace")
        else:
            records.append(RawRecord(number=number, received=received, source=names.get(source, ""), data=payload))
    return Scan(records=tuple(records), whole=whole, damaged=damaged)


def _frames(data: bytes) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield (start, end, number, received, source, kind) of each whole frame."""
    start = data.find(MARK)
    view = memoryview(data)
    while 0 <= start <= len(data) - HEADER.size:
        _, checksum, number, received, length, source, kind = HEADER.unpack_from(data, start)
        end = start + HEADER.size + length
        if length <= LARGEST_PAYLOAD and end <= len(data) and zlib.crc32(view[start + 8 : end]) == checksum:
            yield start, end, number, received, source, kind
            start = end if data.startswith(MARK, end) else data.find(MARK, end)
        else:
            start = data.find(MARK, start + 1)
