import math
from dataclasses import replace

import pytest

from sidelook.formats.stanag4607 import Segment, decode
from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.rules.checker import RuleChecker
from sidelook.formats.stanag4607.tasking import (
    NO_JOB,
    UnreadableRequestError,
    answer_segment,
    encode_answers,
    encode_requests,
    read_requests,
    request_segment,
)
from sidelook.model.collection import JobAnswer, JobRequest, RadarMode, RequestStatus
from sidelook.model.origin import Classification, Origin
from sidelook.timescale import parse_utc

SECOND = 1_000_000_000
START = parse_utc("2026-05-04T06:31:07Z")
CORNERS = ((0.61, -3.14), (0.61, 3.14), (-0.6, 3.14), (-0.6, -3.14))
ASKED = JobRequest(
    requestor="GROUND 1", task="BRIDGE", corners=CORNERS, earliest=START, priority=7, mode=RadarMode.FIXED_TARGETS,
    range_resolution=0.25, cross_range_resolution=0.3, allowed_delay=90.0, duration=600.0, revisit=12.5,
    nationality="XN",
)  # fmt: skip
ORIGIN = Origin(
    source="test", classification=Classification.UNCLASSIFIED, nationality="XN", platform="TEST", mission=3, job=1,
    version="30", simulated=True, exercise=True,
)  # fmt: skip
ANSWER = JobAnswer(
    request=ASKED, status=RequestStatus.MODIFIED, reason="less", job=9, priority=8, corners=CORNERS[::-1],
    duration=500.0, revisit=20.0, start=START + 5 * SECOND + 999_999_999,
)  # fmt: skip
ANGLE_STEP = 2.0 * math.pi / 2**32


def there_and_back(request: JobRequest) -> JobRequest:
    (packet,) = encode_requests([request], ORIGIN)
    (found,) = read_requests(decode(packet, strict=True))
    return found


def told(answer: JobAnswer) -> Segment:
    (packet,) = encode_answers([answer], ORIGIN)
    (segment,) = decode(packet, strict=True).of_kind(SegmentKind.JOB_ACKNOWLEDGE)
    return segment


def test_a_request_comes_back_as_it_was_sent() -> None:
    found = there_and_back(ASKED)
    for corner, sent in zip(found.corners, CORNERS, strict=True):
        assert corner == pytest.approx(sent, abs=ANGLE_STEP)
    assert replace(found, corners=CORNERS) == ASKED
    assert there_and_back(found) == found
    assert there_and_back(replace(ASKED, cancel=True)).cancel


def test_requests_come_back_in_order_and_whoever_else_speaks_is_passed_over() -> None:
    asked = [replace(ASKED, task=str(number), nationality=nation) for number, nation in enumerate(("XN", "", "QQ"))]
    packets = encode_requests(asked, ORIGIN)
    between = encode_answers([ANSWER], ORIGIN)
    found = read_requests(decode(packets[0] + between[0] + packets[1] + packets[2]))
    assert [(each.task, each.nationality) for each in found] == [("0", "XN"), ("1", "XN"), ("2", "QQ")]
    assert read_requests(decode(between[0])) == ()
    assert encode_requests([], ORIGIN) == []


def test_no_start_is_sent_as_zeros_and_others_to_the_next_second() -> None:
    assert there_and_back(replace(ASKED, earliest=0)).earliest == 0
    assert there_and_back(replace(ASKED, earliest=START + 1)).earliest == START + SECOND


def test_what_is_small_is_not_sent_as_zero_which_means_something_else() -> None:
    found = there_and_back(replace(ASKED, duration=0.2, revisit=0.01, range_resolution=0.001, allowed_delay=0.0))
    assert (found.duration, found.revisit, found.range_resolution, found.allowed_delay) == (1.0, 0.1, 0.01, 0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"requestor": "far too long a name"},
        {"task": "Brücke"},
        {"priority": 256},
        {"mode": -1},
        {"duration": 65_536.0},
        {"duration": -1.0},
        {"revisit": math.nan},
        {"allowed_delay": math.inf},
        {"corners": CORNERS[:2]},
        {"corners": (*CORNERS, CORNERS[0])},
        {"corners": ((2.0, 0.0), *CORNERS[1:])},
        {"corners": ((math.nan, 0.0), *CORNERS[1:])},
    ],
)
def test_what_a_request_cannot_say_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueRangeError):
        request_segment(replace(ASKED, **change))  # type: ignore[arg-type]


