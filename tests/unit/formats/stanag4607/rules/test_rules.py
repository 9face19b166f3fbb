"""Every rule on a recording that breaks it and no other, and none on one that is right."""

import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from sidelook.formats.stanag4607 import StreamDecoder
from sidelook.formats.stanag4607.layouts import DWELL_BITS, FIXED, PROCESSING_RECORD_DTYPE, dwell_layout
from sidelook.formats.stanag4607.rules import CheckReport, RuleChecker, Severity, rule_names

BODY = [f"D{n}" for n in (*range(2, 10), *range(12, 18), *range(24, 28))]
REPORT = [f"D32.{n}" for n in (2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 15)]
TEXTS = {"M1", "M2", "M4", "J3", "F1", "F2", "C3", "C2", "C6.2", "C6.3"}
RIGHT = {"D2": 1, "D3": 1, "D4": 0, "D6": 1000, "D9": 1_000_000, "D26": 640, "D27": 1000, "D32.8": 5000, "D32.10": 2}
MISSION = {"M5": 2026, "M6": 11, "M7": 22}
JOB = {"J1": 1, "J5": 20, "J19": 255, "J25": 90}


def segment(kind: int, content: bytes) -> bytes:
    return struct.pack(">BI", kind, len(content) + 5) + content


def fixed(kind: int, values: Mapping[str, object], rest: bytes = b"") -> bytes:
    body = np.zeros(1, FIXED[kind])
    for name in body.dtype.names:
        body[name] = values.get(name, b"".ljust(body.dtype[name].itemsize) if name in TEXTS else 0)
    return segment(kind, body.tobytes() + rest)


def dwell(
    *,
    drop: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
    spare_bits: int = 0,
    rest: bytes = b"",
    reports: int = 2,
    **given: int,
) -> bytes:
    """Make a dwell; fields are given as D6=... or, of reports, D32_7=..."""
    values = RIGHT | {name.replace("_", "."): value for name, value in given.items()}
    names = [name for name in (*BODY, *REPORT, *add) if name not in drop]
    layout = dwell_layout(sum(1 << DWELL_BITS[name] for name in names) | spare_bits)
    body, report = np.zeros(1, layout.body), np.zeros(reports, layout.report)
    body["D1"] = layout.mask
    for name in names:
        (report if name.startswith("D32.") else body)[name] = values.get(name, 0)
    if "D5" in names:
        body["D5"] = given.get("D5", reports)
    return segment(2, body.tobytes() + report.tobytes() + rest)


def packet(*segments: bytes, tail: bytes = b"", job: int = 1, **given: object) -> bytes:
    fields = {"P1": b"30", "P3": b"XN", "P4": 5, "P5": b"XN", "P6": 0, "P7": 1, "P8": b"PLATFORM".ljust(10)} | given
    content = b"".join(segments) + tail
    marking = struct.pack(">2sB2sHB10sII", *(fields[name] for name in ("P3", "P4", "P5", "P6", "P7", "P8")), 7, job)
    return fields["P1"] + struct.pack(">I", len(content) + 32) + marking + content


def start(mission: bytes = fixed(1, MISSION), job: bytes = fixed(5, JOB)) -> bytes:
    return packet(mission, job, job=0)


def history(count: int, numbers: tuple[int, ...]) -> bytes:
    records = np.zeros(len(numbers), PROCESSING_RECORD_DTYPE)
    records["C6.1"] = numbers
    return fixed(12, {"C1": count}, records.tobytes())


def checked(data: bytes) -> CheckReport:
    decoder, checker = StreamDecoder(), RuleChecker()
    checker.check(decoder.feed(data))
    checker.check(decoder.flush())
    checker.check_skips(decoder.skipped)
    return checker.report()


def hrr(mask_bits: tuple[int, ...], content: bytes) -> bytes:
    return segment(3, sum(1 << bit for bit in mask_bits).to_bytes(5) + content)


def test_a_right_recording_has_no_findings() -> None:
    report = checked(start() + packet(dwell(), dwell(D3=2, D4=1, D6=2000), dwell(D2=2, D3=1, D6=3000, reports=0)))
    assert report.findings == ()
    assert report.totals == {}
    assert report.worst is None


