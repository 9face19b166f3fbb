"""What is in a recording: counted packet batch by packet batch, in bounded memory."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from sidelook.formats.extent import Extent
from sidelook.formats.stanag4607.context import read_mission_day
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.markings import header_origins
from sidelook.formats.stanag4607.wire import Packets, Segment
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, TargetClass

#: Smallest and largest of something; None where there was nothing.
Span: TypeAlias = tuple[Any, Any] | None

#: West, south, east, north, rad; west is greater than east across the antimeridian.
Box: TypeAlias = tuple[float, float, float, float] | None

# A recording has a few of each; the bounds only matter for hostile input.
_NAMES_KEPT = 256
_TEXTS_KEPT = 50
_REVISITS_KEPT = 100_000
_TRUTH_KEPT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionNote:
    """What a mission segment says; ``day`` is empty where it is no date."""

    plan: str
    flight_plan: str
    platform_type: int
    configuration: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is in a recording.

    Attributes
    ----------
    packets, octets : in sound packets
    largest_packet : bytes
    editions, segments, masks : how often, by version, by segment name, by existence mask in hexadecimal
    dwells, empty_dwells, reports : looks, those of them without reports, and reports
    time : first and last dwell, ns UTC
    revisits : looks at the whole area; ``revisit_interval`` : median time between them, s, None below two
    target_box, area_box, sensor_box : boxes around reports, centres of dwells, and sensor positions, rad
    sensor_height : m
    radial_speed : m/s, of the reports that say one; ``with_radial_speed`` counts them
    target_classes : how often, by name
    truth_targets : distinct truth tags
    origins : distinct markings, sources and jobs, of all packets, also of those without a dwell
    simulated : anything is, by its packet header or by a report
    missions, texts : what mission segments and free texts say, each once
    """

    packets: int
    octets: int
    largest_packet: int
    editions: Mapping[str, int]
    segments: Mapping[str, int]
    masks: Mapping[str, int]
    dwells: int
    empty_dwells: int
    reports: int
    time: Span
    revisits: int
    revisit_interval: float | None
    target_box: Box
    area_box: Box
    sensor_box: Box
    sensor_height: Span
    radial_speed: Span
    with_radial_speed: int
    target_classes: Mapping[str, int]
    truth_targets: int
    origins: tuple[Origin, ...]
    simulated: bool
    missions: tuple[MissionNote, ...]
    texts: tuple[str, ...]


