"""Job requests and acknowledgements that we write, read by stanag4607 (PyPI) and tshark; and theirs, read by us."""

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidelook.formats.stanag4607 import decode
from sidelook.formats.stanag4607.tasking import encode_answers, encode_requests, read_requests
from sidelook.model.collection import Corner, JobAnswer, JobRequest, RadarMode, RequestStatus
from sidelook.model.origin import Classification, Origin
from sidelook.timescale import parse_utc

stanag4607 = pytest.importorskip("stanag4607")

LATITUDE_STEP, LONGITUDE_STEP = 180.0 / 2**32, 360.0 / 2**32
START = parse_utc("2026-05-04T06:31:07Z")
CORNERS = ((0.6, -0.7), (0.61, -0.7), (0.61, -0.69), (0.6, -0.69))
ASKED = JobRequest(
    requestor="GROUND 1", task="BRIDGE", corners=CORNERS, earliest=START, priority=7,
    mode=RadarMode.LOW_RESOLUTION_SECTOR, range_resolution=0.25, cross_range_resolution=0.3, allowed_delay=90.0,
    duration=600.0, revisit=12.5, nationality="XN",
)  # fmt: skip
GRANTED = JobAnswer(
    request=ASKED, status=RequestStatus.MODIFIED, reason="", job=9, priority=8, corners=CORNERS[::-1], duration=500.0,
    revisit=20.0, start=START + 5_000_000_000,
)  # fmt: skip
DENIED = JobAnswer(request=replace(ASKED, priority=0), status=RequestStatus.DENIED_ORBIT, reason="")
ORIGIN = Origin(
    source="test", classification=Classification.UNCLASSIFIED, nationality="XN", platform="TEST", mission=3,
    version="30", simulated=True, exercise=True,
)  # fmt: skip


def by_stanag4607(data: bytes) -> list[Any]:
    packets = stanag4607.PacketStreamDecoder().feed(data)
    assert [issue for packet in packets for issue in stanag4607.validate_packet_context(packet)] == []
    return [event.value for packet in packets for event in stanag4607.iter_packet_events(packet)]


def assert_corners(theirs: Any, ours: tuple[Corner, ...]) -> None:  # noqa: ANN401 - of an untyped package
    for (latitude, longitude), corner in zip(theirs, ours, strict=True):
        away = float(longitude.degrees) - np.degrees(corner[1])
        assert float(latitude.degrees) == pytest.approx(np.degrees(corner[0]), abs=LATITUDE_STEP)
        assert (away + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=LONGITUDE_STEP)


def test_a_request_is_read_as_it_was_meant() -> None:
    (found,) = by_stanag4607(encode_requests([ASKED], ORIGIN)[0])
    assert isinstance(found, stanag4607.JobRequestSegment)
    assert (found.requestor_id, found.requestor_task_id) == (b"GROUND 1  ", b"BRIDGE    ")
    assert (found.priority, found.radar_mode, found.request_type) == (7, 17, 0)
    assert (found.range_resolution_centimeters, found.cross_range_resolution_decimeters) == (25, 3)
    assert found.earliest_start_utc == datetime(2026, 5, 4, 6, 31, 7, tzinfo=UTC)
    assert (found.allowed_delay_seconds, found.duration_seconds, found.revisit_interval_deciseconds) == (90, 600, 125)
    assert (found.sensor_type, found.sensor_model) == (255, b"      ")
    assert_corners(found.bounding_area, CORNERS)
    assert stanag4607.validate_job_request(found) == ()
    (cancel,) = by_stanag4607(encode_requests([replace(ASKED, cancel=True)], ORIGIN)[0])
    assert cancel.request_type == 1


def test_an_answer_is_read_as_it_was_meant() -> None:
    granted, denied = by_stanag4607(b"".join(encode_answers([GRANTED, DENIED], ORIGIN)))
    assert isinstance(granted, stanag4607.JobAcknowledgeSegment)
    assert (granted.requestor_id, granted.requestor_task_id) == (b"GROUND 1  ", b"BRIDGE    ")
    assert (granted.job_id, granted.priority, granted.radar_mode, granted.request_status) == (9, 8, 17, 2)
    assert (granted.duration_seconds, granted.revisit_interval_deciseconds) == (500, 200)
    assert granted.start_time_utc == datetime(2026, 5, 4, 6, 31, 12, tzinfo=UTC)
    assert granted.requestor_nationality == b"XN"
    assert_corners(granted.bounding_area, CORNERS[::-1])
    assert denied.request_status == 5
    assert_corners(denied.bounding_area, CORNERS)
    for each in (granted, denied):
        assert stanag4607.validate_job_acknowledge(each) == ()


def test_a_request_they_write_is_read_as_they_meant_it() -> None:
    ours = encode_requests([ASKED], ORIGIN)[0]
    (theirs,) = by_stanag4607(ours)
    segment = replace(theirs, requestor_id=b"THEM      ", revisit_interval_deciseconds=65_535, priority=99).to_segment()
    size = (5 + len(segment.payload)).to_bytes(4)
    (found,) = read_requests(decode(ours[:32] + bytes([101]) + size + segment.payload, strict=True))
    assert (found.requestor, found.revisit, found.priority) == ("THEM", 6_553.5, 99)
    exact = [Fraction(latitude.degrees) for latitude, _ in theirs.bounding_area]
    for (latitude, _), angle in zip(found.corners, exact, strict=True):
        assert np.degrees(latitude) == pytest.approx(float(angle), abs=LATITUDE_STEP / 1000)


@pytest.mark.tshark
def test_tshark_finds_the_segments_whole(tmp_path: Path) -> None:
    """It knows their names and sizes, and no fields."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("no tshark: install Debian's tshark to compare with it")
    path = tmp_path / "tasking.4607"
    path.write_bytes(b"".join(encode_requests([ASKED], ORIGIN) + encode_answers([GRANTED], ORIGIN)))
    command = [program, "-r", str(path), "-T", "fields", "-e", "s4607.seg.type", "-e", "s4607.seg.size"]
    command += ["-e", "_ws.malformed"]
    environment = os.environ | {"TZ": "UTC"}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    assert [line.split("\t") for line in result.stdout.splitlines()] == [["101", "84", ""], ["102", "84", ""]]
