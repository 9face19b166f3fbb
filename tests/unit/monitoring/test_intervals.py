"""From seen counts to true ones."""

import numpy as np
import pytest
from scipy.stats import nbinom

from sidelook.monitoring.intervals import CountSettings, posterior, total_count, true_counts

PLAIN = CountSettings(true_share=1.0, exposure_weight=np.inf)


def test_what_was_missed_is_negative_binomial() -> None:
    """Gelman and others, Bayesian Data Analysis, 2.8: by an independent program's distribution."""
    masses = posterior(7, 0.4, settings=PLAIN)
    expected = nbinom.pmf(np.arange(60), 7.5, 0.4)
    np.testing.assert_allclose(masses[7:67], expected, rtol=1e-9)
    assert masses[:7].sum() == 0.0
    assert masses.sum() == pytest.approx(1.0)


def test_who_sees_all_knows_the_number() -> None:
    found = true_counts([0, 5, 100], [1.0, 1.0, 1.0], settings=PLAIN)
    assert found.low.tolist() == found.high.tolist() == [0.0, 5.0, 100.0]
    assert found.mean == pytest.approx([0.0, 5.0, 100.0])


def test_who_sees_hardly_anything_concludes_nothing() -> None:
    found = true_counts([0, 3], [0.0, 0.09])
    assert np.isnan([*found.low, *found.mean, *found.high]).all()
    assert np.isnan(total_count([3, 3], [0.5, 0.05])).all()
    assert np.isnan(total_count([], [])).all()


def test_the_less_is_seen_the_wider_it_is() -> None:
    exposure = np.array([0.9, 0.6, 0.3, 0.15])
    found = true_counts(10, exposure)
    assert (np.diff(found.high - found.low) > 0).all()
    assert (np.diff(found.mean) > 0).all()
    assert (found.low <= found.mean).all()
    assert (found.mean <= found.high).all()


def test_time_that_was_not_looked_at_is_known_better_than_what_a_look_finds() -> None:
    half = true_counts(40, 0.4, 0.5)
    whole = true_counts(40, 0.4, 1.0)
    assert half.high - half.low < whole.high - whole.low


def test_a_total_of_one_is_the_one() -> None:
    low, mean, high = total_count([12], [0.5], settings=PLAIN)
    one = true_counts(12, 0.5, settings=PLAIN)
    assert (low, high) == (float(one.low[0]), float(one.high[0]))
    assert mean == pytest.approx(float(one.mean[0]))


def test_a_total_is_narrower_than_its_parts_added_and_not_without_end() -> None:
    seen, exposure = np.full(24, 10), np.full(24, 0.6)
    low, _, high = total_count(seen, exposure)
    each = true_counts(seen, exposure)
    assert high - low < (each.high - each.low).sum()
    sure = total_count(seen, exposure, settings=PLAIN)
    assert high - low > 2.0 * (sure[2] - sure[0])  # what is wrong with the exposure does not average out


def test_false_crossings_are_taken_off() -> None:
    doubtful = CountSettings(true_share=0.8, exposure_weight=np.inf)
    assert true_counts(50, 1.0, settings=doubtful).mean == pytest.approx(40.0)