S = start()
BROKEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "edition-known": ("P1", lambda: S + packet(dwell(), P1=b"25")),
    "packet-sendable": ("P2", lambda: S + packet(dwell(reports=3000))),
    "nationality-text": ("P3", lambda: packet(fixed(1, MISSION), fixed(5, JOB), dwell(), P3=b"\0\0")),
    "classification-missing": ("P4", lambda: S + packet(dwell(), P4=6)),
    "classification-known": ("P4", lambda: S + packet(dwell(), P4=9)),
    "codes-readable": ("P6", lambda: packet(fixed(1, MISSION), fixed(5, JOB), dwell(), P1=b"41", P6=65)),
    "exercise-known": ("P7", lambda: S + packet(dwell(), P7=77)),
    "platform-padding": ("P8", lambda: packet(fixed(1, MISSION), fixed(5, JOB), dwell(), P8=b"NULS")),
    "platform-text": ("P8", lambda: packet(fixed(1, MISSION), fixed(5, JOB), dwell(), P8=b"\x07BELL".ljust(10))),
    "job-given": ("P10", lambda: start(job=fixed(5, JOB | {"J1": 0})) + packet(dwell(), job=0)),
    "job-needless": ("P10", lambda: S + packet(fixed(1, MISSION))),
    "mandatory-fields": ("D9", lambda: S + packet(dwell(drop=("D9",)))),
    "spare-mask-bits": ("D1", lambda: S + packet(dwell(spare_bits=8))),
    "scale-factors": ("D32.4", lambda: S + packet(dwell(add=("D10", "D11")))),
    "sensor-position-errors": (
        "D14", lambda: S + packet(dwell(drop=("D14", "D32.12", "D32.13", "D32.14", "D32.15"))),
    ),
    "sensor-motion": ("D17", lambda: S + packet(dwell(drop=("D17",)))),
    "sensor-motion-errors": ("D19", lambda: S + packet(dwell(add=("D18",)))),
    "platform-attitude": ("D22", lambda: S + packet(dwell(add=("D21",)))),
    "target-position": ("D32.3", lambda: S + packet(dwell(drop=("D32.3",)))),
    "target-placed": ("D32.2", lambda: S + packet(dwell(drop=("D32.2", "D32.3")))),
    "target-placed-once": ("D32.4", lambda: S + packet(dwell(add=("D10", "D11", "D32.4", "D32.5")))),
    "velocity-and-wrap": ("D32.8", lambda: S + packet(dwell(drop=("D32.8",)))),
    "truth-tag": ("D32.17", lambda: S + packet(dwell(add=("D32.16",)))),
    "error-of-height": ("D32.14", lambda: S + packet(dwell(drop=("D32.6",)))),
    "error-of-velocity": ("D32.15", lambda: S + packet(dwell(drop=("D32.7", "D32.8")))),
    "errors-need-sensor-errors": ("D32.12", lambda: S + packet(dwell(drop=("D12", "D13", "D14")))),
    "report-count": ("D5", lambda: S + packet(dwell(D5=5))),
    "dwell-filled": ("D5", lambda: S + packet(dwell(rest=b"\0"))),
    "last-dwell-flag": ("D4", lambda: S + packet(dwell(D4=2))),
    "dwell-time": ("D6", lambda: S + packet(dwell(D6=4_100_000_000))),
    "sensor-height": ("D9", lambda: S + packet(dwell(D9=2_000_000_000))),
    "track-error": ("D18", lambda: S + packet(dwell(add=("D18", "D19", "D20"), D18=46))),
    "area-depth": ("D26", lambda: S + packet(dwell(D26=0x8001))),
    "area-width": ("D27", lambda: S + packet(dwell(D27=0))),
    "velocity-within-wrap": ("D32.7", lambda: S + packet(dwell(D32_7=-5001))),
    "wrap-known": ("D32.8", lambda: S + packet(dwell(D32_7=5, D32_8=0))),
    "class-known": ("D32.10", lambda: S + packet(dwell(D32_10=18))),
    "simulated-claims-real": ("D32.10", lambda: S + packet(dwell(D32_10=130), P7=0)),
    "class-probability": ("D32.11", lambda: S + packet(dwell(D32_11=101))),
    "velocity-error": ("D32.15", lambda: S + packet(dwell(D32_15=5001))),
    "segment-known": ("S1", lambda: S + packet(segment(11, b"own"), job=0)),
    "segment-whole": ("S2", lambda: S + packet(segment(13, b"short"), job=0)),
    "segment-size": ("S2", lambda: S + packet(fixed(13, {}, b"more"), job=0)),
    "text-padding": ("M1", lambda: start(mission=fixed(1, MISSION | {"M1": b"NULS"}))),
    "text-printable": ("F1", lambda: S + packet(fixed(6, {"F1": b"\x01".ljust(10)}), job=0)),
    "free-text-printable": ("F3", lambda: S + packet(fixed(6, {}, b"caf\xe9"), job=0)),
    "mission-date": ("M5", lambda: S + packet(fixed(1, MISSION | {"M6": 13}), job=0)),
    "job-priority": ("J5", lambda: start(job=fixed(5, JOB | {"J5": 0}))),
    "job-nominal-errors": ("J25", lambda: start(job=fixed(5, JOB | {"J25": 101}))),
    "history-count": ("C1", lambda: S + packet(history(2, (1,)), job=0)),
    "history-order": ("C6.1", lambda: S + packet(history(2, (2, 1)), job=0)),
    "hrr-read": ("H1", lambda: S + packet(dwell(), hrr((9, 16, 15), b"\x03\x00" + b"\0" * 6))),
    "hrr-filled": ("H32", lambda: S + packet(dwell(), hrr((9, 16, 15), b"\x02\x00" + b"\0" * 5))),
    "mission-first": ("M5", lambda: packet(fixed(5, JOB), dwell()) + packet(fixed(1, MISSION), job=0)),
    "mission-repeated": ("M1", lambda: S + packet(dwell(), dwell(D3=2, D6=121_001))),
    "job-defined": ("P10", lambda: packet(fixed(1, MISSION), dwell())),
    "time-forward": ("D6", lambda: S + packet(dwell(), dwell(D3=2, D6=999))),
    "revisit-forward": ("D2", lambda: S + packet(dwell(), dwell(D2=3))),
    "dwell-forward": ("D3", lambda: S + packet(dwell(), dwell(D3=0))),
    "revisit-closed": ("D4", lambda: S + packet(dwell(D4=1), dwell(D3=2))),
    "bytes-read": ("P2", lambda: S + b"\xee" * 40 + packet(dwell())),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_finds_what_breaks_it_and_no_other_does(name: str) -> None:
    field, make = BROKEN[name]
    report = checked(make())
    assert set(report.totals) == {name}
    assert {finding.field for finding in report.findings} == {field}
    assert all(0 <= finding.offset < len(make()) for finding in report.findings)


