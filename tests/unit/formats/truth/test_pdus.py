import struct
from collections.abc import Callable

import numpy as np
import pytest

from sidelook.formats.truth.errors import PduError, TruncatedPduError
from sidelook.formats.truth.pdus import STATE_BYTES, STATE_LAYOUT, EntityStateDecoder

Maker = Callable[..., bytes]

#: IEEE 1278.1-2012, 7.2.2: where each field begins, bytes.
OFFSETS = {
    "version": 0,
    "pdu_type": 2,
    "timestamp": 4,
    "length": 8,
    "site": 12,
    "force": 18,
    "parameters": 19,
    "kind": 20,
    "country": 22,
    "category": 24,
    "alternative_type": 28,
    "velocity": 36,
    "position": 48,
    "orientation": 72,
    "appearance": 84,
    "algorithm": 88,
    "acceleration": 104,
    "angular_velocity": 116,
    "character_set": 128,
    "marking": 129,
    "capabilities": 140,
}


def other(kind: int = 20, size: int = 40) -> bytes:
    return struct.pack(">BBBBIHBB", 7, 1, kind, 5, 0, size, 0, 0) + bytes(size - 12)


def test_the_layout_is_that_of_the_standard() -> None:
    assert STATE_LAYOUT.itemsize == STATE_BYTES
    assert STATE_LAYOUT.fields is not None
    assert {name: STATE_LAYOUT.fields[name][1] for name in OFFSETS} == OFFSETS


def test_states_are_found_between_other_pdus_wherever_the_stream_is_cut(make_state: Maker) -> None:
    stream = make_state(entity=3) + other() + make_state(entity=4, parameters=3) + other(22, 12) + make_state(entity=5)
    for piece in (1, 7, 143, 144, 145, 1000):
        decoder = EntityStateDecoder(strict=True)
        found = [decoder.feed(stream[at : at + piece]) for at in range(0, len(stream), piece)]
        decoder.close()
        assert np.concatenate([states.entity for states in found]).tolist() == [3, 4, 5]
        assert decoder.counts.states == 3
        assert decoder.counts.others == {20: 1, 22: 1}
        assert (decoder.counts.damaged, decoder.counts.truncated) == (0, 0)


def test_fields_as_sent(make_state: Maker) -> None:
    sent = make_state(entity=65_535, application=7, units=2**31 - 1, absolute=False, kind=(1, 2, 21), parameters=255)
    states = EntityStateDecoder().feed(sent)
    assert (states.site[0], states.application[0], states.entity[0]) == (10, 7, 65_535)
    assert states.timestamp[0] == 2**31 - 1
    assert not states.absolute[0]
    assert (states.kind[0], states.domain[0], states.category[0]) == (1, 2, 21)
    assert states.position[0].tolist() == [6_378_137.0, 0.0, 0.0]
    assert states.velocity[0].tolist() == [1.0, 2.0, 3.0]
    assert states.marking[0] == b"MARK"
    assert states.algorithm[0] == 2


def test_damage_is_skipped_and_counted(make_state: Maker) -> None:
    good = make_state(entity=9)
    for damage in (b"\x00" * 100, make_state(length=100), make_state(length=11), b"\xff" * 7, make_state()[20:]):
        decoder = EntityStateDecoder()
        states = decoder.feed(damage + good)
        decoder.close()
        assert states.entity.tolist()[-1] == 9
        assert decoder.counts.damaged >= 1
        assert decoder.counts.skipped_bytes >= len(damage) - 1


def test_more_parameters_than_bytes_is_damage(make_state: Maker) -> None:
    lying = bytearray(make_state())
    lying[19] = 5
    with pytest.raises(PduError, match="no sound PDU"):
        EntityStateDecoder(strict=True).feed(bytes(lying))


def test_strict_says_where(make_state: Maker) -> None:
    decoder = EntityStateDecoder(strict=True)
    decoder.feed(make_state())
    with pytest.raises(PduError) as refused:
        decoder.feed(b"\x00" * 20)
    assert refused.value.offset == STATE_BYTES


def test_what_is_cut_off_is_counted_or_refused(make_state: Maker) -> None:
    for cut in (1, 11, 143):
        decoder = EntityStateDecoder()
        assert len(decoder.feed(make_state() + make_state()[:cut])) == 1
        decoder.close()
        assert decoder.counts.truncated == 1
        strict = EntityStateDecoder(strict=True)
        strict.feed(make_state()[:cut])
        with pytest.raises(TruncatedPduError) as refused:
            strict.close()
        assert (refused.value.needed, refused.value.had) == (144 if cut > 11 else 12, cut)


def test_a_datagram_stands_alone(make_state: Maker) -> None:
    decoder = EntityStateDecoder()
    assert len(decoder.feed_datagram(make_state()[:100])) == 0
    assert decoder.feed_datagram(make_state(entity=2) + make_state(entity=3)).entity.tolist() == [2, 3]
    assert decoder.counts.truncated == 1


def test_nothing_is_an_empty_answer() -> None:
    decoder = EntityStateDecoder(strict=True)
    assert len(decoder.feed(b"")) == 0
    decoder.close()
