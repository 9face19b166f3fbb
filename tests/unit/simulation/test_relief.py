import numpy as np
import pytest

from sidelook.simulation.relief import ReliefSettings, fractal_noise, lattice, make_relief, rivers

SMALL = ReliefSettings(spacing=1_000.0)


def test_noise_is_standard_and_its_amplitude_falls_as_asked() -> None:
    noise = fractal_noise(np.random.default_rng(1), (256, 256), 1.5, 64.0)
    assert noise.mean() == pytest.approx(0.0, abs=1e-12)
    assert noise.std() == pytest.approx(1.0)
    power = np.abs(np.fft.fft2(noise)) ** 2
    frequency = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256))
    octaves = [power[(frequency > low) & (frequency < 1.2 * low)].mean() for low in (0.05, 0.2)]
    # Four times the frequency at an exponent of 1.5 is 4^3 less power.
    assert octaves[0] / octaves[1] == pytest.approx(64.0, rel=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_an_island_lies_in_the_sea(seed: int) -> None:
    relief = make_relief(np.random.default_rng(seed), SMALL)
    assert (relief.height[[0, -1]] < 0.0).all()
    assert (relief.height[:, [0, -1]] < 0.0).all()
    area_km2 = (relief.height > 0.0).sum()
    assert 0.5 < area_km2 / (np.pi * 66.0 * 50.0) < 1.5
    assert 0.5 * SMALL.summit < relief.height.max() < 2.0 * SMALL.summit
    assert (relief.height[relief.lake] > 0.0).all()


def test_the_same_seed_gives_the_same_island() -> None:
    first, again = (make_relief(np.random.default_rng(7), SMALL) for _ in range(2))
    assert first.height.tobytes() == again.height.tobytes()
    assert first.lake.tobytes() == again.lake.tobytes()


def test_places_are_found_on_the_grid_again() -> None:
    relief = make_relief(np.random.default_rng(2), SMALL)
    rows, columns = np.indices(relief.height.shape)
    assert (relief.is_dry(relief.place(rows, columns)) == relief.dry).all()


def test_a_lattice_joins_each_cell_to_its_eight_neighbours() -> None:
    first, second, length = lattice(np.zeros((4, 5)))
    pairs = {frozenset(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)}
    assert len(pairs) == len(first) == 4 * 4 + 3 * 5 + 2 * 3 * 4
    rows, columns = np.divmod(np.stack([first, second]), 5)
    np.testing.assert_allclose(np.hypot(*np.diff([rows, columns], axis=1)[:, 0]), length)


def test_rivers_reach_the_sea_or_one_another() -> None:
    rng = np.random.default_rng(3)
    relief = make_relief(rng, SMALL)
    springs = np.flatnonzero(relief.height > 0.8 * relief.height.max())[::5]
    wet: set[int] = set(np.flatnonzero(relief.height <= 0.0).tolist())
    for course in rivers(rng, relief, springs):
        assert int(course[-1]) in wet
        wet.update(course.tolist())
