"""What a tracker is shown: dwells and their plots, and nothing that is not the radar's own.

A look has no column for truth tags, so no tracker can see them; ``bridge`` makes looks from recorded dwells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from sidelook.model.columns import Flags, Floats, Indices, Integers, Octets, Singles
from sidelook.model.origin import Origin, merge_origins


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One dwell or several, in order of time, with their plots; positions in the mission-local frame.

    Attributes
    ----------
    time : (D,) centre of the dwell, ns UTC
    revisit, dwell : (D,) indices as sent; with the time they tell a repeated dwell
    sensor : (D, 3) east, north, up, m
    area : (D, 3) centre of the footprint: east, north, up, m
    sector : (D, 4) footprint seen from the sensor: azimuth of the centre and half width, rad, slant range low and
        high, m; NaN for a dwell whose footprint is not known (its misses then say nothing)
    minimum_detectable_speed : (D,) m/s
    plot_count : (D,) plots of each dwell
    origin : (D,) row of ``origins``
    place : (P, 3) plots, dwell after dwell: east, north, up, m
    measured : (P, 3) slant range, m, azimuth clockwise from north at the sensor, rad, radial speed, m/s or NaN
    variance : (P, 3) of them
    wrap_speed : (P,) half the aliasing period of the radial speed, m/s, or NaN
    target_class : (P,) ``model.plots.TargetClass``; ``class_probability`` : (P,) 0..1
    simulated : (P,)
    origins : where the dwells come from
    """

    time: Integers
    revisit: Integers
    dwell: Integers
    sensor: Floats
    area: Floats
    sector: Floats
    minimum_detectable_speed: Floats
    plot_count: Integers
    origin: Indices
    place: Floats
    measured: Floats
    variance: Floats
    wrap_speed: Floats
    target_class: Octets
    class_probability: Singles
    simulated: Flags
    origins: tuple[Origin, ...]

    def __post_init__(self) -> None:
        """Check that dwells and plots belong together."""
        if self.plot_count.sum() != len(self.place) or len(self.measured) != len(self.place):
            message = (
                f"{self.plot_count.sum()} plots announced, {len(self.place)} placed, {len(self.measured)} measured"
            )
            raise ValueError(message)
        if not (self.minimum_detectable_speed > 0.0).all():
            message = "a minimum detectable speed is missing or not above zero; fill it from the settings"
            raise ValueError(message)

    def __len__(self) -> int:
        """Count the dwells."""
        return len(self.time)

    @property
    def first(self) -> Integers:
        """(D + 1,) where each dwell's plots begin, and the end."""
        first = np.zeros(len(self.time) + 1, np.int64)
        np.cumsum(self.plot_count, out=first[1:])
        return first


DWELL_FIELDS = (
    "time",
    "revisit",
    "dwell",
    "sensor",
    "area",
    "sector",
    "minimum_detectable_speed",
    "plot_count",
    "origin",
)
PLOT_FIELDS = ("place", "measured", "variance", "wrap_speed", "target_class", "class_probability", "simulated")


def split_look(look: Look) -> list[Look]:
    """Give each dwell of a look as a look of its own."""
    return [
        replace(
            look,
            **{name: getattr(look, name)[d : d + 1] for name in DWELL_FIELDS},
            **{name: getattr(look, name)[begin:end] for name in PLOT_FIELDS},
        )
        for d, (begin, end) in enumerate(pairwise(look.first))
    ]


def join_looks(looks: Sequence[Look]) -> Look:
    """Join looks in the order given."""
    origins, origin = merge_origins([(look.origins, look.origin) for look in looks])
    columns: dict[str, Any] = {
        field.name: np.concatenate([getattr(look, field.name) for look in looks])
        for field in fields(Look)
        if field.name != "origins"
    }
    return Look(**(columns | {"origin": origin, "origins": origins}))
