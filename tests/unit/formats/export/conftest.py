"""A few plots with everything that makes writing them hard."""

import numpy as np
import pytest

from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable

HARD_TEXT = "a<b>&\"'],\n\x01;é"
REAL = Origin(source=HARD_TEXT, classification=Classification.SECRET, platform="UNIT, 1", version="30")
MADE = Origin(source="b", classification=Classification.UNCLASSIFIED, simulated=True, version="30")


@pytest.fixture
def hard_dwells() -> Dwells:
    """Five plots round the antimeridian: one without a position, one marked simulated, two of simulated origin."""
    plots = Plots.empty(
        5,
        dwell=np.array([0, 0, 0, 1, 1], np.int32),
        latitude=np.radians([10.123456789, -20.5, np.nan, 0.0, 1e-6]),
        longitude=np.radians([179.9999999, -180.0, 5.0, 170.0, -170.0]),
        radial_speed=np.array([1.2345678, np.nan, -0.00001, np.inf, 3], np.float32),
        target_class=np.array([2, 55, 2, 1, 2], np.uint8),
        simulated=np.array([False, True, False, False, False]),
    )
    return Dwells.empty(
        2,
        time=np.array([1_290_000_000_123_000_000, 1_290_000_001_000_000_000]),
        plot_count=np.array([3, 2], np.int32),
        origin=np.array([0, 1], np.int32),
        origins=(REAL, MADE),
        plots=plots,
    )


@pytest.fixture
def hard_tracks() -> TrackTable:
    """Two tracks, states out of order."""
    return TrackTable.empty(
        3,
        track=np.array([2, 1, 2]),
        time=np.array([20_000_000_000, 10_000_000_000, 10_000_000_000]),
        latitude=np.radians([1.0, 2.0, 3.0]),
        longitude=np.radians([4.0, 5.0, 6.0]),
        state=np.array([1, 1, 0], np.uint8),
        target_class=np.array([2, 1, 0], np.uint8),
        simulated=np.array([False, False, True]),
        origin=np.array([0, 1, 0], np.int32),
        origins=(REAL, MADE),
    )
