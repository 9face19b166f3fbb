import numpy as np
import pytest

from sidelook.formats.stanag4607 import decode, encode
from sidelook.formats.stanag4607.errors import DwellSizeError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.layouts import dwell_layout
from sidelook.formats.stanag4607.reader import gather

HEAD = b"30%bXN\x05XN\0\0\x01Fictional \0\0\0\x01\0\0\0\x01"


def dwell_packet(mask: int, content: bytes) -> bytes:
    """Make a packet of one dwell with this mask."""
    size = 5 + 8 + len(content)
    return HEAD % (32 + size).to_bytes(4) + b"\x02" + size.to_bytes(4) + mask.to_bytes(8) + content


def test_every_recording_comes_back(recordings: dict[str, bytes]) -> None:
    assert len(recordings) == 10
    for name, data in recordings.items():
        assert encode(decode(data, strict=True)) == data, name


def test_segments_of_the_afrl_recording(recordings: dict[str, bytes]) -> None:
    """Counts as in the recording's description."""
    packets = decode(recordings["afrl_10_targets.4607"])
    assert len(packets) == 194
    assert packets.report_count == 218
    assert sum(len(group.row) for group in packets.dwells) == 154
    mission, job = packets.of_kind(SegmentKind.MISSION)[0], packets.of_kind(SegmentKind.JOB_DEFINITION)[0]
    assert (mission.value("M5"), mission.value("M6"), mission.value("M7")) == (2010, 11, 30)
    assert mission.value("M2") == "test.nav"
    assert job.value("J3") == "NORMAL"
    with pytest.raises(KeyError):
        job.value("M5")


def test_rare_segments(recordings: dict[str, bytes]) -> None:
    packets = decode(recordings["processing_history_chain.gmti"])
    history = packets.of_kind(SegmentKind.PROCESSING_HISTORY)[0]
    assert history.record["C6.1"].tolist() == [1, 2]
    assert history.record["C6.6"].tolist() == [0x0001, 0x0800]
    text = decode(recordings["free_text_and_test_status.gmti"])
    assert text.of_kind(SegmentKind.FREE_TEXT)[0].rest.startswith(b"SYNTHETIC FIXTURE")
    assert text.of_kind(SegmentKind.TEST_AND_STATUS)[0].number("T5") == 0x10
    place = decode(recordings["platform_location_mixed_time_basis.gmti"])
    assert place.of_kind(SegmentKind.PLATFORM_LOCATION)[0].value("L4") == 860_000


def test_hrr_records_follow_from_the_bytes_that_remain(recordings: dict[str, bytes]) -> None:
    packets = decode(recordings["hrr_signature_parked_both_time_branches.gmti"])
    first, second = packets.of_kind(SegmentKind.HRR)
    assert first.record["H32.1"].tolist() == [0x10, 0x20, 0x30, 0x40]
    assert second.record["H32.1"].tolist() == [0xAA, 0xBB]
    assert not first.rest


def test_reserved_segments_stay_raw(recordings: dict[str, bytes]) -> None:
    packets = decode(recordings["reserved_and_extension_segments_recorded.gmti"])
    assert [(each.kind, each.rest) for each in packets.segments[1:]] == [
        (8, b"@ABCDEFGHI"[:10]),
        (132, b"\xde\xad\xbe\xef"),
    ]


def test_negative_zero_of_b16_is_kept(recordings: dict[str, bytes]) -> None:
    data = bytearray(recordings["list1.4607"])
    extent = data.index(b"\x01\x40\x10\x00")
    data[extent : extent + 2] = b"\x80\x00"
    packets = decode(bytes(data))
    assert packets.dwells[0].body["D26"].tolist() == [0x8000]
    assert encode(packets) == bytes(data)


BODY_MASK, REPORT_MASK = 0xFF00_03C0_0000_0000, 0xFF00_03C1_8000_0000
BODY_SIZE = dwell_layout(BODY_MASK).body.itemsize - 8


@pytest.mark.parametrize(
    ("mask", "content", "count", "spare"),
    [
        (REPORT_MASK, bytes(5) + b"\0\2" + bytes(BODY_SIZE - 7) + bytes(16), 2, b""),
        (REPORT_MASK, bytes(5) + b"\0\2" + bytes(BODY_SIZE - 7) + bytes(18), 2, b"\0\0"),
        (REPORT_MASK, bytes(5) + b"\0\5" + bytes(BODY_SIZE - 7) + b"\1" * 17, 2, b"\1"),
        (BODY_MASK, bytes(5) + b"\0\5" + bytes(BODY_SIZE - 7), 0, b""),
        (REPORT_MASK, bytes(BODY_SIZE), 0, b""),
    ],
    ids=["exact", "spare bytes", "fewer reports than D5", "no report fields", "D5 is 0"],
)
def test_counts_follow_mask_count_and_bytes(mask: int, content: bytes, count: int, spare: bytes) -> None:
    data = dwell_packet(mask, content)
    packets = decode(data)
    (group,) = packets.dwells
    assert (group.count.tolist(), len(group.report)) == ([count], count)
    assert group.spare.get(0, b"") == spare
    assert encode(packets) == data


@pytest.mark.parametrize(
    ("mask", "content"),
    [(BODY_MASK, bytes(BODY_SIZE - 1)), (0, b""), (BODY_MASK & ~(1 << 60), bytes(100))],
    ids=["too short", "no fields", "no count"],
)
def test_dwells_that_cannot_be_read_stay_raw(mask: int, content: bytes) -> None:
    data = dwell_packet(mask, content)
    packets = decode(data)
    assert not packets.dwells
    assert packets.segments[0].kind == SegmentKind.DWELL
    assert encode(packets) == data


def test_strict_refuses_a_count_that_the_bytes_do_not_hold() -> None:
    with pytest.raises(DwellSizeError, match="needs") as caught:
        decode(dwell_packet(REPORT_MASK, bytes(5) + b"\0\5" + bytes(BODY_SIZE - 7) + bytes(16)), strict=True)
    assert caught.value.needed - caught.value.had == 24


def test_masks_may_be_mixed(recordings: dict[str, bytes]) -> None:
    data = recordings["list1.4607"] + recordings["full_mask_every_optional_group.gmti"] + recordings["list1.4607"]
    packets = decode(data)
    assert [group.row.tolist() for group in packets.dwells] == [[1, 6], [4]]
    assert encode(packets) == data


def test_gather_takes_items_from_anywhere() -> None:
    data = bytes(range(20))
    assert gather(data, np.array([3, 0, 18]), np.dtype(">u2")).tolist() == [0x0304, 0x0001, 0x1213]
    assert gather(b"", np.array([], np.int64), np.dtype(">u2")).tolist() == []
