"""Segments that say whose dwells follow: mission, job definition, processing history."""

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from sidelook.formats.stanag4607.context import JOB_FIELDS, SensorErrors
from sidelook.formats.stanag4607.fields import FIELDS, SegmentKind
from sidelook.formats.stanag4607.forms import pad_text, unscale_values
from sidelook.formats.stanag4607.layouts import FIXED, PROCESSING_RECORD_DTYPE
from sidelook.formats.stanag4607.presets import JobNotes, MissionNotes, ProcessingStep
from sidelook.formats.stanag4607.wire import NO_RECORDS, Segment
from sidelook.model.origin import Origin

_CORNERS = (("J6", "J7"), ("J8", "J9"), ("J10", "J11"), ("J12", "J13"))


def mission_segment(day: date, notes: MissionNotes) -> Segment:
    """Make a mission segment; its row is set when it is placed."""
    return make_segment(
        SegmentKind.MISSION,
        {
            "M1": notes.plan, "M2": notes.flight_plan, "M3": notes.platform_type, "M4": notes.configuration,
            "M5": day.year, "M6": day.month, "M7": day.day,
        },
    )  # fmt: skip


def job_segment(job: int, notes: JobNotes, corners: tuple[tuple[float, float], ...]) -> Segment:
    """Make a job definition segment.

    Parameters
    ----------
    job : J1
    notes : what else it says
    corners : of the bounding area, four (latitude, longitude), rad
    """
    values: dict[str, float | str] = {
        "J1": job, "J2": notes.sensor_type, "J3": notes.sensor_model, "J4": notes.filtering, "J5": notes.priority,
        "J14": notes.radar_mode, "J15": notes.revisit_interval * 10.0,
        "J19": _or_nothing(notes.heading_error_deg, 1.0, 255),
        "J20": _or_nothing(notes.speed_error, 1000.0, 65535),
        "J25": _or_nothing(notes.detection_probability, 100.0, 255),
        "J26": _or_nothing(notes.false_alarm_density, 1.0, 255),
        "J27": notes.terrain_model, "J28": notes.geoid,
    }  # fmt: skip
    for (latitude, longitude), corner in zip(_CORNERS, corners, strict=True):
        values |= {latitude: math.degrees(corner[0]), longitude: math.degrees(corner[1])}
    segment = make_segment(SegmentKind.JOB_DEFINITION, values)
    for symbol, raw in _nominal_errors(notes.errors).items():
        segment.body[symbol] = raw
    return segment


def history_segment(origin: Origin, steps: tuple[ProcessingStep, ...]) -> Segment:
    """Make a processing history segment: whose data it was, and what was done to it since."""
    segment = make_segment(
        SegmentKind.PROCESSING_HISTORY,
        {
            "C1": len(steps), "C2": origin.nationality or "XN", "C3": origin.platform,
            "C4": origin.mission, "C5": origin.job,
        },
    )  # fmt: skip
    record = np.zeros(len(steps), PROCESSING_RECORD_DTYPE)
    for number, step in enumerate(steps):
        record[number] = (
            number + 1, pad_text(step.nationality, 2), pad_text(step.platform, 10), step.mission, step.job, step.flags,
        )  # fmt: skip
    return Segment(row=0, kind=SegmentKind.PROCESSING_HISTORY, body=segment.body, record=record)


def make_segment(kind: SegmentKind, values: Mapping[str, float | str], rest: bytes = b"") -> Segment:
    """Make a segment of a fixed layout from values in the units of its fields.

    Parameters
    ----------
    kind : its type
    values : by symbol; what is left out is zero or blank
    rest : bytes after the fields, e.g. F3

    Raises
    ------
    ValueRangeError : a value does not fit its field
    """
    body = np.zeros(1, FIXED[kind])
    for symbol in body.dtype.names or ():
        form = FIELDS[symbol].form
        if form.text:
            body[symbol] = pad_text(str(values.get(symbol, "")), body.dtype[symbol].itemsize)
        else:
            body[symbol] = unscale_values(float(values.get(symbol, 0)), form)
    return Segment(row=0, kind=kind, body=body, record=NO_RECORDS, rest=rest)


def _or_nothing(value: float | None, factor: float, nothing: int) -> float:
    return nothing if value is None else value * factor


def _nominal_errors(errors: SensorErrors) -> dict[str, int]:
    """Raw J16 to J24; what is not known, or too large to say, makes no statement."""
    raw = {}
    for name, (symbol, step, nothing) in JOB_FIELDS.items():
        value = getattr(errors, name)
        number = nothing if math.isnan(value) else round(value / step)
        raw[symbol] = number if 0 <= number < nothing else nothing
    return raw
