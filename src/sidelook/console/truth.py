"""Truth beside the picture: where the entities of a simulation are at a moment, and what the radar made of them.

Only for missions that bring it. It is drawn by itself, is never mixed with plots or tracks, and is always simulated.
"""

from enum import IntEnum

import numpy as np

from sidelook.console.blocks import Kind, Values, degrees_e7, encode, milliseconds
from sidelook.model.columns import Integers, Octets
from sidelook.model.truth import TruthLooks

OUTCOME_SHIFT, TRUTH_SIMULATED = 16, 1 << 8  # flags; bits 0-7 are the class


class Outcome(IntEnum):
    """What became of an entity at the last look at it, or why nothing could."""

    NOT_LOOKED_AT = 0
    MASKED = 1
    IN_NOTCH = 2
    MISSED = 3
    DETECTED = 4


def encode_truth(looks: TruthLooks) -> bytes:
    """Encode the last row of each entity, with what became of it at the last look.

    Parameters
    ----------
    looks : by time, of a window that ends at the moment that is shown
    """
    last = last_rows(looks.entity)
    now = looks.take(last)
    return encode(Kind.TRUTH, truth_values(now, outcomes(looks, last)), 0.0, simulated=True)


def truth_values(looks: TruthLooks, outcome: Octets) -> Values:
    """Columns of ``Kind.TRUTH``; an entity's formation is counted from 1, 0 is none."""
    heading = np.nan_to_num(looks.heading)
    flags = looks.target_class.astype(np.uint32) + (outcome.astype(np.uint32) << OUTCOME_SHIFT)
    return {
        "time_ms": milliseconds(looks.time),
        "entity": looks.entity,
        "lon_e7": degrees_e7(looks.longitude),
        "lat_e7": degrees_e7(looks.latitude),
        "velocity_east_mps": looks.speed * np.sin(heading),
        "velocity_north_mps": looks.speed * np.cos(heading),
        "formation": looks.formation + 1,
        "flags": flags + np.uint32(TRUTH_SIMULATED),
    }


def outcomes(looks: TruthLooks, last: Integers) -> Octets:
    """Give the ``Outcome`` of each entity: of the last look at it, else of how it stands now.

    Parameters
    ----------
    looks : by time
    last : (E,) last row of each entity, by entity

    Returns
    -------
    (E,)
    """
    looked = np.flatnonzero(looks.dwell >= 0)
    rows = last.copy()
    at_look = looked[last_rows(looks.entity[looked])]
    rows[np.searchsorted(looks.entity[last], looks.entity[at_look])] = at_look
    seen = looks.take(rows)
    cases = (seen.detected, ~seen.in_view, seen.masked, seen.in_notch, seen.dwell >= 0)
    codes = (Outcome.DETECTED, Outcome.NOT_LOOKED_AT, Outcome.MASKED, Outcome.IN_NOTCH, Outcome.MISSED)
    return np.select(cases, codes, Outcome.NOT_LOOKED_AT).astype(np.uint8)


def last_rows(entity: Integers) -> Integers:
    """Find the last row of each entity, by entity."""
    _, from_end = np.unique(entity[::-1], return_index=True)
    return len(entity) - 1 - from_end
