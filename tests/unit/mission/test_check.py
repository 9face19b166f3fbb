import json
from pathlib import Path

from sidelook.formats.stanag4607.rules import Severity
from sidelook.mission.check import check, check_json, render_check, worst


def test_findings_have_offset_and_field(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "odd.4607"
    path.write_bytes(recording_bytes[:8] + b"\x09" + recording_bytes[9:])  # P4 of the first packet
    (file,) = check(path)
    (finding,) = (one for one in file.report.findings if one.rule == "classification-known")
    assert (finding.offset, finding.field, finding.severity) == (0, "P4", Severity.ERROR)


def test_severity_is_that_of_the_worst(tmp_path: Path, recording_bytes: bytes) -> None:
    (tmp_path / "a.4607").write_bytes(recording_bytes)
    (tmp_path / "b.4607").write_bytes(recording_bytes + b"\xee" * 40)
    checks = check(tmp_path)
    assert worst(checks[:1]) is not Severity.ERROR
    assert worst(checks) is Severity.ERROR
    assert worst([]) is None


def test_what_is_no_recording_does_not_spoil_a_folder(tmp_path: Path, recording_bytes: bytes) -> None:
    (tmp_path / "a.4607").touch()
    (tmp_path / "b.4607").write_bytes(recording_bytes)
    assert [file.file.name for file in check(tmp_path)] == ["b.4607"]


def test_skipped_bytes_are_a_finding_where_they_are(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "damaged.4607"
    path.write_bytes(recording_bytes + b"\xee" * 40)
    (file,) = check(path)
    found = [finding for finding in file.report.findings if finding.rule == "bytes-read"]
    assert (found[0].offset, found[0].field) == (len(recording_bytes), "P2")
    assert "bytes skipped" in found[0].text


def test_lines_show_the_first_of_each_rule_the_worst_first(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "damaged.4607"
    path.write_bytes(recording_bytes * 10 + b"\xee" * 40)
    lines = render_check(check(path)).splitlines()
    assert lines[1].split()[:2] == ["error", "bytes-read"]
    assert any(line.split()[0] == "wrap-known" and line.endswith("more") for line in lines)


def test_a_file_name_does_not_steer_the_terminal(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "odd\x1b[2J.4607"
    path.write_bytes(recording_bytes)
    text = render_check(check(path))
    assert "odd\\x1b[2J.4607" in text
    assert all(line.isprintable() for line in text.split("\n"))


def test_it_is_json(recording_file: Path) -> None:
    (file,) = json.loads(json.dumps(check_json(check(recording_file))))
    assert file["file"] == str(recording_file)
    assert {"rule", "severity", "offset", "field", "text"} == set(file["findings"][0])
    assert file["totals"]["wrap-known"] == 2
