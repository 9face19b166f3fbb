"""What every test may ask for."""

from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Find recordings, truth and terrain beside the checkout; never copied into it."""
    folder = PROJECT_ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: real recordings are not distributed with the project")
    return folder


@pytest.fixture(scope="session")
def shared_bench() -> Path:
    """Find the tracking benchmark (scenario generator, metrics) beside the checkout."""
    folder = PROJECT_ROOT.parent / "shared" / "bench" / "tracking"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: the tracking benchmark is not distributed with the project")
    return folder
