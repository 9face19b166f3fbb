"""``sidelook info``: what is in a recording, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import degrees
from pathlib import Path
from typing import Any

from sidelook.formats.plain import plain
from sidelook.formats.stanag4607.summary import Box, Summariser, Summary
from sidelook.mission.recording import RecordingReader, recording_size
from sidelook.mission.reporting import Advance
from sidelook.model.origin import Origin
from sidelook.timescale import format_utc

_LABEL_WIDTH = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingInfo:
    """What is in a recording.

    Attributes
    ----------
    files : read, in order
    size : of all files, bytes
    skipped_octets : in no sound packet or segment
    undated : dwells that no mission segment dates; in the counts of segments, not in those of dwells
    summary : of the rest
    """

    files: tuple[Path, ...]
    size: int
    skipped_octets: int
    undated: int
    summary: Summary


def info(source: Path, *, advance: Advance | None = None) -> RecordingInfo:
    """Read a recording and say what is in it.

    Parameters
    ----------
    source : a STANAG 4607 file, or a folder of files
    advance : told how many bytes more are done

    Raises
    ------
    NoRecordingError, NotARecordingError
    """
    reader, summariser = RecordingReader(source, advance=advance), Summariser(source.name)
    for packets, dwells in reader.batches():
        summariser.add_packets(packets)
        summariser.add_dwells(dwells)
    return RecordingInfo(
        files=reader.files,
        size=recording_size(source),
        skipped_octets=reader.skipped_octets,
        undated=reader.undated,
        summary=summariser.summary(),
    )


def info_json(found: RecordingInfo) -> dict[str, Any]:
    """Give it as plain values: degrees, metres, seconds, times in ISO 8601."""
    summary = found.summary
    return {
        "files": [str(path) for path in found.files],
        "size_octets": found.size,
        "skipped_octets": found.skipped_octets,
        "packets": summary.packets,
        "largest_packet_octets": summary.largest_packet,
        "editions": dict(summary.editions),
        "segments": dict(summary.segments),
        "existence_masks": dict(summary.masks),
        "dwells": summary.dwells,
        "empty_dwells": summary.empty_dwells,
        "undated_dwells": found.undated,
        "reports": summary.reports,
        "reports_with_radial_speed": summary.with_radial_speed,
        "time": None if summary.time is None else [format_utc(moment) for moment in summary.time],
        "revisits": summary.revisits,
        "revisit_interval_s": summary.revisit_interval,
        "target_box_deg": _box_degrees(summary.target_box),
        "area_box_deg": _box_degrees(summary.area_box),
        "sensor_box_deg": _box_degrees(summary.sensor_box),
        "sensor_height_m": summary.sensor_height,
        "radial_speed_mps": summary.radial_speed,
        "target_classes": dict(summary.target_classes),
        "truth_targets": summary.truth_targets,
        "simulated": summary.simulated,
        "origins": [_origin_values(origin) for origin in summary.origins],
        "missions": [{name: getattr(note, name) for name in note.__slots__} for note in summary.missions],
        "texts": list(summary.texts),
    }


def render_info(found: RecordingInfo) -> str:
    """Say it in lines, a label and a value each; what does not print is escaped."""
    return "\n".join(f"{label:<{_LABEL_WIDTH}}{plain(value)}" for label, value in _lines(found) if value)


def _lines(found: RecordingInfo) -> Iterator[tuple[str, str]]:
    summary = found.summary
    yield "files", f"{len(found.files)}: {', '.join(path.name for path in found.files[:5])}"
    yield "size", f"{found.size:,} bytes"
    yield "skipped", f"{found.skipped_octets:,} bytes in no sound packet" if found.skipped_octets else ""
    yield "packets", f"{summary.packets:,}, largest {summary.largest_packet:,} bytes"
    yield "editions", _counts(summary.editions)
    yield "segments", _counts(summary.segments)
    yield "masks", _counts(summary.masks)
    yield "dwells", f"{summary.dwells:,}, of them {summary.empty_dwells:,} without reports"
    yield "undated", f"{found.undated:,} dwells that no mission segment dates" if found.undated else ""
    yield "reports", f"{summary.reports:,}, of them {summary.with_radial_speed:,} with a radial velocity"
    yield from _when_and_where(summary)
    yield "classes", _counts(summary.target_classes)
    yield "truth tags", f"{summary.truth_targets:,} targets" if summary.truth_targets else ""
    yield "simulated", "yes" if summary.simulated else "no"
    for line in dict.fromkeys(_origin_line(origin) for origin in summary.origins):
        yield "origin", line
    for note in summary.missions:
        yield "mission plan", f"{note.plan or '-'}, flight plan {note.flight_plan or '-'}, day {note.day or 'invalid'}"
    for text in summary.texts:
        yield "free text", repr(text)


def _when_and_where(summary: Summary) -> Iterator[tuple[str, str]]:
    if summary.time is not None:
        first, last = summary.time
        yield "time", f"{format_utc(first)} to {format_utc(last)}, {(last - first) / 1e9:,.1f} s"
    interval = "" if summary.revisit_interval is None else f", every {summary.revisit_interval:.1f} s (median)"
    yield "revisits", f"{summary.revisits:,}{interval}" if summary.revisits else ""
    yield "targets in", _box_line(summary.target_box)
    yield "area looked at", _box_line(summary.area_box)
    yield "sensor in", _box_line(summary.sensor_box)
    if summary.sensor_height is not None:
        low, high = summary.sensor_height
        yield "sensor height", f"{low:,.0f} to {high:,.0f} m over the ellipsoid"
    if summary.radial_speed is not None:
        yield "radial speed", f"{summary.radial_speed[0]:.2f} to {summary.radial_speed[1]:.2f} m/s"


def _counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} ({count:,})" for name, count in ordered)


def _box_degrees(box: Box) -> list[float] | None:
    return None if box is None else [round(degrees(side), 7) for side in box]


def _box_line(box: Box) -> str:
    if box is None:
        return ""
    west, south, east, north = (degrees(side) for side in box)
    return f"{south:.4f} to {north:.4f} N, {west:.4f} to {east:.4f} E"


def _origin_values(origin: Origin) -> dict[str, Any]:
    values = {name: getattr(origin, name) for name in origin.__slots__}
    return values | {"classification": origin.classification.words}


def _origin_line(origin: Origin) -> str:
    codes = f", codes 0x{origin.codes:04X}{'' if origin.codes_read else ' (unread)'}" if origin.codes else ""
    kind = f"{'exercise' if origin.exercise else 'operation'}, {'simulated' if origin.simulated else 'real'}"
    marking = f"{origin.classification.words} {origin.system}{codes}"
    platform = f"{origin.nationality} {origin.platform}, mission {origin.mission}, job {origin.job}"
    return f"{platform}: {marking}, {kind}"
