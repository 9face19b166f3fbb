"""A STANAG 4607 recording made by hand, field by field, so that it depends on no code of ours."""

import struct
from pathlib import Path

import pytest

#: D2 to D9, D24 to D27 and D32.2, .3, .7, .8, .10.
MASK = sum(1 << bit for bit in (*range(56, 64), *range(38, 42), 32, 31, 27, 26, 24))


def segment(kind: int, content: bytes) -> bytes:
    """Put the five bytes of a segment header before its content."""
    return struct.pack(">BI", kind, len(content) + 5) + content


def packet(segments: bytes, *, classification: int = 5, exercise: int = 1, job: int = 1) -> bytes:
    """Put the 32 bytes of a packet header before its segments."""
    head = b"30" + struct.pack(">I", len(segments) + 32) + b"XN" + bytes([classification]) + b"XN\0\0"
    return head + bytes([exercise]) + b"PLATFORM1 " + struct.pack(">II", 7, job) + segments


def mission_segment() -> bytes:
    """Say that the mission's day is 2026-11-22."""
    return segment(
        1, b"PLAN".ljust(12) + b"FLIGHT".ljust(12) + b"\xff" + b"CONFIG".ljust(10) + struct.pack(">HBB", 2026, 11, 22)
    )


def dwell_segment(index: int, reports: int) -> bytes:
    """Look at a place near 10 N 20 E, ``index`` seconds after midnight, with reports a millidegree apart."""
    longitude = round(20 / 360 * 2**32)
    body = struct.pack(
        ">QHHBHIiIi", MASK, 3, index, 0, reports, index * 1000, round(9 / 180 * 2**32), longitude, 12_000_00
    )
    body += struct.pack(">iIHH", round(10 / 180 * 2**32), longitude, 5 * 128, 1000)
    targets = (
        struct.pack(">iIhHB", round((10 + i / 1000) / 180 * 2**32), longitude, 150 + i, 0, 2) for i in range(reports)
    )
    return segment(2, body + b"".join(targets))


@pytest.fixture
def recording_bytes() -> bytes:
    """Three packets: the mission, and two dwells of two reports and of none."""
    packets = [packet(mission_segment(), job=0), packet(dwell_segment(1, 2)), packet(dwell_segment(2, 0))]
    return b"".join(packets)


@pytest.fixture
def full_packet() -> bytes:
    """Put the mission and a dwell of two hundred reports in two packets."""
    return packet(mission_segment(), job=0) + packet(dwell_segment(1, 200))


@pytest.fixture
def recording_file(tmp_path: Path, recording_bytes: bytes) -> Path:
    """Put the same on disk."""
    path = tmp_path / "hand made.4607"
    path.write_bytes(recording_bytes)
    return path
