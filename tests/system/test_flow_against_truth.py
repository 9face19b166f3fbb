"""A short run of the benchmark of flow: half an hour of the simulator's truth against what its radar and tracks say."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "monitoring" / "flow.py"


def test_exposure_is_the_share_that_is_held_and_intervals_hold_the_truth(tmp_path: Path) -> None:
    words = ["--seeds", "3", "--scenarios", "plain", "--hours", "0.5", "--minutes", "15"]
    result = subprocess.run([sys.executable, SCRIPT, tmp_path, *words], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["true"] > 200
    assert 0.4 < found["held"] < 0.95  # what is seen is not what crossed
    assert abs(found["held"] - found["exposure"]) < 0.12
    assert found["false"] < 0.08
    assert 0.84 <= found["90 %"] <= 0.97
