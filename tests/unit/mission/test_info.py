import json
from pathlib import Path

from sidelook.mission.info import info, info_json, render_info


def test_it_says_what_is_in_a_recording(recording_file: Path) -> None:
    found = info_json(info(recording_file))
    assert found["packets"] == 3
    assert found["segments"] == {"mission": 1, "dwell": 2}
    assert (found["dwells"], found["empty_dwells"], found["reports"]) == (2, 1, 2)
    assert found["time"] == ["2026-11-22T00:00:01.000Z", "2026-11-22T00:00:02.000Z"]
    assert found["target_box_deg"] == [20.0, 10.0, 20.0, 10.001]
    assert found["sensor_height_m"] == (12_000.0, 12_000.0)
    assert found["missions"][0]["day"] == "2026-11-22"
    assert found["origins"][0]["classification"] == "UNCLASSIFIED"
    assert found["simulated"] is True


def test_it_is_json(recording_file: Path) -> None:
    assert json.loads(json.dumps(info_json(info(recording_file))))["size_octets"] == recording_file.stat().st_size


def test_lines_have_a_label_and_a_value(recording_file: Path) -> None:
    lines = render_info(info(recording_file)).splitlines()
    assert any(line.startswith("reports") and "2, of them 2 with a radial velocity" in line for line in lines)
    assert any(line.startswith("origin") and "UNCLASSIFIED" in line and "simulated" in line for line in lines)
    assert all(line[18] != " " and line[:18].strip() for line in lines)


def test_what_a_sender_wrote_does_not_steer_the_terminal(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "odd\x1b[2J.4607"
    path.write_bytes(recording_bytes[:14] + b"=1+1\x1b[31m\x07"[:10] + recording_bytes[24:])
    text = render_info(info(path))
    assert "=1+1\\x1b[31m" in text
    assert "odd\\x1b[2J.4607" in text
    assert all(line.isprintable() for line in text.split("\n"))


def test_damage_and_missing_dates_are_said(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "half.4607"
    path.write_bytes(recording_bytes[76:] + b"\xee" * 40)
    text = render_info(info(path))
    assert "40 bytes in no sound packet" in text
    assert "2 dwells that no mission segment dates" in text


def test_a_folder_is_told_as_one(tmp_path: Path, recording_bytes: bytes) -> None:
    for name in ("a.4607", "b.4607"):
        (tmp_path / name).write_bytes(recording_bytes)
    found = info(tmp_path)
    assert found.summary.reports == 4
    assert render_info(found).count("\norigin") == 1


def test_the_afrl_recording(shared_data: Path) -> None:
    """Counts and times as its provenance has them: 194 packets, 154 dwells, 218 reports, 20 revisits of 30 s."""
    summary = info(shared_data / "gmti" / "afrl_10_targets.4607").summary
    assert (summary.packets, summary.dwells, summary.reports) == (194, 154, 218)
    assert (summary.revisits, round(summary.revisit_interval or 0)) == (20, 30)
    assert summary.truth_targets == 10
