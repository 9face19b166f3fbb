"""Bytes to packets: dwells of one mask are gathered and viewed as arrays, the rest segment by segment."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.errors import DwellSizeError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.framing import Finder, Frames, Framing
from sidelook.formats.stanag4607.layouts import (
    FIXED,
    HEADER_DTYPE,
    HRR_MASK_BYTES,
    PROCESSING_RECORD_DTYPE,
    SEGMENT_DTYPE,
    SEGMENT_HEADER_SIZE,
    dwell_layout,
    hrr_layout,
    hrr_record_layout,
)
from sidelook.formats.stanag4607.wire import NO_FIELDS, NO_RECORDS, DwellGroup, Packets, Segment
from sidelook.model.columns import Integers

_MASK_SIZE = 8
_MASK = np.dtype(">u8")


def decode(data: bytes, *, strict: bool = False, max_packet: int = 1 << 20) -> Packets:
    """Decode a whole recording.

    Parameters
    ----------
    data : packets, one after another
    strict : True raises at the first fault; False skips what is damaged (``StreamDecoder`` also counts it)
    max_packet : largest packet believed in, bytes

    Returns
    -------
    the packets found

    Raises
    ------
    PacketError : in strict mode
    """
    frames = Frames()
    Finder(data=data, end=len(data), framing=Framing(max_packet=max_packet, strict=strict), frames=frames).find()
    return read_frames(data, frames, strict=strict)


def gather(data: bytes, starts: Integers, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Copy equally shaped items from anywhere in the bytes into one array.

    Parameters
    ----------
    data : the bytes
    starts : (n,) offset of each item; each item lies inside ``data``
    dtype : of an item

    Returns
    -------
    (n,) of ``dtype``
    """
    if not dtype.itemsize or not len(starts):
        return np.zeros(len(starts), dtype)
    # One opaque item at every byte: indexing copies whole items, not fields.
    places = len(data) - dtype.itemsize + 1
    every = np.ndarray((places,), np.dtype(f"V{dtype.itemsize}"), data, strides=(1,))
    return every[starts].view(dtype)


def read_frames(data: bytes, frames: Frames, *, base: int = 0, strict: bool = False) -> Packets:
    """Turn found packets into columns.

    Parameters
    ----------
    data : the bytes ``frames`` was found in
    frames : where packets and segments are
    base : offset of ``data`` in its stream
    strict : True refuses dwells whose size is not what mask and count ask for

    Raises
    ------
    DwellSizeError : in strict mode
    """
    offset = np.array(frames.packets, np.int64)
    header = gather(data, offset, HEADER_DTYPE)
    start = np.array(frames.segments, np.int64)
    head = gather(data, start, SEGMENT_DTYPE)
    kind, size = head["S1"].astype(np.uint8), head["S2"].astype(np.int64)
    groups = tuple(_read_dwells(data, np.flatnonzero(kind == SegmentKind.DWELL), start, size))
    if strict:
        _check_sizes(groups, start + base, size)
    others = np.ones(len(kind), np.bool_)
    for group in groups:
        others[group.row] = False
    return Packets(
        header=header,
        offset=offset + base,
        tail={row: data[end : frames.packets[row] + int(header["P2"][row])] for row, end in frames.damaged.items()},
        kind=kind,
        size=size,
        packet=(np.searchsorted(offset, start, side="right") - 1).astype(np.int32),
        segment_offset=start + base,
        dwells=groups,
        segments=tuple(
            _read_segment(
                row, int(kind[row]), data[int(start[row]) + SEGMENT_HEADER_SIZE : int(start[row] + size[row])]
            )
            for row in np.flatnonzero(others).tolist()
        ),
    )


def _read_dwells(data: bytes, row: NDArray[np.int64], start: Integers, size: Integers) -> Iterator[DwellGroup]:
    row = row[size[row] >= SEGMENT_HEADER_SIZE + _MASK_SIZE]
    masks = gather(data, start[row] + SEGMENT_HEADER_SIZE, _MASK)
    if len(row) and (masks == masks[0]).all():
        yield from _read_group(data, int(masks[0]), row, start[row], size[row])
        return
    different, which = np.unique(masks, return_inverse=True)
    order = np.argsort(which, kind="stable")
    bounds = np.searchsorted(which[order], np.arange(len(different) + 1))
    for number, mask in enumerate(different.tolist()):
        chosen = row[order[bounds[number] : bounds[number + 1]]]
        yield from _read_group(data, mask, chosen, start[chosen], size[chosen])


