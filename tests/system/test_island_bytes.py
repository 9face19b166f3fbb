"""The same island on other processors: whatever NumPy computes with, rivers, towns, roads and the map are the same."""

import os
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import hashlib, json, sys
import numpy as np
from sidelook.simulation.island.drawing import island_map
from sidelook.simulation.island.making import SMALL, make_island
island = make_island(SMALL)
parts = [island.relief.height, island.relief.receiver, island.towns.row, island.towns.population, island.cover]
parts += [island.roads.edge_start, island.roads.edge_end, island.roads.edge_class]
print(np.exp(np.linspace(-9.0, 9.0, 9999)).tobytes().hex()[-4000:])
print([hashlib.sha256(part.tobytes()).hexdigest() for part in parts])
print(hashlib.sha256(json.dumps(island_map(island)).encode()).hexdigest())
"""


def run(without: list[str]) -> list[str]:
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(without)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout.splitlines()


def test_wide_registers_do_not_change_the_island() -> None:
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("NumPy has no other way to compute on this processor")
    exponentials, *island = run([])
    others, *again = run(found)
    if exponentials == others:
        pytest.skip("NumPy computes in the same way with and without them")
    assert again == island
