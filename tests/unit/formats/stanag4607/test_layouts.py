import pytest

from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.layouts import (
    DWELL_BITS,
    FIXED,
    HEADER_SIZE,
    HRR_BITS,
    PROCESSING_RECORD_DTYPE,
    SEGMENT_HEADER_SIZE,
    dwell_layout,
    hrr_record_layout,
)
from sidelook.formats.stanag4607.presets import MASKS, Preset


@pytest.mark.parametrize(
    ("kind", "size"),
    [(1, 39), (5, 68), (6, 20), (10, 14), (12, 21), (13, 23), (101, 79), (102, 79)],
)
def test_sizes_of_the_standard(kind: int, size: int) -> None:
    assert FIXED[SegmentKind(kind)].itemsize == size


def test_sizes_of_headers_and_records() -> None:
    assert (HEADER_SIZE, SEGMENT_HEADER_SIZE, PROCESSING_RECORD_DTYPE.itemsize) == (32, 5, 23)


@pytest.mark.parametrize(("symbol", "bit"), [("D2", 63), ("D31", 34), ("D32.1", 33), ("D32.18", 16), ("D10", 55)])
def test_bits_of_the_dwell_mask(symbol: str, bit: int) -> None:
    assert DWELL_BITS[symbol] == bit


def test_bits_of_the_hrr_mask() -> None:
    assert (HRR_BITS["H2"], HRR_BITS["H31"]) == (39, 10)


@pytest.mark.parametrize(
    ("mask", "body", "report"),
    [
        (MASKS[Preset.SITUATION_AWARENESS], 64, 6),
        (MASKS[Preset.FULL_PRECISION], 62, 19),
        (0xFFC7_1FFA_7F80_0000, 70, 15),  # as printed in the guide's annex C, which its table contradicts
        (0xFF00_03C0_0000_0000, 43, 0),
        (MASKS[Preset.COMPLETE_WITH_TRUTH], 78, 32),
        (MASKS[Preset.COMPLETE], 78, 27),
    ],
)
def test_sizes_of_dwells(mask: int, body: int, report: int) -> None:
    layout = dwell_layout(mask)
    assert (layout.body.itemsize, layout.report.itemsize) == (body, report)


@pytest.mark.parametrize(("targets", "size"), [(1, 107), (42, 353), (100, 701), (1000, 6101)])
def test_packet_sizes_of_the_guide(targets: int, size: int) -> None:
    """Guide to the standard, annex C: situation awareness."""
    layout = dwell_layout(MASKS[Preset.SITUATION_AWARENESS])
    assert HEADER_SIZE + SEGMENT_HEADER_SIZE + layout.body.itemsize + targets * layout.report.itemsize == size


def test_mask_counts_bit_by_bit() -> None:
    """A velocity error without a height error is legal, and no group."""
    partial = dwell_layout(0xFF00_03C1_8068_0000)
    assert partial.report.names == ("D32.2", "D32.3", "D32.12", "D32.13", "D32.15")


def test_spare_bits_select_nothing() -> None:
    assert dwell_layout(0xFF00_03C0_0000_FFFF).body.names == dwell_layout(0xFF00_03C0_0000_0000).body.names


@pytest.mark.parametrize(("magnitude", "phase", "size"), [(1, 0, 5), (2, 2, 8), (1, 1, 6), (3, 0, None), (0, 7, None)])
def test_scatterer_records(magnitude: int, phase: int, size: int | None) -> None:
    layout = hrr_record_layout(bytes.fromhex("00000003C0"), magnitude, phase)
    assert (layout.itemsize if layout else None) == size
