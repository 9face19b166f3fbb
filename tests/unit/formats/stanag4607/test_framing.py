"""Damage: what is lost, what is found again, and that the search stays linear."""

import pytest

from sidelook.formats.stanag4607 import PacketError, StreamDecoder, decode, framing
from sidelook.formats.stanag4607.errors import PacketHeaderError, SegmentSizeError, TruncatedPacketError
from sidelook.formats.stanag4607.framing import VERSIONS, Finder, Frames, Framing, Skip


def packet(*segments: bytes, version: bytes = b"30", size: int | None = None) -> bytes:
    """Make a packet of whole segments."""
    content = b"".join(segments)
    head = version + (32 + len(content) if size is None else size).to_bytes(4)
    return head + b"XN\x05XN\0\0\x01Fictional \0\0\0\x01\0\0\0\x01" + content


def segment(content: bytes, kind: int = 200, size: int | None = None) -> bytes:
    """Make a segment."""
    return bytes([kind]) + (5 + len(content) if size is None else size).to_bytes(4) + content


def skips(data: bytes, **options: int) -> tuple[list[int], list[tuple[int, int, Skip]]]:
    """Decode; give where packets were found and what was skipped."""
    decoder = StreamDecoder(**options)
    found = [*decoder.feed(data).offset.tolist(), *decoder.flush().offset.tolist()]
    return found, [(skip.start, skip.stop, skip.reason) for skip in decoder.skipped]


GOOD = packet(segment(b"abc"), segment(b""))


def test_versions() -> None:
    assert {b"20", b"21", b"30", b"31", b"40", b"41"} <= VERSIONS
    assert not {b"12", b"42", b"19", b"3 "} & VERSIONS


def test_sound_packets_are_found_one_after_another() -> None:
    assert skips(GOOD * 3) == ([0, len(GOOD), 2 * len(GOOD)], [])


def test_an_empty_packet_is_a_packet() -> None:
    assert skips(packet() + GOOD) == ([0, 32], [])


def test_noise_before_between_and_after_is_skipped() -> None:
    data = b"noise" + GOOD + b"\xff" * 50 + GOOD + b"3"
    first, second = 5, 5 + len(GOOD) + 50
    found, skipped = skips(data)
    assert found == [first, second]
    assert [(start, stop) for start, stop, _ in skipped] == [
        (0, 5),
        (5 + len(GOOD), second),
        (len(data) - 1, len(data)),
    ]


@pytest.mark.parametrize("size", [0, 31, 33, 60, 5000, 2**31, 2**32 - 1])
def test_a_wrong_packet_size_costs_one_packet(size: int) -> None:
    bad = packet(segment(b"abc"), segment(b""), size=size)
    found, skipped = skips(GOOD + bad + GOOD * 2)
    assert found == [0, 2 * len(GOOD), 3 * len(GOOD)]
    assert sum(stop - start for start, stop, _ in skipped) == len(GOOD)


def test_a_wrong_segment_size_costs_the_rest_of_its_packet() -> None:
    bad = packet(segment(b"abc"), segment(b"abcd", size=500), segment(b"xyz"))
    decoder = StreamDecoder()
    packets = decoder.feed(GOOD + bad + GOOD)
    assert packets.offset.tolist() == [0, len(GOOD), len(GOOD) + len(bad)]
    assert [bytes(each.rest) for each in packets.segments][2] == b"abc"
    assert packets.tail[1] == bad[32 + 8 :]
    assert decoder.counters.skips == {Skip.SEGMENT_SIZE: 1}
    assert decoder.counters.skipped_octets == len(bad) - 40


def test_a_cut_packet_before_others_is_skipped() -> None:
    found, _ = skips(GOOD[:35] + GOOD + GOOD)
    assert found == [35, 35 + len(GOOD)]


def test_a_chain_that_breaks_beyond_what_is_here_skips_no_more_than_that() -> None:
    found, skipped = skips(packet(segment(bytes(50), size=126), size=160))
    assert (found, skipped) == ([], [(0, 87, Skip.TRUNCATED)])


def test_a_claim_beyond_the_bound_is_damage() -> None:
    large = packet(segment(bytes(1000)))
    assert skips(large, max_packet=2000)[0] == [0]
    assert skips(large + GOOD, max_packet=500)[0] == [len(large)]
    for bound in (31, 1 << 24):
        with pytest.raises(ValueError, match="max_packet"):
            Framing(max_packet=bound)


@pytest.mark.parametrize(
    ("data", "error", "offset"),
    [
        (GOOD + b"99" + GOOD[2:], PacketHeaderError, len(GOOD)),
        (GOOD + GOOD[:-1], TruncatedPacketError, len(GOOD)),
        (GOOD + GOOD[:20], TruncatedPacketError, len(GOOD)),
        (packet(segment(b"abc", size=4)), SegmentSizeError, 32),
        (packet(segment(b"abc", size=90)), SegmentSizeError, 32),
        (packet(b"\x01\x02"), SegmentSizeError, 32),
    ],
)
def test_strict_raises_and_says_where(data: bytes, error: type[PacketError], offset: int) -> None:
    with pytest.raises(error, match="strict") as caught:
        decode(data, strict=True)
    assert caught.value.offset == offset


def test_truncation_says_how_much_is_missing() -> None:
    with pytest.raises(TruncatedPacketError) as caught:
        decode(GOOD[:-3], strict=True)
    assert (caught.value.needed, caught.value.had) == (len(GOOD), len(GOOD) - 3)


@pytest.mark.parametrize(
    "unit",
    [
        b"30\x00\x00",  # headers everywhere
        packet(segment(b"", size=5), size=1 << 19),  # each claims far more than is there
        packet(*[segment(b"")] * 40, size=1 << 20)[:-1],  # long sound chains that break late
        segment(b"") * 8,
    ],
    ids=["digits", "claims", "chains", "segments"],
)
@pytest.mark.parametrize("piece", [1 << 20, 100])
def test_hostile_bytes_take_linear_work(unit: bytes, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the bytes may take about four times the looks at headers; quadratic would be sixteen."""
    looks = 0

    def counted(name: str) -> None:
        original = getattr(framing, name)

        def look(data: bytes, offset: int) -> tuple[int, ...]:
            nonlocal looks
            looks += 1
            return original(data, offset)

        monkeypatch.setattr(framing, name, look)

    for name in ("_packet_head", "_segment_size", "_packet_and_segment_head"):
        counted(name)

    def cost(length: int) -> int:
        nonlocal looks
        looks = 0
        data = (unit * (length // len(unit) + 1))[:length]
        decoder = StreamDecoder()
        for start in range(0, length, piece):
            decoder.feed(data[start : start + piece])
        decoder.flush()
        assert decoder.counters.octets == length
        return looks

    small, large = cost(40_000), cost(160_000)
    assert 0 < large < 6 * small


def test_what_is_found_before_the_end_is_known_waits() -> None:
    frames = Frames()
    finder = Finder(data=GOOD + GOOD[:33], end=len(GOOD) + 33, framing=Framing(), frames=frames, final=False)
    assert finder.find() == len(GOOD)
    assert frames.packets == [0]
    assert finder.size_at(len(GOOD)) == len(GOOD)
