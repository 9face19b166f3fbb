import io
from pathlib import Path

import pytest

from sidelook.errors import ReleaseRefusedError
from sidelook.mission.replay import replay_recording, timed_packets

from .test_chain import REVISITS, packets

__all__ = ["packets"]  # a fixture


def test_every_byte_is_in_one_packet_and_times_grow(packets: list[bytes]) -> None:
    data = b"".join(packets)
    timed = list(timed_packets(io.BytesIO(data)))
    assert [packet.data for packet in timed] == packets
    moments = [packet.moment for packet in timed if packet.moment is not None]
    assert moments == sorted(moments)
    # Several dwells may share a packet; it goes out with the first of them.
    assert (moments[-1] - moments[0]) / 30e9 in {REVISITS - 2, REVISITS - 1}


def test_what_may_not_leave_this_machine_is_not_sent(packets: list[bytes], tmp_path: Path) -> None:
    secret = bytearray(packets[-1])
    secret[8] = 2  # P4: SECRET
    path = tmp_path / "mixed.4607"
    path.write_bytes(b"".join(packets[:-1]) + secret)
    with pytest.raises(ReleaseRefusedError):
        replay_recording(path, "udp://192.0.2.1:9", speed=1e6)
    replay_recording(path, "udp://127.0.0.1:9", speed=1e6)  # the operator here sees all


def test_what_is_damaged_is_sent_as_it_stands(packets: list[bytes]) -> None:
    data = b"noise" * 50 + packets[0] + b"\xff" * 99 + b"".join(packets[1:]) + packets[-1][:40]
    timed = list(timed_packets(io.BytesIO(data)))
    assert b"".join(packet.data for packet in timed) == data
    assert [packet.data for packet in timed if packet.sound] == packets


def test_damage_is_sent_too_and_said(packets: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "damaged.4607"
    path.write_bytes(b"".join(packets) + b"\xff" * 99)
    assert replay_recording(path, "udp://127.0.0.1:9", speed=1e6)
    assert "99 bytes were sent as they stand" in capsys.readouterr().err
