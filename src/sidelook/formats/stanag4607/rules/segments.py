"""Rules about the segments that are no dwell."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sidelook.formats.stanag4607.context import read_mission_day
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.rules.finding import Severity
from sidelook.formats.stanag4607.rules.packets import not_text, padded_with_nul
from sidelook.formats.stanag4607.wire import Segment

_NO_STATEMENT = 255
_TEXTS = ("M1", "M2", "M4", "J3", "F1", "F2", "C3", "R1", "R2", "R25", "A2", "A3", "A5")
_FIXED_SIZE = (
    SegmentKind.MISSION,
    SegmentKind.JOB_DEFINITION,
    SegmentKind.TEST_AND_STATUS,
    SegmentKind.PLATFORM_LOCATION,
    SegmentKind.JOB_REQUEST,
    SegmentKind.JOB_ACKNOWLEDGE,
)
_LAID_OUT = (*_FIXED_SIZE, SegmentKind.DWELL, SegmentKind.HRR, SegmentKind.FREE_TEXT, SegmentKind.PROCESSING_HISTORY)
_HIGHEST_PRIORITY = 99
_WIDEST_HEADING_ERROR = 45
_ALL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRule:
    """A rule about segments.

    Attributes
    ----------
    name : unique
    severity : how bad it is to break it
    kinds : of segment it looks at; None all but dwells
    text : what is wrong
    test : gives the symbol at fault, empty if all is well
    """

    name: str
    severity: Severity
    kinds: tuple[int, ...] | None
    text: str
    test: Callable[[Segment], str]


def _unknown_kind(segment: Segment) -> str:
    return "" if segment.kind in _LAID_OUT else "S1"


def _short(segment: Segment) -> str:
    return "" if segment.body.dtype.names else "S2"


def _long(segment: Segment) -> str:
    return "S2" if segment.body.dtype.names and segment.rest else ""


def _nul_padding(segment: Segment) -> str:
    texts = (name for name in segment.body.dtype.names or () if name in _TEXTS)
    return next((name for name in texts if padded_with_nul(segment.body[name]).any()), "")


def _unprintable(segment: Segment) -> str:
    texts = (name for name in segment.body.dtype.names or () if name in _TEXTS)
    return next((name for name in texts if not_text(segment.body[name]).any()), "")


def _free_text_unprintable(segment: Segment) -> str:
    octets = np.frombuffer(segment.rest, np.uint8)
    return "F3" if ((octets < ord(" ")) & ~np.isin(octets, list(b"\t\n\f\r\0")) | (octets > ord("~"))).any() else ""


def _no_date(segment: Segment) -> str:
    return "M5" if "M5" in (segment.body.dtype.names or ()) and read_mission_day(segment) is None else ""


def _priority(segment: Segment) -> str:
    return _beyond(segment, "J5", 1, _HIGHEST_PRIORITY)


def _nominal_errors(segment: Segment) -> str:
    return _beyond(segment, "J19", 0, _WIDEST_HEADING_ERROR) or _beyond(segment, "J25", 0, _ALL)


def _beyond(segment: Segment, symbol: str, low: int, high: int) -> str:
    """Name the field if its number is out of bounds and not 'no statement'."""
    if symbol not in (segment.body.dtype.names or ()):
        return ""
    number = segment.number(symbol)
    return "" if low <= number <= high or number == _NO_STATEMENT else symbol


def _history_count(segment: Segment) -> str:
    return "C1" if segment.body.dtype.names and segment.number("C1") != len(segment.record) else ""


def _history_order(segment: Segment) -> str:
    if not len(segment.record):
        return ""
    return "C6.1" if (np.diff(segment.record["C6.1"].astype(np.int64)) <= 0).any() else ""


def _hrr_unread(segment: Segment) -> str:
    return "H1" if not segment.body.dtype.names or not segment.record.dtype.names else ""


def _hrr_left_over(segment: Segment) -> str:
    return "H32" if segment.record.dtype.names and segment.rest else ""


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE
_HISTORY = (SegmentKind.PROCESSING_HISTORY,)

SEGMENT_RULES: tuple[SegmentRule, ...] = (
    SegmentRule(name="segment-known", severity=_N, kinds=None, test=_unknown_kind,
                text="reserved, an extension or unknown: kept as it is, not read"),
    SegmentRule(name="segment-whole", severity=_E, kinds=(*_FIXED_SIZE, SegmentKind.FREE_TEXT, *_HISTORY), test=_short,
                text="the segment is shorter than its fields"),
    SegmentRule(name="segment-size", severity=_W, kinds=_FIXED_SIZE, test=_long,
                text="the segment is longer than its fields"),
    SegmentRule(name="text-padding", severity=_W, kinds=None, test=_nul_padding,
                text="text is padded with NUL instead of spaces"),
    SegmentRule(name="text-printable", severity=_W, kinds=None, test=_unprintable,
                text="text holds bytes that are not printable"),
    SegmentRule(name="free-text-printable", severity=_W, kinds=(SegmentKind.FREE_TEXT,), test=_free_text_unprintable,
                text="the text holds bytes that are not printable"),
    SegmentRule(name="mission-date", severity=_E, kinds=(SegmentKind.MISSION,), test=_no_date,
                text="year, month and day are no date, so nothing dates the dwells"),
    SegmentRule(name="job-priority", severity=_W, kinds=(SegmentKind.JOB_DEFINITION,), test=_priority,
                text="the priority is not 1 to 99, nor 255 for the end of the job"),
    SegmentRule(name="job-nominal-errors", severity=_W, kinds=(SegmentKind.JOB_DEFINITION,), test=_nominal_errors,
                text="beyond what the standard allows, and not 255 for no statement"),
    SegmentRule(name="history-count", severity=_E, kinds=_HISTORY, test=_history_count,
                text="the segment holds another number of processing records"),
    SegmentRule(name="history-order", severity=_W, kinds=_HISTORY, test=_history_order,
                text="processing records are not numbered in rising order"),
    SegmentRule(name="hrr-read", severity=_W, kinds=(SegmentKind.HRR,), test=_hrr_unread,
                text="the mask or the sizes in H25 and H26 do not tell where the scatterers are"),
    SegmentRule(name="hrr-filled", severity=_W, kinds=(SegmentKind.HRR,), test=_hrr_left_over,
                text="bytes are left over after the last whole scatterer"),
)  # fmt: skip
