"""What formations there were in a recording, in words and figures."""

from dataclasses import dataclass

import numpy as np

from sidelook.model.formation import FormationEvent, FormationKind, FormationTable
from sidelook.timescale import format_utc

MOST_LINES = 40
"""Of the table of formations; all are in the JSON."""
MPS_TO_KMH = 3.6
KINDS = {
    FormationKind.GROUP: "group",
    FormationKind.COLUMN: "column",
    FormationKind.ON_LINE: "on line",
    FormationKind.STANDING: "standing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationFigures:
    """One formation over its life: the middle state of those in which most members were seen.

    Attributes
    ----------
    formation : identity
    first, last : of its states, UTC
    looks : states
    vehicles, vehicles_low, vehicles_high : likeliest number, and between which it lies with 90 %
    kind : how it is laid out; ``length_m``, ``spacing_m``
    speed_kmh, heading_deg : of the whole, clockwise from north
    probability : that it is none of chance
    events : what happened to it, in order
    """

    formation: int
    first: str
    last: str
    looks: int
    vehicles: int
    vehicles_low: int
    vehicles_high: int
    kind: str
    length_m: float
    spacing_m: float
    speed_kmh: float
    heading_deg: float
    probability: float
    events: tuple[str, ...]


def list_formations(table: FormationTable) -> tuple[FormationFigures, ...]:
    """Sum formations up, in order of identity."""
    order = np.lexsort((table.time, table.formation))
    ends = np.flatnonzero(np.diff(table.formation[order], append=-1)) + 1
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    return tuple(sum_up(table.take(order[a:b])) for a, b in zip(starts, ends, strict=True))


def sum_up(life: FormationTable) -> FormationFigures:
    """Sum one formation up; its states are in order of time."""
    fullest = np.flatnonzero(life.members == life.members.max())
    row = int(fullest[len(fullest) // 2])
    east, north = float(life.velocity_east[row]), float(life.velocity_north[row])
    events = [FormationEvent(code).name.lower().replace("_", " ") for code in life.event if code]
    first, last = (format_utc(int(life.time[k]), digits=0) for k in (0, -1))
    return FormationFigures(
        formation=int(life.formation[row]),
        first=first,
        last=last,
        looks=len(life),
        vehicles=int(life.count[row]),
        vehicles_low=int(life.count_low[row]),
        vehicles_high=int(life.count_high[row]),
        kind=KINDS[FormationKind(life.kind[row])],
        length_m=round(float(life.length[row])),
        spacing_m=round(float(life.spacing[row])),
        speed_kmh=round(MPS_TO_KMH * float(np.hypot(east, north)), 1),
        heading_deg=round(float(np.degrees(np.arctan2(east, north)) % 360.0)),
        probability=round(float(life.probability[row]), 2),
        events=tuple(events),
    )


def describe_formations(formations: tuple[FormationFigures, ...]) -> str:
    """Lay formations out as a table, the largest first."""
    largest = sorted(formations, key=lambda one: -one.vehicles)[:MOST_LINES]
    lines = [
        f"{one.formation:>10} {one.vehicles:>9} {one.vehicles_low:>4} to {one.vehicles_high:<4} {one.kind:<8} "
        f"{one.length_m:>7.0f} m {one.speed_kmh:>6.1f} km/h {one.heading_deg:>5.0f} {one.looks:>6}  "
        f"{', '.join(one.events)}"
        for one in largest
    ]
    rest = len(formations) - len(largest)
    head = " formation  vehicles  (90 %)    laid out   length       speed heading  looks  events"
    return "\n".join([head, *lines, *([f"   and {rest:,} more"] if rest else [])])
