from collections.abc import Callable

import numpy as np
import pytest

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.sar.autofocus import focus_by_gradient, sight_grid, without_line
from sidelook.sar.backprojection import backproject
from sidelook.sar.quality import measure_image, measure_point
from sidelook.sar.sharpness import Sharpness, entropy_and_slope, focus_by_sharpness

Echoes = Callable[..., PhaseHistory]
SIGHT = np.array((np.cos(np.radians(20.0)), 0.0, np.sin(np.radians(20.0))))
WAVE = 299_792_458.0 / 9.6e9
CROWD = np.random.default_rng(3).uniform(-9.0, 9.0, (30, 3)) * (1.0, 1.0, 0.0)
TEXTURE = np.random.default_rng(4).uniform(-9.0, 9.0, (400, 3)) * (1.0, 1.0, 0.0)


def wander(pulses: int, size: float) -> Floats:
    """Give a smooth error along the line of sight, (P, 3) m."""
    number = np.linspace(-1.0, 1.0, pulses)
    return (size * (number**2 + 0.5 * np.sin(6.0 * number) + 0.3 * np.cos(11.0 * number)))[:, None] * SIGHT


@pytest.mark.parametrize(("places", "size"), [(CROWD, 0.01), (TEXTURE, 0.003)])
def test_a_motion_error_is_found_and_taken_out(echoes: Echoes, places: Floats, size: float) -> None:
    blurred = echoes(places=places, error=wander(96, size))
    grid = sight_grid(blurred, spacing=0.12, pixels=224)
    found = focus_by_sharpness(blurred, grid)
    truth = without_line(4.0 * np.pi / WAVE * (wander(96, size) @ SIGHT))
    assert np.sqrt(np.mean(truth**2)) > 0.5
    assert np.sqrt(np.mean((found.phase - truth) ** 2)) < 0.1
    assert found.settled
    assert found.after.entropy < found.before.entropy
    sharp = measure_image(backproject(echoes(places=places), grid))
    assert found.after.entropy == pytest.approx(sharp.entropy, abs=0.03)


def test_it_refines_what_the_phase_gradient_finds_in_texture(echoes: Echoes) -> None:
    blurred = echoes(places=TEXTURE, error=wander(96, 0.01))
    grid = sight_grid(blurred, spacing=0.12, pixels=224)
    coarse = focus_by_gradient(blurred, grid)
    fine = focus_by_sharpness(blurred, grid, start=coarse.phase)
    truth = without_line(4.0 * np.pi / WAVE * (wander(96, 0.01) @ SIGHT))
    left = [np.sqrt(np.mean((found - truth) ** 2)) for found in (coarse.phase, fine.phase)]
    assert left[1] < min(0.1, 0.6 * left[0])


def test_what_is_sharp_stays_as_it_is(echoes: Echoes) -> None:
    history = echoes(places=CROWD)
    found = focus_by_sharpness(history, sight_grid(history, spacing=0.12, pixels=224))
    assert np.sqrt(np.mean(found.phase**2)) < 0.1


def test_a_point_gets_its_width_back(echoes: Echoes) -> None:
    point = ((0.5, 0.3, 0.0),)
    blurred = echoes(places=point, error=wander(96, 0.01))
    found = focus_by_sharpness(blurred, sight_grid(blurred, spacing=0.12, pixels=224))
    fine = sight_grid(blurred, spacing=0.06, pixels=128)
    wide = measure_point(backproject(echoes(places=point), fine)).along_columns
    focused = measure_point(backproject(found.history, fine)).along_columns
    assert focused.width == pytest.approx(wide.width, rel=0.05)
    assert focused.peak_side_lobe < -11.0


def test_the_slope_of_the_entropy_is_that_of_differences() -> None:
    rng = np.random.default_rng(7)
    spectrum = rng.normal(size=(5, 16)) + 1j * rng.normal(size=(5, 16))
    phase = rng.normal(size=16)
    _, slope = entropy_and_slope(spectrum, phase)
    step = 1e-6 * np.eye(16)
    differences = [
        (entropy_and_slope(spectrum, phase + one)[0] - entropy_and_slope(spectrum, phase - one)[0]) / 2e-6
        for one in step
    ]
    assert slope == pytest.approx(differences, abs=1e-6)


def test_orders_bound_what_is_found(echoes: Echoes) -> None:
    blurred = echoes(places=CROWD, error=wander(96, 0.01))
    found = focus_by_sharpness(
        blurred, sight_grid(blurred, spacing=0.12, pixels=224), settings=Sharpness(orders=2, passes=1)
    )
    assert len(found.changes) == 1
    assert np.polynomial.Polynomial.fit(np.arange(96.0), found.phase, 2)(np.arange(96.0)) == pytest.approx(
        found.phase, abs=0.05
    )
