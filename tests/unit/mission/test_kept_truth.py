"""Truth beside a recording is found, marked as the recording is, and kept; what cannot be read is said and left out."""

from pathlib import Path

import numpy as np
import pytest
from structlog.testing import CapturingLogger

from sidelook.archive import Archive
from sidelook.formats.truth.parquet import TruthParquetWriter
from sidelook.mission.keeping import Keeper
from sidelook.mission.kept_truth import keep_truth, truth_beside, truth_origin
from sidelook.mission.settings import ArchiveSettings
from sidelook.model.origin import Classification, Origin
from sidelook.model.truth import TruthLooks

BEGIN = 1_700_000_000 * 10**9
OPEN = Origin(source="a", classification=Classification.UNCLASSIFIED, simulated=True)
SECRET = Origin(source="b", classification=Classification.SECRET, system="XN", codes=3, simulated=True)


def write_truth(path: Path, count: int = 5) -> None:
    looks = TruthLooks.empty(
        count,
        time=BEGIN + np.arange(count, dtype=np.int64),
        entity=np.arange(1, count + 1),
        latitude=np.zeros(count),
        longitude=np.zeros(count),
    )
    with path.open("wb") as stream:
        writer = TruthParquetWriter(stream)
        writer.write(looks)
        writer.close()


@pytest.mark.parametrize(
    ("recording", "truth"),
    [("recording.4607", "truth.parquet"), ("day-03-recording.4607", "day-03-truth.parquet")],
)
def test_it_lies_beside_under_the_name_that_simulate_gives(tmp_path: Path, recording: str, truth: str) -> None:
    assert truth_beside(tmp_path / recording) is None
    write_truth(tmp_path / truth)
    assert truth_beside(tmp_path / recording) == tmp_path / truth
    assert truth_beside(tmp_path / "flight.4607") is None


def test_it_is_protected_as_the_most_protected_part_of_its_recording() -> None:
    origin = truth_origin("truth.parquet", (OPEN, SECRET))
    assert (origin.source, origin.simulated) == ("truth.parquet", True)
    assert (origin.classification, origin.system, origin.codes) == (Classification.SECRET, "XN", 3)
    assert truth_origin("truth.parquet", (OPEN,)).classification is Classification.UNCLASSIFIED


@pytest.mark.parametrize("damage", [None, b"", b"PAR1 and nothing more"])
def test_it_is_kept_whole_or_said_to_be_left_out(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "truth.parquet"
    write_truth(path)
    if damage is not None:
        path.write_bytes(damage)
    log = CapturingLogger()
    with Archive.open(tmp_path / "archive", "write") as archive:
        writer = archive.begin_mission("flight", kind="recording", received=BEGIN)
        keeper = Keeper(writer=writer, settings=ArchiveSettings(), log=log)
        rows = keep_truth(path, truth_origin(path.name, (OPEN,)), keeper, log)
        kept = archive.truth(writer.mission)
        writer.end(BEGIN)
    (said,) = log.calls
    assert said.kwargs["file"] == "truth.parquet"
    assert (rows, len(kept.looks), said.method_name) == ((5, 5, "info") if damage is None else (0, 0, "warning"))