def test_every_rule_is_broken_once_above() -> None:
    assert set(BROKEN) == set(rule_names())


def test_offsets_lead_to_the_report_at_fault() -> None:
    head = packet(dwell(reports=0))
    good, bad = dwell(reports=3), dwell(reports=3, D32_11=101, D3=2)
    data = S + packet(good, bad)
    found = checked(data).findings
    width = dwell_layout(sum(1 << DWELL_BITS[name] for name in (*BODY, *REPORT))).report.itemsize
    first = len(S) + len(head) + len(good)  # the packet's header, the good dwell, the bad one without reports
    assert [finding.offset for finding in found] == [first, first + width, first + 2 * width]


def test_findings_are_kept_to_a_few_and_all_counted() -> None:
    report = checked(S + packet(dwell(reports=500, D32_11=101)))
    assert len(report.findings) == 20
    assert report.totals == {"class-probability": 500}
    assert report.worst is Severity.WARNING


def test_later_batches_are_judged_with_what_came_before() -> None:
    """A mission segment in one batch dates the dwells of the next; findings add up over batches."""
    decoder, checker = StreamDecoder(), RuleChecker(kept=3)
    for data in (S, packet(dwell(reports=2, D32_11=101)), packet(dwell(reports=2, D32_11=101, D3=2))):
        checker.check(decoder.feed(data))
    report = checker.report()
    assert report.totals == {"class-probability": 4}
    assert len(report.findings) == 3


def test_wrapped_counters_are_no_fault() -> None:
    report = checked(S + packet(dwell(D2=65535, D3=65535), dwell(D2=65535, D3=0, D4=1), dwell(D2=0, D3=0)))
    assert report.totals == {}


def test_the_reference_page_names_every_rule_and_no_other() -> None:
    page = Path(__file__).parents[5] / "docs" / "reference" / "check-rules.md"
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", page.read_text())) == set(rule_names())
