"""Run every benchmark, one after the other: ``make bench``. Over an hour; the machine should do nothing else.

Those that need what lies beside the checkout (the tracking benchmark) or what Debian ships (chromium, node) are left
out where it is missing, and said so.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRACKING = HERE.parents[1] / "shared" / "bench" / "tracking"
SIZES = (100, 600, 2000)
SIMULATION = ("simulate", "traffic", "detection", "schedule", "terrain", "island", "truth_import")


def commands(scratch: Path) -> Iterator[list[str]]:
    """Give the command of each benchmark that can run here."""
    for name in ("geodesy", "stanag4607", "convert", "archive", "kill_archive", "console_feed", *SIMULATION):
        yield [f"{name}.py"]
    yield ["sar/vehicles.py"]
    yield ["monitoring/flow.py", str(scratch / "flow")]
    yield ["monitoring/campaigns.py"]
    yield ["monitoring/month.py"]
    yield ["monitoring/questions.py", str(scratch / "month")]
    if Path("/usr/bin/time").exists():
        yield ["sar/parts.py", str(scratch)]
    else:
        print("\nleft out: sar/parts.py needs /usr/bin/time", flush=True)
    yield ["fuzz_stanag4607.py", "--cpu-minutes", "30", "--seed", "1"]
    if shutil.which("chromium") and shutil.which("node"):
        yield ["console_frames.py", "--tracks", "10000"]
    else:
        print("\nleft out: console_frames.py needs chromium and node", flush=True)
    if not TRACKING.is_dir():
        print("\nleft out: tracking/compare.py needs the tracking benchmark beside the checkout", flush=True)
        return
    for size in SIZES:
        scenario = scratch / f"n{size}.npz"
        make = [TRACKING / "scenario.py", "--n", str(size), "--seed", "1", "--out", scenario]
        subprocess.run([sys.executable, *map(str, make)], check=True)
        yield ["tracking/compare.py", str(TRACKING), str(scenario)]


def main() -> int:
    """Run them all; 1 where one failed."""
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        for command in commands(Path(scratch)):
            print(f"\n## {' '.join(command)}\n", flush=True)
            if subprocess.run([sys.executable, str(HERE / command[0]), *command[1:]], check=False).returncode:
                failed.append(command[0])
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