def test_of_three_corners_the_last_is_said_twice_and_the_pole_is_a_place() -> None:
    found = there_and_back(replace(ASKED, corners=((math.pi / 2, 0.0), (0.1, 0.1), (0.2, 0.2))))
    assert len(found.corners) == 4
    assert found.corners[3] == found.corners[2]
    assert found.corners[0][0] == pytest.approx(math.pi / 2, abs=ANGLE_STEP)


@pytest.mark.parametrize(
    ("symbol", "raw"), [("R16", 13), ("R17", 0), ("R17", 31 + 1), ("R18", 24), ("R20", 61), ("R15", 9_999), ("R15", 1)]
)
def test_a_start_that_is_no_time_is_an_error_that_names_the_request(symbol: str, raw: int) -> None:
    packets = decode(encode_requests([ASKED], ORIGIN)[0])
    body = packets.segments[0].body.copy()
    body[symbol] = raw
    broken = replace(packets, segments=(replace(packets.segments[0], body=body),))
    with pytest.raises(UnreadableRequestError, match="which is no time") as caught:
        read_requests(broken)
    assert (caught.value.requestor, caught.value.task) == ("GROUND 1", "BRIDGE")


def test_a_request_that_is_cut_off_is_an_error() -> None:
    packet = bytearray(encode_requests([ASKED], ORIGIN)[0][:-10])
    packet[2:6] = len(packet).to_bytes(4)
    packet[33:37] = (len(packet) - 32).to_bytes(4)
    with pytest.raises(UnreadableRequestError, match="69 bytes"):
        read_requests(decode(bytes(packet)))


def test_an_answer_says_what_will_be_done() -> None:
    segment = told(ANSWER)
    assert [segment.number(symbol) for symbol in ("A1", "A4", "A6", "A15", "A16", "A17", "A18")] == [
        9, 255, 8, RadarMode.FIXED_TARGETS, 500, 200, RequestStatus.MODIFIED,
    ]  # fmt: skip
    assert [segment.value(symbol) for symbol in ("A2", "A3", "A5", "A25")] == ["GROUND 1", "BRIDGE", "", "XN"]
    assert [segment.number(f"A{number}") for number in range(19, 25)] == [2026, 5, 4, 6, 31, 12]
    assert segment.value("A13") == pytest.approx(math.degrees(CORNERS[0][0]))
    assert segment.value("A14") == pytest.approx(math.degrees(CORNERS[0][1]) % 360.0)


def test_a_denial_says_what_was_asked_for_and_no_job() -> None:
    segment = told(JobAnswer(request=ASKED, status=RequestStatus.DENIED_ORBIT, reason="never"))
    assert [segment.number(symbol) for symbol in ("A1", "A6", "A16", "A17", "A18")] == [NO_JOB, 7, 600, 125, 5]
    assert segment.value("A7") == pytest.approx(math.degrees(CORNERS[0][0]))
    assert [segment.number(f"A{number}") for number in range(19, 25)] == [2026, 5, 4, 6, 31, 7]


def test_an_answer_goes_out_whatever_was_asked() -> None:
    odd = replace(
        ASKED, requestor="Brücke", priority=0, mode=-1, duration=math.nan, revisit=1e9, nationality="", earliest=0
    )
    segment = told(JobAnswer(request=odd, status=RequestStatus.DENIED_ILLEGAL_REQUEST, reason="no"))
    assert segment.value("A2") == "Brücke"
    assert [segment.number(symbol) for symbol in ("A6", "A15", "A16", "A17", "A19")] == [99, 0, 0, 65_535, 0]
    cancelled = replace(odd, corners=(), cancel=True, duration=-5.0)
    assert (
        answer_segment(JobAnswer(request=cancelled, status=RequestStatus.APPROVED, reason="", job=4)).number("A7") == 0
    )


def test_packets_are_simulated_bear_no_job_and_break_no_rule() -> None:
    data = b"".join(encode_requests([ASKED], ORIGIN) + encode_answers([ANSWER], ORIGIN))
    header = decode(data).header
    assert header["P7"].tolist() == [129, 129]
    assert header["P9"].tolist() == [3, 3]
    assert header["P10"].tolist() == [0, 0]
    assert header["P2"].tolist() == [32 + 5 + 79] * 2
    checker = RuleChecker()
    checker.check(decode(data))
    assert checker.report().findings == ()
