from pathlib import Path

import numpy as np
import pytest

from sidelook.errors import InputError, UsageError
from sidelook.mission import recording
from sidelook.mission.recording import RecordingReader, read_recording, recording_files, recording_size
from sidelook.timescale import parse_utc


def test_a_recording_is_read_as_it_was_made(recording_file: Path) -> None:
    dwells = read_recording(recording_file)
    assert dwells.plot_count.tolist() == [2, 0]
    assert dwells.time.tolist() == [parse_utc("2026-11-22T00:00:01Z"), parse_utc("2026-11-22T00:00:02Z")]
    np.testing.assert_allclose(np.degrees(dwells.plots.latitude), [10.0, 10.001], rtol=0, atol=5e-8)
    np.testing.assert_allclose(dwells.plots.radial_speed, [1.5, 1.51], rtol=1e-6)
    assert dwells.simulated.all()
    assert {origin.source for origin in dwells.origins} == {"hand made.4607"}


def test_blocks_of_any_size_give_the_same(recording_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_recording(recording_file)
    monkeypatch.setattr(recording, "CHUNK", 7)
    pieces = read_recording(str(recording_file))
    np.testing.assert_array_equal(pieces.time, whole.time)
    np.testing.assert_array_equal(pieces.plots.latitude, whole.plots.latitude)


def test_a_folder_is_read_in_order_of_name(tmp_path: Path, recording_bytes: bytes) -> None:
    for name in ("b.GMTI", "a.4607", "notes.txt"):
        (tmp_path / name).write_bytes(recording_bytes)
    assert [path.name for path in recording_files(tmp_path)] == ["a.4607", "b.GMTI"]
    dwells = read_recording(tmp_path)
    assert [dwells.origins[i].source for i in dwells.origin] == ["a.4607"] * 2 + ["b.GMTI"] * 2
    assert recording_size(tmp_path) == 2 * len(recording_bytes)


def test_a_last_dwell_that_might_have_gone_on_is_not_lost(tmp_path: Path, full_packet: bytes) -> None:
    """It fills the largest packet, so its next piece is waited for until the file ends."""
    (tmp_path / "full.4607").write_bytes(full_packet)
    assert len(read_recording(tmp_path).plots) == 200


def test_damage_is_skipped_and_counted(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "damaged.4607"
    path.write_bytes(recording_bytes + b"\xee" * 50 + recording_bytes)
    reader = RecordingReader(path)
    assert sum(len(block) for block in reader.blocks()) == 4
    assert reader.skipped_octets == 50


def test_dwells_that_nothing_dates_are_left_out_and_counted(tmp_path: Path, recording_bytes: bytes) -> None:
    path = tmp_path / "undated.4607"
    path.write_bytes(recording_bytes[76:])  # all but the mission's packet
    reader = RecordingReader(path)
    assert sum(len(block) for block in reader.blocks()) == 0
    assert reader.undated == 2


def test_progress_is_told_of_every_byte(recording_file: Path) -> None:
    told: list[int] = []
    list(RecordingReader(recording_file, advance=told.append).blocks())
    assert sum(told) == recording_size(recording_file)


def test_what_is_not_there_is_the_callers_fault(tmp_path: Path) -> None:
    for missing in (tmp_path, tmp_path / "none.4607"):
        with pytest.raises(UsageError, match=str(missing)):
            read_recording(missing)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", bytes(5000)])
def test_what_is_no_recording_does_not_spoil_a_folder(
    tmp_path: Path, recording_bytes: bytes, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.4607").write_bytes(content)
    (tmp_path / "b.4607").write_bytes(recording_bytes)
    reader = RecordingReader(tmp_path)
    assert sum(map(len, reader.blocks())) == 2
    assert [path.name for path in reader.files] == ["b.4607"]
    assert reader.skipped_octets == 0
    said = capsys.readouterr().err
    assert said.startswith(f"sidelook: {tmp_path}/a.4607 ")
    assert said.endswith("going on without it\n")


def test_a_folder_without_any_recording_is_refused(tmp_path: Path) -> None:
    for name in ("a.4607", "b.4607"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match="none of its 2 files is a STANAG 4607 recording"):
        read_recording(tmp_path)


def test_what_is_no_recording_is_the_files_fault(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 100)
    with pytest.raises(InputError, match="no STANAG 4607 packet"):
        read_recording(path)
