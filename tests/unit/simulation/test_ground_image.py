import numpy as np
import pytest

from sidelook.model.image import centred_grid
from sidelook.sar.quality import measure_point
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image
from sidelook.simulation.phase_history import Scatterers

NONE = Scatterers(places=np.zeros((0, 3)), amplitudes=np.zeros(0, np.complex128))


def test_ground_has_its_reflectivity_and_is_speckle() -> None:
    """Goodman: the intensity of speckle has as its standard deviation its mean."""
    imager = Imager(grid=centred_grid((512, 512), 0.25), resolution=0.5)
    ground = simulate_image(imager, np.full((512, 512), 0.03), NONE, np.random.default_rng(1)).amplitude.astype(float)
    assert (ground**2).mean() == pytest.approx(0.03, rel=0.02)
    assert (ground**2).std() == pytest.approx(0.03, rel=0.04)


def test_a_point_has_its_place_width_and_cross_section() -> None:
    imager = Imager(grid=centred_grid((64, 64), 0.3), resolution=0.6)
    point = Scatterers(places=np.array([[1.07, -2.31, 0.0]]), amplitudes=np.array([2.0 + 0.0j]))
    seen = measure_point(simulate_image(imager, np.zeros((64, 64)), point, np.random.default_rng(2)))
    np.testing.assert_allclose(seen.place, [1.07, -2.31, 0.0], atol=0.01)
    assert seen.along_rows.width == pytest.approx(0.6, rel=0.02)
    assert seen.along_columns.width == pytest.approx(0.6, rel=0.02)
    assert seen.along_columns.peak_side_lobe < -40.0
    assert seen.amplitude**2 * imager.cell == pytest.approx(4.0, rel=0.01)


def test_vehicles_lie_along_their_heading_with_their_cross_section() -> None:
    rng = np.random.default_rng(3)
    made = park_vehicles(np.full((2000, 3), 5.0), np.full(2000, np.pi / 2), (6.0, 2.0), 10.0, rng)
    assert (np.abs(made.amplitudes) ** 2).sum() / 2000 == pytest.approx(10.0, rel=0.03)
    spread = np.ptp(made.places, axis=0)
    assert 5.2 < spread[0] <= 6.0
    assert 1.7 < spread[1] <= 2.0
    assert spread[2] == 0.0
