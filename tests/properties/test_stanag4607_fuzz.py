"""A short run of the fuzzing script; the long one is described in benchmarks/README.md."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "fuzz_stanag4607.py"


@pytest.fixture
def script() -> Iterator[ModuleType]:
    """Load the script as a module."""
    spec = importlib.util.spec_from_file_location("fuzz_stanag4607", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_damaged_recordings_of_our_own(script: ModuleType) -> None:
    tally = script.fuzz(script.own_recordings(), seed=3, cpu_seconds=1.0)
    assert tally.inputs > 100
    assert tally.packets > 0
    assert tally.refused > 0


def test_damaged_recordings_of_others(script: ModuleType, shared_data: Path) -> None:
    seeds = [path.read_bytes() for path in (shared_data / "gmti").rglob("*") if path.suffix in {".4607", ".gmti"}]
    assert script.fuzz(seeds, seed=4, cpu_seconds=1.0).inputs > 100


def test_the_script_notices_a_decoder_that_loses_bytes(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "inside_packets", lambda _: 10_000)
    with pytest.raises(AssertionError, match="bytes in"):
        script.fuzz(script.own_recordings(), seed=3, cpu_seconds=1.0)
