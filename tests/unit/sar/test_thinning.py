import numpy as np
import pytest

from sidelook.sar.thinning import keep, keep_all, shift_taps, thin


@pytest.mark.parametrize("error", [1e-2, 1e-3, 1e-4])
def test_waves_are_known_from_the_pulses_kept(error: float) -> None:
    """No more pulses than Nyquist's and a few, and every wave up to the fastest, from uneven places too."""
    rng = np.random.default_rng(1)
    way = np.cumsum(rng.uniform(0.5, 1.5, 900))
    fastest = np.pi / 12.0
    thinning = thin(way, fastest, error)
    blocks = len(thinning.blocks) - 1
    assert len(thinning.kept) <= np.ptp(way) * fastest / np.pi + blocks * 12
    for frequency in np.linspace(-fastest, fastest, 41):
        wave = np.exp(1j * (frequency * way + 0.3))
        assert thinning.error_of(wave[None]) < 3.0 * error


def test_a_wave_too_fast_is_told() -> None:
    thinning = thin(np.arange(500.0), np.pi / 12.0, 1e-3)
    assert thinning.error_of(np.exp(1j * np.pi / 4.0 * np.arange(500.0))[None]) > 0.1


def test_blocks_cover_all_pulses_once_and_keep_their_own() -> None:
    thinning = thin(np.arange(4000.0), 0.5, 1e-3)
    spans = thinning.spans()
    assert len(spans) > 5
    assert spans[0][0] == spans[0][2] == 0
    assert (spans[-1][1], spans[-1][3]) == (4000, len(thinning.kept))
    for begin, end, first, after in spans:
        assert ((thinning.kept[first:after] >= begin) & (thinning.kept[first:after] < end)).all()
    assert (np.diff(thinning.kept) > 0).all()


@pytest.mark.parametrize("way", [np.zeros(7), np.array([0.0]), np.array([0.0, 0.0, 5.0, 5.0])])
def test_an_antenna_that_stands_still_is_one_pulse(way: np.ndarray) -> None:
    thinning = thin(way, 0.0 if len(way) != 4 else 10.0, 1e-3)
    assert len(thinning.kept) == len(np.unique(way))
    assert thinning.weights.sum() == pytest.approx(len(way), abs=1e-3)


def test_all_kept_is_no_change() -> None:
    wave = np.exp(1j * np.random.default_rng(2).uniform(0.0, 6.0, (3, 10)))
    assert keep_all(10).error_of(wave) < 1e-7


def test_weights_are_those_of_least_squares() -> None:
    """As many waves at random, and the pulses kept: nothing linear does better in the mean by more than a little."""
    angle = np.linspace(0.0, 20.0, 60)
    chosen, weights = keep(angle, 1e-3)
    rng = np.random.default_rng(3)
    waves = np.exp(1j * np.multiply.outer(rng.uniform(-1.0, 1.0, 4000), angle))
    best = np.linalg.lstsq(
        np.vstack([waves[:, chosen].real, waves[:, chosen].imag]), np.vstack([waves.real, waves.imag])
    )[0]
    ours = np.abs(waves[:, chosen] @ weights.T - waves).std()
    assert ours < 1.2 * np.abs(waves[:, chosen] @ best - waves).std()


def test_a_profile_is_read_between_its_samples() -> None:
    taps = shift_taps(5.0)
    for within in (0.0, 0.13, 0.5, 0.99):
        weights = (taps * within ** np.arange(taps.shape[1])).sum(axis=1)
        for frequency in np.linspace(-np.pi / 5.0, np.pi / 5.0, 21):
            read = weights @ np.exp(1j * frequency * np.arange(-2, 4))
            assert abs(read - np.exp(1j * frequency * within)) < 3e-5
