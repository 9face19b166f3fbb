"""Entity states as two independent programs write and read them.

The PDUs were packed by open-dis-python 1.0 (``opendis`` on PyPI, its DIS 7 classes), in an environment of its own as it
asks for an old NumPy: ``EntityStatePdu`` and ``StartResumePdu`` with the values below, pduStatus 0, pduType and
protocolFamily set to those of the class, serialised through ``DataOutputStream``, then ``length`` set and serialised
again.
"""

import re
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sidelook.formats.truth.dis import read_dis
from sidelook.formats.truth.gathering import ImportSettings
from sidelook.formats.truth.pdus import EntityStateDecoder
from sidelook.model.plots import TargetClass

TRUCK = bytes.fromhex(
    "07030101773594030090000000110017000701000101004e07020304000000000000000040600000c088000040a40000"
    "415240da1000000041059b440000000041500c66300000003f000000be8000003e000000123456780200000000000000"
    "00000000000000003e8000003f000000bfc000003c23d70a3ca3d70a3cf5c28f0052454c49454620303700000000000a"
)
START_RESUME = bytes.fromhex("07030d0500000000002c00000000000000000000000000000000000000000000000000000000000000000000")
HELICOPTER = bytes.fromhex(
    "070301017747c85700b0000000110017000801020102004e1502030400000000000000003f8000004000000040400000"
    "415240f30000000041059e600000000041500c7f000000003f000000be8000003e000000123456780400000000000000"
    "00000000000000003e8000003f000000bfc000003c23d70a3ca3d70a3cf5c28f0048454c49000000000000000000000a"
    "0000000000000000000000000000000000000000000000000000000000000000"
)
STREAM = TRUCK + START_RESUME + HELICOPTER


def test_every_field_is_read_as_it_was_packed() -> None:
    decoder = EntityStateDecoder(strict=True)
    states = decoder.feed(STREAM)
    decoder.close()
    assert decoder.counts.others == {13: 1}
    assert_array_equal([states.site, states.application, states.entity], [[17, 17], [23, 23], [7, 8]])
    assert_array_equal(states.exercise, [3, 3])
    assert_array_equal(states.timestamp, [1_000_000_001, 1_000_596_523])
    assert states.absolute.all()
    assert_array_equal([states.kind, states.domain, states.country], [[1, 1], [1, 2], [78, 78]])
    assert_array_equal(
        [states.category, states.subcategory, states.specific, states.extra], [[7, 21], [2, 2], [3, 3], [4, 4]]
    )
    assert_array_equal(
        states.position, [[4_785_000.25, 177_000.5, 4_207_000.75], [4_785_100.0, 177_100.0, 4_207_100.0]]
    )
    assert_array_equal(states.velocity, [[3.5, -4.25, 5.125], [1.0, 2.0, 3.0]])
    assert_array_equal(states.orientation, [[0.5, -0.25, 0.125]] * 2)
    assert_array_equal(states.appearance, [0x12345678] * 2)
    assert_array_equal(states.algorithm, [2, 4])
    assert_array_equal(states.acceleration, [[0.25, 0.5, -1.5]] * 2)
    assert_allclose(states.angular_velocity, [[0.01, 0.02, 0.03]] * 2, rtol=1e-7)
    assert states.marking.tolist() == [b"RELIEF 07", b"HELI"]


def test_truth_of_the_stream() -> None:
    noon = 1_767_225_600_000_000_000 + 12 * 3_600_000_000_000
    made = read_dis(STREAM, ImportSettings(start=noon + 1_680_000_000_000))
    assert made.samples.entities.names == ("17:23:7", "17:23:8")
    assert made.samples.entities.target_class.tolist() == [TargetClass.WHEELED, TargetClass.ROTARY_WING]
    # One hour is 2^31 - 1 units: the second was packed one second, 596,522 units, after the first.
    assert_allclose(
        (made.samples.time - noon) / 1e9, 3_600.0 * np.array([1_000_000_001, 1_000_596_523]) / (2**31 - 1), rtol=1e-12
    )


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="Debian's tshark is not installed")
def test_tshark_reads_the_same(tmp_path: Path) -> None:
    capture = tmp_path / "dis.pcap"
    capture.write_bytes(_capture([TRUCK, HELICOPTER]))
    command = ["tshark", "-r", str(capture), "-d", "udp.port==3000,dis", "-V"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    states = EntityStateDecoder().feed(TRUCK + HELICOPTER)
    assert [int(number) for number in re.findall(r"Entity ID Entity: (\d+)", said)] == states.entity.tolist()
    assert [int(number) for number in re.findall(r"Category / \w+: .*\((\d+)\)", said)] == states.category.tolist()
    places = re.findall(r"Entity Location\s+X: (\S+)\s+Y: (\S+)\s+Z: (\S+)", said)
    assert_array_equal(np.array(places, float), states.position)
    clock = np.array(re.findall(r"Timestamp: (\d+):(\S+) \(absolute\)", said), float) @ [60.0, 1.0]
    assert_allclose(states.timestamp * 3_600.0 / (2**31 - 1), clock, atol=1e-6)


def _capture(datagrams: list[bytes]) -> bytes:
    """Wrap datagrams for UDP port 3000 in a capture file of raw IP packets."""
    packets = [struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)]
    for data in datagrams:
        udp = struct.pack(">HHHH", 3000, 3000, 8 + len(data), 0) + data
        ip = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
        )
        packets.append(struct.pack("<IIII", 0, 0, len(ip + udp), len(ip + udp)) + ip + udp)
    return b"".join(packets)
