"""What terrain hides, by a tile or by a scenario's island."""

from pathlib import Path

import numpy as np
import pytest

from sidelook.errors import InputError, UsageError
from sidelook.mission.terrain import NoTilesError
from sidelook.mission.terrain_sight import sight_over
from sidelook.simulation.scenario.settings import ScenarioError

SIZE = 1201  # heights each way of a small HGT tile


@pytest.fixture
def ridge(tmp_path: Path) -> Path:
    """Make a tile that is flat but for a ridge of 800 m from west to east along its middle."""
    heights = np.zeros((SIZE, SIZE), ">i2")
    heights[SIZE // 2 - 2 : SIZE // 2 + 3] = 800
    path = tmp_path / "N42E001.hgt"
    path.write_bytes(heights.tobytes())
    return path


def test_behind_a_ridge_nothing_is_seen_from_the_other_side(ridge: Path) -> None:
    sight = sight_over([ridge.parent])  # a folder, or the file itself
    assert sight is not None
    assert sight_over([ridge]) is not None
    latitude, longitude = np.radians([42.45, 42.55]), np.radians([1.5, 1.5])
    from_south = sight(latitude, longitude, (np.radians(41.6), np.radians(1.5), 5_000.0))
    from_north = sight(latitude, longitude, (np.radians(43.4), np.radians(1.5), 5_000.0))
    assert from_south.tolist() == [True, False]
    assert from_north.tolist() == [False, True]


def test_without_ground_nothing_is_known_to_be_hidden() -> None:
    assert sight_over([]) is None


def test_the_ground_of_a_scenario_hides() -> None:
    sight = sight_over([Path("convoy")])
    assert sight is not None
    rng = np.random.default_rng(2)
    latitude, longitude = np.radians(rng.uniform(37.7, 38.3, 400)), np.radians(rng.uniform(-43.3, -42.6, 400))
    seen = sight(latitude, longitude, (np.radians(36.8), np.radians(-43.0), 12_000.0))
    assert 0.3 < seen.mean() < 1.0


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("N42E001.hgt", None, NoTilesError),
        ("N42E001.hgt", b"short", InputError),
        ("mine.toml", b"colour = 1", ScenarioError),
        ("no_such_scenario", None, ScenarioError),
    ],
)
def test_ground_that_cannot_be_read_is_said(
    tmp_path: Path, name: str, content: bytes | None, error: type[UsageError]
) -> None:
    path = tmp_path / name if "." in name else Path(name)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        sight_over([path])
