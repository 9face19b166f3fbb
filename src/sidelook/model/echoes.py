"""Echoes as a radar image is formed of: phase histories, in the frequency domain."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats
from sidelook.model.origin import Origin, join_origins

Samples: TypeAlias = NDArray[np.complex64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseHistory:
    """What each pulse brought back, by frequency; a point at path length R adds exp(-4j pi f (R - reference) / c).

    Path lengths are half the way from transmitter to point to receiver. Positions are east, north, up of the scene
    reference, and float64: at 150 km a float32 step is half an X-band wavelength.

    Attributes
    ----------
    samples : (P, K) complex, pulses by frequencies
    frequency_start, frequency_step : of the samples, Hz; the step is above zero
    transmit, receive : (P, 3) phase centres, m; the same array where one antenna does both
    reference_range : (P,) path length whose phase the receiver took out, m
    time : (P,) s after ``begin``; NaN where the source has none
    range_correction : (P,) what a solution for the motion adds to ``reference_range``, m; not yet applied
    phase_correction : (P,) what it adds to the phase of the samples, rad; not yet applied
    frame : where the scene reference lies; None where the source does not say
    begin : of the collection, ns UTC; None where the source has none
    origin : who sent it, and whether it is real
    """

    samples: Samples
    frequency_start: float
    frequency_step: float
    transmit: Floats
    receive: Floats
    reference_range: Floats
    time: Floats
    range_correction: Floats
    phase_correction: Floats
    frame: LocalFrame | None
    begin: int | None
    origin: Origin

    def __post_init__(self) -> None:
        """Check that all pulses have all their columns."""
        if self.samples.ndim != 2 or self.samples.dtype != np.complex64:  # noqa: PLR2004
            message = f"PhaseHistory.samples is {self.samples.dtype}{self.samples.shape}, needs complex64 (P, K)"
            raise ValueError(message)
        pulses = len(self.samples)
        for name, shape in (
            ("transmit", (pulses, 3)),
            ("receive", (pulses, 3)),
            *((name, (pulses,)) for name in ("reference_range", "time", "range_correction", "phase_correction")),
        ):
            _check(name, getattr(self, name), shape)
        if not self.frequency_step > 0:
            message = f"PhaseHistory.frequency_step is {self.frequency_step}, needs to be above zero"
            raise ValueError(message)

    def __len__(self) -> int:
        """Count the pulses."""
        return len(self.samples)

    @property
    def centre_frequency(self) -> float:
        """Middle of the band, Hz."""
        return float(self.frequency_start + 0.5 * (self.samples.shape[1] - 1) * self.frequency_step)

    @property
    def bandwidth(self) -> float:
        """Of the samples, each as wide as a step, Hz."""
        return float(self.samples.shape[1] * self.frequency_step)


def _check(name: str, column: NDArray[Any], shape: tuple[int, ...]) -> None:
    if column.shape != shape or column.dtype != np.float64:
        message = f"PhaseHistory.{name} is {column.dtype}{column.shape}, needs float64{shape}"
        raise ValueError(message)


class UnlikeHistoriesError(InputError):
    """Phase histories cannot be joined: they are not of one radar over one scene; the text says why."""


def concatenate_histories(parts: Sequence[PhaseHistory]) -> PhaseHistory:
    """Join the pulses of phase histories in the order given; the lineage is that of the most protected.

    Raises
    ------
    UnlikeHistoriesError
        where there is none, or frequencies, frames or begins differ
    """
    if not parts:
        message = "no phase history was given"
        raise UnlikeHistoriesError(message)
    first = parts[0]
    for part in parts[1:]:
        band = (part.samples.shape[1], part.frequency_start, part.frequency_step)
        if band != (first.samples.shape[1], first.frequency_start, first.frequency_step):
            message = (
                f"{part.origin.source} has {band[0]} frequencies from {band[1]:.0f} Hz by {band[2]:.0f} Hz, "
                f"{first.origin.source} others: form their images one by one"
            )
            raise UnlikeHistoriesError(message)
        if (part.frame, part.begin) != (first.frame, first.begin):
            message = f"{part.origin.source} is of another place or time than {first.origin.source}"
            raise UnlikeHistoriesError(message)
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("samples", "receive", "reference_range", "time", "range_correction", "phase_correction")
    }
    same = all(part.transmit is part.receive for part in parts)
    transmit = columns["receive"] if same else np.concatenate([part.transmit for part in parts])
    return replace(first, **columns, transmit=transmit, origin=join_origins([part.origin for part in parts]))
