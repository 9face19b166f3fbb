"""Rules about the order of things in a stream: what must come before what, and how often."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sidelook.formats.stanag4607.context import Remembered, mission_key
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.layouts import HEADER_SIZE
from sidelook.formats.stanag4607.rules.finding import Finding, Severity
from sidelook.formats.stanag4607.wire import Packets, Segment

_MISSION_REPEATED = 120_000  # ms: "at least every 2 minutes"
_WRAP = 1 << 16

#: Severity, field and text of each rule, by name.
SEQUENCE_RULES: dict[str, tuple[Severity, str, str]] = {
    "mission-first": (Severity.WARNING, "M5", "a dwell comes before the mission segment that dates it"),
    "mission-repeated": (Severity.WARNING, "M1", "more than 2 minutes since the last mission segment"),
    "job-defined": (Severity.WARNING, "P10", "no job definition has come for this job, so nominal errors are unknown"),
    "time-forward": (Severity.WARNING, "D6", "the dwell is earlier than the one before it"),
    "revisit-forward": (Severity.WARNING, "D2", "the revisit index neither stays nor rises by one"),
    "dwell-forward": (Severity.WARNING, "D3", "the dwell index falls within a revisit"),
    "revisit-closed": (Severity.WARNING, "D4", "a dwell follows the last one of its revisit"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """What the order of dwells depends on: D2, D3, D4, D6; 0 where not sent."""

    revisit: int
    index: int
    last: int
    time: int


@dataclass(slots=True)
class SequenceRules:
    """Remembers what it must of a stream, by mission and job; what a hostile stream makes it remember is bounded."""

    _mission_time: Remembered = field(default_factory=Remembered)
    _jobs: Remembered = field(default_factory=Remembered)
    _previous: Remembered = field(default_factory=Remembered)
    _told: Remembered = field(default_factory=Remembered)

    def check(self, packets: Packets) -> Iterator[Finding]:
        """Look at the next packets of the stream.

        Yields
        ------
        findings in the order of the stream
        """
        octets = packets.header.tobytes()
        dwells = dict(_dwells(packets))
        segments = {segment.row: segment for segment in packets.segments}
        for row, packet in enumerate(packets.packet.tolist()):
            header = octets[packet * HEADER_SIZE : (packet + 1) * HEADER_SIZE]
            if row in dwells:
                offset = int(packets.segment_offset[row])
                yield from (_finding(name, offset, value) for name, value in self._see(header, dwells[row]))
            elif row in segments:
                self._note(header, segments[row])

    def _note(self, header: bytes, segment: Segment) -> None:
        if segment.kind == SegmentKind.MISSION:
            self._mission_time.put(mission_key(header), None)  # known, and the next dwell tells when
        elif segment.kind == SegmentKind.JOB_DEFINITION and segment.body.dtype.names:
            self._jobs.put(mission_key(header) + bytes(segment.body["J1"]), None)

    def _see(self, header: bytes, dwell: Dwell) -> Iterator[tuple[str, int]]:
        mission = mission_key(header)
        job = mission + header[28:32]
        yield from self._mission(mission, dwell.time)
        if job not in self._jobs and self._once("job-defined", job):
            yield "job-defined", int.from_bytes(header[28:32])
        before = self._previous.get(job)
        if before is not None:
            yield from _order(before, dwell)
        self._previous.put(job, dwell)

    def _mission(self, mission: bytes, time: int) -> Iterator[tuple[str, int]]:
        if mission not in self._mission_time:
            if self._once("mission-first", mission):
                yield "mission-first", time
            return
        since = self._mission_time[mission]
        if since is None:
            self._mission_time.put(mission, time)
        elif time - since > _MISSION_REPEATED:
            yield "mission-repeated", time - since
            self._mission_time.put(mission, time)  # say it again only after two more minutes

    def _once(self, name: str, key: bytes) -> bool:
        """Tell whether this is the first time; later ones would only repeat it."""
        told = name.encode() + key
        if told in self._told:
            return False
        self._told.put(told, None)
        return True


def _order(before: Dwell, dwell: Dwell) -> Iterator[tuple[str, int]]:
    """Compare neighbours; pieces of one dwell, of equal indices and time, are in order."""
    if dwell.time < before.time:
        yield "time-forward", dwell.time
    if (dwell.revisit - before.revisit) % _WRAP > 1:
        yield "revisit-forward", dwell.revisit
    if dwell.revisit == before.revisit:
        if (dwell.index - before.index) % _WRAP >= _WRAP // 2:
            yield "dwell-forward", dwell.index
        if before.last == 1 and dwell.index != before.index:
            yield "revisit-closed", dwell.index


def _dwells(packets: Packets) -> Iterator[tuple[int, Dwell]]:
    for group in packets.dwells:
        zero = np.zeros(len(group.row), np.int64)
        sent = group.body.dtype.names or ()
        columns = [group.body[name].tolist() if name in sent else zero.tolist() for name in ("D2", "D3", "D4", "D6")]
        for row, revisit, index, last, time in zip(group.row.tolist(), *columns, strict=True):
            yield row, Dwell(revisit=revisit, index=index, last=last, time=time)


def _finding(name: str, offset: int, value: int) -> Finding:
    severity, symbol, text = SEQUENCE_RULES[name]
    return Finding(rule=name, severity=severity, offset=offset, field=symbol, text=f"{text} ({value})")
