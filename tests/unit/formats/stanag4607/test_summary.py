import struct

import numpy as np
import pytest

from sidelook.formats.stanag4607 import DwellAssembler, StreamDecoder, encode_dwells
from sidelook.formats.stanag4607.summary import Summariser, Summary, segment_name
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

DAY = 1_795_305_600_000_000_000  # 2026-11-22
MINUTE = 60_000_000_000


def recording() -> Dwells:
    """Make four dwells in two revisits either side of the antimeridian, three reports, one of them tagged."""
    owner = np.array([0, 0, 2], np.int32)
    plots = Plots.empty(
        3,
        dwell=owner,
        latitude=np.radians([10.0, 10.1, 10.2]),
        longitude=np.radians([179.9, -179.9, 179.95]),
        radial_speed=np.array([-3.0, 4.0, np.nan], np.float32),
        target_class=np.array([2, 2, 127], np.uint8),
        truth_application=np.array([1, 1, -1], np.int32),
        truth_entity=np.array([9, 9, -1]),
    )
    origin = Origin(source="a", classification=Classification.RESTRICTED, platform="P", simulated=True)
    fixed = {name: np.full(4, value) for name, value in {"sensor_height": 9e3, "angle_half_extent": 0.1}.items()}
    places = {name: np.full(4, np.radians(10.0)) for name in ("sensor_latitude", "area_latitude")}
    places |= {name: np.full(4, np.radians(179.0)) for name in ("sensor_longitude", "area_longitude")}
    return Dwells.empty(
        4,
        time=DAY + np.array([0, 10, 30, 40]) * 1_000_000_000,
        revisit=np.array([1, 1, 2, 2], np.int32),
        dwell=np.array([1, 2, 1, 2], np.int32),
        range_half_extent=np.full(4, 5e3),
        plot_count=np.array([2, 0, 1, 0], np.int32),
        plots=plots,
        origins=(origin,),
        **fixed,
        **places,
    )


def summarised(data: bytes, *, piece: int = 1 << 20) -> Summary:
    decoder, assembler, summariser = StreamDecoder(), DwellAssembler(source="a"), Summariser()
    for start in range(0, len(data), piece):
        packets = decoder.feed(data[start : start + piece])
        summariser.add_packets(packets)
        summariser.add_dwells(assembler.assemble(packets))
    summariser.add_dwells(assembler.flush())
    return summariser.summary()


@pytest.fixture
def data() -> bytes:
    return b"".join(encode_dwells(recording()))


def test_it_counts_what_is_there(data: bytes) -> None:
    summary = summarised(data)
    assert summary.octets == len(data)
    assert (summary.dwells, summary.empty_dwells, summary.reports) == (4, 2, 3)
    assert summary.segments["dwell"] == 4
    assert summary.segments["mission"] >= 1
    assert sum(summary.masks.values()) == 4
    assert sum(summary.editions.values()) == summary.packets
    assert summary.target_classes == {"wheeled": 2, "unknown": 1}


def test_it_says_when_and_where(data: bytes) -> None:
    summary = summarised(data)
    assert summary.time == (DAY, DAY + 40_000_000_000)
    assert (summary.revisits, summary.revisit_interval) == (2, 30.0)
    assert np.degrees(summary.target_box) == pytest.approx([179.9, 10.0, -179.9, 10.2], abs=1e-6)
    assert summary.sensor_height == (9000.0, 9000.0)
    assert summary.radial_speed == (-3.0, 4.0)
    assert summary.with_radial_speed == 2


def test_it_says_whose_and_under_what_marking(data: bytes) -> None:
    summary = summarised(data)
    assert {(origin.platform, origin.classification) for origin in summary.origins} == {
        ("P", Classification.RESTRICTED)
    }
    assert summary.simulated
    assert summary.missions[0].day == "2026-11-22"


def test_packets_without_dwells_say_whose_they_are(data: bytes) -> None:
    """P7 is 0x81 in a packet of a mission segment alone."""
    packet = bytearray(data[: int.from_bytes(data[2:6])])
    packet[13] = 0x81
    assert packet[32] == 1
    packet[2:6], size = (32 + 44).to_bytes(4), 32 + 44
    summary = summarised(bytes(packet[:size]))
    assert summary.dwells == 0
    assert summary.simulated
    (origin,) = summary.origins
    assert (origin.platform, origin.classification, origin.exercise) == ("P", Classification.RESTRICTED, True)


def test_a_marking_without_dwells_stands_beside_those_with(data: bytes) -> None:
    packet = bytearray(data[: int.from_bytes(data[2:6])])[:76]
    packet[2:6], packet[8] = (76).to_bytes(4), 2
    levels = [origin.classification for origin in summarised(data + bytes(packet)).origins]
    assert levels == [Classification.RESTRICTED, Classification.SECRET]


def test_pieces_of_any_size_give_the_same(data: bytes) -> None:
    assert summarised(data, piece=11) == summarised(data)


def test_nothing_is_a_summary_too() -> None:
    summary = Summariser().summary()
    assert (summary.packets, summary.time, summary.target_box, summary.revisit_interval) == (0, None, None, None)


def test_hostile_variety_is_counted_in_bounded_memory() -> None:
    """A thousand existence masks: 256 keep their name, the rest share one."""
    packets = []
    for number in range(1000):
        dwell = struct.pack(">BIQH", 2, 15, 1 << 60 | number << 16, 0)
        marking = b"XN\x05XN\0\0\1" + b"P".ljust(10) + struct.pack(">II", 1, 1)
        packets.append(b"30" + struct.pack(">I", 32 + len(dwell)) + marking + dwell)
    summariser = Summariser()
    summariser.add_packets(StreamDecoder().feed(b"".join(packets)))
    summary = summariser.summary()
    assert summary.packets == 1000
    assert len(summary.masks) <= 257
    assert sum(summary.masks.values()) == 1000


def test_segments_without_a_name_keep_their_number() -> None:
    assert segment_name(5) == "job definition"
    assert segment_name(200) == "type 200"
