"""Recordings and tracks into the files that maps, spreadsheets and notebooks open."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import pyarrow as pa

from sidelook.errors import UsageError
from sidelook.formats.export.arrow_file import ArrowSink
from sidelook.formats.export.delimited import CsvSink
from sidelook.formats.export.geojson import GeoJsonSink
from sidelook.formats.export.geoparquet import GeoParquetSink
from sidelook.formats.export.kml import KmlSink
from sidelook.formats.export.kml_tracks import write_tracks_kml
from sidelook.formats.export.lineage import Lineage
from sidelook.formats.export.sectors import sectors_of
from sidelook.formats.export.shapes import Shapes, points_of
from sidelook.formats.export.sink import TableSink
from sidelook.formats.tables import dwells_table, plots_table, tracks_table
from sidelook.mission.publish import published, refuse_output
from sidelook.mission.recording import RecordingReader
from sidelook.mission.reporting import Advance
from sidelook.model.plots import Dwells, concatenate_dwells
from sidelook.model.tracks import TrackTable
from sidelook.release import OPERATOR_HERE, Decision, Recipient, release_dwells, release_tracks

_SINKS: Mapping[str, Callable[[BinaryIO], TableSink]] = MappingProxyType(
    {
        ".parquet": GeoParquetSink,
        ".geojson": GeoJsonSink,
        ".json": GeoJsonSink,
        ".csv": CsvSink,
        ".kml": lambda stream: KmlSink(stream, tempfile.TemporaryFile),
        ".arrow": ArrowSink,
    }
)


class UnknownFormatError(UsageError):
    """No file format goes by this ending, or no rows by this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertReport:
    """What was read and written.

    Attributes
    ----------
    files : read, in order
    target : written
    kind : of the rows
    rows : written
    withheld : dwells and plots that the recipient may not see
    skipped_octets : bytes of the source that were in no sound packet or segment
    undated : dwells left out because no mission segment dates them
    lineage : highest marking, whether anything is simulated, sources
    """

    files: tuple[Path, ...]
    target: Path
    kind: str
    rows: int
    withheld: int
    skipped_octets: int
    undated: int
    lineage: Mapping[str, Any]

    def describe(self) -> dict[str, Any]:
        """Give it as plain values, for JSON."""
        return {
            "files": [str(path) for path in self.files],
            "target": str(self.target),
            "kind": self.kind,
            "rows": self.rows,
            "withheld": self.withheld,
            "skipped_octets": self.skipped_octets,
            "undated_dwells": self.undated,
            "classification": self.lineage["classification"],
            "security_codes": self.lineage["security_codes"],
            "simulated": self.lineage["simulated"],
        }


def convert(
    source: Path,
    target: Path,
    *,
    kind: str | None = None,
    overwrite: bool = False,
    recipient: Recipient = OPERATOR_HERE,
    advance: Advance | None = None,
) -> ConvertReport:
    """Convert a STANAG 4607 recording.

    The target appears when it is complete, under its own name; memory does not grow with the recording.

    Parameters
    ----------
    source : a file, or a folder of ``*.4607`` and ``*.gmti`` files, taken in order of name
    target : ends in .parquet, .geojson, .json, .csv, .kml or .arrow
    kind : "plots", the default, or "dwells"
    overwrite : replace a target that exists
    recipient : whom the file is for; what they may not see is left out and counted
    advance : told how many bytes more are done

    Returns
    -------
    what was read and written

    Raises
    ------
    UnknownFormatError, NoRecordingError, NotARecordingError
    OutputExistsError, OutputIsSourceError, OutputFailedError
    """
    make = _sink_maker(target)
    rows_of = _rows_maker(kind or "plots")
    reader = RecordingReader(source, advance=advance)
    refuse_output(target, reader.files, overwrite=overwrite)
    gate, lineage = _Gate(recipient=recipient), Lineage()
    with published(target, overwrite=overwrite) as stream:
        blocks = _never_none(map(gate.released, reader.blocks()))
        _write_blocks(make(stream), map(rows_of, blocks), lineage)
    return ConvertReport(
        files=reader.files,
        target=target,
        kind=kind or "plots",
        rows=lineage.rows,
        withheld=gate.withheld,
        skipped_octets=reader.skipped_octets,
        undated=reader.undated,
        lineage=lineage.describe(),
    )


