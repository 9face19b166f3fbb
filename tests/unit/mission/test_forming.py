"""Ways of forming, and images that go on where they stopped."""

import re
from pathlib import Path

import numpy as np
import pytest

from sidelook.errors import StorageError, UsageError
from sidelook.mission import forming
from sidelook.mission.forming import choose_way, discard_parts, form_image, parts_of
from sidelook.mission.image import read_choices
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage, centred_grid
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.factorised import Factorised
from sidelook.sar.windows import taylor
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

GRID = centred_grid((300, 530), 0.1)
TILES = 6  # of 256 pixels


@pytest.fixture(scope="module")
def history() -> PhaseHistory:
    flight = straight_flight(stand_off=10e3, grazing=0.5, aperture=500.0, pulses=100, speed=100.0)
    points = Scatterers(places=np.array([(3.0, -8.0, 0.0)]), amplitudes=np.ones(1, np.complex128))
    return simulate_phase_history(flight, Waveform(), points, np.random.default_rng(1))


@pytest.fixture
def long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every image kept tile by tile."""
    monkeypatch.setattr(forming, "KEPT_SECONDS", 0.0)


class Told:
    """Progress that stops the work at a share."""

    def __init__(self, stop: float = 2.0) -> None:
        self.shares: list[float] = []
        self.stop = stop

    def __call__(self, share: float) -> None:
        """Note a share."""
        self.shares.append(share)
        if share > self.stop:
            raise KeyboardInterrupt


def formed(history: PhaseHistory, output: Path, told: Told, grid: PlaneGrid = GRID) -> SarImage:
    return form_image(history, grid, choose_way(history, grid, "factorised", Forming()), output, progress=told)


def test_small_work_is_exact_and_large_work_factorised_and_it_is_said_why(history: PhaseHistory) -> None:
    small = choose_way(history, GRID, "auto", Forming(pulse_window=taylor))
    assert small.said == "exact, chosen for 0.016 billion pixel-pulses"
    assert isinstance(small.settings, Forming)
    large = choose_way(history, centred_grid((9000, 9000), 0.1), "auto", Forming(pulse_window=taylor))
    assert large.said.startswith("factorised, chosen for 8.1 billion pixel-pulses, error -60 dB; 7% of it in the swath")
    assert isinstance(large.settings, Factorised)
    assert large.settings.pulse_window is taylor
    assert choose_way(history, GRID, "factorised", Forming()).said == "factorised, error -60 dB"


def test_polar_format_says_its_error_and_is_refused_where_it_is_large(history: PhaseHistory, tmp_path: Path) -> None:
    small = centred_grid((100, 100), 0.1, centre=(3.0, -8.0, 0.0))
    way = choose_way(history, small, "polar", Forming())
    assert re.fullmatch(r"polar, phase within 0\.0\d+ rad", way.said)
    image = form_image(history, small, way, tmp_path / "a.png", progress=Told())
    exact = backproject(history, small)
    assert np.abs(image.pixels - exact.pixels).max() < 0.1 * np.abs(exact.pixels).max()
    wide = centred_grid((2000, 2000), 0.1)
    with pytest.raises(UsageError, match="use factorised"):
        form_image(history, wide, choose_way(history, wide, "polar", Forming()), tmp_path / "a.png", progress=Told())


def test_both_ways_give_one_image(history: PhaseHistory, tmp_path: Path) -> None:
    fast = formed(history, tmp_path / "a.png", Told())
    way = choose_way(history, GRID, "exact", Forming())
    exact = form_image(history, GRID, way, tmp_path / "a.png", progress=Told())
    assert np.abs(fast.pixels - exact.pixels).max() < 1e-3 * np.abs(exact.pixels).max()
    assert exact.processing == ("backprojection, exact",)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("long_work")
def test_stopped_work_goes_on_with_the_tiles_that_are_missing(history: PhaseHistory, tmp_path: Path) -> None:
    whole, output = formed(history, tmp_path / "whole.png", Told()).pixels, tmp_path / "out.png"
    with pytest.raises(KeyboardInterrupt):
        formed(history, output, Told(stop=0.8))
    again = Told()
    image = formed(history, output, again)
    assert np.array_equal(image.pixels, whole)
    assert again.shares[0] > 0.8
    assert 1 < len(again.shares) < TILES
    assert again.shares[-1] == 1.0
    discard_parts(output)
    assert not parts_of(output).exists()


@pytest.mark.usefixtures("long_work")
@pytest.mark.parametrize("change", ["echoes", "grid", "list", "pixels", "torn"])
def test_what_is_kept_of_other_work_is_not_used(history: PhaseHistory, tmp_path: Path, change: str) -> None:
    output, grid = tmp_path / "out.png", GRID
    formed(history, output, Told())
    parts = parts_of(output)
    listed = (parts / "tiles.txt").read_bytes()
    if change == "echoes":
        history.samples[0, 0] += 1.0
    if change == "grid":
        grid = centred_grid(GRID.shape, 0.11)
    if change == "list":
        (parts / "tiles.txt").write_bytes(b"")
    if change == "pixels":
        (parts / "pixels.npy").write_bytes(b"short")
    if change == "torn":
        (parts / "tiles.txt").write_bytes(listed[:-5])
    again = Told()
    formed(history, output, again, grid)
    assert again.shares[0] == pytest.approx(0.92 if change == "torn" else 0.0, abs=0.1)
    assert again.shares[-1] == 1.0


@pytest.mark.usefixtures("long_work")
def test_a_full_disk_is_told_before_the_work(history: PhaseHistory, tmp_path: Path) -> None:
    grid = centred_grid((30_000_000, 30_000_000), 1e-6)
    way = choose_way(history, grid, "factorised", Forming())
    with pytest.raises(StorageError, match="GB"):
        form_image(history, grid, way, tmp_path / "out.png", progress=Told())
    assert list(tmp_path.iterdir()) == []


def test_method_and_focus_are_one_of_each() -> None:
    assert read_choices([]) == ("auto", "supplied")
    assert read_choices(["gradient", "exact"]) == ("exact", "gradient")
    assert read_choices(["factorised"]) == ("factorised", "supplied")
    with pytest.raises(UsageError, match="one method"):
        read_choices(["exact", "factorised"])
