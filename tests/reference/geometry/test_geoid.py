"""The geoid against the test points published with EGM96."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.geoid import undulation

# The output file of NGA's program for EGM96 (harmonic synthesis): latitude, longitude east, undulation.
PUBLISHED = np.array(
    [
        [38.6281550, 269.7791550, -31.628],
        [-14.6212170, 305.0211140, -2.969],
        [46.8743190, 102.4487290, -43.575],
        [-23.6174460, 133.8747120, 15.871],
        [38.6254730, 359.9995000, 50.066],
        [-0.4667440, 0.0023000, 17.329],
    ]
)


def test_published_test_points() -> None:
    """The grid earns 3 cm: half of its steps of 4, and what a cubic on 15 minutes loses."""
    latitude, longitude, expected = PUBLISHED.T
    assert_allclose(undulation(np.radians(latitude), np.radians(longitude)), expected, atol=0.03)


@pytest.mark.parametrize(
    ("latitude", "longitude", "egm2008"),
    [(42.55, 1.58, 54.0), (49.95, 11.58, 47.0), (52.37, 9.73, 43.0)],
    ids=["Andorra", "Bayreuth", "Hanover"],
)
def test_places_of_the_later_model_lie_near(latitude: float, longitude: float, egm2008: float) -> None:
    """EGM2008 is a better model: the two differ by 1.5 m at the 95th percentile of the earth."""
    assert undulation(np.radians(latitude), np.radians(longitude)) == pytest.approx(egm2008, abs=1.5)
