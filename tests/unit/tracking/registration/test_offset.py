"""What is known of a platform's offset, over the scales that it may have."""

import numpy as np

from sidelook.tracking.columns import OFFSETS, PLATFORM_COLUMNS
from sidelook.tracking.registration.offset import Registration, first_guess, known_offset, variances


def test_the_offset_known_is_the_mean_over_the_scales_and_takes_in_how_they_differ() -> None:
    platforms = np.zeros(1, PLATFORM_COLUMNS)
    platforms["belief"][0] = np.log([0.5, 0.5, 1e-30])
    platforms["mean"][0, :2, 2] = 1e-3, 3e-3
    platforms["covariance"][0, :, 2, 2] = 1e-6
    mean, covariance = known_offset(platforms)
    np.testing.assert_allclose(mean, [[0.0, 0.0, 2e-3, 0.0]])
    np.testing.assert_allclose(covariance[0, 2, 2], 1e-6 + 1e-6)


def test_each_scale_is_a_quarter_of_the_one_before() -> None:
    settings = Registration()
    largest, least = variances(settings, 0), variances(settings, 2)
    np.testing.assert_allclose(np.sqrt(np.diag(largest)), [30.0, 30.0, 1e-3, 30.0])
    np.testing.assert_allclose(largest, 256.0 * least)
    mean, covariance = first_guess(settings, 1)
    assert not mean.any()
    np.testing.assert_allclose(covariance[:OFFSETS, OFFSETS:], variances(settings, 1))
