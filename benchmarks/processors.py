"""Compare the recordings that two families of processors make of one scenario.

The same scenario is played twice: once as this processor can, and once as the oldest of its kind would, for which
kernels are compiled anew (x86-64 with SSE2 alone, no fused multiply-add) and NumPy leaves its newer code unused. Asked
for are the same bytes, or, where they differ, no column of a plot by more than the standard's field resolves.

    python benchmarks/processors.py [--scenario convoy]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from sidelook.formats.stanag4607 import decode_dwells
from sidelook.model.plots import Dwells, Plots

OLDEST = {
    "NUMBA_CPU_NAME": "x86-64",
    "NUMBA_CPU_FEATURES": "+sse2",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}


def play(scenario: str, folder: Path, environment: dict[str, str]) -> bytes:
    """Play a scenario in a process of its own; the recording's bytes."""
    code = "from sidelook.cli import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", code, "simulate", scenario, "-o", str(folder)]
    subprocess.run(command, check=True, env=os.environ | environment, stdout=subprocess.DEVNULL)
    return (folder / "recording.4607").read_bytes()


def differences(one: Dwells, other: Dwells) -> dict[str, float]:
    """Largest difference of each column of plots and dwells that differs at all."""
    found = {}
    for left, right, kind in ((one.plots, other.plots, Plots), (one, other, Dwells)):
        for name in kind.DTYPES:
            apart = np.abs(getattr(left, name).astype(np.float64) - getattr(right, name).astype(np.float64))
            if np.nanmax(apart, initial=0.0) > 0.0:
                found[f"{kind.__name__}.{name}"] = float(np.nanmax(apart))
    return found


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="convoy")
    scenario = parser.parse_args().scenario
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        here = play(scenario, folder / "here", {})
        oldest = play(scenario, folder / "oldest", OLDEST | {"NUMBA_CACHE_DIR": str(folder / "kernels")})
    print(f"{scenario}: {len(here):,} bytes here, {len(oldest):,} as the oldest processor; same: {here == oldest}")
    if here != oldest:
        one, other = (decode_dwells(data, source="made") for data in (here, oldest))
        print(f"dwells {len(one):,} and {len(other):,}, plots {len(one.plots):,} and {len(other.plots):,}")
        for name, apart in differences(one, other).items() if len(one.plots) == len(other.plots) else ():
            print(f"  {name}: {apart:.3g}")


if __name__ == "__main__":
    main()
