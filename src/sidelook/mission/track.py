"""``sidelook track``: a recording becomes tracks, and what came out is said."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sidelook.console.rows import Rows, join
from sidelook.errors import UsageError
from sidelook.mission.chain import Chain
from sidelook.mission.convert import refuse_tracks_file, write_tracks
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.formation_report import FormationFigures, describe_formations, list_formations
from sidelook.mission.opening import file_size, open_recording, refuse_without_packets
from sidelook.mission.reporting import Advance, answer, progress, warn_of_damage
from sidelook.mission.roads import refuse_missing_roads
from sidelook.model.columns import Integers
from sidelook.model.plots import Plots
from sidelook.tracking import metrics

PIECE = 1 << 16
MOST_LINES = 40
"""Of the table of vehicles; all are in the JSON."""


class NoTruthError(UsageError):
    """A comparison with the truth was asked for, and the recording does not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackReport:
    """What came out.

    Attributes
    ----------
    dwells, plots : in the recording
    tracked_plots : given to a track that was confirmed
    tracks : confirmed at least once
    states : of tracks, one a track and look
    formations : that were found among the tracks
    truth : how they compare with the truth tags, if that was asked for
    """

    recording: str
    dwells: int
    plots: int
    tracked_plots: int
    tracks: int
    states: int
    formations: tuple[FormationFigures, ...] = ()
    truth: "TruthFigures | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFigures:
    """What became of one vehicle: its reports, the track that took most of them, what share, and how many took some."""

    vehicle: int
    reports: int
    main_track: int
    main_share: float
    tracks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthFigures:
    """How tracks compare with truth tags, as ``tracking.metrics.TruthReport`` defines it."""

    confirmed_tracks: int
    vehicles: int
    least_main_share: float
    mean_main_share: float
    purity: float
    identity_switches: int
    by_vehicle: tuple[VehicleFigures, ...]


def report_tracks(
    recording: Path,
    *,
    roads: Path | None = None,
    truth_report: bool = False,
    output: Path | None = None,
    overwrite: bool = False,
    as_json: bool = False,
) -> None:
    """Track a recording, and say or write what came out.

    Parameters
    ----------
    recording : a STANAG 4607 file
    roads : file of roads that the tracker is to know
    truth_report : score the tracks against truth tags, which the tracker does not see
    output : to write tracks to, by suffix
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError
    """
    if roads is not None:
        refuse_missing_roads(roads)
    if output is not None:
        refuse_tracks_file(output, recording, overwrite=overwrite)
    with progress("Tracking", file_size(recording)) as advance:
        rows, skipped = track_recording(recording, advance, roads)
    if output is not None:
        write_tracks(rows.tracks, output, overwrite=overwrite)
    report = summarise(recording, rows)
    if truth_report:
        report = replace(report, truth=compare(recording, rows))
    answer(report, describe(report), as_json=as_json)
    warn_of_damage(recording, skipped)


def track_recording(recording: Path, advance: Advance, roads: Path | None = None) -> tuple[Rows, int]:
    """Track a recording; give its rows and how many of its bytes could not be read."""
    chain = Chain(dwelling=Dwelling(source=recording.name), roads=roads)
    parts = []
    with open_recording(recording) as stream:
        while data := stream.read(PIECE):
            parts.append(chain.feed([data]))
            advance(len(data))
    parts.append(chain.cut())
    counters = chain.dwelling.decoder.counters
    refuse_without_packets(str(recording), counters.packets)
    return join(parts), counters.skipped_octets


def summarise(recording: Path, rows: Rows) -> TrackReport:
    """Count what came out."""
    confirmed = np.unique(rows.tracks.track)
    return TrackReport(
        recording=str(recording),
        dwells=len(rows.looks.dwells),
        plots=len(rows.looks.plot_track),
        tracked_plots=int(np.isin(rows.looks.plot_track, confirmed).sum()),
        tracks=len(confirmed),
        states=len(rows.tracks),
        formations=list_formations(rows.formations),
    )


def describe(report: TrackReport) -> str:
    """Say it for people."""
    head = (
        f"{report.tracks:,} tracks from {report.plots:,} plots in {report.dwells:,} dwells; "
        f"{report.tracked_plots:,} plots belong to them; {len(report.formations):,} formations among them"
    )
    parts = [head, describe_formations(report.formations)] if report.formations else [head]
    parts += [] if report.truth is None else [describe_truth(report.truth)]
    return "\n\n".join(parts)


def describe_truth(truth: TruthFigures) -> str:
    """Lay the comparison out as a table, the worst vehicles first."""
    worst = sorted(truth.by_vehicle, key=lambda row: row.main_share)[:MOST_LINES]
    lines = [
        f"{row.vehicle:>10} {row.reports:>8} {row.main_track:>11} {row.main_share:>7.1%} {row.tracks:>7}"
        for row in worst
    ]
    rest = len(truth.by_vehicle) - len(worst)
    return "\n".join(
        [
            "   vehicle  reports  main track   share  tracks",
            *lines,
            *([f"   and {rest:,} more"] if rest else []),
            "",
            f"confirmed tracks {truth.confirmed_tracks:,}, vehicles {truth.vehicles:,}",
            f"main track's share of the reports: least {truth.least_main_share:.1%}, mean {truth.mean_main_share:.1%}",
            f"purity {truth.purity:.3f}, identity switches {truth.identity_switches:,}",
        ]
    )


def compare(recording: Path, rows: Rows) -> TruthFigures:
    """Compare tracks with the truth tags of their plots, which the tracker has not seen.

    Raises
    ------
    NoTruthError
        Where no plot bears a tag.
    """
    tags = truth_tags(rows.looks.dwells.plots)
    if (tags < 0).all():
        message = f"{recording} bears no truth tags (D32.16, D32.17): there is nothing to compare with"
        raise NoTruthError(message)
    found = metrics.truth_report(tags, rows.looks.plot_track, np.unique(rows.tracks.track))
    columns = (found.vehicle, found.reports, found.main_track, found.main_share, found.track_count)
    names = ("vehicle", "reports", "main_track", "main_share", "tracks")
    values = zip(*(column.tolist() for column in columns), strict=True)
    return TruthFigures(
        confirmed_tracks=found.confirmed_tracks,
        vehicles=len(found.vehicle),
        least_main_share=float(found.main_share.min()),
        mean_main_share=float(found.main_share.mean()),
        purity=found.purity,
        identity_switches=found.identity_switches,
        by_vehicle=tuple(VehicleFigures(**dict(zip(names, row, strict=True))) for row in values),
    )


def truth_tags(plots: Plots) -> Integers:
    """Give each plot's truth tag, (N,), -1 none; the application is in it only where there are several."""
    applications = np.unique(plots.truth_application[plots.truth_entity >= 0])
    if len(applications) <= 1:
        return plots.truth_entity
    tags = (plots.truth_application.astype(np.int64) << 32) + plots.truth_entity
    return np.where(plots.truth_entity >= 0, tags, -1)
