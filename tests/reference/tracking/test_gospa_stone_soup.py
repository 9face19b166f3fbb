"""GOSPA against Stone Soup's, on random sets."""

import datetime as dt

import numpy as np
import pytest

from sidelook.tracking.metrics import gospa

stone_soup = pytest.importorskip("stonesoup.metricgenerator.ospametric", reason="Stone Soup is not installed")


def stone_soup_gospa(truths: np.ndarray, estimates: np.ndarray, cutoff: float) -> float:
    from stonesoup.types.state import State  # noqa: PLC0415 - only where Stone Soup is installed

    generator = stone_soup.GOSPAMetric(c=cutoff, p=2)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    sets = [[State(point.reshape(2, 1), timestamp=now) for point in points] for points in (estimates, truths)]
    metric, _ = generator.compute_gospa_metric(*sets)
    return float(metric.value["distance"])


@pytest.mark.parametrize("seed", range(12))
def test_gospa_is_stone_soups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truths, estimates = (rng.uniform(0, 3000, (rng.integers(1, 30), 2)) for _ in range(2))
    ours = gospa(truths, estimates, 500.0).distance
    assert ours == pytest.approx(stone_soup_gospa(truths, estimates, 500.0), rel=1e-9)
