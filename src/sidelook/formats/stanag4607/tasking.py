"""Job requests and the radar's answers: segments 101 and 102, which STANAG 4607 recommends and does not require.

A number that the field cannot say is refused in a request, which somebody means, and brought to the nearest that can be
said in an answer, which must go out. Zero has a meaning of its own in most fields, so nothing small is rounded to it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from sidelook.errors import InputError
from sidelook.formats.stanag4607.announcing import make_segment
from sidelook.formats.stanag4607.encoder import encode, packet_places
from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.forms import clean_text
from sidelook.formats.stanag4607.layouts import HEADER_DTYPE
from sidelook.formats.stanag4607.markings import write_header
from sidelook.formats.stanag4607.wire import Packets, Segment
from sidelook.formats.stanag4607.writer import Plan
from sidelook.model.collection import Corner, JobAnswer, JobRequest
from sidelook.model.origin import Origin
from sidelook.timescale import NANOSECONDS_PER_SECOND

NO_JOB = 2**32 - 1
"""A1 of a request that came to nothing: the standard has no number for that, and zero is not one of a job."""

_REQUEST_CORNERS = (("R4", "R5"), ("R6", "R7"), ("R8", "R9"), ("R10", "R11"))
_ANSWER_CORNERS = (("A7", "A8"), ("A9", "A10"), ("A11", "A12"), ("A13", "A14"))
_REQUEST_TIME = ("R15", "R16", "R17", "R18", "R19", "R20")
_ANSWER_TIME = ("A19", "A20", "A21", "A22", "A23", "A24")
_NO_STATEMENT = 255  # R24, A4
_LOWEST_PRIORITY = 99
_CANCEL = 1
_MOST = 2**16 - 1  # of an I16
# SA32 ends one step short of the pole.
_POLE_DEG, _NORTHERNMOST_DEG = 90.0, 90.0 - 180.0 / 2**32
# Nanoseconds in 64 bits end in 2262.
_YEARS = range(1970, 2200)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableRequestError(InputError):
    """A job request is cut off, or names a start that is no time.

    Attributes
    ----------
    requestor, task : R1 and R2, as far as they could be read
    """

    def __init__(self, message: str, *, requestor: str = "", task: str = "") -> None:
        super().__init__(message)
        self.requestor = requestor
        self.task = task


def read_requests(packets: Packets) -> tuple[JobRequest, ...]:
    """Read the job requests among packets.

    Parameters
    ----------
    packets : as ``decode`` gives them; whatever else is in them is passed over

    Returns
    -------
    the requests, in the order they were sent; ``earliest`` is 0 where R15 to R20 are all zero and name no time

    Raises
    ------
    UnreadableRequestError : one of them cannot be read
    """
    return tuple(
        _read_request(segment, clean_text(bytes(packets.header["P3"][packets.packet[segment.row]])))
        for segment in packets.of_kind(SegmentKind.JOB_REQUEST)
    )


def request_segment(request: JobRequest) -> Segment:
    """Make a job request segment; its row is set when it is placed.

    The start is brought to the next whole second: nobody asked for an earlier one. Of three corners the last is said
    twice.

    Raises
    ------
    ValueRangeError : a value or text does not fit its field, or there are other than three or four corners
    """
    values: dict[str, float | str] = {
        "R1": request.requestor, "R2": request.task, "R3": request.priority, "R12": request.mode,
        "R13": _steps(request.range_resolution, 0.01), "R14": _steps(request.cross_range_resolution, 0.1),
        "R21": _steps(request.allowed_delay, 1.0), "R22": _steps(request.duration, 1.0),
        "R23": _steps(request.revisit, 0.1), "R24": _NO_STATEMENT, "R26": _CANCEL if request.cancel else 0,
    }  # fmt: skip
    values |= _corner_values(request.corners, _REQUEST_CORNERS)
    values |= _time_values(-(-request.earliest // NANOSECONDS_PER_SECOND), _REQUEST_TIME)
    return make_segment(SegmentKind.JOB_REQUEST, values)


def answer_segment(answer: JobAnswer) -> Segment:
    """Make a job acknowledge segment; its row is set when it is placed.

    What the radar did not settle, because it denied the request or ended the job, is said as it was asked for; a denied
    request bears the job number ``NO_JOB``. The start is cut to the whole second.

    Raises
    ------
    ValueRangeError : there are more than four corners, or one that is no place
    """
    asked = answer.request
    values: dict[str, float | str] = {
        "A1": answer.job or NO_JOB, "A4": _NO_STATEMENT,
        "A6": min(max(answer.priority or asked.priority or _LOWEST_PRIORITY, 1), _LOWEST_PRIORITY),
        "A15": min(max(asked.mode, 0), 2**8 - 1),
        "A16": _within(_steps(answer.duration or asked.duration, 1.0)),
        "A17": _within(_steps(answer.revisit or asked.revisit, 0.1)),
        "A18": answer.status,
    }  # fmt: skip
    values |= _corner_values(answer.corners or asked.corners, _ANSWER_CORNERS)
    values |= _time_values((answer.start or asked.earliest) // NANOSECONDS_PER_SECOND, _ANSWER_TIME)
    segment = make_segment(SegmentKind.JOB_ACKNOWLEDGE, values)
    # Names go back byte for byte, be they ASCII or not.
    for symbol, text in (("A2", asked.requestor), ("A3", asked.task), ("A25", asked.nationality)):
        length = segment.body.dtype[symbol].itemsize
        segment.body[symbol] = text.encode("latin-1", "replace")[:length].ljust(length)
    return segment


def encode_requests(requests: Sequence[JobRequest], origin: Origin, version: str = "30") -> list[bytes]:
    """Write requests, each in a packet of its own.

    Parameters
    ----------
    requests : in the order to send them
    origin : of the packets; a request's own nationality stands before the origin's
    version : edition of the standard

    Raises
    ------
    ValueRangeError : a value does not fit its field
    UnwritableDwellsError : the origin bears no readable marking
    """
    origins = [replace(origin, nationality=each.nationality or origin.nationality) for each in requests]
    return _encode([request_segment(request) for request in requests], origins, version)


def encode_answers(answers: Sequence[JobAnswer], origin: Origin, version: str = "30") -> list[bytes]:
    """Write answers, each in a packet of its own.

    Parameters
    ----------
    answers : in the order to send them
    origin : of the radar's data
    version : edition of the standard

    Raises
    ------
    ValueRangeError : there are more than four corners, or one that is no place
    UnwritableDwellsError : the origin bears no readable marking
    """
    return _encode([answer_segment(answer) for answer in answers], [origin] * len(answers), version)


def _encode(segments: Sequence[Segment], origins: Sequence[Origin], version: str) -> list[bytes]:
    if not segments:
        return []
    plan = Plan()
    for number, segment in enumerate(segments):
        plan.add_segments(number, [segment])
    headers = np.concatenate([write_header(origin, version) for origin in origins], dtype=HEADER_DTYPE)
    packets = plan.packets(headers, np.zeros(0, np.int64), ())
    octets, places = encode(packets), packet_places(packets).tolist()
    return [octets[start:stop] for start, stop in pairwise(places)]


def _read_request(segment: Segment, nationality: str) -> JobRequest:
    if not segment.body.dtype.names:
        message = f"a job request holds {len(segment.rest)} bytes, where its fields need 79; ask its sender again"
        raise UnreadableRequestError(message)
    requestor, task = str(segment.value("R1")), str(segment.value("R2"))
    return JobRequest(
        requestor=requestor,
        task=task,
        priority=segment.number("R3"),
        corners=tuple(
            (_angle(segment, latitude), _angle(segment, longitude)) for latitude, longitude in _REQUEST_CORNERS
        ),
        mode=segment.number("R12"),
        range_resolution=segment.number("R13") / 100.0,
        cross_range_resolution=segment.number("R14") / 10.0,
        earliest=_time(segment, requestor, task),
        allowed_delay=float(segment.number("R21")),
        duration=float(segment.number("R22")),
        revisit=segment.number("R23") / 10.0,
        cancel=segment.number("R26") != 0,
        nationality=nationality,
    )


def _angle(segment: Segment, symbol: str) -> float:
    """Give an angle, rad, -pi..pi."""
    turn = math.radians(float(segment.value(symbol)))
    return turn - 2.0 * math.pi if turn >= math.pi else turn


def _time(segment: Segment, requestor: str, task: str) -> int:
    """Give the earliest start, ns UTC; 0 where none is named."""
    parts = [segment.number(symbol) for symbol in _REQUEST_TIME]
    if not any(parts):
        return 0
    year, month, day, hour, minute, second = parts
    try:
        if year not in _YEARS:
            raise ValueError  # noqa: TRY301 - said together with what the calendar refuses
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        message = (
            f"request {task!r} of {requestor!r} starts at {year}-{month}-{day} {hour}:{minute}:{second}, "
            "which is no time; R15 to R20 are a date and a time of day, or all zero"
        )
        raise UnreadableRequestError(message, requestor=requestor, task=task) from None
    return (moment - _EPOCH) // timedelta(seconds=1) * NANOSECONDS_PER_SECOND


def _time_values(second: int, symbols: Sequence[str]) -> Mapping[str, float]:
    """Spell a second since 1970; 0, which is no time, as zeros."""
    if not second:
        return {}
    at = _EPOCH + timedelta(seconds=second)
    return dict(zip(symbols, (at.year, at.month, at.day, at.hour, at.minute, at.second), strict=True))


def _corner_values(corners: Sequence[Corner], symbols: Sequence[tuple[str, str]]) -> Mapping[str, float]:
    """Spell corners; none, as where a job is ended, as zeros."""
    if not corners:
        return {}
    if len(corners) not in (len(symbols), len(symbols) - 1):
        raise ValueRangeError(form="corners", value=len(corners), low=len(symbols) - 1, high=len(symbols))
    values: dict[str, float] = {}
    four = [*corners, corners[-1]][: len(symbols)]
    for (latitude, longitude), (to_latitude, to_longitude) in zip(four, symbols, strict=True):
        degrees = math.degrees(latitude)
        values[to_latitude] = _NORTHERNMOST_DEG if degrees == _POLE_DEG else degrees
        values[to_longitude] = math.degrees(longitude)
    return values


def _steps(value: float, step: float) -> float:
    """Count whole steps, none only where the value is zero."""
    steps = float(np.rint(value / step))
    return 1.0 if value > 0.0 and steps < 1.0 else steps


def _within(steps: float) -> float:
    return min(steps, _MOST) if steps > 0.0 else 0.0
