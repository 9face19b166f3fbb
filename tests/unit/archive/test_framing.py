"""Records of the raw log are found whole, or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from sidelook.archive.framing import HEADER, MARK, SOURCE_NAME, RawRecord, pack, scan

PAYLOADS = st.lists(st.binary(max_size=60) | st.just(MARK * 5), max_size=8)


def framed(payloads: list[bytes]) -> tuple[bytes, list[int]]:
    """Frame payloads as source 0, named first; gives the bytes and where each record ends."""
    data = pack(1, 5, 0, b"udp://somewhere", kind=SOURCE_NAME)
    ends = []
    for number, payload in enumerate(payloads, 1):
        data += pack(number, 5 + number, 0, payload)
        ends.append(len(data))
    return data, ends


def test_a_record_comes_back_with_time_and_source() -> None:
    found = scan(framed([b"bytes"])[0])
    assert found.records == (RawRecord(number=1, received=6, source="udp://somewhere", data=b"bytes"),)
    assert found.damaged == 0


@given(PAYLOADS, st.data())
def test_a_torn_tail_never_takes_or_makes_a_record(payloads: list[bytes], data: st.DataObject) -> None:
    whole, ends = framed(payloads)
    cut = data.draw(st.integers(0, len(whole)))
    found = scan(whole[:cut])
    kept = sum(end <= cut for end in ends)
    assert [record.data for record in found.records] == payloads[:kept]
    assert found.whole <= cut
    assert found.damaged == 0


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=8), st.data())
def test_a_flipped_bit_costs_its_record_and_no_other(payloads: list[bytes], data: st.DataObject) -> None:
    whole, ends = framed(payloads)
    begin = ends[0] - len(payloads[0]) - HEADER.size
    place = data.draw(st.integers(begin, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    struck = sum(end <= place for end in ends)
    expected = [payload for row, payload in enumerate(payloads) if row != struck]
    assert [record.data for record in scan(bytes(damaged)).records] == expected


def test_bytes_that_are_no_log_give_nothing() -> None:
    found = scan(b"\x00" * 100 + MARK + b"\xff" * 200)
    assert (found.records, found.whole, found.damaged) == ((), 0, 0)
