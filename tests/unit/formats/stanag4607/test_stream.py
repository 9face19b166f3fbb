from itertools import pairwise

import pytest

from sidelook.formats.stanag4607 import PacketError, StreamDecoder, decode, encode
from sidelook.formats.stanag4607.framing import Skip


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 65_536])
def test_pieces_of_any_size_give_the_same_packets(recordings: dict[str, bytes], size: int) -> None:
    data = recordings["afrl_10_targets.4607"]
    whole, decoder = decode(data), StreamDecoder()
    parts = [decoder.feed(data[start : start + size]) for start in range(0, len(data), size)]
    assert b"".join(encode(part) for part in parts) == data
    assert [offset for part in parts for offset in part.offset.tolist()] == whole.offset.tolist()
    assert [offset for part in parts for offset in part.segment_offset.tolist()] == whole.segment_offset.tolist()
    counters = decoder.counters
    assert (counters.octets, counters.packets, counters.segments) == (len(data), len(whole), len(whole.kind))
    assert (counters.dwells, counters.reports, counters.skipped_octets) == (154, 218, 0)


def test_datagrams_hold_whole_packets(recordings: dict[str, bytes]) -> None:
    data = recordings["afrl_10_targets.4607"]
    bounds = [*decode(data).offset.tolist(), len(data)]
    datagrams = [data[start:stop] for start, stop in pairwise(bounds)]
    datagrams[50] = datagrams[50][:-10]
    decoder = StreamDecoder()
    assert len(decoder.feed_datagrams(datagrams)) == len(datagrams) - 1
    assert decoder.counters.skips == {Skip.TRUNCATED: 1}
    assert decoder.waiting == 0


def test_a_torn_datagram_does_not_swallow_the_next(recordings: dict[str, bytes]) -> None:
    data = recordings["list1.4607"]
    decoder = StreamDecoder()
    assert len(decoder.feed_datagrams([data[:60], data])) == 2
    assert decoder.counters.skipped_octets == 60


def test_flush_ends_a_stream_and_another_may_begin(recordings: dict[str, bytes]) -> None:
    data = recordings["list1.4607"]
    decoder = StreamDecoder()
    assert len(decoder.feed(data[:100])) == 1
    assert decoder.waiting == 100 - 76
    assert len(decoder.flush()) == 0
    assert decoder.skipped[0].start == 76
    again = decoder.feed(data)
    assert again.offset.tolist() == [100, 176]


def test_strict_streams_raise(recordings: dict[str, bytes]) -> None:
    decoder = StreamDecoder(strict=True)
    decoder.feed(recordings["list1.4607"][:110])
    with pytest.raises(PacketError, match="needs 112 bytes and 34"):
        decoder.flush()


def test_memory_held_is_bounded() -> None:
    decoder = StreamDecoder(max_packet=10_000)
    head = b"30" + (10_000).to_bytes(4) + bytes(26) + b"\x80" + (9000).to_bytes(4)
    held = 0
    for _ in range(50):
        decoder.feed(head)
        decoder.feed(bytes(1000))
        held = max(held, decoder.waiting)
    assert held <= 10_000 + 1000


def test_skips_kept_are_few_and_all_are_counted(recordings: dict[str, bytes]) -> None:
    decoder = StreamDecoder()
    for _ in range(StreamDecoder.KEPT_SKIPS + 5):
        decoder.feed(recordings["list1.4607"] + b"?")
    decoder.flush()
    assert len(decoder.skipped) == StreamDecoder.KEPT_SKIPS
    assert sum(decoder.counters.skips.values()) == StreamDecoder.KEPT_SKIPS + 5
    assert decoder.counters.packets == 2 * (StreamDecoder.KEPT_SKIPS + 5)
