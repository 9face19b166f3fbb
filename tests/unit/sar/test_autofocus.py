from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.echoes import PhaseHistory
from sidelook.sar.autofocus import focus_by_gradient, sight_grid, without_line
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.quality import measure_point

Echoes = Callable[..., PhaseHistory]
CROWD = np.random.default_rng(3).uniform(-9.0, 9.0, (30, 3)) * (1.0, 1.0, 0.0)
WAVE = 299_792_458.0 / 9.6e9


def wander(pulses: int, size: float) -> np.ndarray:
    """Give a smooth error along the line of sight, (P, 3) m."""
    number = np.linspace(-1.0, 1.0, pulses)
    error = size * (number**2 + 0.5 * np.sin(6.0 * number) + 0.3 * np.cos(11.0 * number))
    return error[:, None] * (np.cos(np.radians(20.0)), 0.0, np.sin(np.radians(20.0)))


def test_a_motion_error_is_found_and_taken_out(echoes: Echoes) -> None:
    blurred = echoes(places=CROWD, error=wander(96, 0.01))
    grid = sight_grid(blurred, spacing=0.12, pixels=224)
    sharp = backproject(echoes(places=CROWD), grid, Forming())
    found = focus_by_gradient(blurred, grid)
    truth = without_line(4.0 * np.pi / WAVE * (wander(96, 0.01) @ (np.cos(np.radians(20)), 0, np.sin(np.radians(20)))))
    left = np.sqrt(np.mean((found.phase - truth) ** 2))
    assert np.sqrt(np.mean(truth**2)) > 1.0
    assert left < 0.2
    assert found.settled
    assert found.after.contrast > 1.3 * found.before.contrast
    peak = 20.0 * np.log10(np.abs(sharp.pixels).max())
    assert found.after.peak == pytest.approx(peak, abs=0.3)


def test_what_is_sharp_stays_as_it_is(echoes: Echoes) -> None:
    history = echoes(places=CROWD)
    found = focus_by_gradient(history, sight_grid(history, spacing=0.12, pixels=224))
    assert np.sqrt(np.mean(found.phase**2)) < 0.1


def test_a_point_gets_its_width_back(echoes: Echoes) -> None:
    blurred = echoes(places=((0.5, 0.3, 0.0),), error=wander(96, 0.01))
    grid = sight_grid(blurred, spacing=0.12, pixels=224)
    found = focus_by_gradient(blurred, grid)
    fine = sight_grid(blurred, spacing=0.06, pixels=128)
    wide = measure_point(backproject(echoes(places=((0.5, 0.3, 0.0),)), fine)).along_columns
    focused = measure_point(backproject(found.history, fine)).along_columns
    assert focused.width == pytest.approx(wide.width, rel=0.05)
    assert focused.peak_side_lobe < -11.0
