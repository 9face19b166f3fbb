"""Dwells and tracks whose every column says which row it is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive
from sidelook.model.columns import Columnar
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

BEGIN = 1_700_000_000 * 10**9  # 2023-11-14 22:13:20 UTC
SECOND = 10**9
ORIGINS = (
    Origin(source="udp://first", classification=Classification.UNCLASSIFIED, system="XN", platform="P1", job=7),
    Origin(source="udp://second", classification=Classification.SECRET, system="XN", codes=3, simulated=True),
)


def columns_of(kind: type[Columnar], rng: np.random.Generator, length: int) -> dict[str, np.ndarray]:
    """Fill every column with values of its dtype that tell rows apart."""
    made = {}
    for name, dtype in kind.DTYPES.items():
        base, width = dtype if isinstance(dtype, tuple) else (dtype, None)
        shape = (length,) if width is None else (length, width)
        scale = 2 if base is np.bool_ else 100
        made[name] = (rng.random(shape) * scale).astype(base) if base is not np.bool_ else rng.random(shape) < 0.5
    return made


def make_dwells(begin: int = BEGIN, count: int = 8, seed: int = 1, step: int = SECOND) -> Dwells:
    """Make dwells a second apart with 0 to 4 plots each."""
    rng = np.random.default_rng(seed)
    plot_count = (np.arange(count) % 5).astype(np.int32)
    plots = columns_of(Plots, rng, int(plot_count.sum())) | {
        "dwell": np.repeat(np.arange(count, dtype=np.int32), plot_count),
        "latitude": rng.uniform(0.80, 0.81, plot_count.sum()),
        "longitude": rng.uniform(0.10, 0.12, plot_count.sum()),
    }
    dwells = columns_of(Dwells, rng, count) | {
        "time": begin + np.arange(count, dtype=np.int64) * step,
        "plot_count": plot_count,
        "origin": (np.arange(count) % 2).astype(np.int32),
        "area_latitude": rng.uniform(0.80, 0.81, count),
        "area_longitude": rng.uniform(0.10, 0.12, count),
    }
    return Dwells(**dwells, plots=Plots(**plots), origins=ORIGINS)


def make_tracks(begin: int = BEGIN, count: int = 6, seed: int = 2) -> TrackTable:
    """Make states a second apart of tracks 1, 2 and 3."""
    rng = np.random.default_rng(seed)
    columns = columns_of(TrackTable, rng, count) | {
        "track": np.arange(count) % 3 + 1,
        "time": begin + np.arange(count, dtype=np.int64) * SECOND,
        "origin": (np.arange(count) % 2).astype(np.int32),
        "latitude": rng.uniform(0.80, 0.81, count),
        "longitude": rng.uniform(0.10, 0.12, count),
    }
    return TrackTable(**columns, origins=ORIGINS)


def make_formations(begin: int = BEGIN, count: int = 6, seed: int = 4) -> FormationTable:
    """Make states a second apart of formations 1 and 2."""
    rng = np.random.default_rng(seed)
    columns = columns_of(FormationTable, rng, count) | {
        "formation": np.arange(count) % 2 + 1,
        "time": begin + np.arange(count, dtype=np.int64) * SECOND,
        "origin": (np.arange(count) % 2).astype(np.int32),
        "latitude": rng.uniform(0.80, 0.81, count),
        "longitude": rng.uniform(0.10, 0.12, count),
    }
    return FormationTable(**columns, origins=ORIGINS)


def make_truth(begin: int = BEGIN, count: int = 6, seed: int = 5) -> TruthLooks:
    """Make truth a second apart of entities 1 and 2."""
    rng = np.random.default_rng(seed)
    columns = columns_of(TruthLooks, rng, count) | {
        "entity": np.arange(count) % 2 + 1,
        "time": begin + np.arange(count, dtype=np.int64) * SECOND,
        "latitude": rng.uniform(0.80, 0.81, count),
        "longitude": rng.uniform(0.10, 0.12, count),
    }
    return TruthLooks(**columns)


def assert_same(one: Columnar, other: Columnar, but: tuple[str, ...] = ()) -> None:
    """Compare every column bit for bit."""
    for name in one.DTYPES:
        if name not in but:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def assert_same_dwells(one: Dwells, other: Dwells) -> None:
    """Compare dwells, their plots and the origin of each."""
    assert_same(one, other, but=("origin",))
    assert_same(one.plots, other.plots)
    assert [one.origins[row] for row in one.origin] == [other.origins[row] for row in other.origin]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a place for an archive."""
    return tmp_path / "archive"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    """Open a new archive for writing."""
    with Archive.open(folder, "write") as opened:
        yield opened


@pytest.fixture
def dwells() -> Callable[..., Dwells]:
    """Make dwells."""
    return make_dwells


@pytest.fixture
def tracks() -> Callable[..., TrackTable]:
    """Make track states."""
    return make_tracks


@pytest.fixture
def formations() -> Callable[..., FormationTable]:
    """Make states of formations."""
    return make_formations


@pytest.fixture
def truth() -> Callable[..., TruthLooks]:
    """Make truth."""
    return make_truth


@pytest.fixture
def same_dwells() -> Callable[[Dwells, Dwells], None]:
    """Compare dwells with all that belongs to them."""
    return assert_same_dwells
