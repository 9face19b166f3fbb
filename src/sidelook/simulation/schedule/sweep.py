"""How the beams of a revisit step over an area while the aircraft flies on.

An area drifts aft while it is scanned, its near side faster than its far one. So each beam is laid from the edge that
the one before left on the ground, at the end of it that is least far on as seen now, until the rear of the area is
reached: without holes at any range, however long other jobs lie between two beams. A job for all that the antenna sees
has no ground to hold on to: its edges fly along, and its beams are those of the lattice.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TypeAlias

import numpy as np

from sidelook.simulation.antenna import beams_between, field_of_view, sine_width
from sidelook.simulation.schedule.jobs import Job
from sidelook.simulation.schedule.views import STEP, Setting, View

Edge: TypeAlias = tuple[complex, complex]
"""Near and far end of the line on the ground at which a beam ended, north + i east in the plane of its ``View``, m."""

# An area that runs away faster than beams follow is left after so many times the beams that it spans.
_MOST = 3
# A hair of a beam less than a whole number is not one more.
_HAIR = 1e-9
_STEP_S = STEP * 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A ``View`` that is asked for one moment at a time, which lists answer sooner than arrays.

    Attributes
    ----------
    width : from beam to beam where nothing moves, in the sine of the angle from broadside
    begin, flank, low, high, near, far, place, heading : as in ``View``
    """

    width: float
    begin: int
    flank: list[int]
    low: list[float]
    high: list[float]
    near: list[float]
    far: list[float]
    place: list[complex]
    heading: list[complex]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """One beam of a revisit.

    Attributes
    ----------
    sine : of its angle from broadside, forward above zero
    left : beams that the rest of the area would take now, this one among them
    edge : where it ends
    """

    sine: float
    left: int
    edge: Edge


def sweep_over(setting: Setting, job: Job, seen: View) -> Sweep:
    """Get ready to step beams over what is seen of a job's area."""
    width = sine_width(setting.radar)
    if job.area is None:
        # Its beams share the whole field of view evenly, which nothing shifts against them.
        edge = float(np.sin(field_of_view(setting.radar.antenna)))
        width = 2.0 * edge / int(beams_between(setting.radar, -edge, edge))
    columns = {name: getattr(seen, name).tolist() for name in ("flank", "low", "high", "near", "far")}
    return Sweep(width=width, begin=seen.begin, place=seen.place.tolist(), heading=seen.heading.tolist(), **columns)


def next_beam(sweep: Sweep, time: int, sense: int, edge: Edge | None) -> Beam:
    """Lay a beam.

    Parameters
    ----------
    sweep : over the area
    time : at which the beam looks, ns UTC
    sense : in which beams step over the ground, 1 clockwise, -1 anticlockwise
    edge : of the beam before, None for the first
    """
    cell, rest = divmod(time - sweep.begin, STEP)
    share = rest / STEP
    low, high = _between(sweep.low, cell, share), _between(sweep.high, cell, share)
    place = sweep.place[cell] + share * (sweep.place[cell + 1] - sweep.place[cell])
    heading = sweep.heading[cell] + share * (sweep.heading[cell + 1] - sweep.heading[cell])
    # Over the ground clockwise is aftward on the right, forward on the left: also after a turn in midst of a revisit.
    aft = sense * sweep.flank[cell]
    if edge is None:
        start = high if aft > 0 else low
    else:
        ends = (_sine(edge[0], place, heading), _sine(edge[1], place, heading))
        start = min(max(max(ends) if aft > 0 else min(ends), low), high)
    span = start - low if aft > 0 else high - start
    left = max(ceil(span / sweep.width - _HAIR), 1)
    step = aft * (sweep.width if left > 1 else span)
    ahead = start - step
    across = complex(ahead, sweep.flank[cell] * sqrt(max(1.0 - ahead * ahead, 0.0))) * heading / abs(heading)
    near, far = _between(sweep.near, cell, share), _between(sweep.far, cell, share)
    return Beam(sine=start - 0.5 * step, left=left, edge=(place + near * across, place + far * across))


def count_beams(sweep: Sweep, time: int, dwell_time: float) -> int:
    """Count the beams of a revisit that begins at a time, ns UTC, while it has the radar to itself.

    In closed form: beams of ``dwell_time`` s, from forward to aft, and with each the rear of the area moves away from
    the edge that the one before left, in the middle of the area, as it does in the interval of the view about ``time``.
    """
    cell, rest = divmod(time - sweep.begin, STEP)
    share = rest / STEP
    low, high = _between(sweep.low, cell, share), _between(sweep.high, cell, share)
    away = 0.0
    if sweep.flank[cell] == sweep.flank[cell + 1]:
        middle = 0.5 * (sweep.low[cell] + sweep.high[cell])
        across = complex(middle, sweep.flank[cell] * sqrt(1.0 - middle * middle)) * sweep.heading[cell]
        ends = (sweep.place[cell] + reach * across for reach in (sweep.near[cell], sweep.far[cell]))
        moved = max(_sine(end, sweep.place[cell + 1], sweep.heading[cell + 1]) for end in ends) - middle
        away = (moved - sweep.low[cell + 1] + sweep.low[cell]) / _STEP_S * dwell_time
    gained = max(sweep.width - away, sweep.width / _MOST)
    return max(ceil((high - low) / gained - _HAIR), 1)


def is_last(beam: Beam, number: int, expected: int) -> bool:
    """Tell whether a revisit ends with a beam, from its number, from 0, and the beams it was expected to take."""
    return beam.left == 1 or number + 1 >= _MOST * expected


def _sine(end: complex, place: complex, heading: complex) -> float:
    """Give the sine of the angle from broadside, forward above zero, at which a place is seen."""
    toward = (end - place) / heading
    return toward.real / (abs(toward) or 1.0)


def _between(values: list[float], cell: int, share: float) -> float:
    return values[cell] + share * (values[cell + 1] - values[cell])