class Summariser:
    """Grows with each batch of a stream.

    Parameters
    ----------
    source : name of the recording, for the origins of packets that hold no dwell
    """

    def __init__(self, source: str = "") -> None:
        self._source = source
        self._counts: Counter[str] = Counter()
        self._editions: Counter[str] = Counter()
        self._segments: Counter[str] = Counter()
        self._masks: Counter[str] = Counter()
        self._classes = np.zeros(256, np.int64)
        self._largest = 0
        self._spans: dict[str, tuple[Any, Any]] = {}
        self._boxes = {name: Extent(2.0 * np.pi) for name in ("target", "area", "sensor")}
        self._revisit_times: list[int] = []
        self._last_revisit: tuple[int, int] | None = None
        self._truth: set[tuple[int, int]] = set()
        self._origins: dict[Origin, None] = {}
        self._headers: dict[Origin, None] = {}
        self._missions: dict[MissionNote, None] = {}
        self._texts: dict[str, None] = {}

    def add_packets(self, packets: Packets) -> None:
        """Count the next packets of the stream."""
        sizes = packets.packet_size()
        self._counts["packets"] += len(packets)
        self._counts["octets"] += int(sizes.sum())
        self._largest = max(self._largest, int(sizes.max(initial=0)))
        self._editions.update(edition.decode("latin-1") for edition in packets.header["P1"].tolist())
        for kind, count in zip(*np.unique(packets.kind, return_counts=True), strict=True):
            self._segments[segment_name(int(kind))] += int(count)
        for group in packets.dwells:
            _count_name(self._masks, f"{group.layout.mask:016X}", len(group.row))
        for segment in packets.segments:
            self._read(segment)
        for origin in header_origins(packets, self._source):
            self._counts["simulated"] += origin.simulated
            _keep(self._headers, origin, _NAMES_KEPT)

    def add_dwells(self, dwells: Dwells) -> None:
        """Count the dwells that were assembled of them."""
        if not len(dwells):
            return
        self._counts["dwells"] += len(dwells)
        self._counts["empty"] += int((dwells.plot_count == 0).sum())
        self._counts["simulated"] += int(dwells.simulated.sum())
        self._widen("time", dwells.time)
        self._widen("sensor_height", dwells.sensor_height)
        self._boxes["sensor"].add(dwells.sensor_longitude, dwells.sensor_latitude)
        self._boxes["area"].add(dwells.area_longitude, dwells.area_latitude)
        self._add_revisits(dwells)
        self._add_plots(dwells)
        for row in np.unique(dwells.origin).tolist():
            _keep(self._origins, dwells.origins[row], _NAMES_KEPT)

    def summary(self) -> Summary:
        """Tell what was counted so far."""
        named = {TargetClass(code).name.lower(): int(self._classes[code]) for code in TargetClass}
        gaps = np.diff(self._revisit_times)
        return Summary(
            packets=self._counts["packets"],
            octets=self._counts["octets"],
            largest_packet=self._largest,
            editions=dict(self._editions),
            segments=dict(self._segments),
            masks=dict(self._masks),
            dwells=self._counts["dwells"],
            empty_dwells=self._counts["empty"],
            reports=self._counts["reports"],
            time=self._spans.get("time"),
            revisits=len(self._revisit_times),
            revisit_interval=float(np.median(gaps)) / 1e9 if len(gaps) else None,
            target_box=self._boxes["target"].box(),
            area_box=self._boxes["area"].box(),
            sensor_box=self._boxes["sensor"].box(),
            sensor_height=self._spans.get("sensor_height"),
            radial_speed=self._spans.get("radial_speed"),
            with_radial_speed=self._counts["with_radial_speed"],
            target_classes={name: count for name, count in named.items() if count},
            truth_targets=len(self._truth),
            origins=self._all_origins(),
            simulated=self._counts["simulated"] > 0,
            missions=tuple(self._missions),
            texts=tuple(self._texts),
        )

    def _all_origins(self) -> tuple[Origin, ...]:
        """Those of the dwells, which name their file, then those that only packets without dwells, of no job, bear."""
        known = {replace(origin, source=self._source, job=0) for origin in self._origins}
        without_job = {replace(origin, job=0): origin for origin in reversed(self._headers)}
        return (*self._origins, *(without_job[key] for key in reversed(without_job) if key not in known))

    def _read(self, segment: Segment) -> None:
        if not segment.body.dtype.names:
            return
        if segment.kind == SegmentKind.MISSION:
            _keep(self._missions, _mission_note(segment), _NAMES_KEPT)
        elif segment.kind == SegmentKind.FREE_TEXT:
            _keep(self._texts, segment.rest.rstrip(b"\0 ").decode("latin-1"), _TEXTS_KEPT)

    def _add_plots(self, dwells: Dwells) -> None:
        plots = dwells.plots
        said = np.isfinite(plots.radial_speed)
        self._counts["reports"] += len(plots)
        self._counts["with_radial_speed"] += int(said.sum())
        self._classes += np.bincount(plots.target_class, minlength=256)
        self._widen("radial_speed", plots.radial_speed[said])
        self._boxes["target"].add(plots.longitude, plots.latitude)
        tagged = plots.truth_entity >= 0
        if len(self._truth) < _TRUTH_KEPT:
            tags = (plots.truth_application[tagged].tolist(), plots.truth_entity[tagged].tolist())
            self._truth |= set(zip(*tags, strict=True))

    def _add_revisits(self, dwells: Dwells) -> None:
        """Note when the revisit index, or the job, changes."""
        for time, origin, revisit in zip(
            dwells.time.tolist(), dwells.origin.tolist(), dwells.revisit.tolist(), strict=True
        ):
            current = (dwells.origins[origin].job, revisit)
            if current != self._last_revisit and len(self._revisit_times) < _REVISITS_KEPT:
                self._revisit_times.append(time)
            self._last_revisit = current

    def _widen(self, name: str, values: Any) -> None:  # noqa: ANN401 - a column of any number
        if len(values):
            low, high = values.min().item(), values.max().item()
            before = self._spans.get(name, (low, high))
            self._spans[name] = (min(before[0], low), max(before[1], high))


def segment_name(kind: int) -> str:
    """Name a segment type, e.g. "job definition"; types without a name keep their number."""
    known = {item.value: item.name.lower().replace("_", " ") for item in SegmentKind}
    return known.get(kind, f"type {kind}")


def _mission_note(segment: Segment) -> MissionNote:
    day = read_mission_day(segment)
    return MissionNote(
        plan=str(segment.value("M1")),
        flight_plan=str(segment.value("M2")),
        platform_type=segment.number("M3"),
        configuration=str(segment.value("M4")),
        day="" if day is None else day.isoformat(),
    )


def _keep(kept: dict[Any, None], item: object, most: int) -> None:
    if len(kept) < most:
        kept[item] = None


def _count_name(counts: Counter[str], name: str, number: int) -> None:
    """Count by name; beyond the bound all others share one."""
    counts[name if name in counts or len(counts) < _NAMES_KEPT else "other"] += number
