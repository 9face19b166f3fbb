"""Recordings made of others' traffic, as benchmarks use them."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from sidelook.formats.stanag4607 import decode_dwells

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "make_recordings.py"


def test_a_recording_of_mountain_traffic(shared_data: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), str(shared_data / "traffic"), str(tmp_path), "--region", "andorra"]
    said = subprocess.run([*command, "--revisits", "3"], check=True, capture_output=True, text=True).stdout
    # 2,441 identities, 15 jumps and a gap of 3 s; two of the pieces are single samples.
    assert said.startswith("andorra: 2455 vehicles")
    dwells = decode_dwells((tmp_path / "andorra.4607").read_bytes(), source="andorra")
    assert dwells.simulated.all()
    assert len(np.unique(dwells.revisit)) == 3
    real = dwells.plots.truth_entity > 0
    assert real.sum() > 1_500
    # Roads there run between 700 and 2,400 m; heights are reported above the ellipsoid.
    assert 750.0 < np.median(dwells.plots.height[real]) < 2_000.0
