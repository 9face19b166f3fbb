from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.image import SarImage, centred_grid
from sidelook.sar.registration import NoMatchError, Shift, UnlikeGridsError, measure_shift, move, register
from sidelook.simulation.ground_image import Imager, simulate_image
from sidelook.simulation.phase_history import Scatterers

Ground = Callable[..., SarImage]
RESOLUTION = 0.5


def a_scene(shift: tuple[float, float], noise_db: float = -np.inf, noise: int = 2, spacing: float = 0.35) -> SarImage:
    """Image the same scatterers from a place that makes them appear so many rows and columns further; noise anew."""
    rng = np.random.default_rng(1)
    half = 0.5 * 160 * spacing
    places = np.column_stack([rng.uniform(-half, half, (12_000, 2)), np.zeros(12_000)])
    strength = rng.standard_normal((12_000, 2)) @ np.array([1.0, 1j])
    moved = places + np.array([shift[1], shift[0], 0.0]) * spacing
    imager = Imager(grid=centred_grid((150, 130), spacing), resolution=RESOLUTION)
    inside = (np.abs(moved[:, 0]) < 64 * spacing) & (np.abs(moved[:, 1]) < 74 * spacing)
    mean = 10.0 ** (noise_db / 10.0) * 2.0 * 12_000 / (2.0 * half) ** 2
    points = Scatterers(places=moved[inside], amplitudes=strength[inside])
    return simulate_image(imager, np.full((150, 130), mean), points, np.random.default_rng(noise))


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.3, -0.45), (-0.5, 0.125), (7.62, -11.21), (-20.1, 3.9)])
@pytest.mark.parametrize("noise_db", [-40.0, -6.0])
def test_a_known_shift_is_measured_to_a_twentieth_of_a_pixel(shift: tuple[float, float], noise_db: float) -> None:
    found = measure_shift(a_scene((0.0, 0.0), noise_db), a_scene(shift, noise_db, noise=3))
    assert found.rows == pytest.approx(shift[0], abs=0.05)
    assert found.columns == pytest.approx(shift[1], abs=0.05)
    assert found.distinctness > 8.0


def test_amplitudes_alone_will_do() -> None:
    first, second = a_scene((0.0, 0.0), -20.0), a_scene((2.3, -0.7), -20.0, noise=3)
    found = measure_shift(replace(first, pixels=first.amplitude), replace(second, pixels=second.amplitude))
    assert (found.rows, found.columns) == pytest.approx((2.3, -0.7), abs=0.05)


@pytest.mark.parametrize("carrier", [(0.0, 0.0), (0.5, 0.31), (-0.22, 0.47)])
def test_what_is_moved_is_the_image_itself_wherever_its_band_lies(carrier: tuple[float, float]) -> None:
    """A carrier, in turns a pixel, puts the band across the seam of the spectrum; the ground may turn by one phase."""
    rows, columns = np.indices((150, 130))

    def carried(shift: tuple[float, float]) -> SarImage:
        image = a_scene(shift)
        turns = carrier[0] * (rows - shift[0]) + carrier[1] * (columns - shift[1])
        return replace(image, pixels=(image.pixels * np.exp(2j * np.pi * turns)).astype(np.complex64))

    first, second = carried((0.0, 0.0)), carried((0.37, -0.42))
    back = move(second, Shift(rows=0.37, columns=-0.42, distinctness=9.0))
    inner = (slice(30, -30), slice(30, -30))
    one, other = first.pixels[inner].ravel(), back.pixels[inner].ravel()
    alike = abs(np.vdot(one, other)) / (np.linalg.norm(one) * np.linalg.norm(other))
    assert alike > 0.999
    unmoved = second.pixels[inner].ravel()
    assert abs(np.vdot(one, unmoved)) / (np.linalg.norm(one) * np.linalg.norm(unmoved)) < 0.9
    assert back.processing[-1] == "moved by -0.370 rows, 0.420 columns"


def test_what_lay_beyond_the_rim_is_no_data() -> None:
    moved, shift = register(a_scene((0.0, 0.0), -20.0), a_scene((5.4, -3.2), -20.0, noise=3))
    assert shift.rows == pytest.approx(5.4, abs=0.05)
    assert not moved.pixels[-5:].any()
    assert not moved.pixels[:, :3].any()
    assert moved.pixels[:-7, 5:].all()


def test_amplitudes_are_moved_too() -> None:
    y, x = np.indices((40, 40)) - 19.5
    bump = lambda dy: np.exp(-((y - dy) ** 2 + x**2) / 18.0)  # noqa: E731
    image = a_scene((0.0, 0.0))
    image = replace(image, pixels=bump(0.6).astype(np.float32), grid=centred_grid((40, 40), 0.35))
    back = move(image, Shift(rows=0.6, columns=0.0, distinctness=9.0))
    assert back.pixels.dtype == np.float32
    np.testing.assert_allclose(back.pixels[5:-5], bump(0.0)[5:-5], atol=1e-3)


def test_unlike_images_do_not_match(ground: Ground) -> None:
    with pytest.raises(NoMatchError, match="do not match"):
        measure_shift(
            ground(np.ones((128, 128)), np.random.default_rng(1)), ground(np.ones((128, 128)), np.random.default_rng(2))
        )


def test_nothing_does_not_match(ground: Ground) -> None:
    empty = ground(np.zeros((32, 32)), np.random.default_rng(1))
    with pytest.raises(NoMatchError):
        measure_shift(empty, empty)


@pytest.mark.parametrize(
    "grid", [centred_grid((32, 31), 0.5), centred_grid((32, 32), 0.51), centred_grid((32, 32), 0.5, centre=(0, 0.1, 0))]
)
def test_other_grids_are_refused(ground: Ground, grid: object) -> None:
    image = ground(np.ones((32, 32)), np.random.default_rng(1))
    other = ground(np.ones(grid.shape), np.random.default_rng(1))  # type: ignore[attr-defined]
    with pytest.raises(UnlikeGridsError):
        measure_shift(image, replace(other, grid=grid))
