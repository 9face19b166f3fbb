"""``sidelook info``, ``check`` and ``convert``: from the command line to their modules and back as text or JSON."""

from pathlib import Path

from sidelook.formats.stanag4607.rules import Severity
from sidelook.mission.check import check, check_json, render_check, worst
from sidelook.mission.convert import convert, render_report
from sidelook.mission.info import info, info_json, render_info
from sidelook.mission.recording import recording_size
from sidelook.mission.reporting import answer, progress, warn_of_damage


def print_info(recording: Path, *, as_json: bool = False) -> None:
    """Say what is in a recording.

    Raises
    ------
    NoRecordingError, NotARecordingError
    """
    with progress("Reading", recording_size(recording)) as advance:
        found = info(recording, advance=advance)
    answer(info_json(found), render_info(found), as_json=as_json)
    warn_of_damage(recording, found.skipped_octets)


def print_findings(recording: Path, *, as_json: bool = False) -> bool:
    """Say what is wrong with a recording.

    Returns
    -------
    True where anything is worse than a note

    Raises
    ------
    NoRecordingError, NotARecordingError
    """
    with progress("Checking", recording_size(recording)) as advance:
        checks = check(recording, advance=advance)
    answer(check_json(checks), render_check(checks), as_json=as_json)
    return worst(checks) in {Severity.ERROR, Severity.WARNING}


def run_convert(
    source: Path, target: Path, *, kind: str | None = None, overwrite: bool = False, as_json: bool = False
) -> None:
    """Convert recordings and say what was written.

    Raises
    ------
    UsageError, InputError, StorageError
    """
    with progress("Converting", recording_size(source)) as advance:
        report = convert(source, target, kind=kind, overwrite=overwrite, advance=advance)
    answer(report.describe(), render_report(report), as_json=as_json)
    warn_of_damage(source, report.skipped_octets)
