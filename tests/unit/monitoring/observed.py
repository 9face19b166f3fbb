"""Observations of sites, made by hand."""

from collections.abc import Sequence

import numpy as np

from sidelook.model.origin import Classification, Origin
from sidelook.model.stock import FlowObservation, ImageCount

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)


def make_flow(
    rows: Sequence[tuple[float, float, int, int]],
    *,
    exposure: float | tuple[float, float] = 1.0,
    site: int = 0,
    origin: Origin = ORIGIN,
) -> FlowObservation:
    """Give spans of (start h, end h, seen in, seen out)."""
    table = np.array(rows, np.float64).reshape(-1, 4)
    chance_in, chance_out = (exposure, exposure) if isinstance(exposure, float) else exposure
    count = len(table)
    return FlowObservation(
        site=np.full(count, site, np.int32),
        start=np.asarray(table[:, 0] * HOUR, np.int64),
        end=np.asarray(table[:, 1] * HOUR, np.int64),
        seen_in=table[:, 2].astype(np.int32),
        seen_out=table[:, 3].astype(np.int32),
        exposure_in=np.full(count, chance_in),
        exposure_out=np.full(count, chance_out),
        origin=np.zeros(count, np.int32),
        origins=(origin,),
    )


def make_images(
    rows: Sequence[tuple[float, int]],
    *,
    chance: float = 0.85,
    error: float = 0.04,
    false_alarms: float = 0.0,
    share: float = 1.0,
    site: int = 0,
    origin: Origin = ORIGIN,
) -> ImageCount:
    """Give images of (time h, counted)."""
    table = np.array(rows, np.float64).reshape(-1, 2)
    count = len(table)
    return ImageCount(
        site=np.full(count, site, np.int32),
        time=np.asarray(table[:, 0] * HOUR, np.int64),
        counted=table[:, 1].astype(np.int32),
        detection_probability=np.full(count, chance),
        detection_error=np.full(count, error),
        false_alarms=np.full(count, false_alarms),
        share=np.full(count, share),
        origin=np.zeros(count, np.int32),
        origins=(origin,),
    )


def hours(*times: float) -> np.ndarray:  # type: ignore[type-arg]
    """Give times in ns UTC."""
    return np.asarray(np.array(times) * HOUR, np.int64)
