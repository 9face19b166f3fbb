"""A writer killed at random moments loses nothing that was acknowledged; the benchmark does it hundreds of times."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "kill_archive.py"


def test_fifteen_kills_lose_nothing() -> None:
    command = [sys.executable, str(PROGRAM), "--kills", "15", "--longest", "0.25"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert said.returncode == 0, said.stderr
    assert " 0 lost;" in said.stdout
    assert "0 records unsealed, 0 stray files" in said.stdout
    acknowledged = int(said.stdout.split("kills, ")[1].split(" records")[0].replace(",", ""))
    assert acknowledged > 5, "the writers hardly got to write: nothing was shown"