def write_tracks(
    tracks: TrackTable, target: Path, *, overwrite: bool = False, recipient: Recipient = OPERATOR_HERE
) -> Decision:
    """Write states of tracks to a file.

    Parameters
    ----------
    tracks : to write
    target : as for ``convert``; in KML each track is a ``gx:Track``, elsewhere each state is a row
    overwrite : replace a target that exists
    recipient : whom the file is for; what they may not see is left out

    Returns
    -------
    what was released

    Raises
    ------
    UnknownFormatError, OutputExistsError, OutputFailedError
    """
    make = _sink_maker(target)
    kept, decision = release_tracks(tracks, recipient)
    with published(target, overwrite=overwrite) as stream:
        if target.suffix.lower() == ".kml":
            write_tracks_kml(stream, kept)
        else:
            table = tracks_table(kept)
            _write_blocks(make(stream), [(table, points_of(table))], Lineage())
    return decision


def render_report(report: ConvertReport) -> str:
    """Say in lines what was converted."""
    marking = report.lineage["classification"] or "no rows"
    codes = ", under security codes" if report.lineage["security_codes"] else ""
    simulated = ", simulated" if report.lineage["simulated"] else ""
    lines = [f"{report.rows} {report.kind} to {report.target} ({marking}{codes}{simulated})"]
    if report.withheld:
        lines.append(f"withheld {report.withheld} dwells and plots that the recipient may not see")
    if report.skipped_octets:
        lines.append(f"skipped {report.skipped_octets} bytes in no sound packet; see sidelook check")
    if report.undated:
        lines.append(f"left out {report.undated} dwells that no mission segment dates")
    return "\n".join(lines)


@dataclass(slots=True, kw_only=True)
class _Gate:
    """The release filter, and how much it held back."""

    recipient: Recipient
    withheld: int = 0

    def released(self, dwells: Dwells) -> Dwells:
        kept, decision = release_dwells(dwells, self.recipient)
        self.withheld += sum(decision.withheld.values())
        return kept


def _plot_rows(dwells: Dwells) -> tuple[pa.Table, Shapes]:
    table = plots_table(dwells)
    return table, points_of(table)


def _dwell_rows(dwells: Dwells) -> tuple[pa.Table, Shapes]:
    return dwells_table(dwells), sectors_of(dwells)


#: What rows to write: target reports, or the dwells that looked for them, drawn as their footprints.
_ROWS: Mapping[str, Callable[[Dwells], tuple[pa.Table, Shapes]]] = MappingProxyType(
    {"plots": _plot_rows, "dwells": _dwell_rows}
)


def _never_none(blocks: Iterable[Dwells]) -> Iterable[Dwells]:
    """Leave empty blocks out, but give one rather than none, so that every file has its columns."""
    found = False
    for block in blocks:
        if len(block):
            found = True
            yield block
    if not found:
        yield concatenate_dwells([])


def _write_blocks(sink: TableSink, blocks: Iterable[tuple[pa.Table, Shapes]], lineage: Lineage) -> None:
    for table, shapes in blocks:
        sink.write(table, shapes)
        lineage.add(table)
    sink.close()


def refuse_tracks_file(target: Path, source: Path, *, overwrite: bool = False) -> None:
    """Raise what ``write_tracks`` would, before the recording ``source`` is tracked, and where both are one file."""
    _sink_maker(target)
    refuse_output(target, (source,), overwrite=overwrite)


def _sink_maker(target: Path) -> Callable[[BinaryIO], TableSink]:
    if target.suffix.lower() not in _SINKS:
        message = f"no format for {target.name}: end the name in {', '.join(_SINKS)}"
        raise UnknownFormatError(message)
    return _SINKS[target.suffix.lower()]


def _rows_maker(kind: str) -> Callable[[Dwells], tuple[pa.Table, Shapes]]:
    if kind not in _ROWS:
        message = f"no rows called {kind}: choose {' or '.join(_ROWS)}"
        raise UnknownFormatError(message)
    return _ROWS[kind]
