"""Whatever a job request holds, it is read or refused, judged, and answered."""

import contextlib

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sidelook.formats.stanag4607 import decode, encode_answers, encode_requests, read_requests
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.tasking import UnreadableRequestError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.collection import JobRequest
from sidelook.model.origin import Classification, Origin
from sidelook.model.radar import Radar
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Setting, Timeline, answer

START = 1_777_876_200_000_000_000
ORIGIN = Origin(
    source="test", classification=Classification.UNCLASSIFIED, nationality="XN", platform="TEST", job=1, simulated=True
)
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
PATH = Racetrack(frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, start=START)
TIMELINE = Timeline(setting=Setting(path=PATH, radar=Radar()), origin=ORIGIN)
CORNERS = ((0.6595, -0.7505), (0.6595, -0.7495), (0.6605, -0.7495), (0.6605, -0.7505))
WHOLE = encode_requests(
    [JobRequest(requestor="GROUND", task="A", corners=CORNERS, earliest=START, priority=3, mode=1)], ORIGIN
)[0]
CONTENT = 32 + 5

changes = st.lists(st.tuples(st.integers(CONTENT, len(WHOLE) - 1), st.integers(0, 255)), max_size=40)


@settings(max_examples=200, deadline=None)
@given(changes=changes)
@example(changes=[])
def test_any_request_is_answered_or_refused(changes: list[tuple[int, int]]) -> None:
    packet = bytearray(WHOLE)
    for place, octet in changes:
        packet[place] = octet
    with contextlib.suppress(UnreadableRequestError):
        (request,) = read_requests(decode(bytes(packet), strict=True))
        state, said = answer(TIMELINE, TIMELINE.init((), START), request)
        (told,) = encode_answers([said], ORIGIN)
        (segment,) = decode(told, strict=True).of_kind(SegmentKind.JOB_ACKNOWLEDGE)
        assert segment.number("A18") == said.status
        assert said.granted or changes
        assert len(state.jobs) == (said.granted and not request.cancel)
        # A text ends at a NUL, and blanks behind it are padding.
        names = [segment.value(symbol) for symbol in ("A2", "A3", "A25")]
        assert names == [request.requestor, request.task, request.nationality]


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    packet = bytearray(WHOLE[:CONTENT]) + content
    packet[2:6] = len(packet).to_bytes(4)
    packet[33:37] = (5 + len(content)).to_bytes(4)
    with contextlib.suppress(UnreadableRequestError):
        (request,) = read_requests(decode(bytes(packet), strict=True))
        assert np.isfinite(request.corners).all()
        assert np.abs(request.corners).max() <= np.pi
