"""All rules over a stream, packet batch by packet batch."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.forms import clean_text
from sidelook.formats.stanag4607.layouts import SEGMENT_HEADER_SIZE
from sidelook.formats.stanag4607.rules.dwells import DWELL_RULES, REPORT_RULES
from sidelook.formats.stanag4607.rules.finding import DwellView, Finding, Rule, Severity
from sidelook.formats.stanag4607.rules.masks import MASK_RULES
from sidelook.formats.stanag4607.rules.packets import PACKET_RULES
from sidelook.formats.stanag4607.rules.segments import SEGMENT_RULES, SegmentRule
from sidelook.formats.stanag4607.rules.sequence import SEQUENCE_RULES, SequenceRules
from sidelook.formats.stanag4607.stream import SkippedBytes
from sidelook.formats.stanag4607.wire import Packets, Segment
from sidelook.model.columns import Flags, Integers

#: Name of the finding for bytes that the decoder skipped; no rule function, the decoder found it.
SKIPPED = "bytes-read"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What is wrong with a recording.

    Attributes
    ----------
    findings : the first few of each rule, in order of offset
    totals : how often each rule was broken, by name; only those that were
    worst : of the findings; None where there is none
    """

    findings: tuple[Finding, ...]
    totals: Mapping[str, int]
    worst: Severity | None


class RuleChecker:
    """Applies every rule to a stream.

    Parameters
    ----------
    kept : findings kept of each rule; more are counted
    """

    def __init__(self, *, kept: int = 20) -> None:
        self._kept = kept
        self._findings: list[Finding] = []
        self._totals: Counter[str] = Counter()
        self._sequence = SequenceRules()

    def check(self, packets: Packets) -> None:
        """Look at the next packets of the stream."""
        if not len(packets):
            return
        for rule in PACKET_RULES:
            broken = rule.test(packets)
            self._note(rule, broken, packets.offset, packets.header[rule.field])
        self._check_dwells(packets)
        self._add(finding for segment in packets.segments for finding in _segment_findings(packets, segment))
        self._add(self._sequence.check(packets))

    def check_skips(self, skipped: Iterable[SkippedBytes]) -> None:
        """Take in what the decoder skipped."""
        for skip in skipped:
            text = f"{skip.reason} ({skip.stop - skip.start} bytes skipped)"
            self._add([Finding(rule=SKIPPED, severity=Severity.ERROR, offset=skip.start, field="P2", text=text)])

    def report(self) -> CheckReport:
        """Tell what was found so far."""
        found = tuple(sorted(self._findings, key=lambda finding: finding.offset))
        order = list(Severity)
        worst = min((finding.severity for finding in found), key=order.index, default=None)
        return CheckReport(
            findings=found, totals={name: count for name, count in self._totals.items() if count}, worst=worst
        )

    def _check_dwells(self, packets: Packets) -> None:
        for group in packets.dwells:
            view = DwellView(group=group, header=packets.header[packets.packet[group.row]])
            offsets = packets.segment_offset[group.row]
            self._add(_mask_findings(view, int(offsets[0])))
            self._apply(DWELL_RULES, view, offsets)
            self._apply(REPORT_RULES, view, _report_offsets(view, offsets))

    def _apply(self, rules: Iterable[Rule[DwellView]], view: DwellView, offsets: Integers) -> None:
        for rule in rules:
            if len(offsets) and view.has(rule.field):
                self._note(rule, rule.test(view), offsets, view.numbers(rule.field))

    def _note(self, rule: Rule[Any], broken: Flags, offsets: Integers, values: Any) -> None:  # noqa: ANN401 - any column
        rows = np.flatnonzero(broken)
        for row in rows[: self._kept].tolist():
            value = values[row].item()
            text = f"{rule.text} ({clean_text(value) if isinstance(value, bytes) else value!r})"
            finding = Finding(
                rule=rule.name, severity=rule.severity, offset=int(offsets[row]), field=rule.field, text=text
            )
            self._add([finding])
        self._totals[rule.name] += max(0, len(rows) - self._kept)

    def _add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._totals[finding.rule] += 1
            if self._totals[finding.rule] <= self._kept:
                self._findings.append(finding)


def rule_names() -> tuple[str, ...]:
    """Names of all rules, sorted."""
    tables = (PACKET_RULES, MASK_RULES, DWELL_RULES, REPORT_RULES, SEGMENT_RULES)
    return tuple(sorted({rule.name for table in tables for rule in table} | set(SEQUENCE_RULES) | {SKIPPED}))


def _mask_findings(view: DwellView, offset: int) -> Iterator[Finding]:
    """Say what is wrong with a mask once, at the first dwell that has it."""
    mask = view.group.layout.mask
    for rule in MASK_RULES:
        if at_fault := rule.test(mask):
            text = f"{rule.text} ({', '.join(at_fault)}; mask {mask:016X}, {len(view.header)} dwells)"
            yield Finding(rule=rule.name, severity=rule.severity, offset=offset, field=at_fault[0], text=text)


def _segment_findings(packets: Packets, segment: Segment) -> Iterator[Finding]:
    for rule in SEGMENT_RULES:
        if not _looks_at(rule, segment):
            continue
        if at_fault := rule.test(segment):
            yield Finding(
                rule=rule.name,
                severity=rule.severity,
                offset=int(packets.segment_offset[segment.row]),
                field=at_fault,
                text=f"{rule.text} (segment type {segment.kind})",
            )


def _looks_at(rule: SegmentRule, segment: Segment) -> bool:
    return segment.kind != SegmentKind.DWELL if rule.kinds is None else segment.kind in rule.kinds


def _report_offsets(view: DwellView, offsets: Integers) -> Integers:
    """(r,) offset of each report in the stream."""
    group = view.group
    width = group.layout.report.itemsize
    first = offsets + SEGMENT_HEADER_SIZE + group.layout.body.itemsize
    inside = np.arange(len(group.report)) - view.of_report(np.cumsum(group.count) - group.count)
    return np.asarray(view.of_report(first) + inside * width, np.int64)