def _read_group(data: bytes, mask: int, row: Integers, start: Integers, size: Integers) -> Iterator[DwellGroup]:
    """Read dwells of one mask; those too short for their body, or without D5, stay raw segments."""
    layout = dwell_layout(mask)
    fixed = SEGMENT_HEADER_SIZE + layout.body.itemsize
    width = layout.report.itemsize
    if "D5" not in (layout.body.names or ()):
        return
    whole = size >= fixed
    if not whole.all():
        row, start, size = row[whole], start[whole], size[whole]
    if not len(row):
        return
    body = gather(data, start + SEGMENT_HEADER_SIZE, layout.body)
    room = size - fixed
    count = np.minimum(body["D5"], room // width) if width else np.zeros(len(row), np.int64)
    left = room - count * width
    first = start + fixed
    yield DwellGroup(
        layout=layout,
        row=row.astype(np.int32),
        body=body,
        report=gather(data, _item_starts(first, count, width), layout.report),
        count=count,
        spare={i: data[start[i] + size[i] - left[i] : start[i] + size[i]] for i in np.flatnonzero(left).tolist()},
    )


def _item_starts(first: NDArray[Any], count: NDArray[Any], width: int) -> Integers:
    """(sum of count,) offsets of items that follow one another, run after run."""
    before = np.cumsum(count) - count
    return np.repeat(first - before * width, count) + np.arange(int(count.sum()), dtype=np.int64) * width


def _check_sizes(groups: Sequence[DwellGroup], offset: Integers, size: Integers) -> None:
    for group in groups:
        sent = group.body["D5"].astype(np.int64)
        wrong = sent != group.count if group.layout.report.itemsize else np.zeros(len(sent), np.bool_)
        wrong[list(group.spare)] = True
        for i in np.flatnonzero(wrong)[:1].tolist():
            fixed = SEGMENT_HEADER_SIZE + group.layout.body.itemsize
            needed = fixed + int(sent[i]) * group.layout.report.itemsize
            row = group.row[i]
            raise DwellSizeError(needed=needed, had=int(size[row]), offset=int(offset[row]))


def _read_segment(row: int, kind: int, content: bytes) -> Segment:
    if kind == SegmentKind.HRR:
        return _read_hrr(row, content)
    layout = FIXED.get(kind)
    if layout is None or len(content) < layout.itemsize:
        return Segment(row=row, kind=kind, body=NO_FIELDS, record=NO_RECORDS, rest=content)
    body, rest = np.frombuffer(content, layout, 1), content[layout.itemsize :]
    if kind != SegmentKind.PROCESSING_HISTORY:
        return Segment(row=row, kind=kind, body=body, record=NO_RECORDS, rest=rest)
    count = min(int(body["C1"][0]), len(rest) // PROCESSING_RECORD_DTYPE.itemsize)
    record, rest = _split_records(rest, PROCESSING_RECORD_DTYPE, count)
    return Segment(row=row, kind=kind, body=body, record=record, rest=rest)


def _read_hrr(row: int, content: bytes) -> Segment:
    raw = Segment(row=row, kind=SegmentKind.HRR, body=NO_FIELDS, record=NO_RECORDS, rest=content)
    mask = content[:HRR_MASK_BYTES]
    if len(mask) < HRR_MASK_BYTES:
        return raw
    layout = hrr_layout(mask)
    if len(content) < layout.itemsize:
        return raw
    body, rest = np.frombuffer(content, layout, 1), content[layout.itemsize :]
    magnitude, phase = (int(body[name][0]) if name in (layout.names or ()) else 0 for name in ("H25", "H26"))
    item = hrr_record_layout(mask, magnitude, phase)
    if item is None:
        return Segment(row=row, kind=SegmentKind.HRR, body=body, record=NO_RECORDS, rest=rest)
    # The counts H6 and H7 contradict each other in use: the bytes that remain decide.
    record, rest = _split_records(rest, item, len(rest) // item.itemsize)
    return Segment(row=row, kind=SegmentKind.HRR, body=body, record=record, rest=rest)


def _split_records(content: bytes, dtype: np.dtype[Any], count: int) -> tuple[NDArray[Any], bytes]:
    used = count * dtype.itemsize
    return np.frombuffer(content, dtype, count) if count else np.zeros(0, dtype), content[used:]
