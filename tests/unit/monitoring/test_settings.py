"""Settings that make no sense are refused."""

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.monitoring.settings import StockSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"prior_rate": 0.0},
        {"prior_rate": np.nan},
        {"step_interval": np.inf},
        {"dispersion": 0.5},
        {"confidence": 1.0},
        {"unbalanced": ()},
        {"unbalanced": (0.0,)},
        {"bad_image": 0.0},
        {"common_error": 1.5},
        {"same_missed": -0.1},
        {"largest": 0},
        {"exposure_error": np.nan},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="stock:"):
        StockSettings(**wrong)  # type: ignore[arg-type]
