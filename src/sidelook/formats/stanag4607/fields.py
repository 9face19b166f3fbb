"""Fields of every segment, by the standard's own symbols (AEDP-4607 edition A, chapter 3; edition 3 alike).

Raw columns are named by these symbols ("D7", "D32.4"); a field's name, form and unit stand here once.
"""

from dataclasses import dataclass
from enum import IntEnum

from sidelook.formats.stanag4607.forms import (
    B16,
    B32,
    BA16,
    BA32,
    E8,
    FL8,
    FL16,
    FL64,
    H32,
    I8,
    I16,
    I32,
    S8,
    S16,
    S32,
    SA16,
    SA32,
    Form,
    text_form,
)


class SegmentKind(IntEnum):
    """Segment types, S1, that have a name."""

    MISSION = 1
    DWELL = 2
    HRR = 3
    RANGE_DOPPLER = 4
    JOB_DEFINITION = 5
    FREE_TEXT = 6
    LOW_REFLECTIVITY = 7
    GROUP = 8
    ATTACHED_TARGET = 9
    TEST_AND_STATUS = 10
    SYSTEM_SPECIFIC = 11
    PROCESSING_HISTORY = 12
    PLATFORM_LOCATION = 13
    JOB_REQUEST = 101
    JOB_ACKNOWLEDGE = 102


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes
    ----------
    symbol : of the standard
    name : in words
    form : how it is written
    unit : of its scaled value
    """

    symbol: str
    name: str
    form: Form
    unit: str = ""


def _table(*rows: tuple[str, str, Form] | tuple[str, str, Form, str]) -> tuple[Field, ...]:
    return tuple(
        Field(symbol=row[0], name=row[1], form=row[2], unit=row[3] if len(row) == 4 else "")  # noqa: PLR2004 - three or four
        for row in rows
    )


HEADER = _table(
    ("P1", "version", text_form(2)),
    ("P2", "packet size", I32, "B"),
    ("P3", "nationality", text_form(2)),
    ("P4", "classification", E8),
    ("P5", "classification system", text_form(2)),
    ("P6", "security codes", FL16),
    ("P7", "exercise indicator", E8),
    ("P8", "platform", text_form(10)),
    ("P9", "mission", I32),
    ("P10", "job", I32),
)
SEGMENT_HEADER = _table(("S1", "segment type", E8), ("S2", "segment size", I32, "B"))

MISSION = _table(
    ("M1", "mission plan", text_form(12)),
    ("M2", "flight plan", text_form(12)),
    ("M3", "platform type", E8),
    ("M4", "platform configuration", text_form(10)),
    ("M5", "year", I16),
    ("M6", "month", I8),
    ("M7", "day", I8),
)

DWELL = _table(
    ("D1", "existence mask", FL64),
    ("D2", "revisit index", I16),
    ("D3", "dwell index", I16),
    ("D4", "last dwell of revisit", FL8),
    ("D5", "target report count", I16),
    ("D6", "dwell time", I32, "ms"),
    ("D7", "sensor latitude", SA32, "deg"),
    ("D8", "sensor longitude", BA32, "deg"),
    ("D9", "sensor altitude", S32, "cm"),
    ("D10", "latitude scale factor", SA32, "deg"),
    ("D11", "longitude scale factor", BA32, "deg"),
    ("D12", "sensor position uncertainty along track", I32, "cm"),
    ("D13", "sensor position uncertainty cross track", I32, "cm"),
    ("D14", "sensor altitude uncertainty", I16, "cm"),
    ("D15", "sensor track", BA16, "deg"),
    ("D16", "sensor speed", I32, "mm/s"),
    ("D17", "sensor vertical velocity", S8, "dm/s"),
    ("D18", "sensor track uncertainty", I8, "deg"),
    ("D19", "sensor speed uncertainty", I16, "mm/s"),
    ("D20", "sensor vertical velocity uncertainty", I16, "cm/s"),
    ("D21", "platform heading", BA16, "deg"),
    ("D22", "platform pitch", SA16, "deg"),
    ("D23", "platform roll", SA16, "deg"),
    ("D24", "dwell area centre latitude", SA32, "deg"),
    ("D25", "dwell area centre longitude", BA32, "deg"),
    ("D26", "dwell area range half extent", B16, "km"),
    ("D27", "dwell area angle half extent", BA16, "deg"),
    ("D28", "sensor heading", BA16, "deg"),
    ("D29", "sensor pitch", SA16, "deg"),
    ("D30", "sensor roll", SA16, "deg"),
    ("D31", "minimum detectable velocity", I8, "dm/s"),
)
REPORT = _table(
    ("D32.1", "report index", I16),
    ("D32.2", "target latitude", SA32, "deg"),
    ("D32.3", "target longitude", BA32, "deg"),
    ("D32.4", "target delta latitude", S16),
    ("D32.5", "target delta longitude", S16),
    ("D32.6", "target geodetic height", S16, "m"),
    ("D32.7", "target radial velocity", S16, "cm/s"),
    ("D32.8", "target wrap velocity", I16, "cm/s"),
    ("D32.9", "target signal to noise ratio", S8, "dB"),
    ("D32.10", "target classification", E8),
    ("D32.11", "target classification probability", I8, "%"),
    ("D32.12", "target slant range uncertainty", I16, "cm"),
    ("D32.13", "target cross range uncertainty", I16, "dm"),
    ("D32.14", "target height uncertainty", I8, "m"),
    ("D32.15", "target radial velocity uncertainty", I16, "cm/s"),
    ("D32.16", "truth tag application", I8),
    ("D32.17", "truth tag entity", I32),
    ("D32.18", "target radar cross section", S8, "dB/2"),
)

HRR = _table(
    ("H2", "revisit index", I16),
    ("H3", "dwell index", I16),
    ("H4", "last dwell of revisit", FL8),
    ("H5", "report index", I16),
    ("H6", "target scatterers", I16),
    ("H7", "range samples", I16),
    ("H8", "Doppler samples", I16),
    ("H9", "mean clutter power", I8, "dB/4"),
    ("H10", "detection threshold", I8, "dB/4"),
    ("H11", "range resolution", B16, "cm"),
    ("H12", "range bin spacing", B16, "cm"),
    ("H13", "Doppler resolution", H32, "Hz"),
    ("H14", "Doppler bin spacing", H32, "Hz"),
    ("H15", "centre frequency", B32, "GHz"),
    ("H16", "compression", E8),
    ("H17", "range weighting", E8),
    ("H18", "Doppler weighting", E8),
    ("H19", "maximum pixel power", B16, "dB"),
    ("H20", "maximum radar cross section", S8, "dB/2"),
    ("H21", "range of origin", S16, "m"),
    ("H22", "Doppler of origin", H32, "Hz"),
    ("H23", "type of HRR", E8),
    ("H24", "processing mask", FL8),
    ("H25", "bytes of a magnitude", I8),
    ("H26", "bytes of a phase", I8),
    ("H27", "range extent in pixels", I8),
    ("H28", "range to nearest edge", I32, "cm"),
    ("H29", "zero velocity bin", I8),
    ("H30", "target radial electrical length", B32, "m"),
    ("H31", "electrical length uncertainty", B32, "m"),
)

JOB_DEFINITION = _table(
    ("J1", "job", I32),
    ("J2", "sensor type", E8),
    ("J3", "sensor model", text_form(6)),
    ("J4", "filtering flags", FL8),
    ("J5", "priority", I8),
    ("J6", "corner A latitude", SA32, "deg"),
    ("J7", "corner A longitude", BA32, "deg"),
    ("J8", "corner B latitude", SA32, "deg"),
    ("J9", "corner B longitude", BA32, "deg"),
    ("J10", "corner C latitude", SA32, "deg"),
    ("J11", "corner C longitude", BA32, "deg"),
    ("J12", "corner D latitude", SA32, "deg"),
    ("J13", "corner D longitude", BA32, "deg"),
    ("J14", "radar mode", E8),
    ("J15", "revisit interval", I16, "ds"),
    ("J16", "nominal sensor position uncertainty along track", I16, "dm"),
    ("J17", "nominal sensor position uncertainty cross track", I16, "dm"),
    ("J18", "nominal sensor altitude uncertainty", I16, "dm"),
    ("J19", "nominal heading uncertainty", I8, "deg"),
    ("J20", "nominal speed uncertainty", I16, "mm/s"),
    ("J21", "nominal slant range uncertainty", I16, "cm"),
    ("J22", "nominal cross range uncertainty", BA16, "deg"),
    ("J23", "nominal radial velocity uncertainty", I16, "cm/s"),
    ("J24", "nominal minimum detectable velocity", I8, "dm/s"),
    ("J25", "nominal detection probability", I8, "%"),
    ("J26", "nominal false alarm density", I8, "dB"),
    ("J27", "terrain model", E8),
    ("J28", "geoid model", E8),
)

FREE_TEXT = _table(("F1", "originator", text_form(10)), ("F2", "recipient", text_form(10)))

TEST_AND_STATUS = _table(
    ("T1", "job", I32),
    ("T2", "revisit index", I16),
    ("T3", "dwell index", I16),
    ("T4", "dwell time", I32, "ms"),
    ("T5", "hardware status", FL8),
    ("T6", "mode status", FL8),
)

PROCESSING_HISTORY = _table(
    ("C1", "processing record count", I8),
    ("C2", "nationality of the originator", text_form(2)),
    ("C3", "platform of the originator", text_form(10)),
    ("C4", "mission of the originator", I32),
    ("C5", "job of the originator", I32),
)
PROCESSING_RECORD = _table(
    ("C6.1", "sequence number", I8),
    ("C6.2", "nationality", text_form(2)),
    ("C6.3", "platform", text_form(10)),
    ("C6.4", "mission", I32),
    ("C6.5", "job", I32),
    ("C6.6", "processing performed", FL16),
)

PLATFORM_LOCATION = _table(
    ("L1", "location time", I32, "ms"),
    ("L2", "platform latitude", SA32, "deg"),
    ("L3", "platform longitude", BA32, "deg"),
    ("L4", "platform altitude", S32, "cm"),
    ("L5", "platform track", BA16, "deg"),
    ("L6", "platform speed", I32, "mm/s"),
    ("L7", "platform vertical velocity", S8, "dm/s"),
)

JOB_REQUEST = _table(
    ("R1", "requestor", text_form(10)),
    ("R2", "requestor task", text_form(10)),
    ("R3", "priority", I8),
    ("R4", "corner A latitude", SA32, "deg"),
    ("R5", "corner A longitude", BA32, "deg"),
    ("R6", "corner B latitude", SA32, "deg"),
    ("R7", "corner B longitude", BA32, "deg"),
    ("R8", "corner C latitude", SA32, "deg"),
    ("R9", "corner C longitude", BA32, "deg"),
    ("R10", "corner D latitude", SA32, "deg"),
    ("R11", "corner D longitude", BA32, "deg"),
    ("R12", "radar mode", E8),
    ("R13", "range resolution", I16, "cm"),
    ("R14", "cross range resolution", I16, "dm"),
    ("R15", "earliest start year", I16),
    ("R16", "earliest start month", I8),
    ("R17", "earliest start day", I8),
    ("R18", "earliest start hour", I8),
    ("R19", "earliest start minute", I8),
    ("R20", "earliest start second", I8),
    ("R21", "allowed delay", I16, "s"),
    ("R22", "duration", I16, "s"),
    ("R23", "revisit interval", I16, "ds"),
    ("R24", "sensor type", E8),
    ("R25", "sensor model", text_form(6)),
    ("R26", "request type", FL8),
)
JOB_ACKNOWLEDGE = _table(
    ("A1", "job", I32),
    ("A2", "requestor", text_form(10)),
    ("A3", "requestor task", text_form(10)),
    ("A4", "sensor type", E8),
    ("A5", "sensor model", text_form(6)),
    ("A6", "priority", I8),
    ("A7", "corner A latitude", SA32, "deg"),
    ("A8", "corner A longitude", BA32, "deg"),
    ("A9", "corner B latitude", SA32, "deg"),
    ("A10", "corner B longitude", BA32, "deg"),
    ("A11", "corner C latitude", SA32, "deg"),
    ("A12", "corner C longitude", BA32, "deg"),
    ("A13", "corner D latitude", SA32, "deg"),
    ("A14", "corner D longitude", BA32, "deg"),
    ("A15", "radar mode", E8),
    ("A16", "duration", I16, "s"),
    ("A17", "revisit interval", I16, "ds"),
    ("A18", "request status", E8),
    ("A19", "start year", I16),
    ("A20", "start month", I8),
    ("A21", "start day", I8),
    ("A22", "start hour", I8),
    ("A23", "start minute", I8),
    ("A24", "start second", I8),
    ("A25", "requestor nationality", text_form(2)),
)

FIELDS = {
    field.symbol: field
    for table in (
        HEADER, SEGMENT_HEADER, MISSION, DWELL, REPORT, HRR, JOB_DEFINITION, FREE_TEXT, TEST_AND_STATUS,
        PROCESSING_HISTORY, PROCESSING_RECORD, PLATFORM_LOCATION, JOB_REQUEST, JOB_ACKNOWLEDGE,
    )
    for field in table
}  # fmt: skip
