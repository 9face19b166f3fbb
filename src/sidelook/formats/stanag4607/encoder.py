"""Packets to bytes: the inverse of the reader, column by column."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.layouts import HEADER_SIZE, SEGMENT_DTYPE, SEGMENT_HEADER_SIZE
from sidelook.formats.stanag4607.wire import DwellGroup, Packets, Segment
from sidelook.model.columns import Integers


def encode(packets: Packets) -> bytes:
    """Write packets one after another.

    Sizes are written as the record has them (P2 of the header, S2 of the segments), and each thing is placed by the
    bytes it really has, so that what was read comes back bit for bit.

    Parameters
    ----------
    packets : as ``decode`` gives them or ``compose`` makes them

    Returns
    -------
    the bytes
    """
    places = packet_places(packets)
    out = np.zeros(int(places[-1]), np.uint8)
    starts = segment_places(packets, places)
    scatter(out, places[:-1], packets.header)
    scatter(out, starts, _segment_headers(packets))
    for group in packets.dwells:
        _place_dwells(out, group, starts[group.row] + SEGMENT_HEADER_SIZE)
    for segment in packets.segments:
        _place(out, int(starts[segment.row]) + SEGMENT_HEADER_SIZE, segment_content(segment))
    for row, content in packets.tail.items():
        _place(out, int(places[row + 1]) - len(content), content)
    return out.tobytes()


def packet_places(packets: Packets) -> Integers:
    """(P + 1,) where each packet begins when they are written one after another, and the end."""
    inside = np.bincount(packets.packet, packets.size, minlength=len(packets)).astype(np.int64) + HEADER_SIZE
    for row, content in packets.tail.items():
        inside[row] += len(content)
    return np.concatenate([[0], np.cumsum(inside)])


def segment_places(packets: Packets, places: Integers) -> Integers:
    """(S,) where each segment's header begins, given where the packets do."""
    before = np.cumsum(packets.size) - packets.size
    new = np.flatnonzero(np.diff(packets.packet, prepend=-1))
    of_packet = np.zeros(len(packets), np.int64)
    of_packet[packets.packet[new]] = before[new]
    return places[packets.packet] + HEADER_SIZE + before - of_packet[packets.packet]


def segment_content(segment: Segment) -> bytes:
    """Give the bytes of a segment after its header."""
    return segment.body.tobytes() + segment.record.tobytes() + segment.rest


def scatter(out: NDArray[np.uint8], starts: Integers, items: NDArray[Any]) -> None:
    """Copy items of an array to anywhere in the bytes: the inverse of ``gather``.

    Parameters
    ----------
    out : bytes, changed in place
    starts : (n,) offset of each item
    items : (n,) structured, contiguous
    """
    width = items.dtype.itemsize
    if not width or not len(items):
        return
    every = np.ndarray((len(out) - width + 1,), np.dtype(f"V{width}"), out.data, strides=(1,))
    every[starts] = items.view(np.dtype(f"V{width}"))


def _segment_headers(packets: Packets) -> NDArray[Any]:
    heads = np.zeros(len(packets.kind), SEGMENT_DTYPE)
    heads["S1"], heads["S2"] = packets.kind, packets.size
    return heads


def _place_dwells(out: NDArray[np.uint8], group: DwellGroup, starts: Integers) -> None:
    scatter(out, starts, group.body)
    width = group.layout.report.itemsize
    first = starts + group.layout.body.itemsize
    before = np.cumsum(group.count) - group.count
    inside = np.arange(len(group.report), dtype=np.int64) * width
    scatter(out, np.repeat(first - before * width, group.count) + inside, group.report)
    after = first + group.count * width
    _place_all(out, ((int(after[i]), content) for i, content in group.spare.items()))


def _place_all(out: NDArray[np.uint8], contents: Iterable[tuple[int, bytes]]) -> None:
    for start, content in contents:
        _place(out, start, content)


def _place(out: NDArray[np.uint8], start: int, content: bytes) -> None:
    out[start : start + len(content)] = np.frombuffer(content, np.uint8)
