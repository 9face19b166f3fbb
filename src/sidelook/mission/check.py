"""``sidelook check``: a recording against the rules of the standard."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidelook.formats.plain import plain
from sidelook.formats.stanag4607.rules import CheckReport, Finding, RuleChecker, Severity
from sidelook.mission.recording import RecordingReader, Sieve
from sidelook.mission.reporting import Advance

#: Findings shown of each rule; all that were kept are in the JSON.
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCheck:
    """What is wrong with one file."""

    file: Path
    report: CheckReport


def check(source: Path, *, advance: Advance | None = None) -> tuple[FileCheck, ...]:
    """Check a recording.

    Parameters
    ----------
    source : a STANAG 4607 file, or a folder of files
    advance : told how many bytes more are done

    Returns
    -------
    what was found in each file that is a recording

    Raises
    ------
    NoRecordingError, NotARecordingError
    """
    sieve, checks = Sieve(source), []
    for path in sieve.files:
        with sieve.trying(path):
            checks.append(_check_file(path, advance))
    sieve.refuse_without_recordings()
    return tuple(checks)


def worst(checks: Iterable[FileCheck]) -> Severity | None:
    """Tell how bad the worst finding is; None where there is none."""
    found = {file.report.worst for file in checks}
    return next((severity for severity in Severity if severity in found), None)


def check_json(checks: Sequence[FileCheck]) -> list[dict[str, Any]]:
    """Give it as plain values, a dictionary a file."""
    return [
        {
            "file": str(file.file),
            "totals": dict(file.report.totals),
            "worst": file.report.worst,
            "findings": [{name: getattr(one, name) for name in one.__slots__} for one in file.report.findings],
        }
        for file in checks
    ]


def render_check(checks: Sequence[FileCheck]) -> str:
    """Say it in lines: each file, then the first findings of each rule, the worst first; controls are escaped."""
    return "\n".join(plain(line) for file in checks for line in _file_lines(file))


def _check_file(path: Path, advance: Advance | None) -> FileCheck:
    reader, checker = RecordingReader(path, advance=advance), RuleChecker()
    for packets, _ in reader.batches():
        checker.check(packets)
    checker.check_skips(skip for _, skip in reader.skipped)
    return FileCheck(file=path, report=checker.report())


def _file_lines(file: FileCheck) -> Iterator[str]:
    totals = file.report.totals
    count = sum(totals.values())
    yield f"{file.file}: " + (f"{count:,} finding{'s' * (count != 1)}" if count else "no findings")
    for severity in Severity:
        for name, total in totals.items():
            yield from _rule_lines(name, total, _of_rule(file, name, severity))


def _of_rule(file: FileCheck, name: str, severity: Severity) -> list[Finding]:
    return [one for one in file.report.findings if one.rule == name and one.severity is severity]


def _rule_lines(name: str, total: int, found: Sequence[Finding]) -> Iterator[str]:
    for one in found[:_SHOWN]:
        yield f"  {one.severity:<8}{one.rule:<27}byte {one.offset:<10}{one.field:<8}{one.text}"
    if found and total > _SHOWN:
        yield f"  {'':<8}{name:<27}{total - _SHOWN:,} more"
